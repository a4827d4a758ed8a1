"""Nodes that drivers see as one junction become one; signals find theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
from osm_text import Way, dual_crossing, write_map

from twin.roadnet.osm import read_osm
from twin.roadnet.road_network import Junction, RoadNetwork, lines_of

SIGNAL = {"highway": "traffic_signals"}


def core(network: RoadNetwork) -> Junction:
    """Return the junction with the most nodes."""
    return max(network.junctions, key=lambda junction: len(junction.nodes))


def test_dual_carriageways_cross_once(tmp_path: Path) -> None:
    """Four nodes are one junction with four approaches and four internal edges; the slip lane passes it by."""
    network = read_osm(write_map(tmp_path, *dual_crossing()))
    junction = core(network)
    assert sorted(network.node_osm[list(junction.nodes)].tolist()) == [1, 2, 3, 4]
    assert len(junction.approaches) == len(junction.internal) == 4
    assert junction.name == "东西路 / 南北路"
    assert not junction.signalised
    assert not any(network.edge_highway[edge].endswith("_link") for edge in junction.approaches)


@pytest.mark.parametrize("node", [1, 3, 21])
def test_signals_on_or_before_the_junction(tmp_path: Path, node: int) -> None:
    """A signal on a core node, or on the approach before it, controls the whole junction."""
    network = read_osm(write_map(tmp_path, *dual_crossing(), {node: SIGNAL}))
    assert [junction.signalised for junction in network.junctions if junction is core(network)] == [True]
    assert sum(junction.signalised for junction in network.junctions) == 1


def test_signal_within_an_approach(tmp_path: Path) -> None:
    """A stop line drawn 35 m upstream, in the course of the edge, belongs to the junction; one on the open road to none."""
    nodes, ways = dual_crossing()
    nodes |= {51: (45.0, 10.0), 52: (10.0, -200.0)}
    ways[1] = ([13, 51, 3, 4, 14], ways[1][1])
    ways[3] = ([17, 52, 2, 3, 18], ways[3][1])
    network = read_osm(write_map(tmp_path, nodes, ways, {51: SIGNAL, 52: SIGNAL}))
    assert core(network).signalised
    assert any(
        notice.startswith("signals that fit no junction") and notice.endswith(": 1")
        for notice in lines_of(network.provenance.notices)
    )


@pytest.mark.parametrize(("x_m", "controls"), [(65.0, True), (75.0, False), (250.0, False)])
def test_a_stop_line_is_as_far_off_as_the_road_to_the_junction_is_long(tmp_path: Path, x_m: float, controls: bool) -> None:  # noqa: FBT001
    """Drawn 55 m before the junction it belongs to it, at 65 m or where the approach begins, 240 m off, no longer.

    The junction's nearest node is farther than the 45 m within which a signal aside would do.
    """
    nodes, ways = dual_crossing()
    nodes |= {51: (x_m, 10.0)}
    ways[1] = ([13, 51, 3, 4, 14], ways[1][1])
    assert core(read_osm(write_map(tmp_path, nodes, ways, {51: SIGNAL}))).signalised == controls


def test_levels_stay_apart(tmp_path: Path) -> None:
    """A viaduct with a node right above a crossing is no part of it."""
    nodes, ways = dual_crossing()
    nodes |= {61: (-200.0, -150.0), 62: (0.0, 0.0), 63: (200.0, 150.0), 64: (-5.0, 200.0)}
    bridge = {"highway": "primary", "bridge": "yes", "layer": "1"}
    ways += [([61, 62, 63], bridge), ([62, 64], bridge)]
    network = read_osm(write_map(tmp_path, nodes, ways))
    levels = [{int(network.edge_level[edge]) for edge in junction.approaches} for junction in network.junctions]
    assert all(len(level) == 1 for level in levels)
    assert {1} in levels


def test_far_carriageway_of_a_tee_belongs(tmp_path: Path) -> None:
    """A side street with a median opening: both carriageways are one junction, though traffic only merges on the far one."""
    nodes = {
        1: (0.0, 0.0), 2: (0.0, 25.0), 3: (0.0, -200.0),
        11: (-300.0, 0.0), 12: (300.0, 0.0), 13: (300.0, 25.0), 14: (-300.0, 25.0),
    }  # fmt: skip
    main = {"highway": "primary", "oneway": "yes"}
    ways: list[Way] = [
        ([11, 1, 12], main),
        ([13, 2, 14], main),
        ([3, 1], {"highway": "tertiary"}),
        ([1, 2], {"highway": "tertiary", "oneway": "yes"}),
    ]
    network = read_osm(write_map(tmp_path, nodes, ways))
    assert sorted(network.node_osm[list(core(network).nodes)].tolist()) == [1, 2]
    assert len(core(network).approaches) == 3


@pytest.mark.parametrize(
    ("apart_m", "one_way", "junctions"), [(45.0, False, 2), (45.0, True, 1), (20.0, False, 1), (60.0, True, 2)]
)
def test_side_streets_apart(tmp_path: Path, apart_m: float, junctions: int, *, one_way: bool) -> None:
    """Two crossings 45 m apart are one junction between opposite carriageways, two between streets; below 25 m always one."""
    nodes = {1: (0.0, 0.0), 2: (apart_m, 0.0), 3: (-300.0, 0.0), 4: (apart_m + 300.0, 0.0)}
    nodes |= {11: (0.0, 300.0), 12: (0.0, -300.0), 13: (apart_m, 300.0), 14: (apart_m, -300.0)}
    crossing = {"highway": "primary"} | ({"oneway": "yes"} if one_way else {})
    ways: list[Way] = [([3, 1, 2, 4], {"highway": "tertiary"}), ([11, 1, 12], crossing), ([14, 2, 13], crossing)]
    network = read_osm(write_map(tmp_path, nodes, ways))
    assert len(network.junctions) == junctions


def test_roundabout_is_one_junction(tmp_path: Path) -> None:
    """The nodes of a ring of 20 m radius are one junction with its arms as approaches."""
    nodes = {1: (20.0, 0.0), 2: (0.0, 20.0), 3: (-20.0, 0.0), 4: (0.0, -20.0)}
    nodes |= {11: (200.0, 0.0), 12: (0.0, 200.0), 13: (-200.0, 0.0), 14: (0.0, -200.0)}
    ways: list[Way] = [([1, 2, 3, 4, 1], {"highway": "tertiary", "junction": "roundabout"})]
    ways += [([10 + arm, arm], {"highway": "tertiary"}) for arm in (1, 2, 3, 4)]
    network = read_osm(write_map(tmp_path, nodes, ways))
    assert len(network.junctions) == 1
    assert len(network.junctions[0].nodes) == len(network.junctions[0].approaches) == 4


def test_every_edge_enters_at_most_one_junction(tmp_path: Path) -> None:
    """No node belongs to two junctions; approaches end at, and internal edges lie between, the junction's nodes."""
    network = read_osm(write_map(tmp_path, *dual_crossing()))
    nodes = [node for junction in network.junctions for node in junction.nodes]
    assert len(nodes) == len(set(nodes))
    for junction in network.junctions:
        own = set(junction.nodes)
        assert all(network.edge_v[edge] in own and network.edge_u[edge] not in own for edge in junction.approaches)
        assert all(network.edge_v[edge] in own and network.edge_u[edge] in own for edge in junction.internal)
