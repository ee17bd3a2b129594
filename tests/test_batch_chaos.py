"""Everything goes wrong at once, by a seeded script: at the end every image is kept or accounted for."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from batch_runs import Site, assert_sound, billed_per_job, declared, site
from hurried_loop import HurriedLoop

from flux_batch.addons.server.faults.table import FAULTS
from flux_batch.addons.server.service_time import ServiceTime

ENDS_THE_RUN = {"bad_key", "credits", "plan", "redirect_307", "ra_huge", "revoke", "broke", "kill_client"}
LEADS_AWAY = {"ssrf", "hostile_fetch"}
"""Beyond this machine."""
TAKES_LONG = {"proc_forever", "proc_failed", "proc_error", "proc_404", "storm", "ra_seconds", "ra_date"}
BRIEFLY = {"gzip_json": "1", "body_endless": "1", "b64_huge": "1", "stall": "1", "gateway_cut": "1", "body_stall": "1"}
BRIEFLY |= dict.fromkeys(["drip", "drip_header", "body_slow"], "0.001")
"""Megabytes and seconds that do for a test."""
SHARE = 0.3
EVENTS = 120
"""Of each kind that may be spoiled; what comes after goes well, so that an end can be reached."""


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Callable[[], HurriedLoop]]]:
    """So many waits."""
    return "asyncio", {"loop_factory": HurriedLoop}


def chaos(seed: int) -> Iterator[tuple[str, str]]:
    """Draw a fault for three of ten events."""
    dice = random.Random(seed)
    for kind in ("post", "fetch", "image"):
        known = sorted(name for name, fault in FAULTS.items() if kind in fault.on)
        choice = [name for name in known if name not in ENDS_THE_RUN | LEADS_AWAY | TAKES_LONG]
        for number in range(1, EVENTS):
            if dice.random() < SHARE:
                name = dice.choice(choice)
                yield f"{kind}#{number}", f"{name} {BRIEFLY.get(name, '')}".strip()


def accounted_for(at: Site) -> set[str]:
    """The jobs that are whole, and those that failed and are written down."""
    return {line["job"] for line in at.lines} | {each["job"] for each in at.failures}


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_goes_wrong_every_image_is_kept_or_accounted_for(tmp_path: Path, seed: int) -> None:
    """The same command, typed until there is nothing to do: no bug, no damage, no bill that is not declared."""
    later = {"hold": 0.0, "service_time": ServiceTime("constant", (0.5,))} if seed % 2 else {}
    async with site(tmp_path / "out", dict(chaos(seed)), **later) as at:
        params = {"size": "64x64", "base64": seed % 4 > 1}
        codes: list[int] = []
        while (not codes or codes[-1] in {6, 7}) and len(codes) < 10:
            made = await at.make(prompts=2, seeds=12, params=params)
            codes.append(made.report.exit_code)

            assert_sound(at)
            assert made.report.known_billed <= at.server.ledger.billed
            assert at.server.ledger.billed <= made.report.known_billed + made.report.possibly_billed_twice

        wanted = {job.id for job in at.batch(prompts=2, seeds=12, params=params).plan}
        assert codes[-1] in {0, 3}
        assert accounted_for(at) == wanted
        assert not billed_per_job(at) - Counter(wanted) - declared(at)
        assert len(at.lines) >= 12
