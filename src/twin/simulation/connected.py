"""Where connected vehicles meet roadside units and the rest of a run. No physics here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.recorder import Recorder
from twin.geometry.walls import outline_walls
from twin.kernel.records import RoadsideUnit
from twin.roadnet.edge_match import EdgeMatcher
from twin.roadnet.lane_graph_cache import lane_graph_of
from twin.roadnet.projection import to_local
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.scenario import Scenario
from twin.sensors.coverage import Stretches
from twin.sensors.sites import Deployment
from twin.simulation.preparation import Prepared
from twin.v2x.cells.cellular import Cellular
from twin.v2x.message_set.sizes import SIGNED_DIGEST_BYTES, size_bytes
from twin.v2x.platform.picture import Picture
from twin.v2x.platform.tiers import Tiers
from twin.v2x.radio.delivery_table import DeliveryTable
from twin.v2x.radio.sidelink import Sidelink
from twin.v2x.security.alerts import Alerts
from twin.v2x.security.attacks import Attackers, Jammers
from twin.v2x.security.cross_sensor import Covered
from twin.v2x.security.detectors import Detectors
from twin.v2x.security.raster import Raster, raster_of_lines, road_raster
from twin.v2x.stations import Layout
from twin.v2x.vehicles.connected import ConnectedVehicles
from twin.v2x.vehicles.connected_spec import ConnectedSpec
from twin.v2x.vehicles.judging import Judging
from twin.v2x.vehicles.witnesses import Storey, Witnesses

Floats = npt.NDArray[np.float64]

BESIDE_M: Final = 10.0
"""A place counts as too far away from so much beyond the reach of the radio on. Choice: errors of places."""


def roadside_units(scenario: Scenario, deployment: Deployment) -> tuple[RoadsideUnit, ...]:
    """Return the roadside units that hear vehicles, one at each site whose kit has any; none without connected vehicles."""
    if scenario.connected is None or "pc5" not in scenario.connected.ways:
        return ()
    first = len(deployment.every_device)
    sites = [site for site in deployment.sites if site.rsu]
    return tuple(
        RoadsideUnit(first + n, f"{site.name}/rsu-0", site.number, site.x_m, site.y_m, site.level)
        for n, site in enumerate(sites)
    )


def build_connected(
    prepared: Prepared,
    units: Sequence[RoadsideUnit],
    layout: Layout,
    recorder: Recorder,
    tiers: Tiers,
    judge: Judging | None,
) -> ConnectedVehicles | None:
    """Return the connected vehicles of a run, whose messages ``judge`` looks at; None where none are."""
    scenario, network = prepared.scenario, prepared.network
    spec = scenario.connected
    if spec is None:
        return None
    area = (
        float(network.point_x_m.min()),
        float(network.point_y_m.min()),
        float(network.point_x_m.max()),
        float(network.point_y_m.max()),
    )

    def locate(lon_deg: float, lat_deg: float) -> tuple[float, float]:
        x_m, y_m = to_local(network.crs, network.origin_m, np.array([lon_deg]), np.array([lat_deg]))
        return float(x_m[0]), float(y_m[0])

    sidelink = _sidelink(prepared, spec, units) if units else None
    return ConnectedVehicles(
        spec,
        scenario.seed,
        units,
        sidelink,
        recorder,
        attackers=Attackers(scenario.message_attacks, scenario.seed, locate=locate),
        jammers=Jammers(scenario.message_attacks, locate),
        area=area,
        match=EdgeMatcher(network),
        judge=judge,
        cellular=Cellular(scenario.links, layout, scenario.seed) if "uu" in spec.ways else None,
        in_the_cloud=tiers.in_the_cloud,
        bytes_of=(scenario.links.message.bytes_lower_layers, int(size_bytes("bsm", 0)) + SIGNED_DIGEST_BYTES),
        every=scenario.log.vehicle_report_every_n,
    )


def _sidelink(prepared: Prepared, spec: ConnectedSpec, units: Sequence[RoadsideUnit]) -> Sidelink:
    """Return the direct radio between vehicles and the units, with what buildings hide."""
    pc5, outlines = spec.pc5, [(one.x_m, one.y_m, one.height_m) for one in prepared.network.buildings]
    load = (spec.rate_hz, pc5.tx_power_dbm, pc5.subchannels)
    return Sidelink(
        prepared.scenario.seed,
        [unit.name for unit in units],
        np.array([unit.x_m for unit in units]),
        np.array([unit.y_m for unit in units]),
        np.full(len(units), pc5.rsu_antenna_m),
        outline_walls(outlines),
        DeliveryTable(*load, range_m=pc5.range_m, environment=pc5.environment),
        range_m=pc5.range_m,
        correlation_m=pc5.correlation_m,
        environment=pc5.environment,
        vehicle_antenna_m=pc5.vehicle_antenna_m,
    )


def build_judging(
    prepared: Prepared, units: Sequence[RoadsideUnit], recorder: Recorder, in_sight: Stretches | None
) -> tuple[Judging, Picture] | None:
    """Return what looks at received messages, and the sensors' picture that it has; None where nobody hears vehicles.

    ``in_sight`` are the stretches of road that sensors have in sight; None without sensors.
    """
    scenario, network = prepared.scenario, prepared.network
    if scenario.connected is None or not units:
        return None
    spec = scenario.security
    x_m, y_m = np.array([unit.x_m for unit in units]), np.array([unit.y_m for unit in units])
    road = road_raster(network, lane_graph_of(network), spec.detectors.road_margin_m)
    picture = Picture(len(prepared.deployment.every_device))
    device = np.array([unit.number for unit in units], np.int64)
    reach_m = max(spec.detectors.range_m, scenario.connected.pc5.range_m + BESIDE_M)
    detectors = Detectors(spec.detectors.model_copy(update={"range_m": reach_m}), x_m, y_m, road)
    witnesses = _witnesses(prepared, in_sight)
    return Judging(detectors, Alerts(spec.alerts), device, recorder, picture, witnesses), picture


def _witnesses(prepared: Prepared, in_sight: Stretches | None) -> Witnesses | None:
    """Return the sensors as witnesses of what happens on the roads of their own level that they have in sight.

    Of a deck above or below them they see a part of the vehicles at best. Where another road lies above or below, or beside
    one that nobody has in sight, a claimed place does not tell on which it is: such places are left out.
    """
    if in_sight is None:
        return None
    network, devices = prepared.network, prepared.deployment.devices
    level = np.array([device.level for device in devices])
    x_m, y_m = np.array([device.x_m for device in devices]), np.array([device.y_m for device in devices])
    storeys = []
    for number in np.unique(level).tolist():
        own = (in_sight.devices > 0) & (network.edge_level[in_sight.edge] == number)
        if own.any():
            told = _told_apart(_roads(network, in_sight, own), None if own.all() else _roads(network, in_sight, ~own))
            storeys.append(Storey(told, x_m[level == number], y_m[level == number]))
    return Witnesses(storeys, prepared.scenario.security.detectors.witness_m) if storeys else None


def _told_apart(seen: Raster, others: Raster | None) -> Covered:
    """Return where ``seen`` roads are, and no others."""

    def covered(x_m: Floats, y_m: Floats) -> npt.NDArray[np.bool_]:
        return seen(x_m, y_m) if others is None else seen(x_m, y_m) & ~others(x_m, y_m)

    return covered


def _roads(network: RoadNetwork, stretches: Stretches, chosen: npt.NDArray[np.bool_]) -> Raster:
    """Return where the carriageways of the ``chosen`` stretches lie."""
    rows = np.flatnonzero(chosen).tolist()
    edges = stretches.edge[chosen].astype(np.int64)
    places = [
        _along(network, int(stretches.edge[row]), float(stretches.from_m[row]), float(stretches.to_m[row])) for row in rows
    ]
    offset = np.concatenate(([0], np.cumsum([x_m.size for x_m, _ in places])))
    x_m, y_m = (np.concatenate([place[axis] for place in places]) for axis in (0, 1))
    return raster_of_lines(offset, x_m, y_m, 0.5 * network.edge_lanes[edges] * network.edge_lane_width_m[edges])


def _along(network: RoadNetwork, edge: int, begin_m: float, end_m: float) -> tuple[Floats, Floats]:
    """Return the points of an edge's centreline between two places along it, these included."""
    part = slice(int(network.point_offset[edge]), int(network.point_offset[edge + 1]))
    s_m = network.point_s_m[part]
    at = np.concatenate(([begin_m], s_m[(s_m > begin_m) & (s_m < end_m)], [end_m]))
    return np.interp(at, s_m, network.point_x_m[part]), np.interp(at, s_m, network.point_y_m[part])
