"""Why some bytes are no whole image."""

from __future__ import annotations

from flux_batch.errors import DownloadFailed


class NotAnImage(DownloadFailed):
    """The bytes are not one whole PNG, JPEG or WebP. The message names what was seen, and where."""


class EndOfData(Exception):
    """The bytes ended where the structure needs more. Stays inside this package: the check names the format."""
