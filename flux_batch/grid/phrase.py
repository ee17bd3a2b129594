"""Texts with choices in them, counted and numbered without being written out.

A phrase is words, phrases joined, one of several, or some of several; each knows how many texts it can become, the
i-th of them, and how to draw one by weight. What reads a notation builds phrases; what plans asks them by number.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import factorial, prod
from typing import Protocol

from flux_batch.grid.stream import Stream


class Phrase(Protocol):
    """A text with choices in it."""

    @property
    def count(self) -> int:
        """How many texts it can become."""
        ...

    def text(self, index: int) -> str:
        """Return the text at *index*, 0 <= index < count."""
        ...

    def draw(self, stream: Stream) -> str:
        """Draw one text, by weight where weights are given."""
        ...


@dataclass(frozen=True, slots=True)
class Words:
    """A text without choices."""

    words: str
    count: int = 1

    def text(self, index: int) -> str:  # noqa: ARG002 - there is only one
        """Return the words."""
        return self.words

    def draw(self, stream: Stream) -> str:  # noqa: ARG002 - nothing to draw
        """Return the words."""
        return self.words


@dataclass(frozen=True)
class Joined:
    """Phrases one after the other: a product, the last varies fastest."""

    parts: tuple[Phrase, ...]

    @cached_property
    def count(self) -> int:
        """The product of the counts."""
        return prod(part.count for part in self.parts)

    def text(self, index: int) -> str:
        """Read *index* as one digit per part."""
        texts = []
        for part in reversed(self.parts):
            index, digit = divmod(index, part.count)
            texts.append(part.text(digit))
        return "".join(reversed(texts))

    def draw(self, stream: Stream) -> str:
        """Draw each part."""
        return "".join(part.draw(stream) for part in self.parts)


@dataclass(frozen=True)
class OneOf:
    """One of several phrases; *weights* count in a draw only."""

    options: tuple[Phrase, ...]
    weights: tuple[float, ...]

    @cached_property
    def _ends(self) -> Sequence[int]:
        return tuple(accumulate(option.count for option in self.options))

    @property
    def count(self) -> int:
        """The sum of the counts."""
        return self._ends[-1]

    def text(self, index: int) -> str:
        """Find the option *index* falls into."""
        option = bisect_right(self._ends, index)
        return self.options[option].text(index - (self._ends[option - 1] if option else 0))

    def draw(self, stream: Stream) -> str:
        """Draw an option by weight, then a text of it."""
        return self.options[stream.one_of(self.weights)].draw(stream)


@dataclass(frozen=True)
class Several:
    """From *least* to *most* different options, in every order, with *separator* between."""

    options: tuple[Phrase, ...]
    weights: tuple[float, ...]
    least: int
    most: int
    separator: str

    @cached_property
    def _ends(self) -> Sequence[int]:
        sizes = [option.count for option in self.options]
        return tuple(accumulate(_ways(sizes, number) for number in range(self.least, self.most + 1)))

    @property
    def count(self) -> int:
        """All ordered selections."""
        return self._ends[-1]

    def text(self, index: int) -> str:
        """Read *index* as a selection: first how many, then which comes first, and so on."""
        step = bisect_right(self._ends, index)
        index -= self._ends[step - 1] if step else 0
        left, texts = list(self.options), []
        for more in range(self.least + step - 1, -1, -1):
            at, index = self._first(left, index, more)
            option = left.pop(at)
            rest = _ways([other.count for other in left], more)
            texts.append(option.text(index // rest))
            index %= rest
        return self.separator.join(texts)

    @staticmethod
    def _first(left: list[Phrase], index: int, more: int) -> tuple[int, int]:
        """Return which of *left* comes first at *index*, *more* to follow, and the index among its selections."""
        at = 0
        while True:
            others = [option.count for other, option in enumerate(left) if other != at]
            ways = left[at].count * _ways(others, more)
            if index < ways:
                return at, index
            index -= ways
            at += 1

    def draw(self, stream: Stream) -> str:
        """Draw how many, then which, by weight and without putting back."""
        left, weights, texts = list(self.options), list(self.weights), []
        for _ in range(self.least + stream.below(self.most - self.least + 1)):
            at = stream.one_of(weights)
            texts.append(left.pop(at).draw(stream))
            weights.pop(at)
        return self.separator.join(texts)


def _ways(sizes: Sequence[int], number: int) -> int:
    """Return in how many ways *number* of the options can be taken in order, each in as many forms as its size."""
    symmetric = [1] + [0] * number
    for size in sizes:
        for degree in range(number, 0, -1):
            symmetric[degree] += symmetric[degree - 1] * size
    return symmetric[number] * factorial(number)
