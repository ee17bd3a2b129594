"""Texts with choices are counted and numbered as if they had been written out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import permutations, product

from hypothesis import given
from hypothesis import strategies as st

from flux_batch.grid.phrase import Joined, OneOf, Phrase, Several, Words
from flux_batch.grid.stream import Stream

PHRASES: st.SearchStrategy[Phrase] = st.recursive(
    st.sampled_from("abcdefgh").map(Words),
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda parts: st.sampled_from(
            [
                Joined(tuple(parts)),
                OneOf(tuple(parts), (1.0,) * len(parts)),
                Several(tuple(parts), (1.0,) * len(parts), 0, len(parts), "+"),
                Several(tuple(parts), (1.0,) * len(parts), 1, 1, "+"),
            ]
        )
    ),
    max_leaves=6,
)


def written_out(phrase: Phrase) -> Iterator[str]:
    """Every text of *phrase*, by making them all."""
    match phrase:
        case Joined(parts):
            yield from map("".join, product(*map(written_out, parts)))
        case OneOf(options):
            for option in options:
                yield from written_out(option)
        case Several(options, _, least, most, separator):
            for number in range(least, most + 1):
                for chosen in permutations(options, number):
                    yield from map(separator.join, product(*map(written_out, chosen)))
        case _:
            yield phrase.text(0)


@given(PHRASES)
def test_the_numbered_texts_are_those_written_out(phrase: Phrase) -> None:
    """Each as often, however the choices are nested."""
    wanted = Counter(written_out(phrase))

    assert phrase.count == wanted.total()
    assert Counter(phrase.text(index) for index in range(phrase.count)) == wanted


@given(PHRASES, st.integers(0, 99))
def test_a_draw_is_one_of_the_texts(phrase: Phrase, name: int) -> None:
    """And the same for the same name."""
    drawn = phrase.draw(Stream(name))

    assert drawn in set(written_out(phrase))
    assert drawn == phrase.draw(Stream(name))


def test_weights_count_in_a_draw() -> None:
    """Three to one is three to one."""
    phrase, stream = OneOf((Words("a"), Words("b")), (3.0, 1.0)), Stream("weights")

    drawn = [phrase.draw(stream) for _ in range(2000)]

    assert 1400 < drawn.count("a") < 1600
