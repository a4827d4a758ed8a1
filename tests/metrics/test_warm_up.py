"""MSER-5: against its formula, on series whose transient is known, and on the log of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.eventlog.manifest import Manifest, Projection
from twin.eventlog.reader import Run
from twin.eventlog.recorder import Recorder
from twin.eventlog.tables import KNOWN_COLUMNS
from twin.metrics.warm_up import BATCH, may_settle, mser, vehicles_over_time, warm_up_needed_s
from twin.terminal.figures import warm_up_notes

VALUES = 1000


def _autoregressive(seed: int, correlation: float = 0.9, size: int = VALUES) -> np.ndarray:
    """Return a stationary AR(1) series with standard deviation 1."""
    draws = np.random.default_rng(seed).normal(0.0, np.sqrt(1.0 - correlation**2), size)
    series = np.empty(size)
    series[0] = draws[0] / np.sqrt(1.0 - correlation**2)
    for place in range(1, size):
        series[place] = correlation * series[place - 1] + draws[place]
    return series


@given(st.lists(st.integers(-50, 50), min_size=50, max_size=90))
def test_it_is_the_formula(values: list[int]) -> None:
    """White, Cobb and Spratt (2000): of at most half of the batches the d with the smallest sum((Z - mean)^2) / (k - d)^2."""
    count = len(values) // BATCH
    means = [float(np.mean(values[BATCH * place : BATCH * (place + 1)])) for place in range(count)]
    statistics = [
        float(np.sum((np.array(means[d:]) - np.mean(means[d:])) ** 2)) / (count - d) ** 2 for d in range(count // 2 + 1)
    ]
    found = mser(np.array(values, np.float64))
    assert found is not None
    assert found % BATCH == 0
    assert statistics[found // BATCH] == pytest.approx(min(statistics), rel=1e-9, abs=1e-9)


def test_a_transient_is_left_out_and_little_more() -> None:
    """AR(1) about 0 with an excess of 20 exp(-t / 30) at the beginning: in 100 series.

    The excess falls below a tenth of the series' deviation after 30 ln(200) = 159 values. Asked for: never less than where it
    is still 4 deviations (48 values), at most a quarter of the series in 9 of 10, and the mean of what is kept 10 times nearer
    to the truth than the whole mean's bias of 20 * 30 / 1000 = 0.6 on average.
    """
    transient = 20.0 * np.exp(-np.arange(VALUES) / 30.0)
    found, bias = [], []
    for seed in range(100):
        series = _autoregressive(seed) + transient
        cut = mser(series)
        assert cut is not None
        found.append(cut)
        bias.append(series[cut:].mean())
    assert min(found) >= 48
    assert np.quantile(found, 0.9) <= 250
    assert abs(np.mean(bias)) <= 0.06


def test_a_steady_series_keeps_most_of_itself() -> None:
    """White noise without a transient: in 100 series half lose nothing like a tenth, and the mean stays unbiased.

    Unbiased: within three standard errors, 3 / sqrt(100 * 500), of 0.
    """
    cuts, kept = [], []
    for seed in range(100):
        series = np.random.default_rng(seed).standard_normal(VALUES)
        cut = mser(series)
        assert cut is not None
        cuts.append(cut)
        kept.append(series[cut:].mean())
    assert np.median(cuts) <= 100
    assert abs(np.mean(kept)) <= 3.0 / np.sqrt(100 * 500)


def test_by_hand() -> None:
    """A step after 100 of 1,000 constants is found exactly; a constant loses nothing; a ramp half, which is a lower bound."""
    step = np.concatenate([np.full(100, 7.0), np.full(900, 3.0)])
    assert mser(step) == 100
    assert mser(np.full(200, 3.0)) == 0
    assert mser(np.arange(1000.0)) == 500
    assert mser(np.arange(49.0)) is None


def test_the_unit_does_not_matter() -> None:
    """Vehicles or thousands of them, with or without a common offset."""
    series = _autoregressive(4) + np.exp(-np.arange(VALUES) / 50.0)
    assert mser(series) == mser(1e-3 * series + 5.0) == mser(1e4 * series)


def _run(folder: Path, vehicles: np.ndarray, table: str, interval_s: int) -> Run:
    """Write a log with two edges that hold 3 and ``vehicles`` - 3 vehicles."""
    folder.mkdir()
    recorder = Recorder(folder)
    for place, number in enumerate(vehicles.tolist()):
        rows = {"t_us": [place * interval_s * 1_000_000] * 2, "edge": [0, 1]}
        rows |= {"vehicle_s": [3.0 * interval_s, (number - 3.0) * interval_s]}
        if table == "perception":
            rows |= {name: [0.0, 0.0] for name in ("seen_s", "seen_twice_s", *KNOWN_COLUMNS.values())}
        else:
            rows |= {"interval_us": [interval_s * 1_000_000] * 2, "entered": [0, 0], "left": [0, 0]}
            rows |= {"distance_m": [0.0, 0.0], "halted_s": [0.0, 0.0]}
        recorder.append(table, rows)
    recorder.close_segment()
    projection = Projection("EPSG:32649", 0.0, 0.0)
    return Run(folder, Manifest("complete", "x", {}, {}, 1, {}, "", projection, "", simulated_s=vehicles.size * interval_s))


def test_the_log_of_a_run_tells_its_warm_up(tmp_path: Path) -> None:
    """Vehicles by the second from ``perception``; without sensors by the minute from ``edge_state``, in batches of one."""
    filling = np.concatenate([np.full(60, 5.0), np.full(240, 50.0)])
    run = _run(tmp_path / "seconds", filling, "perception", 1)
    series, interval_s = vehicles_over_time(run)
    assert interval_s == 1.0
    assert series.tolist() == filling.tolist()
    assert warm_up_needed_s(run) == 60.0
    run = _run(tmp_path / "minutes", np.concatenate([np.full(2, 5.0), np.full(18, 50.0)]), "edge_state", 60)
    assert vehicles_over_time(run)[1] == 60.0
    assert warm_up_needed_s(run) == 120.0
    assert warm_up_needed_s(_run(tmp_path / "short", np.full(9, 5.0), "edge_state", 60)) is None
    assert warm_up_notes({"warm_up_needed_s": 120.0}, 120.0, may_settle=True) == []
    assert warm_up_notes({"warm_up_needed_s": None}, 0.0, may_settle=True) == []
    assert warm_up_notes({"warm_up_needed_s": 120.0}, 60.0, may_settle=False) == []
    (note,) = warm_up_notes({"warm_up_needed_s": 120.0}, 60.0, may_settle=True)
    assert "60 s may be too short" in note
    assert "120 s" in note


def test_seconds_without_anybody_at_the_end_are_part_of_the_series(tmp_path: Path) -> None:
    """The log has no rows of an empty map; the run went on all the same."""
    run = _run(tmp_path / "emptied", np.full(60, 5.0), "perception", 1)
    run.manifest = replace(run.manifest, simulated_s=100.0)
    assert vehicles_over_time(run)[0].tolist() == [5.0] * 60 + [0.0] * 40


@pytest.mark.parametrize(
    ("scenario", "settles"),
    [
        ({"demand": {"profile": [], "od": [{"profile": [{"at_s": 0, "factor": 0.7}]}]}}, True),
        ({"demand": {"profile": [{"at_s": 0, "factor": 1.0}, {"at_s": 900, "factor": 1.2}]}}, False),
        ({"demand": {"od": [{"profile": [{"at_s": 0, "factor": 1.0}, {"at_s": 900, "factor": 0.0}]}]}}, False),
        ({"demand": {}, "incidents": [{"kind": "closure"}]}, False),
        ({"demand": {}, "incidents": [], "replay": {"file": "x.csv"}}, False),
    ],
)
def test_what_may_settle(scenario: dict[str, object], *, settles: bool) -> None:
    """Demand that changes, an incident and a replay have no steady state to look for."""
    assert may_settle(scenario) is settles
