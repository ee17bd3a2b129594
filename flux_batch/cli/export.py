"""``flux-batch export``: a run's images as training libraries read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flux_batch.cli.complete import out_folders
from flux_batch.cli.words import complaining, many, plain, say

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from flux_batch.addons.export.wish import Exported, Wish

SIZE = re.compile(r"(\d+)\s*(|k|M|G)B?")
UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}
NEXT = {
    "imagefolder": 'load_dataset("imagefolder", data_dir="{to}")',
    "webdataset": 'webdataset.WebDataset(sorted(glob.glob("{to}/train-*.tar")), shardshuffle=False)',
    "parquet": 'load_dataset("parquet", data_dir="{to}/data")',
}
NEXT_AT_URL = {
    "imagefolder": 'load_dataset("imagefolder", data_files="{to}/**", streaming=True)',
    "webdataset": 'load_dataset("webdataset", data_files="{to}/*.tar")',
    "parquet": 'load_dataset("parquet", data_files="{to}/data/*.parquet")',
}


def _place(_: click.Context, __: click.Parameter, value: str | None) -> Path | str | None:
    """Return a URL as it is, anything else as a path."""
    return value if value is None or "://" in value else Path(value)


def _bytes(_: click.Context, __: click.Parameter, value: str) -> int:
    found = SIZE.fullmatch(value)
    if found is None or not int(found[1]):
        raise click.BadParameter(f"{value} is no size; write 500MB or 1GB")
    return int(found[1]) * UNITS[found[2]]


@click.command("export", epilog="Example: flux-batch export runs/quickstart --format parquet --split 0.9/0.1")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path), shell_complete=out_folders)
@click.option(
    "--format",
    "form",
    required=True,
    type=click.Choice(["imagefolder", "webdataset", "parquet"]),
    help="Files and metadata.jsonl, tar shards, or Parquet.",
)
@click.option("--to", metavar="DIR|URL", callback=_place, help="Where to; default: OUT/export/FORMAT.")
@click.option("--split", metavar="SHARES", help="Parts: 0.9/0.1, or train=0.9/holdout=0.1.")
@click.option(
    "--by", metavar="NAME", default="prompt", show_default=True, help="Axis or field whose rows stay in one part."
)
@click.option("--only", type=click.Choice(["picked", "not-rejected"]), help="Which images, by the gallery's marks.")
@click.option("--marks", metavar="FILE", type=click.Path(path_type=Path), help="Marks file; default: OUT/marks.json.")
@click.option("--hf", is_flag=True, help="Add a dataset card (README.md) and croissant.json.")
@click.option(
    "--embed-metadata",
    "embed",
    is_flag=True,
    help="Write prompt, parameters and an AI provenance tag into each PNG; pixels stay.",
)
@click.option("--shard-size", metavar="SIZE", default="500MB", show_default=True, callback=_bytes, help="Per shard.")
def command(  # noqa: PLR0913, PLR0917 - one for each option
    out: Path,
    form: str,
    to: Path | str | None,
    split: str | None,
    by: str,
    only: str | None,
    marks: Path | None,
    hf: bool,  # noqa: FBT001 - click passes options by name
    embed: bool,  # noqa: FBT001 - as above
    shard_size: int,
) -> None:
    """Write the images of OUT for training, each checked against its hash on the way.

    The export appears when it is whole. The same command again makes the same bytes. At a URL, such as
    s3://bucket/set, each file is verified when it has arrived.
    """
    from flux_batch.addons.export.export import export
    from flux_batch.addons.export.marks import Marks, Only, find_marks, read_marks
    from flux_batch.addons.export.split import WHOLE, parse_split
    from flux_batch.addons.export.wish import Wish

    target = to or out / "export" / form
    with complaining():
        wish = Wish(
            form=form,
            split=parse_split(split, by) if split else WHOLE,
            only=Only(only or "all"),
            marks=read_marks(marks or find_marks(out)) if only else Marks(),
            shard_size=shard_size,
            card=hf,
            embed=embed,
        )
        with _written_to(target, out) as folder:
            exported = export(out, folder, wish)
    say("\n".join(map(plain, _told(exported, target, wish))))


def _written_to(target: Path | str, out: Path) -> AbstractContextManager[Path]:
    """Return what hands out the folder to write: *target* itself, or one that is sent there when it is whole."""
    if isinstance(target, Path):
        return nullcontext(target)
    from flux_batch.addons.remote.delivery import delivered
    from flux_batch.errors import UsageError
    from flux_batch.grid.place import checked_place
    from flux_batch.grid.strict import Unfit

    try:
        return delivered(checked_place(target, "--to"), out / "export" / ".delivery")
    except Unfit as unfit:
        raise UsageError(unfit.what, hint=unfit.hint) from None


def _told(exported: Exported, target: Path | str, wish: Wish) -> Iterator[str]:
    parts = ", ".join(f"{part} {count:,}" for part, count in exported.images.items())
    yield f"{many(sum(exported.images.values()), 'image')} exported to {target} ({parts})"
    empty = [part for part in wish.split.shares if part not in exported.images]
    if empty:
        yield f"nothing fell into {', '.join(empty)}: there are few values of {wish.split.by}"
    if wish.embed:
        yield from _embedded(exported)
    yield ""
    following = NEXT if isinstance(target, Path) else NEXT_AT_URL
    yield f"next: {following[wish.form].format(to=target)}"


def _embedded(exported: Exported) -> Iterator[str]:
    left = sum(exported.images.values()) - exported.embedded
    yield f"metadata embedded in {many(exported.embedded, 'PNG file')}"
    if left:
        yield f"{many(left, 'image')} left as delivered: no PNG, or one that is signed or has metadata of its own"
