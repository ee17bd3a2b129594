"""Every call that a run makes of disk and wire goes wrong once, in every way; the same command again puts all right.

A run is made and its calls are counted. Then, for each call: the process dies there, or the power is cut there, or
the call fails once, or from there on. What must hold right then is checked; the run is made again without a fault;
all that must ever hold is checked; and a third run must change nothing and ask for nothing.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

import pytest
from faulty_disk import Dies, Fails, Fills, Plan
from memory_service import Manner, MemoryService
from scene import Scene, given_up, lost_answers
from torture_counts import Counts

EVERY = int(os.environ.get("TORTURE_EVERY", "3"))
"""The tests marked ``torture`` try each third point, some 1,000 in a minute; ``TORTURE_EVERY=1`` tries all."""

EVERY_DAY = 15
"""The others try so few that nobody waits for them."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of going wrong at call number *n*."""

    words: str
    plan: Callable[[int], Plan]
    power: bool = False


WAYS = [
    Way("dies", Dies),
    Way("loses power", Dies, power=True),
    Way("fails once", lambda n: Fails(n, errno.EIO)),
    Way("is full from there on", Fills),
    Way("is read-only from there on", lambda n: Fails(n, errno.EROFS, for_good=True)),
]


@dataclass(frozen=True, slots=True)
class Setting:
    """A grid and a service.

    Attributes:
        codes: how a run without a fault may end.
    """

    words: str
    manner: Manner
    samples: int = 1
    ambiguous: str = "retry"
    codes: tuple[int, ...] = (0,)


SETTINGS = [
    Setting("images at once", Manner.AT_ONCE),
    Setting("two images a job, queued", Manner.QUEUED, samples=2),
    Setting("images inside the answer", Manner.INLINE),
    Setting("lost answers are held", Manner.AT_ONCE, ambiguous="hold", codes=(0, 3)),
    Setting("images arrive damaged at first", Manner.DAMAGED),
    Setting("one image is blank", Manner.BLANK, codes=(3,)),
    Setting("one job is refused", Manner.REFUSED, codes=(3,)),
    Setting("what was paid is lost", Manner.FORGETS, codes=(3,)),
    Setting("what was accepted fails later", Manner.FAILS_LATER, codes=(3,)),
]


def scene_of(setting: Setting, root: Path) -> Scene:
    """Set a scene up."""
    service = MemoryService(setting.manner)
    return Scene(root, service, samples=setting.samples, ambiguous=setting.ambiguous)


def torment(scene: Scene, setting: Setting, way: Way, number: int) -> list[str]:
    """Let call *number* go wrong, and say what is wrong with what follows."""
    Counts.faults += 1
    first = scene.run(way.plan(number))
    if way.power:
        scene.disk.cut_power(Random(number))
    found = scene.wrong_now()
    if first.code is not None and first.code not in {*setting.codes, 8}:
        found.append(f"ended with {first}")
    second = scene.run()
    found += missing_losses(scene, setting)
    if isinstance(way.plan(number), Fills) and lost_answers(scene.out):
        found.append("an answer that came was not written down")
    found += scene.wrong_at_the_end()
    if second.code not in setting.codes and second.code != 0:
        found.append(f"the run after it ended with {second}")
    return [f"call {number} {way.words}: {each}" for each in found + idle(scene, second.code)]


def missing_losses(scene: Scene, setting: Setting) -> list[str]:
    """What is paid and lost must be counted as that."""
    if setting.manner not in {Manner.FORGETS, Manner.FAILS_LATER}:
        return []
    audit = scene.audit()
    deque(audit.violations(), 0)
    lost, images = audit.ledger.book.money.paid_but_lost, scene.seeds * scene.samples
    return [] if lost == images else [f"{lost} of {images} lost images are counted"]


def idle(scene: Scene, code: int | None) -> list[str]:
    """What a run changes that has nothing to do."""
    if code != 0:
        return []
    before, requests = scene.tree(), scene.service.requests
    third = scene.run()
    wrong = [] if third.code == 0 else [f"the idle run ended with {third}"]
    wrong += [] if scene.service.requests == requests else ["the idle run asked for something"]
    return wrong + ([] if scene.tree() == before else ["the idle run changed something"])


def points(setting: Setting, arena: Path, every: int) -> range:
    """The calls of a run without a fault."""
    healthy = scene_of(setting, arena / "healthy")
    ended = healthy.run()
    assert ended.code in setting.codes, ended
    return range(1, len(healthy.disk.calls) + 1, every)


def all_that_goes_wrong(setting: Setting, way: Way, arena: Path, every: int) -> list[str]:
    """Try *way* at the calls of *setting*."""
    folders = (arena / str(n) for n in count())
    return [
        complaint
        for number in points(setting, arena, every)
        for complaint in torment(scene_of(setting, next(folders)), setting, way, number)
    ]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.words)
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.words)
@pytest.mark.torture
def test_whatever_goes_wrong_the_same_command_finishes(setting: Setting, way: Way, arena: Path) -> None:
    """Each image once, each file whole, each line true, the key nowhere: at every call that is tried."""
    assert all_that_goes_wrong(setting, way, arena, EVERY) == []


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.words)
def test_whatever_goes_wrong_now_and_then_the_same_command_finishes(way: Way, arena: Path) -> None:
    """The same at a few calls, for every day."""
    assert all_that_goes_wrong(SETTINGS[1], way, arena, EVERY_DAY) == []


def orphaned(root: Path, unlinked: int) -> Scene:
    """A run that died between the name of its one image and the line of it; and by now the service knows no link."""
    scene = Scene(root, seeds=1)
    scene.run(Dies(unlinked))
    scene.service.works[1000].manner = Manner.FORGETS
    return scene


@pytest.mark.parametrize("way", WAYS[:3], ids=lambda way: way.words)
def test_an_image_without_its_line_outlives_whatever_goes_wrong_while_it_is_taken_in(way: Way, arena: Path) -> None:
    """It may be the only copy, so that nothing is taken from where it lies before its line is written."""
    whole = Scene(arena / "whole", seeds=1)
    whole.run()
    unlinked = len(whole.disk.calls) - whole.disk.calls[::-1].index("link") + 2
    healthy = orphaned(arena / "healthy", unlinked)
    ended = healthy.run()
    assert (ended.code, healthy.service.requests) == (0, 2)
    wrong = []
    for number in range(1, len(healthy.disk.calls) + 1):
        Counts.faults += 1
        scene = orphaned(arena / str(number), unlinked)
        first = scene.run(way.plan(number))
        if way.power:
            scene.disk.cut_power(Random(number))
        second = scene.run()
        wrong += [] if first.code in {None, 0, 8} else [f"call {number} {way.words}: ended with {first}"]
        wrong += [] if second.code == 0 else [f"call {number} {way.words}: the run after it ended with {second}"]
        wrong += scene.wrong_at_the_end()
    assert wrong == []


@pytest.mark.torture
def test_recovery_may_be_killed_like_any_run(arena: Path) -> None:
    """A run dies, the run that recovers dies, and so does the third; the fourth finishes.

    It leaves out only what two of them died over, with the request on its way: that is for a person to decide.
    """
    rng, setting = Random(4), SETTINGS[1]
    calls = len(points(setting, arena, 1))
    wrong = []
    for number in range(120 // EVERY):
        scene = scene_of(setting, arena / str(number))
        for _ in range(3):
            Counts.faults += 1
            scene.run(Dies(rng.randint(1, calls)))
            if rng.random() < 0.3:
                scene.disk.cut_power(rng)
            wrong += scene.wrong_now()
        ended = scene.run()
        wrong += scene.wrong_at_the_end()
        held = given_up(scene.out)
        wrong += [] if ended.code == (3 if held else 0) else [f"{number}: {ended}, held: {held}"]
        wrong += idle(scene, ended.code)
    assert wrong == []
