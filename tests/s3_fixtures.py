"""A local S3 and an empty place in it, for any test module that names this one in ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from s3_server import S3, s3_in_the_environment

NUMBERS = count()


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3]:
    """One S3 for all tests of a module; each makes its own bucket."""
    with s3_in_the_environment() as running:
        yield running


@pytest.fixture
def s3(s3_server: S3) -> S3:
    """The server, as if nothing had happened."""
    s3_server.forget()
    return s3_server


@pytest.fixture
def url(s3: S3) -> str:
    """A place in an empty bucket."""
    return s3.bucket(f"bucket-{next(NUMBERS)}") + "/nightly"
