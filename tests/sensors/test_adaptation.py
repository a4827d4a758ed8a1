"""Self-adaptation, with its measured effect: recalibrated places and reduced rates."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from twin.sensors.adaptation import AdaptationSpec, PlaceCheck, RateControl
from twin.sensors.fault_effects import Conditions, healthy, reported_positions
from twin.sensors.self_check import Alarm, SelfCheckSpec

X_M, Y_M = np.array([0.0, 60.0, 60.0, 0.0]), np.array([0.0, 0.0, 50.0, 50.0])
NUMBERS = np.array([7, 8, 9, 10])
SIGMA_M = 0.3


def _window(check: PlaceCheck, conditions: Conditions, seed: int) -> tuple[list[Alarm], float]:
    """Run one window of 150 common objects; return its alarms and the mean error of device 8's places."""
    rng = np.random.default_rng(seed)
    objects = 150
    true = rng.uniform([-60.0, -60.0], [120.0, 110.0], (objects, 2))
    error_m = 0.0
    reports = []
    for row in range(4):
        rows = np.full(objects, row)
        noisy = true + rng.normal(0.0, SIGMA_M, (objects, 2))
        x, y = reported_positions(noisy[:, 0], noisy[:, 1], rows, X_M, Y_M, conditions)
        x, y = check.corrected(x, y, rows)
        if row == 1:
            error_m = float(np.hypot(x - true[:, 0], y - true[:, 1]).mean())
        reports.append(np.stack([x, y], axis=1))
    rows, things = np.repeat(np.arange(4), objects), np.tile(np.arange(objects), 4)
    check.gathered.add(things, rows, np.concatenate(reports), np.zeros((rows.size, 2)), np.full(rows.size, SIGMA_M))
    return check.close(seed * 120_000_000), error_m


def _check(*, recalibrate: bool) -> PlaceCheck:
    return PlaceCheck(SelfCheckSpec(), NUMBERS, X_M, Y_M, recalibrate=recalibrate)


def test_pairs_may_come_in_any_portions() -> None:
    """Reports of one object have to come together; those of different objects need not."""
    conditions = healthy(4)
    conditions.offset_x_m[1] = 2.0
    rng = np.random.default_rng(1)
    true = rng.uniform(0.0, 60.0, (40, 2))
    whole, parts = _check(recalibrate=False), _check(recalibrate=False)
    rows = np.tile(np.arange(4), 40)
    things = np.repeat(np.arange(40), 4)
    noisy = np.repeat(true, 4, axis=0) + rng.normal(0.0, SIGMA_M, (160, 2))
    xy = np.stack(reported_positions(noisy[:, 0], noisy[:, 1], rows, X_M, Y_M, conditions), axis=1)
    still, sigma = np.zeros((160, 2)), np.full(160, SIGMA_M)
    whole.gathered.add(things, rows, xy, still, sigma)
    for part in (slice(0, 80), slice(80, 160)):
        parts.gathered.add(things[part], rows[part], xy[part], still[part], sigma[part])
    (one,), (other,) = whole.gathered.findings(1e-4), parts.gathered.findings(1e-4)
    assert one.row == other.row == 1
    assert one.east_m == pytest.approx(other.east_m)


def test_recalibration_brings_the_error_back_to_that_of_health() -> None:
    """A turn of 1.5 degrees and a shift of 2 m: the mean error of 1.3 and 2 m is back at 0.38 m in the next window."""
    healthy_m = SIGMA_M * math.sqrt(math.pi / 2.0)  # mean of a Rayleigh distribution
    for field, size, least_m in (("heading_offset_rad", math.radians(1.5), 1.3), ("offset_y_m", 2.0, 1.9)):
        check = _check(recalibrate=True)
        conditions = healthy(4)
        assert _window(check, conditions, 1) == ([], pytest.approx(healthy_m, abs=0.05))
        getattr(conditions, field)[1] = size
        alarms, before_m = _window(check, conditions, 2)
        cause = "misalignment" if field == "heading_offset_rad" else "wrong_calibration"
        assert [(alarm.device, alarm.cause, alarm.state) for alarm in alarms] == [(8, cause, "raised")]
        alarms, after_m = _window(check, conditions, 3)
        assert [(alarm.device, alarm.cause, alarm.state) for alarm in alarms] == [(8, cause, "cleared")]
        assert before_m > least_m
        assert after_m == pytest.approx(healthy_m, abs=0.06)
        # the repair makes the correction wrong, which is found like any other fault
        getattr(conditions, field)[1] = 0.0
        _window(check, conditions, 4)
        assert _window(check, conditions, 5)[1] == pytest.approx(healthy_m, abs=0.06)


def test_without_recalibration_the_alarm_stands() -> None:
    """The alarm is raised once and cleared when the device is repaired; the places stay wrong in between."""
    check = _check(recalibrate=False)
    conditions = healthy(4)
    conditions.offset_x_m[1] = 1.0
    states = []
    for seed in range(1, 4):
        alarms, error_m = _window(check, conditions, seed)
        states += [alarm.state for alarm in alarms]
        assert error_m > 0.9
    conditions.offset_x_m[1] = 0.0
    states += [alarm.state for alarm in _window(check, conditions, 4)[0]]
    assert states == ["raised", "cleared"]


def _ages(service_us: list[int], *, adapt: bool) -> tuple[list[float], RateControl]:
    """Return the ages in seconds of delivered frames, 10 Hz over an uplink with a service time for each frame."""
    control = RateControl(AdaptationSpec(), 1)
    finish_us: list[int] = []
    ages = []
    found = 0
    for frame, service in enumerate(service_us):
        now_us = frame * 100_000
        if not adapt or control.sends(frame)[0]:
            found = sum(finish > now_us for finish in finish_us[-200:])
            finish_us.append(max(now_us, finish_us[-1] if finish_us else 0) + service)
            ages.append((finish_us[-1] - now_us) / 1e6)
        control.observe(np.array([found]))
    return ages, control


def test_a_reduced_rate_keeps_frames_fresh_on_an_overloaded_line() -> None:
    """A line that takes 230 ms a frame for five minutes: frames grow 6.5 minutes old; with control they stay below 2 s."""
    service = [20_000] * 300 + [230_000] * 3000 + [20_000] * 3000
    plain, _ = _ages(service, adapt=False)
    adapted, control = _ages(service, adapt=True)
    assert max(plain) == pytest.approx(390.0, abs=1.0)
    assert max(adapted) < 2.0
    assert float(np.median(adapted)) < 0.5
    assert control.divisor.tolist() == [1]


def test_without_overload_every_frame_is_sent() -> None:
    """At a load of 90 % of the line nothing is held back."""
    ages, control = _ages([90_000] * 2000, adapt=True)
    assert len(ages) == 2000
    assert control.divisor.tolist() == [1]


def test_queues_that_contradict_are_refused() -> None:
    """Calm has to lie below overload."""
    with pytest.raises(ValidationError, match="calm_queue"):
        AdaptationSpec(overload_queue=2, calm_queue=2)
