"""The shipped map of the Tianhe CBD, and real extracts."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from twin.roadnet.cache import load_network
from twin.roadnet.osm import read_osm
from twin.roadnet.road_network import RoadNetwork, lines_of
from twin.roadnet.route_search import Reach

MAPS = Path(__file__).parents[2] / "maps"
CBD = MAPS / "tianhe_cbd.osm"
HUANAN = MAPS / "tianhe_huanan.osm"
EXTRACTS = Path(__file__).parents[3] / "shared" / "maps" / "extracts"


@pytest.fixture(scope="module")
def cbd() -> RoadNetwork:
    """Return the CBD's network, read afresh."""
    return read_osm(CBD)


def test_map_is_what_its_script_builds(tmp_path: Path) -> None:
    """The committed file equals, byte for byte, what the script makes of the committed tables."""
    script = runpy.run_path(str(MAPS / "build_tianhe_cbd.py"))
    script["build"](tmp_path / "tianhe_cbd.osm")
    assert (tmp_path / "tianhe_cbd.osm").read_bytes() == CBD.read_bytes()
    script["build"](tmp_path / "tianhe_huanan.osm", huanan=True)
    assert (tmp_path / "tianhe_huanan.osm").read_bytes() == HUANAN.read_bytes()


def test_the_second_map_has_the_expressway_and_all_of_the_first(cbd: RoadNetwork) -> None:
    """Two carriageways of three lanes cross the river at 113.3462 E, one each way; every other edge is as on the first map."""
    network = load_network(HUANAN)
    added = np.array([name == "华南快速干线" for name in network.edge_name])
    assert network.edge_lanes[added].tolist() == [3, 3]
    north = [network.polyline(edge)[1] for edge in np.flatnonzero(added).tolist()]
    assert sorted(np.sign(y_m[-1] - y_m[0]) for y_m in north) == [-1.0, 1.0]
    assert np.count_nonzero(~added) == cbd.edge_count
    assert np.sort(network.edge_length_m[~added]) == pytest.approx(np.sort(cbd.edge_length_m), abs=1e-6)


def test_maps_stay_small() -> None:
    """The folder of maps is below 10 MB."""
    assert sum(file.stat().st_size for file in MAPS.rglob("*") if file.is_file()) < 10_000_000


def test_size_of_the_cbd(cbd: RoadNetwork) -> None:
    """Over 90 % of the road is kept, and 60 to 110 junctions have signals."""
    kept_m = float(cbd.edge_length_m.sum())
    assert kept_m / (kept_m + cbd.provenance.length_dropped_m) > 0.9
    assert 60 <= sum(junction.signalised for junction in cbd.junctions) <= 110
    assert not any(notice.startswith("signals that fit no") for notice in lines_of(cbd.provenance.notices))


def test_tunnels_join_the_avenues(cbd: RoadNetwork) -> None:
    """One drives through each tunnel that was added: along the named avenue, in tunnels, without leaving it for 300 m."""
    for name in ("花城大道隧道", "临江大道隧道", "黄埔大道隧道", "金穗路隧道"):
        tunnel = [e for e in range(cbd.edge_count) if cbd.edge_name[e] == name and cbd.edge_tunnel[e]]
        assert tunnel
        for edge in tunnel:
            assert np.any(cbd.edge_v == cbd.edge_u[edge])
            assert np.any(cbd.edge_u == cbd.edge_v[edge])


def test_no_loose_ends_inside(cbd: RoadNetwork) -> None:
    """Away from the outline, the only gates are the two stubs of Jinsui Road east of Machang Road (named in NOTES.md)."""
    inside = (np.abs(cbd.node_x_m - 200.0) < 1500.0) & (np.abs(cbd.node_y_m) < 1500.0)
    entries = cbd.node_osm[cbd.edge_u[cbd.entry_edges]][inside[cbd.edge_u[cbd.entry_edges]]]
    exits = cbd.node_osm[cbd.edge_v[cbd.exit_edges]][inside[cbd.edge_v[cbd.exit_edges]]]
    assert (entries.tolist(), exits.tolist()) == ([1000771], [1001055])


def test_everything_is_reached(cbd: RoadNetwork) -> None:
    """Every edge is reached from some entry and leads to some exit; nine entries in ten reach nine edges in ten."""
    reach = Reach(cbd)
    reached = np.array([reach.edges_from(entry) for entry in cbd.entry_edges.tolist()])
    assert reached.any(axis=0).all()
    assert (reached.mean(axis=1) > 0.85).mean() > 0.85
    assert all(reach.edges_from(edge)[cbd.exit_edges].any() for edge in range(cbd.edge_count))


def check(network: RoadNetwork) -> None:
    """Hold what every network promises its users."""
    assert network.edge_length_m.min() > 0.5
    assert np.all(
        np.diff(network.point_s_m)[np.diff(np.repeat(np.arange(network.edge_count), np.diff(network.point_offset))) == 0] > 0
    )
    assert np.array_equal(network.point_s_m[network.point_offset[1:] - 1], network.edge_length_m)
    for edge in range(network.edge_count):
        assert np.all(network.edge_u[network.turns(edge)] == network.edge_v[edge])
        assert network.turns(edge).size or edge in network.exit_edges
    nodes = [node for junction in network.junctions for node in junction.nodes]
    assert len(nodes) == len(set(nodes))
    for junction in network.junctions:
        x_m, y_m = network.node_x_m[list(junction.nodes)], network.node_y_m[list(junction.nodes)]
        assert np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m).max() <= 90.0
    assert "ODbL" in network.provenance.attribution


def test_promises_of_the_cbd(cbd: RoadNetwork) -> None:
    """The CBD's network holds what every network promises."""
    check(cbd)


@pytest.mark.parametrize(
    "name", ["zhujiang_newtown_huacheng", "shamian_renmin_bridge", "yuexiu_huanghua", "shanghai_center_crop"]
)
def test_real_extracts(name: str) -> None:
    """Real OpenStreetMap data of other places is read without a crash and holds the same promises."""
    file = EXTRACTS / f"{name}.osm"
    if not file.exists():
        pytest.skip(f"{file.name} is not part of the repository")
    check(load_network(file))


def test_huacheng_signal_finds_its_junction() -> None:
    """The one signal of the Huacheng extract, on the west approach, controls Huacheng Avenue x Huaxia Road."""
    file = EXTRACTS / "zhujiang_newtown_huacheng.osm"
    if not file.exists():
        pytest.skip(f"{file.name} is not part of the repository")
    assert [j.name for j in load_network(file).junctions if j.signalised] == ["花城大道 / 华夏路"]
