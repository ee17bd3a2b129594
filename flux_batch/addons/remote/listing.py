"""What a store says of a file it has: how long it is, a mark that changes with it, and its MD5 where one is told."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MD5 = re.compile(r"[0-9a-f]{32}")
MARKS = ("ETag", "etag", "md5Hash", "crc32c", "mtime", "modified", "last_modified", "LastModified", "created")
"""Names under which stores tell what changes with a file, the best first: a content digest, else a time."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One file at the store.

    Attributes:
        bytes: its size.
        mark: another one means another content; an equal one means that nobody has touched it.
        etag: of S3, without its quotes: the MD5 of the content, unless it arrived in parts or is encrypted with a key.
        md5: hex, where the store tells one that is meant as such.
    """

    bytes: int
    mark: str
    etag: str = ""
    md5: str = ""


def seen(info: Mapping[str, Any]) -> Seen:
    """Read what fsspec's ``info`` or ``find`` tells of one file."""
    told = next(((name, info[name]) for name in MARKS if info.get(name)), ("", ""))
    etag = str(info.get("ETag") or "").strip('"')
    return Seen(int(info["size"] or 0), ":".join(map(str, told)), etag, _md5(info) or _hex(etag))


def _md5(info: Mapping[str, Any]) -> str:
    """Return the MD5 that Google's and Microsoft's stores tell, in hex; empty where there is none."""
    settings = info.get("content_settings")
    told = info.get("md5Hash") or (settings.get("content_md5") if isinstance(settings, Mapping) else None)
    if isinstance(told, bytes | bytearray):
        return bytes(told).hex()
    try:
        return base64.b64decode(str(told or ""), validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


def _hex(etag: str) -> str:
    return etag if MD5.fullmatch(etag) else ""
