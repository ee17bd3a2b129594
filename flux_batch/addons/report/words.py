"""Numbers as a person reads them, and text that cannot become markup."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

MINUTE = 60
HOUR = 3600


def text(words: str, longest: int = 300) -> str:
    """Return *words* for a page: escaped, one line, at most *longest* characters, nothing that turns it around."""
    shown = "".join(c if c.isprintable() else " " for c in words[:longest])
    return escape(shown + ("…" if len(words) > longest else ""))


def seconds(number: float | None) -> str:
    """Return a length of time as ``80 ms``, ``4.2 s``, ``3 min 20 s`` or ``2 h 5 min``; a dash where none is known."""
    if number is None:
        return "-"
    if number < 1:
        return f"{number * 1000:.0f} ms" if number else "0"
    if number < MINUTE:
        return f"{number:.3g} s"
    whole = round(number)
    big, small, names = (HOUR, MINUTE, ("h", "min")) if whole >= HOUR else (MINUTE, 1, ("min", "s"))
    rest = whole % big // small
    return f"{whole // big} {names[0]}" + (f" {rest} {names[1]}" if rest else "")


def size(number: float) -> str:
    """Return *number* bytes as ``74 MB``."""
    units = ("bytes", "kB", "MB", "GB", "TB")
    power = next((n for n in range(len(units)) if number < 1000 ** (n + 1)), len(units) - 1)
    return f"{number / 1000**power:.3g} {units[power]}"


def day(stamp: str) -> str:
    """Return an RFC 3339 time as ``2026-11-22 14:55 UTC``."""
    return f"{stamp[:10]} {stamp[11:16]} UTC"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Return an HTML table of cells that are markup already; the first *left* columns are words, the rest numbers."""

    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(f"<{tag}{'' if n < left else ' class=n'}>{cell}</{tag}>" for n, cell in enumerate(row))

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return (
        f"<div class=scroll tabindex=0><table><thead><tr>{cells('th', heads)}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )
