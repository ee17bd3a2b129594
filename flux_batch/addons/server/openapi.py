"""The OpenAPI description, generated from the models that check the requests."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from flux_batch.addons.server.attributes import TextToImage
from flux_batch.addons.server.forms import Assets, Fetch, Keyed, Reload, Upload
from flux_batch.addons.server.models import MODELS
from flux_batch.addons.server.told import (
    Count,
    Done,
    Error,
    Failed,
    Generated,
    Load,
    Model,
    Processing,
    Success,
    Wallet,
)

REF = "#/components/schemas/{model}"
ABOUT = (
    "The embedded server of flux-batch: it plays a text-to-image service on this machine and paints pictures. "
    "Attributes marked echoed reach `meta` and nothing else."
)
GENERATION = (Success, Processing, Error)
ENDPOINTS: dict[str, tuple[str, type[BaseModel], tuple[type[BaseModel], ...]]] = {
    "/api/v6/images/text2img": ("Generate images", TextToImage, GENERATION),
    "/api/v6/images/fetch/{id}": ("Ask for a request again", Keyed, (Success, Processing, Error, Failed)),
    "/api/v6/images/fetch": ("Ask for a request again", Fetch, (Success, Processing, Error, Failed)),
    "/api/v7/images/fetch/{id}": ("Ask for a request again", Keyed, (Success, Processing, Error, Failed)),
    "/api/v6/processing/request_count": ("Count the queue, 30 times a minute", Keyed, (Count, Error)),
    "/api/wallet_balance": ("Look into the wallet", Keyed, (Wallet, Error)),
    "/api/v6/assets_generated": ("List what was made", Assets, (Generated, Error)),
    "/api/v4/dreambooth/model_list": ("List the models", Keyed, (Model, Error)),
    "/api/v3/system_load": ("Ask how long the queue is", Keyed, (Load, Error)),
    "/api/v6/images/model_reload": ("Load a model again", Reload, (Done, Error)),
    "/api/v6/base64_to_url": ("Turn a picture as text into a link", Upload, (Done, Error)),
}
REFUSALS = {
    "400": "a value is refused",
    "401": "the key is not taken",
    "402": "the wallet does not cover it",
    "429": "the queue is full, or the endpoint was asked too often",
}


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    models = {model for _, form, answers in ENDPOINTS.values() for model in (form, *answers)} | {Failed}
    wanted = [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)]
    _, shared = models_json_schema(wanted, ref_template=REF)  # type: ignore[arg-type]
    schemas = shared["$defs"]
    demand(schemas["TextToImage"])
    return {
        "openapi": "3.1.0",
        "info": {"title": "flux-batch embedded server", "version": version("flux-batch"), "description": ABOUT},
        "paths": {path: {"post": operation(path)} for path in ENDPOINTS} | {"/generations/{name}": {"get": PICTURE}},
        "components": {"schemas": schemas},
    }


def demand(schema: dict[str, Any]) -> None:
    """Say in the schema what is checked outside of the model: the key, and which models there are."""
    schema["required"] = ["key", *schema["required"]]
    schema["properties"]["model_id"] |= {"enum": list(MODELS)}
    for name in ("key", "prompt"):
        schema["properties"][name] |= {"minLength": 1, "pattern": r"\S"}


def operation(path: str) -> dict[str, Any]:
    """One endpoint."""
    summary, form, answers = ENDPOINTS[path]
    told = [reference(model) for model in answers]
    if path.endswith("model_list"):
        told[0] = {"type": "array", "items": told[0]}
    responses = {"200": content("the answer; its `status` is the truth", {"anyOf": told})}
    responses |= {status: content(words, reference(Error)) for status, words in REFUSALS.items()}
    if "fetch" in path:
        responses["404"] = content("no such request", {"anyOf": [reference(Failed), reference(Error)]})
    body = {"required": True, "content": {"application/json": {"schema": reference(form)}}}
    found = {"summary": summary, "requestBody": body, "responses": responses}
    return found | ({"parameters": [parameter("id", "generation id")]} if "{id}" in path else {})


def reference(model: type[BaseModel]) -> dict[str, Any]:
    """A pointer to the schema of *model*."""
    return {"$ref": REF.format(model=model.__name__)}


def content(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON response."""
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def parameter(name: str, words: str) -> dict[str, Any]:
    """A part of the path."""
    return {"name": name, "in": "path", "required": True, "description": words, "schema": {"type": "string"}}


PICTURE: dict[str, Any] = {
    "summary": "Fetch a finished picture",
    "parameters": [parameter("name", "file name, from a link")],
    "responses": {
        "200": {"description": "the picture", "content": {"image/png": {"schema": {"type": "string"}}}},
        "404": {"description": "not there yet, or not any more", "content": {"text/html": {}}},
    },
}
