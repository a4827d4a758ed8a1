"""Networks of SUMO come in as the file says: edges, lanes, lengths, connections, signals, gates; bad files are one message."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from sumo_tools import generated_grid, run_tool

from twin.errors import MapError
from twin.roadnet.cache import load_network
from twin.roadnet.polylines import along_m
from twin.roadnet.projection import to_wgs84
from twin.roadnet.road_network import RoadNetwork, lines_of
from twin.roadnet.sumo import read_sumo_network

BACK = '<connection from="e" to="{}" fromLane="{}" toLane="0" dir="s" state="M"/></net>'
JUNCTIONS = (
    '<junction id="a" type="dead_end" x="0" y="0" incLanes="" intLanes="" shape=""/>'
    '<junction id="b" type="dead_end" x="100" y="0" incLanes="e_0" intLanes="" shape=""/>'
)
LANE = '<lane id="e_0" index="0" speed="10" length="100" shape="0,-1.6 100,-1.6"/>'
NET = f'<net version="1.20"><edge id="e" from="a" to="b" priority="1">{LANE}</edge>{JUNCTIONS}</net>'


def connection_rows(network: RoadNetwork) -> set[tuple[str, int, str, int]]:
    """Return the connections by the edges' names."""
    rows = network.connections
    assert rows is not None
    columns = (rows.from_edge.tolist(), rows.from_lane.tolist(), rows.to_edge.tolist(), rows.to_lane.tolist())
    return {(network.edge_key[a], b, network.edge_key[c], d) for a, b, c, d in zip(*columns, strict=True)}


def test_grid_is_what_the_file_says(tmp_path: Path) -> None:
    """Edges, lanes, speeds, lengths and connections are those that a plain reading of the XML finds."""
    file = generated_grid(tmp_path)
    network = read_sumo_network(file)
    root = ET.parse(file).getroot()
    edges = {edge.attrib["id"]: edge for edge in root.iter("edge") if edge.get("function") is None}
    assert network.edge_key == tuple(edges)
    for number, (name, edge) in enumerate(edges.items()):
        lanes = edge.findall("lane")
        assert network.edge_lanes[number] == len(lanes)
        assert network.edge_length_m[number] == pytest.approx(float(lanes[0].attrib["length"]), abs=1e-3)
        assert network.edge_speed_limit_mps[number] == pytest.approx(float(lanes[0].attrib["speed"]))
        assert (network.node_x_m[network.edge_u[number]], network.node_y_m[network.edge_u[number]]) == next(
            (float(j.attrib["x"]), float(j.attrib["y"])) for j in root.iter("junction") if j.attrib["id"] == edge.attrib["from"]
        ), name
    assert connection_rows(network) == {
        (c.attrib["from"], int(c.attrib["fromLane"]), c.attrib["to"], int(c.attrib["toLane"]))
        for c in root.iter("connection")
        if not c.attrib["from"].startswith(":")
    }
    assert network.edges_end_at_stop_lines
    turns = {(e, f) for e in range(network.edge_count) for f in network.turns(e).tolist()}
    rows = network.connections
    assert rows is not None
    assert turns == set(zip(rows.from_edge.tolist(), rows.to_edge.tolist(), strict=True))


def test_centre_line_is_half_way_between_the_outer_lanes(tmp_path: Path) -> None:
    """On straight roads each point of the line is the mean of the same points of the outermost lanes; distances add up."""
    file = generated_grid(tmp_path)
    network = read_sumo_network(file)
    for edge in ET.parse(file).getroot().iter("edge"):
        if edge.get("function") is None:
            shapes = [np.array([p.split(",") for p in lane.attrib["shape"].split()], float) for lane in edge.findall("lane")]
            number = network.edge_key.index(edge.attrib["id"])
            x_m, y_m = network.polyline(number)
            assert np.allclose(np.column_stack([x_m, y_m]), (shapes[0] + shapes[-1]) / 2.0, rtol=0.0, atol=1e-3)
            assert along_m(x_m, y_m)[-1] == pytest.approx(network.edge_length_m[number], abs=0.011)


def test_signals_and_gates(tmp_path: Path) -> None:
    """The nine crossings are signalised junctions with four approaches; the twelve ends are gates both ways."""
    network = read_sumo_network(generated_grid(tmp_path))
    signalised = [junction for junction in network.junctions if junction.signalised]
    assert len(signalised) == 9
    assert all(network.edge_v[edge] in junction.nodes for junction in signalised for edge in junction.approaches)
    assert network.entry_edges.size == network.exit_edges.size == 12
    assert set(network.entry_edges.tolist()).isdisjoint(network.exit_edges.tolist())
    ends = {int(network.edge_u[edge]) for edge in network.entry_edges}
    assert ends == {int(network.edge_v[edge]) for edge in network.exit_edges}


def test_lanes_and_edges_for_others_are_left_out(tmp_path: Path) -> None:
    """Sidewalks, a bus lane and a footway are left out and counted; lanes are numbered anew from the kerb."""
    (tmp_path / "a.nod.xml").write_text(
        '<nodes><node id="a" x="0" y="0"/><node id="b" x="200" y="0"/><node id="c" x="400" y="0"/></nodes>', encoding="utf-8"
    )
    (tmp_path / "a.edg.xml").write_text(
        '<edges><edge id="one" from="a" to="b" numLanes="4"><lane index="0" allow="pedestrian"/><lane index="1" allow="bus"/>'
        '</edge><edge id="two" from="b" to="c" numLanes="2"/><edge id="foot" from="c" to="b" allow="pedestrian"/></edges>',
        encoding="utf-8",
    )
    run_tool("netconvert", "-n", "a.nod.xml", "-e", "a.edg.xml", "-o", "a.net.xml", "--no-turnarounds", "true", folder=tmp_path)
    network = read_sumo_network(tmp_path / "a.net.xml")
    assert network.edge_key == ("one", "two")
    assert network.edge_lanes.tolist() == [2, 2]
    assert connection_rows(network) == {("one", 0, "two", 0), ("one", 1, "two", 1)}
    assert "lanes closed to general traffic beside open ones, left out: 2" in lines_of(network.provenance.notices)
    assert any(
        line.startswith("edges closed to general traffic") and line.endswith(": 1")
        for line in lines_of(network.provenance.notices)
    )
    assert network.provenance.edges_dropped == 1


def test_packed_and_cached_are_the_same(tmp_path: Path) -> None:
    """A packed file gives the same network, and so does the cache, connections included."""
    file = generated_grid(tmp_path)
    packed = tmp_path / "other.net.xml.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    first, second, third = load_network(file), load_network(file), load_network(packed)
    for other in (second, third):
        assert np.array_equal(first.point_x_m, other.point_x_m)
        assert connection_rows(first) == connection_rows(other)
        assert (first.edge_key, first.junctions) == (other.edge_key, other.junctions)
    assert second.connections is not None
    assert not second.connections.from_edge.flags.writeable


def test_projection_of_the_file_is_kept(tmp_path: Path) -> None:
    """Longitude and latitude of a place agree with those that SUMO's own library computes, within a centimetre."""
    location = (
        '<location netOffset="-737000.00,-2558000.00" convBoundary="0,0,100,1" origBoundary="113.3,23.1,113.4,23.2" '
        'projParameter="+proj=utm +zone=49 +ellps=WGS84 +datum=WGS84 +units=m +no_defs"/>'
    )
    file = tmp_path / "a.net.xml"
    file.write_text(NET.replace("<edge ", f"{location}<edge ", 1), encoding="utf-8")
    network = read_sumo_network(file)
    lon, lat = to_wgs84(network.crs, network.origin_m, [12.0], [34.0])
    from sumolib.net import readNet

    expected = readNet(str(file)).convertXY2LonLat(12.0, 34.0)
    assert (lon[0], lat[0]) == pytest.approx(expected, abs=1e-7)
    plain = tmp_path / "b.net.xml"
    plain.write_text(NET, encoding="utf-8")
    assert any("without a projection" in line for line in lines_of(read_sumo_network(plain).provenance.notices))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ":1: the XML is damaged or cut short"),
        (NET[:200], "damaged or cut short"),
        ("<osm/>", "begins with <osm>; <net> is needed"),
        ('<!DOCTYPE net [<!ENTITY a "b">]><net version="1"/>', "document type"),
        ('<net version="1.20"/>', "no lane for general traffic"),
        (NET.replace('speed="10"', ""), ":1: 'speed' is missing"),
        (NET.replace('speed="10"', 'speed="fast"'), "cannot be read here .*fast"),
        (NET.replace("0,-1.6 ", "0,east "), "cannot be read here"),
        (NET.replace('length="100"', 'length="0"'), "lane e_0 has the length 0"),
        (NET.replace("</net>", "\n" + BACK.format("x", 0)), ":2: 'x' is missing"),
        (NET.replace("</net>", BACK.format("e", 7)), "cannot be read"),
    ],
)  # fmt: skip
def test_unusable_files(tmp_path: Path, content: str, words: str) -> None:
    """Each kind of unusable file is one message that names the file, the place and what is wrong."""
    file = tmp_path / "bad.net.xml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(MapError, match=words) as caught:
        read_sumo_network(file)
    assert "bad.net.xml" in str(caught.value) or "lane e_0" in str(caught.value)


def test_missing_and_cut_files(tmp_path: Path) -> None:
    """A file that is not there, and a packed one that is cut short, are said to be that."""
    with pytest.raises(MapError, match="no such file"):
        read_sumo_network(tmp_path / "none.net.xml")
    cut = tmp_path / "cut.net.xml.gz"
    packed = gzip.compress(NET.encode())
    cut.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(MapError, match="damaged or cut short"):
        read_sumo_network(cut)


def test_without_sumolib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without sumolib the message names the extra that brings it."""
    monkeypatch.setitem(sys.modules, "sumolib.net", None)
    file = tmp_path / "a.net.xml"
    file.write_text(NET, encoding="utf-8")
    with pytest.raises(MapError, match=r"guangzhou-twin\[sumo\]"):
        read_sumo_network(file)
