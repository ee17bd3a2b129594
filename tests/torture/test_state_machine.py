"""Any story of runs, faults and meddling: whatever happened, nothing that may not be found is found.

The rules are what can happen to a folder in its life. After each of them the promises are checked; after a run without
a fault all of them must hold.
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from faulty_disk import Dies, Fails, Fills, Plan
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from memory_service import Manner, MemoryService
from scene import Scene
from torture_counts import Counts

CALLS = st.integers(1, 110)
PICKS = st.integers(0, 50)
PLANS: list[Callable[[int], Plan]] = [Dies, Fills, lambda n: Fails(n, errno.EIO)]
STORY = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
SAD = {Manner.BLANK, Manner.FORGETS, Manner.FAILS_LATER}
"""After these an image is gone for good, and ``run_well`` could not say how a good run ends."""

ENDS = {0, 3, 5, 6}
"""How a run without a fault of the disk may end: credit and the cap on repeated posts included."""


class Life(RuleBasedStateMachine):
    """The life of one output folder."""

    @initialize(samples=st.sampled_from([1, 2]), ambiguous=st.sampled_from(["retry", "hold"]))
    def begin(self, samples: int, ambiguous: str) -> None:
        """An empty folder and a service that works."""
        self.home = tempfile.TemporaryDirectory(dir=Path("/dev/shm") if Path("/dev/shm").is_dir() else None)  # noqa: S108
        self.scene = Scene(Path(self.home.name), MemoryService(), samples=samples, ambiguous=ambiguous)
        self.settled = False

    @rule()
    def run_well(self) -> None:
        """A run without a fault puts everything right."""
        ended = self.scene.run()
        assert ended.code in ENDS, ended
        self.settled = True
        if ended.code == 0:
            assert len(self.images()) >= self.scene.seeds * self.scene.samples

    @rule(call=CALLS, plan=st.sampled_from(PLANS), power=st.booleans())
    def run_badly(self, call: int, plan: Callable[[int], Plan], power: bool) -> None:  # noqa: FBT001 - Hypothesis
        """A run dies, or fails, or the power is cut."""
        Counts.faults += 1
        ended = self.scene.run(plan(call))
        self.settled = False
        if power and ended.code is None:
            self.scene.disk.cut_power(Random(call))

    @rule(pick=PICKS)
    def delete_an_image(self, pick: int) -> None:
        """It must come back, without a post."""
        for path in self.picked(pick):
            path.unlink()
            self.settled = False

    @rule(pick=PICKS)
    def cut_an_image(self, pick: int) -> None:
        """It must come back whole, without a post."""
        for path in self.picked(pick):
            path.write_bytes(path.read_bytes()[:-1])
            self.settled = False

    @rule(pick=PICKS)
    def flip_a_byte(self, pick: int) -> None:
        """A run does not look that closely; a repair does."""
        for path in self.picked(pick):
            content = bytearray(path.read_bytes())
            content[pick % len(content)] ^= 1
            path.write_bytes(content)
            self.scene.damaged.add(path.relative_to(self.scene.out).as_posix())

    @rule(pick=PICKS)
    def take_out_a_job(self, pick: int) -> None:
        """Image and line removed: it is made again, by one post."""
        if not self.settled or not self.lines():
            return
        wanted = self.lines()[pick % len(self.lines())].split('"job":"')[1][:16]
        self.write_lines([line for line in self.lines() if wanted not in line])
        for path in self.images():
            if wanted in path.name:
                path.unlink()
                self.scene.damaged.discard(path.relative_to(self.scene.out).as_posix())
        self.scene.told = {image for image in self.scene.told if image[0] != wanted}
        self.scene.asked_again[wanted] += 1
        self.settled = False

    @rule()
    def drop_a_stray(self) -> None:
        """A file that nobody knows."""
        if not (self.scene.out / "images").exists():
            return
        (self.scene.out / "images" / "holiday.png").write_bytes(b"sun")
        self.settled = False

    @rule(manner=st.sampled_from([each for each in Manner if each not in SAD]))
    def change_the_service(self, manner: Manner) -> None:
        """It answers otherwise from now on; credit may be out, or be there again."""
        self.scene.service.manner = manner

    @rule()
    def let_links_expire(self) -> None:
        """The ids still lead to new ones."""
        self.scene.service.generation += 1

    @rule(seeds=st.integers(1, 5))
    def edit_the_grid(self, seeds: int) -> None:
        """Only new cells are bought, and what is there stays when its cell goes."""
        self.scene.seeds = seeds

    @rule()
    def top_up_credit(self) -> None:
        """The service works again as it did in the beginning."""
        self.scene.service.manner = Manner.AT_ONCE

    @rule(seconds=st.sampled_from([-3600.0, 3600.0, 86_400.0]))
    def move_the_clock(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self.scene.shift += seconds

    @rule()
    def repair(self) -> None:
        """What ``verify --repair`` does."""
        if self.lines():
            self.scene.repair()
            self.scene.damaged.clear()

    @invariant()
    def nothing_is_wrong(self) -> None:
        """Right now, and after a good run with no allowance."""
        if not hasattr(self, "scene") or not self.scene.out.exists():
            return
        assert (self.scene.wrong_at_the_end() if self.settled else self.scene.wrong_meanwhile()) == []

    def teardown(self) -> None:
        """Remove the folder."""
        if hasattr(self, "home"):
            self.home.cleanup()

    def images(self) -> list[Path]:
        """The images that are there."""
        folder = self.scene.out / "images"
        return sorted(path for path in folder.glob("*-*.png")) if folder.exists() else []

    def picked(self, pick: int) -> list[Path]:
        """One of them, where there are any. No rule depends on how many: chance decides that in a run that dies."""
        images = self.images()
        return images[pick % len(images) :][:1] if images else []

    def lines(self) -> list[str]:
        """The manifest, line by line."""
        manifest = self.scene.out / "manifest.jsonl"
        return manifest.read_text().splitlines(keepends=True) if manifest.exists() else []

    def write_lines(self, lines: list[str]) -> None:
        """Write the manifest anew."""
        (self.scene.out / "manifest.jsonl").write_text("".join(lines))


class TestALife(Life.TestCase):  # type: ignore[valid-type,misc]
    """A dozen short lives, for every day."""

    settings = settings(STORY, max_examples=12, stateful_step_count=15)


@pytest.mark.torture
@pytest.mark.timeout(300)
class TestManyLives(Life.TestCase):  # type: ignore[valid-type,misc]
    """More of them, and longer."""

    settings = settings(STORY, max_examples=60, stateful_step_count=30)
