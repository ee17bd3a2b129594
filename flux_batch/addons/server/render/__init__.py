"""Request -> pictures. :class:`Renderer` is the seam where another renderer may stand."""
