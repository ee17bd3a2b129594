"""Lists of requests that people already have -> rows of attributes: OpenAI batches, prompt lists with options, tables.

Pure: texts and tables come in, rows go out. What this service has no word for is not taken over, and said.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flux_batch.errors import UsageError
from flux_batch.grid.attributes import ATTRIBUTES, OURS
from flux_batch.grid.node import Scalar
from flux_batch.grid.rule import RULES
from flux_batch.grid.synonyms import OTHER_WORDS
from flux_batch.grid.yaml import scalar

PROMPTS = ("prompt", "text", "caption", "input")
"""What the column with the prompt is called, the first that is there."""
ALSO = {
    "sampler_name": "scheduler",
    "batch_size": "samples",
    "n_iter": "samples",
    "w": "width",
    "h": "height",
    "s": "num_inference_steps",
    "no": "negative_prompt",
}
"""Options of prompt lists beside what :mod:`flux_batch.grid.synonyms` knows."""
OUR_MODELS = ("flux", "z-image")
"""What models of this service are called; a model of another one is not taken over."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Requests, one mapping per row.

    Attributes:
        rows: attribute (or ``size``, ``style``) -> value; each has a prompt.
        beside: for each row what is no attribute and travels to the reports.
        dropped: words that were not taken over.
    """

    rows: list[dict[str, Scalar]] = field(default_factory=list)
    beside: list[dict[str, Scalar]] = field(default_factory=list)
    dropped: dict[str, None] = field(default_factory=dict)

    def add(self, found: Mapping[str, object], beside: Mapping[str, Scalar]) -> None:
        """Take one request over."""
        row: dict[str, Scalar] = {}
        for word, value in found.items():
            name = attribute_of(word)
            foreign = name == "model_id" and not str(value).startswith(OUR_MODELS)
            if name is None or foreign or not isinstance(value, bool | int | float | str):
                self.dropped[word] = None
            else:
                row[name] = value
        self.rows.append(row)
        self.beside.append(dict(beside))


def attribute_of(word: str) -> str | None:
    """Return the attribute that *word* means in this or another tool, None where there is none."""
    plain = word.strip().lower().replace("-", "_")
    name = ALSO.get(plain, OTHER_WORDS.get(plain, plain))
    return name if name in RULES and name not in OURS else None


def read_requests(text: str, file: str) -> Imported:
    """Read a batch of requests, one JSON object per line: ``{"custom_id": ..., "body": {"prompt": ...}}``.

    Raises:
        UsageError: a line that is no such request.
    """
    found = Imported()
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            request = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{file}:{number}: not JSON: {error}", hint="write one JSON object per line") from None
        body = request.get("body", request) if isinstance(request, dict) else None
        if not isinstance(body, dict) or not isinstance(body.get("prompt"), str):
            raise UsageError(
                f"{file}:{number}: no request with a prompt", hint='{"custom_id": "1", "body": {"prompt": ...}}'
            )
        name = request.get("custom_id") if "body" in request else None
        found.add(body, {"custom_id": name} if isinstance(name, str | int) else {})
    return _some(found, file)


def read_prompts(text: str, file: str) -> Imported:
    """Read one prompt per line, with options behind it or instead of it: ``a fox --seed 1 --steps 20``.

    Raises:
        UsageError: a quote that is not closed, an option without a value, a line without a prompt.
    """
    found = Imported()
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        words, options = _options(line.strip(), f"{file}:{number}")
        prompt = options.pop("prompt", words)
        if not str(prompt).strip():
            raise UsageError(f"{file}:{number}: no prompt", hint='a fox --seed 1, or --prompt "a fox" --seed 1')
        found.add({"prompt": prompt, **options}, {})
    return _some(found, file)


def read_rows(columns: Mapping[str, Iterable[Scalar]], file: str) -> Imported:
    """Read a table: columns that mean an attribute are taken as such, all others travel to the reports.

    Raises:
        UsageError: no column holds prompts.
    """
    names = list(columns)
    prompts = next((name for wanted in PROMPTS for name in names if name.strip().lower() == wanted), None)
    prompts = prompts or (names[0] if len(names) == 1 else None)
    if prompts is None:
        listed = ", ".join(names)
        raise UsageError(f"{file}: no column `prompt`", hint=f"call the column with the prompts so; there are {listed}")
    found = Imported()
    taken = {
        name: attribute_of(name) for name in names if name != prompts and attribute_of(name) not in {None, "prompt"}
    }
    for values in zip(*columns.values(), strict=True):
        row = dict(zip(names, values, strict=True))
        given = {name: _value(taken[name], row[name]) for name in taken if row[name] not in {None, ""}}
        beside = {name: value for name, value in row.items() if name != prompts and name not in taken}
        found.add({"prompt": str(row[prompts]), **given}, beside)
    return _some(found, file)


def _value(name: str | None, value: Scalar) -> Scalar:
    return scalar(value) if isinstance(value, str) and name in ATTRIBUTES else value


def _some(found: Imported, file: str) -> Imported:
    if not found.rows:
        raise UsageError(f"{file}: nothing in it", hint="write one prompt per line")
    return found


def _options(line: str, place: str) -> tuple[str, dict[str, Scalar]]:
    """Return (words before the first option, options); only a line with options is read by the rules of a shell."""
    if not any(word.startswith("--") for word in line.split()):
        return line, {}
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{place}: {error}", hint="close the quotes") from None
    first = next((at for at, word in enumerate(words) if word.startswith("--")), len(words))
    options: dict[str, Scalar] = {}
    at = first
    while at < len(words):
        name, equals, value = words[at].removeprefix("--").partition("=")
        rest = words[at + 1 :]
        taken = [] if equals else rest[: next((n for n, word in enumerate(rest) if word.startswith("--")), len(rest))]
        if not equals and not taken:
            raise UsageError(f"{place}: --{name} without a value", hint=f"--{name} VALUE")
        text = value if equals else " ".join(taken)
        options[name] = text if attribute_of(name) in {"prompt", "negative_prompt"} else scalar(text)
        at += 1 + len(taken)
    return " ".join(words[:first]), options
