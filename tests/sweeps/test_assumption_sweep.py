"""A sweep with assumptions over the golden town, end to end: runs, tables, sentences, pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from tests.sweeps.town_sweep import sweep_file

from twin.errors import InputError, ScenarioError
from twin.messages import use_language
from twin.metrics.uncertainty_pictures import draw_bands, draw_tornado
from twin.roadnet.cache import load_network
from twin.sensors.costs import bill
from twin.sensors.deployment import place
from twin.sweeps.assumption_sweep import Study, StudyResult, load_study, run_study
from twin.sweeps.assumptions import value_at
from twin.sweeps.in_play import places
from twin.sweeps.prices import Repricing
from twin.sweeps.task import Outcome, Task, execute
from twin.sweeps.uncertainty_tables import Finding, findings, write_tables
from twin.terminal.assumptions import study_plan, study_summary, write_sentences

REST = """seeds: [1, 2]
metrics: [perceived_share, recall, cost_cny, cost_per_perceived_vehicle_hour_cny]
assumptions:
  draws: 10
  tornado: 2
  include: ["deployment.kits.*(lidar).points_for_half_detection", "deployment.kits.*(lidar).reflectivity",
            "deployment.kits.*(lidar).class_accuracy", "deployment.costs.*"]
"""


class InThisProcess:
    """Runs tasks one after the other, here."""

    workers = 1
    retries = 0

    def __init__(self) -> None:
        """Remember what was run."""
        self.made: list[str] = []

    def prepare(self, tasks: Sequence[Task]) -> None:
        """Do nothing."""

    def outcomes(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Run every task."""
        for task in tasks:
            self.made += [order.folder for order in task.orders]
            yield from execute(task)

    def __enter__(self) -> Self:
        """Start nothing."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where everything of this module lies."""
    return tmp_path_factory.mktemp("assumptions")


@pytest.fixture(scope="module")
def study(folder: Path) -> Study:
    """Return the planned study."""
    return load_study(sweep_file(folder, rest=REST, duration_s=4.0))


@pytest.fixture(scope="module")
def result(study: Study, folder: Path) -> StudyResult:
    """Return the study, run."""
    return run_study(study, folder / "runs", InThisProcess())


@pytest.fixture(scope="module")
def found(result: StudyResult) -> list[Finding]:
    """Return its findings, with the tables written."""
    found = findings(result)
    write_tables(result, found)
    write_sentences(result, found)
    return found


def _table(result: StudyResult, name: str) -> pa.Table:
    return pa.parquet.read_table(result.drawn.folder / f"{name}.parquet")


def test_the_plan(study: Study) -> None:
    """Two variants, two seeds, ten draws and the middle; every variant the same draws, every draw the same seeds."""
    runs = study.drawn.design.runs
    assert len(runs) == 2 * 2 * 11
    assert study.drawn.design.axes == ("poles", "draw")
    assert "24 assumptions in play; 2 variants x 2 seeds x (10 draws and the middle): 44 runs" in study_plan(study)
    for number in ("mid", "01", "10"):
        assert {(run.labels[0], run.seed) for run in runs if run.labels[1] == number} == {
            (label, seed) for label in ("one", "两个") for seed in (1, 2)
        }
    first = [run for run in runs if run.labels[1] == "01"]
    drawn = {json.dumps(run.scenario.deployment.kits["pole"][0].model_dump()) for run in first}  # type: ignore[index]
    assert len(drawn) == 1
    mid = [run for run in runs if run.labels[1] == "mid"]
    assert [run.folder for run in mid] == [run.folder for run in study.design.runs]
    assert not any("costs" in key for run in runs for key in run.overrides)
    assert {run.traffic for run in first} == {run.traffic for run in mid}


def test_the_figures_are_those_of_the_runs(study: Study, result: StudyResult) -> None:
    """What was gathered for a draw is what the table of the sweep says in its row."""
    table = result.drawn.table.to_pylist()
    for row in table:
        v = study.variants.index((row["poles"],))
        s = study.seeds.index(row["seed"])
        figure = result.figures["recall"]
        kept = figure.mid[v, s] if row["draw"] == "mid" else figure.drawn[v, int(row["draw"]) - 1, s]
        assert kept == row["recall"]
    assert np.ptp(result.figures["recall"].drawn[0, :, 0]) > 0.0


def test_a_harder_detector_finds_less(result: StudyResult) -> None:
    """More points needed for a detection: recall falls at the high end and rises at the low one, in every seed and variant."""
    figure = result.figures["recall"]
    ends = figure.ends["deployment.kits.*(lidar).points_for_half_detection"]
    assert (ends[:, 0] > figure.mid).all()
    assert (ends[:, 1] < figure.mid).all()


def test_prices_change_no_run_and_are_reckoned_as_a_bill(study: Study, result: StudyResult) -> None:
    """Investment of a draw against the bill of a scenario with those very prices; hourly cost of a vehicle in proportion."""
    run = study.design.runs[0]
    network = load_network(run.base / run.scenario.map)
    deployment = place(run.scenario.deployment, network, run.base)
    costs = run.scenario.deployment.costs.model_dump()
    shares = dict(zip(study.names, study.shares[3], strict=True))
    for one in places(run.scenario):
        if one.assumption.startswith("deployment.costs."):
            group = costs
            for part in one.path[2:-1]:
                group = group[part]
            group[one.path[-1]] = value_at(one, float(shares[one.assumption]))
    drawn = bill(deployment, type(run.scenario.deployment.costs).model_validate(costs))
    figures = result.figures
    np.testing.assert_allclose(figures["cost_cny"].drawn[0, 3], drawn.investment_cny[1], rtol=1e-12)
    raw = [row for row in result.drawn.table.to_pylist() if row["poles"] == "one" and row["draw"] == "04"]
    ratio = drawn.hourly_cny[1] / bill(deployment, run.scenario.deployment.costs).hourly_cny[1]
    expected = [row["cost_per_perceived_vehicle_hour_cny"] * ratio for row in raw]
    np.testing.assert_allclose(figures["cost_per_perceived_vehicle_hour_cny"].drawn[0, 3], expected, rtol=1e-12)
    values = np.array([0.3, 0.4])
    assert Repricing(run).figures("recall", values, shares) is values


def test_what_was_looked_at(result: StudyResult) -> None:
    """The two assumptions that say most, and every price; 2 x 2 x 2 ends by two seeds and the middle again."""
    assert result.looked_at[:2] == (
        "deployment.kits.*(lidar).reflectivity",
        "deployment.kits.*(lidar).points_for_half_detection",
    )
    assert all(name.startswith("deployment.costs.") for name in result.looked_at[2:])
    assert result.single is not None
    assert (len(result.single.outcomes), result.single.reused) == (20, 4)


def test_nothing_is_run_twice(study: Study, result: StudyResult, folder: Path) -> None:
    """The same study again makes no run and says the same."""
    executor = InThisProcess()
    again = run_study(study, folder / "runs", executor)
    assert not executor.made
    for metric, figure in result.figures.items():
        np.testing.assert_array_equal(again.figures[metric].drawn, figure.drawn)


@pytest.mark.usefixtures("found")
def test_the_tables(study: Study, result: StudyResult) -> None:
    """Bands of both variants and of their difference, the band of chance inside; rankings; a tornado; every draw's values."""
    bands = _table(result, "bands").to_pylist()
    assert [(row["poles"], row["minus"]) for row in bands if row["metric"] == "recall"] == [
        ("one", ""),
        ("两个", ""),
        ("两个", "one"),
    ]
    for row in bands:
        assert row["low"] <= row["mean"] <= row["high"]
        assert row["high"] - row["low"] >= 2.0 * row["chance_half_width"] * (1.0 - 1e-9)
    rankings = {row["metric"]: row for row in _table(result, "rankings").to_pylist()}
    assert rankings["cost_cny"]["share"] == 1.0
    assert rankings["cost_cny"]["low"] == pytest.approx(0.025**0.1)
    tornado = _table(result, "tornado").to_pylist()
    recall = [row for row in tornado if row["metric"] == "recall" and row["poles"] == "one"]
    assert len(recall) == len(study.names)
    assert sum(row["at_low"] is not None for row in recall) == 2
    dearest = next(row for row in tornado if row["metric"] == "cost_cny")
    assert (dearest["assumption"], dearest["at_low"]) == ("deployment.costs.civil_works", -505_000.0)
    assert (dearest["low_value"], dearest["high_value"]) == ("100000.0", "1000000.0")
    assert _table(result, "draws").num_rows == 10 * len(study.names)


def test_sentences_in_both_languages(result: StudyResult, found: list[Finding]) -> None:
    """As many in Chinese as in English, with the share of draws that a ranking survives."""
    rows = _table(result, "sentences").to_pylist()
    assert any("'两个' is above 'one' in 100 % of 10 draws" in row["en"] for row in rows)
    assert any("10 次抽样中有 100 %" in row["zh"] for row in rows)
    use_language("zh")
    text = study_summary(result, found)
    use_language(None)
    assert "仅计随机性" in text
    assert str(result.store) in text
    alone = replace(found[0], band=replace(found[0].band, mid=replace(found[0].band.mid, half_width=None)))
    assert "one seed" in study_summary(result, [alone])


@pytest.mark.usefixtures("found")
def test_pictures(result: StudyResult, tmp_path: Path) -> None:
    """Both are drawn; what is not there is said."""
    folder = result.drawn.folder
    draw_bands(folder, "recall", tmp_path / "bands.png")
    draw_tornado(folder, "recall", tmp_path / "tornado.png", "两个 - one")
    assert (tmp_path / "bands.png").stat().st_size > 5000
    assert (tmp_path / "tornado.png").stat().st_size > 5000
    with pytest.raises(InputError, match="no figure 'speed'; it has: perceived_share"):
        draw_bands(folder, "speed", tmp_path / "x.png")
    with pytest.raises(InputError, match="no variant 'three'; it has: one, 两个"):
        draw_tornado(folder, "recall", tmp_path / "x.png", "three")
    with pytest.raises(InputError, match=r"no .*bands.parquet"):
        draw_bands(tmp_path, "recall", tmp_path / "x.png")


def test_prices_alone_need_one_run_a_seed(tmp_path: Path) -> None:
    """Draws that change no run share that of the middle."""
    rest = "seeds: [1]\nassumptions: {draws: 10, include: [deployment.costs.*]}\n"
    study = load_study(sweep_file(tmp_path, rest=rest))
    assert len(study.drawn.design.runs) == 2
    assert len(study.drawn.folders) == 22


def test_bad_studies(tmp_path: Path) -> None:
    """A pattern without a match, an axis whose name the tables need, too many runs, nothing left: each with its place."""
    with pytest.raises(ScenarioError, match=r"sweep.yaml:\d+:\d+: assumptions.include\[0\]: 'bridges"):
        load_study(sweep_file(tmp_path / "a", rest="seeds: [1]\nassumptions: {include: [bridges.*]}\n"))
    for name in ("draw", "low"):
        axes = f"\n  - {{key: weather.rain_mmph, values: [0, 1], name: {name}}}\n"
        with pytest.raises(ScenarioError, match=rf"sweep.yaml:7:\d+: axes\[0\].name: '{name}' is already a column"):
            load_study(sweep_file(tmp_path / name, axes=axes))
    axes = "\n  - {key: weather.rain_mmph, range: {first: 0, last: 9, step: 1}}\n"
    file = sweep_file(tmp_path / "c", axes=axes, rest="seeds: [1]\nassumptions: {draws: 10000, exclude: ['*']}\n")
    with pytest.raises(ScenarioError) as caught:
        load_study(file)
    assert [problem.key for problem in caught.value.problems] == ["assumptions", "assumptions.draws"]
    assert "100010 runs" in str(caught.value)


def test_what_holds_for_the_sweep_alone_is_said(tmp_path: Path) -> None:
    """Precision, documents and a budget do nothing with ``--assumptions``: the plan names their keys."""
    rest = REST.replace("seeds: [1, 2]", "replications: 5\nmax_replications: 9") + "outputs: [html]\nbudget_cny: 1.0e6\n"
    file = sweep_file(tmp_path, rest=rest + "precision: [{metric: recall, half_width: 0.1}]\n", duration_s=4.0)
    study = load_study(file)
    said = [line.partition(":")[0] for line in study_plan(study).splitlines()[2:]]
    assert said == ["precision", "budget_cny", "outputs"]
    drawn = study.drawn.design
    assert (drawn.precision, drawn.budget_cny, drawn.outputs, drawn.baseline) == ((), None, (), None)
