"""The canonical body of one cell: fixed parameters, then what each axis chooses, then what the style does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flux_batch.grid.attributes import ATTRIBUTES
from flux_batch.grid.choices import Choice
from flux_batch.grid.grid import Grid, StyleMode
from flux_batch.grid.node import Scalar
from flux_batch.grid.rule import size_of
from flux_batch.grid.styles import NO_STYLE, SLOT, Style, documented_styles
from flux_batch.plan.job import JSON

ALWAYS = {name: attribute.default for name, attribute in ATTRIBUTES.items() if attribute.sent and name != "prompt"}
"""What every body says aloud. The service's own defaults differ from page to page and some cost money or change the
picture (`enhance_prompt` left out means yes), and a default that changes one day must not change what a grid means.
All other attributes stay away unless the grid names them, so that a new one never changes an id."""


def fixed(grid: Grid) -> dict[str, JSON | Style]:
    """Return what is the same in every cell; the style, if there is one, under ``style``."""
    params = grid.params.values()
    extra = params.pop("extra", {})
    found: dict[str, JSON | Style] = {**ALWAYS, **extra}
    for name, value in params.items():
        put(found, name, _style(value) if name == "style" else value, grid.style_mode)
    return found


def _style(value: object) -> Scalar | Style:
    if isinstance(value, str):
        return value
    (choice,) = value.choices()  # type: ignore[attr-defined]
    found: Scalar | Style = choice.value
    return found


def put(body: dict[str, JSON | Style], name: str, value: Scalar | Style, mode: StyleMode) -> None:
    """Write one choice into *body*: a size becomes two numbers, a style is resolved, words for reports are left out."""
    if name == "size":
        body["width"], body["height"] = size_of(str(value))
    elif name == "style":
        body["style"] = value if isinstance(value, Style) else documented(str(value), mode)
    elif name in ATTRIBUTES:
        body[name] = value


def documented(name: str, mode: StyleMode) -> Style:
    """Return the documented style *name* as *mode* asks for it."""
    if name == NO_STYLE:
        return Style(NO_STYLE)
    return documented_styles()[name].act(mode)


def styled(body: Mapping[str, JSON | Style]) -> dict[str, JSON]:
    """Let the style act: on the parameter, around the prompt, behind the negative prompt."""
    style = body.get("style", Style(NO_STYLE))
    done: dict[str, JSON] = {name: value for name, value in body.items() if not isinstance(value, Style)}
    if not isinstance(style, Style):
        return done
    if style.parameter is not None:
        done["enhance_style"] = style.parameter
    if style.prompt is not None:
        done["prompt"] = style.prompt.replace(SLOT, str(done["prompt"]))
    if style.negative_prompt is not None:
        before = done.get("negative_prompt")
        done["negative_prompt"] = f"{before}, {style.negative_prompt}" if before else style.negative_prompt
    return done


def described(picks: Iterable[tuple[str, Choice]]) -> dict[str, JSON]:
    """Return what reports know of a cell: names of the choices, and the columns that came with them."""
    axes: dict[str, JSON] = {}
    columns: dict[str, JSON] = {}
    for name, choice in picks:
        axes[name] = choice.name
        columns |= choice.columns
    return {**axes, **columns}
