"""The lane graph of whole networks: it is consistent, complete and continuous, on random grids and on the CBD."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lane_networks import roads, streets

from twin.roadnet.cache import load_network
from twin.roadnet.connectors import lane_positions
from twin.roadnet.junction_groups import external_route, external_routes, groups_of, turns_of
from twin.roadnet.lane_graph import CROSS, EQUAL, LaneGraph
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.road_network import RoadNetwork

CBD = Path(__file__).parents[2] / "maps" / "tianhe_cbd.osm"


@pytest.fixture(scope="module")
def cbd(tmp_path_factory: pytest.TempPathFactory) -> tuple[RoadNetwork, LaneGraph]:
    """Return the CBD and its lane graph."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWIN_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        network = load_network(CBD)
    return network, build_lane_graph(network)


def check(network: RoadNetwork, graph: LaneGraph) -> None:
    """Check everything that holds for every lane graph."""
    check_tables(network, graph)
    check_links(network, graph)
    check_shapes(network, graph)
    check_conflicts(graph)


def check_tables(network: RoadNetwork, graph: LaneGraph) -> None:
    """Check sizes and what belongs to each lane."""
    edges, first = network.edge_count, graph.connector_first
    assert graph.edge_lane.size == edges + 1
    assert graph.edge_lane[-1] == first
    vanishing = groups_of(network).vanishing
    np.testing.assert_array_equal(np.diff(graph.edge_lane), np.where(vanishing, 0, network.edge_lanes))
    np.testing.assert_array_equal(graph.lane_edge[:first], np.repeat(np.arange(edges), np.diff(graph.edge_lane)))
    np.testing.assert_array_equal(graph.lane_edge[graph.connector_to], graph.lane_edge[first:])
    np.testing.assert_array_equal(graph.lane_index[graph.connector_to], graph.lane_index[first:])
    assert graph.lane_length_m.min() > 0.5
    assert graph.lane_speed_mps.min() > 0.0
    lane_end_m = (graph.lane_begin_m + graph.lane_length_m)[:first]
    assert (lane_end_m <= network.edge_length_m[graph.lane_edge[:first]] + 1e-3).all()


def check_links(network: RoadNetwork, graph: LaneGraph) -> None:
    """Check that every lane leads to every exit of its edge, and only there, over connectors that know it."""
    turns = turns_of(network, groups_of(network))
    first = graph.connector_first
    exits = [set(turns.target[turns.origin == edge].tolist()) for edge in range(network.edge_count)]
    arrivals = np.bincount(graph.link_to, minlength=graph.lane_count)
    for lane in range(first):
        rows = range(int(graph.link_offset[lane]), int(graph.link_offset[lane + 1]))
        assert {int(graph.link_edge[row]) for row in rows} == exits[int(graph.lane_edge[lane])]
        for row in rows:
            to = int(graph.link_to[row])
            assert int(graph.lane_edge[to]) == int(graph.link_edge[row])
            if to >= first:
                assert int(graph.connector_from[to - first]) == lane
            else:
                assert arrivals[to] == 1
    np.testing.assert_array_equal(np.diff(graph.link_offset)[first:], 1)
    np.testing.assert_array_equal(graph.link_to[graph.link_offset[first:-1]], graph.connector_to)
    np.testing.assert_array_equal(arrivals[first:], 1)
    for edge, reached in enumerate(exits):
        rows = slice(int(graph.link_offset[graph.edge_lane[edge]]), int(graph.link_offset[graph.edge_lane[edge + 1]]))
        meant = set(graph.link_edge[rows][graph.link_marked[rows]].tolist())
        assert meant == (set() if groups_of(network).vanishing[edge] else reached)


def check_shapes(network: RoadNetwork, graph: LaneGraph) -> None:
    """Check that connectors begin where lanes end and end where lanes begin, and are as long as their lines."""
    first, last = graph.point_offset[:-1], graph.point_offset[1:] - 1
    for lane, point, end in ((graph.connector_from, first, True), (graph.connector_to, last, False)):
        at_m = graph.lane_begin_m[lane] + (graph.lane_length_m[lane] if end else 0.0)
        where = lane_positions(network, graph.lane_edge[lane], graph.lane_index[lane].astype(np.int32), at_m)
        gap_m = np.hypot(graph.point_x_m[point] - where[:, 0], graph.point_y_m[point] - where[:, 1])
        assert gap_m.max(initial=0.0) < 0.05
    steps_m = np.hypot(np.diff(graph.point_x_m), np.diff(graph.point_y_m))
    along_m = np.diff(graph.point_s_m)
    inside = np.ones(along_m.size, np.bool_)
    inside[last[:-1]] = False
    np.testing.assert_allclose(steps_m[inside], along_m[inside], atol=0.003)
    assert (along_m[inside] > 0.0).all()
    np.testing.assert_array_equal(graph.point_s_m[first], 0.0)
    np.testing.assert_array_equal(graph.lane_length_m[graph.connector_first :], graph.point_s_m[last])


def check_conflicts(graph: LaneGraph) -> None:
    """Check that each conflict is told on both sides alike, within both connectors, between streams that may meet."""
    mine = np.repeat(np.arange(graph.connector_count), np.diff(graph.conflict_offset))
    other = graph.conflict_other
    length_m = graph.lane_length_m[graph.connector_first :]
    assert (graph.conflict_begin_m >= 0.0).all()
    assert (graph.conflict_begin_m < graph.conflict_end_m).all()
    assert (graph.conflict_end_m <= length_m[mine] + 1e-9).all()
    assert (graph.connector_from[mine] != graph.connector_from[other]).all()
    same = graph.connector_to[mine] == graph.connector_to[other]
    np.testing.assert_array_equal(same, graph.conflict_kind != CROSS)
    np.testing.assert_array_equal(graph.conflict_end_m[same], length_m[mine][same])
    there = np.lexsort((other, mine))
    back = np.lexsort((mine, other))
    np.testing.assert_array_equal(mine[there], other[back])
    np.testing.assert_array_equal(other[there], mine[back])
    np.testing.assert_array_equal(graph.conflict_kind[there], graph.conflict_kind[back])
    np.testing.assert_array_equal(graph.conflict_begin_m[there], graph.conflict_other_begin_m[back])
    np.testing.assert_array_equal(graph.conflict_end_m[there], graph.conflict_other_end_m[back])
    np.testing.assert_array_equal(graph.conflict_priority[there], -graph.conflict_priority[back])
    np.testing.assert_array_equal(graph.conflict_green[there], -graph.conflict_green[back])


@given(
    size=st.integers(1, 3),
    lanes=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=30)
def test_random_grids_are_consistent(size: int, lanes: int, seed: int) -> None:
    """Grids whose nodes are moved and whose edges have random lanes and classes."""
    network = streets(size, lanes)
    draw = np.random.default_rng(seed)
    highways = ("primary", "secondary", "residential", "primary_link", "motorway")
    network = replace(
        network,
        edge_lanes=draw.integers(1, 5, network.edge_count).astype(np.int8),
        edge_highway=tuple(draw.choice(highways, network.edge_count).tolist()),
        point_x_m=network.point_x_m + np.round(draw.uniform(-8.0, 8.0, network.point_x_m.size), 3),
        point_y_m=network.point_y_m + np.round(draw.uniform(-8.0, 8.0, network.point_y_m.size), 3),
    )
    length_m = np.round(np.hypot(*(np.diff(p.reshape(-1, 2))[:, 0] for p in (network.point_x_m, network.point_y_m))), 3)
    s_m = np.column_stack([np.zeros(length_m.size), length_m]).ravel()
    network = replace(network, edge_length_m=length_m, point_s_m=s_m)
    check(network, build_lane_graph(network))


def test_the_cbd_is_consistent(cbd: tuple[RoadNetwork, LaneGraph]) -> None:
    """Every invariant holds on a real map."""
    check(*cbd)


def test_the_same_network_gives_the_same_numbers(cbd: tuple[RoadNetwork, LaneGraph]) -> None:
    """Nothing depends on the order of sets or on the run."""
    network, graph = cbd
    again = build_lane_graph(network)
    for field in fields(graph):
        np.testing.assert_array_equal(getattr(graph, field.name), getattr(again, field.name))


def test_most_of_the_cbd_is_marked_and_little_of_it_crosses_itself(cbd: tuple[RoadNetwork, LaneGraph]) -> None:
    """Lanes of one approach seldom cross where they are meant to lead: where they do, the inference is at fault."""
    network, graph = cbd
    begin = int(graph.link_offset[graph.connector_first])
    meant = np.zeros(graph.lane_count, np.bool_)
    meant[graph.link_to[:begin][graph.link_marked[:begin]]] = True
    meant = meant[graph.connector_first :]
    mine = np.repeat(np.arange(graph.connector_count), np.diff(graph.conflict_offset))
    edge = graph.lane_edge[graph.connector_from]
    own = (edge[mine] == edge[graph.conflict_other]) & meant[mine] & meant[graph.conflict_other]
    crossing = own & (graph.conflict_kind == CROSS)
    assert graph.link_marked[:begin].mean() > 0.75
    assert np.unique(mine[crossing]).size < 0.02 * graph.connector_count
    assert (graph.conflict_priority[own] == EQUAL).all()
    assert network.edge_roundabout is not None


def test_a_ring_keeps_its_lanes(cbd: tuple[RoadNetwork, LaneGraph]) -> None:
    """Edges of a roundabout without signals have lanes; edges inside other junctions have none, unless they are long."""
    network, graph = cbd
    lanes = np.diff(graph.edge_lane)
    assert network.edge_roundabout is not None
    ring = np.flatnonzero(network.edge_roundabout)
    plain = {edge for j in network.junctions if j.signalised for edge in j.internal if network.edge_length_m[edge] < 120.0}
    assert ring.size > 0
    assert (lanes[ring] > 0).all()
    assert len(plain) > 100
    assert not lanes[sorted(plain)].any()


def test_routes_lose_the_edges_inside_junctions(cbd: tuple[RoadNetwork, LaneGraph]) -> None:
    """Every edge left has lanes, and the graph links each to the next, whatever the route."""
    network, graph = cbd
    lanes = np.diff(graph.edge_lane)
    draw = np.random.default_rng(4)
    routes = []
    for edge in draw.integers(0, network.edge_count, 200).tolist():
        route = [edge]
        while len(route) < 12 and network.turns(route[-1]).size:
            route.append(int(draw.choice(network.turns(route[-1]))))
        routes.append(route)
    offset = np.concatenate(([0], np.cumsum([len(route) for route in routes]))).astype(np.int32)
    new_offset, edges = external_routes(network, offset, np.array([e for r in routes for e in r], np.int32))
    assert (lanes[edges] > 0).all()
    assert edges.size < offset[-1]
    for number, route in enumerate(routes):
        part = edges[new_offset[number] : new_offset[number + 1]]
        np.testing.assert_array_equal(part, external_route(network, np.array(route, np.int32)))
        assert part.tolist() == [edge for edge in route if lanes[edge]]
        for edge, after in zip(part[:-1].tolist(), part[1:].tolist(), strict=True):
            rows = slice(int(graph.link_offset[graph.edge_lane[edge]]), int(graph.link_offset[graph.edge_lane[edge + 1]]))
            assert after in graph.link_edge[rows]


def test_a_road_without_a_junction_goes_on_directly() -> None:
    """Equal lanes in one line need no connector and lose no length."""
    graph = build_lane_graph(roads([(0, 0), (100, 0), (250, 0)], [(0, 1, 2), (1, 2, 2)]))
    assert graph.connector_count == 0
    np.testing.assert_array_equal(graph.link_to[:2], [2, 3])
    np.testing.assert_array_equal(graph.lane_length_m, [100.0, 100.0, 150.0, 150.0])


def test_a_forbidden_course_is_no_turn() -> None:
    """A turn over an edge inside a junction is left out when the course is forbidden."""
    network = roads(
        [(-100, 0), (0, 0), (20, 0), (120, 0), (20, 100)], [(0, 1, 1), (1, 2, 1), (2, 3, 1), (2, 4, 1)], junctions=[(1, False)]
    )
    inner = replace(network.junctions[0], nodes=(1, 2), internal=(1,), approaches=(0,))
    network = replace(network, junctions=(inner,))
    turns = turns_of(network, groups_of(network))
    assert turns.target.tolist() == [2, 3]
    network = replace(network, forbidden_courses=((0, 1, 3),))
    turns = turns_of(network, groups_of(network))
    assert turns.target.tolist() == [2]


def test_edges_that_end_at_stop_lines_are_not_cut_back() -> None:
    """Imported networks keep the lengths of their edges."""
    network = roads([(0, 0), (100, 0), (110, 0), (210, 0)], [(0, 1, 2), (2, 3, 2)])
    network = replace(
        network,
        turn_offset=np.array([0, 1, 1], np.int32),
        turn_edge=np.array([1], np.int32),
        edges_end_at_stop_lines=True,
    )
    graph = build_lane_graph(network)
    np.testing.assert_array_equal(graph.lane_length_m, [100.0, 100.0, 100.0, 100.0, 10.0, 10.0])
    np.testing.assert_array_equal(graph.lane_begin_m, 0.0)
