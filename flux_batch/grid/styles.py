"""Styles: what one does to a request, and the 188 documented ones. Reads the package's own ``styles.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

NO_STYLE = "none"
SLOT = "{prompt}"


@dataclass(frozen=True, slots=True)
class Style:
    """What a style does to a request.

    Attributes:
        name: as reports name it; never part of the job id.
        parameter: value of ``enhance_style``, None where it is not sent.
        prompt: wording around the prompt with one ``{prompt}`` in it, None to leave the prompt alone.
        negative_prompt: what is added to the negative prompt, None for nothing.
    """

    name: str
    parameter: str | None = None
    prompt: str | None = None
    negative_prompt: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentedStyle:
    """A style the service documents by name only, and our wording of it.

    Attributes:
        family: group for listings.
    """

    name: str
    family: str
    prompt: str
    negative_prompt: str | None = None

    def act(self, mode: str) -> Style:
        """Return what the style does in *mode*: ``parameter``, ``prompt`` (our words alone) or ``both``."""
        if mode == "parameter":
            return Style(self.name, parameter=self.name)
        return Style(self.name, self.name if mode == "both" else None, self.prompt, self.negative_prompt)


@cache
def _text() -> str:
    return (files("flux_batch.grid") / "styles.toml").read_text("utf-8")


@cache
def documented_styles() -> dict[str, DocumentedStyle]:
    """Return the styles by name, in the order of the documented page (source: its list of ``enhance_style``)."""
    return {
        name: DocumentedStyle(name, entry["family"], entry["prompt"], entry.get("negative_prompt"))
        for name, entry in tomllib.loads(_text()).items()
    }


# The names alone, for every grid that is checked; the wordings take ten times as long to parse and are read when used.
DOCUMENTED_STYLES = tuple(re.findall(r"^\[([a-z0-9-]+)\]$", _text(), re.MULTILINE))
"""The names, in the documented order."""
