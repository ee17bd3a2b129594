"""What lies in configs/night works as its comments say: the options exist, the limits fit, systemd takes the units."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flux_batch.batch import DRAIN
from flux_batch.cli.run import command

NIGHT = Path(__file__).parents[2] / "configs" / "night"
UNIT = (NIGHT / "flux-batch@.service").read_text()
CRON = (NIGHT / "crontab").read_text()
CLAIMED = {2, 3, 4, 5, 6, 8, 9, 10}
"""Exit codes a Kubernetes job must not try again."""


@pytest.fixture(scope="module")
def cron_job() -> Any:
    """The CronJob's job."""
    documents = list(YAML(typ="safe").load_all(NIGHT / "cronjob.yaml"))
    assert [each["kind"] for each in documents] == ["CronJob", "PersistentVolumeClaim"]
    return documents[0]["spec"]


def setting(name: str) -> str:
    """One setting of the systemd unit."""
    (value,) = re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)
    return str(value)


def assert_understood(words: list[str]) -> None:
    """``run`` and its options are what flux-batch takes."""
    assert words[0] == "run"
    context = command.make_context("run", words[1:])
    assert context.params["grid"].endswith(".yaml")
    assert context.params["until"] == "06:30"


def test_systemd_runs_what_there_is() -> None:
    """Its command line is one that flux-batch takes."""
    line = re.search(r"^ExecStart=(\S+) ((?:.*\\\n)*.*)$", UNIT, re.MULTILINE)

    assert line is not None
    assert_understood(shlex.split(line[2].replace("\\\n", " ")))


def test_cron_runs_what_there_is() -> None:
    """And prints only where a person has to look."""
    job = CRON.strip().splitlines()[-1]

    found = re.search(r"flux-batch (run [^;]+);", job)

    assert found is not None
    assert_understood(shlex.split(found[1]))
    assert "--quiet" in found[1]
    assert "%" not in job


def test_kubernetes_runs_what_there_is(cron_job: Any) -> None:
    """Without a shell between it and the signal."""
    (container,) = cron_job["jobTemplate"]["spec"]["template"]["spec"]["containers"]

    assert container["command"][0] == "flux-batch"
    assert_understood(container["command"][1:])


def test_there_is_time_to_drain(cron_job: Any) -> None:
    """Whoever stops a run waits longer than what is under way may take to come home."""
    assert float(setting("TimeoutStopSec")) > DRAIN
    assert cron_job["jobTemplate"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > DRAIN


def test_no_second_run_is_started_beside_the_first(cron_job: Any) -> None:
    """They would share the slots of one account; and a pod that ended for a reason is not started again."""
    job = cron_job["jobTemplate"]["spec"]
    (codes,) = [rule["onExitCodes"]["values"] for rule in job["podFailurePolicy"]["rules"] if "onExitCodes" in rule]

    assert cron_job["concurrencyPolicy"] == "Forbid"
    assert set(codes) == CLAIMED
    assert job["template"]["spec"]["restartPolicy"] == "Never"
    assert {"6", "143"} == set(setting("SuccessExitStatus").split())


def test_no_key_stands_in_any_of_them() -> None:
    """Nor on a command line."""
    for path in NIGHT.iterdir():
        assert not re.search(r"API_KEY=[^.\"\s]", path.read_text().replace("MODELSLAB_API_KEY=...", "")), path.name


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """``systemd-analyze verify`` has nothing to say about them but that the program is not installed here."""
    for name in ("flux-batch@.service", "flux-batch@.timer"):
        shutil.copy(NIGHT / name, tmp_path / name.replace("@", "@nightly"))
    units = sorted(tmp_path.iterdir())
    (service,) = [unit for unit in units if unit.suffix == ".service"]
    service.write_text(service.read_text().replace("/opt/flux-batch/.venv/bin/flux-batch", "/bin/true"))

    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
