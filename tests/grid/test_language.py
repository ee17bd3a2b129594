"""The grid language: values, templates, files, and what becomes of the product of the axes."""

from __future__ import annotations

import importlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import pytest

from flux_batch.errors import GridError
from flux_batch.grid import Grid, load_grid, make_grid
from flux_batch.plan import Plan, make_plan

ANIMALS = {"template": "a {animal} in {place}", "animal": ["fox", "owl"], "place": ["snow", "fog", "rain"]}


def plan(grid: dict[str, Any], base: Path | str = ".") -> Plan:
    """The plan of a grid written in Python."""
    return make_plan(make_grid(grid, base=base))


def prompts(axis: object, base: Path | str = ".") -> list[object]:
    """The prompts an axis yields, in order."""
    return [job.body["prompt"] for job in plan({"axes": {"prompt": axis}}, base)]


def refusal(grid: dict[str, Any], base: Path | str = ".") -> str:
    """What a grid is refused with, hint included."""
    with pytest.raises(GridError) as caught:
        make_grid(grid, base=base)
    return f"{caught.value}\n{caught.value.hint}"


class TestValues:
    """Lists, ranges, labels."""

    @pytest.mark.parametrize(
        "axis, values",
        [
            (7, [7]),
            ([1, 2.5, 3.0], [1, 2.5, 3]),
            ({"start": 3, "count": 3}, [3, 4, 5]),
            ({"start": 3, "stop": 7, "step": 2}, [3, 5, 7]),
            ({"start": 3, "stop": 3.3, "step": 0.1}, [3, 3.1, 3.2, 3.3]),
            ({"start": 7, "stop": 5, "step": -1}, [7, 6, 5]),
            ([1, {"start": 5, "count": 2}, 9], [1, 5, 6, 9]),
        ],
    )
    def test_ranges_count_as_written(self, axis: object, values: list[float]) -> None:
        """The stop belongs to the range, and no rounding error creeps in."""
        jobs = plan({"axes": {"prompt": "a", "guidance_scale": axis}})

        assert [job.body["guidance_scale"] for job in jobs] == values

    @pytest.mark.parametrize(
        "axis, said",
        [
            ({"start": 1}, "either stop or count"),
            ({"start": 1, "stop": 2, "count": 2}, "either stop or count"),
            ({"start": 1, "stop": 5, "step": 0}, "step 0"),
            ({"start": 5, "stop": 1}, "swap its ends"),
            ({"start": 1, "count": 10**20}, "a range of 100,000,000,000,000,000,000 values, more than can be numbered"),
            ({"start": 1, "stop": 10**20}, "a range of 100,000,000,000,000,000,000 values, more than can be numbered"),
            ({"start": 15, "count": 10}, "guidance_scale must be a number, 1 to 20, not 24"),
            ({"strat": 1, "count": 2}, "did you mean 'start'?"),
            ([[1, 2]], "one list is enough"),
        ],
    )
    def test_a_wrong_range_says_what_is_wrong(self, axis: object, said: str) -> None:
        """Both ends are checked before anything is sent."""
        assert said in refusal({"axes": {"prompt": "a", "guidance_scale": axis}})

    def test_labels_go_to_the_reports_and_never_into_the_body(self) -> None:
        """A value may be called what its owner calls it."""
        jobs = plan({"axes": {"prompt": [{"value": "a long prompt", "label": "short", "description": "why"}]}})

        assert jobs[0].axes == {"prompt": "short"}
        assert jobs.axes["prompt"].about == {"short": "why"}
        assert jobs[0].body["prompt"] == "a long prompt"

    def test_what_is_said_twice_is_planned_once(self) -> None:
        """A double is the same request; the plan says how many it left out."""
        one = plan({"axes": {"prompt": ["a", "b", "a"], "seed": [1, {"start": 1, "count": 2}]}})

        assert len(one) == 4
        labelled = [{"value": "a", "label": "first"}, {"value": "a", "label": "second"}]
        assert [job.axes["prompt"] for job in plan({"axes": {"prompt": labelled}})] == ["first"]
        assert [warning.about for warning in one.warnings] == ["prompt", "seed"]


class TestTemplates:
    """Slots, nested choices, draws."""

    def test_a_template_is_the_product_of_its_slots(self) -> None:
        """The last slot varies fastest, and what fills a slot is a column."""
        jobs = plan({"axes": {"prompt": ANIMALS}})

        assert [job.body["prompt"] for job in jobs][:4] == [
            "a fox in snow",
            "a fox in fog",
            "a fox in rain",
            "a owl in snow",
        ]
        assert jobs[5].axes == {"prompt": "a owl in rain", "animal": "owl", "place": "rain"}
        assert jobs.axes["prompt"].columns == ("animal", "place")

    def test_templates_nest_and_read_files_and_ranges(self, tmp_path: Path) -> None:
        """A slot may be filled by anything that has values."""
        (tmp_path / "places.txt").write_text("the sea\nthe moor\n")
        template = {
            "template": "{n} {what} at {place}",
            "n": {"start": 2, "count": 2},
            "what": [{"template": "{colour} boats", "colour": ["red", {"value": "blue", "label": "azure"}]}, "gulls"],
            "place": {"file": "places.txt"},
        }

        jobs = plan({"axes": {"prompt": template}}, tmp_path)

        assert len(jobs) == 2 * 3 * 2
        assert jobs[3].body["prompt"] == "2 blue boats at the moor"
        assert jobs[3].axes["colour"] == "azure"

    def test_braces_that_are_no_slots_stay(self) -> None:
        """A plain prompt is never a template; in one, a doubled brace is a brace."""
        assert prompts("a {fox}, 50% $5 # {x|y}") == ["a {fox}, 50% $5 # {x|y}"]
        assert prompts({"template": "{{a}} {b} {x|y} {", "b": "c"}) == ["{a} c {x|y} {"]

    @pytest.mark.parametrize(
        "template, said",
        [
            ({"template": "a {animal}"}, "nothing fills the slot {animal}"),
            ({"template": "a {animal}", "anmal": ["fox"]}, "did you mean 'animal'?"),
            ({"template": "a fox", "animal": ["fox"]}, "the template has no slot {animal}"),
            ({"template": "a {animal}", "animal": []}, "slot {animal}"),
            ({"template": "a {animal}", "animal": {"file": "none.txt"}}, "slot {animal}: no such file"),
        ],
    )
    def test_slots_and_values_must_match(self, template: object, said: str) -> None:
        """A slot nobody fills would be printed for ever."""
        assert said in refusal({"axes": {"prompt": template}})

    def test_a_draw_is_different_texts_by_weight_and_the_same_for_ever(self) -> None:
        """A longer draw begins with the shorter one."""
        template = {
            "template": "{a} {b}",
            "a": [{"value": "often", "weight": 20}, "seldom"],
            "b": {"start": 1, "count": 1000},
            "from": 3,
        }

        many = prompts({**template, "random": 300})

        assert len(set(many)) == 300
        assert prompts({**template, "random": 5}) == many[:5]
        assert many[:3] == ["often 45", "often 417", "often 678"]
        assert 0.85 < Counter(str(text).split()[0] for text in many)["often"] / 300 < 1
        assert "different ones drawn" in refusal({"axes": {"prompt": {**ANIMALS, "random": 7}}})

    def test_a_template_is_for_texts(self) -> None:
        """A seed is no text."""
        assert "seed takes no template" in refusal({"axes": {"prompt": "a", "seed": {"template": "1"}}})


class TestDynamic:
    """The notation of dynamic prompts."""

    def test_the_notation_is_counted_and_numbered(self, tmp_path: Path) -> None:
        """Choices, several of them in every order, wildcards within wildcards."""
        (tmp_path / "wildcards").mkdir()
        (tmp_path / "wildcards" / "animal.txt").write_text("fox\n{red|grey} __bird__\n")
        (tmp_path / "wildcards" / "bird.txt").write_text("heron\n")

        assert prompts({"template": "a {b|c {d|e}}", "syntax": "dynamic"}) == ["a b", "a c d", "a c e"]
        assert prompts({"template": "{2$$ and $$x|y|z}", "syntax": "dynamic"}) == [
            "x and y",
            "x and z",
            "y and x",
            "y and z",
            "z and x",
            "z and y",
        ]
        assert len(prompts({"template": "{1-2$$a|b|{c|d}}", "syntax": "dynamic"})) == 4 + 10
        assert prompts({"template": "the __animal__", "syntax": "dynamic"}, tmp_path) == [
            "the fox",
            "the red heron",
            "the grey heron",
        ]

    def test_files_may_hold_the_notation(self, tmp_path: Path) -> None:
        """One dynamic prompt per line."""
        (tmp_path / "prompts.txt").write_text("a {b|c}\nd\n")

        assert prompts({"file": "prompts.txt", "syntax": "dynamic"}, tmp_path) == ["a b", "a c", "d"]
        assert prompts({"file": "prompts.txt"}, tmp_path) == ["a {b|c}", "d"]

    @pytest.mark.parametrize(
        "text, said",
        [
            ("50% off", "no dynamic prompt"),
            ("a # b", "would be dropped"),
            ("__missing__", "no such file"),
            ("__../../etc/passwd__", "leads out of its folder"),
            ("${x=a} ${x}", "no variable"),
            ("{0::a|b}", "above 0"),
        ],
    )
    def test_what_the_notation_would_lose_silently_is_refused(self, text: str, said: str, tmp_path: Path) -> None:
        """Half a prompt is not what somebody wanted to pay for."""
        assert said in refusal({"axes": {"prompt": {"template": text, "syntax": "dynamic"}}}, tmp_path)

    def test_without_the_extra_the_grid_says_how_to_get_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Before anything is sent."""
        monkeypatch.setitem(sys.modules, "dynamicprompts.parser.parse", None)

        said = refusal({"axes": {"prompt": {"template": "{a|b}", "syntax": "dynamic"}}})

        assert "pip install 'flux-batch[wildcards]'" in said


class TestFiles:
    """Values from files beside the grid."""

    def test_columns_beside_the_prompt_travel(self, tmp_path: Path) -> None:
        """From csv, tsv and jsonl alike; an axis wins over a column of its name."""
        (tmp_path / "a.csv").write_text('id,prompt,seed\n1,"a fox, red",5\n\n2,"two\nlines",6\n')
        (tmp_path / "a.tsv").write_text("id\tprompt\tseed\n1\ta fox, red\t5\n")
        (tmp_path / "a.jsonl").write_text(
            json.dumps({"id": 1, "prompt": "a fox, red", "seed": 5, "tags": ["x"]}) + "\n"
        )

        for name, more in [("a.csv", {}), ("a.tsv", {}), ("a.jsonl", {"tags": '["x"]'})]:
            job = plan({"axes": {"prompt": {"file": name}, "style": "none"}}, tmp_path)[0]
            assert job.body["prompt"] == "a fox, red"
            assert {key: str(value) for key, value in job.axes.items()} == {
                "prompt": "a fox, red",
                "style": "none",
                "id": "1",
                "seed": "5",
                **more,
            }
        assert prompts({"file": "a.csv"}, tmp_path)[1] == "two\nlines"
        chosen = plan({"axes": {"prompt": {"file": "a.csv", "columns": ["id"]}, "seed": [9]}}, tmp_path)[0]
        assert chosen.axes == {"prompt": "a fox, red", "seed": 9, "id": "1"}

    def test_numbers_in_text_files_are_numbers(self, tmp_path: Path) -> None:
        """A seed list is a list of seeds."""
        (tmp_path / "seeds.txt").write_text("7\n12\n")

        assert [
            job.body["seed"] for job in plan({"axes": {"prompt": "a", "seed": {"file": "seeds.txt"}}}, tmp_path)
        ] == [7, 12]

    def test_a_pattern_names_several_files_in_order(self, tmp_path: Path) -> None:
        """Sorted by name, below folders too."""
        for name in ("b.txt", "a.txt", "c.md"):
            (tmp_path / name).write_text(f"from {name}\n")

        assert prompts({"file": "*.txt"}, tmp_path) == ["from a.txt", "from b.txt"]

    def test_parquet_is_a_table_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """With the extra; without it, the way to get it."""
        pa, pq = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
        pq.write_table(pa.table({"prompt": ["a fox"], "id": [3], "score": [0.5]}), tmp_path / "a.parquet")
        grid = {"axes": {"prompt": {"file": "a.parquet"}}}

        assert plan(grid, tmp_path)[0].axes == {"prompt": "a fox", "id": 3, "score": 0.5}
        (tmp_path / "a.parquet").write_bytes(b"PAR1")
        assert "is no Parquet file" in refusal(grid, tmp_path)
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        assert "pip install 'flux-batch[parquet]'" in refusal(grid, tmp_path)

    @pytest.mark.parametrize(
        "name, content, said",
        [
            ("a.txt", b"", "no value in"),
            ("a.txt", b"# only words\n", "no value in"),
            ("a.txt", b"fine\ncaf\xe9\n", "a.txt:2: not UTF-8"),
            ("a.csv", b"id,prompt\n1,a,b\n", "a.csv:2: 3 values in a row of 2 columns"),
            ("a.csv", b'id,prompt\n1,"a\n', "not CSV"),
            ("a.csv", b"id,id\n1,2\n", "two of one name"),
            ("a.csv", b"id,text\n1,a\n", "has several columns\n  hint"),
            ("a.csv", b"id,prompt\n", "no value in"),
            ("a.csv", b"id,prompt\n1,a\n2,\n", "a.csv:3: prompt must be a text with something in it"),
            ("a.jsonl", b'{"prompt": "a"}\n{"prompt": }\n', "a.jsonl:2: not JSON"),
            ("a.jsonl", b'{"prompt": "a"}\n5\n', "a.jsonl:2: neither a JSON object nor a JSON text"),
            ("a.jsonl", b'{"prompt": 5}\n', "a.jsonl:1: prompt must be a text, not 5"),
            ("a.json", b"[]", "cannot be read as a list of values"),
        ],
    )
    def test_a_mistake_in_a_file_has_the_line_of_the_file(
        self, name: str, content: bytes, said: str, tmp_path: Path
    ) -> None:
        """Not the line of the grid that names it."""
        (tmp_path / name).write_bytes(content)

        assert said.split("\n", maxsplit=1)[0] in refusal({"axes": {"prompt": {"file": name}}}, tmp_path)

    def test_a_column_that_is_not_there_is_told_with_those_that_are(self, tmp_path: Path) -> None:
        """With the nearest."""
        (tmp_path / "a.csv").write_text("id,scene\n1,a\n")

        assert "did you mean 'scene'?" in refusal({"axes": {"prompt": {"file": "a.csv", "column": "scnee"}}}, tmp_path)
        assert "its columns are id, scene" in refusal(
            {"axes": {"prompt": {"file": "a.csv", "columns": ["x"], "column": "scene"}}}, tmp_path
        )

    def test_the_digest_knows_the_files(self, tmp_path: Path) -> None:
        """The same grid over another list of prompts is another grid."""
        grid = {"axes": {"prompt": [{"template": "{a}", "a": {"file": "a.txt"}}]}}
        (tmp_path / "a.txt").write_text("one\n")
        before = make_grid(grid, base=tmp_path).digest
        (tmp_path / "a.txt").write_text("two\n")

        assert make_grid(grid, base=tmp_path).digest != before


class TestCells:
    """Exclude, include, sample, replicates."""

    GRID: ClassVar[dict[str, Any]] = {
        "axes": {
            "prompt": [{"value": "a", "label": "A"}, "b"],
            "seed": {"start": 1, "count": 4},
            "style": ["none", "cinematic", {"name": "own", "prompt": "{prompt}!"}],
            "panorama": [True, False],
        }
    }

    @pytest.mark.parametrize(
        "line, left",
        [
            ({"style": "cinematic"}, 32),
            ({"style": "own"}, 32),
            ({"prompt": "A"}, 24),
            ({"prompt": "a"}, 24),
            ({"seed": {"min": 3}}, 24),
            ({"seed": [1, 4]}, 24),
            ({"seed": {"min": 2, "max": 3}, "style": ["none", "own"]}, 32),
            ({"panorama": True}, 24),
            ({"panorama": "yes", "seed": 2}, 42),
        ],
    )
    def test_a_line_takes_out_the_cells_it_matches(self, line: dict[str, Any], left: int) -> None:
        """By value, label, name of a style, list or range; and `include` keeps exactly those."""
        assert len(plan({**self.GRID, "exclude": [line]})) == left
        assert len(plan({**self.GRID, "include": [line]})) == 48 - left

    @pytest.mark.parametrize(
        "line, said",
        [
            ({"style": "cinematik"}, "style is never 'cinematik'\ndid you mean 'cinematic'?"),
            ({"stlye": "none"}, "'stlye' is neither an axis nor a column\ndid you mean 'style'?"),
            ({"seed": 9}, "seed is never 9"),
            ({"seed": {"min": 9}}, "seed is never from 9 to None"),
            ({"seed": {"min": 3, "max": 2}}, "swap its ends"),
        ],
    )
    def test_a_line_that_matches_nothing_is_a_mistake(self, line: dict[str, Any], said: str) -> None:
        """Somebody meant something by it."""
        assert said in refusal({**self.GRID, "exclude": [line]})

    def test_conditions_on_axes_in_step_hold_together(self) -> None:
        """A pair that never meets is a mistake; one that does takes out what meets."""
        grid = {"axes": {"prompt": list("abcd"), "seed": [1, 2, 3, 4]}, "zip": [["prompt", "seed"]]}

        left = plan({**grid, "exclude": [{"prompt": ["a", "b", "c"], "seed": {"min": 2}}]})

        assert [job.body["prompt"] for job in left] == ["a", "d"]
        assert "never meet so" in refusal({**grid, "exclude": [{"prompt": "a", "seed": 2}]})

    def test_a_grid_in_which_nothing_is_left_is_a_mistake(self) -> None:
        """It would end at once, and everybody would wonder."""
        assert "every cell is left out" in refusal({**self.GRID, "exclude": [{"seed": {"min": 0}}]})

    def test_excludes_match_columns(self, tmp_path: Path) -> None:
        """What travels with a prompt can be chosen by."""
        (tmp_path / "a.csv").write_text("id,prompt,kind\n1,a,x\n2,b,y\n3,c,x\n")
        grid = {"axes": {"prompt": {"file": "a.csv"}, "seed": [1, 2]}, "exclude": [{"kind": "x", "seed": 2}, {"id": 2}]}

        assert [job.axes["id"] for job in plan(grid, tmp_path)] == ["1", "3"]

    def test_a_sample_is_reproducible_balanced_and_grows(self) -> None:
        """Each value as often as any other; a larger sample begins with the smaller one."""
        axes = {"prompt": list("abcde"), "seed": {"start": 0, "count": 1000}, "style": ["none", "cinematic", "anime"]}

        small, large, other = (
            list(plan({"axes": axes, "sample": sample}).ids())
            for sample in ({"count": 30}, {"fraction": 0.02}, {"count": 30, "from": 1})
        )
        jobs = list(plan({"axes": axes, "sample": {"count": 30}}))

        assert len(large) == 300
        assert large[:30] == small != other
        assert set(Counter(job.style for job in jobs).values()) == {10}
        assert set(Counter(job.body["prompt"] for job in jobs).values()) == {6}
        assert len({job.id for job in jobs}) == 30

    @pytest.mark.parametrize("exclude", [{"style": "anime"}, {"seed": {"min": 20}}])
    def test_a_sample_knows_what_is_excluded(self, exclude: dict[str, Any]) -> None:
        """Densely or sparsely filtered, it takes only cells that count, each once."""
        axes = {"prompt": list("abcde"), "seed": {"start": 0, "count": 10000}, "style": ["none", "anime"]}

        sample = plan({"axes": axes, "exclude": [exclude], "sample": {"count": 50, "from": 4}})
        all_ids = set(plan({"axes": {**axes, "seed": {"start": 0, "count": 20}}}).ids()) if "seed" in exclude else None

        assert len(set(sample.ids())) == len(sample) == 50
        assert all_ids is None or set(sample.ids()) <= all_ids
        assert "seed" in exclude or {job.style for job in sample} == {None}

    def test_replicates_are_copies_with_ids_of_their_own(self) -> None:
        """More copies later are only the new ones."""
        two, three = (plan({"axes": {"prompt": ["a", "b"]}, "replicates": n}) for n in (2, 3))

        assert [job.replicate for job in three] == [0, 0, 1, 1, 2, 2]
        assert list(two.ids()) == list(three.ids())[:4]
        assert len(set(three.ids())) == 6


class TestComposition:
    """Several grids, files upon files, the environment."""

    @staticmethod
    def written(folder: Path, **files: str) -> Path:
        """Write files; return the path of grid.yaml."""
        for name, text in files.items():
            path = folder / name.replace("__", "/").replace("_yaml", ".yaml").replace("_txt", ".txt")
            path.parent.mkdir(exist_ok=True, parents=True)
            path.write_text(text)
        return folder / "grid.yaml"

    def test_parts_take_from_the_top_what_they_do_not_say(self, tmp_path: Path) -> None:
        """And are told apart in the reports."""
        grid = self.written(
            tmp_path,
            grid_yaml="""
axes: {seed: [1, 2]}
params: {width: 640}
exclude: [{seed: 2, style: anime}]
grids:
  - {name: one, axes: {prompt: [a, b], style: [none, anime]}}
  - {name: two, axes: {prompt: [c], seed: [7]}, params: {height: 256}}
""",
        )

        jobs = list(make_plan(load_grid(grid)))

        assert len(jobs) == 6 + 1
        assert [job.axes["grid"] for job in jobs[-2:]] == ["one", "two"]
        assert (jobs[-1].body["width"], jobs[-1].body["height"], jobs[-1].body["seed"]) == (640, 256, 7)
        assert [job.index for job in jobs] == list(range(7))

    def test_a_mistake_in_a_part_has_its_place(self, tmp_path: Path) -> None:
        """And what the top level says wrongly is told once."""
        grid = self.written(
            tmp_path,
            grid_yaml="axes: {seed: [x]}\ngrids:\n  - axes: {prompt: a}\n  - axes: {prompt: b, style: [cinematc]}\n",
        )

        with pytest.raises(GridError) as caught:
            load_grid(grid)

        assert [problem.split(": ")[0] for problem in caught.value.problems] == [f"{grid}:1:15", f"{grid}:4:31"]

    def test_a_grid_extends_another_with_paths_from_where_it_lies(self, tmp_path: Path) -> None:
        """Sections key by key, axes by name; a mistake in the other file has that file's place."""
        grid = self.written(
            tmp_path,
            base__prompts_txt="a\nb\n",
            base__base_yaml="axes: {prompt: {file: prompts.txt}, seed: [1, 2]}\nlimits: {rate: 1/s, limit: 9}\n",
            grid_yaml="extends: base/base.yaml\naxes: {seed: [7]}\nlimits: {limit: 4}\n",
        )

        loaded = load_grid(grid)

        assert [job.body["prompt"] for job in make_plan(loaded)] == ["a", "b"]
        assert (loaded.limits.rate, loaded.limits.limit) == ("1/s", 4)
        assert loaded.axes.names == ("prompt", "seed")

    def test_mistakes_of_the_extended_file_are_told_there(self, tmp_path: Path) -> None:
        """A file that extends itself as well."""
        grid = self.written(
            tmp_path, base_yaml="params: {widht: 3}\n", grid_yaml="extends: base.yaml\naxes: {prompt: a}\n"
        )
        with pytest.raises(GridError, match=r"base\.yaml:1:10: unknown key 'widht'"):
            load_grid(grid)
        self.written(tmp_path, base_yaml="extends: grid.yaml\n")
        with pytest.raises(GridError, match="extends itself"):
            load_grid(grid)

    def test_variables_are_filled_in_where_they_are_named(self, tmp_path: Path) -> None:
        """As a number where a number fits, as a text where a text does, and a secret nowhere."""
        grid = self.written(
            tmp_path,
            grid_yaml="name: '${RUN}'\naxes: {prompt: ['in ${PLACE:-Rome}, $${RUN}', '${RUN}'], seed: '${RUN}'}\n",
        )

        loaded: Grid = load_grid(grid, environment={"RUN": "42"}.get)

        assert loaded.name == "42"
        assert [job.body["prompt"] for job in make_plan(loaded)] == ["in Rome, ${RUN}", "42"]
        assert make_plan(loaded)[0].body["seed"] == 42

    def test_a_variable_that_is_not_set_is_a_mistake_at_its_place(self, tmp_path: Path) -> None:
        """And a variable that holds a secret has no place in a grid."""
        grid = self.written(tmp_path, grid_yaml="axes:\n  prompt: a\n  seed: ${SEED}\nname: ${API_KEY}\n")

        with pytest.raises(GridError) as caught:
            load_grid(grid, environment={"API_KEY": "canary"}.get)

        assert f"{grid}:3:9: the environment has no SEED" in str(caught.value)
        assert f"{grid}:4:7: ${{API_KEY}} looks like a secret" in str(caught.value)
        assert "canary" not in str(caught.value)
