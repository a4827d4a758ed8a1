"""Where underpasses and devices are: found on the map, or said to be nowhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twin.messages import speaking
from twin.municipal.places import points_of
from twin.municipal.rain import mean_mmph
from twin.municipal.roads_spec import RoadDevicesSpec
from twin.municipal.underpasses import underpasses_of
from twin.roadnet.cache import load_network
from twin.simulation.roads import road_problems

CBD = Path(__file__).parent.parent.parent / "maps" / "tianhe_cbd.osm"


@pytest.fixture(scope="module")
def network():
    """Return the CBD."""
    return load_network(CBD)


def _spec(**keys: object) -> RoadDevicesSpec:
    return RoadDevicesSpec.model_validate(keys)


def test_the_map_has_its_underpasses_once_each(network) -> None:
    """Both carriageways of a road are one underpass, no edge is in two, and all edges lead below the ground."""
    found, problems = underpasses_of(_spec(from_map={}), network)
    assert not problems
    edges = np.concatenate([one.edges for one in found])
    assert np.unique(edges).size == edges.size
    assert (network.edge_tunnel[edges] | (network.edge_level[edges] < 0)).all()
    assert [one.number for one in found] == list(range(len(found)))
    assert len({one.name for one in found}) == len(found)
    by_name = {one.name: one for one in found}
    tunnel = by_name["金穗路隧道"]
    assert tunnel.edges.size == 2
    area_m2 = float((network.edge_lanes * network.edge_lane_width_m * network.edge_length_m)[tunnel.edges].sum())
    assert tunnel.catchment_m2 == pytest.approx(3.0 * area_m2)
    assert tunnel.pump_m3ps == pytest.approx(0.9 * mean_mmph(5.0, 8.0) * tunnel.catchment_m2 / 3.6e6)
    assert "花城大道隧道-2" in by_name


def test_single_underpasses_come_first_and_are_taken_from_the_map(network) -> None:
    """By road or by ways; the rule leaves their edges out; short and long ones are left out."""
    single = [
        {"name": "a", "road": "金穗路隧道", "pump_m3ps": 0.5},
        {"name": "b", "ways": [2000000, 2000001], "catchment_m2": 9.0},
    ]
    found, problems = underpasses_of(_spec(underpasses=single, from_map={"shortest_m": 100, "longest_m": 300}), network)
    assert not problems
    assert [one.name for one in found[:2]] == ["a", "b"]
    assert (found[0].pump_m3ps, found[1].catchment_m2) == (0.5, 9.0)
    edges = np.concatenate([one.edges for one in found[2:]])
    assert not set(edges.tolist()) & set(np.concatenate([one.edges for one in found[:2]]).tolist())
    assert ((network.edge_length_m[edges] >= 100) & (network.edge_length_m[edges] <= 300)).all()


def test_everything_that_is_wrong_is_said_at_once(network) -> None:
    """A mistyped road, one in two places, an unknown way, points off the road, strangers in the schedule."""
    spec = _spec(
        underpasses=[{"name": "a", "road": "金穗路遂道"}, {"name": "b", "road": "花城大道隧道"}, {"name": "c", "ways": [5]}],
        settlement=[{"name": "s", "lon_deg": 114.0, "lat_deg": 23.12}],
        life={
            "scheduled": [
                {"device": "nobody", "from_s": 1},
                {"device": "gauge-a", "cause": "gateway_outage", "from_s": 1},
                {"device": "g", "cause": "gateway_outage", "from_s": 1},
            ]
        },
        gateways=[{"name": "g", "lon_deg": 113.32, "lat_deg": 23.12}],
    )
    with speaking("en"):
        problems = road_problems(spec, network)
    keys = [problem.key for problem in problems]
    assert keys == [
        "roads.underpasses[0].road",
        "roads.underpasses[1].road",
        "roads.underpasses[2].ways",
        "roads.settlement[0].lon_deg",
        "roads.life.scheduled[0].device",
        "roads.life.scheduled[1].device",
    ]
    assert "金穗路隧道" in problems[0].remedy
    assert "2000000" in problems[1].remedy


def test_points_lie_in_the_nearest_road(network) -> None:
    """The edge is the nearest of all, and the place is kept as given."""
    spec = _spec(covers=[{"name": "c", "lon_deg": 113.31605, "lat_deg": 23.12187}])
    _, covers, problems = points_of(spec, network)
    assert not problems
    part = slice(int(network.point_offset[covers[0].edge]), int(network.point_offset[covers[0].edge + 1]))
    away = np.hypot(network.point_x_m[part] - covers[0].x_m, network.point_y_m[part] - covers[0].y_m).min()
    assert away < 60.0
