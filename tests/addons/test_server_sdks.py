"""The vendor's own clients, and its page's sample, work against the server with nothing but the host changed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

from flux_batch.addons.server.serving import Server, serving
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.swatch import Swatch

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def server() -> Iterator[Server]:
    """A server in a thread of its own: these clients block."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(Settings(port=0), Swatch())) as running,
    ):
        yield running


def modelslab_py(server: Server) -> tuple[Any, Any]:
    """The newer Python SDK, pointed at *server*: its module for community models, and its request type."""
    client = pytest.importorskip("modelslab_py.core.client", reason="modelslab_py is not installed").Client("k")
    client.base_url = f"{server.origin}/api/"
    client.fetch_timeout = 0
    apis = pytest.importorskip("modelslab_py.core.apis.community")
    return apis.Community(client=client), pytest.importorskip("modelslab_py.schemas.community").Text2Image


def test_the_newer_sdk_generates_and_fetches(server: Server) -> None:
    """It sends numbers, text and its own extras, and finds the request by its id."""
    community, request = modelslab_py(server)
    asked = request(prompt="a fox", model_id="flux", width=64, height=64, samples=1, seed=7, enhance_prompt="no")
    answer = community.text_to_image(asked)
    again = community.fetch(str(answer["id"]))

    assert (answer["status"], answer["meta"]["seed"]) == ("success", 7)
    assert (again["status"], again["output"]) == ("success", answer["output"])


def test_the_newer_sdk_waits_for_a_pending_request(server: Server) -> None:
    """``processing`` first, then by id."""
    community, request = modelslab_py(server)
    asked = request(prompt="a fox", model_id="flux", width=64, height=64, instant_response="yes")
    answer = community.text_to_image(asked)

    assert answer["status"] == "processing"
    assert community.fetch(str(answer["id"]))["output"] == answer["future_links"]


OLDER_VALUES = ["k", "flux", "a fox", None, "64", "64", "1", "30", "no", "no", 7, 7.5, "no", "no", "no"]
OLDER_VALUES += [None, None, None, "yes", "2", "yes", None, None, "UniPCMultistepScheduler", None, None]
"""Key, model, prompt, negative prompt, size, samples, steps, ... in the order of its parameters."""


def test_the_older_sdk_generates(server: Server) -> None:
    """All its parameters, most of them null or empty, as it sends them."""
    models = pytest.importorskip("modelslab.community_models", reason="modelslab is not installed").CommunityModels()
    models.base_url = f"{server.base_url}/images"
    told = models.txt2img(*OLDER_VALUES)
    answer = json.loads(told)

    assert (answer["status"], answer["meta"]["steps"], answer["meta"]["W"]) == ("success", 20, 64)


PAGE_SAMPLE = """
const headers = new Headers();
headers.append("Content-Type", "application/json");
const raw = JSON.stringify({
  "key": "k", "model_id": "flux", "prompt": "a fox in the snow", "negative_prompt": "people", "width": "64",
  "height": "64", "samples": "1", "num_inference_steps": "31", "safety_checker": "no", "enhance_prompt": "yes",
  "seed": null, "guidance_scale": 7.5, "panorama": "no", "self_attention": "no", "upscale": "no",
  "embeddings_model": null, "lora_model": null, "tomesd": "yes", "clip_skip": "2", "use_karras_sigmas": "yes",
  "vae": null, "lora_strength": null, "scheduler": "UniPCMultistepScheduler", "webhook": null, "track_id": null,
});
fetch(process.argv[1], { method: "POST", headers, body: raw, redirect: "follow" })
  .then((response) => response.text())
  .then((text) => console.log(text));
"""


@pytest.mark.process
def test_the_pages_javascript_sample_runs(server: Server) -> None:
    """Numbers as text beside numbers, nulls, yes and no: as the documented page writes it."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    url = f"{server.base_url}/images/text2img"
    done = subprocess.run([node, "-e", PAGE_SAMPLE, url], capture_output=True, text=True, check=True, timeout=30)
    answer = json.loads(done.stdout)

    assert (answer["status"], answer["meta"]["steps"], answer["meta"]["n_samples"]) == ("success", 20, 1)
    assert 0 <= answer["meta"]["seed"] < 2**32
