"""The grid as a value: what to make, and how to run it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, PrivateAttr

from flux_batch.grid.axes import Axes, Params
from flux_batch.grid.settings import Endpoint, Gates, Limits, Output, Webhook, Words
from flux_batch.grid.strict import Strict

Together: TypeAlias = Annotated[tuple[str, ...], Field(strict=False)]
StyleMode: TypeAlias = Literal["parameter", "prompt", "both"]


class Grid(Strict):
    """A grid file, checked. Build one with :func:`flux_batch.grid.load_grid` or :func:`flux_batch.grid.make_grid`."""

    name: str = Field("grid", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", description="names the output folder")
    description: str | None = Field(None, description="for people")
    endpoint: Endpoint = Field(default_factory=Endpoint)
    axes: Axes = Field(default_factory=lambda: Axes.model_validate({}))
    zip: Annotated[tuple[Together, ...], Field(strict=False)] = Field((), description="axes that step together")
    params: Params = Field(default_factory=lambda: Params.model_validate({}))
    profile: Literal["documented", "strict-types"] = Field("documented", description="bounds, and types on the wire")
    style_mode: StyleMode = Field("parameter", description="how documented styles are asked for")
    limits: Limits = Field(default_factory=Limits)
    gates: Gates = Field(default_factory=Gates)
    output: Output = Field(default_factory=Output)
    webhook: Webhook = Field(default_factory=Webhook)
    run: Words = Field(default_factory=Words)

    _source: Path | None = PrivateAttr(None)

    @property
    def source(self) -> Path | None:
        """The file the grid was read from, None where it was built in Python."""
        return self._source

    def sourced(self, source: Path | None) -> Self:
        """Return the grid with what its file and its name decide: source, key file, output folder."""
        base = source.parent if source else Path()
        output = (
            self.output
            if "dir" in self.output.model_fields_set
            else Output(dir=Path("runs") / self.name, name=self.output.name)
        )
        endpoint = self.endpoint
        if endpoint.key_file is not None:
            endpoint = endpoint.model_copy(update={"key_file": base / endpoint.key_file.expanduser()})
        grid = self.model_copy(update={"output": output, "endpoint": endpoint})
        grid._source = source  # noqa: SLF001 - of our own copy
        return grid

    @property
    def digest(self) -> str:
        """SHA-256, in hex, over the canonical grid: what it says, however it is written."""
        said = self.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        said["axes"] = [[name, said["axes"][name]] for name in self.axes.names] if "axes" in said else []
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
