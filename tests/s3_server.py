"""A local S3 over real HTTP that can fail on purpose: moto behind a gate that counts, refuses, damages and holds."""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import botocore.session  # type: ignore[import-untyped]  # ships no types
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from s3fs import S3FileSystem  # type: ignore[import-untyped]  # as botocore
from werkzeug.serving import make_server

Environ: TypeAlias = dict[str, Any]
Rule: TypeAlias = Callable[[Environ], "Answer | None"]
"""Looks at a request before the store does; may change it; returns an answer where the store is not to be asked."""

ACCESS = {
    "AWS_ACCESS_KEY_ID": "access-key-of-the-store",
    "AWS_SECRET_ACCESS_KEY": "secret-key-of-the-store",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An error as S3 spells it."""

    status: str
    code: str

    @property
    def body(self) -> bytes:
        """XML."""
        return f"<Error><Code>{self.code}</Code><Message>{self.code} on purpose</Message></Error>".encode()


@dataclass
class S3:
    """A running server.

    Attributes:
        url: its endpoint.
        requests: method and path of each request so far, in order.
        rules: asked in order about each.
    """

    url: str
    requests: list[tuple[str, str]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to find it and to be let in."""
        return {**ACCESS, "AWS_ENDPOINT_URL": self.url}

    def client(self) -> Any:
        """Return a client that is none of ours."""
        return botocore.session.get_session().create_client(
            "s3",
            endpoint_url=self.url,
            region_name=ACCESS["AWS_DEFAULT_REGION"],
            aws_access_key_id="another",
            aws_secret_access_key="another",
        )

    def bucket(self, name: str) -> str:
        """Make an empty bucket and return its URL."""
        self.client().create_bucket(Bucket=name)
        self.forget()
        return f"s3://{name}"

    def forget(self) -> None:
        """Forget requests and rules."""
        self.requests.clear()
        self.rules.clear()

    def objects(self, url: str) -> dict[str, bytes]:
        """Return name below *url* -> content; read behind the gate."""
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        rules, self.rules = self.rules, []
        asked = len(self.requests)
        client = self.client()
        found = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix).build_full_result()
        read = {
            each["Key"].removeprefix(prefix).lstrip("/"): client.get_object(Bucket=bucket, Key=each["Key"])[
                "Body"
            ].read()
            for each in found.get("Contents", [])
        }
        del self.requests[asked:]
        self.rules = rules
        return read

    def puts(self) -> list[str]:
        """Last part of the name of each file that was sent, in order."""
        return [path.rpartition("/")[2] for method, path in self.requests if method == "PUT"]


@contextmanager
def s3_server() -> Iterator[S3]:
    """Serve on a free port of loopback inside the block."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    dispatcher = DomainDispatcherApplication(create_backend_app)

    def gate(environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        s3.requests.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        for rule in list(s3.rules):
            answer = rule(environ)
            if answer is not None:
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                start_response(answer.status, [("Content-Type", "application/xml")])
                return [answer.body]
        passed: Iterable[bytes] = dispatcher(environ, start_response)
        return passed

    server = make_server("127.0.0.1", 0, gate, threaded=True)
    s3 = S3(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield s3
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def s3_in_the_environment() -> Iterator[S3]:
    """Serve, and let this process and its children find it, as they would find any other."""
    with s3_server() as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        S3FileSystem.clear_instance_cache()  # fsspec's: they remember the server of another module
        yield running


def is_put(environ: Environ, ending: str = "") -> bool:
    """Whether a request sends a file whose name ends so."""
    return environ["REQUEST_METHOD"] == "PUT" and str(environ["PATH_INFO"]).endswith(ending)


def refusing(answer: Answer, *, after: int = 0, times: int = 10**9, ending: str = "") -> Rule:
    """Refuse files, *after* so many went through, so many *times*."""
    seen = iter(range(10**9))

    def rule(environ: Environ) -> Answer | None:
        return answer if is_put(environ, ending) and after <= next(seen) < after + times else None

    return rule


def damaging(times: int = 1) -> Rule:
    """Change one byte of so many files on their way."""
    left = iter(range(times))

    def rule(environ: Environ) -> None:
        if is_put(environ, ".png") and next(left, None) is not None:
            body = bytearray(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            body[len(body) // 2] ^= 1
            environ["wsgi.input"] = io.BytesIO(bytes(body))

    return rule


def holding(released: threading.Event, *, after: int = 0, sending: bool = True) -> Rule:
    """Let files wait until they are *released*, *after* so many went through; any request where it is not *sending*."""
    seen = iter(range(10**9))

    def rule(environ: Environ) -> None:
        if (is_put(environ) or not sending) and next(seen) >= after:
            released.wait(60)

    return rule


def until(condition: Callable[[], bool], within: float = 20.0) -> None:
    """Wait for what another thread does; for worker threads."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)
