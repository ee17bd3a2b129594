"""The whole way of an image: a grid becomes files and lines, once; again, it only adds what is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from batch_runs import Site, assert_sound, billed_per_job, site, tree

from flux_batch.store.events import Begun, Ended, Kept


@pytest.fixture
async def plain(tmp_path: Path) -> AsyncIterator[Site]:
    """A server that does everything right."""
    async with site(tmp_path / "out") as running:
        yield running


async def test_every_cell_becomes_one_image_and_one_line(plain: Site) -> None:
    """Each is posted once, fetched once, and is what was asked for."""
    made = await plain.make(prompts=2, seeds=4)

    assert_sound(plain)
    cells = {(line["prompt"], line["seed"]) for line in plain.lines}
    assert cells == {(f"picture {p}", s) for p in range(2) for s in range(1, 5)}
    assert len(plain.lines) == len(plain.posts) == len(plain.server.ledger.of("image")) == 8
    assert all(
        (line["width"], line["height"], line["format"], line["billed"]) == (64, 64, "png", "once")
        for line in plain.lines
    )
    assert (made.report.exit_code, made.report.kept, made.report.known_billed) == (0, 8, 8)


async def test_events_tell_the_run_from_its_begin_to_its_end(plain: Site) -> None:
    """First what there is to do, then each image when it is safe, then how it ended."""
    made = await plain.make()

    assert isinstance(made.events[0], Begun)
    assert (made.events[0].planned, made.events[0].kept) == (8, 0)
    assert [event.line.job for event in made.events if isinstance(event, Kept)] == [line["job"] for line in plain.lines]
    assert made.events[-1] == Ended(made.report, changed=True)


async def test_a_finished_run_again_makes_no_request_and_changes_no_byte(plain: Site) -> None:
    """Neither of an image nor of any record; not a single time stamp."""
    await plain.make()
    before, requests = tree(plain.out), plain.requests

    again = await plain.make()

    assert tree(plain.out) == before
    assert plain.requests == requests
    assert (again.report.exit_code, again.report.kept) == (0, 8)
    assert (again.report.posts, again.report.polls, again.report.downloads) == (0, 0, 0)
    assert again.events == [Ended(again.report, changed=False)]


async def test_two_images_deleted_with_their_lines_are_the_two_that_are_made(plain: Site) -> None:
    """The others stay as they are, to the byte."""
    await plain.make()
    before = tree(plain.out)
    gone, manifest = plain.lines[2:4], plain.out / "manifest.jsonl"
    for line in gone:
        (plain.out / line["file_name"]).unlink()
    kept_lines = [text for text in manifest.read_text().splitlines(keepends=True) if gone[0]["job"] not in text]
    manifest.write_text("".join(text for text in kept_lines if gone[1]["job"] not in text))

    made = await plain.make()

    assert_sound(plain)
    assert [entry.track_id for entry in plain.posts[8:]] == [line["job"] for line in gone]
    assert made.report.kept == 8
    images = {name: entry for name, entry in before.items() if name.startswith("images/")}
    after = tree(plain.out)
    gone_names = {line["file_name"] for line in gone}
    assert {name for name, entry in images.items() if after[name] != entry} == gone_names
    assert all(after[name][2] == before[name][2] for name in gone_names), "the same request, the same picture"


async def test_a_grid_that_grows_buys_only_its_new_cells(plain: Site) -> None:
    """Tomorrow's two seeds cost two seeds."""
    await plain.make(prompts=2, seeds=2)
    known = {line["job"] for line in plain.lines}

    made = await plain.make(prompts=2, seeds=3)

    new = [entry.track_id for entry in plain.posts[4:]]
    assert (len(new), made.report.kept) == (2, 6)
    assert not known & set(new)
    assert {line["seed"] for line in plain.lines if line["job"] in new} == {3}


async def test_a_cell_that_stands_twice_in_a_grid_is_bought_once(plain: Site) -> None:
    """Two equal prompts are one picture."""
    made = await plain.make(axes={"prompt": ["same", "same", "other"], "seed": [1]})

    assert max(billed_per_job(plain).values()) == 1
    assert (made.report.exit_code, len(plain.lines)) == (0, 2)


async def test_a_job_of_four_samples_yields_four_images(plain: Site) -> None:
    """Told apart by their number; a lost one alone is fetched again, not bought."""
    await plain.make(prompts=1, seeds=1, params={"samples": 4, "size": "64x64"})

    assert_sound(plain)
    assert [line["sample"] for line in sorted(plain.lines, key=lambda line: line["sample"])] == [0, 1, 2, 3]
    assert len(plain.posts) == 1
    assert len({line["sha256"] for line in plain.lines}) == 4


async def test_shards_are_disjoint_and_together_the_whole(plain: Site) -> None:
    """Three machines share a grid by saying which third is theirs."""
    jobs = []
    for part in range(3):
        shard = Site(plain.server, plain.out.with_name(f"part-{part}"))
        await shard.make(prompts=2, seeds=5, limits={"shard": f"{part}/3"})
        jobs += [line["job"] for line in shard.lines]

    whole = [job.id for job in plain.batch(prompts=2, seeds=5).plan]
    assert sorted(jobs) == sorted(whole)


async def test_a_limit_makes_so_many_and_the_next_run_goes_on(plain: Site) -> None:
    """A first look at three, then three more."""
    await plain.make(limits={"limit": 3})
    first = [line["job"] for line in plain.lines]
    await plain.make(limits={"limit": 3})

    assert (len(first), len(plain.lines), len(plain.posts)) == (3, 6, 6)


async def test_what_the_report_counts_is_what_the_server_saw(plain: Site) -> None:
    """Posts, downloads and money of run.json against the server's ledger."""
    made = await plain.make(prompts=1, seeds=3, params={"samples": 2, "size": "64x64"}, endpoint={"price": 0.5})

    ledger = plain.server.ledger
    assert (made.report.posts, made.report.downloads) == (len(plain.posts), len(ledger.of("image")))
    assert (made.report.known_billed, made.report.cost) == (ledger.billed, 3.0)
    assert (plain.out / "run.json").read_text().count(made.report.grid_digest) == 1


async def test_nobody_waits_for_a_listener_that_never_looks(plain: Site) -> None:
    """A program that only wants the result enters the block and reads to the end."""
    async with plain.batch(prompts=1, seeds=2) as batch:
        events = [event async for event in batch]

    assert batch.report is not None
    assert isinstance(events[-1], Ended)
    assert batch.report.kept == 2
