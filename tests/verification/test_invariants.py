"""The checker notices what it is there for; no shipped scenario breaks what must always hold."""

from __future__ import annotations

import numpy as np
import pytest
from tests.traffic.networks import build
from tests.verification.invariants import ASTRAY, LOST, OVERLAPS, SHARED, Checker
from tests.verification.lab import Lab, signalled_road

from twin.roadnet.lane_graph import CROSS


def _driving() -> Lab:
    lab = Lab(signalled_road(300.0, 300.0), [(3.0 * i, (0, 1)) for i in range(20)])
    lab.run(40.0)
    return lab


def _look(lab: Lab) -> Checker:
    checker = Checker(lab.engine)
    checker.look()
    return checker


def test_nothing_is_wrong_with_traffic_that_flows() -> None:
    """No violation, and a smallest gap that is one."""
    checker = _look(_driving())
    assert checker.report() == ""
    assert 2.0 < checker.smallest_gap_m[0] < 50.0


def test_overlaps_are_noticed() -> None:
    """A car put into the one ahead."""
    lab = _driving()
    cars = lab.slots_on(0)
    cars.s[1] = cars.s[0] - 3.0
    found = _look(lab)
    assert found.found[OVERLAPS] == 1
    assert f"vehicle {cars.vehicle[1]}, other {cars.vehicle[0]}" in found.report()


def test_who_hangs_over_is_noticed() -> None:
    """A car at its stop line, into the rear of the one that has just left the lane and is not wholly gone."""
    lab = _driving()
    connector = int(lab.graph.connector_first + lab.connectors(0, 1)[0])
    while lab.engine.roads.count[connector] == 0:
        lab.run(lab.t_s + 0.1)
    ahead, behind = lab.slots_on(connector), lab.slots_on(0)
    ahead.s[-1] = 1.0
    behind.s[0] = lab.engine.roads.lanes.length[0] - 1.0
    assert _look(lab).found[OVERLAPS] == 1


def test_two_on_one_crossing_place_are_noticed() -> None:
    """Cars of two streams that cross, put onto their common place; also when one of them has its front beyond the junction."""
    lab = Lab(signalled_road(300.0, 300.0), [(0.0, (0, 1)), (0.0, (2, 3))])
    roads, slots = lab.engine.roads, lab.engine.vehicles.slots
    lab.run(1.0)
    lane, other, row = next(
        (lane, int(row.other), row)
        for lane in (int(lab.graph.connector_first + lab.connectors(0, 1)[0]),)
        for row in roads.conflicts[roads.lanes.conflict_begin[lane] : roads.lanes.conflict_end[lane]]
        if row.kind == CROSS and int(row.other) == lab.graph.connector_first + lab.connectors(2, 3)[0]
    )
    for source, target, s in ((0, lane, row.begin + 1.0), (2, other, row.other_begin + 1.0)):
        source_lane = int(lab.graph.edge_lane[source])
        slots[roads.lanes.first_slot[target]] = slots[roads.lanes.first_slot[source_lane]]
        slots.s[roads.lanes.first_slot[target]] = s
        roads.count[source_lane], roads.count[target] = 0, 1
        lab.engine.vehicles.all.lane[slots.vehicle[roads.lanes.first_slot[target]]] = target
    found = _look(lab)
    assert found.found[1:].tolist() == [0, 1, 0, 0]
    behind = int(roads.lanes.target[other])
    slot = int(roads.lanes.first_slot[behind])
    slots[slot] = slots[roads.lanes.first_slot[other]]
    slots.came[slot] = other
    slots.s[slot] = 0.5
    roads.count[other], roads.count[behind] = 0, 1
    lab.engine.vehicles.all.lane[slots.vehicle[slot]] = behind
    slots.length[slot] = 0.5 + float(roads.lanes.length[other]) - float(row.other_end) + 1.0
    assert _look(lab).found[SHARED] == 1
    slots.length[slot] -= 2.0
    assert _look(lab).found[SHARED] == 0


@pytest.mark.parametrize(("field", "value"), [("s", 1e6), ("s", -1.0), ("speed", -0.1), ("s", np.nan)])
def test_astray_vehicles_are_noticed(field: str, value: float) -> None:
    """Beyond or before the lane, or backwards."""
    lab = _driving()
    lab.slots_on(0)[field][0] = value
    assert _look(lab).found[ASTRAY] == 1


def test_lost_vehicles_are_noticed() -> None:
    """One taken off the lane that nobody counted out."""
    lab = _driving()
    lab.engine.roads.count[0] -= 1
    assert _look(lab).found[LOST] == 1
    assert "does not add up" in _look(lab).report()


def test_an_open_road_has_room() -> None:
    """Without anybody there is no gap to measure."""
    lab = Lab(build([(0.0, 0.0), (100.0, 0.0)], [(0, 1, 1)], entries=[0], exits=[0]), [(50.0, (0,))])
    lab.run(10.0)
    assert lab.checker.report() == ""
    assert lab.checker.smallest_gap_m[0] == 1e9
