"""The body of a text2img request as the service takes it: every attribute, in every spelling seen on the wire.

Numbers may come as numbers or as text, flags as booleans or as ``yes`` and ``no``; null and empty text count as absent;
unknown keys (also known ones with a space before them, as the vendor's own sample has) are ignored.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema, model_validator

SMALLEST, LARGEST, STEP = 64, 1024, 8
"""Pixels. The page says only "at most 1024"; newer pages ask for multiples of 8."""
MOST_STEPS = 20
LAST_SEED = 2**32 - 1
DIGITS = {"type": "string", "pattern": "^[0-9]{1,4}$"}

Flag: TypeAlias = Annotated[
    bool,
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "string", "enum": ["yes", "no", "true", "false"]}]}),
]
Size: TypeAlias = Annotated[
    int,
    Field(ge=SMALLEST, le=LARGEST, multiple_of=STEP),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": SMALLEST, "maximum": LARGEST, "multipleOf": STEP}, DIGITS]}
    ),
]
Samples: TypeAlias = Annotated[
    int, Field(ge=1, le=4), WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 4}, DIGITS]})
]
Steps: TypeAlias = Annotated[
    int, Field(ge=1, le=1000), WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000}, DIGITS]})
]
Guidance: TypeAlias = Annotated[
    float, Field(ge=1, le=20), WithJsonSchema({"anyOf": [{"type": "number", "minimum": 1, "maximum": 20}, DIGITS]})
]
ClipSkip: TypeAlias = Annotated[
    int, Field(ge=1, le=8), WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 8}, DIGITS]})
]
Seed: TypeAlias = Annotated[
    int | None,
    Field(ge=-1, le=LAST_SEED),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": -1, "maximum": LAST_SEED}, DIGITS, {"type": "null"}]}),
]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Url: TypeAlias = Annotated[str, Field(pattern="^https?://[^/]+")]
Alteration: TypeAlias = Literal["sensitive_content_text", "blur", "pixelate", "black"]


class TextToImage(BaseModel):
    """What one request asks for. Attributes marked *echoed* reach ``meta`` and nothing else, as with the real model."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, protected_namespaces=())

    key: str = Field(default="", repr=False, description="API key; any text that is not empty, unless one is set")
    model_id: str = Field(description="id of the model, `flux` here")
    prompt: str = Field(description="what the picture should show")
    negative_prompt: str = Field(default="", description="what it should not show")
    width: Size = Field(default=512, description="pixels, 64 to 1024, a multiple of 8")
    height: Size = Field(default=512, description="pixels, 64 to 1024, a multiple of 8")
    samples: Samples = Field(default=1, description="images wanted, 1 to 4; all share one seed")
    num_inference_steps: Steps = Field(default=20, description="denoising steps; more than 20 are capped at 20")
    safety_checker: Flag = Field(default=True, description="alter an image that is not safe for work")
    safety_checker_type: Alteration = Field(default="sensitive_content_text", description="how it is altered")
    enhance_prompt: Flag = Field(default=True, description="let the service put words around the prompt")
    enhance_style: str | None = Field(default=None, description="one of the named styles")
    seed: Seed = Field(default=None, description="same seed, same image; null or -1 draws one and reports it")
    guidance_scale: Guidance = Field(default=7.5, description="how strongly the prompt shapes the image, 1 to 20")
    multi_lingual: Flag = Field(default=False, description="the prompt is not English: translate what is known")
    panorama: Flag = Field(default=False, description="a wide scene")
    self_attention: Flag = Field(default=False, description="crisper, and half as long again")
    watermark: Flag = Field(default=False, description="a small mark in the lower right corner")
    base64: Flag = Field(default=False, description="links to base64 text in place of pictures")
    temp: Flag = Field(default=False, description="links that live 24 hours")
    instant_response: Flag = Field(default=False, description="answer `processing` at once")
    webhook: Url | None = Field(default=None, description="URL that gets a POST when the images are done")
    track_id: str | int | None = Field(default=None, description="given back in the webhook call")

    algorithm_type: str = Field(default="none", description="echoed")
    scheduler: str = Field(default="DDPMScheduler", description="echoed")
    clip_skip: ClipSkip = Field(default=1, description="1 to 8; echoed")
    tomesd: Flag = Field(default=True, description="token merging; echoed")
    use_karras_sigmas: Flag = Field(default=False, description="echoed")
    vae: str | None = Field(default=None, description="echoed")
    lora_model: JsonValue = Field(default=None, description="echoed")
    lora_strength: JsonValue = Field(default=1, description="echoed")
    embeddings_model: JsonValue = Field(default=None, description="echoed")
    upscale: JsonValue = Field(default="no", description="echoed: flux takes none")
    highres_fix: Flag = Field(default=False, description="echoed: flux takes none")
    free_u: Flag = Field(default=False, description="echoed")
    ip_adapter_id: str | None = Field(default=None, description="echoed")
    ip_adapter_scale: Share = Field(default=0.6, description="echoed")
    ip_adapter_image: str | None = Field(default=None, description="echoed")
    injected_noise_alpha: Share = Field(default=0.75, description="0 to 1; echoed")
    sigma_threshold: Share = Field(default=0.45, description="0 to 1; echoed")
    true_cfg_scale: float = Field(default=1.0, ge=0, le=10, description="0 to 10; echoed")
    use_cfg_zero_star: Flag = Field(default=True, description="echoed")
    use_zero_init: Flag = Field(default=False, description="echoed")
    zero_steps: int = Field(default=0, ge=0, le=50, description="0 to 50; echoed")

    @model_validator(mode="before")
    @classmethod
    def _absent(cls, body: Any) -> Any:
        """Trim text, then treat null and empty text as absent, as the service's framework does with every body."""
        if not isinstance(body, dict):
            return body
        trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in body.items()}
        return {name: value for name, value in trimmed.items() if value is not None and value != ""}
