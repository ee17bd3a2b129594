"""Request -> pictures. :class:`Renderer` is the seam where another renderer may stand.

The way of one picture::

    PictureRequest -> Theme -> Stage -> scene -> Plate -> treatment -> PNG
      renderer.py    prompt.py  scene/   scene/   style/    style/     png.py

- ``prompt.py`` reads the words with ``lexicon.py``; ``palette.py`` gives the light, ``chance.py`` the random choices.
- ``scene/`` paints a place back to front on a ``canvas.py``; ``figure/`` holds what stands in it.
- ``finish.py`` adds what steps and guidance say; ``style/`` turns the plain painting into the named style.
- ``colour.py``, ``noise.py`` and ``outline.py`` are the arithmetic under all of it. Pillow is the only library.
"""
