"""What one accepted request comes to: the picture, how it is handed over, and what ``meta`` will say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from flux_batch.addons.server.attributes import LAST_SEED, MOST_STEPS, TextToImage
from flux_batch.addons.server.glossary import translated
from flux_batch.addons.server.render.renderer import PictureRequest
from flux_batch.addons.server.reply import JSON

UNSAFE = frozenset({"nude", "naked", "nudity", "nsfw", "topless", "porn", "sex", "erotic", "gore", "gory", "beheaded"})
"""The safety checker's whole knowledge: a request naming one of these is taken for unsafe."""
WORDS = re.compile(r"[a-z]+")
BEFORE = "a carefully composed picture of"
AFTER = "fine detail, balanced light, crisp focus"


@dataclass(frozen=True, slots=True)
class Order:
    """One request as the service understands it.

    Attributes:
        picture: what the renderer is asked for.
        meta: the request as it was understood, under the service's own names: strings "yes" and "no", the seed used.
        nsfw: whether the safety checker found something to alter.
        alteration: how it alters the picture; None where it leaves it alone.
        crisp, watermark: finishing touches asked for.
        base64, temp, instant: how the answer is handed over.
        webhook, track_id: whom to tell, and under which name.
    """

    picture: PictureRequest
    meta: Mapping[str, JSON]
    nsfw: bool = False
    alteration: str | None = None
    crisp: bool = False
    watermark: bool = False
    base64: bool = False
    temp: bool = False
    instant: bool = False
    webhook: str | None = None
    track_id: str | int | None = None

    @property
    def heft(self) -> int:
        """Characters a client has put into it, about: what remembering it costs."""
        return sum(len(str(value)) for value in self.meta.values())


def understand(asked: TextToImage, rng: Random) -> Order:
    """Settle what *asked* leaves open: the seed, the capped steps, the rewritten prompt, the safety checker's word."""
    seed = rng.randint(0, LAST_SEED) if asked.seed in {None, -1} else asked.seed
    prompt = translated(asked.prompt) if asked.multi_lingual else asked.prompt
    picture = PictureRequest(
        prompt=f"{BEFORE} {prompt}, {AFTER}" if asked.enhance_prompt else prompt,
        seed=seed or 0,
        width=asked.width,
        height=asked.height,
        samples=asked.samples,
        style=asked.enhance_style,
        negative_prompt=translated(asked.negative_prompt) if asked.multi_lingual else asked.negative_prompt,
        steps=min(asked.num_inference_steps, MOST_STEPS),
        guidance=asked.guidance_scale,
        panorama=asked.panorama,
    )
    nsfw = asked.safety_checker and unsafe(asked)
    return Order(
        picture=picture,
        meta=echo(asked, picture),
        nsfw=nsfw,
        alteration=asked.safety_checker_type if nsfw else None,
        crisp=asked.self_attention,
        watermark=asked.watermark,
        base64=asked.base64,
        temp=asked.temp,
        instant=asked.instant_response,
        webhook=asked.webhook,
        track_id=asked.track_id,
    )


def unsafe(asked: TextToImage) -> bool:
    """Whether the prompt or the style names something the safety checker reacts to."""
    words = WORDS.findall(f"{asked.prompt} {asked.enhance_style or ''}".lower())
    return not UNSAFE.isdisjoint(words)


def echo(asked: TextToImage, picture: PictureRequest) -> dict[str, JSON]:
    """The request as ``meta`` tells it: what was done, not what was asked."""
    told: dict[str, JSON] = {
        name: ("yes" if value else "no") if isinstance(value, bool) else value
        for name, value in asked.model_dump(mode="json", exclude={"key", "width", "height", "samples"}).items()
    }
    return told | {
        "prompt": picture.prompt,
        "W": picture.width,
        "H": picture.height,
        "seed": picture.seed,
        "steps": picture.steps,
        "n_samples": picture.samples,
        "full_url": "no",
        "outdir": "out",
    }
