"""Where paths cross and who goes first: single junctions worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lane_networks import conflict, connector, marked, roads

from twin.roadnet.lane_graph import CROSS, EQUAL, LEFT, MERGE, MINE, RIGHT, STRAIGHT, THEIRS, U_TURN, ZIP, LaneGraph
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.road_network import RoadNetwork

WEST, EAST, SOUTH, NORTH = 1, 2, 3, 4
CROSSING = [(0, 0), (-100, 0), (100, 0), (0, -100), (0, 100)]
FOUR_WAYS = [edge for arm in (WEST, EAST, SOUTH, NORTH) for edge in ((arm, 0, 1), (0, arm, 1))]
"""Two-way roads of one lane: from arm ``a`` edge ``2 (a - 1)`` leads in, the next one leads out."""


def into(arm: int) -> tuple[int, int]:
    """Return edge and lane towards the middle of FOUR_WAYS."""
    return 2 * (arm - 1), 0


def out_to(arm: int) -> tuple[int, int]:
    """Return edge and lane out of the middle of FOUR_WAYS."""
    return 2 * (arm - 1) + 1, 0


def right_of_way(graph: LaneGraph, one: int, other: int) -> tuple[int, int, int]:
    """Return kind, priority and priority at green of ``one`` against ``other``."""
    row = conflict(graph, one, other)
    assert row is not None
    return int(graph.conflict_kind[row]), int(graph.conflict_priority[row]), int(graph.conflict_green[row])


def four_ways(*, signalised: bool = False, highways: dict[int, str] | None = None) -> LaneGraph:
    """Return the lane graph of a crossing of two-way roads."""
    classes = [(highways or {}).get(arm, "secondary") for arm in (WEST, EAST, SOUTH, NORTH) for _ in range(2)]
    return build_lane_graph(roads(CROSSING, FOUR_WAYS, junctions=[(0, signalised)], highways=classes))


def test_two_one_lane_roads_cross_where_geometry_says() -> None:
    """Lanes of 3.5 m at right angles: stop lines 1.75 + 1 m off the middle, paths 2.2 m around it are one place."""
    graph = build_lane_graph(roads(CROSSING, [(WEST, 0, 1), (0, EAST, 1), (SOUTH, 0, 1), (0, NORTH, 1)]))
    np.testing.assert_allclose(graph.lane_length_m[:4], 97.25)
    np.testing.assert_allclose(graph.lane_begin_m[:4], [0.0, 2.75, 0.0, 2.75])
    east, north = connector(graph, (0, 0), (1, 0)), connector(graph, (2, 0), (3, 0))
    assert graph.lane_length_m[graph.connector_first + east] == pytest.approx(5.5)
    row = conflict(graph, east, north)
    assert row is not None
    zone = [graph.conflict_begin_m[row], graph.conflict_end_m[row]]
    np.testing.assert_allclose(zone, [2.75 - 2.2, 2.75 + 2.2], atol=1e-6)
    np.testing.assert_allclose([graph.conflict_other_begin_m[row], graph.conflict_other_end_m[row]], zone, atol=1e-6)
    assert right_of_way(graph, east, north) == (CROSS, EQUAL, EQUAL)
    left, right = connector(graph, (0, 0), (3, 0)), connector(graph, (2, 0), (1, 0))
    assert (graph.connector_turn[left], graph.connector_turn[right]) == (LEFT, RIGHT)
    assert right_of_way(graph, left, north)[0] == MERGE
    assert right_of_way(graph, right, east)[0] == MERGE
    assert conflict(graph, left, east) is None  # who comes from one lane comes one after the other


def test_oncoming_traffic_goes_straight_before_left_before_right() -> None:
    """Also while both have green; streams from the side are first come, first served."""
    for signalised in (False, True):
        graph = four_ways(signalised=signalised)
        straight = connector(graph, into(EAST), out_to(WEST))
        right = connector(graph, into(EAST), out_to(NORTH))
        left = connector(graph, into(WEST), out_to(NORTH))
        assert right_of_way(graph, straight, left) == (CROSS, MINE, MINE)
        assert right_of_way(graph, left, straight) == (CROSS, THEIRS, THEIRS)
        assert right_of_way(graph, left, right) == (MERGE, MINE, MINE)
        across = connector(graph, into(SOUTH), out_to(NORTH))
        assert right_of_way(graph, across, straight) == (CROSS, EQUAL, EQUAL)
        assert conflict(graph, straight, connector(graph, into(WEST), out_to(EAST))) is None


def test_the_higher_class_goes_first_where_no_signal_decides() -> None:
    """Even turning left from the main road; the class says nothing while both have green."""
    graph = four_ways(highways={WEST: "primary", EAST: "primary", SOUTH: "residential", NORTH: "residential"})
    main_left = connector(graph, into(WEST), out_to(NORTH))
    minor = connector(graph, into(SOUTH), out_to(NORTH))
    assert right_of_way(graph, main_left, minor) == (MERGE, MINE, EQUAL)
    assert right_of_way(graph, minor, main_left) == (MERGE, THEIRS, EQUAL)
    minor_left = connector(graph, into(SOUTH), out_to(WEST))
    minor_straight = connector(graph, into(NORTH), out_to(SOUTH))
    assert right_of_way(graph, minor_left, minor_straight) == (CROSS, THEIRS, THEIRS)


def test_bridges_conflict_with_nothing_below() -> None:
    """Two roads of different levels that meet at one node do not see each other."""
    network = roads(CROSSING, [(WEST, 0, 1), (0, EAST, 1), (SOUTH, 0, 1), (0, NORTH, 1)])
    network = replace(
        network,
        edge_level=np.array([0, 0, 1, 1], np.int8),
        turn_offset=np.array([0, 1, 1, 2, 2], np.int32),
        turn_edge=np.array([1, 3], np.int32),
    )
    graph = build_lane_graph(network)
    assert graph.connector_count == 2
    assert graph.conflict_other.size == 0


def test_a_tee_of_a_main_road() -> None:
    """The stem ends before the main road; the main road goes straight on over a connector."""
    edges = [(WEST, 0, 2), (0, WEST, 2), (EAST, 0, 2), (0, EAST, 2), (SOUTH, 0, 1), (0, SOUTH, 1)]
    highways = ["secondary"] * 4 + ["residential"] * 2
    graph = build_lane_graph(roads(CROSSING, edges, junctions=[(0, False)], highways=highways))
    stem = int(graph.edge_lane[4])
    stop_line_m = graph.lane_begin_m[stem] + graph.lane_length_m[stem]
    assert stop_line_m == pytest.approx(100.0 - (7.0 + 1.0))  # the main road is 7 m wide on either side
    assert marked(graph, 4) == {(0, 3, 0), (0, 1, 1)}
    assert marked(graph, 0) == {(0, 3, 0), (1, 3, 1), (0, 5, 0)}
    assert marked(graph, 2) == {(0, 1, 0), (1, 1, 1), (1, 5, 0)}
    left_in = connector(graph, (4, 0), (1, 1))
    main = connector(graph, (0, 1), (3, 1))
    assert right_of_way(graph, left_in, main) == (CROSS, THEIRS, EQUAL)
    assert right_of_way(graph, left_in, connector(graph, (2, 1), (1, 1))) == (MERGE, THEIRS, EQUAL)
    slowest = graph.lane_speed_mps[graph.connector_first :].min()
    assert slowest == 6.0
    assert graph.lane_speed_mps[graph.connector_first + main] == pytest.approx(50 / 3.6)


def test_a_dual_carriageway_crosses_as_one_junction() -> None:
    """Edges inside vanish: left turns are one connector from stop line to exit."""
    nodes = [(-10, -10), (10, -10), (10, 10), (-10, 10), (-150, -10), (150, -10), (150, 10), (-150, 10)]
    nodes += [(-10, 150), (-10, -150), (10, -150), (10, 150)]
    edges = [(4, 0, 2), (0, 1, 2), (1, 5, 2), (6, 2, 2), (2, 3, 2), (3, 7, 2)]
    edges += [(8, 3, 2), (3, 0, 2), (0, 9, 2), (10, 1, 2), (1, 2, 2), (2, 11, 2)]
    network = roads(nodes, edges, junctions=[(0, True)])
    cluster = replace(network.junctions[0], nodes=(0, 1, 2, 3), internal=(1, 4, 7, 10), approaches=(0, 3, 6, 9))
    graph = build_lane_graph(replace(network, junctions=(cluster,)))
    assert not np.diff(graph.edge_lane)[[1, 4, 7, 10]].any()
    assert set(graph.connector_junction.tolist()) == {0}
    left = connector(graph, (0, 1), (11, 1))
    straight = connector(graph, (3, 0), (5, 0))
    assert graph.connector_turn[left] == LEFT
    assert right_of_way(graph, left, straight) == (CROSS, THEIRS, THEIRS)
    assert graph.connector_turn[connector(graph, (0, 1), (5, 1))] == U_TURN
    # the opposite lefts of the two main directions pass in front of each other or cross, but never end in one lane
    other_left = connector(graph, (3, 1), (8, 1))
    row = conflict(graph, left, other_left)
    assert row is None or graph.conflict_kind[row] == CROSS


def test_a_dropped_lane_takes_turns_with_its_neighbour() -> None:
    """The zip begins where the paths come near and reaches to the end."""
    graph = build_lane_graph(roads([(0, 0), (100, 0), (200, 0)], [(0, 1, 2), (1, 2, 1)]))
    right, left = connector(graph, (0, 0), (1, 0)), connector(graph, (0, 1), (1, 0))
    assert right_of_way(graph, right, left) == (ZIP, EQUAL, EQUAL)
    row = conflict(graph, right, left)
    assert row is not None
    length_m = graph.lane_length_m[graph.connector_first + right]
    assert 15.0 < length_m < 25.0
    assert 0.2 * length_m < graph.conflict_begin_m[row] < 0.8 * length_m
    assert graph.conflict_end_m[row] == length_m
    assert (graph.connector_turn == STRAIGHT).all()


def ramp(highways: list[str], *, y_m: float = -40.0, lanes: int = 1) -> RoadNetwork:
    """Return a road of two lanes that a ramp joins from the right."""
    nodes = [(0, 0), (-200, 0), (200, 0), (-200, y_m)]
    return roads(nodes, [(1, 0, 2), (3, 0, lanes), (0, 2, 2)], highways=highways, junctions=[(0, False)])


def test_a_ramp_zips_into_its_motorway_and_gives_way_to_a_street() -> None:
    """Small angles and motorway-like roads take turns; a side road at a large angle gives way."""
    graph = build_lane_graph(ramp(["motorway", "motorway_link", "motorway"]))
    main, side = connector(graph, (0, 0), (2, 0)), connector(graph, (1, 0), (2, 0))
    assert right_of_way(graph, side, main) == (ZIP, EQUAL, EQUAL)
    graph = build_lane_graph(ramp(["primary", "residential", "primary"]))
    main, side = connector(graph, (0, 0), (2, 0)), connector(graph, (1, 0), (2, 0))
    assert right_of_way(graph, side, main) == (MERGE, THEIRS, EQUAL)
    graph = build_lane_graph(ramp(["primary", "primary_link", "primary"], y_m=-300.0))
    main, side = connector(graph, (0, 0), (2, 0)), connector(graph, (1, 0), (2, 0))
    assert right_of_way(graph, side, main) == (MERGE, THEIRS, EQUAL)


def test_who_circles_goes_before_who_enters() -> None:
    """A ring of four nodes with four arms, all of one class: entering gives way to circling, whatever the angle."""
    ring = [(-20.0, 0.0), (0.0, -20.0), (20.0, 0.0), (0.0, 20.0)]
    arms = [(6.0 * x, 6.0 * y) for x, y in ring]
    edges = [(i, (i + 1) % 4, 1) for i in range(4)]
    edges += [edge for i in range(4) for edge in ((4 + i, i, 1), (i, 4 + i, 1))]
    network = roads([*ring, *arms], edges, junctions=[(0, False)], highways=["secondary"] * 12)
    one = replace(network.junctions[0], nodes=(0, 1, 2, 3), internal=(0, 1, 2, 3), approaches=(4, 6, 8, 10))
    network = replace(network, junctions=(one,), edge_roundabout=np.arange(12) < 4)
    graph = build_lane_graph(network)
    assert np.diff(graph.edge_lane)[:4].tolist() == [1, 1, 1, 1]
    circling, entering = connector(graph, (0, 0), (1, 0)), connector(graph, (6, 0), (1, 0))
    assert right_of_way(graph, circling, entering) == (MERGE, MINE, MINE)
    assert graph.connector_junction[circling] == 0
    without = build_lane_graph(replace(network, edge_roundabout=None))
    assert not np.diff(without.edge_lane)[:4].any()


def test_a_lane_that_is_not_meant_for_a_turn_gives_way_to_all() -> None:
    """Turning left from the right lane yields to the left lane's straight on, with and without green."""
    edges = [edge for arm in (WEST, EAST, SOUTH, NORTH) for edge in ((arm, 0, 2), (0, arm, 2))]
    graph = build_lane_graph(roads(CROSSING, edges, junctions=[(0, True)]))
    wrong = connector(graph, (0, 0), (7, 0))
    for other in (connector(graph, (0, 1), (3, 1)), connector(graph, (2, 1), (5, 1)), connector(graph, (4, 0), (7, 0))):
        row = conflict(graph, wrong, other)
        if row is not None:
            assert (graph.conflict_priority[row], graph.conflict_green[row]) == (THEIRS, THEIRS)
    assert conflict(graph, wrong, connector(graph, (0, 1), (3, 1))) is not None
