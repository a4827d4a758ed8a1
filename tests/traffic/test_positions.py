"""Positions: on the right side of the road, at the right distance, pointing along it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.traffic.helpers import traffic_on
from tests.traffic.networks import LANE_WIDTH_M, build


def _one_vehicle(lanes: int, direction: tuple[float, float], lane: int, s: float):  # type: ignore[no-untyped-def]
    end = (1000.0 * direction[0], 1000.0 * direction[1])
    traffic = traffic_on(build([(0.0, 0.0), end], [(0, 1, lanes)], entries=[0], exits=[0]), seconds=60, inflow_vph=600.0)
    for tenth in range(1, 600):
        traffic.step_to(tenth * 100_000)
        if traffic.active:
            break
    vehicle = int(traffic.vehicles.active[0])
    traffic.vehicles.all.lane[vehicle] = lane
    traffic.vehicles.all.s[vehicle] = s
    return traffic.now(traffic._stepped_us)


@pytest.mark.parametrize("lane", [0, 1, 2])
def test_lane_0_is_at_the_kerb_on_the_right(lane: int) -> None:
    """Driving east on three lanes, lane 0 is the southernmost, one lane width apart from the next."""
    truth = _one_vehicle(3, (1.0, 0.0), lane, 100.0)
    assert truth.y_m[0] == pytest.approx((lane - 1) * LANE_WIDTH_M)
    assert truth.x_m[0] == pytest.approx(100.0 - truth.length_m[0] / 2.0)
    assert truth.heading_rad[0] == pytest.approx(0.0)
    assert truth.lane[0] == lane


def test_the_heading_follows_the_road() -> None:
    """Driving north, the heading is a quarter turn anticlockwise from east."""
    assert _one_vehicle(1, (0.0, 1.0), 0, 50.0).heading_rad[0] == pytest.approx(math.pi / 2.0)


def test_a_sensor_between_two_steps_sees_vehicles_moved_on() -> None:
    """30 ms after a step everybody is 30 ms x speed further."""
    traffic = traffic_on(build([(0.0, 0.0), (3000.0, 0.0)], [(0, 1, 2)], entries=[0], exits=[0]), seconds=90, inflow_vph=900.0)
    for tenth in range(1, 800):
        traffic.step_to(tenth * 100_000)
    at_step, later = traffic.now(79_900_000), traffic.now(79_930_000)
    assert later.x_m - at_step.x_m == pytest.approx(0.03 * at_step.speed_mps)


def test_vehicles_turn_without_jumping() -> None:
    """Round a right-angled corner between two single lanes, the centre moves per 0.1 s by no more than the way driven."""
    network = build([(0.0, 0.0), (200.0, 0.0), (200.0, 200.0)], [(0, 1, 1), (1, 2, 1)], entries=[0], exits=[1])
    traffic = traffic_on(network, seconds=120, inflow_vph=300.0)
    before: dict[int, tuple[float, float]] = {}
    compared = 0
    for tenth in range(1, 1200):
        traffic.step_to(tenth * 100_000)
        truth = traffic.now(tenth * 100_000)
        now = {int(v): (float(x), float(y)) for v, x, y in zip(truth.vehicle, truth.x_m, truth.y_m, strict=True)}
        for vehicle, place in now.items():
            if vehicle in before:
                assert math.dist(place, before[vehicle]) <= 0.1 * 1.1 * 50 / 3.6 + 1e-9
                compared += 1
        before = now
    assert compared > 1000
    assert np.isfinite(truth.heading_rad).all()
