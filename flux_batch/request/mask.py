"""Where a key stands in a text, in whatever spelling and however little of it, there stands a mask afterwards.

Pure functions of bytes. Two passes, since a beginning tells more than a piece from the middle: whatever begins as a
spelling does is masked as far as it goes on like it, and any other piece that is long enough is masked as well. Pieces
are found by a few short anchors: every piece of :data:`TELLING` bytes holds one of them whole.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

MASK = "[key]"
SHORTEST_SCRUBBED = 6
"""A shorter key is a placeholder; masking it would garble ordinary words."""
TELLING = 12
"""Bytes of a spelling that no text holds by chance: that much of a key is masked wherever it was cut."""
_MASK = MASK.encode()
_ANCHOR = 6
_STRIDE = TELLING - _ANCHOR + 1


@dataclass(frozen=True, slots=True, repr=False)
class Forms:
    """A key's spellings, made ready to be looked for.

    Attributes:
        heads: the beginnings by which spellings are told, each with what may follow.
        anchors: short pieces of the spellings, each with where it stands: what comes before it, and from it on.
    """

    heads: Mapping[bytes, Sequence[bytes]]
    anchors: Mapping[bytes, Sequence[tuple[bytes, bytes]]]

    @classmethod
    def of(cls, secret: str) -> Forms:
        """Return those of *secret*; none where it is too short to be masked."""
        spellings = sorted(_spellings(secret), key=len, reverse=True) if len(secret) >= SHORTEST_SCRUBBED else []
        heads, anchors = defaultdict(list), defaultdict(list)
        for form in (spelling.encode() for spelling in spellings):
            heads[form[:TELLING]].append(form[TELLING:])
            for at in range(0, len(form) - _ANCHOR + 1, _STRIDE):
                anchors[form[at : at + _ANCHOR]].append((form[:at], form[at:]))
        return cls(dict(heads), dict(anchors))


def masked(content: bytes, forms: Forms) -> bytes:
    """Return *content* with a mask for each whole key, each cut one, and each piece of one."""
    for head, tails in forms.heads.items():
        content = _without_head(content, head, tails)
    for anchor, places in forms.anchors.items():
        content = _without_pieces(content, anchor, places)
    return content


def _without_head(content: bytes, head: bytes, tails: Sequence[bytes]) -> bytes:
    """Mask each *head* with as much of a tail as follows it, and a beginning of *head* that *content* ends with."""
    first, *rest = content.split(head)
    shorter = first + b"".join(_MASK + each[max(_shared(each, tail) for tail in tails) :] for each in rest)
    for length in range(len(head) - 1, SHORTEST_SCRUBBED - 1, -1):
        if shorter.endswith(head[:length]):
            return shorter[:-length] + _MASK
    return shorter


def _without_pieces(content: bytes, anchor: bytes, places: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Mask each piece of a spelling around *anchor* that is long enough to tell."""
    kept, begun, at = list[bytes](), 0, content.find(anchor)
    while at >= 0:
        before, after = max((_around(content, at, *place) for place in places), key=sum)
        if before + after >= TELLING:
            kept += [content[begun : max(begun, at - before)], _MASK]
            begun = at + after
        at = content.find(anchor, max(begun, at + 1))
    return b"".join([*kept, content[begun:]])


def _around(content: bytes, at: int, ahead: bytes, on: bytes) -> tuple[int, int]:
    """Count the bytes before and after *at* that are as a spelling has them there."""
    before = content[max(0, at - len(ahead)) : at]
    return _shared(before[::-1], ahead[::-1]), _shared(content[at : at + len(on)], on)


def _shared(one: bytes, other: bytes) -> int:
    """Count the bytes both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _spellings(secret: str) -> set[str]:
    """Return *secret* as it is and as JSON (PHP escapes slashes), URLs, HTML, base64 and hex spell it."""
    raw = secret.encode()
    percent = {quote(secret, safe=kept) for kept in ("", "/")}
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret)[1:-1].replace("/", "\\/"),
        *percent,
        *(re.sub("%..", lambda code: code[0].lower(), form) for form in percent),
        html.escape(secret),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(),
        raw.hex().upper(),
    }
