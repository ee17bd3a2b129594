"""Text that both a PNG chunk and XML can carry."""

from __future__ import annotations

import re

LINE_BREAK = re.compile(r"\r\n?")
FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold; NUL, which a PNG's text cannot hold either, is one of them."""


def carried(text: str) -> str:
    """Return *text* with what cannot be carried replaced.

    A line break becomes LF, a lone surrogate its escape, as in the columns of an export, a control character U+FFFD.
    """
    told = LINE_BREAK.sub("\n", text).encode("utf-8", "backslashreplace").decode()
    return FORBIDDEN.sub("\ufffd", told)
