"""Answers that lead elsewhere: links to hosts and addresses nobody should follow."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from flux_batch.addons.server.faults.cue import Cue
from flux_batch.addons.server.reply import JSON, Body, Reply

TARGETS = {
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "private": "http://10.0.0.1/x.png",
    "loopback": "http://127.0.0.1:9/x.png",
    "mapped": "http://[::ffff:169.254.169.254]/x.png",
    "nat64": "http://[64:ff9b::a9fe:a9fe]/x.png",
    "6to4": "http://[2002:a9fe:a9fe::1]/x.png",
    "unspecified": "http://0.0.0.0:9/x.png",
    "file": "file:///etc/hostname",
}
"""Argument of ``ssrf`` -> the address a link or a redirect then points to."""


def change(reply: Reply, how: Callable[[Body], Body]) -> Reply:
    """*reply* with its JSON object changed; other bodies are left as they are."""
    try:
        body = json.loads(reply.body)
    except ValueError:
        return reply
    return replace(reply, body=json.dumps(how(body)).encode()) if isinstance(body, dict) else reply


def relinked(value: JSON, target: Callable[[str], str]) -> JSON:
    """*value* with every link in it sent through *target*."""
    if isinstance(value, str):
        return target(value) if value.startswith("http") else value
    if isinstance(value, list):
        return [relinked(item, target) for item in value]
    if isinstance(value, dict):
        return {name: relinked(item, target) for name, item in value.items()}
    return value


def hostile_fetch(cue: Cue, reply: Reply) -> Reply:
    """``fetch_result`` and ``future_links`` on another host; the argument names it."""
    host = cue.argument or cue.origin.replace("127.0.0.1", "localhost")

    def moved(link: str) -> str:
        return host.rstrip("/") + urlsplit(link).path

    names = ("fetch_result", "future_links")
    return change(reply, lambda body: body | {name: relinked(body[name], moved) for name in names if name in body})


def ssrf(cue: Cue, reply: Reply) -> Reply:
    """Links to an address inside somebody's network; a picture is redirected there."""
    target = TARGETS.get(cue.argument, cue.argument or TARGETS["metadata"])
    if cue.event.kind == "image":
        return Reply(302, headers={"Location": target})
    places = ("output", "proxy_links", "future_links")
    return change(reply, lambda body: body | {n: relinked(body[n], lambda _: target) for n in places if n in body})


def echo_key(cue: Cue, reply: Reply) -> Reply:
    """The key comes back in ``meta`` and in the words of the answer."""

    def slip(body: Body) -> Body:
        meta = body.get("meta")
        told = f"request of {cue.key} received"
        return body | {"message": told, "meta": (meta if isinstance(meta, dict) else {}) | {"key": cue.key}}

    return change(reply, slip)
