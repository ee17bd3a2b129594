"""The body attributes of text2img as one table: types, bounds per profile, words. Everything else reads it.

Facts come from the documented page (`page`), the newer docs and the OpenAPI description (`docs`), captured answers
(`seen`); where page and docs disagree, the profile decides. `documented` is the page, `strict-types` the docs.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flux_batch.grid.attribute import DOCUMENTED, LARGEST_SEED, STRICT, Attribute, Bounds, Kind
from flux_batch.grid.styles import DOCUMENTED_STYLES

STEPS_DONE = 20
"""The service does no more steps than this, whatever is asked (page; seen: 30 asked, ``meta.steps`` 20)."""


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
        choices=DOCUMENTED_STYLES,
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


def respell(body: Mapping[str, object], profile: str) -> dict[str, object]:
    """Return the canonical *body* as *profile* spells it on the wire; what is not in the table stays as it is."""

    def spelt(name: str, value: object) -> object:
        attribute = ATTRIBUTES.get(name)
        flag = attribute is not None and attribute.kind is Kind.FLAG and value in {"yes", "no"}
        if attribute is None or not flag:
            return value
        return value == "yes" if attribute.boolean or profile == STRICT else value

    return {name: spelt(name, value) for name, value in body.items()}
