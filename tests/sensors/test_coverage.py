"""Stretches of road in sight of devices, by hand and on the CBD."""

from __future__ import annotations

import numpy as np
import pytest
from tests.sensors.test_deployment import lonlat, network

from twin.roadnet.road_network import Building, RoadNetwork
from twin.sensors.coverage import CoverageSpec, Stretches, stretches
from twin.sensors.deployment import place
from twin.sensors.deployment_spec import DeploymentSpec
from twin.sensors.outlook import outlook_of
from twin.sensors.storeys import NO_DECKS

WALL = Building(np.array([-60.0, -60.0, -59.0, -59.0]), np.array([-3.0, 3.0, 3.0, -3.0]), 40.0)
"""Between the two carriageways; 1 m thick, from 59 m to 60 m west of the crossing."""


def seen(net: RoadNetwork, *sites: dict[str, object], **coverage: float) -> Stretches:
    """Return the stretches seen by sites that each carry a LiDAR of 100 m range."""
    given = [{"name": f"s{i}", "kit": "pole", **site} for i, site in enumerate(sites)]
    spec = DeploymentSpec.model_validate({"kits": {"pole": [{"kind": "lidar", "range_m": 100.0}]}, "sites": given})
    outlook = outlook_of(place(spec, net).devices, net.buildings, NO_DECKS)
    return stretches(net, [outlook], CoverageSpec(**coverage))


def metres(found: Stretches, least: int) -> float:
    """Return the length seen by at least so many devices."""
    return float((found.to_m - found.from_m)[found.devices >= least].sum())


def test_stretches_of_a_street_by_hand() -> None:
    """A pole at the crossing: 100 m of the range less the 9.65 m of the ring under the lowest beam (-25 degrees, from 6 m).

    Edge 0 leads east to the crossing, 5.25 m south of the pole: it is seen from sqrt(100^2 - 5.25^2) m before its end to
    sqrt(9.65^2 - 5.25^2) m before it, within half of a piece of 0.5 m.
    """
    found = seen(network(), lonlat(0.0, 0.0), step_m=0.5)
    own = found.edge == 0
    assert found.devices[own].tolist() == [0, 1, 0]
    ends_m = found.to_m[own]
    assert ends_m == pytest.approx([150.0 - 99.86, 150.0 - 8.10, 150.0], abs=0.3)
    assert found.from_m[own] == pytest.approx([0.0, *ends_m[:-1]])


def test_every_metre_is_in_one_stretch() -> None:
    """Stretches of an edge follow each other from 0 to its length, and neighbours differ."""
    net = network(3)
    found = seen(net, lonlat(0.0, 0.0), lonlat(120.0, 10.0), step_m=7.0)
    for edge in range(net.edge_count):
        own = found.edge == edge
        assert found.from_m[own][0] == 0.0
        assert found.to_m[own][-1] == pytest.approx(net.edge_length_m[edge])
        assert found.from_m[own][1:].tolist() == found.to_m[own][:-1].tolist()
        assert (np.diff(found.devices[own]) != 0).all()
    assert found.devices.max() == 2


def test_buildings_and_levels_hide() -> None:
    """A building takes length away; a device in a tunnel has nothing of the ground in sight."""
    open_m = metres(seen(network(), lonlat(-10.0, 0.0)), 1)
    assert metres(seen(network(buildings=(WALL,)), lonlat(-10.0, 0.0)), 1) < open_m
    assert metres(seen(network(), {"level": -1, **lonlat(-10.0, 0.0)}), 1) == 0.0


def test_nested_deployments_never_cover_less(cbd: RoadNetwork) -> None:
    """Along the CBD's main roads, poles every 800, 400, 200 m: no stretch loses a device, and coverage rises."""
    spec = CoverageSpec(step_m=5.0)
    before, shares = None, []
    for spacing_m in (800.0, 400.0, 200.0):
        rule = {"kind": "along_roads", "kit": "pole", "spacing_m": spacing_m, "classes": ["primary", "secondary"]}
        placed = place(DeploymentSpec.model_validate({"kits": {"pole": [{"kind": "lidar"}]}, "rules": [rule]}), cbd)
        found = stretches(cbd, [outlook_of(placed.devices, cbd.buildings, NO_DECKS)], spec)
        at = np.searchsorted(found.edge + found.from_m / 1e5, cbd_points(cbd), side="right") - 1
        if before is not None:
            assert (found.devices[at] >= before).all()
        before = found.devices[at]
        shares.append(metres(found, 1) / float(cbd.edge_length_m.sum()))
    assert shares == sorted(shares)
    assert shares[-1] > shares[0] + 0.1


def cbd_points(cbd: RoadNetwork) -> np.ndarray:
    """Return the middle of every edge, as edge + metres / 100,000."""
    return np.arange(cbd.edge_count) + 0.5 * cbd.edge_length_m / 1e5
