"""The grid as a value: what to make, and how to run it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, field_validator

from flux_batch.grid.cells import Cells, Part
from flux_batch.grid.forms import Filling
from flux_batch.grid.settings import EMBEDDED, NAME, Endpoint, Gates, Limits, Output, Webhook, Words
from flux_batch.grid.strict import complain


class Grid(Cells):
    """A grid file, checked. Build one with :func:`flux_batch.grid.load_grid` or :func:`flux_batch.grid.make_grid`."""

    name: str = Field("grid", pattern=NAME, description="names the output folder")
    description: str | None = Field(None, description="for people")
    endpoint: Endpoint = Field(default_factory=Endpoint, description="where requests go, and which account they use")
    endpoints: Annotated[tuple[Endpoint, ...], Field(strict=False)] = Field(
        (), description="several endpoints or keys instead of one: work goes to whoever has a free slot"
    )
    profile: Literal["documented", "strict-types"] = Field("documented", description="bounds, and types on the wire")
    grids: Annotated[tuple[Part, ...], Field(strict=False)] = Field((), description="several grids, one after another")
    order: Literal["balanced", "grid"] = Field(
        "balanced", description="balanced: whatever is made first is a fair sample"
    )
    limits: Limits = Field(default_factory=Limits, description="how fast, how long and for how much")
    gates: Gates = Field(default_factory=Gates, description="what becomes of pictures that are not what was asked")
    output: Output = Field(default_factory=Output, description="where the images go")
    webhook: Webhook = Field(default_factory=Webhook, description="calls from the service when an image is done")
    run: Words = Field(default_factory=Words, description="the command line's switches")

    _source: Path | None = PrivateAttr(None)
    _overrides: Mapping[str, object] = PrivateAttr(default_factory=dict)

    @property
    def source(self) -> Path | None:
        """The file the grid was read from, None where it was built in Python."""
        return self._source

    @property
    def overrides(self) -> Mapping[str, object]:
        """Dotted keys and the values that replaced those of the file."""
        return self._overrides

    @property
    def accounts(self) -> tuple[Endpoint, ...]:
        """The endpoints of a run: those under ``endpoints``, else the one."""
        return self.endpoints or (self.endpoint,)

    @property
    def price(self) -> float | None:
        """USD per image at the dearest endpoint, so that a limit holds whoever makes it; None where one is unknown."""
        prices = [account.price for account in self.accounts]
        known = [price for price in prices if price is not None]
        return max(known) if len(known) == len(prices) else None

    @field_validator("endpoints")
    @classmethod
    def _are_lanes(cls, value: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
        if not value:
            complain("endpoints is empty", "name at least one, or take it out")
        names = [each.name for each in value]
        if len(set(names)) < len(names) or None in names:
            complain("endpoints need a name each, and no two the same", "- {name: standard, key_env: STANDARD_KEY}")
        if len(value) > 1 and any(each.base_url == EMBEDDED for each in value):
            complain("the embedded server cannot be one of several endpoints", "start one with `flux-batch serve`")
        return value

    @property
    def parts(self) -> tuple[Cells, ...]:
        """The grids of this file, one after the other: itself, or those under ``grids``."""
        return self.grids or (self,)

    def sourced(self, source: Path | None, overrides: Mapping[str, object]) -> Self:
        """Return the grid with its overrides and what its file and name decide: source, key file, output folder."""
        changed: dict[str, Any] = {}
        if "dir" not in self.output.model_fields_set:
            changed["output"] = self.output.model_copy(update={"dir": Path("runs") / self.name})
        if source is not None:
            changed["endpoint"] = self.endpoint.beside(source.parent)
            changed["endpoints"] = tuple(each.beside(source.parent) for each in self.endpoints)
        grid = self.model_copy(update=changed)
        grid._source, grid._overrides = source, dict(overrides)  # noqa: SLF001 - of our own copy
        return grid

    @property
    def digest(self) -> str:
        """SHA-256, in hex, over the canonical grid and the files it names: what it says, however it is written.

        How a run talks about it (``run``: ``--json``, ``--quiet``, ...) is none of it.
        """
        said: dict[str, Any] = {
            "grid": self.model_dump(mode="json", exclude={"run"}, exclude_defaults=True, by_alias=True)
        }
        said["order"] = [part.axes.names for part in self.parts]
        said["files"] = [list(_digests(axis)) for part in self.parts for _, axis in part.axes.items()]
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _digests(axis: object) -> Iterator[str]:
    """Yield the digest of each file an axis was filled from."""
    if isinstance(axis, tuple):
        for item in axis:
            yield from _digests(item)
    elif isinstance(axis, Filling):
        yield from axis.digests
