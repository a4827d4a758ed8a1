"""What a person sees of a sweep: how far it is in a line, and tables whose figures have their units and enough digits."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sweeps.town_sweep import small_design

from twin.messages import use_language
from twin.sweeps.comparison import compare
from twin.sweeps.store import LocalStore
from twin.sweeps.sweep import Progress, SweepResult
from twin.sweeps.table import results_table
from twin.sweeps.task import Outcome
from twin.terminal.sweep import sweep_plan, sweep_summary
from twin.terminal.sweep_progress import SweepBar, SweepLines, line_of


def test_a_line_of_progress() -> None:
    """Of nine runs two were there and three were made in a minute: three a minute, four left take 80 s."""
    assert line_of(Progress(9, 2, 3, 1, 2), 60.0) == "5/9 runs, 2 running, 1 failed, 3.0 a minute, 1:20 left"
    assert line_of(Progress(9, 2, 0, 0, 2), 60.0) == "2/9 runs, 2 running, 0 failed"


def test_the_closing_tables(tmp_path: Path) -> None:
    """A share is shown in percent with its interval, a difference with both intervals, a failed run by its error.

    By hand: recall 80 and 82 % against 81 and 83 %: difference 1 +- 0 paired; each s = sqrt(2), unpaired half width
    t(0.975; 2) sqrt(2) = 6.1.
    """
    design = small_design(tmp_path, rest="seeds: [1, 2]\nmetrics: [recall, messages]")
    shares = [0.80, 0.82, 0.81, 0.83]
    outcomes = {number: Outcome(number, {"recall": share, "messages": 10 + number}) for number, share in enumerate(shares)}
    outcomes[3] = Outcome(3, None, "no luck")
    table = results_table(design, outcomes)
    comparisons = compare(table, design.axes, design.metrics, design.baseline)
    text = sweep_summary(SweepResult(LocalStore(tmp_path / "small-1"), design, table, comparisons, [], (), outcomes, 0))
    assert "recall (%)" in text
    assert "failed: 两个 · seed 2: no luck" in text
    assert f"results: {tmp_path / 'small-1'}" in text

    outcomes[3] = Outcome(3, {"recall": shares[3], "messages": 13})
    table = results_table(design, outcomes)
    comparisons = compare(table, design.axes, design.metrics, design.baseline)
    lines = sweep_summary(
        SweepResult(LocalStore(tmp_path / "small-1"), design, table, comparisons, [], (), outcomes, 4)
    ).splitlines()
    (row,) = [line.split() for line in lines[lines.index("recall (%)") : lines.index("messages")] if line.startswith("两个")]
    assert (row[1], row[4], row[5:]) == ("82", "+1", ["±", "0", "-", "±", "6", "-", "-"])
    assert "4 runs were there already" in lines


def test_the_plan_in_both_languages(tmp_path: Path) -> None:
    """Before it begins a sweep says its question and how many runs that makes."""
    design = small_design(tmp_path)
    assert sweep_plan(design) == "one or two?\n2 variants x 2 seeds = 4 runs"
    use_language("zh")
    assert "4 次运行" in sweep_plan(design)


def test_lines_and_bar_say_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Plain lines are sparse and end with one that says all is done; the bar leaves nothing behind."""
    with SweepLines() as lines:
        for done in range(4):
            lines.advance(Progress(3, 0, done, 0, 1))
    assert capsys.readouterr().err.startswith("3/3 runs")
    with SweepBar("small") as bar:
        bar.advance(Progress(3, 0, 3, 0, 0))
    assert "Traceback" not in capsys.readouterr().err


def test_time_left_counts_from_the_first_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A minute of compiling, then a run in a minute: one a minute; a second sweep on the same lines counts anew."""
    now_s = 0.0
    monkeypatch.setattr("time.perf_counter", lambda: now_s)
    with SweepLines() as lines:
        for now_s, done in ((0.0, 0), (60.0, 0), (120.0, 1), (500.0, 0), (530.0, 1)):  # noqa: B007
            lines.advance(Progress(3, 0, done, 0, 2))
    first, second = capsys.readouterr().err.splitlines()
    assert first == "1/3 runs, 2 running, 0 failed, 1.0 a minute, 2:00 left"
    assert second == "1/3 runs, 2 running, 0 failed, 2.0 a minute, 1:00 left"
