"""Which addresses a link may lead to. Links come from answers, so they are hostile until proved harmless."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Any
from urllib.parse import urljoin, urlsplit

import anyio

from flux_batch.errors import LinkRefused

SCHEMES = ("https", "http")
SHOWN = 200
"""Characters of a link that an error shows."""
NOWHERE_PUBLIC = tuple(
    ipaddress.ip_network(net)
    for net in (
        "64:ff9b::/96",  # NAT64, 6to4, Teredo and the old ::a.b.c.d: an IPv4 address inside
        "64:ff9b:1::/48",
        "2002::/16",
        "192.88.99.0/24",
        "2001::/32",
        "::/96",
        "192.0.0.0/24",  # special-purpose: a cloud keeps its credentials there
        "fec0::/10",  # site-local
    )
)
"""``is_global`` calls some of these public, by the version of Python."""

PRIVATE = "is a private address"
"""How a refused address is known where a library has made one error of several."""

AddressInfo = tuple[Any, ...]
"""``(family, type, proto, canonical name, socket address)`` as ``getaddrinfo`` gives it."""


class PrivateAddressError(OSError):
    """A link leads into a private network."""

    def __init__(self, address: str) -> None:
        super().__init__(errno.EACCES, f"{address} {PRIVATE}; only a private API may send us there")


def is_public(address: str) -> bool:
    """Tell whether the IP *address* is reachable for everybody on the internet."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in NOWHERE_PUBLIC)


def guarded_socket(info: AddressInfo) -> socket.socket:
    """Open a socket for *info*, looking at the address really dialled: literals and DNS rebinding included.

    Raises:
        PrivateAddressError: the address is not public.
    """
    if not is_public(info[4][0]):
        raise PrivateAddressError(info[4][0])
    return open_socket(info)


def open_socket(info: AddressInfo) -> socket.socket:
    """Open a non-blocking socket with keep-alive probes, which outlive the idle cut of gateways."""
    family, kind, protocol, _, _ = info
    sock = socket.socket(family, kind, protocol)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
    return sock


async def is_private_host(base_url: str) -> bool:
    """Tell whether the API itself is on this machine or a private network, by every address its name has now.

    A name that has none counts as public.
    """
    try:
        found = await anyio.getaddrinfo(urlsplit(base_url).hostname or "", None)
    except (OSError, ValueError):
        return False
    return not any(is_public(address[0]) for *_, address in found)


def next_hop(before: str | None, link: str) -> str:
    """Return the address that *link* means, read on the page *before*, where a download may go there from it.

    Args:
        before: the address that redirects, None where *link* comes from an answer.
        link: absolute, or relative to *before*.

    Raises:
        LinkRefused: no address, another scheme than http(s), or a step from https down to http.
    """
    try:
        url = urljoin(before or "", link)
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise LinkRefused(f"the link {link[:SHOWN]!r} is no address") from None
    if parts.scheme not in SCHEMES or not host:
        raise LinkRefused(f"the link {link[:SHOWN]!r} is not http(s)")
    if before is not None and parts.scheme == "http" and urlsplit(before).scheme == "https":
        raise LinkRefused(f"the link redirects from https down to {link[:SHOWN]!r}")
    return url
