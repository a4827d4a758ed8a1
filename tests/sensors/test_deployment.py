"""Deployments: placing sites, finding everything wrong with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import ipc
from pydantic import ValidationError

from twin.errors import ScenarioError
from twin.eventlog.recorder import Recorder
from twin.roadnet.projection import to_wgs84
from twin.roadnet.road_network import Building, Junction, Provenance, RoadNetwork
from twin.sensors.deployment import place, survey
from twin.sensors.deployment_spec import DeploymentSpec
from twin.sensors.dimensions import write_dimensions
from twin.sensors.poles import CLEARANCE_M, KERB_TO_POLE_MIN_M, MapFootprint

ORIGIN_M = (742_000.0, 2_560_000.0)
KITS = {"pole": [{"kind": "lidar"}, {"kind": "lidar", "heading_deg": 180.0, "field_of_view_deg": 120.0}]}


def network(junctions=1, buildings=(), *, signalised=True):
    """Return crossings 300 m apart on one street, each of a three-lane street east and a one-lane street north."""
    points, ends, level = [], [], []
    crossings = []
    for k in range(junctions):
        x = 300.0 * k
        first = len(points)
        points += [[(x - 150.0, -5.25), (x, -5.25)], [(x + 150.0, 5.25), (x, 5.25)]]
        points += [[(x + 1.75, -100.0), (x + 1.75, 0.0)], [(x - 1.75, 100.0), (x - 1.75, 0.0)]]
        points += [[(x, -5.25), (x + 150.0, -5.25)], [(x, 5.25), (x - 150.0, 5.25)]]
        points += [[(x + 1.75, 0.0), (x + 1.75, 100.0)], [(x - 1.75, 0.0), (x - 1.75, -100.0)]]
        ends += [3, 3, 1, 1] * 2
        level += [0] * 8
        edges = tuple(range(first, first + 4))
        crossings.append(Junction(k, f"street / {k}", x, 0.0, (k,), edges, (), signalised))
    count = len(points)
    flat = np.array(points, float).reshape(-1, 2)
    lengths = np.hypot(*(flat[1::2] - flat[::2]).T)
    along = np.zeros(2 * count)
    along[1::2] = lengths
    node = np.repeat(np.arange(junctions), 8).astype(np.int32)
    return RoadNetwork(
        crs="EPSG:32649",
        origin_m=ORIGIN_M,
        node_osm=np.arange(900, 900 + junctions, dtype=np.int64),
        node_x_m=np.array([c.x_m for c in crossings]),
        node_y_m=np.zeros(junctions),
        edge_u=node,
        edge_v=node,
        edge_way=np.zeros(count, np.int64),
        edge_name=("",) * count,
        edge_highway=("primary",) * count,
        edge_lanes=np.array(ends, np.int8),
        edge_lane_width_m=np.full(count, 3.5),
        edge_speed_limit_mps=np.full(count, 16.7),
        edge_length_m=lengths,
        edge_bridge=np.zeros(count, np.bool_),
        edge_tunnel=np.zeros(count, np.bool_),
        edge_level=np.array(level, np.int8),
        point_offset=np.arange(0, 2 * count + 1, 2, dtype=np.int32),
        point_x_m=flat[:, 0],
        point_y_m=flat[:, 1],
        point_s_m=along,
        turn_offset=np.zeros(count + 1, np.int32),
        turn_edge=np.empty(0, np.int32),
        entry_edges=np.empty(0, np.int32),
        exit_edges=np.empty(0, np.int32),
        junctions=tuple(crossings),
        buildings=tuple(buildings),
        places=(),
        provenance=Provenance("made.osm", "", "", junctions, count, 0, 0, 0.0, ()),
    )


def lonlat(x_m, y_m):
    """Return lon_deg and lat_deg of a local point."""
    lon, lat = to_wgs84("EPSG:32649", ORIGIN_M, np.array([x_m]), np.array([y_m]))
    return {"lon_deg": float(lon[0]), "lat_deg": float(lat[0])}


def deployment(**values):
    """Return a specification with the usual kits."""
    return DeploymentSpec.model_validate({"kits": KITS, **values})


SQUARE = Building(np.array([40.0, 80.0, 80.0, 40.0]), np.array([30.0, 30.0, 60.0, 60.0]), 50.0)


def test_given_sites() -> None:
    """A site stands where its WGS-84 place is; devices are named by site, kind and place in the kit, and turned with it."""
    spec = deployment(sites=[{"name": "north", "kit": "pole", "heading_deg": 100.0, "level": 1, **lonlat(12.0, 34.0)}])
    placed = place(spec, network())
    (site,) = placed.sites
    assert (site.x_m, site.y_m) == (pytest.approx(12.0, abs=2e-3), pytest.approx(34.0, abs=2e-3))
    assert (site.name, site.level, site.junction) == ("north", 1, None)
    assert [device.name for device in placed.devices] == ["north/lidar-0", "north/lidar-1"]
    assert [device.heading_deg for device in placed.devices] == [100.0, 280.0]
    assert [device.number for device in placed.devices] == [0, 1]


def test_rule_puts_a_pole_beside_the_widest_approach() -> None:
    """At a plain crossing the pole stands outside the right kerb of the widest approach, clear of both streets, facing in."""
    net = network(junctions=3)
    placed = place(deployment(rules=[{"kind": "signalised_junctions", "kit": "pole"}]), net)
    assert [site.name for site in placed.sites] == ["junction-900", "junction-901", "junction-902"]
    assert [site.junction for site in placed.sites] == [0, 1, 2]
    for site, junction in zip(placed.sites, net.junctions, strict=True):
        assert site.y_m == pytest.approx(-(5.25 + 5.25 + CLEARANCE_M))
        assert junction.x_m - site.x_m >= 3.5 + KERB_TO_POLE_MIN_M
        assert junction.x_m - site.x_m <= 3.5 + KERB_TO_POLE_MIN_M + 2.5
        bearing = np.degrees(np.arctan2(junction.x_m - site.x_m, -site.y_m)) % 360.0
        assert site.heading_deg == pytest.approx(bearing, abs=1e-3)


def test_rule_avoids_buildings() -> None:
    """Where a building takes the best corner, another one is used."""
    taken = Building(np.array([-40.0, 0.0, 0.0, -40.0]), np.array([-40.0, -40.0, -10.6, -10.6]), 20.0)
    net = network(buildings=[taken])
    (site,) = place(deployment(rules=[{"kind": "signalised_junctions", "kit": "pole"}]), net).sites
    assert not MapFootprint(net).in_building(site.x_m, site.y_m)
    assert site.y_m > 0.0


def test_all_problems_at_once() -> None:
    """Outside the map, inside a building, double and unknown names: each is told with its key, none hides another."""
    spec = deployment(
        sites=[
            {"name": "a", "kit": "pole", **lonlat(10.0, 20.0)},
            {"name": "far", "kit": "pole", **lonlat(5000.0, 20.0)},
            {"name": "inside", "kit": "pole", **lonlat(60.0, 45.0)},
            {"name": "a", "kit": "mast", **lonlat(-10.0, 20.0)},
        ],
        rules=[{"kind": "signalised_junctions", "kit": "tower"}],
    )
    problems = survey(spec, network(buildings=[SQUARE], signalised=False)).problems
    assert sorted(problem.key for problem in problems) == [
        "deployment.rules[0]",
        "deployment.rules[0].kit",
        "deployment.sites[1].lon_deg",
        "deployment.sites[2].lon_deg",
        "deployment.sites[3].kit",
        "deployment.sites[3].name",
    ]
    assert all(problem.where == "" and problem.found and problem.remedy for problem in problems)
    with pytest.raises(ScenarioError) as error:
        place(spec, network(buildings=[SQUARE], signalised=False))
    assert error.value.problems == problems


def test_swapped_coordinates_are_outside() -> None:
    """Latitude and longitude swapped: outside the map, also where the projection has no finite answer."""
    swapped = [{"name": "s", "kit": "pole", "lon_deg": 23.1, "lat_deg": 89.9}]
    assert [problem.key for problem in survey(deployment(sites=swapped), network()).problems] == ["deployment.sites[0].lon_deg"]


def test_names_are_checked() -> None:
    """A site's name holds no slash and no space: it is part of the devices' ids."""
    for name in ("a/b", "a b", ""):
        with pytest.raises(ValidationError):
            deployment(sites=[{"name": name, "kit": "pole", **lonlat(0.0, 20.0)}])


def test_thousand_sites_are_placed() -> None:
    """A rule places 1000 sites, each with its own devices."""
    net = network(junctions=1000)
    placed = place(deployment(rules=[{"kind": "signalised_junctions", "kit": "pole"}]), net)
    assert len(placed.sites) == 1000
    assert len({device.name for device in placed.devices}) == 2000


def test_dimensions(tmp_path: Path) -> None:
    """The static tables hold every site and device as placed."""
    spec = deployment(
        sites=[{"name": "north", "kit": "pole", **lonlat(12.0, 34.0)}], rules=[{"kind": "signalised_junctions", "kit": "pole"}]
    )
    write_dimensions(Recorder(tmp_path), place(spec, network()), [0, 1], spec.costs)
    tables = {}
    for name in ("site", "device_spec"):
        tables[name] = pa.concat_tables([ipc.open_file(part).read_all() for part in sorted((tmp_path / name).iterdir())])
    assert tables["site"]["junction"].to_pylist() == [None, 0]
    assert tables["site"]["mec"].to_pylist() == [0, 1]
    assert tables["device_spec"]["name"].to_pylist()[2:] == ["junction-900/lidar-0", "junction-900/lidar-1"]
    assert tables["device_spec"]["range_m"].to_pylist() == [200.0] * 4
