"""A place at a URL: whole or absent, verified, its troubles in one sentence."""

from __future__ import annotations

import errno
import sys
import threading
from pathlib import Path
from typing import Any

import anyio
import pytest
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]
from fsspec.registry import _registry as OPENED  # type: ignore[import-untyped]  # noqa: N812 - what is imported so far
from hypothesis import given
from hypothesis import strategies as st
from run_folder import cells, grow

from flux_batch.addons.remote.content import content_of, etag_in_parts
from flux_batch.addons.remote.listing import Seen, seen
from flux_batch.addons.remote.mirror import Mirror
from flux_batch.addons.remote.patience import Patience
from flux_batch.addons.remote.receipts import Receipts
from flux_batch.addons.remote.store import Store, open_store, proven
from flux_batch.addons.remote.system import System
from flux_batch.addons.remote.trouble import Refused, store_errors
from flux_batch.errors import FluxBatchError, StorageFailed, UsageError
from flux_batch.store.folder import Folder
from flux_batch.store.manifest import read_manifest

EMPTY = "d41d8cd98f00b204e9800998ecf8427e"


class Breaking(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A disk that breaks as told: each file sent takes the next of *plan*."""

    protocol = "breaking"
    cachable = False

    def __init__(self, plan: list[str]) -> None:
        super().__init__()
        self.plan = plan
        self.turn = threading.Lock()

    def put_file(self, path1: str, path2: str, **_: Any) -> None:
        """Send all of it, none, half of it and an error, or something else without one."""
        with self.turn:
            how = self.plan.pop() if self.plan else "whole"
        content = Path(path1).read_bytes()
        if how == "none":
            raise OSError(errno.EIO, "Input/output error")
        sent = {"half": content[: len(content) // 2], "other": content[:-1] + b"?", "short": content[:-1]}
        Path(path2).write_bytes(sent.get(how, content))
        if how == "half":
            raise OSError(errno.ENOSPC, "No space left on device")


def breaking(folder: Path, plan: list[str]) -> Store:
    """Return a store in *folder* that breaks as *plan* says, the last first."""
    return Store(f"breaking://{folder}", System(Breaking(plan), "breaking"), str(folder))


def sample(folder: Path, text: str = "content") -> Path:
    """Write a small file."""
    path = folder / "sample"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "info, expected",
    [
        ({"size": 3, "ETag": f'"{EMPTY}"'}, Seen(3, f'ETag:"{EMPTY}"', EMPTY, EMPTY)),
        ({"size": 3, "ETag": '"abc-2"'}, Seen(3, 'ETag:"abc-2"', "abc-2", "")),
        ({"size": 3, "etag": "CKi", "md5Hash": "1B2M2Y8AsgTpgAmY7PhCfg=="}, Seen(3, "etag:CKi", "", EMPTY)),
        ({"size": 3, "etag": "0x8", "content_settings": {"content_md5": bytes(16)}}, Seen(3, "etag:0x8", "", "0" * 32)),
        ({"size": 3, "mtime": 1.5}, Seen(3, "mtime:1.5", "", "")),
        ({"size": None}, Seen(0, ":", "", "")),
    ],
    ids=["s3", "s3 in parts", "google", "microsoft", "disk", "nothing"],
)
def test_what_a_store_tells_is_read_as_it_means_it(info: dict[str, Any], expected: Seen) -> None:
    """Size, mark and digest, by the names each library gives them."""
    assert expected == seen(info)


def test_a_digest_proves_and_another_one_proves_nothing(tmp_path: Path) -> None:
    """S3 tells another one for what is encrypted with a customer's key."""
    path = sample(tmp_path)
    content = content_of(path)

    assert proven(Seen(7, "", content.md5, content.md5), content, path)
    assert proven(Seen(7, "", etag_in_parts(path, 50 * 2**20)), content, path)
    assert not proven(Seen(7, "", EMPTY, EMPTY), content, path)
    assert not proven(Seen(6, "", content.md5, content.md5), content, path)


@pytest.mark.parametrize(
    "how, said",
    [
        ("none", "Input/output error"),
        ("half", "No space left on device"),
        ("other", "deep/name arrived damaged: it is not what was sent"),
        ("short", "deep/name arrived damaged: it is not what was sent"),
    ],
)
def test_a_file_that_did_not_arrive_whole_has_no_name(tmp_path: Path, how: str, said: str) -> None:
    """Neither a half nor another file, and no draft is left."""
    path, place = sample(tmp_path), tmp_path / "there"

    with pytest.raises(StorageFailed, match=said):
        breaking(place, [how]).put(path, "deep/name", content_of(path))

    assert [each for each in place.rglob("*") if each.is_file()] == []


@pytest.mark.parametrize("how", ["none", "half", "other"])
def test_a_failed_copy_leaves_the_one_before_it(tmp_path: Path, how: str) -> None:
    """A manifest that cannot be replaced is still the old one."""
    place = tmp_path / "there"
    old = sample(tmp_path, "old")
    breaking(place, []).put(old, "name", content_of(old))
    new = sample(tmp_path, "new and longer")

    with pytest.raises(StorageFailed):
        breaking(place, [how]).put(new, "name", content_of(new))

    assert (place / "name").read_text() == "old"


@pytest.mark.parametrize(
    "error, kind, said",
    [
        (PermissionError("Access Denied"), Refused, "cannot write x: Access Denied"),
        (FileNotFoundError("no bucket"), Refused, "cannot write x: no bucket"),
        (OSError(errno.ENOSPC, "No space left on device"), StorageFailed, "cannot write x: No space left on device"),
        (TimeoutError(), StorageFailed, "cannot write x: TimeoutError"),
        (NotImplementedError(), Refused, "cannot write x: NotImplementedError"),
        (ValueError("two\nlines"), Refused, "cannot write x: two"),
    ],
)
def test_an_error_of_a_store_is_one_sentence_with_a_way_out(error: Exception, kind: type, said: str) -> None:
    """Whatever class it has."""

    def fail() -> None:
        with store_errors("cannot write x"):
            raise error

    with pytest.raises(StorageFailed) as told:
        fail()

    assert (type(told.value), str(told.value), bool(told.value.hint)) == (kind, said, True)


def test_a_bug_is_no_error_of_a_store() -> None:
    """It is not dressed up as one."""

    def fail() -> None:
        with store_errors("cannot write x"):
            raise KeyError("x")

    with pytest.raises(KeyError):
        fail()


@pytest.mark.parametrize(
    "url, said, hint",
    [
        ("foo://x", "there is no protocol 'foo'", "s3://"),
        ("https://host/x", "nothing can be written to https://host/x", "s3://bucket/set"),
        ("gs://bucket/x", "needs a package that is not installed", "gcsfs"),
    ],
)
def test_a_url_that_cannot_be_written_to_is_wrong_usage(url: str, said: str, hint: str) -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError) as refused:
        open_store(url)

    assert said in str(refused.value)
    assert hint in str(refused.value.hint)


@pytest.mark.parametrize(
    "module, url, extra", [("fsspec.core", "file:///tmp/x", "remote"), ("s3fs", "s3://bucket/x", "s3")]
)
def test_a_missing_package_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, module: str, url: str, extra: str
) -> None:
    """A missing extra is no traceback."""
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(OPENED, "s3", raising=False)

    with pytest.raises(UsageError, match="needs a package that is not installed") as refused:
        open_store(url)

    assert f"pip install 'flux-batch[{extra}]'" == refused.value.hint


def test_receipts_survive_a_torn_last_line(tmp_path: Path) -> None:
    """The next one is not glued to it, and only the torn one is forgotten."""
    there = Seen(3, "mtime:1")
    path = tmp_path / ".flux-batch" / "mirror.jsonl"
    first = Receipts(path)
    for name in ("a", "b"):
        first.add(name, "0" * 64, there)
    first.close()
    path.write_bytes(path.read_bytes()[:-9])
    second = Receipts(path)
    second.add("c", "0" * 64, there)
    second.close()

    third = Receipts(path)
    third.read()

    assert [third.knows(name, "0" * 64, there) for name in "abc"] == [True, False, True]
    assert not third.knows("a", "1" * 64, there)
    assert not third.knows("a", "0" * 64, Seen(3, "mtime:2"))


@pytest.mark.parametrize("place", ["out", "out/inside", "."])
async def test_the_folder_is_no_copy_of_itself(tmp_path: Path, place: str) -> None:
    """It would write over its own images."""
    store = await anyio.to_thread.run_sync(open_store, f"file://{tmp_path / place}")

    with pytest.raises(UsageError, match="is the output folder, or lies in it, or around it"):
        async with Mirror(Folder(tmp_path / "out"), store):
            pass


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with twelve images."""
    out = tmp_path_factory.mktemp("finished")
    grow(out, cells(["a", "b", "c"], 4))
    return out


FATES = st.sampled_from(["whole", "whole", "none", "half", "other", "short"])


@given(nights=st.lists(st.lists(FATES, max_size=40), max_size=3))
def test_whatever_fails_the_copy_names_nothing_that_is_not_there(
    finished: Path, tmp_path_factory: pytest.TempPathFactory, nights: list[list[str]]
) -> None:
    """After each night every file there is whole, and a manifest there has all it names; a good night completes it."""
    place = tmp_path_factory.mktemp("there")
    complete = False
    (finished / ".flux-batch").mkdir(exist_ok=True)
    for receipts in (finished / ".flux-batch").glob("mirror-*"):
        receipts.unlink()

    for plan in [*nights, []]:
        complete = anyio.run(copied, finished, breaking(place, list(plan)))

        there = {each.relative_to(place).as_posix(): each for each in place.rglob("*") if each.is_file()}
        assert all(each.read_bytes() == (finished / name).read_bytes() for name, each in there.items())
        named = {kept.file_name for kept in read_manifest(place / "manifest.jsonl")}
        assert named <= set(there)
        assert complete == ("manifest.jsonl" in there)
        assert complete == (len(there) == 13)
    assert complete


async def copied(out: Path, store: Store) -> bool:
    """Copy a finished folder; say whether the copy is complete."""
    async with Mirror(Folder(out), store, patience=Patience(first=0, longest=0, in_a_row=3)) as mirror:
        try:
            await mirror.finish()
        except FluxBatchError:
            return False
    return True
