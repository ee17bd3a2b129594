"""The text ``parameters``: how an image was made, in the words that viewers of generated images read.

The words are those of AUTOMATIC1111's web UI: the prompt, a line ``Negative prompt:``, and a last line of pairs, of
which its readers want three at least. A value with a comma, a colon or a line break is spelled as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from flux_batch.addons.export.carried import carried
from flux_batch.plan.job import JSON

KEYWORD = "parameters"


def parameters(line: Mapping[str, JSON], *, stand_in: bool) -> str:
    """Return the text of one manifest *line*: the prompt as asked, the rest as answered, or else as asked.

    *stand_in* adds that the embedded server painted the image, whatever model was asked for.
    """
    parts = [str(line.get("prompt"))]
    if negative := _told(line, "negative_prompt"):
        parts.append(f"Negative prompt: {negative}")
    pairs = {**dict(_pairs(line)), **({"Painted by": "the embedded server"} if stand_in else {})}
    parts.append(", ".join(f"{name}: {_quoted(value)}" for name, value in pairs.items() if value not in (None, "")))
    return "\n".join(map(carried, parts))


def model(line: Mapping[str, JSON]) -> str:
    """Return the model's name as answered, or else as asked."""
    return str(_told(line, "model_id") or line.get("model_id"))


def _pairs(line: Mapping[str, JSON]) -> Iterator[tuple[str, JSON]]:
    yield "Steps", _told(line, "steps", "num_inference_steps")
    yield "Sampler", _told(line, "scheduler")
    yield "CFG scale", _told(line, "guidance_scale")
    yield "Seed", line.get("seed")
    yield "Size", f"{line.get('width')}x{line.get('height')}"
    yield "Model", model(line)
    yield "Style", line.get("style")
    if line.get("samples") != 1:
        yield "Batch size", line.get("samples")
        yield "Batch pos", line.get("sample")


def _told(line: Mapping[str, JSON], *names: str) -> JSON:
    """Return the first value under one of *names*, in the answer, then in the request."""
    for source in (line.get("meta"), line.get("request")):
        if isinstance(source, dict):
            yes = [source[name] for name in names if source.get(name) is not None]
            if yes:
                return yes[0]
    return None


def _quoted(value: JSON) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text, ensure_ascii=False) if any(mark in text for mark in ",:\n\r") else text
