"""The shapes of the service's answers, for the OpenAPI description; what they say is written in ``answers``."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Identity: TypeAlias = int | str
Links: TypeAlias = list[str]


class Told(BaseModel):
    """Any answer: further keys may come with it."""

    model_config = ConfigDict(extra="allow")


class Success(Told):
    """The images are there. Where `output` is missing or empty, they are in `proxy_links` or `future_links`."""

    status: Literal["success"]
    id: Identity
    output: Links | Literal[""] = Field(default_factory=list, description="links, or base64 text")
    proxy_links: Links | dict[str, str] = Field(default_factory=list)
    future_links: Links = Field(default_factory=list)
    generation_time: float | None = Field(default=None, alias="generationTime", description="seconds")
    nsfw_content_detected: bool | None = None
    meta: dict[str, JsonValue] = Field(default_factory=dict, description="the request as it was carried out")


class Processing(Told):
    """Accepted and billed, not done yet: ask again by id."""

    status: Literal["processing"]
    id: Identity
    eta: float | None = Field(default=None, description="seconds")
    output: Links | Literal[""] = Field(default_factory=list)
    future_links: Links = Field(default_factory=list, description="where the images will be")
    fetch_result: str | None = None


class Error(Told):
    """Refused; `message` (or `messege`) is a sentence, or sentences by attribute."""

    status: Literal["error"]
    message: str | dict[str, list[str]] | None = None
    retry_after: int | None = Field(default=None, description="seconds")


class Failed(Told):
    """The request failed, or is not known."""

    status: Literal["failed"]
    id: Identity
    message: str | None = None


class Count(Told):
    """How many requests are in the queue."""

    status: Literal["success"]
    processing_count: int


class Balance(BaseModel):
    """Money."""

    balance: float
    currency: Literal["USD"]


class Wallet(Told):
    """What is left in the wallet."""

    status: Literal["success"]
    data: Balance


class Asset(BaseModel):
    """One request that was carried out."""

    id: Identity
    output: Links


class Generated(Told):
    """A page of what was made."""

    status: Literal["success"]
    data: list[Asset]
    pagination: dict[str, int]


class Model(Told):
    """A model there is."""

    model_id: str
    status: Literal["model_ready"]
    model_name: str


class Load(Told):
    """How long the queue is."""

    status: Literal["ok"]
    queue_num: int
    queue_time: float = Field(description="seconds")


class Done(Told):
    """It was done."""

    status: Literal["success"]
    message: str | None = None
    output: Links = Field(default_factory=list)
