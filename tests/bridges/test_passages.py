"""Vehicles on a deck from look to look: nobody lost, nobody counted who is not there, places and passages right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.bridges.passages import PATIENCE_S, AxleLoads, Ints, Passages, Seen
from twin.bridges.response import Floats

LENGTH_M, LOOK_US, AXLE_N = 100.0, 500_000, 1e4


def loads_of(vehicle: Ints, _: object) -> AxleLoads:
    """Return vehicles 5 m long with two axles."""
    n = vehicle.size
    waves = np.zeros((n, 2))
    return AxleLoads(np.full(n, 5.0), np.tile([1.0, 4.0], (n, 1)), np.full((n, 2), AXLE_N), np.full(n, 0.05), waves, waves)


def seen(vehicle: list[int], x_m: list[float], speed_mps: list[float], direction: list[float]) -> Seen:
    """Return what a look finds."""
    number, lane = np.array(vehicle, np.int32), np.zeros(len(vehicle), np.int8)
    return Seen(number, lane, np.array(x_m), np.array(speed_mps), np.array(direction), lane)


def fronts(start_s: Floats, speed: Floats, direction: Floats, t_s: float) -> Seen:
    """Return who is on the deck at ``t_s`` (rear included) of vehicles that enter at ``start_s`` at an even speed."""
    way = (t_s - start_s) * speed
    on = (way >= 0.0) & (way - 5.0 < LENGTH_M)
    x_m = np.where(direction > 0.0, way, LENGTH_M - way)
    of_no_interest = np.zeros(on.size, np.int8)
    columns = (part[on][::-1] for part in (of_no_interest, x_m, speed, direction, of_no_interest))
    return Seen(np.flatnonzero(on).astype(np.int32)[::-1], *columns)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100_000))
def test_everybody_who_crosses_is_where_he_is(seed: int) -> None:
    """Even speeds, both directions, entries at any instant: at every sample the fronts' sum is exact, masses too."""
    draw = np.random.default_rng(seed)
    count = 12
    start_s, speed = draw.uniform(0.1, 20.0, count), draw.uniform(5.0, 30.0, count)
    direction = np.where(draw.uniform(size=count) < 0.5, 1.0, -1.0)
    passages = Passages(LENGTH_M, loads_of, stations_m=(30.0,))
    passed = []
    for look in range(100):
        t_s = look * 0.5
        motion, who = passages.look(look * LOOK_US, fronts(start_s, speed, direction, t_s))
        passed += list(zip(who.vehicle.tolist(), who.t_us.tolist(), who.direction.tolist(), strict=True))
        assert (motion.weight == 1.0).all()
        if look == 0:
            continue
        for u in (0.0, 0.3, 1.0):  # straight at even speeds
            at_s = t_s - 0.5 + 0.5 * u
            way = (at_s - start_s) * speed
            x_m = np.where(direction > 0.0, way, LENGTH_M - way)
            expected = x_m[(way >= 0.0) & (way <= LENGTH_M)]
            fronts_m = motion.x_m[:, 0] * (1.0 - u) + motion.x_m[:, 1] * u
            found = fronts_m[(fronts_m >= -1e-9) & (fronts_m <= LENGTH_M + 1e-9)]
            assert found.sum() == pytest.approx(expected.sum(), abs=1e-6)
    assert sorted(vehicle for vehicle, _, _ in passed) == list(range(count))
    for vehicle, t_us, way in passed:
        to_m = 30.0 if way > 0.0 else LENGTH_M - 30.0
        assert t_us / 1e6 == pytest.approx(start_s[vehicle] + to_m / speed[vehicle], abs=1e-5)
    assert passages.vehicles.size == 0
    assert passages.mass_kg == 0.0


def test_who_is_between_two_edges_keeps_his_speed() -> None:
    """Not seen for a second on a junction's connector: he goes on, and is the same when he is seen again."""
    passages = Passages(LENGTH_M, loads_of)
    nobody = seen([], [], [], [])
    passages.look(0, seen([7], [10.0], [10.0], [1.0]))
    motion, _ = passages.look(LOOK_US, nobody)
    assert motion.x_m.tolist() == [[10.0, 15.0]]
    motion, _ = passages.look(2 * LOOK_US, seen([7], [19.0], [8.0], [1.0]))
    assert motion.x_m.tolist() == [[15.0, 19.0]]
    assert passages.vehicles.tolist() == [7]


def test_who_is_never_seen_again_fades_away() -> None:
    """His load goes to nothing within one look, and he is gone."""
    passages = Passages(1000.0, loads_of)
    passages.look(0, seen([7], [10.0], [1.0], [1.0]))
    weights = []
    for look in range(1, 10):
        motion, _ = passages.look(look * LOOK_US, seen([], [], [], []))
        weights += motion.weight.tolist()
    assert weights == [[1.0, 1.0]] * round(PATIENCE_S / 0.5) + [[1.0, 0.0]]
    assert passages.vehicles.size == 0


def test_who_appears_in_the_middle_fades_in_but_at_the_start() -> None:
    """A trip that begins on the deck is no hammer blow; those there at the first look stand there."""
    passages = Passages(LENGTH_M, loads_of)
    motion, _ = passages.look(0, seen([1], [50.0], [0.0], [1.0]))
    assert motion.weight.tolist() == [[1.0, 1.0]]
    motion, _ = passages.look(LOOK_US, seen([1, 2], [50.0, 70.0], [0.0, 4.0], [1.0, -1.0]))
    assert motion.weight.tolist() == [[1.0, 1.0], [0.0, 1.0]]
    assert motion.x_m.tolist() == [[50.0, 50.0], [72.0, 70.0]]
    assert passages.mass_kg == pytest.approx(4 * AXLE_N / 9.80665)


def test_axles_that_have_left_no_longer_count() -> None:
    """A queue behind the deck: rear axles on it weigh, front axles do not."""
    passages = Passages(LENGTH_M, loads_of)
    passages.look(0, seen([1], [102.0], [0.0], [1.0]))
    assert passages.mass_kg == pytest.approx(AXLE_N / 9.80665)
    passages.look(LOOK_US, seen([1], [105.5], [0.0], [1.0]))
    assert passages.vehicles.size == 0


def test_the_swing_of_axle_loads_goes_with_speed() -> None:
    """None while standing, the share of the loads at 22 m/s."""
    passages = Passages(LENGTH_M, loads_of)
    motion, _ = passages.look(0, seen([1, 2], [20.0, 40.0], [0.0, 22.0], [1.0, 1.0]))
    assert motion.sway_share.tolist() == pytest.approx([0.0, 0.05])
