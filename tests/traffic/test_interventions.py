"""Incidents on the engine: who keeps behind what, who drives around, what informed drivers make of reports."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import simpy
from pydantic import TypeAdapter
from tests.traffic.helpers import Unwritten, conflicts_shared
from tests.traffic.networks import build, grid

from twin.errors import ScenarioError
from twin.kernel.records import EdgeSpeedReport
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.demand import DemandSpec
from twin.traffic.incidents import IncidentSpec
from twin.traffic.process import Traffic
from twin.traffic.signal_spec import SignalsSpec
from twin.traffic.vehicles import NEVER

SECOND_US = 1_000_000
ADAPTER: TypeAdapter[Any] = TypeAdapter(tuple[IncidentSpec, ...])


def _traffic(network: RoadNetwork, seconds: int, *incidents: dict[str, Any], **demand: Any) -> Traffic:
    settings = {"inbound_share": 0.0, "outbound_share": 0.0, "internal_share": 0.0, "prefill_s": 0.0, "shortest_trip_m": 0.0}
    spec = DemandSpec.model_validate(settings | demand)
    return Traffic(
        network,
        spec,
        SignalsSpec(),
        1,
        seconds * SECOND_US,
        Unwritten(),
        incidents=ADAPTER.validate_python(list(incidents)),
    )


def _started(traffic: Traffic) -> simpy.Environment:
    env = simpy.Environment()
    traffic.start(env)
    return env


def _road(lanes: int) -> RoadNetwork:
    """Return 600 m of road, then 400 m."""
    nodes, edges = [(0.0, 0.0), (600.0, 0.0), (1000.0, 0.0)], [(0, 1, lanes), (1, 2, lanes)]
    return build(nodes, edges, entries=[0], exits=[1])


def _busiest(network: RoadNetwork) -> int:
    """Return the edge that lies in the middle of most trips' routes."""
    trips = _traffic(network, 600, inflow_vph=3000.0).trips
    return int(np.bincount(np.concatenate([trips.edges_of(trip)[1:-1] for trip in range(trips.count)])).argmax())


def _check_gaps(traffic: Traffic) -> None:
    """Nobody overlaps anybody, obstacles among them, and everybody is where his record says."""
    slots, lanes, count = traffic.engine.vehicles.slots, traffic.engine.roads.lanes, traffic.engine.roads.count
    for lane in np.flatnonzero(count).tolist():
        mine = slots[int(lanes.first_slot[lane]) : int(lanes.first_slot[lane]) + int(count[lane])]
        assert np.all(mine.s[:-1] - mine.length[:-1] - mine.s[1:] > 0.0)
        moving = mine.vehicle[mine.vehicle >= 0]
        assert np.all(traffic.engine.vehicles.all.lane[moving] == lane)
    assert int(count.sum()) == traffic.active + int(traffic.engine.obstacles["placed"].sum())
    assert conflicts_shared(traffic) == []


def test_a_breakdown_on_the_only_lane_stops_everybody_until_it_is_gone() -> None:
    """From 60 to 240 s nobody passes; the queue begins behind the car; afterwards all drive on. Sensors see the car."""
    stalled = {"kind": "stalled_vehicle", "way": 2, "from_s": 60.0, "to_s": 240.0}
    traffic = _traffic(_road(1), 600, stalled, inflow_vph=600.0)
    env = _started(traffic)
    env.run(until=100 * SECOND_US)
    arrived = traffic.arrived
    truth = traffic.now(100 * SECOND_US)
    (car,) = np.flatnonzero(truth.vehicle == traffic.trips.count)
    assert truth.s_m[car] == pytest.approx(200.0, abs=0.01)
    assert truth.x_m[car] == pytest.approx(800.0 - truth.length_m[car] / 2.0, abs=0.01)
    assert truth.speed_mps[car] == 0.0
    env.run(until=239 * SECOND_US)
    _check_gaps(traffic)
    truth = traffic.now(239 * SECOND_US)
    behind = (truth.vehicle < traffic.trips.count) & (truth.edge == 1)
    assert np.max(truth.s_m[behind]) == pytest.approx(200.0 - truth.length_m[car] - 2.0, abs=1.5)
    assert behind.sum() > 5
    assert traffic.arrived - arrived <= 10  # those that were past the place
    stopped = traffic.arrived
    env.run(until=590 * SECOND_US)
    traffic.step_to(590 * SECOND_US)
    assert traffic.arrived > stopped + 50
    assert not traffic.engine.obstacles.size
    assert np.all(traffic.now(590 * SECOND_US).vehicle < traffic.trips.count)


def test_a_car_breaks_down_only_where_there_is_room() -> None:
    """In a standing queue the car waits for a gap: nobody ever overlaps it, step by step."""
    network = _road(1)
    first = {"kind": "stalled_vehicle", "way": 2, "from_s": 30.0, "to_s": 120.0}
    second = {"kind": "stalled_vehicle", "way": 1, "from_s": 110.0, "to_s": 180.0}
    traffic = _traffic(network, 300, first, second, inflow_vph=1500.0)
    env = _started(traffic)
    waited = 0
    for tenth in range(1, 2500):
        env.run(until=tenth * SECOND_US // 10)
        traffic.step_to(tenth * SECOND_US // 10)
        waited += int((traffic.engine.obstacles["placed"] == 0).sum())
        _check_gaps(traffic)
    assert waited > 0


def test_a_closed_lane_is_left_and_not_entered_and_the_road_still_flows() -> None:
    """On two lanes with one closed nobody is on the closed one behind the barrier; over 1,000 veh/h get through."""
    closed = {"kind": "lane_closed", "way": 2, "lanes": [0], "from_s": 60.0, "to_s": 660.0}
    traffic = _traffic(_road(2), 720, closed, inflow_vph=1400.0)
    env = _started(traffic)
    env.run(until=120 * SECOND_US)
    traffic.step_to(120 * SECOND_US)
    arrived = traffic.arrived
    for second in range(121, 660):
        env.run(until=second * SECOND_US)
        truth = traffic.now(second * SECOND_US)
        beyond = (truth.edge == 1) & (truth.lane == 0) & (truth.s_m > 52.0) & (truth.s_m < 350.0)
        assert not beyond.any()
        _check_gaps(traffic)
    assert (traffic.arrived - arrived) / 540.0 * 3600.0 > 1000.0
    env.run(until=700 * SECOND_US)
    assert not traffic.engine.roads.lanes.closed.any()


def test_a_turn_from_a_closed_lane_is_made_from_the_open_one() -> None:
    """Right turns belong to the lane at the kerb; while it is closed they come from the other, and nobody is lost."""
    network = grid(1, 300.0, 2)
    edge = int(network.junctions[0].approaches[0])
    closed = {"kind": "lane_closed", "way": edge + 1, "lanes": [0], "from_s": 0.0, "to_s": 900.0}
    traffic = _traffic(network, 900, closed, inflow_vph=1200.0)
    env = _started(traffic)
    for second in range(1, 900, 5):
        env.run(until=second * SECOND_US)
        traffic.step_to(second * SECOND_US)
        _check_gaps(traffic)
    rows = traffic.engine.vehicles.all
    mine = traffic.engine.vehicles.route_edge[rows.route_begin] == edge
    early = mine & (rows.depart_us < 500 * SECOND_US)
    assert early.sum() > 20
    assert np.all(rows.arrive_us[early] != NEVER)


def test_a_closed_road_is_driven_around() -> None:
    """Of those whose way led over it, all with another way take one: while it is closed nobody enters it. Nobody is lost."""
    network = grid(3)
    edge = _busiest(network)
    closed = {"kind": "road_closed", "way": edge + 1, "from_s": 100.0, "to_s": 500.0}
    traffic = _traffic(network, 600, closed, inflow_vph=3000.0)
    planned = [edge in traffic.trips.edges_of(trip)[1:] for trip in range(traffic.trips.count)]
    assert sum(planned) > 10
    env = _started(traffic)
    env.run(until=101 * SECOND_US)
    figures = traffic.figures()
    assert figures["trips_rerouted"] > 0
    rows, routes = traffic.engine.vehicles.all, traffic.engine.vehicles.route_edge
    legs = traffic.engine.free_legs()
    stuck = 0
    for trip in np.flatnonzero((legs >= 0) & (rows.depart_us < 500 * SECOND_US)).tolist():
        ahead = routes[rows.route_begin[trip] + legs[trip] + 1 : rows.route_begin[trip] + rows.route_size[trip]]
        stuck += edge in ahead.tolist()
    assert stuck == figures["trips_stuck"]
    for second in range(102, 600):
        env.run(until=second * SECOND_US)
        traffic.step_to(second * SECOND_US)
        _check_gaps(traffic)
    for trip in range(traffic.trips.count):
        mine = routes[rows.route_begin[trip] : rows.route_begin[trip] + rows.route_size[trip]]
        assert mine[0] == traffic.trips.edges_of(trip)[0]
        assert mine[-1] == traffic.trips.edges_of(trip)[-1]
        assert all(b in network.turns(a) for a, b in zip(mine[:-1].tolist(), mine[1:].tolist(), strict=True))
    assert any("closed road" in line for line in traffic.closing_notices())


def test_who_cannot_but_drive_over_the_closed_road_is_counted() -> None:
    """On a road without any other way everybody who is not past it waits."""
    closed = {"kind": "road_closed", "way": 2, "from_s": 60.0, "to_s": 300.0}
    traffic = _traffic(_road(2), 300, closed, inflow_vph=600.0)
    env = _started(traffic)
    env.run(until=290 * SECOND_US)
    figures = traffic.figures()
    assert figures["trips_rerouted"] == 0
    assert figures["trips_stuck"] == traffic.trips.count - int(np.count_nonzero(_past(traffic)))


def _past(traffic: Traffic) -> Any:
    """Return the trips that were on the second road already at 60 s."""
    again = _traffic(_road(2), 300, inflow_vph=600.0)
    env = _started(again)
    env.run(until=60 * SECOND_US)
    again.step_to(60 * SECOND_US)
    legs = again.engine.free_legs()
    assert again.trips.count == traffic.trips.count
    return (legs == 1) | (legs < 0)


def test_informed_drivers_leave_a_road_that_is_reported_slow_and_others_do_not() -> None:
    """All roads free but one row of the grid: with everybody informed they drive around it, with nobody they do not."""
    network = grid(3)
    slow = np.full(network.edge_count, np.nan)
    slow[_busiest(network)] = 0.5
    for share in (0.0, 1.0):
        traffic = _traffic(network, 300, inflow_vph=3000.0, informed_share=share)
        env = _started(traffic)
        env.run(until=100 * SECOND_US)
        assert traffic.listens_to_speeds == (share > 0.0)
        traffic.inform(EdgeSpeedReport(100 * SECOND_US, slow))
        assert (traffic.figures()["trips_advised"] > 0) == (share > 0.0)
        env.run(until=299 * SECOND_US)
        traffic.step_to(299 * SECOND_US)
        _check_gaps(traffic)


def test_nothing_reported_changes_nothing() -> None:
    """A report without any speed, and one that every road is free, move nobody."""
    network = grid(3)
    traffic = _traffic(network, 200, inflow_vph=3000.0, informed_share=1.0)
    env = _started(traffic)
    env.run(until=100 * SECOND_US)
    traffic.inform(EdgeSpeedReport(100 * SECOND_US, np.full(network.edge_count, np.nan)))
    assert traffic.figures()["trips_advised"] == 0


def test_obstacles_are_not_counted_as_vehicles() -> None:
    """An empty road with a breakdown has no vehicle-seconds."""
    stalled = {"kind": "stalled_vehicle", "way": 2, "from_s": 0.0, "to_s": 240.0}
    traffic = _traffic(_road(1), 100, stalled, inflow_vph=0.0)
    env = _started(traffic)
    env.run(until=90 * SECOND_US)
    traffic.step_to(90 * SECOND_US)
    assert traffic.engine.obstacles["placed"].all()
    assert traffic.engine.edge_totals()["vehicle_s"].sum() == 0.0
    assert traffic.engine.edge_totals()["halted_s"].sum() == 0.0
    assert traffic.active == 0


def test_pedestrians_wait_for_the_tail_of_a_vehicle() -> None:
    """A connector counts as occupied as long as somebody hangs over it, though his front has left it."""
    traffic = _traffic(grid(1, 300.0, 1), 400, inflow_vph=1500.0)
    env = _started(traffic)
    engine, seen = traffic.engine, 0
    for tenth in range(1, 2000):
        env.run(until=tenth * SECOND_US // 10)
        traffic.step_to(tenth * SECOND_US // 10)
        slots, lanes, count = engine.vehicles.slots, engine.roads.lanes, engine.roads.count
        occupied = engine.occupied()
        for lane in np.flatnonzero(count[: engine.roads.connector_first]).tolist():
            last = slots[int(lanes.first_slot[lane]) + int(count[lane]) - 1]
            if last.came >= engine.roads.connector_first and last.s < last.length - 0.01:
                assert occupied[last.came - engine.roads.connector_first] > 0
                seen += 1
    assert seen > 100


def test_places_that_are_not_on_the_map_stop_the_run() -> None:
    """An incident on a way that does not exist is an error of the scenario."""
    with pytest.raises(ScenarioError):
        _traffic(_road(1), 10, {"kind": "road_closed", "way": 99, "from_s": 0.0, "to_s": 5.0}, inflow_vph=100.0)


def test_a_road_closed_by_order_lets_nobody_through_until_it_is_opened() -> None:
    """From 60 to 240 s nobody begins the second road beyond its barrier; afterwards those who waited drive on."""
    traffic = _traffic(_road(1), 600, inflow_vph=600.0)
    env = _started(traffic)
    env.run(until=60 * SECOND_US)
    traffic.order(60 * SECOND_US, [1], closed=True)
    env.run(until=120 * SECOND_US)
    traffic.step_to(120 * SECOND_US)
    arrived = traffic.arrived
    traffic.step_to(240 * SECOND_US)
    assert traffic.arrived == arrived
    assert traffic.active > 10
    traffic.order(240 * SECOND_US, [1], closed=False)
    traffic.step_to(400 * SECOND_US)
    assert traffic.arrived > arrived + 10
    _check_gaps(traffic)


def test_trips_are_led_around_a_road_closed_by_order() -> None:
    """Who is under way or sets out before the horizon gets another route; later trips keep theirs until they are asked."""
    network = grid(4, 200.0)
    edge = _busiest(network)
    traffic = _traffic(network, 600, inflow_vph=3000.0)
    env = _started(traffic)
    env.run(until=100 * SECOND_US)
    traffic.order(100 * SECOND_US, [edge], closed=True)
    traffic.around_orders(100 * SECOND_US, 200 * SECOND_US)
    first = traffic.interventions.rerouted
    traffic.around_orders(100 * SECOND_US, 600 * SECOND_US)
    assert 0 < first < traffic.interventions.rerouted
    traffic.order(100 * SECOND_US, [edge], closed=False)
    assert traffic.interventions.ordered == frozenset()
