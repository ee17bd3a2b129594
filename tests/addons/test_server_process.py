"""``flux-batch serve`` as a process: says where it listens, stops when told or when its parent is gone."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flux_batch.addons.server.faults.table import FAULTS
from flux_batch.cli.serve import command

SERVE = [sys.executable, "-m", "flux_batch", "serve", "--port", "0", "--json", "--renderer", "swatch"]

pytestmark = pytest.mark.process


@contextmanager
def started(*options: str, **more: Any) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process and its base_url; killed at the end if it still runs."""
    process = subprocess.Popen(
        [*SERVE, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )
    with process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())["base_url"]
        finally:
            process.kill()


def post(base_url: str, **changes: Any) -> Any:
    """Ask for a small picture."""
    body = {"key": "k", "model_id": "flux", "prompt": "a fox", "width": 64, "height": 64, **changes}
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{base_url}/images/text2img", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - loopback
        return json.loads(response.read())


def test_one_line_of_json_says_where_it_listens() -> None:
    """Once the line is there, connections are accepted; nothing else is on stdout, no traceback on stderr."""
    with started() as (process, base_url):
        status = post(base_url)["status"]
        process.send_signal(signal.SIGTERM)
        rest, words = process.communicate(timeout=10)

    assert (status, rest) == ("success", "")
    assert base_url in words
    assert "Traceback" not in words


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_tidily(number: signal.Signals, code: int) -> None:
    """The exit code names the signal, also with a request waiting."""
    with started("--service-time", "60") as (process, base_url):
        assert post(base_url)["status"] == "processing"
        process.send_signal(number)
        _, words = process.communicate(timeout=10)

    assert (process.returncode, "Traceback" in words) == (code, False)


def test_it_dies_with_its_parent() -> None:
    """With ``--until-eof`` the end of stdin is the end."""
    with started("--until-eof") as (process, _):
        assert process.stdin is not None
        process.stdin.close()

        assert process.wait(timeout=10) == 0


def test_a_closed_stdin_is_an_end_too() -> None:
    """The null device is at its end at once."""
    done = subprocess.run(
        [*SERVE, "--until-eof"], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=20
    )

    assert done.returncode == 0


def test_a_taken_port_is_told() -> None:
    """Exit code 2, one sentence with the value, and a hint; in JSON too, for it was asked for."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*SERVE, "--port", port], capture_output=True, text=True, check=False, timeout=20, stdin=subprocess.DEVNULL
        )

    assert done.returncode == 2
    assert done.stderr.startswith(f"error: cannot listen on 127.0.0.1:{port}: Address already in use\n\nhint: ")
    assert json.loads(done.stdout)["exit_code"] == 2


def test_ledger_and_faults_work_from_the_command_line(tmp_path: Path) -> None:
    """What happened is in the file, line by line, though the server is killed."""
    ledger, faults = tmp_path / "ledger.jsonl", tmp_path / "faults.yaml"
    faults.write_text("post#*: echo_key\n")
    with started("--ledger", str(ledger), "--faults", str(faults), "--fault", "post#1: json_as_html") as (process, url):
        post(url, track_id="a")
        post(url, track_id="b")
        process.kill()
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    posts = [(line["track_id"], line["fault"], line["billed"]) for line in lines if line["event"] == "post"]

    assert posts == [("a", "json_as_html", 1), ("b", "echo_key", 1)]


def test_the_only_key_comes_from_the_environment() -> None:
    """Never from the command line, where everybody could read it."""
    environment = os.environ | {"FLUX_TEST_KEY": "right"}
    with started("--key-env", "FLUX_TEST_KEY", "--status-codes", "always-200", env=environment) as (_, url):
        statuses = [post(url, key=key)["status"] for key in ("right", "wrong")]

    assert statuses == ["success", "error"]


WRONG: list[tuple[list[str], str]] = [
    (["--port", "70000"], "no such port: 70000"),
    (["--host", "nowhere.invalid"], "cannot listen on nowhere.invalid"),
    (["--service-time", "soon"], "service time cannot be read: soon"),
    (["--fault", "post#1: nonsense"], "no such fault: nonsense"),
    (["--fault", "nonsense"], "no such event in a fault script: nonsense"),
    (["--faults", "/nowhere.yaml"], "cannot read /nowhere.yaml"),
    (["--key-env", "FLUX_NO_SUCH_KEY"], "no key in the environment variable FLUX_NO_SUCH_KEY"),
    (["--queue-limit", "0"], "0 is not in the range"),
    (["--spelling", "mesage"], "'mesage' is not one of"),
]


@pytest.mark.parametrize("options, words", WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_a_wrong_option_is_told(options: list[str], words: str) -> None:
    """Exit code 2, the value, no traceback."""
    done = CliRunner().invoke(command, ["--port", "0", *options])

    assert done.exit_code == 2
    assert words in done.output


def test_all_faults_are_listed() -> None:
    """Each with where it can be played and what it does."""
    done = CliRunner().invoke(command, ["--list-faults"])

    assert done.exit_code == 0
    assert [line.split()[0] for line in done.output.splitlines()] == list(FAULTS)
