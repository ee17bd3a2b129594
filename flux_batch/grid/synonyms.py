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


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return ``did you mean ...?`` over *names* and the words other tools use for them, None where nothing is near."""
    known = set(names)
    words = {**{name: name for name in known}, **{w: n for w, n in OTHER_WORDS.items() if n in known}}
    near = difflib.get_close_matches(word.lower(), words, n=2, cutoff=0.65)
    meant = list(dict.fromkeys(words[other] for other in near))
    return f"did you mean {' or '.join(repr(name) for name in meant)}?" if meant else None
