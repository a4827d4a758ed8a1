"""Reading maps: errors, directions, widths, simplification, the kept part."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from osm_text import Way, dual_crossing, osm_text, write_map

from twin.errors import MapError
from twin.roadnet.osm import read_osm
from twin.roadnet.road_network import lines_of

STREET = {"highway": "secondary", "lanes": "4", "name": "路"}
LINE = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (200.0, 0.0)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "not well-formed XML"),
        ("<kml></kml>", "root is <kml>"),
        (osm_text(LINE, [([1, 2], STREET)])[:-60], "cut short"),
        (osm_text(LINE, []), "no roads"),
        (osm_text(LINE, [([1, 2], {"highway": "footway"})]), "no roads"),
        (osm_text({1: (0.0, 0.0), 2: (0.3, 0.0)}, [([1, 2], STREET)]), "no road longer"),
        ('<osm><node id="1" lat="x" lon="2"/></osm>', "attribute"),
    ],
)
def test_unusable_maps(tmp_path: Path, text: str, words: str) -> None:
    """Each kind of unusable map gives a MapError that names the file and says what to do."""
    file = tmp_path / "bad.osm"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MapError, match=words) as caught:
        read_osm(file)
    assert "bad.osm" in str(caught.value)


def test_missing_map(tmp_path: Path) -> None:
    """A missing file is a MapError, too."""
    with pytest.raises(MapError, match="no such map file"):
        read_osm(tmp_path / "none.osm")


def test_two_way_road_is_shifted_right(tmp_path: Path) -> None:
    """Each direction of a two-way road runs half its carriageway right of the middle: 2 lanes x 3.5 m / 2."""
    network = read_osm(write_map(tmp_path, LINE, [([1, 2, 3], STREET)]))
    assert network.edge_count == 2
    east = next(edge for edge in range(2) if np.diff(network.polyline(edge)[0])[0] > 0)
    x_m, y_m = network.polyline(east)
    _, y_back_m = network.polyline(1 - east)
    assert y_back_m.mean() - y_m.mean() == pytest.approx(7.0, abs=0.01)
    assert network.edge_length_m[east] == pytest.approx(200.0, rel=0.005)
    assert network.crs == "EPSG:32649"
    assert np.array_equal(np.round(x_m, 3), x_m)


def test_one_way_against_the_drawing(tmp_path: Path) -> None:
    """``oneway=-1`` gives one edge, centred, from the last node to the first."""
    network = read_osm(write_map(tmp_path, LINE, [([1, 2, 3], {**STREET, "oneway": "-1"})]))
    assert network.edge_count == 1
    assert network.node_osm[network.edge_u[0]] == 3
    x_m, y_m = network.polyline(0)
    assert x_m[0] > x_m[-1]
    assert abs(y_m[0] - network.node_y_m[network.edge_u[0]]) == 0.0
    assert network.entry_edges.tolist() == network.exit_edges.tolist() == [0]


def test_attributes_stop_the_merging(tmp_path: Path) -> None:
    """A node in the course of a road stays only where the attributes change."""
    ways: list[Way] = [([1, 2], STREET), ([2, 3], STREET)]
    assert read_osm(write_map(tmp_path, LINE, ways)).edge_count == 2
    ways[1] = ([2, 3], {**STREET, "lanes": "2"})
    assert read_osm(write_map(tmp_path, LINE, ways)).edge_count == 4


def test_unequal_directions_keep_their_side(tmp_path: Path) -> None:
    """Lanes forward and backward stay with their direction when ways are drawn head to head."""
    ways: list[Way] = [
        ([1, 2], {**STREET, "lanes": "4", "lanes:forward": "3", "lanes:backward": "1"}),
        ([3, 2], {**STREET, "lanes": "4", "lanes:forward": "1", "lanes:backward": "3"}),
    ]
    network = read_osm(write_map(tmp_path, LINE, ways))
    for edge in range(network.edge_count):
        eastbound = network.node_x_m[network.edge_v[edge]] > network.node_x_m[network.edge_u[edge]]
        assert network.edge_lanes[edge] == (3 if eastbound else 1)


def test_dead_ends_turn_round(tmp_path: Path) -> None:
    """In a dead end the U-turn is the only way; elsewhere there is none."""
    nodes = {1: (-200.0, 0.0), 2: (0.0, 0.0), 3: (200.0, 0.0), 4: (0.0, 50.0)}
    side = {"highway": "residential"}
    network = read_osm(write_map(tmp_path, nodes, [([1, 2, 3], STREET), ([2, 4], side)]))
    into = next(
        e
        for e in range(network.edge_count)
        if network.edge_highway[e] == "residential" and network.node_osm[network.edge_v[e]] == 4
    )
    assert [network.edge_v[turn] for turn in network.turns(into)] == [network.edge_u[into]]
    for edge in set(range(network.edge_count)) - {into}:
        assert all(network.edge_v[turn] != network.edge_u[edge] for turn in network.turns(edge))


def test_one_drives_on_round_a_hairpin(tmp_path: Path) -> None:
    """Where the only way on is as sharp as a U-turn, one takes it, and still does not turn back."""
    nodes = {1: (-200.0, 0.0), 2: (0.0, 0.0), 3: (-200.0, 20.0)}
    network = read_osm(write_map(tmp_path, nodes, [([1, 2], STREET), ([2, 3], {"highway": "residential"})]))
    ends = [(int(network.node_osm[network.edge_u[e]]), int(network.node_osm[network.edge_v[e]])) for e in range(4)]
    for into, after in (((1, 2), (2, 3)), ((3, 2), (2, 1))):
        assert [ends[turn] for turn in network.turns(ends.index(into))] == [after]


def test_the_world_outside_is_one_place(tmp_path: Path) -> None:
    """Clipped one-way carriageways are kept as gates; a one-way dead end inside an island is dropped and said."""
    nodes, ways = dual_crossing()
    nodes |= {31: (100.0, 100.0), 32: (150.0, 100.0), 33: (150.0, 100.4)}
    ways.append(([31, 32, 33], {"highway": "residential", "oneway": "yes"}))
    network = read_osm(write_map(tmp_path, nodes, ways))
    assert network.provenance.edges_dropped == 1
    assert network.entry_edges.size == network.exit_edges.size == 4
    assert any("dropped: 1" in notice for notice in lines_of(network.provenance.notices))
    assert any("without the outside world" in notice for notice in lines_of(network.provenance.notices))
    assert 31 not in network.node_osm


def test_near_nodes_become_one(tmp_path: Path) -> None:
    """Crossings drawn half a metre apart along a road become one node; no edge is shorter than a metre."""
    nodes = {1: (-200.0, 0.0), 2: (0.0, 0.0), 3: (0.5, 0.0), 4: (200.0, 0.0), 5: (0.0, 200.0), 6: (0.5, -200.0)}
    network = read_osm(write_map(tmp_path, nodes, [([1, 2, 3, 4], STREET), ([2, 5], STREET), ([3, 6], STREET)]))
    assert network.node_osm.tolist() == [1, 2, 4, 5, 6]
    assert network.edge_length_m.min() > 1.0


def test_clipped_ways_are_cut(tmp_path: Path) -> None:
    """A node that the file does not hold cuts its way instead of being jumped over."""
    network = read_osm(write_map(tmp_path, {**LINE, 5: (400.0, 0.0), 6: (900.0, 0.0)}, [([1, 2, 99, 5, 6], STREET)]))
    assert network.edge_length_m.max() == pytest.approx(500.0, rel=0.01)


def test_buildings_and_places(tmp_path: Path) -> None:
    """Heights come from height, levels x 3 m, or the class; car parks and stops are read from nodes and areas."""
    nodes = {**LINE, **{10 + i: (10.0 * i, 50.0 + 10.0 * (i % 2)) for i in range(9)}, 30: (5.0, 5.0), 31: (6.0, 6.0)}
    ring = [10, 11, 12, 10]
    ways: list[Way] = [
        ([1, 2, 3], STREET),
        (ring, {"building": "yes", "height": "101.5 m"}),
        (ring, {"building": "office", "building:levels": "10"}),
        (ring, {"building": "garage"}),
        ([10, 11, 12], {"building": "yes"}),
        (ring, {"amenity": "parking", "capacity": "300"}),
    ]
    tags = {30: {"highway": "bus_stop", "name": "站"}, 31: {"amenity": "parking", "access": "private"}}
    network = read_osm(write_map(tmp_path, nodes, ways, tags))
    assert [building.height_m for building in network.buildings] == [101.5, 30.0, 3.0]
    assert [(place.kind, place.name, place.capacity) for place in network.places] == [
        ("bus_stop", "站", 0),
        ("car_park", "", 300),
    ]
    assert all(building.x_m.size == 3 for building in network.buildings)


def test_gates_of_two_way_roads(tmp_path: Path) -> None:
    """Two-way main roads that end at the outline are gates, both ways; residential ends and ends inside are not."""
    nodes = {10 * row + column: (200.0 * column, 200.0 * row) for row in range(6) for column in range(6)}
    main, small = {"highway": "tertiary"}, {"highway": "residential"}
    ways: list[Way] = [([10 * i + j for j in range(6)], main) for i in range(6) if i != 2]
    ways += [([10 * j for j in range(6)], main), ([10 * j + 5 for j in range(6)], main)]
    nodes |= {100: (-50.0, 400.0), 101: (1050.0, 400.0), 102: (400.0, 500.0)}
    ways += [([100, 20], main), ([25, 101], small), ([32, 102], main)]
    network = read_osm(write_map(tmp_path, nodes, ways))
    assert network.node_osm[network.edge_u[network.entry_edges]].tolist() == [100]
    assert network.node_osm[network.edge_v[network.exit_edges]].tolist() == [100]
    assert all(network.turns(int(edge)).size == 0 for edge in network.exit_edges)
