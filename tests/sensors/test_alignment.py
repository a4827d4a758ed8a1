"""Which device is wrong, and by how much, from reports of the same objects: against faults that were put in."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.sensors.reported import reported_positions

from twin.sensors.alignment import Alignment, chi_square_quantile
from twin.sensors.fault_effects import Conditions, healthy

X_M, Y_M = np.array([0.0, 60.0, 60.0, 0.0, 150.0]), np.array([0.0, 0.0, 50.0, 50.0, 20.0])
SIGMA_M = 0.3


def _gather(conditions: Conditions, seed: int, objects: int = 200, devices: int = 5) -> Alignment:
    """Return what the devices report of ``objects`` under some conditions."""
    rng = np.random.default_rng(seed)
    place = rng.uniform([-50.0, -50.0], [150.0, 100.0], (objects, 2))
    heading = rng.integers(0, 4, objects) * math.pi / 2
    velocity = rng.uniform(0.0, 15.0, objects)[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
    reports = []
    for row in range(devices):
        rows = np.full(objects, row)
        # shown at t, stamped t + tau: at the stated time the object is already tau v farther
        at = place - velocity * conditions.clock_offset_us[row] * 1e-6
        x, y = reported_positions(at[:, 0], at[:, 1], rows, X_M, Y_M, conditions)
        reports.append(np.stack([x, y], axis=1) + rng.normal(0.0, SIGMA_M, (objects, 2)))
    found = Alignment(X_M[:devices], Y_M[:devices])
    found.add(
        np.tile(np.arange(objects), devices),
        np.repeat(np.arange(devices), objects),
        np.concatenate(reports),
        np.tile(velocity, (devices, 1)),
        np.full(objects * devices, SIGMA_M),
    )
    return found


def test_devices_in_order_are_left_alone() -> None:
    """Of 100 windows without a fault at most 4 have a finding where 1 in 100 is allowed."""
    assert sum(bool(_gather(healthy(5), seed, 60).findings(0.01)) for seed in range(100)) <= 4


@pytest.mark.parametrize("row", range(5))
def test_a_turned_device_is_found_and_measured(row: int) -> None:
    """Half a degree is found in 200 common objects, on the right device, within 0.1 degrees."""
    conditions = healthy(5)
    conditions.heading_offset_rad[row] = math.radians(-0.5)
    (found,) = _gather(conditions, row).findings(1e-4)
    assert (found.row, found.cause) == (row, "misalignment")
    assert math.degrees(found.turn_rad) == pytest.approx(-0.5, abs=0.1)
    assert (found.east_m, found.north_m, found.ahead_s) == (0.0, 0.0, 0.0)


def test_a_shifted_device_is_found_and_measured() -> None:
    """A shift of 0.5 m is found within 0.1 m along each axis."""
    conditions = healthy(5)
    conditions.offset_x_m[2], conditions.offset_y_m[2] = 0.4, -0.3
    (found,) = _gather(conditions, 1).findings(1e-4)
    assert (found.row, found.cause) == (2, "wrong_calibration")
    assert (found.east_m, found.north_m) == pytest.approx((0.4, -0.3), abs=0.1)


def test_a_clock_that_is_ahead_is_found_and_measured() -> None:
    """100 ms show in the places of moving objects, within 15 ms."""
    conditions = healthy(5)
    conditions.clock_offset_us[3] = 100_000
    (found,) = _gather(conditions, 2).findings(1e-4)
    assert (found.row, found.cause) == (3, "clock_drift")
    assert found.ahead_s == pytest.approx(0.1, abs=0.015)


def test_two_faults_at_once_are_told_apart() -> None:
    """A turned device and a shifted one are both found, and nobody else."""
    conditions = healthy(5)
    conditions.heading_offset_rad[0] = math.radians(1.0)
    conditions.offset_x_m[4] = 1.0
    found = _gather(conditions, 3).findings(1e-4)
    assert {(one.row, one.cause) for one in found} == {(0, "misalignment"), (4, "wrong_calibration")}


def test_of_two_devices_alone_neither_is_blamed_for_a_shift() -> None:
    """Which of two is shifted cannot be known; with a third it can."""
    conditions = healthy(5)
    conditions.offset_x_m[1] = 2.0
    assert _gather(conditions, 4, devices=2).findings(1e-4) == []
    assert [one.row for one in _gather(conditions, 4, devices=3).findings(1e-4)] == [1]


@pytest.mark.parametrize(("share", "found"), [(0.95, []), (1.05, [(2, "wrong_calibration")])])
def test_three_reports_of_a_thing_say_as_much_as_two_differences(share: float, found: list[tuple[int, str]]) -> None:
    """Without noise a shift s of one of three devices explains N (2 / 3) (s / sigma)2: held against chi-square's quantile.

    Four things stand around the device, so that no turn explains any of it. Pairs counted in full would make N (s / sigma)2.
    """
    chance, things = 0.01, 4
    limit = chi_square_quantile(1.0 - chance / 9.0, 2)  # three devices, three causes
    shift_m = math.sqrt(share * limit * 1.5 / things) * SIGMA_M
    place = np.array([X_M[2], Y_M[2]]) + 20.0 * np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    alignment = Alignment(X_M[:3], Y_M[:3])
    alignment.add(
        np.tile(np.arange(things), 3),
        np.repeat(np.arange(3), things),
        np.concatenate((place, place, place + np.array([shift_m, 0.0]))),
        np.zeros((3 * things, 2)),
        np.full(3 * things, SIGMA_M),
    )
    told = alignment.findings(chance)
    assert [(one.row, one.cause) for one in told] == found
    assert [one.east_m for one in told] == pytest.approx([shift_m] * len(found))


def test_operating_characteristic() -> None:
    """In windows of 30 common objects, false findings stay at their share while the turns found rise with the angle."""

    def share(angle_deg: float, chance: float) -> float:
        conditions = healthy(5)
        conditions.heading_offset_rad[1] = math.radians(angle_deg)
        found = [_gather(conditions, seed, 30).findings(chance) for seed in range(40)]
        return float(np.mean([any((one.row, one.cause) == (1, "misalignment") for one in each) for each in found]))

    strict = [share(angle_deg, 1e-6) for angle_deg in (0.1, 0.3, 1.0)]
    loose = [share(angle_deg, 1e-2) for angle_deg in (0.1, 0.3, 1.0)]
    assert strict == sorted(strict)
    assert strict[-1] == loose[-1] == 1.0
    assert all(a <= b for a, b in zip(strict, loose, strict=True))


def test_clear_forgets() -> None:
    """After ``clear`` there is nothing to find."""
    conditions = healthy(5)
    conditions.offset_x_m[1] = 2.0
    found = _gather(conditions, 5)
    found.clear()
    assert found.findings(0.5) == []
