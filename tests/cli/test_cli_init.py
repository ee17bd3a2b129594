"""``flux-batch init``: a grid to start from, or one made of requests that are there already."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flux_batch.cli.init import command
from flux_batch.grid import load_grid
from flux_batch.plan import make_plan
from flux_batch.plan.job import Job


def init(*words: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(command, [str(word) for word in words])


def made(tmp_path: Path, name: str, text: str) -> list[Job]:
    """The jobs of the grid made from a file."""
    (tmp_path / name).write_text(text)
    done = init("--from", tmp_path / name, tmp_path / "made.yaml")
    assert done.exit_code == 0, done.output
    return list(make_plan(load_grid(tmp_path / "made.yaml")))


def test_the_starter_is_a_grid_that_works(tmp_path: Path) -> None:
    """Somebody new edits a file that runs."""
    path = tmp_path / "my first.yaml"

    assert init(path).exit_code == 0
    assert len(make_plan(load_grid(path))) == 20
    assert load_grid(path).name == "my-first"


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """Neither the grid nor the table beside it."""
    path = tmp_path / "grid.yaml"
    path.write_text("mine")
    (tmp_path / "list.txt").write_text("a fox\n")
    (tmp_path / "new.csv").write_text("mine")

    assert init(path).exit_code == init("--from", tmp_path / "list.txt", tmp_path / "new.yaml").exit_code == 2
    assert (path.read_text(), (tmp_path / "new.csv").read_text()) == ("mine", "mine")
    assert not (tmp_path / "new.yaml").exists()


def test_a_batch_of_requests_becomes_a_grid(tmp_path: Path) -> None:
    """Ids travel along, words are translated, what has no meaning here is named and left."""
    requests = [
        {
            "custom_id": f"r{n}",
            "method": "POST",
            "body": {"model": "gpt-image-1", "prompt": f"a fox {n}", "n": 2, "size": size, "quality": "high"},
        }
        for n, size in enumerate(["512x512", "1024x1024"])
    ]

    jobs = made(tmp_path, "batch.jsonl", "\n".join(map(json.dumps, requests)))

    assert [(job.body["prompt"], job.body["width"], job.axes["custom_id"]) for job in jobs] == [
        ("a fox 0", 512, "r0"),
        ("a fox 1", 1024, "r1"),
    ]
    assert {job.body["samples"] for job in jobs} == {2}
    assert {job.body["model_id"] for job in jobs} == {"flux"}
    assert '"model", "quality"' in (tmp_path / "made.yaml").read_text()


def test_a_list_of_prompts_with_options_becomes_a_grid(tmp_path: Path) -> None:
    """With the options of the tools people come from; a line without options is a prompt as it stands."""
    jobs = made(
        tmp_path,
        "list.txt",
        '# mine\na fox\'s den: "night"\na lighthouse --seed 7 --steps 15 --w 640\n'
        '--prompt "an owl, at night" --negative_prompt blurry hands --cfg_scale=5 --foo 1\n',
    )

    assert [job.body["prompt"] for job in jobs] == ['a fox\'s den: "night"', "a lighthouse", "an owl, at night"]
    assert [job.body["seed"] for job in jobs] == [1, 7, 1]
    assert [job.body["num_inference_steps"] for job in jobs] == [20, 15, 20]
    assert jobs[1].body["width"] == 640
    assert (jobs[2].body["negative_prompt"], jobs[2].body["guidance_scale"]) == ("blurry hands", 5)


def test_a_table_becomes_a_grid(tmp_path: Path) -> None:
    """Columns that mean an attribute are sent, the others travel."""
    jobs = made(tmp_path, "people.csv", "id,Caption,Steps,category,style\n1,a fox,10,x,none\n2,an owl,,y,anime\n")

    assert [(job.body["prompt"], job.body["num_inference_steps"], job.style) for job in jobs] == [
        ("a fox", 10, None),
        ("an owl", 20, "anime"),
    ]
    assert jobs[1].axes["category"] == "y"
    assert not (tmp_path / "people.yaml").exists()


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("a.jsonl", '{"body": {}}', "a.jsonl:1: no request with a prompt"),
        ("a.jsonl", "{", "a.jsonl:1: not JSON"),
        ("a.txt", 'a "fox --seed 1', "a.txt:1: No closing quotation"),
        ("a.txt", "a fox --seed --steps 3", "a.txt:1: --seed without a value"),
        ("a.txt", "--seed 1", "a.txt:1: no prompt"),
        ("a.txt", "", "nothing in it"),
        ("a.csv", "x,y\n1,2\n", "no column `prompt`"),
        ("a.csv", "prompt\n", "no value in"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    """And nothing is written."""
    (tmp_path / name).write_text(text)

    done = init("--from", tmp_path / name, tmp_path / "made.yaml")

    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "made.yaml").exists()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Without a traceback."""
    for name in ("none.txt", "none.csv"):
        done = init("--from", tmp_path / name)
        assert done.exit_code == 2
        assert "o such file" in done.stderr
