"""What is written for SUMO comes back through netconvert as it was: lanes, lengths, connections, signals; sumo drives on it."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sumo_tools import run_tool
from typer.testing import CliRunner

from twin.cli import app
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.osm import read_osm
from twin.roadnet.projection import to_wgs84
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.sumo import read_sumo_network
from twin.roadnet.sumo_export import SignalProgram, edge_ids, route_ids, write_plain_xml
from twin.roadnet.sumo_programs import SIGNAL_GIVES_WAY, SIGNAL_GREEN, SIGNAL_RED, SIGNAL_YELLOW, read_sumo_programs
from twin.roadnet.sumo_routes import SpeedSpread, SumoTrips, SumoType, read_sumo_routes, write_sumo_routes

sys.path.insert(0, str(Path(__file__).parent.parent / "traffic"))
from networks import build, grid

Row = tuple[str, int, str, int]

LENGTH_TOLERANCE_M = 0.5
"""SUMO writes centimetres, and no lane shorter than 0.1 m."""

CAR = SumoType("car", "passenger", 4.7, 1.8, 1.5, 1.0, 1.5, 1.0, 2.0, 50.0)


def there_and_back(
    network: RoadNetwork, graph: LaneGraph, folder: Path, programs: tuple[SignalProgram, ...] = ()
) -> RoadNetwork:
    """Export, let netconvert make a network, import it."""
    config = write_plain_xml(network, graph, folder, programs)
    run_tool("netconvert", "-c", config.name, folder=folder)
    return read_sumo_network(folder / "map.net.xml")


def marked_pairs(network: RoadNetwork, graph: LaneGraph) -> set[Row]:
    """Return which lane leads to which over marked links, by the edges' names."""
    ids, out = edge_ids(network), set()
    for lane in range(graph.connector_first):
        for row in range(graph.link_offset[lane], graph.link_offset[lane + 1]):
            if graph.link_marked[row]:
                to = int(graph.link_to[row])
                to = int(graph.connector_to[to - graph.connector_first]) if to >= graph.connector_first else to
                ends = (graph.lane_edge[lane], graph.lane_index[lane], graph.lane_edge[to], graph.lane_index[to])
                out.add((ids[ends[0]], int(ends[1]), ids[ends[2]], int(ends[3])))
    return out


def imported_pairs(network: RoadNetwork) -> set[Row]:
    """Return the connections of an imported network, by the edges' names."""
    rows = network.connections
    assert rows is not None
    columns = (rows.from_edge.tolist(), rows.from_lane.tolist(), rows.to_edge.tolist(), rows.to_lane.tolist())
    return {(network.edge_key[a], b, network.edge_key[c], d) for a, b, c, d in zip(*columns, strict=True)}


def assert_same(network: RoadNetwork, graph: LaneGraph, back: RoadNetwork) -> None:
    """Compare what was exported with what came back."""
    ids = edge_ids(network)
    with_lanes = np.flatnonzero(np.diff(graph.edge_lane))
    assert sorted(back.edge_key) == sorted(ids[edge] for edge in with_lanes)
    assert imported_pairs(back) == marked_pairs(network, graph)
    for edge in with_lanes.tolist():
        other = back.edge_key.index(ids[edge])
        lane = graph.edge_lane[edge]
        assert back.edge_lanes[other] == network.edge_lanes[edge]
        assert back.edge_length_m[other] == pytest.approx(graph.lane_length_m[lane], abs=LENGTH_TOLERANCE_M)
        assert back.edge_speed_limit_mps[other] == pytest.approx(graph.lane_speed_mps[lane], abs=0.01)
        assert back.edge_highway[other] == network.edge_highway[edge]
        assert back.edge_name[other] == network.edge_name[edge]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(1, 3), lanes=st.integers(1, 4), spacing_m=st.sampled_from([80.0, 200.0, 333.3]), signalised=st.booleans()
)
def test_grids_come_back(
    tmp_path_factory: pytest.TempPathFactory, *, size: int, lanes: int, spacing_m: float, signalised: bool
) -> None:
    """Lanes, lengths and connections of any grid survive the way through netconvert."""
    network = grid(size, spacing_m, lanes, signalised=signalised)
    graph = build_lane_graph(network)
    back = there_and_back(network, graph, tmp_path_factory.mktemp("grid"))
    assert_same(network, graph, back)
    assert sum(junction.signalised for junction in back.junctions) == (size * size if signalised else 0)
    assert back.entry_edges.size == back.exit_edges.size == 4 * size


def test_a_town_comes_back(tmp_path: Path) -> None:
    """The golden town, read from OpenStreetMap, survives too, and lies where it lay on Earth within a decimetre."""
    network = read_osm(Path(__file__).parent.parent / "golden" / "town.osm")
    graph = build_lane_graph(network)
    back = there_and_back(network, graph, tmp_path)
    assert_same(network, graph, back)
    places = [np.ravel(to_wgs84(one.crs, one.origin_m, [10.0], [20.0])) for one in (network, back)]
    assert np.allclose(*places, rtol=0.0, atol=1e-6)


def test_programs_come_back(tmp_path: Path) -> None:
    """A program is read back with its times and with what it shows to each connection."""
    network = grid(2, lanes=2)
    graph = build_lane_graph(network)
    programs = tuple(_program(graph, junction.number) for junction in network.junctions)
    back = there_and_back(network, graph, tmp_path, programs)
    found = read_sumo_programs(back)
    assert [program.key for program in found] == ["j0", "j1", "j2", "j3"]
    marked = set((graph.link_to[graph.link_marked] - graph.connector_first).tolist())
    ids = edge_ids(network)
    for program, again in zip(programs, found, strict=True):
        assert again.duration_s.tolist() == program.duration_s.tolist()
        assert again.offset_s == program.offset_s
        assert [back.junctions[number].x_m for number in again.junctions] == [network.junctions[program.junction].x_m]
        shown = {
            _names(ids, graph, connector): tuple(program.state[:, column].tolist())
            for column, connector in enumerate(program.connectors.tolist())
            if connector in marked
        }
        columns = zip(again.from_edge, again.from_lane, again.to_edge, again.to_lane, again.state.T.tolist(), strict=True)
        assert {(back.edge_key[a], b, back.edge_key[c], d): tuple(state) for a, b, c, d, state in columns} == shown


def _names(ids: tuple[str, ...], graph: LaneGraph, connector: int) -> Row:
    origin, target = graph.connector_from[connector], graph.connector_to[connector]
    return (
        ids[graph.lane_edge[origin]], int(graph.lane_index[origin]), ids[graph.lane_edge[target]], int(graph.lane_index[target])
    )  # fmt: skip


def _program(graph: LaneGraph, junction: int) -> SignalProgram:
    connectors = np.flatnonzero(graph.connector_junction == junction).astype(np.int32)
    first = graph.lane_edge[graph.connector_from[connectors]] % 4 < 2
    states = [
        np.where(first, a, b) for a, b in ((SIGNAL_GREEN, SIGNAL_RED), (SIGNAL_YELLOW, SIGNAL_RED), (SIGNAL_RED, SIGNAL_GREEN),
                                           (SIGNAL_RED, SIGNAL_YELLOW), (SIGNAL_RED, SIGNAL_GIVES_WAY))
    ]  # fmt: skip
    return SignalProgram(
        junction, 7.5 * junction, np.array([30.0, 3.0, 25.0, 3.0, 2.0]), connectors, np.array(states).astype(np.int8)
    )


def test_sumo_drives_on_it(tmp_path: Path) -> None:
    """SUMO takes network and trips without a complaint; a lone car needs the time its own desired speed says, within 5 s."""
    network = build([(0.0, 0.0), (200.0, 0.0), (400.0, 10.0), (600.0, 10.0)], [(0, 1, 2), (1, 2, 2), (2, 3, 2)], exits=(2,))
    graph = build_lane_graph(network)
    there_and_back(network, graph, tmp_path)
    edges = np.arange(3, dtype=np.int32)
    trips = SumoTrips(
        key=("only",),
        kind=("car",),
        depart_s=np.array([0.0]),
        route_offset=np.array([0, edges.size]),
        route_edge=edges,
        routed=np.array([True]),
        depart_s_m=np.array([0.0]),
        arrive_s_m=network.edge_length_m[edges[-1:]] - 20.0,
        types=(CAR,),
        notices=(),
    )
    write_sumo_routes(tmp_path / "map.rou.xml", route_ids(network), (CAR,), trips, np.array([0.9]), graph)
    words = ["-n", "map.net.xml", "-r", "map.rou.xml", "--tripinfo-output", "t.xml", "--end", "300"]
    assert "Warning" not in run_tool("sumo", *words, folder=tmp_path)
    duration = re.search(r' duration="([0-9.]+)"', (tmp_path / "t.xml").read_text(encoding="utf-8"))
    assert duration is not None
    free_s = (network.edge_length_m[edges].sum() - 20.0) / (50.0 / 3.6 * 0.9)
    assert float(duration[1]) == pytest.approx(free_s, abs=5.0)
    back = read_sumo_network(tmp_path / "map.net.xml")
    again = read_sumo_routes(tmp_path / "map.rou.xml", back)
    assert [back.edge_key[edge] for edge in again.route_edge] == [edge_ids(network)[edge] for edge in edges]
    assert replace(again.types[0], vehicle_class="passenger", speed=None, stated=()) == CAR
    assert again.types[0].speed == SpeedSpread(1.0, 0.0)
    assert (again.key, again.kind, again.depart_s.tolist()) == (trips.key, trips.kind, [0.0])


def test_command(tmp_path: Path) -> None:
    """``twin map export`` writes what netconvert takes, and says how."""
    town = Path(__file__).parent.parent / "golden" / "town.osm"
    result = CliRunner().invoke(app, ["map", "export", str(town), "--to", "sumo", "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert "netconvert -c map.netccfg" in result.output
    run_tool("netconvert", "-c", "map.netccfg", folder=tmp_path)
    assert read_sumo_network(tmp_path / "map.net.xml").edge_count > 0
