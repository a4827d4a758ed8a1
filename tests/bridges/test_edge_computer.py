"""The edge computer of a bridge: intervals of blocks, what it makes of them, alarms, rows of the log."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from twin.bridges.edge_computer import EdgeComputer, Interval, block_rows, feature_rows
from twin.bridges.monitoring_spec import MonitoringSpec
from twin.bridges.sensor_spec import channels_of
from twin.bridges.sensors import Channels, samples_of
from twin.eventlog.recorder import Recorder

PERIOD_US = 20_000
SENSORS = (
    {"kind": "accelerometer", "id": "a"},
    {"kind": "displacement", "id": "d"},
    {"kind": "strain_gauge", "id": "s"},
    {"kind": "temperature", "id": "t"},
    {"kind": "tilt", "id": "i"},
)
NUMBERS = [40, 41, 42, 43, 44]
DESIGN = [math.nan, 0.02, 1e-4, math.nan, math.nan]


def spec(**keys: Any) -> MonitoringSpec:
    """Return what watches a bridge with one sensor of some kinds, in intervals of a minute."""
    return MonitoringSpec.model_validate({"sensors": SENSORS, "interval_s": 60.0} | keys)


def truth(seconds: float, displacement_m: float = 0.001) -> np.ndarray:
    """Return a clean response: a mode of 1.5 Hz in the acceleration, trucks' dips in displacement and strain."""
    t_s = np.arange(0.0, seconds, 0.02)
    rng = np.random.default_rng(2)
    mode = np.convolve(rng.normal(size=t_s.size), np.exp(-0.1 * t_s[:2000]) * np.sin(2 * np.pi * 1.5 * t_s[:2000]))[: t_s.size]
    dip = np.maximum(np.sin(2 * np.pi * t_s / 20.0), 0.0) ** 4
    return np.stack([0.02 * mode, displacement_m * dip, 5e-5 * dip, np.full(t_s.size, 28.0), 1e-4 * dip])


def run(watched: MonitoringSpec, clean: np.ndarray, block: int = 500) -> tuple[EdgeComputer, list[Interval], Channels]:
    """Measure and watch a response in blocks."""
    rows = channels_of("b", watched.sensors)
    sensors = Channels(rows, 1, watched.rate_hz)
    edge = EdgeComputer(watched, rows, NUMBERS, expected_hz=1.4, design=DESIGN)
    found = []
    for begin in range(0, clean.shape[1], block):
        t0_us = begin * PERIOD_US
        found += edge.add(t0_us, sensors.measure(t0_us, PERIOD_US, clean[:, begin : begin + block]))
    return edge, found, sensors


def test_intervals_are_closed_at_their_ends_whatever_the_blocks() -> None:
    """Three minutes make three intervals, also where a block reaches beyond one; figures do not depend on the blocks."""
    clean = truth(190.0)
    _, whole, _ = run(spec(), clean, clean.shape[1])
    _, parts, _ = run(spec(), clean, 777)
    assert [one.t_us for one in whole] == [0, 60_000_000, 120_000_000]
    for one, other in zip(whole, parts, strict=True):
        assert np.array_equal(one.features.rms, other.features.rms)
        assert np.array_equal(one.frequency_hz, other.frequency_hz, equal_nan=True)
        assert np.array_equal(one.damage, other.damage, equal_nan=True)


def test_each_quantity_gets_what_belongs_to_it() -> None:
    """Accelerometers a first frequency, strain gauges cycles and damage, the thermometer its mean; nothing else."""
    _, found, _ = run(spec(), truth(180.0))
    last = found[-1]
    assert last.frequency_hz[0] == pytest.approx(1.5, rel=0.02)
    assert np.isnan(last.frequency_hz[1:]).all()
    assert last.cycles[2] >= 3.0
    assert last.damage[2] >= 0.0
    assert np.isnan(last.cycles[[0, 1, 3, 4]]).all()
    assert last.features.mean[3] == pytest.approx(28.0, abs=1.0)
    assert last.features.samples[[0, 3, 4]] == pytest.approx([3000, 60, 600], rel=0.05)


def test_a_heavy_load_and_a_blow_raise_alarms_of_their_device() -> None:
    """A dip of 0.9 of the design's raises two levels of load at the displacement gauge; a blow of 5 m/s2 two of shock."""
    clean = truth(240.0, displacement_m=0.001)
    clean[1, 3200:3700] += 0.018
    clean[0, 6500] += 5.0
    edge, found, _ = run(spec(), clean)
    by_interval = [[(one.device, one.cause, one.level, one.raised) for one in interval.alarms] for interval in found]
    assert by_interval[0] == []
    assert [one for one in by_interval[1] if one[1] == "load"] == [(41, "load", 0, True)]
    assert [one for one in by_interval[2] if one[1] == "shock"] == [(40, "shock", 0, True), (40, "shock", 1, True)]
    assert edge.board.stands(40, "shock") == 2


def test_a_lasting_shift_is_told_once_the_mean_has_moved() -> None:
    """A step of 0.6 of the design's displacement raises two levels of a shift; the load about the mean is none."""
    clean = truth(240.0)
    clean[1, 6000:] += 0.012
    _, found, _ = run(spec(), clean)
    told = [[(one.cause, one.level) for one in interval.alarms if one.raised] for interval in found]
    assert told == [[], [], [("shift", 0), ("shift", 1)], []]


def test_a_dead_sensor_has_no_features_and_no_alarm(tmp_path: Path) -> None:
    """Channels without samples make no row; nor do those whose report was lost. The rows fit the tables."""
    clean = truth(60.0)
    watched = spec()
    rows = channels_of("b", watched.sensors)
    sensors = Channels(rows, 1, watched.rate_hz)
    up = np.array([True, True, False, True, True])
    reported = sensors.measure(0, PERIOD_US, clean, up=up)
    edge = EdgeComputer(watched, rows, NUMBERS, 1.5, DESIGN)
    (found,) = edge.add(0, reported)
    arrived = np.array([60_100_000, -1, 60_100_000, 60_200_000, 60_100_000])
    features = feature_rows(found, arrived, first_channel=10)
    assert features["channel"].tolist() == [10, 13, 14]
    recorder = Recorder(tmp_path)
    recorder.append("bridge_feature", features)
    recorder.append("bridge_block", block_rows(0, reported, rows, sensors.resolution, PERIOD_US, arrived, 10))
    recorder.close_segment()
    assert recorder.rows == {"bridge_block": 4, "bridge_feature": 3}


def test_blocks_give_back_what_was_reported() -> None:
    """The counts of a block times its scale are the samples of its channel, beginning with the first that it takes."""
    watched = spec()
    rows = channels_of("b", watched.sensors)
    sensors = Channels(rows, 1, watched.rate_hz)
    t0_us = 3 * PERIOD_US
    reported = sensors.measure(t0_us, PERIOD_US, truth(10.0))
    blocks = block_rows(t0_us, reported, rows, sensors.resolution, PERIOD_US, np.full(5, 1), 0)
    assert blocks["t_us"].tolist() == [60_000, 60_000, 60_000, 1_000_000, 100_000]
    assert blocks["period_us"].tolist() == [20_000, 20_000, 20_000, 1_000_000, 100_000]
    back = samples_of(blocks["samples"][4], blocks["scale"][4])
    assert back == pytest.approx(reported[4, 2::5], abs=1e-12, nan_ok=True)


def test_wrong_specifications_are_refused() -> None:
    """Two sensors of one name, a rate that does not divide the bridge's, an interval that is no whole number of samples."""
    with pytest.raises(ValidationError, match="share the id a"):
        spec(sensors=[SENSORS[0], SENSORS[0]])
    with pytest.raises(ValidationError, match="do not divide"):
        spec(rate_hz=60.0)
    with pytest.raises(ValidationError, match="whole number of samples"):
        spec(interval_s=60.001)
