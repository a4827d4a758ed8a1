"""Wrong places found from what a site's fusion matched, and put right: against faults that were put in."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.sensors.reported import reported_positions

from twin.sensors.fault_effects import Conditions, healthy
from twin.sensors.inbox import no_lists
from twin.sensors.place_check import PlaceCheck
from twin.sensors.reports import Reports
from twin.sensors.self_check import Alarm, SelfCheckSpec

X_M, Y_M = np.array([0.0, 60.0, 60.0, 0.0]), np.array([0.0, 0.0, 50.0, 50.0])
SIGMA_M = 0.3
WINDOW_US = 120_000_000


def _reports(row: np.ndarray, xy_m: np.ndarray, heading_rad: np.ndarray, conditions: Conditions, t_us: int) -> Reports:
    """Return lists of four devices, one each, of objects at 5 m/s; ``row`` rises."""
    n = row.size
    same = np.full(n, SIGMA_M**2)
    return no_lists()._replace(
        device=np.arange(4, dtype=np.int32),
        t_us=t_us + conditions.clock_offset_us[:4],
        offset=np.concatenate(([0], np.cumsum(np.bincount(row, minlength=4)))),
        x_m=xy_m[:, 0],
        y_m=xy_m[:, 1],
        xx_m2=same,
        yy_m2=same,
        speed_mps=np.full(n, 5.0),
        heading_rad=heading_rad,
    )


def _window(
    check: PlaceCheck, conditions: Conditions, seed: int, *, split: bool = False, seen_by: int = 4
) -> tuple[list[Alarm], float]:
    """Run one window of 150 objects, once each, 30 m apart; return its alarms and the mean error of device 1's places.

    ``split``: the fusion took device 1's objects for others, as it does when they lie beyond its gates.
    """
    rng = np.random.default_rng(seed)
    objects, error_m = 0, []
    for second in range(15):
        t_us = (seed * 120 + second) * 1_000_000
        true = np.stack(np.meshgrid([-45.0, -15.0, 15.0, 45.0, 75.0], [-5.0, 25.0]), axis=-1).reshape(-1, 2)
        true += rng.uniform(-8.0, 8.0, true.shape)
        heading = rng.uniform(-math.pi, math.pi, len(true))
        rows = np.repeat(np.arange(seen_by), len(true))
        noisy = np.tile(true, (seen_by, 1)) + rng.normal(0.0, SIGMA_M, (rows.size, 2))
        x, y = reported_positions(noisy[:, 0], noisy[:, 1], rows, X_M, Y_M, conditions)
        given = _reports(rows, np.stack([x, y], axis=1), np.tile(heading, seen_by), conditions, t_us)
        fixed = check.corrected(given)
        mine = rows == 1
        error_m.append(np.hypot(fixed.x_m[mine] - true[:, 0], fixed.y_m[mine] - true[:, 1]))
        track = objects + np.tile(np.arange(len(true)), seen_by)
        if split:
            track[mine] += 1_000_000
        check.see(t_us, fixed, track)
        objects += len(true)
    return check.close((seed + 1) * WINDOW_US), float(np.mean(error_m))


def _check(*, recalibrate: bool, site: tuple[int, ...] = (5, 5, 5, 5)) -> PlaceCheck:
    return PlaceCheck(SelfCheckSpec(), np.array(site), X_M, Y_M, recalibrate=recalibrate)


def _told(alarms: list[Alarm]) -> list[tuple[int, str, str]]:
    return [(alarm.device, alarm.cause, alarm.state) for alarm in alarms]


@pytest.mark.parametrize(
    ("field", "size", "cause", "least_m"),
    [("heading_offset_rad", math.radians(1.5), "misalignment", 1.2), ("offset_y_m", 2.0, "wrong_calibration", 1.9)],
)
def test_recalibration_brings_the_error_back_to_that_of_health(field: str, size: float, cause: str, least_m: float) -> None:
    """A turn of 1.5 degrees or a shift of 2 m: the next window's mean error is that of health, 0.38 m.

    The alarm stands until the repair, which makes the correction wrong; that is found and taken back likewise.
    """
    healthy_m = SIGMA_M * math.sqrt(math.pi / 2.0)  # mean of a Rayleigh distribution
    check = _check(recalibrate=True)
    conditions = healthy(4)
    assert _window(check, conditions, 1) == ([], pytest.approx(healthy_m, abs=0.05))
    getattr(conditions, field)[1] = size
    alarms, before_m = _window(check, conditions, 2, split=True)
    assert _told(alarms) == [(1, cause, "raised")]
    alarms, after_m = _window(check, conditions, 3)
    assert alarms == []
    assert before_m > least_m
    assert after_m == pytest.approx(healthy_m, abs=0.06)
    getattr(conditions, field)[1] = 0.0
    assert _told(_window(check, conditions, 4, split=True)[0]) == [(1, cause, "cleared")]
    assert _window(check, conditions, 5) == ([], pytest.approx(healthy_m, abs=0.06))


def test_a_late_clock_is_found_and_put_right() -> None:
    """A clock 200 ms ahead shows at 5 m/s as 1 m; known within 40 ms, and stated times are corrected by it."""
    check = _check(recalibrate=True)
    conditions = healthy(4)
    conditions.clock_offset_us[1] = 200_000
    assert _told(_window(check, conditions, 1)[0]) == [(1, "clock_drift", "raised")]
    assert check.ahead_us[1] == pytest.approx(200_000, abs=40_000)
    given = _reports(np.arange(4), np.zeros((4, 2)), np.zeros(4), conditions, 7_000_000)
    assert check.corrected(given).t_us[1] == 7_200_000 - check.ahead_us[1]


def test_without_recalibration_the_alarm_stands_and_places_stay() -> None:
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


def test_an_alarm_stays_while_nobody_comes_by() -> None:
    """A window without reports says nothing: neither alarm nor correction changes."""
    check = _check(recalibrate=True)
    conditions = healthy(4)
    conditions.offset_x_m[1] = 1.0
    _window(check, conditions, 1)
    known_m = check.east_m[1]
    assert check.close(9 * WINDOW_US) == []
    assert check.east_m[1] == known_m == pytest.approx(1.0, abs=0.1)


def test_two_devices_of_a_site_are_not_judged() -> None:
    """Two sites of two devices: whatever they contradict, no alarm; four devices of one site would tell."""
    conditions = healthy(4)
    conditions.offset_x_m[1] = 2.0
    assert _window(_check(recalibrate=True, site=(0, 0, 1, 1)), conditions, 1)[0] == []
    assert _window(_check(recalibrate=True), conditions, 1)[0] != []


def test_healthy_devices_keep_their_rows() -> None:
    """Twenty windows in order: no alarm, and the very same reports come back."""
    check = _check(recalibrate=True)
    given = no_lists()
    for seed in range(20):
        assert _window(check, healthy(4), seed)[0] == []
    assert check.corrected(given) is given
