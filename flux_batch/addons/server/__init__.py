"""The embedded server: speaks the service's API over real HTTP and paints pictures. It is no model."""
