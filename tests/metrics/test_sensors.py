"""Figures by sensor and the series of the charts, against the same formed row by row in plain Python."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from tests.playback.small_run import padded, write_run

from twin.eventlog.reader import Run, open_run
from twin.eventlog.recorder import Recorder
from twin.metrics.sensors import sensor_figures
from twin.metrics.series import latency_bins, speed_over_time

MINUTE_US = 60_000_000
AGES_US = [*range(20_000, 120_000, 1_000), None, None]


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    """Return a run with one device, 8, of site north-east at a named junction; half of its log lies before one minute."""
    folder = write_run(tmp_path / "run")
    log = Recorder(folder)
    count = len(AGES_US)
    for minute, detected in ((0, 1), (1, 60), (2, 30)):
        t_us = minute * MINUTE_US
        log.append(
            "detection_stat",
            {
                "t_us": [t_us, t_us],
                "interval_us": [MINUTE_US] * 2,
                "device": [8, 8],
                "class": ["car", "none"],
                "range_bin_m": [0, 20],
                "present": [100, 0],
                "visible": [80, 0],
                "detected": [detected, 0],
                "false": [0, 3],
                "sum_error_m": [0.5 * detected, 0.0],
                "sum_squared_error_m2": [0.3 * detected, 0.0],
            },
        )
        message = {
            "t_us": t_us + np.arange(count),
            "device": np.full(count, 8),
            "frame": np.arange(count) + minute * count,
            "sent_age_us": 1000,
            "site_queue": 0,
            "priority": 0,
            "transmissions": 2,
            "compute_age_us": None,
            "central_age_us": None,
            "compute_queue": None,
            "cloud_queue": None,
            "mec_queue": None,
            "mec_age_us": [None if age is None else age - 5_000 for age in AGES_US],
            "cloud_age_us": list(AGES_US),
        }
        log.append("message", padded("message", message))
        log.append(
            "edge_state",
            {
                "t_us": [t_us, t_us],
                "interval_us": [MINUTE_US] * 2,
                "edge": [100, 101],
                "entered": [3, 3],
                "left": [2, 2],
                "vehicle_s": [60.0, 140.0],
                "distance_m": [600.0 * minute, 1400.0],
                "halted_s": [20.0, 0.0],
            },
        )
    log.close_segment()
    return open_run(folder)


def test_sensor_figures_are_sums_and_percentiles_of_its_rows(run: Run) -> None:
    """Recall, precision, error and latency of one device follow from the rows after the warm-up, and from no others."""
    (sensor,) = sensor_figures(run, 60.0)
    assert (sensor.device, sensor.name, sensor.kind, sensor.site) == (8, "north-east/lidar", "lidar", "north-east")
    assert sensor.junction == "花城大道 / 华夏路"
    assert (sensor.counts.present, sensor.counts.visible, sensor.counts.detected, sensor.counts.false) == (200, 160, 90, 6)
    assert sensor.counts.recall == pytest.approx(0.45)
    assert sensor.counts.precision == pytest.approx(90 / 96)
    assert sensor.counts.mean_error_m == pytest.approx(0.5)
    assert (sensor.messages, sensor.delivered) == (2 * len(AGES_US), 2 * (len(AGES_US) - 2))
    delivered = sorted(2 * [age for age in AGES_US if age is not None])
    assert sensor.latency_p95_ms == delivered[math.ceil(Fraction(95, 100) * len(delivered)) - 1] / 1000


def test_sensor_that_logged_nothing_has_a_row_without_figures(tmp_path: Path) -> None:
    """A device of the plan is never missing from the table; what cannot be formed is None."""
    (sensor,) = sensor_figures(open_run(write_run(tmp_path / "run")))
    assert (sensor.frames, sensor.messages, sensor.counts.present) == (0, 0, 0)
    assert sensor.counts.recall is sensor.counts.precision is sensor.latency_p95_ms is sensor.delivered_share is None


def test_run_without_sensors_has_no_rows(tmp_path: Path) -> None:
    """No device, no row; no message, no bins."""
    run = open_run(write_run(tmp_path / "run", sensing=False))
    assert sensor_figures(run) == ()
    assert latency_bins(run) == ()


def test_latency_bins_hold_every_delivered_message_once(run: Run) -> None:
    """Bins are whole milliseconds wide, side by side from 0, and hold what lies in them."""
    bins = [one for one in latency_bins(run, 60.0, bins=10) if one.place == "cloud"]
    assert bins[0].from_ms == 0
    assert all(one.to_ms == other.from_ms for one, other in itertools.pairwise(bins))
    ages_ms = 2 * [age / 1000 for age in AGES_US if age is not None]
    for one in bins:
        assert one.messages == sum(one.from_ms <= age < one.to_ms for age in ages_ms)
    assert sum(one.messages for one in bins) == len(ages_ms)
    assert len(bins) <= 10


def test_speed_over_time_is_distance_over_time_of_all_edges(run: Run) -> None:
    """Edie's space-mean speed by interval: sums over the edges, not a mean of their speeds."""
    points = speed_over_time(run)
    assert [point.from_s for point in points] == [0.0, 60.0, 120.0]
    assert [point.speed_kmh for point in points] == pytest.approx([3.6 * metres / 200 for metres in (1400, 2000, 2600)])
    assert [point.halted_share for point in points] == pytest.approx([0.1, 0.1, 0.1])
