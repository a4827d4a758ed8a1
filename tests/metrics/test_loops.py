"""Figures of loops against the same reckoned by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.playback.small_run import write_run

from twin.eventlog.reader import open_run
from twin.eventlog.recorder import Recorder
from twin.metrics.geh import geh
from twin.metrics.loops import loop_figures

MINUTE_US = 60_000_000


def test_figures_of_two_lanes_over_three_minutes(tmp_path: Path) -> None:
    """Flow, occupancy, speed, their biases and mean errors of one device; a minute without a report counts in no sum."""
    folder = write_run(tmp_path / "run")
    log = Recorder(folder)
    # minute, lane: counted, occupied (s), speed (cm/s); truth of the same
    rows = [
        (0, 0, 99, 30, 100, 1, 1, 1000),  # warm-up
        (1, 0, 10, 6, 900, 12, 8, 1000),
        (1, 1, 8, 3, 1100, 8, 3, 1000),
        (2, 0, None, None, None, 20, 9, 1000),
        (2, 1, None, None, None, 20, 9, 1000),
        (3, 0, 3, 1, 1200, 2, 1, 1500),
        (3, 1, 0, 0, None, 0, 0, None),
    ]
    log.append(
        "loop_interval",
        {
            "t_us": [minute * MINUTE_US for minute, *_ in rows],
            "interval_us": MINUTE_US,
            "device": 8,
            "edge": 100,
            "lane": [row[1] for row in rows],
            "count": [row[2] for row in rows],
            "occupied_us": [None if row[3] is None else row[3] * 1_000_000 for row in rows],
            "mean_speed_cmps": [row[4] for row in rows],
            "true_count": [row[5] for row in rows],
            "true_occupied_us": [row[6] * 1_000_000 for row in rows],
            "true_mean_speed_cmps": [row[7] for row in rows],
        },
    )
    log.close_segment()
    found = loop_figures(open_run(folder), 60.0)
    figures = found.by_device[8]
    assert found.by_edge == {100: figures}
    assert list(found.by_preset.values()) == [figures]
    assert (figures.devices, figures.lanes) == (1, 2)
    assert figures.reported_share == pytest.approx(4 / 6)
    assert figures.flow_vph == pytest.approx(21 * 30)
    assert figures.true_flow_vph == pytest.approx(22 * 30)
    assert figures.count_bias_share == pytest.approx(-1 / 22)
    assert figures.flow_mape == pytest.approx((2 / 20 + 1 / 2) / 2)
    assert figures.worst_geh == pytest.approx(math.sqrt(2 * 30**2 / (43 * 30)))
    assert figures.occupancy == pytest.approx(10 / 240)
    assert figures.true_occupancy == pytest.approx(12 / 240)
    assert figures.speed_mps == pytest.approx((10 * 9 + 8 * 11 + 3 * 12) / 21)
    assert figures.speed_bias_mps == pytest.approx((-10 * 1 + 8 * 1 - 3 * 3) / 21)
    assert figures.speed_mape == pytest.approx((10 * 0.1 + 8 * 0.1 + 3 * 0.2) / 21)


def test_a_run_without_loops_has_no_figures(tmp_path: Path) -> None:
    """Nothing is made up where nothing lies in the road."""
    found = loop_figures(open_run(write_run(tmp_path / "run")))
    assert not found.by_device
    assert not found.by_edge
    assert not found.by_preset


@pytest.mark.parametrize(("measured", "true", "expected"), [(120.0, 100.0, 1.907), (1200.0, 1000.0, 6.030), (0.0, 0.0, 0.0)])
def test_geh(measured: float, true: float, expected: float) -> None:
    """Worked by hand: 120 for 100 is a good match, 1,200 for 1,000 is none, though both are 20 % too many."""
    assert geh(measured, true) == pytest.approx(expected, abs=1e-3)
