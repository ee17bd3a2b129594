"""Fault scripts: ``post#3: drop_after_read``, ``image#*: truncated 5%``, ``fetch#1-4: 404``.

The first rule that meets an event decides; where its dice say no, the next one is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from random import Random
from typing import Self

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from flux_batch.addons.server.faults.cue import Event
from flux_batch.addons.server.faults.table import EVENTS, FAULTS
from flux_batch.errors import UsageError

LARGEST_FILE = 2**20
SELECTOR = re.compile(r"(?P<kind>[a-z]+|\*)#(?P<which>.+)")
SPAN = re.compile(r"(?P<first>\d+)(?P<dash>-)?(?P<last>\d+)?|\*(/(?P<every>\d+))?")
EXAMPLE = "write it as `post#3: drop_after_read`, `image#*: truncated 5%` or `fetch#1-4: 404`"
NEVER_ENDING = 10**15


@dataclass(frozen=True, slots=True)
class Span:
    """Some of the numbers from 1 on: from *first* to *last*, every *every*-th of them."""

    first: int = 1
    last: int = NEVER_ENDING
    every: int = 1

    def __contains__(self, n: int) -> bool:
        return self.first <= n <= self.last and n % self.every == 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a script.

    Attributes:
        kind: the kind of event, ``*`` for all of them, counted together.
        spans: which of them, by number.
        fault: name of the fault, or an HTTP status.
        argument: of the fault.
        share: how often it is played where it could be, 0 to 1.
    """

    kind: str
    spans: tuple[Span, ...]
    fault: str
    argument: str = ""
    share: float = 1.0

    @classmethod
    def parse(cls, selector: str, how: str) -> Self:
        """Read one line.

        Raises:
            UsageError: unknown event or fault, a span or a share that cannot be read.
        """
        found = SELECTOR.fullmatch(selector.strip())
        kind = found["kind"] if found else ""
        if found is None or kind not in {*EVENTS, "*"}:
            raise UsageError(
                f"no such event in a fault script: {selector}", hint=f"{EXAMPLE}; events: {listed(EVENTS)}"
            )
        words = how.split()
        share = 1.0
        if words and words[-1].endswith("%"):
            share = parse_share(words.pop())
        if not words:
            raise UsageError(f"no fault is named for {selector}", hint=EXAMPLE)
        check(words[0], kind)
        return cls(kind, tuple(map(parse_span, found["which"].split(","))), words[0], " ".join(words[1:]), share)

    def meets(self, event: Event) -> bool:
        """Whether *event* is one this rule speaks of."""
        n = event.seq if self.kind == "*" else event.n
        return self.kind in {"*", event.kind} and any(n in span for span in self.spans)


@dataclass(frozen=True, slots=True)
class Script:
    """Rules in order, and the seed of their dice."""

    rules: tuple[Rule, ...] = ()
    seed: int = 0

    @classmethod
    def of(cls, lines: Mapping[str, object]) -> Self:
        """Build a script from its lines: selector -> fault, and ``seed``.

        Raises:
            UsageError: a line cannot be read.
        """
        seed = lines.get("seed", 0)
        if not isinstance(seed, int):
            raise UsageError(f"seed of a fault script is no whole number: {seed}", hint="write `seed: 7`")
        return cls(tuple(Rule.parse(str(s), str(how)) for s, how in lines.items() if s != "seed"), seed)

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read a script from a YAML file.

        Raises:
            UsageError: it cannot be read, or is no mapping of events to faults.
        """
        try:
            text = file.read_bytes()[:LARGEST_FILE].decode()
            lines = YAML(typ="safe", pure=True).load(text)
        except OSError as problem:
            raise UsageError(f"cannot read {file}: {problem.strerror}", hint="check the path") from problem
        except (YAMLError, UnicodeDecodeError, ValueError) as problem:
            raise UsageError(f"{file} is no YAML: {problem}", hint=EXAMPLE) from problem
        if not isinstance(lines, dict):
            raise UsageError(f"{file} is no mapping of events to faults", hint=EXAMPLE)
        return cls.of(lines)

    def rule_for(self, event: Event, among: Iterable[str] | None = None) -> tuple[Rule, Random] | None:
        """Return the rule that meets *event* and its dice; with *among*, only rules with one of these faults count."""
        wanted = None if among is None else set(among)
        for number, rule in enumerate(self.rules):
            if (wanted is None or rule.fault in wanted) and rule.meets(event):
                dice = Random(f"{self.seed}:{number}:{event.kind}:{event.n}")
                if dice.random() < rule.share:
                    return rule, dice
        return None


def check(name: str, kind: str) -> None:
    """Refuse a fault nobody knows, or one that cannot be played on *kind*.

    Raises:
        UsageError: with the nearest names.
    """
    if name.isdecimal():
        return
    fault = FAULTS.get(name)
    if fault is None:
        near = get_close_matches(name, FAULTS, 3, 0.5)
        hint = f"did you mean {listed(near)}?" if near else "`flux-batch serve --list-faults` shows them all"
        raise UsageError(f"no such fault: {name}", hint=hint)
    if kind not in {"*", *fault.on}:
        raise UsageError(f"{name} cannot be played on {kind}", hint=f"it is played on {listed(fault.on)}")


def parse_span(text: str) -> Span:
    """Read ``3``, ``1-4``, ``5-``, ``*`` or ``*/10``.

    Raises:
        UsageError: it is none of these.
    """
    found = SPAN.fullmatch(text.strip())
    if found is None or found["every"] == "0":
        raise UsageError(f"cannot read which events are meant: {text}", hint="write 3, 1-4, 5-, 1,4,9, * or */10")
    if found["first"] is None:
        return Span(every=int(found["every"] or 1))
    first = int(found["first"])
    return Span(first, int(found["last"]) if found["last"] else (NEVER_ENDING if found["dash"] else first))


def parse_share(text: str) -> float:
    """Read ``5%``.

    Raises:
        UsageError: it is no number of percent from 0 to 100.
    """
    try:
        share = float(text.removesuffix("%")) / 100
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(f"cannot read how often: {text}", hint="write percent, from 0% to 100%")
    return share


def listed(names: Iterable[str]) -> str:
    """Names as a sentence has them."""
    return ", ".join(f"`{name}`" for name in names)
