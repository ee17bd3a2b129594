"""However the service spells its answers, the same images arrive."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from batch_runs import assert_sound, billed_per_job, site
from hurried_loop import HurriedLoop

from flux_batch.addons.server.manners import Manners
from flux_batch.addons.server.service_time import ServiceTime

AT_ONCE: dict[str, Any] = {}
LATER: dict[str, Any] = {"hold": 0.0, "service_time": ServiceTime("constant", (0.5,))}
"""A post is answered at once with ``processing``."""


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Callable[[], HurriedLoop]]]:
    """Polls are seconds apart."""
    return "asyncio", {"loop_factory": HurriedLoop}


ELSEWHERE = {"status_codes", "spelling", "busy", "base64", "padding"}
ONLY_AT_ONCE = {"file_name", "image_type", "slashes"}
"""Spellings of errors, and of what has a test of its own; where the images are makes no difference to the last."""


def manners() -> list[Any]:
    """Each way of each manner that is not the default, by itself, in the settings in which it can be seen."""
    hints = get_type_hints(Manners)
    return [
        pytest.param({field.name: way}, settings, id=f"{field.name}={way}{'-later' * bool(settings)}")
        for field in dataclasses.fields(Manners)
        for way in get_args(hints[field.name])
        for settings in ([AT_ONCE] if field.name in ONLY_AT_ONCE else [AT_ONCE, LATER])
        if way != field.default and field.name not in ELSEWHERE
    ]


async def run_and_check(out: Path, params: dict[str, Any], settings: dict[str, Any]) -> None:
    """Three jobs, all kept, each posted once."""
    async with site(out, **settings) as at:
        made = await at.make(prompts=1, seeds=3, params={"size": "64x64", **params})

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept) == (0, 3)
        assert sorted(billed_per_job(at).values()) == [1, 1, 1]
        assert len({line["sha256"] for line in at.lines}) == 3
        assert all(line["generation_id"] for line in at.lines)


@pytest.mark.parametrize("manner, settings", manners())
async def test_every_manner_of_answering_yields_the_images(
    tmp_path: Path, manner: dict[str, Any], settings: dict[str, Any]
) -> None:
    """Held or polled."""
    await run_and_check(tmp_path / "out", {}, {**settings, "manners": Manners(**manner)})


@pytest.mark.parametrize("settings", [AT_ONCE, LATER], ids=["at-once", "processing"])
@pytest.mark.parametrize(
    "form, padding", [("link", "no"), ("inline", "no"), ("data-uri", "no"), ("link-data-uri", "yes"), ("link", "yes")]
)
async def test_base64_of_every_form_becomes_an_image(tmp_path: Path, form: Any, padding: Any, settings: Any) -> None:
    """As text behind a link, inside the answer or as a data URI; with ``=`` at its end or without."""
    spelt = Manners(base64=form, padding=padding)

    await run_and_check(tmp_path / "out", {"base64": True}, {**settings, "manners": spelt})


async def test_inline_images_of_several_samples_are_told_apart(tmp_path: Path) -> None:
    """And the text they came as is gone when they are kept."""
    async with site(tmp_path / "out", manners=Manners(base64="inline")) as at:
        await at.make(prompts=1, seeds=2, params={"size": "64x64", "base64": True, "samples": 3})

        assert_sound(at)
        assert len(at.lines) == 6
        assert not [path for path in at.out.rglob("*.base64") if path.is_file()]


@pytest.mark.parametrize(
    "fault",
    ["json_as_html", "hostile_fetch", "b64_prefixed", "b64_wrapped", "b64_unpadded", "close_after", "gateway_html 502"],
)
async def test_a_harmless_oddity_costs_nothing(tmp_path: Path, fault: str) -> None:
    """Called HTML, links to other hosts beside the real ones, lines of 76 characters: the images arrive."""
    manner = Manners(base64="inline") if fault.startswith("b64") else Manners()
    faults = {"post#1": fault} if not fault.startswith("gateway") else {"image#1": fault.split()[1]}
    async with site(tmp_path / "out", faults, manners=manner) as at:
        params = {"size": "64x64", "base64": fault.startswith("b64")}
        made = await at.make(prompts=1, seeds=3, params=params)

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept, len(at.posts)) == (0, 3, 3)


async def test_a_link_that_is_no_web_link_keeps_its_image_out_and_the_run_going(tmp_path: Path) -> None:
    """The other links of the answer are tried, and nothing is bought again."""
    async with site(tmp_path / "out", {"post#2": "ssrf file"}) as at:
        made = await at.make(prompts=1, seeds=3)

        assert_sound(at)
        assert made.report.kept >= 2
        assert len(at.posts) == 3
