"""Right of way of imported networks is what SUMO's request tables say, pair by pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sumo_tools import generated_grid, run_tool

from twin.roadnet.cache import load_network
from twin.roadnet.lane_graph import EQUAL, MERGE, MINE, THEIRS, ZIP, LaneGraph
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.sumo import read_sumo_network

NODES = (
    '<nodes><node id="w" x="-200" y="0"/><node id="c" x="0" y="0" type="priority"/><node id="e" x="200" y="0"/>'
    '<node id="s" x="0" y="-200"/></nodes>'
)
EDGES = (
    '<edges><edge id="wc" from="w" to="c" priority="{side}"/><edge id="ce" from="c" to="e" priority="{side}"/>'
    '<edge id="ec" from="e" to="c" priority="{side}"/><edge id="cw" from="c" to="w" priority="{side}"/>'
    '<edge id="sc" from="s" to="c" priority="{stem}"/><edge id="cs" from="c" to="s" priority="{stem}"/></edges>'
)

GRID = ["--grid", "--grid.number", "3", "--grid.length", "200", "--grid.attach-length", "150", "-L", "2", "--turn-lanes", "1"]

Pair = tuple[str, str, str, str]


def grid(folder: Path, kind: str) -> Path:
    """Return the file of a grid of 3 x 3 crossings of one kind."""
    run_tool("netgenerate", *GRID, "--default-junction-type", kind, "-o", "grid.net.xml", folder=folder)
    return folder / "grid.net.xml"


def relations(network: RoadNetwork, graph: LaneGraph) -> dict[tuple[Pair, Pair], tuple[int, ...]]:
    """Return (priority, green, kind) of each conflict between connections that the map states, by their lanes' names."""
    edge, index, first = graph.lane_edge, graph.lane_index, graph.connector_first

    def name(connector: int) -> Pair:
        lane = int(graph.connector_from[connector])
        ends = (network.edge_key[edge[lane]], str(index[lane]))
        return *ends, network.edge_key[edge[first + connector]], str(index[first + connector])

    stated = network.connections
    assert stated is not None
    columns = (stated.from_edge, stated.from_lane, stated.to_edge, stated.to_lane)
    rows = {
        (network.edge_key[a], str(b), network.edge_key[c], str(d))
        for a, b, c, d in zip(*(column.tolist() for column in columns), strict=True)
    }
    out = {}
    for connector in range(graph.connector_count):
        for row in range(int(graph.conflict_offset[connector]), int(graph.conflict_offset[connector + 1])):
            one, two = name(connector), name(int(graph.conflict_other[row]))
            if one in rows and two in rows:
                values = (graph.conflict_priority[row], graph.conflict_green[row], graph.conflict_kind[row])
                out[one, two] = tuple(map(int, values))
    return out


@pytest.mark.parametrize("kind", ["traffic_light", "priority", "right_before_left", "allway_stop"])
def test_every_pair_is_as_sumos_own_library_reads_it(tmp_path: Path, kind: str) -> None:
    """Of every two paths that meet, who waits is who sumolib says is forbidden by the other; both or neither: first come."""
    file = grid(tmp_path, kind)
    network = read_sumo_network(file)
    from sumolib.net import readNet

    net = readNet(str(file), withFoes=True)
    connections = {
        (*lane.rsplit("_", 1), *to.rsplit("_", 1)): (node, one)
        for node in net.getNodes()
        for one in node.getConnections()
        for lane, to in [(one.getFromLane().getID(), one.getToLane().getID())]
    }
    seen = {MINE: 0, EQUAL: 0, THEIRS: 0}
    for (one, two), (priority, green, conflict) in relations(network, build_lane_graph(network)).items():
        node, mine = connections[one]
        theirs = connections[two][1]
        i_wait, they_wait = node.forbids(theirs, mine), node.forbids(mine, theirs)
        foes = node.areFoes(node.getLinkIndex(mine), node.getLinkIndex(theirs))
        if not foes and not i_wait and not they_wait:
            continue
        if one[0] == two[0] and conflict == ZIP:
            continue
        expected = EQUAL if i_wait == they_wait else THEIRS if i_wait else MINE
        assert priority == expected, (one, two)
        if expected != EQUAL:
            assert green == expected
            assert conflict != ZIP
        seen[expected] += 1
    assert seen[MINE] == seen[THEIRS]
    assert seen[EQUAL if kind == "allway_stop" else MINE] > 0


def test_sign_beats_shape(tmp_path: Path) -> None:
    """The same T-junction with the stem as the main road turns every yield around, which no rule on geometry could know."""
    found = {}
    for name, side, stem in (("side", 5, 1), ("stem", 1, 5)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.nod.xml").write_text(NODES, encoding="utf-8")
        (folder / "a.edg.xml").write_text(EDGES.format(side=side, stem=stem), encoding="utf-8")
        run_tool(
            "netconvert", "-n", "a.nod.xml", "-e", "a.edg.xml", "-o", "a.net.xml", "--no-turnarounds", "true", folder=folder
        )
        network = read_sumo_network(folder / "a.net.xml")
        found[name] = relations(network, build_lane_graph(network))
    left_out_of_stem, along = ("sc", "0", "cw", "0"), ("wc", "0", "ce", "0")
    assert found["side"][left_out_of_stem, along][0] == THEIRS
    assert found["side"][along, left_out_of_stem][0] == MINE
    assert found["stem"][left_out_of_stem, along][0] == MINE
    assert found["stem"][along, left_out_of_stem][0] == THEIRS


def test_merge_by_sign_is_no_zip(tmp_path: Path) -> None:
    """Where one of two joining streams must wait they do not take turns."""
    network = read_sumo_network(grid(tmp_path, "priority"))
    kinds = {kind for priority, _, kind in relations(network, build_lane_graph(network)).values() if priority != EQUAL}
    assert MERGE in kinds
    assert ZIP not in kinds


def test_cache_keeps_right_of_way_and_lights(tmp_path: Path) -> None:
    """A network from the cache has the same pairs, lights and letters."""
    file = generated_grid(tmp_path)
    first, second = load_network(file), load_network(file)
    one, two = first.connections, second.connections
    assert one is not None
    assert two is not None
    assert one.foe_row.size > 0
    for name in ("foe_row", "foe_other", "foe_waits", "light", "light_link"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert first.lights == second.lights
    assert len(first.lights) == 9
