"""Metadata embedded in the images of an export: each PNG says how it was made, and that no camera was there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flux_batch.addons.export import parameters, xmp
from flux_batch.addons.export.png_text import is_png, with_text
from flux_batch.addons.export.row import Row
from flux_batch.plan.job import JSON

SOURCE = "source_sha256"
"""Column of the hash that the image has in the run's manifest."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """How images get their metadata; *stand_ins* are the jobs whose images the embedded server painted."""

    stand_ins: frozenset[str]

    def into(self, row: Row, line: Mapping[str, JSON]) -> Row:
        """Return *row* with the metadata of manifest *line* in its PNG, and the hash of what that makes.

        No pixel is touched. A JPEG or WebP is left as it is.
        """
        content = row.content
        if is_png(content):
            content = with_text(content, texts(line, stand_in=row.kept.job in self.stand_ins))
        columns = {**row.columns, SOURCE: row.kept.sha256}
        if content == row.content:
            return replace(row, columns=columns)
        columns.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        return replace(row, content=content, source=None, columns=columns)


def texts(line: Mapping[str, JSON], *, stand_in: bool) -> dict[str, str]:
    """Return keyword -> text for the image of manifest *line*."""
    return {
        parameters.KEYWORD: parameters.parameters(line, stand_in=stand_in),
        xmp.KEYWORD: xmp.xmp(line, stand_in=stand_in),
    }
