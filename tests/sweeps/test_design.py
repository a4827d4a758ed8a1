"""From a sweep file to its runs, and everything that is wrong with one said at once, where it stands."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from tests.sweeps.town_sweep import AXIS, TOWN, sweep_file

from twin.errors import ScenarioError
from twin.metrics.summary import FIGURES
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.sweeps.latin_hypercube import latin_hypercube
from twin.sweeps.sweep import load_design

RAIN = "\n  - {key: weather.rain_mmph, values: [0.0, 30]}\n"


def _problems(file: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_design(file)
    return [str(problem) for problem in caught.value.problems]


RANGE = "\n  - {{key: weather.rain_mmph, range: {{{}}}}}\n"
CUBE = "\n  - {{name: draw, samples: 4, latin_hypercube: {{{}}}}}\n"


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("first: 0, last: 30, step: 10", [0, 10, 20, 30]),
        ("first: 0, last: 29, step: 10", [0, 10, 20]),
        ("first: 0.1, last: 0.7, step: 0.2", [0.1, 0.3, 0.5, 0.7]),
        ("first: 0, last: 10, count: 5", [0.0, 2.5, 5.0, 7.5, 10.0]),
        ("first: 0, last: 30, count: 4", [0, 10, 20, 30]),
    ],
)
def test_a_range_is_counted_out(tmp_path: Path, given: str, values: list[float]) -> None:
    """Both ends where a step meets the last, without rounding errors; labels are written like the numbers."""
    design = load_design(sweep_file(tmp_path, axes=RANGE.format(given), rest="seeds: [1]"))
    assert [run.scenario.weather.rain_mmph for run in design.runs] == values
    assert [run.labels for run in design.runs] == [(str(value),) for value in values]


def test_a_latin_hypercube_draws_once_in_every_slice(tmp_path: Path) -> None:
    """Of eight draws one lies in each eighth of every span; whole spans give whole numbers; another ``draw`` other values."""
    spans = "weather.rain_mmph: {low: 0.0, high: 80.0}, demand.inflow_vph: {low: 100, high: 900}"
    axes = CUBE.format(spans).replace("samples: 4", "samples: 8")
    design = load_design(sweep_file(tmp_path, axes=axes, rest="seeds: [1]"))
    rain = [run.scenario.weather.rain_mmph for run in design.runs]
    inflow = [run.scenario.demand.inflow_vph for run in design.runs]
    assert sorted(int(value // 10) for value in rain) == list(range(8))
    assert all(100 * i + 99.5 <= value <= 100 * i + 200.5 for i, value in enumerate(sorted(inflow)))  # they are rounded
    assert all(value == round(value) for value in inflow)
    assert design.runs[0].labels == (f"1: rain_mmph {rain[0]}, inflow_vph {inflow[0]:.0f}",)
    other = load_design(sweep_file(tmp_path / "b", axes=axes.replace("samples: 8", "samples: 8, draw: 2"), rest="seeds: [1]"))
    assert not {run.scenario.weather.rain_mmph for run in other.runs} & set(rain)
    for run in design.runs:
        assert load_spec(TOWN, Scenario, run.overrides).spec == run.scenario


def test_the_columns_of_a_latin_hypercube_are_drawn_apart() -> None:
    """Of 400 draws no pair of columns is correlated beyond four standard errors, 4 / sqrt(400); a name keeps its column."""
    shares = latin_hypercube(["a", "b", "c", "d"], 400, 1, "test")
    correlation = np.corrcoef(shares, rowvar=False)
    assert np.abs(correlation[np.triu_indices(4, 1)]).max() < 4.0 / math.sqrt(400)
    assert np.array_equal(latin_hypercube(["c", "a"], 400, 1, "test"), shares[:, [2, 0]])


def test_every_combination_with_every_seed_in_order(tmp_path: Path) -> None:
    """The last axis runs fastest, seeds fastest of all; each run is its scenario with the values of its labels."""
    design = load_design(sweep_file(tmp_path, axes=AXIS + RAIN[1:]))
    assert design.axes == ("poles", "weather.rain_mmph")
    assert [(*run.labels, run.seed) for run in design.runs] == [
        (poles, rain, seed) for poles in ("one", "两个") for rain in ("0.0", "30") for seed in (1, 2)
    ]
    for run in design.runs:
        assert run.scenario.seed == run.seed
        assert run.scenario.duration_s == 6.0
        assert run.scenario.weather.rain_mmph == float(run.labels[1])
        assert len(run.scenario.deployment.sites) == (1 if run.labels[0] == "one" else 2)
    assert len({run.folder for run in design.runs}) == 8
    assert design.baseline == (0, "one")
    assert design.metrics == FIGURES


def test_overrides_of_a_run_repeat_it(tmp_path: Path) -> None:
    """What a run's manifest calls its overrides gives the same scenario when handed to ``twin run --set``."""
    for run in load_design(sweep_file(tmp_path, axes=AXIS + RAIN[1:])).runs:
        assert load_spec(TOWN, Scenario, run.overrides).spec == run.scenario


def test_replications_count_up_from_the_scenarios_seed(tmp_path: Path) -> None:
    """``replications: 3`` of a scenario with seed 1 are the seeds 1, 2, 3; no axes are needed."""
    design = load_design(sweep_file(tmp_path, axes=" []\n", rest="replications: 3"))
    assert [(run.labels, run.seed) for run in design.runs] == [((), 1), ((), 2), ((), 3)]
    assert design.baseline is None


def test_the_hash_names_what_decides_over_the_table(tmp_path: Path) -> None:
    """The question and the file's place change nothing; seeds, metrics, baseline and every value of the scenario do."""
    first = sweep_file(tmp_path / "a")
    again = sweep_file(tmp_path / "b")
    again.write_text(again.read_text(encoding="utf-8").replace("one or two?", "two or one?"), encoding="utf-8")
    key = load_design(first).key
    assert load_design(again).key == key
    others = ["seeds: [1, 3]", "seeds: [1, 2]\nmetrics: [recall]", "seeds: [1, 2]\nbaseline: 两个"]
    keys = {load_design(sweep_file(tmp_path / "c", rest=rest)).key for rest in others}
    keys.add(load_design(sweep_file(tmp_path / "d", duration_s=7.0)).key)
    assert len(keys | {key}) == 5


def test_the_baseline_may_be_of_any_axis(tmp_path: Path) -> None:
    """``baseline: '30'`` compares along the axis that has this label."""
    assert load_design(sweep_file(tmp_path, axes=AXIS + RAIN[1:], rest="seeds: [1]\nbaseline: '30'")).baseline == (1, "30")


@pytest.mark.parametrize(
    ("axes", "rest", "at", "words"),
    [
        ("\n  - {key: weather.rain_mph, values: [0, 30]}\n", "seeds: [1]", "0, 30", "did you mean 'rain_mmph'"),
        ("\n  - {key: weather.rain_mmph, values: []}\n", "seeds: [1]", "values", "give at least 1"),
        ("\n  - {name: a, values: []}\n", "seeds: [1]", "values", "give at least 1"),
        ("\n  - {key: weather.rain_mmph, values: [0, -5]}\n", "seeds: [1]", "-5", "at least 0"),
        ("\n  - {key: weather.rain_mmph, values: [0, 5, 5]}\n", "seeds: [1]", "5]", "'5' stands here a second time"),
        ("\n  - {key: weather.rain_mmph, values: [0, 0.0]}\n", "seeds: [1]", "0.0]", "'0.0' is the same scenario as '0'"),
        ("\n  - {key: seed, values: [7, 8]}\n", "seeds: [1]", "7, 8", "the seed is changed here"),
        (
            RAIN + "  - {name: b, values: [{label: x, set: {weather: {}}}]}\n",
            "seeds: [1]",
            "weather:",
            "'weather.rain_mmph' changes",
        ),
        ("\n  - {key: weather.rain_mmph}\n", "seeds: [1]", "{key: w", "either values or range"),
        (RANGE.format("first: 0, last: 9"), "seeds: [1]", "range:", "either step or count"),
        (RANGE.format("first: 9, last: 0, step: 1"), "seeds: [1]", "range:", "9 is not below 0"),
        (RANGE.format("first: 0, last: 9, step: 1.0e-9"), "seeds: [1]", "range:", "more than 10000"),
        (RANGE.format("first: -5, last: 5, step: 5"), "seeds: [1]", "{first", "at least 0"),
        (CUBE.format("weather.rain_mph: {low: 0, high: 60}"), "seeds: [1]", "weather.rain_mph", "did you mean 'rain_mmph'"),
        (CUBE.format("weather.rain_mmph: {low: 60, high: 60}"), "seeds: [1]", "weather.rain_mmph:", "60 is not below 60"),
        (CUBE.format("seed: {low: 1, high: 60}"), "seeds: [1]", "seed: {", "the seed is changed here"),
        ("\n  - {name: recall, key: weather.rain_mmph, values: [0]}\n", "seeds: [1]", "recall", "already a column"),
        ("\n  - {name: mean, key: weather.rain_mmph, values: [0]}\n", "seeds: [1]", "mean", "already a column"),
        (AXIS, "seeds: []", "seeds", "give at least 1"),
        (AXIS, "seeds: [17, 17]", "17]", "'17' stands here a second time"),
        (AXIS, "seeds: [1]\nreplications: 27", "27", "both seeds and replications"),
        (AXIS, "", "name: small", "neither seeds nor replications"),
        (AXIS, "seeds: [1]\nmetrics: [recal]", "recal]", "no figure 'recal'"),
        (AXIS, "seeds: [1]\nbudget_cny: 1.0e6\nmetrics: [cost_cny]", "1.0e6", "the metrics lack 'perceived_share'"),
        (AXIS, "seeds: [1]\noutputs: [pdf]", "pdf", "html"),
        (AXIS, "seeds: [1]\nbaseline: three", "three", "give one of one, 两个"),
        (AXIS, "seeds: [1]\nname: again", "name: again", "second time"),
        (AXIS, "seed: [1]", "seed: [1]", "did you mean 'seeds'"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(tmp_path: Path, axes: str, rest: str, at: str, words: str) -> None:
    """Each mistake in a sweep file is named with file, line and column before anything runs."""
    file = sweep_file(tmp_path, axes=axes, rest=rest)
    before = file.read_text(encoding="utf-8").partition(at)[0]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    (problem, *_) = [text for text in _problems(file) if words in text]
    assert problem.startswith(f"{file}:{line}:{column}:"), problem


def test_a_bad_variant_is_named(tmp_path: Path) -> None:
    """What is wrong with one variant of several says which; several problems come together."""
    axes = (
        AXIS
        + "      - label: three\n        set: {deployment.sites: [{name: x, lon_deg: 113.3199, lat_deg: 23.1199, kit: mast}]}\n"
    )
    axes += "  - {key: weather.rain_mmph, values: [0, high]}\n"
    problems = _problems(sweep_file(tmp_path, axes=axes))
    assert any("kit 'mast'" in text and "(in: three, 0)" in text and ":16:" in text for text in problems), problems
    assert any("'high'" in text and "(in: one, high; 两个, high; three, high)" in text for text in problems), problems


def test_a_missing_scenario_is_named_at_its_line(tmp_path: Path) -> None:
    """A scenario file that is not there is a problem of the line that names it."""
    file = sweep_file(tmp_path)
    file.write_text(file.read_text(encoding="utf-8").replace("town.yaml", "village.yaml"), encoding="utf-8")
    (problem,) = _problems(file)
    assert f"{file}:3:11: scenario: there is no file" in problem
