"""The bodies of the smaller endpoints, tolerant as the service is: unknown keys are ignored, numbers may be text."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Keyed(BaseModel):
    """A request that carries nothing but the key."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    key: str = Field(default="", repr=False, description="API key")


class Fetch(Keyed):
    """Asks for a request by its id, where the path does not name it."""

    request_id: str | int | None = Field(default=None, description="generation id, as number or text")


class Assets(Keyed):
    """Asks for a page of what was generated."""

    per_page: int = Field(default=10, ge=1, le=30, description="requests on a page, at most 30")
    page: int = Field(default=1, ge=1, le=100_000, description="counted from 1")


class Upload(Keyed):
    """A picture as base64 text."""

    base64_string: str = Field(min_length=1, description="base64 text or a data URI, at most 5 MB of picture")


class Reload(Keyed):
    """Asks for a model to be loaded again."""

    model_id: str = Field(description="id of the model")
