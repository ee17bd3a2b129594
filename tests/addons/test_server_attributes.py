"""Every attribute is taken in each spelling of the wire, refused in the service's words, and has an effect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from server_probe import Probe, probing

from flux_batch.addons.server.attributes import TextToImage


@pytest.fixture
async def probe() -> AsyncIterator[Probe]:
    """A server with every default."""
    async with probing() as running:
        yield running


SPELLED: list[tuple[str, Any, str, Any]] = [
    ("width", "128", "W", 128),
    ("width", 128.0, "W", 128),
    ("height", " 256 ", "H", 256),
    ("samples", "3", "n_samples", 3),
    ("num_inference_steps", "31", "steps", 20),
    ("num_inference_steps", 12, "steps", 12),
    ("guidance_scale", "7.5", "guidance_scale", 7.5),
    ("guidance_scale", 3, "guidance_scale", 3.0),
    ("seed", "0", "seed", 0),
    ("seed", 2**32 - 1, "seed", 2**32 - 1),
    ("safety_checker", False, "safetychecker", "no"),
    ("safety_checker", "YES", "safetychecker", "yes"),
    ("safety_checker", 0, "safetychecker", "no"),
    ("safety_checker", None, "safetychecker", "yes"),
    ("self_attention", "true", "self_attention", "yes"),
    ("panorama", "yes", "panorama", "yes"),
    ("clip_skip", "2", "clip_skip", 2),
    ("scheduler", "UniPCMultistepScheduler", "scheduler", "UniPCMultistepScheduler"),
    ("scheduler", "", "scheduler", "DDPMScheduler"),
    ("algorithm_type", "dpmsolver+++", "algorithm_type", "dpmsolver+++"),
    ("vae", None, "vae", None),
    ("lora_strength", "0.45,0.55", "lora_strength", "0.45,0.55"),
    ("tomesd", "no", "tomesd", "no"),
    ("use_karras_sigmas", True, "use_karras_sigmas", "yes"),
    ("injected_noise_alpha", 0.5, "injected_noise_alpha", 0.5),
    ("true_cfg_scale", "2", "true_cfg_scale", 2.0),
    ("zero_steps", 3, "zero_steps", 3),
    ("negative_prompt", "people", "negative_prompt", "people"),
    ("enhance_style", "watercolor", "enhance_style", "watercolor"),
    ("prompt", "  a fox  ", "prompt", "a fox"),
    (" num_inference_steps", 3, "steps", 20),
    ("nonsense", "x", "steps", 20),
]


@pytest.mark.parametrize("name, sent, echoed, value", SPELLED)
async def test_meta_tells_what_was_understood(probe: Probe, name: str, sent: Any, echoed: str, value: Any) -> None:
    """Text is a number where a number is wanted, flags come back as yes and no, unknown keys are ignored."""
    meta = (await probe.post(**{name: sent})).json["meta"]

    assert meta[echoed] == value


WRONG: list[tuple[str, Any, Any]] = [
    ("prompt", "", {"prompt": ["The prompt field is required."]}),
    ("prompt", None, {"prompt": ["The prompt field is required."]}),
    ("prompt", 7, {"prompt": ["The prompt field must be a string."]}),
    ("width", 1032, {"width": ["The width must be between 64 and 1024."]}),
    ("width", 100, {"width": ["The width must be divisible by 8."]}),
    ("height", "tall", {"height": ["The height field must be an integer."]}),
    ("samples", 5, {"samples": ["The samples must be between 1 and 4."]}),
    ("samples", 0, {"samples": ["The samples must be between 1 and 4."]}),
    ("num_inference_steps", 0, {"num_inference_steps": ["The num_inference_steps must be between 1 and 1000."]}),
    ("guidance_scale", 21, {"guidance_scale": ["The guidance_scale must be between 1 and 20."]}),
    ("clip_skip", 9, {"clip_skip": ["The clip_skip must be between 1 and 8."]}),
    ("seed", 2**32, {"seed": ["The seed must be between -1 and 4294967295."]}),
    ("temp", "perhaps", {"temp": ["The temp field must be true or false."]}),
    ("webhook", "here", {"webhook": ["The webhook field is no URL."]}),
    (
        "safety_checker_type",
        "cover",
        {"safety_checker_type": ["The safety_checker_type field is not one of the allowed values."]},
    ),
    ("model_id", ..., "Model id not found"),
    ("model_id", "flx", "Model not found: flx"),
]


@pytest.mark.parametrize("name, sent, words", WRONG)
async def test_a_wrong_value_is_refused_in_the_services_words(probe: Probe, name: str, sent: Any, words: Any) -> None:
    """A list of sentences by attribute, status 400, nothing billed."""
    heard = await probe.post(**{name: sent})

    assert (heard.status, heard.json) == (400, {"status": "error", "message": words})
    assert probe.billed() == 0


async def test_all_mistakes_are_told_at_once(probe: Probe) -> None:
    """One answer names every wrong attribute."""
    assert set((await probe.post(width=1, samples=9, temp="?")).json["message"]) == {"width", "samples", "temp"}


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"null", b"[" * 100_000, b"\xff", b'"text"', b"NaN"])
async def test_a_body_that_is_no_object_is_refused(probe: Probe, body: bytes) -> None:
    """Whatever comes, the answer is JSON."""
    heard = await probe.ask("POST", f"{probe.server.base_url}/images/text2img", data=body)

    assert (heard.status, heard.json["message"]) == (400, "Invalid API Request")


async def test_a_form_is_taken_as_well(probe: Probe) -> None:
    """The older pages say so, and one client does it."""
    form = {"key": "k", "model_id": "flux", "prompt": "a fox", "width": "64", "height": "64"}
    heard = await probe.ask("POST", f"{probe.server.base_url}/images/text2img", data=form)

    assert heard.json["status"] == "success"


@pytest.mark.parametrize("key", [..., "", None, 7, "   "])
async def test_without_a_key_nothing_opens(probe: Probe, key: Any) -> None:
    """Any key will do, but one there must be."""
    heard = await probe.post(key=key)

    assert (heard.status, heard.json["message"]) == (401, "Invalid Api Key")


@pytest.mark.parametrize("seed", [..., None, "", -1, "-1"])
async def test_a_seed_left_open_is_drawn_and_told(probe: Probe, seed: Any) -> None:
    """``meta.seed`` is the one used: sent back, it gives the same picture."""
    body = (await probe.post(seed=seed)).json
    drawn = body["meta"]["seed"]
    file = (await probe.get(body["output"][0])).body

    assert 0 <= drawn < 2**32
    assert file == await probe.picture(seed=drawn)


SEEN: list[dict[str, Any]] = [
    {"prompt": "a fox"},
    {"negative_prompt": "people"},
    {"width": 128},
    {"num_inference_steps": 5},
    {"enhance_prompt": "yes"},
    {"enhance_style": "watercolor"},
    {"guidance_scale": 3},
    {"panorama": "yes"},
    {"self_attention": "yes"},
    {"watermark": "yes"},
    {"seed": 8},
]


@pytest.mark.parametrize("change", SEEN, ids=[next(iter(row)) for row in SEEN])
async def test_an_attribute_can_be_seen(probe: Probe, change: dict[str, Any]) -> None:
    """Changing it changes the picture."""
    assert await probe.picture() != await probe.picture(**change)


IGNORED = ["clip_skip", "scheduler", "algorithm_type", "tomesd", "use_karras_sigmas", "vae", "lora_model", "upscale"]


@pytest.mark.parametrize("name", IGNORED)
async def test_what_the_real_model_ignores_is_only_echoed(probe: Probe, name: str) -> None:
    """The picture is the same; the description of the attribute says so."""
    assert await probe.picture() == await probe.picture(**{name: 1 if name == "clip_skip" else "no"})
    assert "echoed" in (TextToImage.model_fields[name].description or "")


async def test_steps_above_twenty_make_no_difference(probe: Probe) -> None:
    """Asked for 31, 20 are done and told."""
    assert await probe.picture(num_inference_steps=31) == await probe.picture(num_inference_steps=20)


async def test_enhance_prompt_rewrites_the_prompt(probe: Probe) -> None:
    """Words stand before and after it, in ``meta`` as in the picture; it is on unless refused."""
    rewritten = [(await probe.post(enhance_prompt=flag)).json["meta"]["prompt"] for flag in ("yes", ..., "no")]

    assert rewritten[0] == rewritten[1]
    assert " a lighthouse, " in rewritten[0]
    assert rewritten[2] == "a lighthouse"


@pytest.mark.parametrize(
    "prompt, english",
    [
        ("Ein Leuchtturm am Meer", "a lighthouse at sea"),
        ("un phare rouge au crépuscule", "a lighthouse red at dusk"),
        ("a fox in the snow", "a fox in the snow"),
    ],
)
async def test_another_language_is_translated(probe: Probe, prompt: str, english: str) -> None:
    """Word by word where ``multi_lingual`` asks for it, and not at all elsewhere."""
    told = [(await probe.post(prompt=prompt, multi_lingual=flag)).json["meta"]["prompt"] for flag in ("yes", "no")]

    assert told == [english, prompt]


async def test_sizes_are_what_was_asked(probe: Probe) -> None:
    """The file itself has the size, not only ``meta``."""
    assert Image.open(BytesIO(await probe.picture(width=96, height=160))).size == (96, 160)


@pytest.mark.parametrize("way", ["black", "blur", "pixelate", "sensitive_content_text"])
async def test_an_unsafe_picture_is_altered(probe: Probe, way: str) -> None:
    """The checker has four ways; the answer says that it found something."""
    body = (await probe.post(prompt="a nude lighthouse", safety_checker_type=way)).json
    altered = (await probe.get(body["output"][0])).body
    unaltered = await probe.picture(prompt="a nude lighthouse", safety_checker="no")
    colours = Image.open(BytesIO(altered)).convert("RGB").getcolors(64 * 64)

    assert body["nsfw_content_detected"] is True
    assert altered != unaltered
    assert (colours is not None and len(colours) == 1) == (way == "black")


async def test_a_safe_picture_is_left_alone(probe: Probe) -> None:
    """With nothing to find, the checker changes no byte."""
    body = (await probe.post()).json

    assert body["nsfw_content_detected"] is False
    assert await probe.picture(safety_checker="yes") == await probe.picture(safety_checker="no")
