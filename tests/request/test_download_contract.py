"""What everybody behind the seam relies on when fetching, held by the real transport and by the fake alike."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from memory_transport import Cut, Garbage, HangUp, Play, Whole
from scripted_server import CANARY, Peer

from flux_batch.errors import DownloadFailed, StorageFailed


async def read(chunks: AsyncIterator[bytes]) -> bytes:
    """Read to the end."""
    return b"".join([chunk async for chunk in chunks])


async def fetch(peer: Peer, url: str) -> tuple[int, bytes]:
    """GET *url* and read it to the end."""
    async with peer.transport.get(url) as download:
        return download.status, await read(download.chunks)


async def test_a_download_comes_whole(peer: Peer) -> None:
    """However many chunks it takes."""
    image = bytes(range(256)) * 1000
    peer.plays(Whole(image, 200, {"Content-Type": "image/png"}))

    async with peer.transport.get(f"{peer.origin}/generations/1-0.png") as download:
        chunks = [chunk async for chunk in download.chunks]

    assert image == b"".join(chunks)
    assert download.headers["content-type"] == "image/png"


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500, 503])
async def test_a_download_that_is_refused_shows_its_status(peer: Peer, status: int) -> None:
    """Whether to come back later is decided elsewhere."""
    peer.plays(Whole(b"<html>no</html>", status))

    assert (status, b"<html>no</html>") == await fetch(peer, f"{peer.origin}/1-0.png")


async def test_no_download_carries_the_key(peer: Peer) -> None:
    """Links lead anywhere."""
    peer.plays(Whole(b"image"))

    await fetch(peer, f"{peer.origin}/1-0.png")

    assert CANARY.encode() not in peer.seen[0].head + peer.seen[0].body


async def test_a_download_follows_three_redirects(peer: Peer) -> None:
    """Absolute and relative ones."""
    hops = [f"{peer.origin}/b", "/c", "d"]
    peer.plays(*(Whole(b"", 302, {"Location": hop}) for hop in hops), Whole(b"image"))

    assert await fetch(peer, f"{peer.origin}/a") == (200, b"image")
    assert peer.targets == ["/a", "/b", "/c", "/d"]


async def test_a_download_follows_no_fourth_redirect(peer: Peer) -> None:
    """A circle ends."""
    peer.plays(*[Whole(b"", 302, {"Location": "/again"})] * 9)

    with pytest.raises(DownloadFailed, match="redirects"):
        await fetch(peer, f"{peer.origin}/a")

    assert len(peer.seen) == 4


@pytest.mark.parametrize("play", [HangUp(), Garbage()], ids=lambda p: type(p).__name__)
async def test_a_download_without_an_answer_fails(peer: Peer, play: Play) -> None:
    """It costs nothing to try again."""
    peer.plays(play)

    with pytest.raises(DownloadFailed):
        await fetch(peer, f"{peer.origin}/1-0.png")


async def test_a_download_that_breaks_off_fails(peer: Peer) -> None:
    """After what came was handed on: half an image is never taken for a whole one."""
    peer.plays(Cut(b"half an image"))

    async with peer.transport.get(f"{peer.origin}/1-0.png") as download:
        with pytest.raises(DownloadFailed):
            await read(download.chunks)

    assert download.status == 200


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/a.png",
        "data:image/png;base64,aGk=",
        "//127.0.0.1/a.png",
        "a.png",
        "",
        "\0",
        "http://",
        "https:///a.png",
        "http://[",
        "http://[::1",
        "http://127.0.0.1:99999/a.png",
    ],
)
async def test_what_is_no_web_link_is_refused(peer: Peer, link: str) -> None:
    """Links come from answers: a broken or a foreign one fails one download and nothing else."""
    with pytest.raises(DownloadFailed):
        await fetch(peer, link)

    assert peer.seen == []


async def test_a_redirect_to_what_is_no_web_link_is_refused(peer: Peer) -> None:
    """Every hop is looked at."""
    for target in ["file:///etc/passwd", "http://["]:
        peer.plays(Whole(b"", 302, {"Location": target}))

        with pytest.raises(DownloadFailed):
            await fetch(peer, f"{peer.origin}/a.png")


async def test_a_consumers_own_error_comes_through(peer: Peer) -> None:
    """A full disk while an image is written is no failed download."""
    peer.plays(Whole(b"image" * 100_000))

    async def write() -> None:
        async with peer.transport.get(f"{peer.origin}/a.png") as download:
            async for _ in download.chunks:
                raise StorageFailed("the disk is full")

    with pytest.raises(StorageFailed):
        await write()
