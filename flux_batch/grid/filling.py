"""Filling the forms whose values come from elsewhere: files are read, templates joined, draws made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from flux_batch.grid.attribute import Kind
from flux_batch.grid.attributes import ATTRIBUTES
from flux_batch.grid.choices import Choice, Computed, Rows, chained
from flux_batch.grid.dynamic import read
from flux_batch.grid.forms import Drawn, FileList, Template
from flux_batch.grid.lines import Lines
from flux_batch.grid.node import Scalar
from flux_batch.grid.phrase import OneOf, Phrase
from flux_batch.grid.slots import Filled
from flux_batch.grid.sources import ONLY, Table, read_tables, wildcards
from flux_batch.grid.stream import Stream
from flux_batch.grid.strict import Context, Unfit
from flux_batch.grid.synonyms import nearest

ANY_TEXT = {name for name, attribute in ATTRIBUTES.items() if attribute.kind is Kind.TEXT}
"""Axes that take any line of a text file; the lines of a long list are not looked at one by one."""
TRIES = 50
"""Draws per text wanted before a template is held to have no more different ones."""


def filled_file(source: FileList, axis: str, here: Context, accept: Callable[[Scalar], Scalar]) -> FileList:
    """Return *source* with a choice for each row of its files.

    Args:
        axis: name of the axis that reads it; the column of this name is taken where none is named.
        accept: brings one value to its canonical form; raises Unfit.
    """
    tables = read_tables(here.base, source.file)
    digests = tuple(table.sha256 for table in tables)
    if source.syntax == "dynamic":
        phrase = _phrases(source, axis, here, tables)
        return source.filled(_texts(source, phrase), digests)
    if source.random is not None:
        raise Unfit("random draws from a dynamic file only", "add syntax: dynamic, or sample the whole grid")
    return source.filled(chained([_rows(source, table, axis, accept) for table in tables]), digests)


def filled_template(
    source: Template, slots: Mapping[str, Sequence[Choice]], here: Context, digests: tuple[str, ...]
) -> Template:
    """Return *source* with all the texts it can become, or as many as it draws."""
    if source.syntax == "dynamic":
        phrase = read(source.template, wildcards(here.base / source.wildcards))
        return source.filled(_texts(source, phrase))
    texts = Filled(source.template, slots)
    if source.random is None:
        return source.filled(texts, digests)
    stream = Stream("template", source.from_)
    return source.filled(_different(source, iter(lambda: texts.draw(stream), None), len(texts)), digests)


def _phrases(source: FileList, axis: str, here: Context, tables: Sequence[Table]) -> Phrase:
    look_up = wildcards(here.base / source.wildcards)
    options = []
    for table in tables:
        values = table.columns[_column(table, source.column, axis)]
        for row, text in enumerate(values):
            try:
                options.append(read(str(text), look_up))
            except Unfit as unfit:
                raise Unfit(unfit.what, unfit.hint, unfit.where or table.place(row)) from None
    return OneOf(tuple(options), (1.0,) * len(options))


def _texts(source: Drawn, phrase: Phrase) -> Sequence[Choice]:
    if source.random is None:
        return Computed(phrase.count, phrase.text)
    stream = Stream("dynamic", source.from_)
    return _different(source, (Choice(phrase.draw(stream)) for _ in iter(int, 1)), phrase.count)


def _different(source: Drawn, draws: Iterator[Choice], there_are: int) -> Sequence[Choice]:
    """Draw until enough texts differ; the same draws in the same order whatever number is wanted."""
    wanted = source.random or 0
    texts: dict[Scalar, Choice] = {}
    for choice in islice(draws, TRIES * wanted + 1000):
        texts.setdefault(str(choice.value), choice)
        if len(texts) == wanted:
            return tuple(texts.values())
    few = min(len(texts), there_are)
    raise Unfit(
        f"random: {wanted:,} texts asked, {few:,} different ones drawn", f"random: {few}, or leave it out for all"
    )


def _rows(source: FileList, table: Table, axis: str, accept: Callable[[Scalar], Scalar]) -> Rows:
    column = _column(table, source.column, axis)
    columns = {name: table.columns[name] for name in _travelling(source, table, column)}
    values = table.columns[column]
    if isinstance(values, Lines) and axis in ANY_TEXT:
        return Rows(values, columns)
    return Rows(tuple(_accepted(values, table, accept)), columns)


def _accepted(values: Sequence[Scalar], table: Table, accept: Callable[[Scalar], Scalar]) -> Iterator[Scalar]:
    for row, value in enumerate(values):
        try:
            yield accept(value)
        except Unfit as unfit:
            raise Unfit(unfit.what, unfit.hint, table.place(row)) from None


def _column(table: Table, wanted: str | None, axis: str) -> str:
    """Return the column an axis reads: the one wanted, the one of its name, or the only one."""
    names = [name for name in table.columns if name != ONLY]
    listed = _listing(table)
    if wanted is not None and wanted not in names:
        raise Unfit(f"no column {wanted!r} in {table.file}", nearest(wanted, names) or listed)
    if wanted is None and len(table.columns) > 1 and axis not in names:
        raise Unfit(f"{table.file} has several columns", f"name one: column: ...; {listed}")
    return wanted or (axis if axis in names else next(iter(table.columns)))


def _travelling(source: FileList, table: Table, column: str) -> list[str]:
    names = [name for name in table.columns if name != column]
    if source.columns is None:
        return names
    for name in source.columns:
        if name not in table.columns:
            raise Unfit(f"no column {name!r} in {table.file}", nearest(name, names) or _listing(table))
    return list(source.columns)


def _listing(table: Table) -> str:
    names = [name for name in table.columns if name != ONLY]
    return f"its columns are {', '.join(names)}" if names else "it has no columns"
