"""The dataset card: ``README.md`` with the YAML header Hugging Face reads, and ``croissant.json`` beside it.

It says what was counted, and nothing else.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from flux_batch.addons.export.column import Kind, axes_of
from flux_batch.addons.export.croissant import croissant
from flux_batch.addons.export.wish import Exported, Wish
from flux_batch.plan.job import JSON

SIZES = {1_000: "n<1K", 10_000: "1K<n<10K", 100_000: "10K<n<100K", 1_000_000: "100K<n<1M", 10_000_000: "1M<n<10M"}
MOST_VALUES = 10_000
"""Values of an axis that are counted; a set of more would grow with the dataset."""

UNSAFE = r"[`|\\\x00-\x1f\x7f<>]"
"""Characters that end a code span, a table cell or a line of Markdown, or begin HTML."""

EMBEDDED = (
    "Each PNG says how it was made: its text `parameters` has prompt and parameters, its XMP packet the IPTC digital",
    "source type. The pixels are as delivered. Column `source_sha256` is the hash of the file as delivered, `sha256`",
    "that of the file here. JPEG and WebP files are as delivered.",
)

LOAD = {
    "imagefolder": 'load_dataset("imagefolder", data_dir=".")',
    "webdataset": 'load_dataset("webdataset", data_files="*.tar")',
    "parquet": 'load_dataset("parquet", data_dir="data")',
}


def describe(
    folder: Path,
    name: str,
    wish: Wish,
    columns: Mapping[str, Kind],
    exported: Exported,
    lines: Iterable[Mapping[str, JSON]],
) -> None:
    """Write card and description of dataset *name* in *folder*, whose rows come from manifest *lines*."""
    header = "\n".join(_header(name, wish, exported))
    body = "\n".join(_body(name, wish, exported, lines))
    (folder / "README.md").write_text(f"---\n{header}\n---\n\n{body}\n", "utf-8")
    told = croissant(folder, name, wish.form, columns)
    (folder / "croissant.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")


def patterns(form: str, part: str, *, alone: bool) -> list[str]:
    """Return the globs of a part's files."""
    if form == "imagefolder":
        root = "" if alone else f"{part}/"
        return [f"{root}metadata.jsonl", f"{root}images/*"]
    return [f"{part}-*.tar"] if form == "webdataset" else [f"data/{part}-*.parquet"]


def _header(name: str, wish: Wish, exported: Exported) -> Iterator[str]:
    """Yield the lines of the YAML header. JSON is YAML, so each value is spelled as JSON."""
    total, alone = sum(exported.images.values()), len(wish.split.shares) == 1
    parts = [{"split": part, "path": patterns(wish.form, part, alone=alone)} for part in exported.images]
    fields: dict[str, JSON] = {
        "pretty_name": name,
        "license": "unknown",
        "task_categories": ["text-to-image"],
        "tags": ["synthetic", "flux-batch"],
        "size_categories": [next((word for most, word in SIZES.items() if total < most), "n>10M")],
    }
    yield from (f"{name}: {json.dumps(value)}" for name, value in fields.items())
    yield f"configs: {json.dumps([{'config_name': 'default', 'data_files': parts}])}"


def _body(name: str, wish: Wish, exported: Exported, lines: Iterable[Mapping[str, JSON]]) -> Iterator[str]:
    total = sum(exported.images.values())
    yield f"# {re.sub(UNSAFE, '?', name)}"
    yield ""
    yield f"{total:,} generated images, each with the request that made it. Every file was checked against its SHA-256"
    yield "when this export was written."
    yield ""
    yield "| split | images | bytes |"
    yield "| --- | ---: | ---: |"
    yield from (f"| {part} | {count:,} | {exported.bytes[part]:,} |" for part, count in exported.images.items())
    if len(wish.split.shares) > 1:
        yield ""
        yield f"Rows with the same {_cell(wish.split.by)} are in the same split."
    if wish.embed:
        yield ""
        yield from EMBEDDED
    yield ""
    yield from _facts(lines)
    yield ""
    yield "```python"
    yield "from datasets import load_dataset"
    yield ""
    yield f"dataset = {LOAD[wish.form]}"
    yield "```"


def _facts(lines: Iterable[Mapping[str, JSON]]) -> Iterator[str]:
    axes: dict[str, set[str]] = {}
    models: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    drifted = 0
    for line in lines:
        models[str(line.get("model_id"))] += 1
        sizes[f"{line.get('width')}x{line.get('height')}"] += 1
        drifted += bool(line.get("drift"))
        for name, value in axes_of(line).items():
            if len(seen := axes.setdefault(name, set())) < MOST_VALUES:
                seen.add(json.dumps(value))
    yield "| what | how many |"
    yield "| --- | --- |"
    for name, values in axes.items():
        yield f"| values of {_cell(name)} | {len(values):,}{' or more' if len(values) == MOST_VALUES else ''} |"
    yield f"| models | {_counted(models)} |"
    yield f"| sizes | {_counted(sizes)} |"
    yield f"| answered otherwise than asked (column `drift`) | {drifted:,} |"


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{_cell(value)} x {count:,}" for value, count in counter.most_common(10))


def _cell(text: str) -> str:
    """Return *text* as code that can end neither itself, nor its table cell, nor the line."""
    return "`" + re.sub(UNSAFE, "?", text) + "`"
