"""Right of way at a signalised crossing: who gives way gives way to whoever comes, however the signals change meanwhile."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import simpy
from tests.traffic.helpers import conflicts_shared, traffic_on
from tests.traffic.networks import build, grid
from tests.verification.lab import Lab, signalled_road

from twin.roadnet.road_network import RoadNetwork
from twin.traffic.right_of_way import others_coming, others_inside
from twin.traffic.signal_states import GIVE_WAY, GREEN, RED, YELLOW

EAST, NORTH_IN = (0, 1), (2, 1)
"""Routes: straight on from the west; from the south, a right turn into the same exit."""


@cache
def _crossing() -> RoadNetwork:
    nodes = [(0.0, 0.0), (300.0, 0.0), (600.0, 0.0), (300.0, -300.0), (300.0, 300.0)]
    edges = [(0, 1, 1), (1, 2, 1), (3, 1, 1), (1, 4, 1)]
    return build(nodes, edges, entries=[0, 2], exits=[1, 3], junctions=[(1, True)])


def _front_m(lab: Lab) -> float:
    """Return how far the first car on the first approach is from its stop line."""
    cars = lab.slots_on(0)
    return float(lab.engine.roads.lanes.length[0] - cars.s[0]) if cars.size else 0.0


@pytest.mark.parametrize(("shown", "left_m", "passed"), [(YELLOW, 36.0, 0), (YELLOW, 30.0, 1), (RED, 16.0, 0), (RED, 11.0, 1)])
def test_who_can_stop_stops_at_yellow_if_comfortably_at_red_however_hard(shown: int, left_m: float, passed: int) -> None:
    """At 50 km/h v2 / 2b is 32.2 m at the 3 m/s2 that a driver takes for yellow, 12.1 m at the 8 m/s2 that he can brake at red.

    The signal changes at once when he is ``left_m`` before his line, less at most the 1.4 m of a step.
    """
    lab = Lab(signalled_road(300.0, 300.0), [(0.0, (0, 1))])
    lab.show(0, GREEN)
    lab.run(5.0)
    while _front_m(lab) > left_m:
        lab.run(lab.t_s + 0.1)
    lab.show(0, shown)
    lab.run(lab.t_s + 15.0)
    assert lab.passed(0) == passed


@pytest.mark.parametrize("left_m", [4.0, 8.0, 12.0, 20.0, 30.0])
def test_a_right_turn_on_red_lets_those_pass_who_can_no_longer_stop_at_yellow(left_m: float) -> None:
    """A car stands and gives way; who it waits for gets yellow ``left_m`` before its line and drives on: they do not meet."""
    lab = Lab(_crossing(), [(0.0, NORTH_IN), *((t_s, EAST) for t_s in np.arange(4.0, 30.0, 2.0))])
    lab.show(0, GREEN)
    lab.show(2, RED)
    lab.run(40.0)
    lab.show(2, GIVE_WAY)
    while _front_m(lab) > left_m:
        lab.run(lab.t_s + 0.1)
    lab.show(0, YELLOW)
    lab.run(lab.t_s + 3.0)
    lab.show(0, RED)
    lab.run(lab.t_s + 60.0)
    assert lab.engine.arrived > 0


@pytest.mark.parametrize("later_s", np.arange(0.0, 8.0, 0.5).tolist())
def test_a_right_turn_on_red_lets_those_pass_who_start_at_green(later_s: float) -> None:
    """A car starts from its line at green; another comes rolling to turn right into its exit: they never meet."""
    lab = Lab(_crossing(), [(0.0, EAST), (1.5, EAST), (40.0, NORTH_IN)])
    lab.show(0, RED)
    lab.show(2, GIVE_WAY)
    lab.run(56.0 + later_s)
    lab.show(0, GREEN)
    lab.run(110.0)
    assert lab.engine.arrived == 3


def test_a_right_turn_on_red_sees_who_drives_on_at_yellow() -> None:
    """On a grid of single lanes 90 m apart, in the first 98 s, nobody turns into the path of somebody who could not stop."""
    traffic = traffic_on(grid(3, 90.0, 1), seconds=180, seed=682, inflow_vph=4000.0, internal_share=0.1)
    env = simpy.Environment()
    traffic.start(env)
    for tenth in range(1, 980):
        env.run(until=tenth * 100_000)
        traffic.step_to(tenth * 100_000)
        assert conflicts_shared(traffic) == [], f"at {tenth / 10} s"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_who_is_under_way_at_the_start_runs_a_red_light(seed: int) -> None:
    """Vehicles placed before a red stop line are slow or far enough to stop there: nobody enters on red in the first 3 s."""
    traffic = traffic_on(grid(3, 90.0, 2), seconds=10, inflow_vph=12_000.0, prefill_s=300.0, seed=seed)
    env = simpy.Environment()
    traffic.start(env)
    roads = traffic.engine.roads
    shown = roads.signal.copy()
    env.run(until=3_000_000)
    traffic.step_to(3_000_000)
    entered = roads.lanes.entered[roads.connector_first :]
    assert int(entered.sum()) > 5
    assert int(entered[(shown == RED) & (roads.signal == RED)].sum()) == 0


@pytest.mark.parametrize(("headway_s", "turned"), [(4.0, 0), (5.5, 10)])
def test_left_turns_at_green_take_the_gap_across_oncoming_traffic(headway_s: float, turned: int) -> None:
    """Ten cars turn left at green; oncoming ones come evenly. The 4.5 s of HCM 2010, chapter 18, fit into 5.5 s, not into 4 s.

    The 6.5 s of those who cross straight on would fit into neither.
    """
    nodes = [(0.0, 0.0), (-400.0, 0.0), (400.0, 0.0), (0.0, 400.0)]
    edges = [(1, 0, 1), (0, 2, 1), (2, 0, 1), (0, 1, 1), (0, 3, 1)]
    network = build(nodes, edges, entries=[0, 2], exits=[1, 3, 4], junctions=[(0, True)])
    oncoming = [(headway_s * number, (2, 3)) for number in range(50)]
    lab = Lab(network, [*oncoming, *((15.0, (0, 4)) for _ in range(10))])
    lab.show(0, GREEN)
    lab.show(2, GREEN)
    lab.run(200.0)
    assert lab.passed(0) == turned


def _meeting() -> tuple[Lab, int, int, int]:
    """Return a crossing without signals, the connectors straight on from the south and from the west, and where they cross."""
    nodes = [(0.0, 0.0), (300.0, 0.0), (600.0, 0.0), (300.0, -300.0), (300.0, 300.0)]
    edges = [(0, 1, 1), (1, 2, 1), (3, 1, 1), (1, 4, 1)]
    network = build(nodes, edges, entries=[0, 2], exits=[1, 3], junctions=[(1, False)])
    lab = Lab(network, [(0.0, EAST), (500.0, (2, 3))])
    lab.run(5.0)
    roads = lab.engine.roads
    mine, theirs = (int(lab.connectors(*way)[0]) + roads.connector_first for way in ((2, 3), (0, 1)))
    (q,) = (
        q for q in range(roads.lanes.conflict_begin[mine], roads.lanes.conflict_end[mine]) if roads.conflicts.other[q] == theirs
    )
    return lab, mine, theirs, q


@pytest.mark.parametrize("clearance_s", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("speed_mps", [5.0, 12.0])
def test_who_comes_is_gone_a_clearance_before_one_is_there_oneself(speed_mps: float, clearance_s: float) -> None:
    """A car 20 m before its line leaves the crossing place after (20 m + its way to the end of it + its length) / speed.

    Who is there that and the clearance later need not wait for it, to 0.01 s; who is there sooner waits.
    """
    lab, _, _, q = _meeting()
    roads, slots = lab.engine.roads, lab.engine.vehicles.slots
    car = roads.lanes.first_slot[0]
    slots.s[car], slots.speed[car] = roads.lanes.length[0] - 20.0, speed_mps
    gone_s = (20.0 + roads.conflicts.other_end[q] + slots.length[car]) / speed_mps

    def waits(at_s: float) -> bool:
        tables = slots, roads.lanes, roads.count, roads.conflicts
        return others_coming(*tables, q, 2, 1.0, at_s, 60.0, False, clearance_s, 50)

    assert not waits(gone_s + clearance_s + 0.01)
    assert waits(gone_s + clearance_s - 0.01)
    assert waits(gone_s)


@pytest.mark.parametrize(
    ("left_m", "speed_mps", "at_s", "waits"),
    [
        (3.0, 0.0, 60.0, True),  # stands across the way
        (3.0, 2.0, 2.01, False),  # gone after 3 m / 2 m/s, and half a second
        (3.0, 2.0, 1.99, True),
        (-0.1, 0.0, 0.0, False),  # stands just behind it
    ],
)
def test_a_tail_across_the_way_is_waited_for(left_m: float, speed_mps: float, at_s: float, waits: bool) -> None:  # noqa: FBT001
    """Of a vehicle whose front has left the junction the rear has ``left_m`` to go until it leaves the crossing place.

    One waits while it stands there, or needs longer than until one is there oneself, less the clearance of 0.5 s.
    """
    lab, mine, theirs, q = _meeting()
    roads, slots = lab.engine.roads, lab.engine.vehicles.slots
    car, step = int(roads.lanes.first_slot[0]), 50
    roads.lanes.tail[theirs], roads.lanes.tail_speed[theirs] = roads.conflicts.other_end[q] - left_m, speed_mps
    tables = slots, lab.engine.vehicles.classes, roads.lanes, roads.count, roads.tails, roads.conflicts
    for seen in (step, step - 1):  # what hung there a step ago is gone
        roads.tails[theirs] = seen
        found, _, _ = others_inside(*tables, q, mine, car, 5.0, at_s, False, 0.5, 1e9, step)
        assert found == (waits and seen == step)


@pytest.mark.parametrize("between_m", [70.0, 74.5, 76.0])
def test_nobody_enters_a_crossing_that_he_could_not_leave(between_m: float) -> None:
    """Red ``between_m`` behind a green crossing: the queue ends where a car of 4.7 m and its gap of 2 m no longer fit."""
    nodes = [(0.0, 0.0), (200.0, 0.0), (200.0 + between_m, 0.0), (500.0, 0.0)]
    sides = [(x_m, y_m) for x_m in (200.0, 200.0 + between_m) for y_m in (200.0, -200.0)]
    edges = [(0, 1, 1), (1, 2, 1), (2, 3, 1), (4, 1, 1), (1, 5, 1), (6, 2, 1), (2, 7, 1)]
    network = build([*nodes, *sides], edges, entries=[0, 3, 5], exits=[2, 4, 6], junctions=[(1, True), (2, True)])
    lab = Lab(network, [(3.0 * number, (0, 1, 2)) for number in range(30)])
    lab.show(0, GREEN)
    lab.show(1, RED)
    lab.run(150.0)
    ends = lab.slots_on(1)[-1]
    assert 0.0 <= ends.s - ends.length < 4.7 + 2.0
    assert lab.slots_on(int(lab.connectors(0, 1)[0]) + lab.graph.connector_first).size == 0
    assert lab.slots_on(0).size > 15
