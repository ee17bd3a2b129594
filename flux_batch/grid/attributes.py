"""The body attributes of text2img as one table: types, bounds per profile, words. Everything else reads it.

Facts come from the documented page (`page`), the newer docs and the OpenAPI description (`docs`), captured answers
(`seen`); where page and docs disagree, the profile decides. `documented` is the page, `strict-types` the docs.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from flux_batch.grid.node import Scalar
from flux_batch.grid.styles import documented_styles

DOCUMENTED = "documented"
STRICT = "strict-types"
PROFILES = (DOCUMENTED, STRICT)

LARGEST_SEED = 2**32 - 1
STEPS_DONE = 20
"""The service does no more steps than this, whatever is asked (page; seen: 30 asked, ``meta.steps`` 20)."""


MOST_LISTED = 20
"""Choices a message lists; beyond, it says what they are."""


class Kind(StrEnum):
    """What a value may be."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "yes or no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Both ends belong to the range; *step* is what an integer must be a multiple of."""

    low: float
    high: float
    step: int = 1

    def __str__(self) -> str:
        step = f", a multiple of {self.step}" if self.step > 1 else ""
        return (
            f"{self.low:,g} to {self.high:,g}{step}" if self.high < LARGEST_SEED else f"{self.low:g} to {self.high:.0f}"
        )

    def hold(self, value: float) -> bool:
        """Return whether *value* lies inside."""
        return self.low <= value <= self.high and (self.step == 1 or value % self.step == 0)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the request body.

    Attributes:
        name: its key in the body.
        kind: what its values may be.
        about: what it does, for people.
        bounds: per profile; a profile not named takes the documented ones.
        choices: the words a CHOICE may be.
        nullable: whether null may be sent.
        default: what is sent where the grid says nothing; None with *sent* false: the attribute stays away.
        sent: whether it is part of every body.
        ignored: why ``flux`` does nothing with it; empty where it counts.
        boolean: a flag the service knows as a boolean only, in every profile.
    """

    name: str
    kind: Kind
    about: str
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    nullable: bool = False
    default: Scalar = None
    sent: bool = False
    ignored: str = ""
    boolean: bool = False

    def limits(self, profile: str) -> Bounds | None:
        """Return the bounds of *profile*, None where there are none."""
        return self.bounds.get(profile, self.bounds.get(DOCUMENTED))

    def allowed(self, profile: str) -> str:
        """Say in a few words what a value may be."""
        words = {
            Kind.TEXT: "a text",
            Kind.FLAG: "yes or no",
            Kind.CHOICE: self.about if len(self.choices) > MOST_LISTED else "one of " + ", ".join(self.choices),
            Kind.INTEGER: "an integer",
            Kind.NUMBER: "a number",
        }[self.kind]
        bounds = self.limits(profile)
        words += f", {bounds}" if bounds else ""
        return words + (", or null" if self.nullable else "")


class BadValue(ValueError):
    """A value an attribute does not take: what is allowed, and a hint."""

    def __init__(self, allowed: str, hint: str | None = None) -> None:
        super().__init__(allowed)
        self.allowed = allowed
        self.hint = hint


def _within(low: float, high: float, step: int = 1, **profiles: Bounds) -> dict[str, Bounds]:
    return {DOCUMENTED: Bounds(low, high, step), **{name.replace("_", "-"): b for name, b in profiles.items()}}


NOT_FLUX = "the docs say that flux does not support it"
SCHEDULERS = (
    "DDPMScheduler",
    "DDIMScheduler",
    "PNDMScheduler",
    "LMSDiscreteScheduler",
    "EulerDiscreteScheduler",
    "EulerAncestralDiscreteScheduler",
    "DPMSolverMultistepScheduler",
    "HeunDiscreteScheduler",
    "KDPM2DiscreteScheduler",
    "DPMSolverSinglestepScheduler",
    "KDPM2AncestralDiscreteScheduler",
    "UniPCMultistepScheduler",
    "DDIMInverseScheduler",
    "DEISMultistepScheduler",
    "IPNDMScheduler",
    "KarrasVeScheduler",
    "ScoreSdeVeScheduler",
    "LCMScheduler",
)
_SIZE = _within(64, 1024, strict_types=Bounds(256, 1024, 8))
"""The page names the upper end only; below 64 pixels nothing is painted. The docs: 256 to 1024, divisible by 8."""

_TABLE = (
    Attribute("model_id", Kind.TEXT, "id of the model", default="flux", sent=True),
    Attribute("prompt", Kind.TEXT, "what the picture should show", sent=True),
    Attribute("negative_prompt", Kind.TEXT, "what it should not show", ignored=NOT_FLUX),
    Attribute("width", Kind.INTEGER, "width in pixels", _SIZE, default=512, sent=True),
    Attribute("height", Kind.INTEGER, "height in pixels", _SIZE, default=512, sent=True),
    Attribute("samples", Kind.INTEGER, "images per request; they share one seed", _within(1, 4), default=1, sent=True),
    Attribute(
        "num_inference_steps",
        Kind.INTEGER,
        f"denoising steps; the service does at most {STEPS_DONE}",
        _within(1, 50),
        default=STEPS_DONE,
        sent=True,
    ),
    Attribute(
        "seed",
        Kind.INTEGER,
        "the same seed gives the same image; null lets the service draw one",
        _within(0, LARGEST_SEED),
        nullable=True,
        default=1,
        sent=True,
    ),
    Attribute("guidance_scale", Kind.NUMBER, "how strongly the prompt binds", _within(1, 20), default=7.5, sent=True),
    Attribute("safety_checker", Kind.FLAG, "replace a picture that is not safe for work", default="yes", sent=True),
    Attribute(
        "safety_checker_type",
        Kind.CHOICE,
        "how such a picture is altered",
        choices=("sensitive_content_text", "blur", "pixelate", "black"),
        ignored=NOT_FLUX,
    ),
    Attribute(
        "enhance_prompt", Kind.FLAG, "let the service rewrite the prompt; left out, it does", default="no", sent=True
    ),
    Attribute(
        "enhance_style",
        Kind.CHOICE,
        "a documented style (`flux-batch styles`)",
        choices=tuple(documented_styles()),
        ignored=NOT_FLUX,
    ),
    Attribute("base64", Kind.FLAG, "answer with base64 text instead of pictures", default="no", sent=True),
    Attribute("temp", Kind.FLAG, "links that live 24 hours"),
    Attribute("algorithm_type", Kind.CHOICE, "for DPMSolverMultistepScheduler", choices=("none", "dpmsolver+++")),
    Attribute("scheduler", Kind.CHOICE, "the scheduler", choices=SCHEDULERS),
    Attribute("multi_lingual", Kind.FLAG, "the prompt is not in English"),
    Attribute("panorama", Kind.FLAG, "a wide scene"),
    Attribute("self_attention", Kind.FLAG, "higher quality, slower"),
    Attribute(
        "clip_skip",
        Kind.INTEGER,
        "layers of CLIP to skip",
        _within(1, 8, strict_types=Bounds(1, 4)),
        ignored=NOT_FLUX,
    ),
    Attribute("tomesd", Kind.FLAG, "merge tokens: faster"),
    Attribute("vae", Kind.TEXT, "name of a VAE", nullable=True, ignored=NOT_FLUX),
    Attribute("lora_model", Kind.TEXT, "names of LoRA models, comma between", nullable=True, ignored=NOT_FLUX),
    Attribute("lora_strength", Kind.TEXT, "a strength for each LoRA model, as text", nullable=True, ignored=NOT_FLUX),
    Attribute("embeddings_model", Kind.TEXT, "names of embeddings, comma between", nullable=True),
    Attribute("use_karras_sigmas", Kind.FLAG, "Karras noise schedule"),
    Attribute("instant_response", Kind.FLAG, "answer at once, paint later"),
    Attribute("watermark", Kind.FLAG, "mark the picture as made by a model"),
    Attribute("upscale", Kind.CHOICE, "enlarge the picture", choices=("no", "2x", "3x"), ignored=NOT_FLUX),
    Attribute("highres_fix", Kind.FLAG, "a second pass at high resolution", ignored=NOT_FLUX),
    Attribute("free_u", Kind.FLAG, "FreeU"),
    Attribute("ip_adapter_id", Kind.TEXT, "an IP adapter", nullable=True, ignored=NOT_FLUX),
    Attribute("ip_adapter_scale", Kind.NUMBER, "its strength", _within(0, 1), ignored=NOT_FLUX),
    Attribute("ip_adapter_image", Kind.TEXT, "its image, a URL", nullable=True, ignored=NOT_FLUX),
    Attribute("injected_noise_alpha", Kind.NUMBER, "share of noise injected", _within(0, 1)),
    Attribute("sigma_threshold", Kind.NUMBER, "sigma from which noise is injected", _within(0, 1)),
    Attribute("true_cfg_scale", Kind.NUMBER, "real classifier-free guidance", _within(0, 10)),
    Attribute("use_cfg_zero_star", Kind.FLAG, "CFG-Zero*", boolean=True),
    Attribute("use_zero_init", Kind.FLAG, "zero the first steps", boolean=True),
    Attribute("zero_steps", Kind.INTEGER, "how many", _within(0, 50)),
)
ATTRIBUTES: Mapping[str, Attribute] = MappingProxyType({attribute.name: attribute for attribute in _TABLE})

OURS = MappingProxyType(
    {
        "key": "the key comes from the environment or from endpoint.key_file",
        "track_id": "flux-batch sends the job id as track_id",
        "webhook": "a webhook is set under `webhook:`, beside the axes",
        "output": "the folder is set under `output:`, beside the axes",
    }
)
"""Keys of the body that a grid may not set, and where they come from."""

SECRETS = frozenset({"key", "api_key", "apikey", "token", "secret", "password", "authorization"})
"""What a key might be called by somebody who writes it into a grid."""

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


def accept(attribute: Attribute, value: object, profile: str = DOCUMENTED) -> Scalar:
    """Return *value* in canonical form: numbers as numbers (7.0 is 7), flags as ``yes``/``no``.

    Raises:
        BadValue: the attribute does not take it.
    """
    if value is None and attribute.nullable:
        return None
    match attribute.kind:
        case Kind.FLAG:
            return _flag(attribute, value, profile)
        case Kind.TEXT | Kind.CHOICE:
            return _text(attribute, value, profile)
        case _:
            return _number(attribute, value, profile)


def _flag(attribute: Attribute, value: object, profile: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in {"yes", "no"}:
        return str(value)
    raise BadValue(attribute.allowed(profile))


def _text(attribute: Attribute, value: object, profile: str) -> str:
    if not isinstance(value, str):
        scalar = isinstance(value, bool | int | float)
        raise BadValue(attribute.allowed(profile), "put it in quotes to make it a text" if scalar else None)
    if attribute.choices and value not in attribute.choices:
        raise BadValue(attribute.allowed(profile), nearest(value, attribute.choices))
    if not value.strip() and attribute.name == "prompt":
        raise BadValue("a text with something in it")
    return value


def _number(attribute: Attribute, value: object, profile: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        quoted = isinstance(value, str) and value.strip().replace(".", "", 1).isdecimal()
        raise BadValue(attribute.allowed(profile), f"write {str(value).strip()} without quotes" if quoted else None)
    if attribute.kind is Kind.INTEGER and isinstance(value, float):
        hint = f"write {int(value)}" if value.is_integer() else None
        raise BadValue(attribute.allowed(profile), hint)
    bounds = attribute.limits(profile)
    if bounds is not None and not bounds.hold(value):
        raise BadValue(attribute.allowed(profile))
    return int(value) if float(value).is_integer() else value


def respell(body: Mapping[str, object], profile: str) -> dict[str, object]:
    """Return the canonical *body* as *profile* spells it on the wire; what is not in the table stays as it is."""

    def spelt(name: str, value: object) -> object:
        attribute = ATTRIBUTES.get(name)
        flag = attribute is not None and attribute.kind is Kind.FLAG and value in {"yes", "no"}
        if attribute is None or not flag:
            return value
        return value == "yes" if attribute.boolean or profile == STRICT else value

    return {name: spelt(name, value) for name, value in body.items()}
