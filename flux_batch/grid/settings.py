"""The sections of a grid that say how to run it: endpoint, limits, gates, output, and the words of the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from flux_batch.grid.duration import CLOCK, per_second, seconds
from flux_batch.grid.place import checked_place, is_url
from flux_batch.grid.problem import shown
from flux_batch.grid.strict import Strict, Unfit, complain
from flux_batch.grid.synonyms import nearest

EMBEDDED = "embedded"
KEY_VARIABLE = "MODELSLAB_API_KEY"
LIKE_A_KEY = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_\-]{30,}")
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
LANE = r"^[A-Za-z0-9._-]{1,40}$"
LISTEN = r"^[^\s/]+:\d{1,5}$"
CALLED = r"^https?://[^\s]+$"
MOST_SLOTS = 1000
"""Slots of an account, and jobs at the service at once: each is a task, and no account has so many."""
SHARD = re.compile(r"(\d+)/(\d+)")
FAILURES = ("refused", "transient", "pending", "held", "gate", "paid_but_lost")
"""The classes of ``failures.jsonl``."""
ONLY = re.compile(rf"[0-9a-f]{{16}}|(?:{'|'.join(FAILURES)})(?::[0-9a-f]{{6}})?")
LOCALE = "export LC_ALL=C.UTF-8, or PYTHONUTF8=1"
Gate: TypeAlias = Literal["off", "flag", "quarantine"]


def _read(reading: Callable[[Any], Any], written: Any) -> BeforeValidator:
    """Read what is *written* by *reading*, whose ValueError says what is allowed."""

    def validate(value: object) -> object:
        try:
            return reading(value)
        except PydanticCustomError:  # a ValueError too, whose words are already ours
            raise
        except (ValueError, TypeError) as error:
            complain(f"expected {error}, not {shown(value)}")

    return BeforeValidator(validate, json_schema_input_type=written)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("a length of time like 90s, 15m or 1h30m")  # noqa: TRY004 - one way to say no
    return seconds(value)


def _times(value: object) -> object:
    """Read a switch that is on or off as one that was typed once, or not at all."""
    return int(value) if isinstance(value, bool) else value


def _path(value: object) -> Path:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("a path")
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        complain(f"no file can be called {shown(value)} in this locale", LOCALE)
    return Path(value)


def _only(value: object) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not names or not all(isinstance(each, str) for each in names):
        raise ValueError("a class of failures, or a list of them")
    for each in names:
        if not ONLY.fullmatch(each):
            raise ValueError(f"a job id, one of {', '.join(FAILURES)}, or a group such as refused:1a2b3c")
    return tuple(names)


Only: TypeAlias = Annotated[tuple[str, ...], Field(strict=False), _read(_only, str | list[str])]
Seconds: TypeAlias = Annotated[float, Field(ge=0), _read(_seconds, float | str)]
PathText: TypeAlias = Annotated[Path, _read(_path, str)]


class Endpoint(Strict):
    """Where requests go and which account they use. The key itself never stands in a grid."""

    name: str | None = Field(None, pattern=LANE, description="names it among several endpoints")
    base_url: str = Field("https://modelslab.com/api/v6", description="`embedded`, or the API's http(s) URL")
    queue_limit: int = Field(5, ge=1, le=MOST_SLOTS, description="slots of the account: 5, 10 or 15 by plan")
    key_file: PathText | None = Field(None, description="file that holds the key; relative to the grid file")
    key_env: str = Field(KEY_VARIABLE, description="environment variable that holds the key")
    price: float | None = Field(None, ge=0, description="USD per image")

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value == EMBEDDED:
            return value
        parts = urlsplit(value)
        if parts.username or parts.password or parts.query or parts.fragment:
            complain("endpoint.base_url holds more than an address", "take out user, password, query and fragment")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            complain(
                f"endpoint.base_url must be `embedded` or an http(s) URL, not {shown(value)}",
                nearest(value, [EMBEDDED]),
            )
        return value.rstrip("/")

    @field_validator("key_file")
    @classmethod
    def _is_no_key(cls, value: Path | None) -> Path | None:
        if value is not None and LIKE_A_KEY.fullmatch(str(value)):
            complain("endpoint.key_file looks like a key, not like a path", f"export the key as {KEY_VARIABLE}")
        return value

    @field_validator("key_env")
    @classmethod
    def _is_a_variable(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Z_][A-Z0-9_]{0,63}", value) or LIKE_A_KEY.fullmatch(value.replace("_", "-")):
            complain("endpoint.key_env must name an environment variable", f"key_env: {KEY_VARIABLE}")
        return value

    def beside(self, folder: Path) -> Self:
        """Return the endpoint with its key file found from *folder*, where the grid file lies."""
        if self.key_file is None:
            return self
        return self.model_copy(update={"key_file": folder / self.key_file.expanduser()})


class Retry(Strict):
    """How often one job is tried again, and how long between."""

    attempts: int = Field(5, ge=1, le=100, description="tries of one job in all")
    first: Seconds = Field(2.0, description="seconds before the second try; doubles from there")
    longest: Seconds = Field(60.0, description="seconds between two tries at most")


class Limits(Strict):
    """How fast, how long and for how much."""

    concurrency: Literal["auto"] | int = Field("auto", description="requests at once; auto learns the account's slots")
    rate: str | None = Field(None, description="requests per time: 10/s, 600/min")
    retry: Retry = Field(default_factory=Retry, description="how often and how soon one job is tried again")
    limit: int | None = Field(None, ge=1, description="stop after so many jobs of the plan")
    shard: str | None = Field(None, description="I/N: the I-th of N equal parts, I from 0")
    max_cost: float | None = Field(None, ge=0, description="USD; needs endpoint.price")
    max_posts: int | None = Field(None, ge=0, description="requests to make at most")
    until: str | None = Field(None, description="stop posting at HH:MM, or after a time like 6h")
    on_ambiguous: Literal["retry", "hold"] = Field("retry", description="a request whose answer was lost")
    skip_failed: bool = Field(False, description="leave jobs alone that failed in an earlier run")
    only: Only | None = Field(
        None, description="nothing but these: a job's id, a class of failures, or a group of them"
    )
    rebuy: bool = Field(False, description="with only: pay again for what is held, lost or set aside")
    max_wait: Seconds = Field(900.0, description="seconds to poll one job before it is left for the next run")

    @field_validator("concurrency")
    @classmethod
    def _at_least_one(cls, value: Literal["auto"] | int) -> Literal["auto"] | int:
        if isinstance(value, int) and not 1 <= value <= MOST_SLOTS:
            complain(f"limits.concurrency must be auto or 1 to {MOST_SLOTS:,}, not {value}")
        return value

    @field_validator("rate")
    @classmethod
    def _is_a_rate(cls, value: str | None) -> str | None:
        _ = value is None or _reads(per_second, value, "limits.rate")
        return value

    @field_validator("until")
    @classmethod
    def _is_a_time(cls, value: str | None) -> str | None:
        _ = value is None or CLOCK.fullmatch(value) or _reads(seconds, value, "limits.until", "HH:MM, or ")
        return value

    @field_validator("shard")
    @classmethod
    def _is_a_part(cls, value: str | None) -> str | None:
        found = None if value is None else SHARD.fullmatch(value)
        if value is not None and (found is None or int(found[1]) >= int(found[2])):
            complain(f"limits.shard must be I/N with I from 0 to N-1, not {shown(value)}", "the first of four is 0/4")
        return value

    @model_validator(mode="after")
    def _rebuys_what_is_named(self) -> Self:
        if self.rebuy and self.only is None:
            complain("limits.rebuy pays again, and needs limits.only", "`flux-batch status OUT` names what there is")
        return self

    @property
    def per_second(self) -> float | None:
        """Requests per second, None where there is no such limit."""
        return None if self.rate is None else per_second(self.rate)

    @property
    def part(self) -> tuple[int, int] | None:
        """(i, n) of the shard, None for the whole plan."""
        if self.shard is None:
            return None
        index, count = self.shard.split("/")
        return int(index), int(count)


def _reads(reading: Callable[[str], float], value: str, name: str, other: str = "") -> bool:
    try:
        return reading(value) >= 0
    except ValueError as error:
        complain(f"{name} must be {other}{error}, not {shown(value)}")


class Gates(Strict):
    """What happens to a picture that arrived and is not what was asked: kept, kept with a word, or set apart."""

    blank: Gate = Field("quarantine", description="nothing in it")
    single_color: Gate = Field("quarantine", description="one single colour")
    safety: Gate = Field("quarantine", description="replaced by the safety checker")
    size: Gate = Field("flag", description="other size than asked")
    duplicate: Gate = Field("flag", description="same bytes as another cell")


class Output(Strict):
    """Where the images go."""

    dir: PathText = Field(
        Path("runs/grid"),
        description="folder, from the working directory; runs/<name> if left out; a URL is taken for the mirror",
    )
    name: str = Field("{job}-{sample}", description="file name without extension, of {job}, {sample} and {seed}")
    mirror: str | None = Field(None, description="URL where all that is public is copied to: s3://bucket/nightly")

    @model_validator(mode="before")
    @classmethod
    def _is_a_folder(cls, value: object) -> object:
        """Take a URL as the folder for what it means: a run locks its folder, so the URL can only be a copy of it."""
        if not isinstance(value, dict) or not is_url(value.get("dir")):
            return value
        if value.get("mirror") is not None:
            complain("output.dir and output.mirror both name a URL", "name a folder as output.dir, or leave it out")
        rest = {name: given for name, given in value.items() if name != "dir"}
        return {**rest, "mirror": _place(value["dir"], "output.dir")}

    @field_validator("mirror")
    @classmethod
    def _is_a_store(cls, value: str | None) -> str | None:
        return None if value is None else _place(value, "output.mirror")

    @field_validator("name")
    @classmethod
    def _is_unique_and_safe(cls, value: str) -> str:
        bare = value.replace("{job}", "").replace("{sample}", "").replace("{seed}", "")
        if not re.fullmatch(r"[A-Za-z0-9._-]{0,60}", bare) or value.startswith("."):
            complain(f"output.name may hold letters, digits, . _ - and {{job}} {{sample}} {{seed}}, not {shown(value)}")
        if "{job}" not in value or "{sample}" not in value:
            complain("output.name needs {job} and {sample}, or two images would share a name", 'name: "{job}-{sample}"')
        return value


def _place(value: str, name: str) -> str:
    try:
        return checked_place(value, name)
    except Unfit as unfit:
        complain(unfit.what, unfit.hint)


class Webhook(Strict):
    """Calls from the service when an image is done; a hint only, the poll stays the truth."""

    listen: str | None = Field(None, pattern=LISTEN, description="HOST:PORT to listen on")
    url: str | None = Field(None, pattern=CALLED, description="how the service reaches it")


class Words(Strict):
    """The command line's switches, for a grid that is run unattended."""

    dry_run: bool = Field(False, description="plan and check everything, send nothing")
    json_: bool = Field(False, alias="json", description="JSON on stdout")
    yes: bool = Field(False, description="make more than a million images without being asked")
    quiet: bool = Field(False, description="no progress")
    verbose: Annotated[int, _read(_times, bool | int)] = Field(0, ge=0, le=3, description="as many as -v is given")
    log_format: Literal["text", "json"] = Field("text", description="json: one object a line on stderr, for machines")
    metrics_file: PathText | None = Field(None, description="numbers for Prometheus, kept up to date while it runs")
    otel: bool = Field(False, description="send trace and numbers by OTLP, as the OTEL_* environment says")
