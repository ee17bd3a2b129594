"""Grids written for people: one to start from, and one made of imported requests. Pure: texts go out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flux_batch.grid.attributes import ATTRIBUTES
from flux_batch.grid.imported import Imported
from flux_batch.grid.node import Scalar

MODELINE = "# yaml-language-server: $schema=flux-batch.schema.json\n"
STARTER = """\
# A grid: every combination of the axes is one picture. Ask what it makes before anything is paid for:
#
#     flux-batch plan {file}
#     flux-batch run {file}          # again = resume, nothing is bought twice

name: {name}

endpoint:
  base_url: embedded                # the bundled server; for real pictures https://modelslab.com/api/v6,
                                    # with the key in MODELSLAB_API_KEY
  queue_limit: 5                    # slots of the account: 5, 10 or 15 by plan

axes:                               # the last one varies fastest
  prompt:
    - a lighthouse at dusk
    - {{template: "a {{animal}} in {{place}}", animal: [fox, owl], place: [the snow, a library]}}
    # - {{file: prompts.txt}}         # one prompt per line; csv, tsv, jsonl and parquet too
  seed: {{start: 1, count: 2}}        # raise the count tomorrow: only the new pictures are made
  style: [none, watercolor]         # `flux-batch styles` lists 188 of them

params:                             # the same in every picture; any of these may become an axis
  size: 512x512
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A grid and, where its rows need one, the table beside it.

    Attributes:
        grid: the YAML file.
        table: the CSV file, None where none is needed.
    """

    grid: str
    table: str | None = None


def starter(name: str, file: str) -> str:
    """Return a grid to start from."""
    return MODELINE + STARTER.format(name=name, file=file)


def written(found: Imported, name: str, table: str, source: str) -> Written:
    """Return a grid of the imported requests: what is the same in all of them as parameters, the rest as axes in step.

    Args:
        name: of the grid.
        table: file name of the table beside it.
        source: where the requests came from, for the comment.
    """
    names = list(dict.fromkeys(name for row in found.rows for name in row))
    filled = [{name: row.get(name, _default(name)) for name in names} for row in found.rows]
    varying = ["prompt", *(name for name in names if name != "prompt" and _varies(filled, name))]
    same = {name: filled[0][name] for name in names if name not in varying}
    columns = list(dict.fromkeys(column for row in found.beside for column in row))
    lines = [f"# Made from {source}, {len(found.rows):,} requests.", *_dropped(found), "", f"name: {name}", ""]
    lines += ["endpoint:", "  base_url: https://modelslab.com/api/v6", "", "axes:"]
    lines += _axes(varying, columns, table)
    lines += ["", f"zip: [[{', '.join(varying)}]]"] if len(varying) > 1 else []
    lines += ["", "params:", *(f"  {key}: {_yaml(value)}" for key, value in same.items())] if same else []
    rows = [{**row, **beside} for row, beside in zip(filled, found.beside, strict=True)]
    return Written(MODELINE + "\n".join(lines) + "\n", _csv([*varying, *columns], rows))


def _axes(varying: list[str], columns: list[str], table: str) -> Iterator[str]:
    for name in varying:
        travel = f"[{', '.join(_yaml(column) for column in columns)}]" if name == "prompt" else "[]"
        yield f"  {name}: {{file: {_yaml(table)}, column: {name}, columns: {travel}}}"


def _dropped(found: Imported) -> Iterator[str]:
    if found.dropped:
        yield f"# Not taken over, this service has no such attribute: {', '.join(map(json.dumps, found.dropped))}"


def _varies(rows: list[dict[str, Scalar]], name: str) -> bool:
    return any(row[name] != rows[0][name] for row in rows)


def _default(name: str) -> Scalar:
    """Return what a request that does not say *name* means by it."""
    if name == "size":
        return "512x512"
    if name == "style":
        return "none"
    default = ATTRIBUTES[name].default
    return default if default is not None else "no" if ATTRIBUTES[name].kind == "yes or no" else ""


def _csv(names: list[str], rows: list[Mapping[str, Scalar]] | list[dict[str, Scalar]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(row.get(name, "")) for name in names] for row in rows)
    return text.getvalue()


def _cell(value: Scalar) -> Scalar:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _yaml(value: Scalar) -> str:
    """Return a scalar as YAML: JSON is YAML, and plain words need no quotes."""
    if isinstance(value, str) and value.replace("-", "").replace("_", "").isalnum() and value[0].isalpha():
        return value
    return json.dumps(value, ensure_ascii=False)
