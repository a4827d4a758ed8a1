"""The Intelligent Driver Model against its own closed forms."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.traffic.helpers import traffic_on
from tests.traffic.networks import build

from twin.traffic.car_following import free_acceleration, interaction
from twin.traffic.looking import pace_before

A, B, T, S0, V0 = 1.0, 1.5, 1.0, 2.0, 50 / 3.6


def _acceleration(speed: float, gap: float, leader_speed: float) -> float:
    slowing = interaction(speed, gap, leader_speed, A, 1.0 / (2.0 * math.sqrt(A * B)), T, S0)
    return free_acceleration(speed, 1.0 / V0, A, B) - slowing


@pytest.mark.parametrize("speed_mps", [0.0, 1.0, 5.0, 10.0, 13.0])
def test_nobody_accelerates_at_the_equilibrium_gap(speed_mps: float) -> None:
    """At the gap (s0 + vT) / sqrt(1 - (v/v0)^4) the acceleration is zero (Treiber et al. 2000, equation 4), to 1e-12."""
    gap_m = (S0 + speed_mps * T) / math.sqrt(1.0 - (speed_mps / V0) ** 4)
    assert _acceleration(speed_mps, gap_m, speed_mps) == pytest.approx(0.0, abs=1e-12)


def test_a_standing_car_starts_with_its_full_acceleration_on_an_empty_road() -> None:
    """The free term is a at rest and 0 at the desired speed, by definition."""
    assert free_acceleration(0.0, 1.0 / V0, A, B) == A
    assert free_acceleration(V0, 1.0 / V0, A, B) == pytest.approx(0.0, abs=1e-12)


@given(slow=st.floats(0.5, 20.0), braking=st.floats(0.5, 4.0), distance=st.floats(0.0, 200.0))
def test_before_a_slower_place_one_is_as_fast_as_comfortable_braking_allows(
    slow: float, braking: float, distance: float
) -> None:
    """Braking evenly from there, v2 - 2 b d is the place's speed squared; past it one keeps that speed."""
    speed = 1.0 / pace_before(slow, braking, distance)
    assert speed * speed - 2.0 * braking * distance == pytest.approx(slow * slow, abs=1e-9 * speed * speed)
    assert pace_before(slow, braking, -distance) == pytest.approx(1.0 / slow)
    assert pace_before(5.0, 2.0, 50.0) == pytest.approx(1.0 / 15.0)


@given(
    speed=st.floats(0.0, 40.0),
    leader=st.floats(0.0, 40.0),
    gap=st.floats(0.1, 500.0),
    more=st.floats(0.0, 100.0),
)
def test_more_room_or_a_faster_leader_never_slows(speed: float, leader: float, gap: float, more: float) -> None:
    """Acceleration never falls with the gap or with the leader's speed."""
    assert _acceleration(speed, gap + more, leader) >= _acceleration(speed, gap, leader)
    assert _acceleration(speed, gap, leader + more) >= _acceleration(speed, gap, leader)


def test_followers_settle_at_the_equilibrium_gap_of_their_leader() -> None:
    """Behind the slowest of those that enter, a platoon settles at the model's equilibrium gap, within 5 %."""
    network = build([(0.0, 0.0), (6000.0, 0.0)], [(0, 1, 1)], entries=[0], exits=[0])
    traffic = traffic_on(network, seconds=300, inflow_vph=1500.0)
    traffic.step_to(300_000_000)
    engine = traffic.engine
    slots, classes = engine.vehicles.slots[: int(engine.roads.count[0])], engine.vehicles.classes
    compared = 0
    for ahead, car in pairwise(slots):
        driver = classes[car.klass]
        speed, desired, room = float(car.speed), 1.0 / float(car.pace), float(ahead.s - ahead.length - car.s)
        if abs(speed - ahead.speed) > 0.01 or speed > 0.95 * desired:
            continue
        wanted = (driver.standstill_gap + speed * driver.time_gap) / math.sqrt(1 - (speed / desired) ** 4)
        assert room == pytest.approx(float(wanted), rel=0.05)
        compared += 1
    assert compared >= 5
