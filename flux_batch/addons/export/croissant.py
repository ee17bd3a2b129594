"""Croissant 1.0: which files there are, with their hashes, and what a row has. A reader needs no code of ours.

Format: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from flux_batch.addons.export.column import Kind
from flux_batch.plan.job import JSON

Node: TypeAlias = dict[str, JSON]

CONTEXT: Node = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
TYPES = {Kind.BOOL: "sc:Boolean", Kind.INT: "sc:Integer", Kind.FLOAT: "sc:Float", Kind.TEXT: "sc:Text"}
TIMES = {"created_at": "sc:DateTime"}
ENCODINGS = {
    ".jsonl": "application/jsonlines",
    ".parquet": "application/x-parquet",
    ".tar": "application/x-tar",
}


def croissant(folder: Path, name: str, form: str, columns: Mapping[str, Kind]) -> Node:
    """Return the description of dataset *name* in *folder*, whose files are read for their hashes."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in ENCODINGS)
    objects = [_file(path, folder) for path in files]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": name,
        "description": "Generated images, each with the request that made it.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "distribution": [*objects, *_sets(form)],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": f"rows-{number}",
                "name": f"rows-{number}",
                "description": f"The rows of {path.relative_to(folder).as_posix()}.",
                "field": list(_fields(path.relative_to(folder).as_posix(), f"rows-{number}", form, columns)),
            }
            for number, path in enumerate(files)
            if form != "webdataset"
        ],
    }


def _file(path: Path, folder: Path) -> Node:
    name = path.relative_to(folder).as_posix()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": ENCODINGS[path.suffix],
        "sha256": digest,
    }


def _sets(form: str) -> Iterator[Node]:
    if form == "imagefolder":
        yield {
            "@type": "cr:FileSet",
            "@id": "images",
            "name": "images",
            "description": "The image files; file_name in metadata.jsonl leads to them.",
            "encodingFormat": "image/*",
            "includes": "**/images/*",
        }


def _fields(file: str, record_set: str, form: str, columns: Mapping[str, Kind]) -> Iterator[Node]:
    names = {**({"file_name": Kind.TEXT} if form == "imagefolder" else {}), **columns}
    for name, kind in names.items():
        yield {
            "@type": "cr:Field",
            "@id": f"{record_set}/{name}",
            "name": f"{record_set}/{name}",
            "dataType": TIMES.get(name, TYPES[kind]),
            "source": {"fileObject": {"@id": file}, "extract": {"column": name}},
        }
