"""Kits at junctions: poles at corners, cross-arms over exits; removed sites; rows along bridges and ramps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.sensors.test_deployment import lonlat, network

from twin.roadnet.road_network import RoadNetwork
from twin.sensors.deployment import place, survey
from twin.sensors.deployment_spec import DeploymentSpec
from twin.sensors.mounts import LONGEST_CROSS_ARM_M, chosen, poses
from twin.sensors.poles import MapFootprint
from twin.sensors.structures import bridges, ramps

IV = {
    "mounts": [
        {"at": "corner", "which": "diagonal", "devices": [{"kind": "lidar", "rate_hz": 10.0}]},
        {"at": "cross_arm", "devices": [{"kind": "lidar", "field_of_view_deg": 30.0}]},
        {"at": "corner", "devices": [{"kind": "lidar", "field_of_view_deg": 100.0}]},
    ]
}
"""The arrangement of configuration IV, with LiDARs for every device."""


def apart_deg(first: float, second: float) -> float:
    """Return the angle between two bearings."""
    return abs((first - second + 180.0) % 360.0 - 180.0)


def bearing_deg(dx: float, dy: float) -> float:
    """Return the compass bearing of a vector."""
    return math.degrees(math.atan2(dx, dy)) % 360.0


def test_a_crossroads_has_a_pole_at_each_corner() -> None:
    """At a plain crossing the four poles stand in the four quadrants, clear of both streets, facing the middle, clockwise."""
    net = network()
    found = poses(net.junctions[0], net, MapFootprint(net), (-10.0, -12.0))["corner"]
    quadrants = [(pose.x_m > 0.0, pose.y_m > 0.0) for pose in found]
    assert quadrants == [(False, False), (False, True), (True, True), (True, False)]
    for pose in found:
        assert abs(pose.x_m) > 3.5
        assert abs(pose.y_m) > 10.5
        assert apart_deg(pose.heading_deg, bearing_deg(-pose.x_m, -pose.y_m)) < 0.01


def test_a_cross_arm_looks_at_its_approach_from_the_opposite_end() -> None:
    """Each cross-arm is carried by a pole across the junction to the right of the exit, hangs over the exit, and faces back."""
    net = network()
    found = poses(net.junctions[0], net, MapFootprint(net), (-10.0, -12.0))
    faced = sorted(pose.heading_deg for pose in found["cross_arm"])
    assert faced == pytest.approx([0.0, 90.0, 180.0, 270.0])
    assert sorted(pose.pole for pose in found["cross_arm"]) == [0, 1, 2, 3]
    for pose in found["cross_arm"]:
        pole = found["corner"][pose.pole]
        toward = math.sin(math.radians(pose.heading_deg)), math.cos(math.radians(pose.heading_deg))
        assert pose.x_m * toward[0] + pose.y_m * toward[1] < -3.0  # beyond the middle, seen from the approach
        assert math.hypot(pose.x_m - pole.x_m, pose.y_m - pole.y_m) <= LONGEST_CROSS_ARM_M
        right = -toward[1], toward[0]  # of a driver who comes from there
        assert (pole.x_m - pose.x_m) * right[0] + (pole.y_m - pose.y_m) * right[1] > 0.0


def test_configuration_iv_at_a_crossroads() -> None:
    """Ten devices hang at a crossroads: two on a diagonal, four on cross-arms, four at corners, on four poles."""
    spec = DeploymentSpec.model_validate({"kits": {"iv": IV}, "rules": [{"kind": "signalised_junctions", "kit": "iv"}]})
    placed = place(spec, network())
    (site,) = placed.sites
    assert (site.poles, len(placed.devices)) == (4, 10)
    assert [device.name for device in placed.devices] == [f"junction-900/lidar-{i}" for i in range(10)]
    first, second = placed.devices[:2]
    assert first.x_m * second.x_m < 0.0
    assert first.y_m * second.y_m < 0.0
    assert (first.x_m, first.y_m) == (site.x_m, site.y_m)


def test_diagonals_of_other_junctions() -> None:
    """The diagonal is the first place and the one half-way around, whatever their number."""
    net = network()
    four = poses(net.junctions[0], net, MapFootprint(net), (0.0, 0.0))["corner"]
    assert [pose.pole for pose in chosen(four, "diagonal")] == [0, 2]
    assert [pose.pole for pose in chosen(four[:3], "diagonal")] == [0, 1]
    assert [pose.pole for pose in chosen(four[:1], "diagonal")] == [0]
    assert [pose.pole for pose in chosen(four, "first")] == [0]


def test_corners_on_the_cbd(cbd: RoadNetwork) -> None:
    """At every signalised junction of the CBD poles are clear of roads and buildings (but one in a hundred), cross-arms short.

    Devices of one site stay within 100 m of the junction's middle.
    """
    footprint = MapFootprint(cbd)
    blocked = total = 0
    for junction in (junction for junction in cbd.junctions if junction.signalised):
        found = poses(junction, cbd, footprint, (junction.x_m, junction.y_m))
        assert 2 <= len(found["corner"]) == len(found["cross_arm"]) <= 8
        for pose in found["corner"]:
            total += 1
            blocked += footprint.first_clear(np.array([[pose.x_m, pose.y_m]]), np.array([pose.level], np.int8)) is None
            assert math.hypot(pose.x_m - junction.x_m, pose.y_m - junction.y_m) < 100.0
        for pose in found["cross_arm"]:
            pole = found["corner"][pose.pole]
            assert math.hypot(pose.x_m - pole.x_m, pose.y_m - pole.y_m) <= LONGEST_CROSS_ARM_M + 0.01
    assert blocked <= 0.01 * total


def test_corners_need_a_junction(cbd: RoadNetwork) -> None:
    """A given site takes the corners of a junction within 60 m; farther off, and along roads, that is a problem."""
    near = {"name": "near", "kit": "iv", **lonlat(20.0, 20.0)}
    far = {"name": "far", "kit": "iv", **lonlat(100.0, 20.0)}
    spec = DeploymentSpec.model_validate({"kits": {"iv": IV}, "sites": [near, far]})
    (problem,) = survey(spec, network()).problems
    assert problem.key == "deployment.sites[1].name"
    assert "site 'far' is at none" in problem.found
    placed = place(spec.model_copy(update={"sites": spec.sites[:1]}), network())
    assert len(placed.devices) == 10
    rule = {"kind": "along_roads", "kit": "iv", "spacing_m": 200.0, "names": ["花城大道"]}
    (problem,) = survey(DeploymentSpec.model_validate({"kits": {"iv": IV}, "rules": [rule]}), cbd).problems
    assert problem.key == "deployment.rules[0]"


def test_removed_sites_leave_the_others_as_they_are(cbd: RoadNetwork) -> None:
    """What is removed by name is gone with its devices; every other site and device keeps name and place."""
    given = {
        "kits": {"pole": [{"kind": "lidar"}]},
        "rules": [
            {"kind": "signalised_junctions", "kit": "pole"},
            {"kind": "along_roads", "kit": "pole", "spacing_m": 200.0, "names": ["花城大道"]},
        ],
    }
    whole = place(DeploymentSpec.model_validate(given), cbd)
    gone = [site.name for site in whole.sites[::2]]
    rest = place(DeploymentSpec.model_validate({**given, "removed": gone}), cbd)
    assert {site.name for site in rest.removed} == set(gone)
    before = {device.name: (device.x_m, device.y_m, device.heading_deg) for device in whole.devices}
    assert {device.name: (device.x_m, device.y_m, device.heading_deg) for device in rest.devices} == {
        name: pose for name, pose in before.items() if name.partition("/")[0] not in gone
    }
    assert [site.number for site in rest.sites] == list(range(len(rest.sites)))
    (problem,) = survey(DeploymentSpec.model_validate({**given, "removed": [gone[0][:-1]]}), cbd).problems
    assert problem.key == "deployment.removed[0]"
    assert "did you mean" in problem.remedy


def test_every_bridge_and_ramp_gets_sites_and_spacings_are_nested(cbd: RoadNetwork) -> None:
    """Sites stand beside bridges and links only; halving the spacing keeps each; nearly every structure of 100 m has one."""

    def rule(spacing_m: float) -> DeploymentSpec:
        row = {"kind": "bridges_and_ramps", "kit": "pole", "spacing_m": spacing_m}
        return DeploymentSpec.model_validate({"kits": {"pole": [{"kind": "lidar"}]}, "rules": [row]})

    placed = [{(site.name, site.x_m, site.y_m) for site in place(rule(m), cbd).sites} for m in (400.0, 200.0, 100.0)]
    assert placed[0] < placed[1] < placed[2]
    structures = {**bridges(cbd), **ramps(cbd)}
    named = {name.partition("-K")[0] for name, _, _ in placed[0]}
    assert named <= set(structures)
    long = {name for name, edges in ramps(cbd).items() if cbd.edge_length_m[list(edges)].sum() >= 150.0}
    assert len(long & named) >= 0.9 * len(long)
    for edges in bridges(cbd).values():
        assert all(cbd.edge_bridge[edge] for edge in edges)
        assert len({int(cbd.edge_level[edge]) for edge in edges}) == 1


def test_maps_without_bridges_say_so() -> None:
    """Where there is neither bridge nor ramp the rule is a problem."""
    rule = {"kind": "bridges_and_ramps", "kit": "pole", "spacing_m": 100.0}
    spec = DeploymentSpec.model_validate({"kits": {"pole": [{"kind": "lidar"}]}, "rules": [rule]})
    (problem,) = survey(spec, network()).problems
    assert "no bridge and no ramp" in problem.found
