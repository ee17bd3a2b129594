"""The copy of an output folder at a store: complete, verified, and never in the way of the run."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import anyio
import pytest
from batch_runs import CANARY, Site, assert_sound, billed_per_job, site, tree
from s3_server import S3, Answer, damaging, holding, refusing, until

from flux_batch.addons.remote.content import etag_in_parts
from flux_batch.addons.remote.mirror import Mirror
from flux_batch.addons.remote.patience import Patience
from flux_batch.addons.remote.store import open_store
from flux_batch.addons.remote.trouble import Refused
from flux_batch.errors import FluxBatchError, FolderLocked, Interrupted, StorageFailed, UsageError
from flux_batch.store.events import Kept
from flux_batch.store.folder import Folder
from flux_batch.store.lock import locked

pytest_plugins = ["s3_fixtures"]

PART = 5 * 2**20
"""Bytes of the smallest part that S3 takes."""
QUICK = Patience(first=0.001, longest=0.001)
AWAY = Answer("503 Service Unavailable", "ServiceUnavailable")
FULL = Answer("507 Insufficient Storage", "InsufficientStorage")
DENIED = Answer("403 Forbidden", "AccessDenied")


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    """A service that does everything right."""
    async with site(tmp_path / "out") as running:
        yield running


async def mirrored(at: Site, url: str, *, patience: Patience = QUICK) -> FluxBatchError | None:
    """Run the grid with a copy at *url*; return what kept the copy from being complete."""
    store = await anyio.to_thread.run_sync(open_store, url)
    async with Mirror(Folder(at.out), store, patience=patience) as mirror:
        async with at.batch() as batch:
            async for event in batch:
                mirror.take(event)
        try:
            await mirror.finish()
        except FluxBatchError as incomplete:
            return incomplete
    return None


def public(out: Path) -> dict[str, bytes]:
    """What belongs into the copy: name -> content."""
    files = (path for path in out.rglob("*") if path.is_file())
    named = {path.relative_to(out).as_posix(): path.read_bytes() for path in files}
    return {name: content for name, content in named.items() if not name.startswith(".flux-batch/")}


async def test_the_copy_is_what_is_public_of_the_folder(at: Site, s3: S3, url: str) -> None:
    """Every image, every report, byte for byte; neither journal nor key."""
    assert await mirrored(at, url) is None

    copy = s3.objects(url)
    assert_sound(at)
    assert copy == public(at.out)
    assert len([name for name in copy if name.startswith("images/")]) == 8
    assert CANARY.encode() not in b"".join(copy.values())


async def test_the_manifest_comes_last(at: Site, s3: S3, url: str) -> None:
    """Whoever reads it finds every file that it names."""
    await mirrored(at, url)

    assert s3.puts()[-1] == "manifest.jsonl"
    assert sorted(s3.puts()[-3:-1]) == ["failures.jsonl", "run.json"]


async def test_images_are_copied_while_the_run_goes_on(tmp_path: Path, s3: S3, url: str) -> None:
    """A machine that dies at four in the morning leaves what it had at three."""
    never = {"post#3": "proc_forever"}
    async with site(tmp_path / "out", never) as at:
        store = await anyio.to_thread.run_sync(open_store, url)
        async with Mirror(Folder(at.out), store) as mirror, at.batch(limits={"concurrency": 1}) as batch:
            async for event in batch:
                mirror.take(event)
                if isinstance(event, Kept):
                    break
            await anyio.to_thread.run_sync(until, lambda: bool(s3.puts()))

            assert batch.report is None
            assert s3.puts()[0].endswith(".png")


async def test_a_finished_run_again_asks_for_a_listing_and_sends_nothing(at: Site, s3: S3, url: str) -> None:
    """No request to the API, no byte changed here or there."""
    await mirrored(at, url)
    before, requests = tree(at.out), at.requests
    s3.requests.clear()

    assert await mirrored(at, url) is None

    assert (tree(at.out), at.requests) == (before, requests)
    asked = [method for method, _ in s3.requests]
    assert (asked.count("GET"), asked.count("HEAD"), len(asked)) == (1, 4, 5)


async def test_a_copy_begun_later_buys_nothing(at: Site, s3: S3, url: str) -> None:
    """A finished folder gets its copy by the same command with a URL."""
    await at.make()
    requests = at.requests

    assert await mirrored(at, url) is None

    assert (at.requests, s3.objects(url)) == (requests, public(at.out))


async def test_a_copy_that_was_cut_off_goes_on_where_it_stopped(at: Site, s3: S3, url: str) -> None:
    """What has arrived is not sent again."""
    released = threading.Event()
    s3.rules.append(holding(released, after=3))
    store = await anyio.to_thread.run_sync(open_store, url)
    async with Mirror(Folder(at.out), store) as mirror:
        async with at.batch() as batch:
            async for event in batch:
                mirror.take(event)
        await anyio.to_thread.run_sync(until, lambda: mirror.there == 3)
    released.set()
    arrived = set(s3.puts()[:3])
    s3.forget()

    assert await mirrored(at, url) is None

    assert not arrived & set(s3.puts())
    assert s3.objects(url) == public(at.out)


async def test_a_bucket_that_is_not_there_ends_the_run_before_anything_is_sent(at: Site, s3: S3) -> None:
    """A misspelt bucket costs nothing."""
    with pytest.raises(Refused, match="cannot list s3://no-such-bucket/x/images: The specified bucket does not exist"):
        await mirrored(at, "s3://no-such-bucket/x")

    assert (at.requests, s3.puts()) == (0, [])


@pytest.mark.parametrize("answer", [DENIED, FULL, AWAY], ids=lambda answer: answer.code)
async def test_a_store_that_takes_nothing_loses_no_image(at: Site, s3: S3, url: str, answer: Answer) -> None:
    """The run is complete here, the copy says what it lacks; the next run copies it and buys nothing."""
    s3.rules.append(refusing(answer, after=2))

    incomplete = await mirrored(at, url)

    assert_sound(at)
    assert isinstance(incomplete, StorageFailed)
    assert f"the copy at {url} is not complete: 6 of 8 images are missing: cannot write" in str(incomplete)
    assert "manifest.jsonl" not in s3.objects(url)
    s3.forget()
    assert await mirrored(at, url) is None
    assert s3.objects(url) == public(at.out)
    assert set(billed_per_job(at).values()) == {1}


async def test_a_failed_put_is_tried_again(at: Site, s3: S3, url: str) -> None:
    """A store that stumbles costs time only."""
    s3.rules.append(refusing(AWAY, after=3, times=2))

    assert await mirrored(at, url) is None

    assert s3.objects(url) == public(at.out)


async def test_a_file_that_arrives_damaged_does_not_stay(at: Site, s3: S3, url: str) -> None:
    """Its digest at the store is held against what was sent."""
    s3.rules.append(damaging(times=2))

    assert await mirrored(at, url) is None

    assert len(s3.puts()) == len(public(at.out)) + 2
    assert s3.objects(url) == public(at.out)


async def test_what_somebody_changed_at_the_store_is_copied_again(at: Site, s3: S3, url: str) -> None:
    """Another content has another mark, whatever its size."""
    await mirrored(at, url)
    name = at.lines[0]["file_name"]
    other = bytes(at.lines[0]["bytes"])
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    client = s3.client()
    client.put_object(Bucket=bucket, Key=f"{prefix}/{name}", Body=other)
    client.delete_object(Bucket=bucket, Key=f"{prefix}/{at.lines[1]['file_name']}")
    s3.forget()

    assert await mirrored(at, url) is None

    assert {f"images/{name}" for name in s3.puts()} == {line["file_name"] for line in at.lines[:2]}
    assert s3.objects(url) == public(at.out)


async def test_receipts_that_are_lost_cost_no_second_copy(at: Site, s3: S3, url: str) -> None:
    """S3's own digests prove what is there."""
    await mirrored(at, url)
    for receipts in (at.out / ".flux-batch").glob("mirror-*"):
        receipts.unlink()
    s3.forget()

    assert await mirrored(at, url) is None

    assert s3.puts() == []


async def test_a_file_that_has_changed_here_is_not_copied(at: Site, s3: S3, url: str) -> None:
    """The copy holds what the manifest names, or it is not complete, and the manifest stays away."""
    await at.make()
    image = at.out / at.lines[0]["file_name"]
    content = bytearray(image.read_bytes())
    content[-20] ^= 1
    image.write_bytes(content)

    incomplete = await mirrored(at, url)

    assert "1 of 8 images are missing" in str(incomplete)
    assert "is not the image that the manifest names" in str(incomplete)
    assert "--repair" in str(incomplete and incomplete.hint)
    assert not {at.lines[0]["file_name"], "manifest.jsonl"} & set(s3.objects(url))


async def test_what_was_set_aside_is_copied_with_its_reasons(tmp_path: Path, s3: S3, url: str) -> None:
    """It was paid for as well."""
    async with site(tmp_path / "out", {"image#2": "blank"}) as at:
        assert await mirrored(at, url) is None

        copy = s3.objects(url)
        assert copy == public(at.out)
        assert "quarantine/reasons.jsonl" in copy


async def test_somebody_in_a_hurry_waits_no_longer(at: Site, s3: S3, url: str) -> None:
    """A second Ctrl-C ends the copying; the words say what is missing."""
    released = threading.Event()
    s3.rules.append(holding(released, after=1))
    store = await anyio.to_thread.run_sync(open_store, url)
    try:
        async with Mirror(Folder(at.out), store) as mirror:
            async with at.batch() as batch:
                async for event in batch:
                    mirror.take(event)
            mirror.hurry(Interrupted("interrupted by SIGINT", code=130), 0.0)
            with pytest.raises(Interrupted, match=r"interrupted by SIGINT; .* of 8 images are missing") as stopped:
                await mirror.finish()
    finally:
        released.set()

    assert stopped.value.exit_code == 130


async def test_two_folders_do_not_share_a_place(at: Site, tmp_path: Path, s3: S3, url: str) -> None:
    """The second shard would write its manifest over that of the first."""
    await mirrored(at, url)
    before = s3.objects(url)

    with pytest.raises(UsageError, match="has the manifest of another output folder"):
        await mirrored(Site(at.server, tmp_path / "other"), url)

    assert s3.objects(url) == before


async def test_a_run_that_is_locked_out_copies_nothing(at: Site, s3: S3, url: str) -> None:
    """The folder is another run's, and so is its copy."""
    folder, holder = Folder(at.out), ExitStack()
    await at.make()
    await anyio.to_thread.run_sync(holder.enter_context, locked(folder.lock, "now"))

    with holder, pytest.raises(FolderLocked):
        await mirrored(at, url)

    assert s3.puts() == []


async def test_before_the_first_event_nothing_is_copied(at: Site, s3: S3, url: str) -> None:
    """Only then the folder is this run's."""
    await at.make()
    store = await anyio.to_thread.run_sync(open_store, url)

    async with Mirror(Folder(at.out), store) as mirror:
        for _ in range(5):
            await anyio.to_thread.run_sync(store.look, "as long as a file would take")

        assert (mirror.there, s3.puts()) == (0, [])


async def test_somebody_in_a_hurry_does_not_wait_for_the_first_answer(at: Site, s3: S3, url: str) -> None:
    """Nothing has begun, so nothing is missing."""
    released, stop = threading.Event(), Interrupted("interrupted by SIGTERM", code=143)
    s3.rules.append(holding(released, sending=False))
    mirror = Mirror(Folder(at.out), await anyio.to_thread.run_sync(open_store, url))

    async def hurry() -> None:
        await anyio.to_thread.run_sync(until, lambda: bool(s3.requests))
        mirror.hurry(stop, 60.0)

    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hurry)
            with anyio.fail_after(10), pytest.raises(Interrupted):
                await mirror.__aenter__()
    finally:
        released.set()


async def test_a_damaged_manifest_is_not_copied(at: Site, s3: S3, url: str) -> None:
    """Only a run that has opened the folder copies it, and it refuses one that needs repair."""
    await at.make()
    manifest = at.out / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes().replace(b'"sample":0', b'"sample":1', 1))

    with pytest.raises(FluxBatchError, match="this line is damaged"):
        await mirrored(at, url)

    assert s3.puts() == []


async def test_no_credential_of_the_store_is_written_down(at: Site, s3: S3, url: str) -> None:
    """They stay where the store's library found them."""
    await mirrored(at, url)

    everything = b"".join(path.read_bytes() for path in at.out.rglob("*") if path.is_file())
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        assert s3.environment[name].encode() not in everything
    receipts = [json.loads(line) for line in next((at.out / ".flux-batch").glob("mirror-*")).read_bytes().splitlines()]
    assert {line["file_name"] for line in receipts} == set(public(at.out))


def test_s3_calls_a_file_in_parts_as_we_do(s3: S3, url: str, tmp_path: Path) -> None:
    """So that a large file need not be read back."""
    path, bucket, client = tmp_path / "parts", url.split("/")[2], s3.client()
    parts = [b"a" * PART, b"b" * PART, b"the rest"]
    path.write_bytes(b"".join(parts))
    upload = {
        "Bucket": bucket,
        "Key": "x",
        "UploadId": client.create_multipart_upload(Bucket=bucket, Key="x")["UploadId"],
    }
    told = [client.upload_part(**upload, PartNumber=n, Body=part)["ETag"] for n, part in enumerate(parts, start=1)]
    sent = {"Parts": [{"PartNumber": n, "ETag": etag} for n, etag in enumerate(told, start=1)]}
    client.complete_multipart_upload(**upload, MultipartUpload=sent)

    there = open_store(f"s3://{bucket}").look("x")

    assert there is not None
    assert (there.etag, there.md5) == (etag_in_parts(path, PART), "")


@pytest.mark.parametrize("protocol", ["memory", "file"])
async def test_any_store_will_do(at: Site, tmp_path: Path, protocol: str) -> None:
    """Where no digest is told, what has arrived is read back; where halves could be seen, names change at the end."""
    url = f"file://{tmp_path / 'copy'}" if protocol == "file" else f"memory://copy-{tmp_path.name}/x"

    assert await mirrored(at, url) is None

    store = await anyio.to_thread.run_sync(open_store, url)
    copy = await anyio.to_thread.run_sync(store.list)
    contents = {name: await anyio.to_thread.run_sync(partial(store.read, name)) for name in copy}
    assert contents == public(at.out)
