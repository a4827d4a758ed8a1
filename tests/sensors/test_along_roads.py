"""Sites every so many metres along roads."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import ScenarioError
from twin.sensors.along_roads import Neighbourhood, on_the_right, places_along
from twin.sensors.deployment import place, survey
from twin.sensors.deployment_spec import AlongRoadsRule, DeploymentSpec
from twin.sensors.poles import KERB_TO_POLE_MIN_M, MapFootprint

MAIN = ["trunk", "primary", "secondary", "tertiary"]
KITS = {"pole": [{"kind": "lidar"}]}
JUNCTIONS = {"kind": "signalised_junctions", "kit": "pole"}


def rule(**values):
    """Return a rule along roads."""
    return AlongRoadsRule.model_validate({"kind": "along_roads", "kit": "pole", "spacing_m": 200.0, **values})


def placed(network, **values):
    """Return the places of a rule alone on the map, and what was left out."""
    return places_along(rule(**values), network, MapFootprint(network), Neighbourhood())


def deployment(*rules):
    """Return a deployment by rules."""
    return DeploymentSpec.model_validate({"kits": KITS, "rules": list(rules)})


def along(**values):
    """Return a rule along roads as a scenario says it."""
    return {"kind": "along_roads", "kit": "pole", "spacing_m": 200.0, **values}


@settings(max_examples=12)
@given(
    spacing_m=st.sampled_from([400.0, 300.0, 250.0, 133.7]),
    start_m=st.sampled_from([0.0, 37.5, 50.0]),
    names=st.lists(st.sampled_from(["花城大道", "临江大道", "猎德大道", "华夏路", "阅江西路"]), min_size=1, unique=True),
    sides=st.sampled_from(["alternate", "left", "right"]),
    clear_of_m=st.sampled_from([0.0, 30.0, 120.0]),
)
def test_halving_the_spacing_keeps_every_site(cbd, spacing_m, start_m, names, sides, clear_of_m) -> None:
    """Sites of a spacing are sites of half and of a quarter of it, of the same name at the same place, junctions or not."""
    options = {"start_m": start_m, "names": names, "sides": sides, "clear_of_m": clear_of_m}
    nested = []
    for divisor in (1, 2, 4):
        spec = deployment(along(spacing_m=spacing_m / divisor, **options), JUNCTIONS)
        sites = place(spec, cbd).sites
        nested.append({site.name: (site.x_m, site.y_m, site.level, site.heading_deg) for site in sites})
    for wide, dense in pairwise(nested):
        assert wide.items() <= dense.items()
        assert len(dense) > len(wide)


def test_the_whole_network_is_nested(cbd) -> None:
    """400 m is in 200 m is in 100 m on every main road of the CBD, and the numbers grow as the spacing shrinks."""
    found = [{p.name: p for p in placed(cbd, spacing_m=spacing_m, classes=MAIN)[0]} for spacing_m in (400.0, 200.0, 100.0)]
    for wide, dense in pairwise(found):
        assert wide.items() <= dense.items()
    assert len(found[1]) > 1.6 * len(found[0])
    assert len(found[2]) > 1.7 * len(found[1])


def test_poles_stand_beside_their_road(cbd) -> None:
    """No pole is in a building or nearer than half a metre to a carriageway of its level; each faces a road 1 to 35 m away."""
    lines = [shapely.LineString(np.column_stack(cbd.polyline(edge))) for edge in range(cbd.edge_count)]
    half_m = 0.5 * cbd.edge_lanes * cbd.edge_lane_width_m
    footprint = MapFootprint(cbd)
    places, left_out = placed(cbd, classes=MAIN)
    assert left_out["room"] == 0
    for found in places:
        assert not footprint.in_building(found.x_m, found.y_m)
        pole = shapely.Point(found.x_m, found.y_m)
        gap_m = shapely.distance(lines, pole) - half_m
        assert gap_m[cbd.edge_level == found.level].min() >= KERB_TO_POLE_MIN_M - 2e-3
        toward = math.radians(found.heading_deg)
        sight = shapely.LineString([pole, (found.x_m + 35.0 * math.sin(toward), found.y_m + 35.0 * math.cos(toward))])
        assert any(line.intersects(sight) for line in lines)


def test_both_carriageways_are_one_road(cbd) -> None:
    """A dual carriageway gets one row: as many sites as half the length of its edges asks for."""
    for name in ("阅江西路", "芳园路", "马场路"):
        length_m = sum(cbd.edge_length_m[e] for e in range(cbd.edge_count) if cbd.edge_name[e] == name) / 2.0
        places, left_out = placed(cbd, names=[name], spacing_m=50.0, clear_of_m=0.0)
        assert len(places) + sum(left_out.values()) == pytest.approx(length_m / 50.0, abs=0.05 * length_m / 50.0 + 1.0)


def test_sides(cbd) -> None:
    """Right and left lie across the road from each other; of neighbours that alternate, three never share a side."""
    options = {"names": ["阅江西路"], "spacing_m": 100.0, "clear_of_m": 0.0}
    right, left = ({p.name: p for p in placed(cbd, sides=side, **options)[0]} for side in ("right", "left"))
    mixed = {p.name: p for p in placed(cbd, **options)[0]}
    across = [math.hypot(right[name].x_m - left[name].x_m, right[name].y_m - left[name].y_m) for name in right.keys() & left]
    assert min(across) > 8.0
    sides = []
    for name, found in mixed.items():
        assert found in (right.get(name), left.get(name))
        sides.append(found == right.get(name))
    assert not any(a == b == c for a, b, c in zip(sides, sides[1:], sides[2:], strict=False))
    assert sum(sides) == pytest.approx(len(sides) / 2.0, abs=2.0)


def test_thue_morse() -> None:
    """The sides are the sequence of Thue and Morse, which halving maps into itself."""
    assert [on_the_right(k) for k in range(8)] == [True, False, False, True, False, True, True, False]
    assert all(on_the_right(2 * k) == on_the_right(k) != on_the_right(2 * k + 1) for k in range(500))


def test_tunnels_bridges_and_classes(cbd) -> None:
    """Tunnels get no site, bridges none if so wished, and a class of road only its own edges."""
    name = "花城大道隧道"
    portals, left_out = placed(cbd, names=[name], spacing_m=20.0)
    mine = np.array([edge for edge in range(cbd.edge_count) if cbd.edge_name[edge] == name])
    lines = [shapely.LineString(np.column_stack(cbd.polyline(edge))) for edge in mine]
    assert left_out["tunnel"] > 10
    assert portals
    for found in portals:
        nearest = mine[np.argmin(shapely.distance(lines, shapely.Point(found.x_m, found.y_m)))]
        assert not cbd.edge_tunnel[nearest]
    over, _ = placed(cbd, names=["猎德大桥"])
    assert any(found.level > 0 for found in over)
    ground, left_out = placed(cbd, names=["猎德大桥"], bridges=False)
    assert all(found.level == 0 for found in ground)
    assert left_out["bridge"] == len(over) - len(ground) > 0
    by_class = {found.name: found for found in placed(cbd, classes=["primary"])[0]}
    by_both = placed(cbd, names=["黄埔大道西"], classes=["primary"])[0]
    assert all(by_class.get(found.name, found) == found for found in by_both)


def test_sites_keep_clear_of_each_other(cbd) -> None:
    """No two sites of a level are nearer than clear_of_m, whoever placed the first."""
    sites = place(deployment(along(classes=MAIN, spacing_m=100.0, clear_of_m=60.0), JUNCTIONS), cbd).sites
    rule_made = [site for site in sites if site.junction is None]
    assert rule_made
    for site in rule_made:
        near = [o for o in sites if o is not site and o.level == site.level]
        assert min(math.hypot(o.x_m - site.x_m, o.y_m - site.y_m) for o in near) >= 60.0


def test_the_order_of_rules_does_not_matter(cbd) -> None:
    """Whatever the order of the list, the same sites of the same names stand at the same places."""
    rules = [along(names=["花城大道"]), JUNCTIONS, along(classes=["secondary"], spacing_m=300.0), along(names=["华夏路"])]
    first = place(deployment(*rules), cbd)
    for turned in (rules[::-1], rules[2:] + rules[:2]):
        assert place(deployment(*turned), cbd) == first
    assert any("30 m" in line for line in survey(deployment(*rules), cbd).notices)


def test_more_sites_leave_the_devices_of_the_others(cbd) -> None:
    """Devices of a wide spacing are devices of a dense one, of the same id, pose and specification."""
    devices = []
    for spacing_m in (400.0, 200.0):
        made = place(deployment(along(classes=["secondary"], spacing_m=spacing_m), JUNCTIONS), cbd).devices
        devices.append({d.name: (d.x_m, d.y_m, d.level, d.heading_deg, d.spec) for d in made})
    assert all(devices[1][name] == pose for name, pose in devices[0].items())


def test_unknown_roads(cbd) -> None:
    """A road that the map does not have is told with those of a similar name; so is a class without roads."""
    problems = survey(deployment(along(names=["花城大到", "华夏路"]), along(classes=["motorway"])), cbd).problems
    assert [problem.key for problem in problems] == ["deployment.rules[0].names[0]", "deployment.rules[1]"]
    assert "花城大道" in problems[0].remedy
    with pytest.raises(ScenarioError):
        place(deployment(along(names=["花城大到"])), cbd)


def test_a_rule_chooses_something() -> None:
    """A rule along roads names roads or classes."""
    with pytest.raises(ValueError, match="neither names nor classes"):
        rule()
