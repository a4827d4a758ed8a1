"""What lies ahead on routes: places agree with the way that vehicles go, turns with the connectors that they take."""

from __future__ import annotations

import numpy as np
from tests.traffic.helpers import traffic_on
from tests.traffic.networks import build, grid

from twin.traffic.roads import NONE
from twin.traffic.route_ahead import HOPS, RoutesAhead

SECOND_US = 1_000_000


def test_the_way_to_the_next_edges_shrinks_as_vehicles_drive() -> None:
    """Between two looks half a second apart each way shrinks by what was driven: 0.1 m, also through junctions.

    Crossing over from lane to lane does not count in the way along the edge; turns have connectors of different lengths by
    lane, which the table knows one of: 8 m for those who were before a junction at the first look and are not at the second.
    """
    traffic = traffic_on(grid(2), seconds=120, inflow_vph=2500.0)
    routes = RoutesAhead(traffic)
    compared = passed = 0
    for t_s in range(30, 100):
        traffic.signals.step(t_s * SECOND_US)
        before = traffic.now(t_s * SECOND_US)
        one = routes.of(before)
        after = traffic.now(t_s * SECOND_US + SECOND_US // 2)
        other = routes.of(after)
        rows, here = np.isin(before.vehicle, after.vehicle), np.isin(after.vehicle, before.vehicle)
        driven_m = 0.25 * (before.speed_mps[rows] + after.speed_mps[here])
        same = before.edge[rows] == after.edge[here]
        shrunk_m = one.stop_m[rows][same, 0] - other.stop_m[here][same, 0]
        inside = before.s_m[rows][same] >= 0.0
        assert np.abs(shrunk_m - driven_m[same])[inside].max(initial=0.0) < 0.1 + 0.25 * 2.0
        there = ~same & (one.edge[rows][:, 1] == after.edge[here])
        assert there.sum() == (~same).sum(), "whoever left his edge is on the one that was said to come next"
        passed_m = one.begin_m[rows][there, 1] - other.begin_m[here][there, 0]
        assert np.abs(passed_m - driven_m[there]).max(initial=0.0) < 8.0
        compared, passed = compared + int(same.sum()), passed + int(there.sum())
    assert compared > 1000
    assert passed > 30


def test_edges_follow_the_route_and_end_with_it() -> None:
    """Every edge is the next of the trip's route; connectors lead from one to the other; beyond the end there is nothing."""
    traffic = traffic_on(grid(3), seconds=60, inflow_vph=2500.0)
    truth = traffic.now(50 * SECOND_US)
    route = RoutesAhead(traffic).of(truth)
    graph, rows = traffic.graph, traffic.engine.vehicles.all.view(np.ndarray)
    for i, vehicle in enumerate(truth.vehicle.tolist()):
        first, size, leg = (int(rows[name][vehicle]) for name in ("route_begin", "route_size", "leg"))
        whole = traffic.engine.vehicles.route_edge[first : first + size].tolist()
        leg += whole[leg] != truth.edge[i]
        left = whole[leg : leg + HOPS]
        assert route.edge[i].tolist() == left + [NONE] * (HOPS - len(left))
        assert np.isfinite(route.stop_m[i]).sum() == len(left)
        for hop, edge in enumerate(left[:-1]):
            connector = int(route.connector[i, hop])
            assert graph.lane_edge[graph.connector_from[connector]] == edge
            assert graph.lane_edge[graph.connector_to[connector]] == left[hop + 1]


def test_a_road_without_junctions_has_no_signals_and_strangers_no_route() -> None:
    """Numbers beyond the trips (pedestrians, broken-down vehicles) have nothing ahead."""
    traffic = traffic_on(
        build([(0, 0), (900, 0), (1500, 0)], [(0, 1, 1), (1, 2, 1)], entries=(0,), exits=(1,)), seconds=60, inflow_vph=600.0
    )
    truth = traffic.now(30 * SECOND_US)
    route = RoutesAhead(traffic).of(truth)
    assert truth.vehicle.size > 1
    assert np.allclose(route.stop_m[:, 0], traffic.stop_line_m()[0] - truth.s_m)
    assert (route.edge[:, :2] == (0, 1)).all()
    truth.vehicle[:] += traffic.trips.count
    assert (RoutesAhead(traffic).of(truth).edge == NONE).all()
