"""What other tools call the same thing, and the nearest of the words there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from types import MappingProxyType

OTHER_WORDS = MappingProxyType(
    {
        "steps": "num_inference_steps",
        "inference_steps": "num_inference_steps",
        "cfg": "guidance_scale",
        "cfg_scale": "guidance_scale",
        "guidance": "guidance_scale",
        "negative": "negative_prompt",
        "model": "model_id",
        "prompts": "prompt",
        "seeds": "seed",
        "styles": "style",
        "sizes": "size",
        "resolution": "size",
        "sampler": "scheduler",
        "lora": "lora_model",
        "num_images": "samples",
        "n_samples": "samples",
        "n": "samples",
    }
)
"""What other tools call the same thing, so that a hint can find it."""

NEAR = 0.65
"""Likeness from which a word counts as near (difflib: 1 is equal)."""
TIE = 0.1
"""Words less like than the best by this much are not named."""


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return ``did you mean ...?`` over *names* and the words other tools use for them, None where nothing is near."""
    known = set(names)
    words = {**{w: n for w, n in OTHER_WORDS.items() if n in known}, **{name: name for name in known}}
    meant = word.lower()
    if meant in words:
        return f"did you mean {words[meant]!r}?"
    ratios = {near: _likeness(meant, near) for near in difflib.get_close_matches(meant, words, n=3, cutoff=NEAR)}
    found = dict.fromkeys(words[near] for near, ratio in ratios.items() if ratio > max(ratios.values()) - TIE)
    return f"did you mean {' or '.join(repr(name) for name in found)}?" if found else None


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()
