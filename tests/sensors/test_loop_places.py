"""Where loops lie on the roads of the CBD, and what a deployment makes of kits that hold some."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from twin.errors import ScenarioError
from twin.roadnet.lane_graph_cache import lane_graph_of
from twin.roadnet.road_network import RoadNetwork
from twin.sensors.costs import bill
from twin.sensors.deployment import place, survey
from twin.sensors.deployment_spec import DeploymentSpec
from twin.sensors.loop import LoopSpec
from twin.sensors.loop_places import ROAD_REACH_M, LoopGround
from twin.sensors.sites import Deployment

HUACHENG = {"lon_deg": 113.31605, "lat_deg": 23.12187}


def deployed(network: RoadNetwork, kit: object, **site: object) -> Deployment:
    """Return one site at Huacheng Avenue with a kit."""
    spec = DeploymentSpec.model_validate(
        {"kits": {"kit": kit}, "sites": [{"name": "huacheng", "kit": "kit", **HUACHENG, **site}]}
    )
    return place(spec, network)


def test_the_nearest_road_with_lanes(cbd: RoadNetwork) -> None:
    """A place on an edge of the CBD is found again, at its distance along; no edge without lanes is ever found."""
    ground = LoopGround(cbd)
    rng = np.random.default_rng(2)
    lanes = np.diff(lane_graph_of(cbd).edge_lane)
    for edge in rng.choice(np.flatnonzero((cbd.edge_level == 0) & (lanes > 0)), 40, replace=False):
        x_m, y_m = cbd.polyline(int(edge))
        part = rng.uniform(0.1, 0.9)
        x, y = x_m[0] + part * (x_m[1] - x_m[0]), y_m[0] + part * (y_m[1] - y_m[0])
        spot = ground.beside(float(x), float(y), 0)
        assert spot is not None
        fx, fy = cbd.polyline(spot.edge)
        first = cbd.point_s_m[cbd.point_offset[spot.edge] : cbd.point_offset[spot.edge + 1]]
        assert np.hypot(np.interp(spot.s_m, first, fx) - x, np.interp(spot.s_m, first, fy) - y) < 0.05
        assert spot.away_m == 0.0
        if spot.edge == edge:
            assert spot.s_m == pytest.approx(part * first[1], abs=0.05)
    for junction in cbd.junctions[:40]:
        spot = ground.beside(junction.x_m, junction.y_m, 0)
        assert spot is not None
        assert lanes[spot.edge] > 0
    assert ground.beside(0.0, 0.0, 5) is None


def test_a_pole_beside_a_road_has_its_loops_in_it(cbd: RoadNetwork) -> None:
    """Rows of poles stand a metre from the kerb: the road found has the pole's own name, nine times in ten at least."""
    spec = DeploymentSpec.model_validate(
        {
            "kits": {"kit": [{"kind": "loop"}]},
            "rules": [{"kind": "along_roads", "kit": "kit", "spacing_m": 200, "names": ["花城大道", "华夏路"]}],
        }
    )
    deployment = place(spec, cbd)
    assert len(deployment.loops) == len(deployment.sites) > 10
    own = [deployment.sites[loop.site].name.startswith(cbd.edge_name[loop.edge] + "-") for loop in deployment.loops]
    assert np.mean(own) >= 0.9


def test_every_approach_has_loops_before_its_stop_line(cbd: RoadNetwork) -> None:
    """A mount at the approaches gives each approach with lanes one device, a loop a lane, so far before its stop line."""
    kit = {"mounts": [{"at": "approach", "devices": [{"kind": "loop", "ahead_m": -10.0}]}]}
    spec = DeploymentSpec.model_validate({"kits": {"kit": kit}, "rules": [{"kind": "signalised_junctions", "kit": "kit"}]})
    deployment = place(spec, cbd)
    graph = lane_graph_of(cbd)
    lanes = np.diff(graph.edge_lane)
    wanted = [edge for junction in cbd.junctions if junction.signalised for edge in junction.approaches if lanes[edge]]
    assert sorted(loop.edge for loop in deployment.loops) == sorted(wanted)
    for loop in deployment.loops:
        lane = graph.edge_lane[loop.edge]
        before_m = graph.lane_begin_m[lane] + graph.lane_length_m[lane] - loop.s_m
        assert before_m == pytest.approx(min(10.0, graph.lane_length_m[lane]))
        assert loop.lanes == tuple(range(lanes[loop.edge]))
    assert [loop.number for loop in deployment.loops] == list(range(len(deployment.loops)))
    assert all(site.poles == 1 for site in deployment.sites)


def test_loops_are_numbered_after_all_that_scans_and_paid_by_lane(cbd: RoadNetwork) -> None:
    """A loop in a kit changes no other device, its number and name least of all; each lane's loop has its price."""
    plain = deployed(cbd, [{"kind": "lidar"}, {"kind": "camera"}], height_m=7.0)
    mixed = deployed(cbd, [{"kind": "loop"}, {"kind": "lidar"}, {"kind": "camera"}], height_m=7.0)
    assert mixed.devices == plain.devices
    (loop,) = mixed.loops
    assert (loop.number, loop.name, loop.site) == (2, "huacheng/loop-0", 0)
    assert mixed.every_device == (*plain.devices, loop)
    costs = DeploymentSpec().costs
    added = bill(mixed, costs).investment_cny - bill(plain, costs).investment_cny
    assert added.tolist() == [len(loop.lanes) * price for price in (costs.loop.low, costs.loop.mid, costs.loop.high)]


def test_a_site_without_a_road_is_told(cbd: RoadNetwork) -> None:
    """A site too far from the roads of its level is a problem that says how far, one without such roads says so."""
    ground = LoopGround(cbd)
    kits = {"kits": {"kit": [{"kind": "loop"}]}}
    away = {"name": "away", "kit": "kit", **HUACHENG, "level": 1}
    (problem,) = survey(DeploymentSpec.model_validate({**kits, "sites": [away]}), cbd).problems
    assert "nearest road of level 1 is" in problem.found
    (problem,) = survey(DeploymentSpec.model_validate({**kits, "sites": [{**away, "level": 5}]}), cbd).problems
    assert "no road of level 5" in problem.found
    with pytest.raises(ScenarioError, match="30 m"):
        place(DeploymentSpec.model_validate({**kits, "sites": [{**away, "level": 5}]}), cbd)
    near = deployed(cbd, [{"kind": "loop"}])
    spot = ground.beside(near.sites[0].x_m, near.sites[0].y_m, 0)
    assert spot is not None
    assert spot.away_m <= ROAD_REACH_M


@pytest.mark.parametrize(("at", "kind"), [("corner", "loop"), ("cross_arm", "loop"), ("approach", "lidar")])
def test_a_mount_that_does_not_fit_is_refused(at: str, kind: str) -> None:
    """Loops do not hang on poles, and what scans does not lie in the road."""
    with pytest.raises(ValidationError, match="loops lie"):
        DeploymentSpec.model_validate({"kits": {"kit": {"mounts": [{"at": at, "devices": [{"kind": kind}]}]}}})


def test_a_loop_stays_where_there_are_lanes(cbd: RoadNetwork) -> None:
    """Far before and far beyond mean the beginning of the lanes and the stop line; lanes that are not there have none."""
    ground, graph = LoopGround(cbd), lane_graph_of(cbd)
    edge = int(np.flatnonzero(np.diff(graph.edge_lane) == 2)[0])
    begin_m = graph.lane_begin_m[graph.edge_lane[edge]]
    for ahead_m, expected in ((-500.0, begin_m), (500.0, begin_m + graph.lane_length_m[graph.edge_lane[edge]])):
        spec = LoopSpec(kind="loop", ahead_m=ahead_m, lanes=(1, 4))
        loop = ground.device(3, "a/loop-0", 0, spec, edge, 1.0)
        assert loop.s_m == pytest.approx(expected)
        assert loop.lanes == (1,)
