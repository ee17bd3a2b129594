"""The notation of dynamic prompts, ``{a|b}``, ``{2$$, $$a|b|c}``, ``{3::a|b}``, ``__wildcard__``, read into phrases.

The grammar is dynamicprompts' own parser (extra ``wildcards``). Its generators are not used: they cannot be asked for
the i-th text, and print a wildcard they do not know. What the parser would drop silently is refused here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from flux_batch.grid.phrase import Joined, OneOf, Phrase, Several, Words
from flux_batch.grid.strict import Unfit

DEEPEST = 8
EXTRA = "pip install 'flux-batch[wildcards]'"


def read(text: str, wildcard: Callable[[str], Sequence[str]], depth: int = DEEPEST) -> Phrase:
    """Return the phrase that *text* writes.

    Args:
        wildcard: the lines of a wildcard by name, in the same notation; raises Unfit for an unknown one.
        depth: how many wildcards may still stand inside one another.

    Raises:
        Unfit: not the notation, or a part of it this tool does not take.
    """
    if depth < 0:
        raise Unfit(f"wildcards stand more than {DEEPEST} deep in one another", "one of them names itself")
    if "#" in text:
        raise Unfit("a # begins a comment in a dynamic prompt, and what follows would be dropped", "take the # out")
    return _phrase(_parsed(text), lambda name: [read(line, wildcard, depth - 1) for line in wildcard(name)])


def _parsed(text: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its pyparsing calls are those of older releases
            parse = import_module("dynamicprompts.parser.parse").parse
            parse_error = import_module("pyparsing").ParseBaseException
    except ImportError:
        raise Unfit("syntax: dynamic needs a package that is not installed", EXTRA) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parse(text)
    except (parse_error, ValueError) as error:
        said = " ".join(str(error).split())
        raise Unfit(f"no dynamic prompt: {said}", "take out % and $, or leave `syntax: dynamic` away") from None
    except RecursionError:
        raise Unfit("a dynamic prompt nested too deep", "flatten it") from None


def _phrase(command: Any, wildcard: Callable[[str], list[Phrase]]) -> Phrase:
    match type(command).__name__:
        case "LiteralCommand":
            return Words(command.literal)
        case "SequenceCommand":
            return Joined(tuple(_phrase(token, wildcard) for token in command.tokens))
        case "VariantCommand":
            return _variant(command, [_phrase(value, wildcard) for value in command.values])
        case "WildcardCommand" if not command.variables:
            lines = wildcard(str(command.wildcard))
            return OneOf(tuple(lines), (1.0,) * len(lines))
        case name:
            what = name.removesuffix("Command").lower()
            raise Unfit(f"dynamic prompts may hold choices and wildcards here, no {what}", "use a {template: ...}")


def _variant(command: Any, options: list[Phrase]) -> Phrase:
    weights = tuple(float(weight) for weight in command.weights)
    if min(weights) <= 0:
        raise Unfit("a weight in a dynamic prompt must be above 0", "take the choice out")
    if command.min_bound == command.max_bound == 1:
        return OneOf(tuple(options), weights)
    most = min(command.max_bound, len(options))
    return Several(tuple(options), weights, min(command.min_bound, most), most, str(command.separator))
