"""The description and the server agree: whatever is sent, the answer is one the description knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, Phase, given, settings

from flux_batch.addons.server.app import FETCH, GENERATE
from flux_batch.addons.server.attributes import TextToImage
from flux_batch.addons.server.desk import DESK
from flux_batch.addons.server.openapi import ENDPOINTS, description
from flux_batch.addons.server.serving import serving
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.swatch import Swatch

EXAMPLES = 25
"""Requests per endpoint and kind: seconds, not minutes."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


def test_every_attribute_is_described() -> None:
    """Its bounds and its meaning can be read by a person and by a tool."""
    properties = description()["components"]["schemas"]["TextToImage"]["properties"]

    assert set(properties) == set(TextToImage.model_fields)
    assert all(entry.get("description") for entry in properties.values())
    assert properties["samples"]["anyOf"][0] == {"type": "integer", "minimum": 1, "maximum": 4}
    assert "flux" in properties["model_id"]["enum"]


def test_every_endpoint_is_described() -> None:
    """Each form in which the service can be asked, but for aliases."""
    served = {*GENERATE, *DESK, *FETCH, *(f"{path}/{{id}}" for path in FETCH)}

    assert served >= ENDPOINTS.keys()
    assert DESK.keys() - ENDPOINTS.keys() == {"/api/assets_generated"}


def test_the_description_is_plain_json() -> None:
    """Any tool can read it."""
    assert json.loads(json.dumps(description())) == description()


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """A server in a thread of its own, since the tool that asks it does not await."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(Settings(port=0, queue_limit=1000), Swatch())) as server,
    ):
        yield server.origin


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
@pytest.mark.filterwarnings("ignore")
def test_any_request_gets_an_answer_the_description_knows(origin: str, path: str, mode: str) -> None:
    """Right and wrong bodies alike: never a server error, always a status, a type and a shape that are described."""
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    endpoint = schemathesis.openapi.from_dict(description())[path]["POST"]
    checks = [getattr(schemathesis.checks, name) for name in CHECKS]

    @given(case=endpoint.as_strategy(generation_mode=schemathesis.GenerationMode[mode]))
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    def ask(case: Any) -> None:
        case.call_and_validate(base_url=origin, checks=checks)

    ask()
