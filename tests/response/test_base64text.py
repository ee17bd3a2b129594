"""Images that travel as text: every spelling gives the same bytes, and everything else says what is wrong."""

from __future__ import annotations

import base64
import contextlib
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.errors import DownloadFailed
from flux_batch.response.base64text import CAP, decode_base64, looks_like_base64

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(100))
TEXT = base64.b64encode(PNG).decode()


@given(image=st.binary(min_size=1, max_size=300), width=st.integers(4, 80), padded=st.booleans(), uri=st.booleans())
def test_every_spelling_gives_the_image_back(image: bytes, width: int, padded: bool, uri: bool) -> None:  # noqa: FBT001
    """Wrapped or not, padded or not, with a prefix or not, as text or as the bytes of a file."""
    text = base64.b64encode(image).decode()
    text = text if padded else text.rstrip("=")
    text = ("data:image/png;base64," if uri else "") + "\r\n".join(textwrap.wrap(text, width)) + "\n"

    assert image == decode_base64(text)
    assert image == decode_base64(b"\xef\xbb\xbf" + text.encode())


@pytest.mark.parametrize(
    "text",
    [
        f"data:image/png;base64,{TEXT}",
        f"DATA:IMAGE/PNG;BASE64,{TEXT}",
        f"data:;base64,{TEXT}",
        f"data:image/png;name=x;base64, {TEXT}",
        f"  data:image/png;base64,{TEXT}  ",
        "data:image/png;base64," + TEXT.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
    ],
)
def test_a_data_uri_is_the_text_after_its_prefix(text: str) -> None:
    """In any case, with parameters, escaped as URLs are."""
    assert decode_base64(text) == PNG


@pytest.mark.parametrize(
    "text, trouble",
    [
        ("", "base64 text is empty"),
        (" \n", "base64 text is empty"),
        ("====", "base64 text is empty"),
        ("data:image/png;base64,", "base64 text is empty"),
        ("data:image/png,abc", "data URI of type 'image/png' is not base64"),
        ("data:image/svg+xml;utf8,<svg/>", "data URI of type 'image/svg+xml;utf8' is not base64"),
        ("<!DOCTYPE html>", "base64 text has '<' at character 0, outside its alphabet"),
        ("QUJD-_==", "base64 text has '-' at character 4, outside its alphabet"),
        ("QU=JD", "base64 text has '=' at character 2, outside its alphabet"),
        ("QUJD\x00", "base64 text has '\\x00' at character 4, outside its alphabet"),
        ("QUJDé", "base64 text has '\\xc3' at character 4, outside its alphabet"),
        ("QUJD\ud800", "base64 text has '\\xed' at character 4, outside its alphabet"),
        ("QUJDR", "base64 text is cut or padded wrongly after 5 characters"),
        ("QUJD===", "base64 text is cut or padded wrongly after 4 characters"),
    ],
)
def test_what_is_no_base64_says_why_and_where(text: str, trouble: str) -> None:
    """The strict alphabet: nothing is skipped, nothing is guessed."""
    with pytest.raises(DownloadFailed) as raised:
        decode_base64(text)

    assert trouble == raised.value.message


def test_an_image_larger_than_the_cap_is_refused() -> None:
    """By its decoded size, and before the text is even looked at where it is far too long."""
    assert bytes(300) == decode_base64("A" * 400, cap=300)
    with pytest.raises(DownloadFailed, match="holds 303 bytes, more than the 300 an image may have"):
        decode_base64("A" * 404, cap=300)
    with pytest.raises(DownloadFailed, match="text of 9000 bytes for an image of at most 300 bytes"):
        decode_base64(" " * 9000, cap=300)
    assert CAP == 67_108_864


@given(st.binary(max_size=80) | st.text(max_size=80))
def test_any_text_is_an_image_or_a_failed_download(text: bytes | str) -> None:
    """Nothing else is ever raised."""
    with contextlib.suppress(DownloadFailed):
        assert decode_base64(text)


@pytest.mark.parametrize(
    "head, looks",
    [
        (TEXT.encode(), True),
        (b"\xef\xbb\xbf\n" + TEXT.encode(), True),
        ("\n".join(textwrap.wrap(TEXT, 64)).encode(), True),
        (b"data:image/png;base64,AAAA", True),
        (b"data:;base64,AAAA", True),
        (b"DATA:image/webp;base64,AAAA", True),
        (PNG, False),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(60), False),
        (b"RIFF\x24\x10\x00\x00WEBPVP8 " + bytes(60), False),
        (b"GIF89a" + bytes(60), False),
        (b"<!DOCTYPE html><html>" + b"x" * 60, False),
        (b'{"status":"error","message":"Request not found"}', False),
        (b"https://store.example/generations/0.base64", False),
        (b"Your image is being generated please wait a little", False),
        (b"data loss happened on this host, please come again", False),
        (b"QUJD", False),
        (b"", False),
    ],
)
def test_base64_text_is_told_from_everything_else_by_its_beginning(head: bytes, looks: bool) -> None:  # noqa: FBT001
    """Content types lie; the first bytes of a file do not."""
    assert looks is looks_like_base64(head)
