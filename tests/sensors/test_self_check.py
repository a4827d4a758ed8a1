"""The self-check: false alarms no oftener than promised, each fault found from synthetic frames, and the right one named."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.sensors.self_check import (
    DRIFT,
    Alarm,
    SelfCheck,
    SelfCheckSpec,
    alarm_rows,
    count_threshold,
    loss_threshold,
    run_length,
)

PERIOD_US = 100_000


def _cusum_lengths(threshold: float, runs: int, seed: int) -> float:
    """Return the mean number of standard normals until one-sided CUSUMs pass the threshold."""
    rng = np.random.default_rng(seed)
    state, length, going = np.zeros(runs), np.zeros(runs), np.ones(runs, bool)
    while going.any():
        state = np.maximum(0.0, state + rng.standard_normal(runs) - DRIFT)
        length += going
        going &= state <= threshold
    return float(length.mean())


@pytest.mark.parametrize(("threshold", "published"), [(4.0, 2 * 168.0), (5.0, 2 * 465.0)])
def test_run_lengths_are_the_published_ones(threshold: float, published: float) -> None:
    """Siegmund's formula meets a simulation and, at k = 0.5, twice the two-sided lengths of Montgomery's table 9.3."""
    assert run_length(threshold) == pytest.approx(published, rel=0.02)
    assert run_length(threshold) == pytest.approx(_cusum_lengths(threshold, 2000, 3), rel=0.1)


def test_thresholds_give_the_wanted_time_between_false_alarms() -> None:
    """One false alarm in 100 days with windows of 120 s is 72,000 windows; of frames at 10 Hz, e^h of them."""
    assert run_length(count_threshold(0.01, 120.0)) == pytest.approx(72_000.0)
    assert math.exp(loss_threshold(0.01, 864_000.0)) == pytest.approx(86_400_000.0)


class _Site:
    """Frames of four neighbours with a common, changing traffic; each sees its own share of it."""

    def __init__(self, spec: SelfCheckSpec, seed: int) -> None:
        self.spec = spec
        self.rng = np.random.default_rng(seed)
        place = np.array([0.0, 50.0, 100.0, 150.0])
        self.check = SelfCheck(spec, np.array([3, 5, 8, 9]), place, np.zeros(4), PERIOD_US)
        self.windows = 0
        self.alarms: list[Alarm] = []

    def window(self, factor: float = 1.0, ahead_us: int = 0, loss: float = 0.002, every: int = 20) -> None:
        """Run one window; device 5 sees ``factor`` of its objects, is ``ahead_us`` and loses ``loss`` of its frames.

        Counts are drawn for each ``every``-th frame and hold in between, since the same vehicles stay in view.
        """
        frames = int(self.spec.window_s * 1e6) // PERIOD_US
        begin_us = self.windows * frames * PERIOD_US
        traffic = 12.0 * (1.0 + 0.5 * math.sin(self.windows / 9.0)) * self.rng.gamma(25.0, 1.0 / 25.0)
        share = np.array([0.6, 1.0, 1.4, 0.9]) * np.array([1.0, factor, 1.0, 1.0])
        objects = np.zeros(4, np.int64)
        for frame in range(frames):
            if frame % every == 0:
                objects = self.rng.poisson(traffic * share)
            got = self.rng.random(4) >= np.array([0.002, loss, 0.002, 0.002])
            age_us = 40_000 + (10_000.0 * self.rng.exponential(size=4)).astype(np.int64) - np.array([0, ahead_us, 0, 0])
            self.alarms += self.check.frames(begin_us + frame * PERIOD_US, got, objects, age_us)
        self.windows += 1
        self.alarms += self.check.close(self.windows * frames * PERIOD_US)

    def names(self) -> set[tuple[int, str]]:
        """Return (device, cause) of every alarm raised so far."""
        return {(alarm.device, alarm.cause) for alarm in self.alarms if alarm.state == "raised"}


SPEC = SelfCheckSpec(window_s=20.0, learning_s=600.0, false_alarms_per_day=1.0)


@pytest.fixture(scope="module")
def learnt() -> list[_Site]:
    """Return three sites whose self-check has learnt and watched for an hour of health."""
    sites = [_Site(SPEC, seed) for seed in range(3)]
    for site in sites:
        for _ in range(30 + 90):  # of learning, then half an hour
            site.window()
    return sites


def test_devices_in_order_raise_no_alarm(learnt: list[_Site]) -> None:
    """Six device-hours of changing traffic pass nearly without alarm, at one false alarm a day and look."""
    assert sum(len(site.names()) for site in learnt) <= 2


@pytest.mark.parametrize(
    ("fault", "cause", "windows"),
    [
        ({"factor": 0.6}, "dirt", 30),
        ({"ahead_us": 25_000}, "clock_drift", 1),
        ({"loss": 0.3}, "frame_loss", 1),
        ({"loss": 1.0}, "power_loss", 1),
    ],
)
def test_each_fault_is_found_and_named(fault: dict[str, float], cause: str, windows: int) -> None:
    """A loss of 40 % of objects is found in 10 minutes; 25 ms, lost frames and silence in a window; nobody else is blamed."""
    site = _Site(SPEC, 11)
    for _ in range(35):
        site.window()
    before = site.names()
    for _ in range(windows):
        site.window(**fault)
    assert site.names() - before == {(5, cause)}
    if cause != "dirt":
        site.window()
        assert [(a.cause, a.state) for a in site.alarms if a.device == 5][-1] == (cause, "cleared")


def test_operating_characteristic_of_dirt() -> None:
    """Stricter thresholds find later, never sooner, and so are smaller losses found: delays in windows, mean of six."""

    def delay(factor: float, false_alarms_per_day: float) -> float:
        found = []
        for seed in range(6):
            spec = SPEC.model_copy(update={"false_alarms_per_day": false_alarms_per_day})
            site = _Site(spec, seed)
            for _ in range(30):
                site.window(every=40)
            for _ in range(60):
                site.window(factor, every=40)
                if (5, "dirt") in site.names():
                    break
            found.append(site.windows - 30)
        return float(np.mean(found))

    heavy, light = delay(0.4, 1.0), delay(0.7, 1.0)
    assert heavy < light
    assert heavy <= delay(0.4, 0.001)


def test_false_alarms_of_lost_frames_stay_below_the_bound() -> None:
    """At the usual loss, 2 million frames give no more alarms than Lorden's bound allows."""
    spec = SelfCheckSpec(false_alarms_per_day=50.0, usual_loss=0.02, noticed_loss=0.1)
    rng = np.random.default_rng(5)
    devices, frames = 200, 10_000
    check = SelfCheck(spec, np.arange(devices), np.arange(devices) * 1e4, np.zeros(devices), PERIOD_US)
    lost = rng.random((frames, devices)) < 0.02
    alarms = []
    for frame in range(frames):
        alarms += check.frames(frame * PERIOD_US, ~lost[frame], np.zeros(devices, int), np.zeros(devices, int))
    days = devices * frames * PERIOD_US / 86.4e9
    assert sum(alarm.state == "raised" for alarm in alarms) <= 50.0 * days


def test_a_repaired_device_is_learnt_afresh() -> None:
    """After ``repaired`` a new level is history, not a fault."""
    site = _Site(SPEC, 4)
    for _ in range(32):
        site.window(every=40)
    site.check.repaired(5)
    for _ in range(60):
        site.window(0.5, every=40)
    assert (5, "dirt") not in site.names()
    assert not site.check.raised.any()


def test_a_device_away_while_it_was_learnt_is_learnt_on() -> None:
    """Of ten windows nine lie before an outage of longer: one window alone has no spread, so that dirt would never be found."""
    site = _Site(SelfCheckSpec(learning_s=1200.0), 5)
    for windows, loss in ((9, 0.002), (12, 1.0), (1, 0.002), (9, 0.002)):
        for _ in range(windows):
            site.window(loss=loss)
    assert (5, "dirt") not in site.names()
    for _ in range(12):
        site.window(factor=0.2)
    assert (5, "dirt") in site.names()


def test_alarm_rows() -> None:
    """Alarms become the columns of table ``alarm``."""
    rows = alarm_rows([Alarm(5, 3, "dirt", "raised")])
    told = {"t_us": [5], "device": [3], "cause": ["dirt"], "level": ["device_fault"], "state": ["raised"]}
    assert rows == told | {"value": None, "real": None}
