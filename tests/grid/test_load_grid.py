"""A grid file is either right, or refused with every mistake at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_batch.errors import GridError
from flux_batch.grid import Grid, load_grid, make_grid
from flux_batch.plan import make_plan

ROOT = Path(__file__).parent.parent.parent
GOOD = "name: faces\naxes:\n  prompt: [a fox, an owl]\n  seed: {start: 1, count: 3}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A grid file that does not exist yet."""
    return tmp_path / "faces.yaml"


def refusal(file: Path, text: str) -> GridError:
    """What loading *text* ends with."""
    file.write_text(text, "utf-8")
    with pytest.raises(GridError) as caught:
        load_grid(file)
    return caught.value


def test_a_good_grid_loads(file: Path) -> None:
    """Sections left out have their defaults, the output folder comes from the name."""
    file.write_text(GOOD, "utf-8")

    grid = load_grid(file)

    assert grid.name == "faces"
    assert grid.source == file
    assert grid.axes.names == ("prompt", "seed")
    assert Path("runs/faces") == grid.output.dir
    assert grid.endpoint.queue_limit == 5
    assert grid.limits.concurrency == "auto"


def test_all_mistakes_are_told_at_once_each_with_its_place(file: Path) -> None:
    """One run of the loader finds what would otherwise take a night to find."""
    error = refusal(
        file,
        "name: faces\n"
        "axes:\n"
        "  prompt: [a fox, 1984]\n"
        "  style: [none, cinematc]\n"
        "params: {setps: 3, width: 2000}\n"
        "limits: {rate: fast}\n"
        "otput: {}\n",
    )

    assert error.problems == (
        f"{file}:3:19: prompt must be a text, not 1984\n  hint: put it in quotes to make it a text",
        f"{file}:4:17: style must be a documented style, not 'cinematc'\n  hint: did you mean 'cinematic'?",
        f"{file}:5:10: unknown key 'setps' in params\n  hint: did you mean 'num_inference_steps'?",
        f"{file}:5:27: width must be an integer, 64 to 1,024, not 2000",
        f"{file}:6:16: limits.rate must be a rate like 10/s or 600/min, not 'fast'",
        f"{file}:7:1: unknown key 'otput' in the grid\n  hint: did you mean 'output'?",
    )
    assert error.exit_code == 2


@pytest.mark.parametrize(
    "text, said, hint",
    [
        ("", ": the file is empty", "init"),
        ("# only words\n", ": the file is empty", "init"),
        ("- a\n- b\n", ":1:1: a grid is a mapping of keys", "axes"),
        ("axes: [\n", ":2:1: not YAML", None),
        ("a:\n\t- b\n", ":2:1: not YAML: found character '\\t'", "spaces"),
        ("axes: {prompt: [a: b: c]}\n", ":1:21: not YAML", None),
        (GOOD + "name: two\n", ":5:1: key 'name' for the second time, first in line 1", "keep one"),
        (GOOD + "params: {width: 010}\n", ":5:17: 010 reads as 10 in YAML 1.2", "write 10"),
        (GOOD + "params: {extra: {a: .nan}}\n", ":5:21: .nan is not a finite number", None),
        (GOOD + "params: {seed: !!python/object:os.system x}\n", ":5:16: the tag", None),
        ("axes: {prompt: [], seed: 1}\n", ":1:16: axis prompt is empty", "value"),
        ("axes: {prompt: [a], seed: {start: 0, stop: 1e30}}\n", ":1:27: a range of 1,000,000,000,000,", "ends"),
        ("axes: {seed: 1}\n", ":1:1: no prompt", "add an axis"),
        ("axes: 5\n", ":1:7: axes must be a mapping, not 5", None),
        ("name: ../up\naxes: {prompt: a}\n", ":1:7: name must be letters, digits, . _ and -, a letter", None),
        ("axes: {prompt: [{a fox: red}]}\n", ":1:17: prompt must be a text", "quotes"),
        ("axes: {prompt: a, guidence_scale: [1]}\n", ":1:19: unknown axis 'guidence_scale'", "'guidance_scale'"),
        (GOOD + "params: {seed: 1}\n", ":5:10: params.seed sets seed, and so does axes.seed", "keep one"),
        (GOOD + "params: {width: 1e3}\n", ":5:17: width must be an integer, 64 to 1,024, not 1000.0", "write 1000"),
        (GOOD + "params: {width: {start: 1, count: 2}}\n", ":5:17: width takes one value here", "axis"),
        ("axes: {prompt: a, seed: {start: 1, count: 0}}\n", ":1:43: axes.seed.count must be at least 1, not 0", None),
        ("axes: {prompt: a, seed: {start: 1, cuont: 2}}\n", ":1:36: unknown key 'cuont' in axes.seed", "'count'"),
        (GOOD + "zip: [[prompt, seed]]\n", ":5:7: axes that step together differ in length: prompt 2, seed 3", "same"),
        (GOOD + "endpoint: {queue_limit: 0}\n", ":5:25: endpoint.queue_limit must be at least 1, not 0", None),
        (GOOD + "limits: {concurrency: 0}\n", ":5:23: limits.concurrency must be auto or 1 to 1,000, not 0", None),
        (GOOD + "limits: {concurrency: 1001}\n", ":5:23: limits.concurrency must be auto or 1 to 1,000, not", None),
        ("axes: {prompt: {file: .}}\n", ":1:16: ", "add /*.txt to name the files in it"),
        (GOOD + "endpoint: {base_url: embeded}\n", ":5:22: endpoint.base_url must be `embedded`", "'embedded'"),
        (GOOD + "limits: {until: '25:99'}\n", ":5:17: limits.until must be HH:MM, or ", None),
        (GOOD + "zip: [[prompt, sed]]\n", ":5:7: zip names 'sed', which is no axis", "'seed'"),
    ],
)
def test_each_mistake_names_its_place_and_the_way_out(file: Path, text: str, said: str, hint: str | None) -> None:
    """Place, value, hint."""
    error = refusal(file, text)

    assert f"{file}{said}" in str(error)
    assert hint is None or hint in (error.hint or str(error))


def test_a_missing_file_a_folder_and_other_encodings_are_told_apart(tmp_path: Path, file: Path) -> None:
    """Each has another way out."""
    for path, said in [(file, "no such file"), (tmp_path, "a folder, not a grid file")]:
        with pytest.raises(GridError, match=said):
            load_grid(path)
    file.write_bytes(b"name: caf\xe9\n")
    with pytest.raises(GridError, match=r"not UTF-8 \(byte 9\)"):
        load_grid(file)


@pytest.mark.parametrize(
    "text",
    ["[" * 5000, "a: " + "{a: " * 40 + "1" + "}" * 40, "&a [*a]"],
    ids=["brackets", "braces", "a list within itself"],
)
def test_depth_is_bounded(file: Path, text: str) -> None:
    """A few bytes cannot exhaust the stack."""
    assert "nested deeper" in str(refusal(file, text))


def test_an_anchor_may_be_named_again(file: Path) -> None:
    """As YAML allows; an alias means the nearest above it."""
    file.write_text("name: &x one\ndescription: &x two\naxes: {prompt: *x}\n", "utf-8")

    assert [job.body["prompt"] for job in make_plan(load_grid(file))] == ["two"]


def test_aliases_that_explode_are_refused(file: Path) -> None:
    """Three hundred bytes cannot unfold to millions of values."""
    bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{new}: &{new} [{','.join(f'*{old}' for _ in range(10))}]\n"
        for old, new in zip("abcdef", "bcdefg", strict=True)
    )

    assert "more than 100,000 values" in str(refusal(file, bomb))


@pytest.mark.parametrize(
    "text",
    [
        "key: k3y-canary-0123456789abcdefghij\n",
        "endpoint: {key: k3y-canary-0123456789abcdefghij}\n",
        "endpoint: {api_key: k3y-canary-0123456789abcdefghij}\n",
        "endpoint: {key_env: k3y-canary-0123456789abcdefghij}\n",
        "endpoint: {key_file: k3y-canary-0123456789abcdefghij}\n",
        "endpoint: {base_url: 'https://k3y-canary@modelslab.com/api'}\n",
        "endpoint: {base_url: 'https://modelslab.com/api?key=k3y-canary'}\n",
        "params: {key: k3y-canary-0123456789abcdefghij}\n",
        "params: {extra: {key: k3y-canary-0123456789abcdefghij}}\n",
        "axes: {prompt: a, key: [k3y-canary-0123456789abcdefghij]}\n",
    ],
)
def test_a_key_in_the_grid_is_refused_and_not_repeated(file: Path, text: str) -> None:
    """A grid is shared, committed and shown; the key never stands in it, nor in the message about it."""
    error = refusal(file, text if "axes" in text else f"axes: {{prompt: a}}\n{text}")

    assert "canary" not in f"{error} {error.hint}"


def test_overrides_replace_single_values(file: Path) -> None:
    """The command line wins over the file, key by key."""
    file.write_text(GOOD, "utf-8")

    grid = load_grid(file, overrides={"axes.seed.count": 2, "output.dir": "elsewhere", "limits.rate": "10/s"})

    assert dict(grid.axes.items())["seed"].count == 2  # type: ignore[union-attr]
    assert Path("elsewhere") == grid.output.dir
    assert grid.limits.per_second == 10


def test_a_wrong_override_is_told_as_such(file: Path) -> None:
    """The place of a mistake on the command line is the command line."""
    file.write_text(GOOD, "utf-8")

    with pytest.raises(GridError, match=r"--set params\.width: width must be an integer"):
        load_grid(file, overrides={"params.width": 3000})


def test_python_and_file_give_the_same_grid(file: Path) -> None:
    """A library and a command: the same rules, the same digest."""
    file.write_text(GOOD, "utf-8")

    built = make_grid({"name": "faces", "axes": {"prompt": ["a fox", "an owl"], "seed": {"start": 1, "count": 3}}})

    assert load_grid(file).digest == built.digest


def test_verbose_may_be_a_switch() -> None:
    """As ``quiet`` is one: on is ``-v`` once."""
    axes = {"prompt": ["a"]}

    said = [make_grid({"axes": axes, "run": {"verbose": value}}).run.verbose for value in (True, False, 2)]

    assert said == [1, 0, 2]


def test_the_digest_tells_grids_apart() -> None:
    """Another order of axes is another plan, other wording of the file is not."""
    axes = {"prompt": ["a"], "seed": [1, 2]}
    one = make_grid({"axes": axes})

    assert one.digest == make_grid({"axes": {"prompt": ["a"], "seed": [1, 2]}, "params": {}}).digest
    assert one.digest != make_grid({"axes": {"seed": [1, 2], "prompt": ["a"]}}).digest
    assert one.digest != make_grid({"axes": {"prompt": ["a"], "seed": [1, 3]}}).digest


@pytest.mark.parametrize("run", [{"json": True}, {"quiet": True}, {"verbose": 2}, {"metrics_file": "run.prom"}])
def test_how_a_run_talks_is_no_part_of_the_digest(run: dict[str, object]) -> None:
    """What ``plan --json``, ``run --json`` and ``run.json`` call the grid is the same."""
    axes = {"prompt": ["a"]}

    assert make_grid({"axes": axes, "run": run}).digest == make_grid({"axes": axes}).digest


def test_a_prompt_file_is_read_beside_the_grid(tmp_path: Path, file: Path) -> None:
    """Paths start from the folder of the grid, blank lines and comments do not count."""
    (tmp_path / "prompts.txt").write_text("# animals\na fox\n\nan owl # at night\n", "utf-8")
    file.write_text("axes: {prompt: {file: prompts.txt}}\n", "utf-8")

    grid = load_grid(file)

    assert [job.body["prompt"] for job in make_plan(grid)] == ["a fox", "an owl # at night"]


def test_a_missing_prompt_file_is_told_at_the_line_that_names_it(file: Path) -> None:
    """Not at the end of the night."""
    error = refusal(file, "axes:\n  prompt:\n    - a fox\n    - {file: prompts.txt}\n")

    assert str(error) == f"{file}:4:7: no such file: {file.parent / 'prompts.txt'}"


def test_the_quickstart_loads() -> None:
    """The grid of the README's first command."""
    assert isinstance(load_grid(ROOT / "configs" / "quickstart.yaml"), Grid)
