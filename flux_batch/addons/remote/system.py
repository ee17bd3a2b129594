"""fsspec's file systems, called from worker threads, so that somebody else can end the waiting.

Those that are async inside run on one loop of fsspec's own, in a thread of its own: any number of threads may call
them, and the loop of the run never waits. Their plain methods cannot be interrupted, and a thread that waits for a
store without an answer would hold up the end of the process for minutes; so their coroutines are called here.
https://filesystem-spec.readthedocs.io/en/latest/async.html
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from importlib import import_module
from inspect import iscoroutinefunction
from typing import Any

from flux_batch.addons.remote.trouble import CARRY_ON, store_errors
from flux_batch.errors import StorageFailed, UsageError

READ_ONLY = frozenset({"http", "https", "data", "github", "gist", "git", "zip", "tar", "libarchive", "reference"})
EXTRAS = {"s3": "s3", "s3a": "s3"}
"""Protocol -> the extra of ours that brings its library."""


class System:
    """One file system. Calls block; :meth:`close` ends those under way where the file system is async inside.

    Args:
        inner: of fsspec.
        protocol: by which it was asked for.
    """

    def __init__(self, inner: Any, protocol: str) -> None:
        self.protocol = protocol
        self._inner = inner
        self._turn = threading.Lock()
        self._under_way: set[Future[Any]] = set()
        self._closed = False

    def call(self, method: str, *args: Any, **options: Any) -> Any:
        """Call *method* of the file system and wait for it.

        Raises:
            StorageFailed: somebody has closed it; beside that, whatever the library raises.
        """
        coroutine = getattr(self._inner, f"_{method}", None)
        if not (getattr(self._inner, "async_impl", False) and iscoroutinefunction(coroutine)):
            return getattr(self._inner, method)(*args, **options)
        future = self._begun(coroutine, *args, **options)
        try:
            return future.result()
        except CancelledError:
            raise StorageFailed("given up while the store did not answer", hint=CARRY_ON) from None
        finally:
            self._under_way.discard(future)

    def close(self) -> None:
        """End the calls under way, and allow no more."""
        with self._turn:
            self._closed = True
        for future in list(self._under_way):
            future.cancel()

    def _begun(self, coroutine: Callable[..., Any], *args: Any, **options: Any) -> Future[Any]:
        with self._turn:
            if self._closed:
                raise StorageFailed("given up before the store was asked", hint=CARRY_ON)
            future: Future[Any] = asyncio.run_coroutine_threadsafe(coroutine(*args, **options), self._inner.loop)
            self._under_way.add(future)
        return future


def open_system(url: str) -> tuple[System, str]:
    """Return the file system that opens *url*, and the path of *url* in it. Nothing is sent.

    It imports the library of the protocol: half a second for S3.

    Raises:
        UsageError: no such protocol, one that only reads, or its package is missing.
    """
    protocol = url.partition("://")[0]
    if protocol in READ_ONLY:
        raise UsageError(
            f"nothing can be written to {url}", hint="name a store that can be written to: s3://bucket/set"
        )
    try:
        core, registry = import_module("fsspec.core"), import_module("fsspec.registry")
    except ImportError:
        raise UsageError(f"{url} needs a package that is not installed", hint=_install(protocol)) from None
    try:
        registry.get_filesystem_class(protocol)
    except ValueError:
        hint = "s3://, gs://, abfs://, sftp://, file://, or another one of fsspec's"
        raise UsageError(f"{url}: there is no protocol {protocol!r}", hint=hint) from None
    except ImportError as error:
        hint = _install(protocol) if protocol in EXTRAS else str(error)
        raise UsageError(f"{url} needs a package that is not installed", hint=hint) from None
    with store_errors(f"cannot open {url}"):
        inner, path = core.url_to_fs(url)
    return System(inner, protocol), path


def _install(protocol: str) -> str:
    return f"pip install 'flux-batch[{EXTRAS.get(protocol, 'remote')}]'"
