"""``flux-batch styles``: the documented styles, and what each says in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from flux_batch.cli.complete import style_names
from flux_batch.cli.words import complaining, plain, say

if TYPE_CHECKING:
    from flux_batch.grid.styles import DocumentedStyle

WIDTH = 80


@click.command("styles", epilog="Example: flux-batch styles --show watercolor")
@click.option("--show", "name", metavar="NAME", shell_complete=style_names, help="What one style says in words.")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout and nothing else.")
def command(name: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """List the styles a grid may name, or show one.

    The API takes a style by name (`style_mode: parameter`), but a model may ignore it. `style_mode: prompt` says it in
    the words shown here instead, `both` does both.
    """
    from flux_batch.grid.styles import documented_styles

    styles = list(documented_styles().values())
    with complaining(as_json=as_json):
        chosen = styles if name is None else [_named(name, documented_styles())]
    if as_json:
        say(json.dumps([asdict(style) for style in chosen], indent=2))
    elif name is None:
        say("\n".join(_listed(styles)))
    else:
        say("\n".join(_shown(chosen[0])))


def _named(name: str, styles: dict[str, DocumentedStyle]) -> DocumentedStyle:
    from flux_batch.errors import UsageError
    from flux_batch.grid.synonyms import nearest

    if name not in styles:
        raise UsageError(
            f"no style {plain(name)!r}", hint=nearest(name, styles) or "`flux-batch styles` lists them all"
        )
    return styles[name]


def _listed(styles: list[DocumentedStyle]) -> Iterator[str]:
    yield f"{len(styles)} styles by family; --show NAME tells what one says in words"
    by_family = sorted(styles, key=lambda style: style.family)
    for family, members in groupby(by_family, key=lambda style: style.family):
        yield ""
        yield family
        yield from _columns([style.name for style in members])


def _columns(names: list[str]) -> Iterator[str]:
    """Yield *names* in as many columns as a line holds."""
    width = max(len(name) for name in names) + 2
    each = max(1, (WIDTH - 2) // width)
    for at in range(0, len(names), each):
        yield "  " + "".join(f"{name:<{width}}" for name in names[at : at + each]).rstrip()


def _shown(style: DocumentedStyle) -> Iterator[str]:
    yield f"{style.name} ({style.family})"
    yield ""
    yield from wrap(style.prompt, WIDTH, initial_indent="  ", subsequent_indent="  ")
    if style.negative_prompt:
        yield ""
        yield from wrap(f"negative: {style.negative_prompt}", WIDTH, initial_indent="  ", subsequent_indent="  ")
