"""The arithmetic of a report: columns over time lose nothing, percentiles were measured, axes hold what is drawn."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.addons.report.chart import scale, steps, time_ticks
from flux_batch.addons.report.measures import Steps
from flux_batch.addons.report.pictures import Pictures
from flux_batch.addons.report.series import averaged, column_width, counted
from flux_batch.addons.report.spread import Spread, histogram
from flux_batch.addons.report.words import seconds, size, text
from flux_batch.plan.job import JSON
from flux_batch.store.record import Record
from flux_batch.store.survey import natural

TIMES = st.lists(st.floats(0, 1e6), max_size=50)
LENGTHS = st.floats(0.01, 1e7)


@given(seconds=LENGTHS, most=st.integers(1, 300))
def test_columns_cover_the_time_and_are_not_too_many(seconds: float, most: int) -> None:
    """Whatever the length of a journal, from a second to months."""
    assert column_width(seconds, most) * most >= seconds


@given(times=st.lists(st.floats(0, 100), max_size=50))
def test_counting_into_columns_loses_nothing(times: list[float]) -> None:
    """Also what happened at the very end is in a column."""
    assert sum(counted(times, 7.0, 15)) == len(times)


@given(changes=st.lists(st.tuples(st.floats(0, 99), st.one_of(st.none(), st.integers(0, 20))), max_size=30))
def test_averages_keep_the_area(changes: list[tuple[float, int | None]]) -> None:
    """Average x width, over all columns, is what the steps enclose."""
    taken = Steps()
    for at, value in sorted(changes, key=lambda change: change[0]):
        taken.add(at, value)
    ends = [*taken.at, 100.0][1:]
    area = sum((end - at) * (value or 0) for at, end, value in zip(taken.at, ends, taken.value, strict=True))

    drawn = averaged(taken, 100.0, 3.0, 34)

    assert math.isclose(area, sum(drawn[:33]) * 3 + drawn[33] * 1, abs_tol=0.1)


@given(times=TIMES.filter(bool))
def test_percentiles_were_measured(times: list[float]) -> None:
    """Each is one of the times, and at least its share of them is not longer."""
    spread = Spread.of(times)

    for share, found in ((0.5, spread.p50), (0.9, spread.p90), (0.99, spread.p99)):
        assert found is not None
        assert any(math.isclose(found, time, abs_tol=1e-6) for time in times)
        assert sum(time <= found + 1e-6 for time in times) >= share * len(times)


@given(times=TIMES)
def test_a_histogram_counts_everything_once(times: list[float]) -> None:
    """Its columns follow each other without a gap."""
    columns = histogram(times)

    assert sum(column.count for column in columns) == len(times)
    assert all(one.end == other.begin for one, other in pairwise(columns))


def test_nothing_measured_is_no_number() -> None:
    """Instead of a zero that nobody has seen."""
    assert (Spread.of([]).count, Spread.of([]).p50, Spread.of([]).mean) == (0, None, None)


@given(most=st.floats(0.001, 1e9))
def test_an_axis_holds_what_is_drawn_in_it(most: float) -> None:
    """Its top is not below the highest value and not far above it, in few steps."""
    top, ticks = scale(most)

    assert most <= top * (1 + 1e-6)
    assert top <= max(2 * most, 1) + 1e-9
    assert 2 <= len(ticks) <= 6


@given(length=LENGTHS)
def test_a_time_axis_has_few_marks(length: float) -> None:
    """They fit beside each other on a narrow screen."""
    ticks = time_ticks(length)

    assert 1 <= len(ticks) <= 6
    assert all(0 <= tick.at <= 1 + 1e-6 for tick in ticks)


def test_an_unknown_limit_is_a_gap() -> None:
    """The line stops where nothing is known and begins again where something is."""
    assert steps("limit", [(0, None), (0.1, 0.5), (0.4, None), (0.6, 1)], 1.0) == (
        '<path class="limit" d="M100.0 500.0H400.0M600.0 0.0H1000.0"/>'
    )


@pytest.mark.parametrize(
    "number, words",
    [
        (None, "-"),
        (0, "0"),
        (0.08, "80 ms"),
        (4.25, "4.25 s"),
        (59.9, "59.9 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
    ],
)
def test_times_are_told_as_people_say_them(number: float | None, words: str) -> None:
    """With the unit that fits."""
    assert seconds(number) == words


@pytest.mark.parametrize("number, words", [(0, "0 bytes"), (999, "999 bytes"), (74e6, "74 MB"), (2.5e12, "2.5 TB")])
def test_sizes_are_told_in_powers_of_a_thousand(number: float, words: str) -> None:
    """As disks are sold."""
    assert size(number) == words


def test_numbers_sort_as_numbers() -> None:
    """And words behind them."""
    assert sorted(["b", "10", "a", "2"], key=natural) == ["2", "10", "a", "b"]


@given(words=st.text())
def test_no_text_is_markup(words: str) -> None:
    """Nor does it turn the line around."""
    shown = text(words)

    assert not set(shown) & set("<>\"'\n\u202e")


def test_equal_images_are_found_and_named() -> None:
    """By the digests in the manifest; a common beginning of two digests is no proof."""
    digests = ["a" * 64, "a" * 64, "a" * 16 + "b" * 48, "c" * 64]
    lines: list[Record] = [{"sha256": digest, "file_name": f"images/{n}.png"} for n, digest in enumerate(digests)]

    twins = Pictures(lambda: lines).twins

    assert (twins.images, twins.groups) == (2, 1)
    assert twins.examples == (("images/0.png", "images/1.png"),)


def test_drift_is_counted_by_field_and_change() -> None:
    """Which field, from what to what, how often."""
    wide: JSON = {"field": "width", "asked": 512, "got": 256}
    lines: list[Record] = [
        {"sha256": f"{n:064x}", "axes": {"style": "none"}, "drift": [wide] if n < 3 else []} for n in range(5)
    ]

    pictures = Pictures(lambda: lines)

    assert (pictures.drift["width"].images, pictures.drift["width"].changes) == (3, {("512", "256"): 3})
    assert (pictures.tallies.axes["style"]["none"].kept, pictures.tallies.axes["style"]["none"].drifted) == (5, 3)
