"""Faults that change an answer after the work was done and billed. Each is a function of the answer meant."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from flux_batch.addons.server.faults.cue import Cue
from flux_batch.addons.server.faults.hostile import change, echo_key, hostile_fetch, ssrf
from flux_batch.addons.server.faults.refuse import page
from flux_batch.addons.server.faults.spoil import SPOILED, not_png
from flux_batch.addons.server.reply import JSON, Reply

MEGABYTE = 10**6
LARGEST = 512 * MEGABYTE
LINE = 76
DATA_URI = "data:image/png;base64,"


def gateway_html(cue: Cue, _: Reply) -> Reply:
    """The gateway's page; argument: its status."""
    return page(int(cue.number(502)))


def half_json(_: Cue, reply: Reply) -> Reply:
    """The first half of the answer, honestly measured; the id stands in it, the end does not."""
    return replace(reply, body=reply.body[: max(1, len(reply.body) // 2)])


def gzip_json(cue: Cue, reply: Reply) -> Reply:
    """The answer and many blanks, packed; argument: how many megabytes of them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    parts = [packer.compress(reply.body)]
    parts += [packer.compress(b" " * MEGABYTE) for _ in range(size_of(cue, 200) // MEGABYTE)]
    body = b"".join([*parts, packer.flush()])
    return replace(reply, body=body, headers={**reply.headers, "Content-Encoding": "gzip"})


def gz_png(_: Cue, reply: Reply) -> Reply:
    """A picture packed on the way, though nobody asked for it."""
    return replace(reply, body=gzip.compress(reply.body, 1), headers={**reply.headers, "Content-Encoding": "gzip"})


def size_of(cue: Cue, megabytes: float) -> int:
    """The argument, megabytes, as a bounded number of bytes."""
    return min(LARGEST, int(cue.number(megabytes) * MEGABYTE))


def wrapped(_: Cue, text: str) -> str:
    """Lines of 76 characters, as mail has them."""
    return "\r\n".join(text[at : at + LINE] for at in range(0, len(text), LINE))


def huge(cue: Cue, text: str) -> str:
    """Blown up with text that decodes to zeros; argument: megabytes."""
    return text.rstrip("=") + "A" * (size_of(cue, 100) // 4 * 4)


TEXTS: Mapping[str, tuple[str, Callable[[Cue, str], str]]] = {
    "b64_alphabet": ("characters that are no base64", lambda _, text: text.replace("A", "!").replace("/", "*")),
    "b64_unpadded": ("no `=` at the end", lambda _, text: text.rstrip("=")),
    "b64_prefixed": ("a data URI", lambda _, text: DATA_URI + text),
    "b64_wrapped": ("lines of 76 characters", wrapped),
    "b64_huge": ("100 MB; argument: megabytes", huge),
    "b64_truncated": ("the second half missing", lambda _, text: text[: len(text) // 2]),
}


def retyped(how: Callable[[Cue, str], str]) -> Callable[[Cue, Reply], Reply]:
    """Return a fault that puts base64 text through *how*, in a file of it or inside an answer."""

    def fault(cue: Cue, reply: Reply) -> Reply:
        if cue.event.kind == "image":
            return replace(reply, body=how(cue, reply.body.decode("ascii", "replace")).encode())
        return change(reply, lambda body: body | {"output": inside(cue, body.get("output", []))})

    def inside(cue: Cue, output: JSON) -> JSON:
        items = output if isinstance(output, list) else []
        return [how(cue, item) if isinstance(item, str) and not item.startswith("http") else item for item in items]

    return fault


def spoiled(how: Callable[[Cue, bytes], bytes]) -> Callable[[Cue, Reply], Reply]:
    """Return a fault that puts a picture's bytes through *how*."""
    return lambda cue, reply: replace(reply, body=how(cue, reply.body))


ANSWERS: Mapping[str, tuple[str, Callable[[Cue, Reply], Reply]]] = {
    "gateway_html": ("a gateway's page though the work was done; argument: 502, 504, 520, 524", gateway_html),
    "half_json": ("the first half of the answer", half_json),
    "gzip_json": ("200 MB of blanks behind the answer, packed; argument: megabytes", gzip_json),
    "html_200": ("a page in a 200", lambda *_: page(200, "Just a moment")),
    "json_as_html": ("the right answer, called HTML", lambda _, reply: replace(reply, content_type="text/html")),
    "hostile_fetch": ("`fetch_result` and `future_links` on another host; argument: which", hostile_fetch),
    "echo_key": ("the key comes back in `meta` and `message`", echo_key),
}
LINKS: Mapping[str, tuple[str, Callable[[Cue, Reply], Reply]]] = {
    "ssrf": ("links into somebody's network; argument: metadata, private, mapped, nat64, 6to4, file, a URL", ssrf),
    **{name: (words, retyped(how)) for name, (words, how) in TEXTS.items()},
}
PICTURES: Mapping[str, tuple[str, Callable[[Cue, Reply], Reply]]] = {
    **{name: (words, spoiled(how)) for name, (words, how) in SPOILED.items()},
    "not_png": ("something else; argument: html, jpeg, webp, svg, empty, zeros", not_png),
    "gz_png": ("Content-Encoding: gzip, unasked", gz_png),
}
