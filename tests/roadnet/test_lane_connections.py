"""Which lane leads where: what turn:lanes says, what the shape of a junction suggests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lane_networks import marked, roads
from osm_text import write_map

from twin.roadnet.lane_connections import connect
from twin.roadnet.lane_graph import LEFT, RIGHT, STRAIGHT, U_TURN
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.osm import read_osm
from twin.roadnet.road_network import Connections

CROSSING = [(0, 0), (-100, 0), (100, 0), (0, -100), (0, 100)]
"""Centre, west, east, south, north."""


def meant(lanes: int, exits: list[tuple[int, int]], turn_lanes: str = "") -> list[str]:
    """Return for each lane from the kerb where it leads: ``R0 S1`` is right into lane 0, straight into lane 1."""
    rows = connect(lanes, tuple((turn, width, width - lanes, True) for turn, width in exits), turn_lanes)
    names = "RSLU"
    return [
        " ".join(f"{names[exits[exit_][0]]}{to}" for from_lane, exit_, to, marked in rows if marked and from_lane == lane)
        for lane in range(lanes)
    ]


@pytest.mark.parametrize(
    ("lanes", "width", "expected"),
    [
        (1, 1, ["R0 S0 L0"]),
        (2, 2, ["R0 S0", "S1 L1"]),
        (3, 3, ["R0 S0", "S1", "L2"]),
        (4, 4, ["R0 S0", "S1", "S2", "L3"]),
        (4, 2, ["R0 S0", "S1", "L0", "L1"]),
        (3, 1, ["R0", "S0", "L0"]),
        (2, 3, ["R0 S1", "S2 L2"]),
    ],
)
def test_lanes_at_a_crossing(lanes: int, width: int, expected: list[str]) -> None:
    """Right from the right lane, left from the left, dedicated from three lanes on, two lefts where lanes are over."""
    assert meant(lanes, [(RIGHT, width), (STRAIGHT, width), (LEFT, width)]) == expected


def test_the_stem_of_a_tee_splits_its_lanes() -> None:
    """Right half right, left half left; an odd middle lane does both where the exits have room."""
    assert meant(2, [(RIGHT, 2), (LEFT, 2)]) == ["R0", "L1"]
    assert meant(3, [(RIGHT, 2), (LEFT, 2)]) == ["R0", "R1 L0", "L1"]
    assert meant(3, [(RIGHT, 1), (LEFT, 2)]) == ["R0", "L0", "L1"]


def test_turning_about_is_for_the_leftmost_lane() -> None:
    """The others have an unmarked way about."""
    assert meant(2, [(STRAIGHT, 2), (U_TURN, 2)]) == ["S0", "S1 U1"]
    rows = connect(2, ((STRAIGHT, 2, 0, True), (U_TURN, 2, 0, True)), "")
    assert (0, 1, 0, False) in rows


def test_a_fork_deals_its_lanes_out_from_right_to_left() -> None:
    """Exits that fit exactly share nothing; an exit too many shares one lane; lanes too many end in their neighbours."""
    assert meant(3, [(STRAIGHT, 1), (STRAIGHT, 2)]) == ["S0", "S0", "S1"]
    rows = connect(3, ((STRAIGHT, 1, -2, True), (STRAIGHT, 3, 0, True)), "")
    assert {(lane, number, to) for lane, number, to, marked in rows if marked} == {(0, 0, 0), (0, 1, 0), (1, 1, 1), (2, 1, 2)}
    rows = connect(2, ((STRAIGHT, 2, 0, True), (STRAIGHT, 2, 0, True)), "")
    assert {(lane, number) for lane, number, _, marked in rows if marked} == {(0, 0), (0, 1), (1, 1)}
    assert meant(4, [(STRAIGHT, 1), (STRAIGHT, 1)]) == ["S0", "S0", "S0", "S0"]


def test_turn_lanes_are_read_from_left_to_right() -> None:
    """The tag decides, also against what one would expect; what it leaves open is inferred."""
    exits = [(RIGHT, 2), (STRAIGHT, 2), (LEFT, 2)]
    assert meant(3, exits, "left|left|through;right") == ["R0 S0", "L0", "L1"]
    assert meant(3, exits, "left;through|through|right") == ["R0", "S0", "S1 L1"]
    assert meant(2, exits, "left|through") == ["R0 S0", "L1"]
    assert meant(3, exits, "|none|slight_right") == ["R0", "S0", "S1 L1"]
    assert meant(3, exits, "left|right") == meant(3, exits)


def test_slight_turns_at_a_fork_of_straight_exits() -> None:
    """Where every exit goes straight on, left and right mean the outer ones."""
    assert meant(3, [(STRAIGHT, 1), (STRAIGHT, 2)], "through|through|slight_right")[0] == "S0"
    rows = connect(3, ((STRAIGHT, 1, -2, True), (STRAIGHT, 2, -1, True)), "slight_left|slight_left|slight_right")
    assert {(lane, number) for lane, number, _, marked in rows if marked} == {(0, 0), (1, 1), (2, 1)}


def test_every_lane_reaches_every_exit() -> None:
    """Where a lane is not meant for an exit it still has one unmarked way there."""
    for lanes in range(1, 7):
        for exits in ([(RIGHT, 1), (STRAIGHT, 2), (LEFT, 1), (U_TURN, 1)], [(STRAIGHT, 4), (STRAIGHT, 1)], [(LEFT, 1)]):
            rows = connect(lanes, tuple((turn, width, 0, True) for turn, width in exits), "")
            assert {(lane, number) for lane, number, _, _ in rows} == {(n, e) for n in range(lanes) for e in range(len(exits))}
            for lane, number, to, is_marked in rows:
                assert 0 <= to < exits[number][1]
                others = [row for row in rows if row[:2] == (lane, number)]
                assert is_marked or len(others) == 1


def test_lanes_are_added_and_dropped_at_the_side_where_the_road_widens() -> None:
    """A one-way road drawn along its middle keeps its left lanes in line; one drawn along its left edge too."""
    wider = build_lane_graph(roads([(0, 0), (100, 0), (200, 0)], [(0, 1, 2), (1, 2, 3)]))
    assert marked(wider, 0) == {(0, 1, 1), (1, 1, 2), (0, 1, 0)}
    narrower = build_lane_graph(roads([(0, 0), (100, 0), (200, 0)], [(0, 1, 3), (1, 2, 2)]))
    assert marked(narrower, 0) == {(0, 1, 0), (1, 1, 0), (2, 1, 1)}
    kerb = roads([(0, 0), (100, 0), (200, 0)], [(0, 1, 2), (1, 2, 3)])
    kerb = replace(kerb, point_y_m=np.array([0.0, 0.0, 1.75, 1.75]))  # the kerbs are in line: a lane is added on the left
    assert marked(build_lane_graph(kerb), 0) == {(0, 1, 0), (1, 1, 1), (1, 1, 2)}


def test_merging_roads_share_the_lanes_of_the_exit() -> None:
    """A ramp from the right takes the right lane of three, the main road the others; with two, both end in the right one."""
    nodes = [(0, 0), (-200, 0), (200, 0), (-200, -40)]
    added = build_lane_graph(roads(nodes, [(1, 0, 2), (3, 0, 1), (0, 2, 3)]))
    assert marked(added, 0) == {(0, 2, 1), (1, 2, 2)}
    assert marked(added, 1) == {(0, 2, 0)}
    merged = build_lane_graph(roads(nodes, [(1, 0, 2), (3, 0, 1), (0, 2, 2)]))
    assert marked(merged, 0) == {(0, 2, 0), (1, 2, 1)}
    assert marked(merged, 1) == {(0, 2, 0)}


def test_what_the_map_states_goes_before_what_is_inferred() -> None:
    """Stated connections are marked; lanes they leave out follow the nearest lane, unmarked."""
    network = roads(CROSSING, [(1, 0, 3), (0, 2, 3), (0, 4, 1)])
    rows = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 2, 0)]
    network = replace(network, connections=Connections(*(np.array(column, np.int32) for column in zip(*rows, strict=True))))
    graph = build_lane_graph(network)
    assert marked(graph, 0) == {(0, 1, 0), (1, 1, 1), (2, 2, 0)}
    links = slice(0, int(graph.link_offset[graph.edge_lane[1]]))
    unmarked = ~graph.link_marked[links]
    ends = [int(graph.lane_index[to]) for to in graph.link_to[links][unmarked]]
    assert list(zip(graph.link_edge[links][unmarked].tolist(), ends, strict=True)) == [(2, 0), (2, 0), (1, 1)]


def test_turn_lanes_come_from_the_last_way_of_an_edge(tmp_path: Path) -> None:
    """Ways that differ in their arrows alone are one edge; both directions keep their own."""
    nodes = {1: (-200.0, 0.0), 2: (-50.0, 0.0), 3: (0.0, 0.0), 4: (200.0, 0.0), 5: (0.0, 200.0), 6: (0.0, -200.0)}
    road = {"highway": "secondary", "lanes": "4", "name": "东西路"}
    ways = [
        ([1, 2], road),
        ([2, 3], {**road, "turn:lanes:forward": "left|through;right", "turn:lanes:backward": "none|none"}),
        ([3, 4], {**road, "turn:lanes:backward": "left;through|right"}),
        (
            [5, 3],
            {"highway": "secondary", "oneway": "yes", "lanes": "3", "turn:lanes": "left|through|right", "bus:lanes": "||"},
        ),
        ([3, 6], {"highway": "secondary", "oneway": "yes", "lanes": "2"}),
    ]
    network = read_osm(write_map(tmp_path, nodes, ways))
    assert network.node_x_m.size == 5
    said: dict[str, set[str]] = {}
    for edge in range(network.edge_count):
        x = network.polyline(edge)[0]
        direction = "E" if x[-1] - x[0] > 100 else "W" if x[0] - x[-1] > 100 else "S"
        said.setdefault(direction, set()).add(network.edge_turn_lanes[edge])
    assert said["E"] == {"left|through;right", ""}
    assert said["W"] == {"left;through|right", ""}
    assert said["S"] == {"left|through|right", ""}
    graph = build_lane_graph(network)
    east = network.edge_turn_lanes.index("left|through;right")
    assert {lane for lane, _, _ in marked(graph, east)} == {0, 1}


def test_maps_without_turn_lanes_hold_none(tmp_path: Path) -> None:
    """No list of empty strings is kept."""
    nodes = {1: (-200.0, 0.0), 2: (0.0, 0.0), 3: (200.0, 0.0)}
    network = read_osm(write_map(tmp_path, nodes, [([1, 2, 3], {"highway": "secondary"})]))
    assert network.edge_turn_lanes == ()
