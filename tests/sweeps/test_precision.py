"""Sequential stopping: how many seeds a round asks for, when it ends, the same table whoever ran it, wrong targets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sweeps.drawn import Drawn
from tests.sweeps.town_sweep import AXIS, small_design, sweep_file

from twin.errors import ScenarioError
from twin.metrics.statistics import mean_estimate
from twin.sweeps.comparison import Comparison
from twin.sweeps.precision import GROWTH, TargetOutcome, next_round, seeds_wanted, target_outcomes
from twin.sweeps.rounds import with_seeds
from twin.sweeps.sweep import load_design, sweep
from twin.sweeps.sweep_spec import PrecisionSpec
from twin.terminal.sweep import sweep_plan, sweep_summary

TARGET = """
replications: 5
max_replications: {most}
metrics: [recall]
precision: [{{metric: recall, half_width: {width}, of: {of}}}]
"""

START = "replications: 5\nmax_replications: 9"


def test_rounds_follow_until_the_interval_is_narrow(tmp_path: Path) -> None:
    """A difference with a deviation of 0.014 is known to 0.007 with some 18 seeds, the same ones for both variants."""
    design = small_design(tmp_path, rest=TARGET.format(most=200, width=0.007, of="difference"))
    executor = Drawn()
    result = sweep(design, tmp_path / "runs", executor)
    (target,) = result.targets
    assert target.met
    assert target.widest is not None
    assert target.widest <= 0.007
    assert executor.entered == 1
    assert len(executor.rounds) >= 3
    assert 12 <= len(result.design.seeds) <= 30
    assert result.design.seeds == tuple(range(1, len(result.design.seeds) + 1))
    assert [run.seed for run in result.design.runs] == [*result.design.seeds] * 2
    assert len(result.outcomes) == len(result.design.runs) == sum(executor.rounds)
    assert all(result.outcomes[number].number == number for number in result.outcomes)
    assert "met with" in sweep_summary(result)


def test_the_table_is_the_same_in_whatever_order_runs_end(tmp_path: Path) -> None:
    """Rounds are decided by the whole of a round, so that the order of its outcomes changes no byte."""
    design = small_design(tmp_path, rest=TARGET.format(most=200, width=0.007, of="difference"))
    folders = [sweep(design, tmp_path / str(shuffle), Drawn(shuffle)).folder for shuffle in range(3)]
    for name in ("sweep.csv", "sweep.parquet", "comparison.csv", "comparison.parquet"):
        assert len({(folder / name).read_bytes() for folder in folders}) == 1


def test_the_limit_ends_it_and_is_said(tmp_path: Path) -> None:
    """Means with a deviation of 0.05 are not known to 0.0001 with 12 seeds; the summary says so and names the variant."""
    design = small_design(tmp_path, rest=TARGET.format(most=12, width=0.0001, of="mean"))
    assert sweep_plan(design).endswith("at most 12 seeds = 24 runs")
    result = sweep(design, tmp_path / "runs", Drawn())
    assert len(result.design.seeds) == 12
    assert not result.targets[0].met
    assert "NOT met with 12 seeds, widest:" in sweep_summary(result)


def test_more_seeds_change_no_run_that_was_there(tmp_path: Path) -> None:
    """The first runs of a design with more seeds are those of the design, in folders of the same names; so is the sweep's."""
    design = small_design(tmp_path, rest=TARGET.format(most=12, width=0.1, of="mean"))
    wider = with_seeds(design, 7)
    assert wider.folder == design.folder
    assert {run.folder for run in design.runs} < {run.folder for run in wider.runs}
    assert with_seeds(wider, 5).runs == design.runs


@given(st.integers(2, 1000), st.floats(1e-6, 1e3), st.floats(1e-6, 1e3), st.integers(1, 2000))
def test_a_round_asks_for_more_but_not_for_too_many(count: int, half_width: float, target: float, limit: int) -> None:
    """At least one seed more, at most twice as many, never beyond the limit."""
    wanted = seeds_wanted(count, half_width, target, limit)
    assert wanted <= max(limit, 0)
    if limit > count:
        assert count < wanted <= GROWTH * count


def test_seeds_by_hand() -> None:
    """Half a width takes four times the seeds, in rounds of twice as many; three quarters take 1.78 times."""
    assert seeds_wanted(10, 2.0, 1.0, 100) == 20
    assert seeds_wanted(20, 4.0, 3.0, 100) == 36
    assert seeds_wanted(20, 1.0001, 1.0, 100) == 21
    assert seeds_wanted(20, 4.0, 3.0, 30) == 30
    met = TargetOutcome("recall", "mean", 1.0, 0.5, ())
    unknown = TargetOutcome("recall", "mean", 1.0, None, ())
    missed = TargetOutcome("recall", "mean", 3.0, 4.0, ())
    assert next_round([], 20, 0) == 20
    assert next_round([met, unknown], 20, 100) == 20
    assert next_round([met, missed], 20, 100) == 36
    barely = TargetOutcome("visible_share", "mean", 1.0, 1.0001, ())
    for order in ([missed, barely], [barely, missed]):
        assert next_round(order, 20, 100) == 36  # as many as the hardest needs


def test_a_target_is_met_when_the_widest_interval_meets_it() -> None:
    """Three variants: the widest mean is the third's, the widest difference the second's; another metric has no say."""
    values = {"a": [1.0, 2.0, 3.0], "b": [5.0, 1.0, 9.0], "c": [0.0, 10.0, 20.0]}
    found = [
        Comparison("recall", ("a",), mean_estimate(values["a"]), None),
        Comparison("recall", ("b",), mean_estimate(values["a"]), ("a",), mean_estimate(values["b"])),
        Comparison("recall", ("c",), mean_estimate(values["c"]), ("a",), mean_estimate(values["a"])),
        Comparison("precision", ("c",), mean_estimate([0.0, 1e6]), ("a",), mean_estimate([0.0, 1e6])),
    ]
    targets = [PrecisionSpec(metric="recall", half_width=25.0, of=of) for of in ("mean", "difference")]
    mean, difference = target_outcomes(targets, found)
    assert (mean.labels, mean.widest, mean.met) == (("c",), pytest.approx(4.303 * 10.0 / 3.0**0.5, rel=1e-3), True)
    assert difference.labels == ("b",)
    (missed,) = target_outcomes([PrecisionSpec(metric="recall", half_width=24.0, of="mean")], found)
    assert not missed.met


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("seeds: [1, 2]\nmax_replications: 9", "max_replications stands without precision"),
        (
            "seeds: [1, 2]\nprecision: [{metric: recall, half_width: 0.1}]\nmax_replications: 9",
            "the seeds are given one by one",
        ),
        ("replications: 3\nprecision: [{metric: recall, half_width: 0.1}]\nmax_replications: 9", "3 seeds tell too little"),
        ("replications: 5\nprecision: [{metric: recall, half_width: 0.1}]", "no limit to the seeds"),
        ("replications: 9\nprecision: [{metric: recall, half_width: 0.1}]\nmax_replications: 5", "no limit to the seeds"),
        ("replications: 5\nprecision: [{metric: recal, half_width: 0.1}]\nmax_replications: 9", "'recal' is not among"),
        ("replications: 5\nprecision: [{metric: recall, half_width: 0}]\nmax_replications: 9", "above 0"),
        ("replications: 5\nprecision: [{metric: recall, half_width: 1, of: ratio}]\nmax_replications: 9", "ratio"),
        (
            f"{START}\nprecision: [{{metric: recall, half_width: 1}}, {{metric: recall, half_width: 2}}]",
            "second time",
        ),
    ],
)
def test_wrong_targets_are_said(tmp_path: Path, rest: str, words: str) -> None:
    """Each mistake is named with its line before anything runs."""
    with pytest.raises(ScenarioError) as caught:
        load_design(sweep_file(tmp_path, rest=rest))
    assert any(words in str(problem) for problem in caught.value.problems), [str(problem) for problem in caught.value.problems]


def test_a_difference_needs_something_to_differ_from(tmp_path: Path) -> None:
    """Without axes there is no baseline."""
    with pytest.raises(ScenarioError, match="nothing to differ from"):
        load_design(sweep_file(tmp_path, axes=" []\n", rest=TARGET.format(most=9, width=0.1, of="difference")))
    assert len(load_design(sweep_file(tmp_path, axes=AXIS, rest=TARGET.format(most=9, width=0.1, of="mean"))).runs) == 10
