"""The key has one form, on the wire. Everywhere else it cannot be read, and what comes back is masked."""

from __future__ import annotations

import base64
import copy
import html
import json
import logging
import os
import pickle
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from flux_batch.errors import KeyMissing, UsageError
from flux_batch.request.endpoint import EMBEDDED, Endpoint, find_endpoint
from flux_batch.request.key import Key, find_key
from flux_batch.request.mask import MASK, SHORTEST_SCRUBBED, TELLING

CANARY = 'canary/0123+456=789"abcdef&'
VARIABLE = "MODELSLAB_API_KEY"

keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORTEST_SCRUBBED, max_size=80)
long_keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=TELLING + 1, max_size=80)
"""Every text the service could give out as a key."""

READINGS: dict[str, Callable[[object], object]] = {
    "repr": repr,
    "str": str,
    "format": lambda key: f"{key}",
    "percent": lambda key: "%s %r" % (key, key),  # noqa: UP031 - the spelling is what is tested
    "in-a-list": lambda key: repr([key, {"key": key}]),
    "in-a-dataclass": lambda key: repr(Endpoint("https://api.example", key)),  # type: ignore[arg-type]
    "dir": lambda key: repr(dir(key)),
    "json": lambda key: json.dumps(key, default=repr),
}


@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_a_key_has_no_readable_form(reading: Callable[[object], object]) -> None:
    """However it is turned into text."""
    assert CANARY[:6] not in str(reading(Key(CANARY)))


@pytest.mark.parametrize(
    "copying",
    [vars, copy.copy, copy.deepcopy, lambda key: key.__getstate__(), json.dumps, bytes, iter]
    + [lambda key, n=n: pickle.dumps(key, n) for n in range(pickle.HIGHEST_PROTOCOL + 1)],
)
def test_a_key_cannot_be_taken_apart_or_copied(copying: Callable[[object], object]) -> None:
    """A copy would be a second place to look after, and it says no without saying what."""
    with pytest.raises(TypeError) as refused:
        copying(Key(CANARY))

    assert CANARY[:6] not in str(refused.value)


def test_no_traceback_and_no_log_shows_a_key(caplog: pytest.LogCaptureFixture) -> None:
    """Neither where signing fails nor where somebody logs what is at hand."""
    caplog.set_level(logging.DEBUG)
    key = Key(CANARY)
    try:
        key.sign({"prompt": object()})  # type: ignore[dict-item]
    except TypeError as error:
        logging.getLogger("test").debug("cannot sign with %s", key, exc_info=True)
        said = "".join(traceback.format_exception(error))
    else:
        said = ""

    assert "sign" in said
    assert CANARY[:6] not in said + caplog.text


def test_signing_adds_the_key_and_changes_nothing_else() -> None:
    """The bytes on the wire: JSON in UTF-8."""
    assert json.loads(Key(CANARY).sign({"prompt": "é 漢", "seed": None})) == {
        "key": CANARY,
        "prompt": "é 漢",
        "seed": None,
    }


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": json.dumps,
    "php-json": lambda key: json.dumps(key).replace("/", "\\/"),
    "url": lambda key: quote(key, safe=""),
    "url-with-slashes": quote,
    "url-in-lower-case": lambda key: re.sub("%..", lambda code: code[0].lower(), quote(key, safe="")),
    "html": html.escape,
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "base64-for-urls": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
    "hex": lambda key: key.encode().hex(),
    "HEX": lambda key: key.encode().hex().upper(),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@settings(max_examples=25)
@given(key=keys, before=st.text(max_size=20), after=st.text(max_size=20))
@example(key=CANARY, before="", after="")
def test_a_key_is_masked_in_each_spelling(spell: Callable[[str], str], key: str, before: str, after: str) -> None:
    """In texts and in bytes, whatever stands around it."""
    text = f"{before} {spell(key)} {after}"
    assume(key not in f"{before} {after}{MASK}")

    masked = Key(key).scrub(text)
    masked_bytes = Key(key).scrub_bytes(text.encode("utf-8", "surrogatepass"))

    assert MASK in masked
    assert spell(key).strip('"') not in masked
    assert masked.encode("utf-8", "surrogatepass") == masked_bytes


@given(keys, st.integers(min_value=12), st.sampled_from(["", "...", " and so on"]))
def test_a_key_that_was_cut_is_masked(key: str, length: int, after: str) -> None:
    """From its twelfth character on it can be told; at the end of a text from its sixth."""
    cut = key[: max(SHORTEST_SCRUBBED if not after else 12, length % (len(key) + 1))]
    assume(len(cut) >= 12 or not after or cut == key)

    assert cut not in Key(key).scrub(f"invalid key >{cut}{after}").removesuffix(after)


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@given(
    key=long_keys, start=st.integers(0, 200), length=st.integers(TELLING, 60), around=st.sampled_from(["", ">", "..."])
)
def test_no_piece_of_a_key_that_can_be_told_is_left(
    spell: Callable[[str], str], key: str, start: int, length: int, around: str
) -> None:
    """Twelve characters of any spelling, from wherever in it they are."""
    whole = spell(key).strip('"').rstrip("=")
    assume(len(whole) >= TELLING)
    piece = whole[start % (len(whole) - TELLING + 1) :][:length]

    assert piece not in Key(key).scrub(f"invalid key {around}{piece}{around}")


@given(st.text(), st.binary())
def test_a_text_without_the_key_stays_as_it_is(text: str, content: bytes) -> None:
    """Nothing else is touched, image bytes included."""
    key = Key("k" * 6 + "0123456789abcdef")

    assert key.scrub(text) == text
    assert key.scrub_bytes(content) == content


def test_a_placeholder_is_not_masked() -> None:
    """A key like `test` would garble every sentence with that word in it."""
    assert Key("test").scrub("a test picture") == "a test picture"


@pytest.mark.parametrize("around", ["{}\n", "{}\r\n", " {} ", "\t{}\t", "\ufeff{}", "\ufeff {}\r\n", "{}"])
def test_what_editors_put_around_a_key_is_dropped(around: str) -> None:
    """A final newline, blanks and the mark some editors begin with."""
    assert json.loads(Key(around.format(CANARY)).sign({})) == {"key": CANARY}


@pytest.mark.parametrize("secret", ["", " ", "\n", "\ufeff", "\ufeff\r\n"])
def test_an_empty_key_is_refused(secret: str) -> None:
    """Before anything is posted with it."""
    with pytest.raises(UsageError, match="empty"):
        Key(secret)


@pytest.mark.parametrize("inside", ["\n", " ", "\t", "\0", "\x1b[31m", "\u200b", "\u202e", "\udc80", "\u201d", "é"])
def test_a_key_with_something_odd_inside_is_refused_without_being_shown(inside: str) -> None:
    """Two lines, a colour code, an invisible letter, a typographer's quote: copied wrongly."""
    with pytest.raises(UsageError, match="inside") as refused:
        Key(f"{CANARY}{inside}{CANARY}")

    assert CANARY[:6] not in f"{refused.value} {refused.value.hint}"


@given(st.text())
def test_any_text_is_a_key_or_a_usage_error(secret: str) -> None:
    """And a key can always be put on the wire."""
    try:
        key = Key(secret)
    except UsageError:
        return
    assert json.loads(key.sign({}))["key"] == secret.strip().removeprefix("\ufeff").strip()


def test_the_key_comes_from_the_environment() -> None:
    """From the variable that was named and no other."""
    key = find_key(VARIABLE, None, {VARIABLE: f"{CANARY}\n", "OTHER": "other"})

    assert json.loads(key.sign({})) == {"key": CANARY}


def test_a_missing_key_says_every_way_to_give_one() -> None:
    """The variable, the file, and how to try without."""
    with pytest.raises(KeyMissing, match=VARIABLE) as missing:
        find_key(VARIABLE, None, {})

    assert all(way in str(missing.value.hint) for way in (VARIABLE, "key_file", "embedded"))


def private_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    """Write a key file."""
    file = folder / "key"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_a_file_that_is_named_wins(tmp_path: Path) -> None:
    """What the grid says in so many words goes before what happens to be set."""
    file = private_file(tmp_path, b"\xef\xbb\xbffrom-the-file\r\n")

    key = find_key(VARIABLE, file, {VARIABLE: "from-the-environment"})

    assert json.loads(key.sign({})) == {"key": "from-the-file"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o777, 0o601])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    """With the command that mends it."""
    file = private_file(tmp_path, CANARY.encode(), mode)

    with pytest.raises(UsageError, match="others") as refused:
        find_key(VARIABLE, file)

    assert refused.value.hint == f"chmod 600 {file}"


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o700])
def test_a_file_of_ones_own_is_taken(tmp_path: Path, mode: int) -> None:
    """Read-only is fine."""
    file = private_file(tmp_path, CANARY.encode(), mode)

    assert json.loads(find_key(VARIABLE, file).sign({})) == {"key": CANARY}


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines\n", b"\xff\xfe\x00k", b"k" * 5000], ids=repr)
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """Empty, two lines, UTF-16, far too long."""
    with pytest.raises(UsageError):
        find_key(VARIABLE, private_file(tmp_path, content))


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    """Missing, or a folder."""
    with pytest.raises(UsageError, match=str(tmp_path)) as refused:
        find_key(VARIABLE, tmp_path / name)

    assert "key_file" in str(refused.value.hint)


def test_a_file_without_an_end_is_refused() -> None:
    """A slip of the pen does not fill the memory."""
    with pytest.raises(UsageError):
        find_key(VARIABLE, Path("/dev/zero"))


def test_the_embedded_server_never_gets_the_users_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs none, so it is given none."""
    monkeypatch.setitem(os.environ, VARIABLE, CANARY)

    signed = find_endpoint(EMBEDDED, VARIABLE, None).key.sign({})

    assert CANARY not in json.loads(signed)["key"]
