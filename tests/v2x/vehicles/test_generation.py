"""When stations send: against the rules' own arithmetic and a plain model of each."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.v2x.vehicles.generation import BsmGenerator, CamGenerator, CpmGenerator

CHECK_US = 100_000


def sent(generator: CamGenerator, x_m: np.ndarray, speed_mps: np.ndarray, heading_rad: np.ndarray, **more: int) -> np.ndarray:
    """Return the checks at which one vehicle sends, driven along the x axis."""
    zero = np.zeros(1)
    return np.flatnonzero(
        [
            generator.step(
                k * CHECK_US, np.array([5]), x_m[k : k + 1], zero, speed_mps[k : k + 1], heading_rad[k : k + 1], **more
            )[0]
            for k in range(x_m.size)
        ]
    )


@pytest.mark.parametrize("speed_mps", [4.5, 5.7, 7.3, 9.0, 11.1, 13.9, 16.7, 22.2, 33.3, 41.0, 55.0])
def test_a_steady_vehicle_sends_a_cam_every_four_metres(speed_mps: float) -> None:
    """At constant speed v the interval is 4 m / v, up to the next check, and never shorter than 100 ms: EN 302 637-2, 6.1.3."""
    x_m = speed_mps * 0.1 * np.arange(200)
    checks = sent(CamGenerator(), x_m, np.full(200, speed_mps), np.zeros(200))
    assert set(np.diff(checks).tolist()) == {math.ceil(4.0 / (0.1 * speed_mps))}


def test_a_standing_vehicle_sends_a_cam_each_second() -> None:
    """Nothing changes: T_GenCamMax, 1 s."""
    checks = sent(CamGenerator(), np.zeros(100), np.zeros(100), np.zeros(100))
    assert np.array_equal(checks, np.arange(0, 100, 10))


def test_the_interval_of_a_change_is_kept_for_three_cams() -> None:
    """Standing from check 30 on after 13 m/s, 4 checks apart: three more at 0.4 s, then one a second (N_GenCam = 3)."""
    x_m = 1.3 * np.minimum(np.arange(100), 30.0)
    speed_mps = np.full(100, 13.0)  # no change of speed is told, so that the place alone decides
    checks = sent(CamGenerator(), x_m, speed_mps, np.zeros(100))
    last_moved = max(k for k in checks if k <= 30)
    assert last_moved == 28
    assert checks[checks > last_moved].tolist() == [32, 36, 40, 50, 60, 70, 80, 90]


@pytest.mark.parametrize(
    ("speed_mps", "turn_deg", "due"),
    [(0.49, 0.0, False), (0.51, 0.0, True), (0.0, 3.99, False), (0.0, 4.01, True), (0.0, -4.01, True)],
)
def test_changes_of_speed_and_heading(speed_mps: float, turn_deg: float, *, due: bool) -> None:
    """More than 0.5 m/s or 4 degrees, also across the turn from -180 to 180 degrees."""
    generator, zero, start = CamGenerator(), np.zeros(1), math.pi - 0.01
    generator.step(0, np.array([0]), zero, zero, zero, np.array([start]))
    heading = (start + math.radians(turn_deg) + math.pi) % (2 * math.pi) - math.pi
    assert generator.step(CHECK_US, np.array([0]), zero, zero, np.array([speed_mps]), np.array([heading]))[0] == due


def test_congestion_control_spaces_cams() -> None:
    """A fast vehicle that may send each 300 ms (T_GenCam_Dcc) does so."""
    x_m = 5.0 * np.arange(60)
    checks = sent(CamGenerator(), x_m, np.full(60, 50.0), np.zeros(60), spacing_us=300_000)
    assert set(np.diff(checks).tolist()) == {3}


class PlainCam:
    """The rule of EN 302 637-2, 6.1.3, for one vehicle, written out."""

    def __init__(self) -> None:
        self.last = None
        self.interval_us, self.count = 1_000_000, 0

    def check(self, t_us: int, x: float, y: float, v: float, heading: float) -> bool:
        """Return whether it sends."""
        if self.last is not None:
            t0, x0, y0, v0, h0 = self.last
            turn = abs(math.remainder(heading - h0, 2 * math.pi))
            if (x - x0) ** 2 + (y - y0) ** 2 > 16.0 or abs(v - v0) > 0.5 or turn > math.radians(4.0):
                self.interval_us, self.count = t_us - t0, 0
            elif t_us - t0 >= self.interval_us:
                self.count += 1
                if self.count == 3:
                    self.interval_us = 1_000_000
            else:
                return False
        self.last = (t_us, x, y, v, heading)
        return True


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_many_vehicles_send_as_each_would_alone(seed: int) -> None:
    """Random drives of 12 vehicles that come and go equal the rule written out; intervals lie between 100 ms and 1 s."""
    rng = np.random.default_rng(seed)
    generator, plain, last = CamGenerator(), [PlainCam() for _ in range(12)], np.full(12, -1)
    state = np.zeros((12, 4))
    present = np.ones(12, bool)
    for k in range(80):
        state[:, 2] = np.clip(state[:, 2] + rng.normal(0.0, 0.3, 12), 0.0, 20.0)
        state[:, 3] += rng.normal(0.0, 0.02, 12)
        state[:, 0] += 0.1 * state[:, 2] * np.cos(state[:, 3])
        state[:, 1] += 0.1 * state[:, 2] * np.sin(state[:, 3])
        present &= (rng.random(12) > 0.01) | (k < 20)
        who = rng.permutation(np.flatnonzero(present))
        due = generator.step(k * CHECK_US, who.astype(np.int32), *state[who].T)
        assert due.tolist() == [plain[v].check(k * CHECK_US, *state[v]) for v in who]
        told = who[due]
        assert np.all((last[told] < 0) | ((k - last[told] >= 1) & (k - last[told] <= 10)))
        last[told] = k


def test_a_cpm_tells_objects_as_a_cam_would_and_each_once_a_second() -> None:
    """Of three objects one stands (told each second), one drives at 13 m/s (each 400 ms), one comes later (told on sight)."""
    generator, told, sends = CpmGenerator(), {0: [], 1: [], 2: []}, []
    for k in range(41):
        target = np.array([0, 1] if k < 17 else [2, 0, 1])
        x_m = np.where(target == 1, 1.3 * k, 50.0)
        due, stations = generator.step(
            k * CHECK_US, 1, np.zeros(target.size, int), target, x_m, 1.0 * target, np.where(target == 1, 13.0, 0.0), 0.0 * x_m
        )
        for one in target[due]:
            told[int(one)].append(k)
        sends.append(bool(stations[0]))
    assert told == {0: [0, 10, 20, 30, 40], 1: list(range(0, 41, 4)), 2: [17, 27, 37]}
    assert np.flatnonzero(sends).tolist() == sorted({k for checks in told.values() for k in checks})


def test_stations_tell_objects_each_for_itself() -> None:
    """What one station has told is news at another; a station without objects sends once a second."""
    generator, zero, pair = CpmGenerator(), np.zeros(1), np.array([7])
    first, sends = generator.step(0, 3, np.array([0]), pair, zero, zero, zero, zero)
    assert first.all()
    assert sends.all()  # the first message of each
    again, _ = generator.step(CHECK_US, 3, np.array([0]), pair, zero, zero, zero, zero)
    other, sends = generator.step(2 * CHECK_US, 3, np.array([1]), pair, zero, zero, zero, zero)
    assert not again.any()
    assert other.all()
    assert sends.tolist() == [False, True, False]
    empty = np.zeros(0)
    _, sends = generator.step(10 * CHECK_US, 3, np.zeros(0, int), np.zeros(0, int), empty, empty, empty, empty)
    assert sends.tolist() == [True, False, True]


@pytest.mark.parametrize(("vehicles", "checks"), [(1, 1), (20, 1), (26, 1), (51, 2), (60, 3), (101, 4), (151, 6), (300, 6)])
def test_bsm_slow_down_with_density(vehicles: int, checks: int) -> None:
    """Interval 100 ms x (others within 100 m) / 25, between 100 and 600 ms, up to the next check: SAE J2945/1."""
    x_m = np.linspace(0.0, 99.0, vehicles)
    generator, number = BsmGenerator(), np.arange(vehicles)
    due = [generator.step(k * CHECK_US, number, x_m, np.zeros(vehicles)) for k in range(25)]
    for vehicle in (0, vehicles - 1):
        gaps = np.diff(np.flatnonzero([one[vehicle] for one in due]))
        assert set(gaps.tolist()) == {checks}


def test_density_is_smoothed() -> None:
    """When 100 vehicles come near at once the smoothed count follows as 100 (1 - 0.95^k), and the intervals with it."""
    generator = BsmGenerator()
    due = []
    for k in range(60):
        x_m = np.concatenate((np.zeros(1), np.full(100, 50.0 if k else 500.0)))
        due.append(generator.step(k * CHECK_US, np.arange(101), x_m, np.zeros(101))[0])
    checks = np.flatnonzero(due)
    smoothed = 100.0 * (1.0 - 0.95 ** np.arange(60))
    for before, now in pairwise(checks):
        assert 0.04 * smoothed[now] <= now - before
        assert all(0.04 * smoothed[k] > k - before for k in range(before + 1, now) if smoothed[k] > 25.0)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_neighbours_are_counted_as_by_all_pairs(seed: int) -> None:
    """The grid's count equals that over all pairs: the first interval tells it, on 200 random places."""
    rng = np.random.default_rng(seed)
    x_m, y_m = rng.uniform(-150.0, 250.0, (2, 200))
    generator = BsmGenerator()
    generator.step(0, np.arange(200), x_m, y_m)
    near = (np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m) <= 100.0).sum(axis=1) - 1
    assert generator._smoothed[:200] == pytest.approx(near)
