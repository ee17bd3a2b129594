"""Progress: a bar on a terminal, a line now and then elsewhere, nothing when quiet. Draws events, decides nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

from tqdm import tqdm

from flux_batch.cli.words import duration, many, plain, say
from flux_batch.engine.events import BreakerClosed, BreakerOpened, LaneClosed, Paused, Resumed, SlotsChanged
from flux_batch.store.crew import State
from flux_batch.store.events import Begun, Event, Failed, Kept, Quarantined, Refetched, Stopping

EVERY = 5.0
"""Seconds between two lines where there is no terminal."""

PROMPT_WIDTH = 40
EVERY_IMAGE = 2
"""Times -v."""
BAR = "{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}, {rate_noinv_fmt}{postfix}]"
"""tqdm's own, without the unit."""


@dataclass(slots=True)
class Counts:
    """What the events add up to."""

    planned: int = 0
    kept: int = 0
    failed: int = 0
    fresh: int = 0

    def take(self, event: Event) -> None:
        """Count one event."""
        match event:
            case Begun(planned=planned, kept=kept):
                self.planned, self.kept = planned, kept
            case Kept() | Refetched():
                self.kept += 1
                self.fresh += 1
            case Failed() | Quarantined():
                self.failed += 1
            case _:
                pass


class Show(Protocol):
    """Something that draws a run."""

    def take(self, event: Event) -> None:
        """Draw one event."""
        ...

    def tick(self, now: float, state: State | None) -> None:
        """Draw what changes with time; *now* is in monotonic seconds."""
        ...

    def close(self) -> None:
        """Leave the terminal tidy."""
        ...


class Quiet:
    """Draws nothing."""

    def take(self, event: Event) -> None:
        """See :class:`Show`."""

    def tick(self, now: float, state: State | None) -> None:
        """See :class:`Show`."""

    def close(self) -> None:
        """See :class:`Show`."""


class Lines:
    """One plain line every few seconds, for logs and mails."""

    def __init__(self, started: float, verbose: int = 0) -> None:
        self.counts = Counts()
        self._verbose = verbose
        self._started = self._told = started
        self._last = ""

    def take(self, event: Event) -> None:
        """See :class:`Show`."""
        self.counts.take(event)
        for line in notices(event, self._verbose):
            say(line, err=True)

    def tick(self, now: float, state: State | None) -> None:
        """See :class:`Show`."""
        if now - self._told < EVERY or not self.counts.planned:
            return
        self._told = now
        line = ", ".join([self._line(now - self._started), *(f"{name} {value}" for name, value in facts(state))])
        if line != self._last:
            say(line, err=True)
        self._last = line

    def _line(self, elapsed: float) -> str:
        c = self.counts
        rate = c.fresh / elapsed if elapsed > 0 else 0.0
        left = f", {duration((c.planned - c.kept) / rate)} left" if rate and c.planned > c.kept else ""
        return f"{c.kept:,}/{c.planned:,} images, {c.failed} failed, {rate:.1f}/s{left}"

    def close(self) -> None:
        """See :class:`Show`."""


class Bar:
    """A tqdm bar with images done, failed, rate and time left."""

    def __init__(self, stream: TextIO, verbose: int = 0) -> None:
        self.counts = Counts()
        self._verbose = verbose
        self._stream = stream
        self._bar: tqdm[Any] | None = None

    def take(self, event: Event) -> None:
        """See :class:`Show`."""
        self.counts.take(event)
        if isinstance(event, Begun):
            self._bar = tqdm(
                total=event.planned,
                initial=event.kept,
                unit="",
                file=self._stream,
                bar_format=BAR,
                **size(self._stream),
                leave=True,
            )
        if self._bar is None:
            return
        for line in notices(event, self._verbose):
            self._bar.write(line, file=self._stream)
        if isinstance(event, Kept | Refetched):
            self._bar.update()

    def tick(self, now: float, state: State | None) -> None:  # noqa: ARG002 - see Show
        """See :class:`Show`."""
        if self._bar is not None:
            self._bar.set_postfix_str(beside_the_bar(self.counts.failed, state))

    def close(self) -> None:
        """See :class:`Show`."""
        if self._bar is not None:
            # The last frame stays: no slot is taken any more, and the summary below it tells the money.
            self._bar.set_postfix_str(beside_the_bar(self.counts.failed, None), refresh=False)
            self._bar.close()


def size(stream: TextIO) -> dict[str, Any]:
    """Return tqdm's options for the size: that of the terminal, 80 columns where it claims to have none."""
    try:
        terminal = os.get_terminal_size(stream.fileno())
    except OSError:
        terminal = os.terminal_size((0, 0))
    return {"dynamic_ncols": True} if all(terminal) else {"ncols": terminal.columns or 80, "nrows": 24}


def beside_the_bar(failed: int, state: State | None) -> str:
    """Return the same as :func:`facts` in the few words that leave room for a bar on 80 columns."""
    words = [f"{failed} failed"] if failed else []
    if state is not None:
        words += [f"slots {state.slots}/{max(state.known, state.limit)}"]
        words += [f"waiting {state.waiting:.0f} s"] if state.waiting else []
        words += [f"{state.downloads} loading"] if state.downloads else []
        words += [f"{state.billed:,} billed" if state.cost is None else f"{state.cost:.2f} USD"]
    return ", ".join(words)


def facts(state: State | None) -> Iterator[tuple[str, str]]:
    """Yield what a look at the run tells: slots taken of those known, seconds nobody posts, downloads, money."""
    if state is None:
        return
    yield "slots", f"{state.slots}/{max(state.known, state.limit)}"
    if state.waiting:
        yield "waiting", duration(state.waiting)
    yield "downloads", str(state.downloads)
    yield "billed", f"{state.billed:,}" if state.cost is None else f"{state.billed:,} ({state.cost:.2f} USD)"


def show_for(*, quiet: bool, started: float, verbose: int = 0) -> Show:
    """Return what fits: nothing when *quiet*, a bar on a terminal, lines elsewhere."""
    if quiet:
        return Quiet()
    return Bar(sys.stderr, verbose) if sys.stderr.isatty() else Lines(started, verbose)


def notices(event: Event, verbose: int = 0) -> list[str]:
    """Return what a person should read at once, line by line; escaped, since service and prompts write it.

    Args:
        event: what happened.
        verbose: 1 for what the slots do and why, 2 for every image too.
    """
    match event:
        case Begun(notes=notes, owed=owed):
            fetch = [f"{many(owed, 'job')} paid for earlier: fetched first, not bought again"] if owed else []
            return [*map(plain, notes), *fetch]
        case Stopping(reason=reason, seconds=seconds):
            home = f"what is under way has {duration(seconds)} to come home; a second Ctrl-C ends it now"
            return [f"stopping: {plain(reason, 200)}", *([home] if seconds else [])]
        case _:
            line = _line(event) or (_detail(event, verbose) if verbose else "")
            return [line] if line else []


def _line(event: Event) -> str:
    line = ""
    match event:
        case Failed(prompt=prompt, kind=kind, message=message):
            line = f"{kind}: {plain(prompt, PROMPT_WIDTH)!r}: {plain(message, 200)}"
        case Quarantined(file_name=name, reason=reason):
            line = f"set aside: {name}: {plain(reason, 200)}"
        case Paused(seconds=seconds, reason=reason) | BreakerOpened(seconds=seconds, reason=reason):
            line = f"waiting {duration(seconds)}: {plain(reason, 200)}"
        case LaneClosed(reason=reason, lane=lane) if lane:
            line = f"endpoint {lane} drops out: {plain(reason, 200)}"
        case _:
            pass
    return line


def _detail(event: Event, verbose: int) -> str:
    match event:
        case SlotsChanged(limit=limit, reason=reason, lane=lane):
            return f"slots{lane and f' of {lane}'}: {limit}, {plain(reason, 200)}"
        case Resumed(lane=lane) | BreakerClosed(lane=lane):
            return f"posting again{lane and f' at {lane}'}"
        case Kept(line=line) if verbose >= EVERY_IMAGE:
            return f"kept {line.file_name}: {plain(line.prompt, PROMPT_WIDTH)!r}"
        case _:
            return ""
