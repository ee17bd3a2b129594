"""An arrival becomes a file, a line and a word in the journal; or it is set aside with a reason, and stays paid."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from anyio.to_thread import run_sync as in_thread
from open_folder import arrived, bought, opened
from store_samples import job, paid, png

from flux_batch.store.keep import Keeper, Restored, SetAside, public
from flux_batch.store.manifest import Line
from flux_batch.store.publish import NameTaken
from flux_batch.store.record import intent, unknown
from flux_batch.store.standing import Fate
from flux_batch.store.store import Store
from flux_batch.store.strays import Strays

WORK = job()
STRICT = dict.fromkeys(("single_color", "blank", "safety", "size", "duplicate"), "quarantine")
FLAGGED = dict.fromkeys(STRICT, "flag")


def keeper(store: Store, name: str = "{job}-{sample}", **gates: str) -> Keeper:
    """A keeper with these gates on."""
    return Keeper(store, name, gates)


async def tree(root: Path, *folders: str) -> list[str]:
    """The files below *root* in these folders."""
    found = [sorted((root / folder).glob("*")) for folder in folders]
    return await in_thread(lambda: [each.relative_to(root).as_posix() for names in found for each in names])


async def test_an_image_is_kept_with_everything_known_of_it(tmp_path: Path) -> None:
    """What was asked, what was answered, what is in the file; and the link without what lets anybody in."""
    async with opened(tmp_path) as store:
        standing = await bought(store, WORK, paid())
        kept = await keeper(store).keep(standing, 0, await arrived(store, WORK, png()))

    assert isinstance(kept, Line)
    assert (kept.file_name, kept.bytes, kept.width) == (f"images/{WORK.id}-0.png", len(png()), 64)
    assert (kept.seed, kept.attempts, kept.billed, kept.flags) == (1, 1, "once", [])
    assert kept.url == "https://cdn.example/a.png"
    assert await tree(tmp_path, "images", ".flux-batch/part", "quarantine") == [kept.file_name]
    async with opened(tmp_path, begin=False) as again:
        assert again.stock.done.whole(WORK.id)
        assert again.book.standings == {}


async def test_a_post_that_was_repeated_says_so(tmp_path: Path) -> None:
    """The line tells that the image may have been billed twice."""
    async with opened(tmp_path) as store:
        await store.record(intent(WORK, 1))
        await store.record(unknown(WORK, 1, "reset"))
        standing = await bought(store, WORK, paid())
        kept = await keeper(store).keep(standing, 0, await arrived(store, WORK, png()))

    assert isinstance(kept, Line)
    assert kept.billed == "possibly_twice"


async def test_what_a_gate_flags_is_kept_with_a_word(tmp_path: Path) -> None:
    """In the manifest line."""
    other = job(2)
    async with opened(tmp_path) as store:
        keep = keeper(store, **FLAGGED).keep
        await keep(await bought(store, WORK, paid()), 0, await arrived(store, WORK, png(width=32)))
        line = await keep(await bought(store, other, paid(2)), 0, await arrived(store, other, png(width=32)))

    assert isinstance(line, Line)
    assert line.flags == ["size", "duplicate"]
    assert line.drift == [{"field": "width", "asked": 64, "got": 32}]


async def test_what_a_gate_refuses_is_set_aside_and_not_bought_again(tmp_path: Path) -> None:
    """The file and its reason lie in ``quarantine/``; the job has nothing open."""
    async with opened(tmp_path) as store:
        standing = await bought(store, WORK, paid())
        kept = await keeper(store, **STRICT).keep(standing, 0, await arrived(store, WORK, png(flat=True)))
        assert store.book.standings[WORK.id].open_samples == ()
        assert store.book.standings[WORK.id].problem == ("gate", "single_color: every pixel has the same colour")

    assert kept == SetAside(f"quarantine/{WORK.id}-0.png", "single_color: every pixel has the same colour")
    assert await tree(tmp_path, "images", "quarantine") == [kept.file_name, "quarantine/reasons.jsonl"]


async def test_pixels_that_do_not_decode_are_set_aside(tmp_path: Path) -> None:
    """The last to look at them has a veto."""
    async with opened(tmp_path) as store:
        standing = await bought(store, WORK, paid())
        arrival = await arrived(store, WORK, png())
        await in_thread(arrival.path.write_bytes, b"\x89PNG\r\n\x1a\nno pixels")
        kept = await keeper(store, **STRICT).keep(standing, 0, arrival)

    assert isinstance(kept, SetAside)
    assert kept.reason.startswith("whole: ")


async def test_gates_that_are_off_never_look(tmp_path: Path) -> None:
    """A picture of one color is kept where nobody minds."""
    async with opened(tmp_path) as store:
        standing = await bought(store, WORK, paid())
        kept = await keeper(store).keep(standing, 0, await arrived(store, WORK, png(flat=True)))

    assert isinstance(kept, Line)


async def test_a_name_that_is_taken_keeps_the_job_paid(tmp_path: Path) -> None:
    """The other file stays, the image can be fetched again, and no part of it is left."""
    async with opened(tmp_path) as store:
        standing = await bought(store, WORK, paid())
        await in_thread((tmp_path / f"images/{WORK.id}-0.png").write_bytes, b"mine")
        with pytest.raises(NameTaken):
            await keeper(store).keep(standing, 0, await arrived(store, WORK, png()))
        assert store.book.standings[WORK.id].open_samples == (0,)

    assert await tree(tmp_path, ".flux-batch/part") == []


async def test_an_image_whose_line_nobody_could_read_back_is_set_aside(tmp_path: Path) -> None:
    """Before it has a name: its job has failed, and whatever comes after it goes on."""
    work = replace(job(prompt="\N{GRINNING FACE}" * 2200), style="x" * 20_000)
    async with opened(tmp_path) as store:
        kept = await keeper(store).keep(await bought(store, work, paid()), 0, await arrived(store, work, png()))
        assert store.book.standings[work.id].fates == {0: Fate.QUARANTINED}

    assert isinstance(kept, SetAside)
    assert "too long for a manifest line" in kept.reason
    assert await tree(tmp_path, "images", ".flux-batch/part") == []


async def test_a_file_that_is_gone_comes_back_without_a_second_line(tmp_path: Path) -> None:
    """The same bytes under the same name, whatever the gates say today."""
    async with opened(tmp_path) as store:
        await keeper(store).keep(await bought(store, WORK, paid()), 0, await arrived(store, WORK, png(flat=True)))
    await in_thread((tmp_path / f"images/{WORK.id}-0.png").unlink)

    async with opened(tmp_path) as store:
        assert store.book.standings[WORK.id].open_samples == (0,)
        kept = await keeper(store, "{seed}-{job}-{sample}", **STRICT).keep(
            store.book.standings[WORK.id], 0, await arrived(store, WORK, png(flat=True))
        )
        assert store.stock.done.images == 1
        assert store.book.standings == {}

    assert kept == Restored(f"images/{WORK.id}-0.png")
    assert len(await in_thread((tmp_path / "manifest.jsonl").read_bytes)) > 0
    async with opened(tmp_path, begin=False) as again:
        assert (again.stock.twice, again.stock.missing, again.stock.done.images) == (set(), {}, 1)


async def test_a_file_that_comes_back_as_another_picture_is_set_aside(tmp_path: Path) -> None:
    """The line names other bytes; neither is lost, and nothing is bought."""
    async with opened(tmp_path) as store:
        await keeper(store).keep(await bought(store, WORK, paid()), 0, await arrived(store, WORK, png()))
    await in_thread((tmp_path / f"images/{WORK.id}-0.png").unlink)

    async with opened(tmp_path) as store:
        kept = await keeper(store).keep(store.book.standings[WORK.id], 0, await arrived(store, WORK, png(2)))

    assert isinstance(kept, SetAside)
    assert "it is another picture now" in kept.reason
    async with opened(tmp_path, begin=False) as again:
        assert again.book.standings[WORK.id].open_samples == ()


async def test_a_stray_that_is_paid_for_is_taken_in(tmp_path: Path) -> None:
    """A run was killed between the name and the line: no post and no download is needed."""
    async with opened(tmp_path) as store:
        await bought(store, WORK, paid())
        await in_thread((tmp_path / f"images/{WORK.id}-0.png").write_bytes, png())

    async with opened(tmp_path) as store:
        strays = Strays(store, keeper(store))
        assert strays.names() == [f"images/{WORK.id}-0.png"]
        kept = await strays.settle(strays.names()[0])
        assert store.book.standings == {}

    assert isinstance(kept, Line)
    assert await tree(tmp_path, "images", "quarantine", ".flux-batch/part") == [kept.file_name]


async def test_a_stray_that_two_names_lead_to_is_taken_in_once(tmp_path: Path) -> None:
    """One whose name says another format gets its own name; what lies there with the same bytes is that image."""
    names = [f"images/{WORK.id}-0.jpg", f"images/{WORK.id}-0.png"]
    async with opened(tmp_path) as store:
        await bought(store, WORK, paid())
        for name in names:
            await in_thread((tmp_path / name).write_bytes, png())

    async with opened(tmp_path) as store:
        strays = Strays(store, keeper(store))
        kept = await strays.settle(strays.names()[0])
        assert strays.names() == []

    assert isinstance(kept, Line)
    assert await tree(tmp_path, "images", "quarantine", ".flux-batch/part") == [kept.file_name] == names[1:]


async def test_a_stray_whose_name_is_taken_is_set_aside_and_not_removed(tmp_path: Path) -> None:
    """It may be the only copy there is."""
    async with opened(tmp_path) as store:
        await bought(store, WORK, paid())
        await in_thread((tmp_path / f"images/{WORK.id}-0.jpg").write_bytes, png())
        await in_thread((tmp_path / f"images/{WORK.id}-0.png").mkdir)

    async with opened(tmp_path) as store:
        kept = await Strays(store, keeper(store)).settle(f"images/{WORK.id}-0.jpg")

    assert isinstance(kept, SetAside)
    assert "exists already" in kept.reason
    assert await in_thread((tmp_path / kept.file_name).read_bytes) == png()


@pytest.mark.parametrize(
    "name, content, reason",
    [
        ("holiday.png", png(), "stray: no paid job of this folder lacks an image of this name"),
        (f"{'0' * 16}-0.png", png(), "stray: no paid job of this folder lacks an image of this name"),
        (f"{WORK.id}-7.png", png(), "stray: no paid job of this folder lacks an image of this name"),
        (f"{WORK.id}-0.png", png()[:-4], "stray: PNG cut after"),
        (f"{WORK.id}-0.png", b"", "stray: empty file instead of an image"),
    ],
)
async def test_any_other_stray_is_set_aside_with_the_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    """Nothing stays in ``images/`` that no line names."""
    async with opened(tmp_path) as store:
        await bought(store, WORK, paid())
        await in_thread((tmp_path / "images" / name).write_bytes, content)

    async with opened(tmp_path) as store:
        kept = await Strays(store, keeper(store)).settle(f"images/{name}")

    assert isinstance(kept, SetAside)
    assert kept.reason.startswith(reason)
    assert await tree(tmp_path, "images") == []
    assert await in_thread((tmp_path / kept.file_name).read_bytes) == content


async def test_a_stray_link_is_set_aside_though_it_leads_to_the_image(tmp_path: Path) -> None:
    """A dataset of links is none."""
    async with opened(tmp_path) as store:
        await bought(store, WORK, paid())
        await in_thread((tmp_path / "elsewhere.png").write_bytes, png())
        await in_thread((tmp_path / f"images/{WORK.id}-0.png").symlink_to, tmp_path / "elsewhere.png")

    async with opened(tmp_path) as store:
        kept = await Strays(store, keeper(store)).settle(f"images/{WORK.id}-0.png")

    assert kept == SetAside(f"quarantine/{WORK.id}-0.png", "stray: a link, not a file")


async def test_a_file_that_changed_makes_room_for_the_whole_one(tmp_path: Path) -> None:
    """It is kept in ``quarantine/``: somebody may want it."""
    async with opened(tmp_path) as store:
        await keeper(store).keep(await bought(store, WORK, paid()), 0, await arrived(store, WORK, png()))
    await in_thread((tmp_path / f"images/{WORK.id}-0.png").write_bytes, b"edited")

    async with opened(tmp_path) as store:
        strays = Strays(store, keeper(store))
        assert strays.damaged() == [f"images/{WORK.id}-0.png"]
        await strays.put_aside(strays.damaged()[0])
        kept = await keeper(store).keep(store.book.standings[WORK.id], 0, await arrived(store, WORK, png()))

    assert kept == Restored(f"images/{WORK.id}-0.png")
    assert await in_thread((tmp_path / f"quarantine/{WORK.id}-0.png").read_bytes) == b"edited"


@pytest.mark.parametrize("name", [".DS_Store", ".hidden.png"])
async def test_what_desktops_drop_is_none_of_ours(tmp_path: Path, name: str) -> None:
    """Names with a leading dot stay where they are."""
    async with opened(tmp_path) as store:
        await in_thread((tmp_path / "images" / name).write_bytes, b"x")
        await store.record({"e": "end", "exit_code": 0})

    async with opened(tmp_path, begin=False) as store:
        assert store.stock.strays == set()
        assert not store.unsettled


@pytest.mark.parametrize(
    "template", ["{job}-{sample}", "{seed}.{sample}_{job}", "x{job}{sample}", "{job}-{sample}-{job}"]
)
async def test_a_stray_is_known_by_any_template_of_names(tmp_path: Path, template: str) -> None:
    """Also by the one a grid has that names none, should the template have changed."""
    async with opened(tmp_path) as store:
        await bought(store, WORK, paid())
        for name in (template.format(job=WORK.id, sample=0, seed=1), f"{WORK.id}-0"):
            await in_thread((tmp_path / f"images/{name}.png").write_bytes, png())
            kept = await Strays(store, keeper(store, template)).settle(f"images/{name}.png")
            assert isinstance(kept, Line) or name == f"{WORK.id}-0"


async def test_a_seed_that_the_service_drew_is_null_in_the_name(tmp_path: Path) -> None:
    """As in the grid, whatever the language of this program calls it."""
    drawn = job(2, seed=None)
    async with opened(tmp_path) as store:
        names = [keeper(store, "{seed}-{job}-{sample}").file_name(each, 0, ".png") for each in (WORK, drawn)]

    assert names == [f"images/1-{WORK.id}-0.png", f"images/null-{drawn.id}-0.png"]


def test_a_link_is_shown_without_what_lets_anybody_in() -> None:
    """No user, no signature."""
    assert public("https://u:p@cdn.example:8443/a/b.png?sig=x#y") == "https://cdn.example:8443/a/b.png"
