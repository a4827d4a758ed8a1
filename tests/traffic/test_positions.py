"""Positions: on the right side of the road, at the right distance, pointing along it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.traffic.helpers import traffic_on
from tests.traffic.networks import LANE_WIDTH_M, build
from tests.verification.lab import Lab

from twin.traffic.ground_truth import GroundTruth


def _on_lanes(lanes: int, direction: tuple[float, float]) -> GroundTruth:
    """Return where cars are that enter a straight road at once, one on each lane, after 5 s."""
    network = build([(0.0, 0.0), (1000.0 * direction[0], 1000.0 * direction[1])], [(0, 1, lanes)], entries=[0], exits=[0])
    engine = Lab(network, [(0.0, (0,))] * lanes).engine
    return engine.now(5_000_000)


def test_lane_0_is_at_the_kerb_on_the_right() -> None:
    """Driving east on three lanes, lane 0 is the southernmost, one lane width apart from the next."""
    truth = _on_lanes(3, (1.0, 0.0))
    assert sorted(truth.lane.tolist()) == [0, 1, 2]
    assert truth.y_m == pytest.approx((truth.lane - 1.0) * LANE_WIDTH_M)
    assert truth.x_m == pytest.approx(truth.s_m - truth.length_m / 2.0)
    assert truth.heading_rad == pytest.approx(0.0)
    assert (truth.s_m > 50.0).all()


def test_the_heading_follows_the_road() -> None:
    """Driving north, the heading is a quarter turn anticlockwise from east."""
    assert _on_lanes(1, (0.0, 1.0)).heading_rad == pytest.approx([math.pi / 2.0])


def test_a_sensor_between_two_steps_sees_vehicles_moved_on() -> None:
    """30 ms after a step everybody is 30 ms x speed further."""
    network = build([(0.0, 0.0), (3000.0, 0.0)], [(0, 1, 1)], entries=[0], exits=[0])
    engine = Lab(network, [(4.0 * number, (0,)) for number in range(20)]).engine
    at_step, later = engine.now(79_900_000), engine.now(79_930_000)
    assert at_step.vehicle.size == 20
    assert later.x_m - at_step.x_m == pytest.approx(0.03 * at_step.speed_mps)


def test_a_lane_change_is_seen_as_a_crossing_over() -> None:
    """Sideways nobody moves faster than a lane width in the duration of a change (3 s), though lanes change at once."""
    network = build([(0.0, 0.0), (3000.0, 0.0)], [(0, 1, 3)], entries=[0], exits=[0])
    traffic = traffic_on(network, seconds=120, inflow_vph=3000.0)
    before: dict[int, float] = {}
    for tenth in range(1, 1200):
        truth = traffic.now(tenth * 100_000)
        now = dict(zip(truth.vehicle.tolist(), truth.y_m.tolist(), strict=True))
        for vehicle in now.keys() & before.keys():
            assert abs(now[vehicle] - before[vehicle]) <= 0.1 * LANE_WIDTH_M / 3.0 + 1e-6
        before = now
    assert traffic.engine.lane_changes > 10


def test_vehicles_turn_without_jumping() -> None:
    """Round a right-angled corner between two single lanes, the centre moves per 0.1 s by no more than the way driven."""
    network = build([(0.0, 0.0), (200.0, 0.0), (200.0, 200.0)], [(0, 1, 1), (1, 2, 1)], entries=[0], exits=[1])
    traffic = traffic_on(network, seconds=120, inflow_vph=300.0)
    before: dict[int, tuple[float, float]] = {}
    compared = 0
    for tenth in range(1, 1200):
        truth = traffic.now(tenth * 100_000)
        now = {int(v): (float(x), float(y)) for v, x, y in zip(truth.vehicle, truth.x_m, truth.y_m, strict=True)}
        for vehicle, place in now.items():
            if vehicle in before:
                assert math.dist(place, before[vehicle]) <= 0.1 * 1.1 * 50 / 3.6 + 1e-9
                compared += 1
        before = now
    assert compared > 1000
    assert np.isfinite(truth.heading_rad).all()
