"""Where everything of the links stands and what it reports to: MECs, base stations, regional clouds, the central cloud."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from twin.roadnet.projection import to_local
from twin.roadnet.road_network import RoadNetwork
from twin.v2x.region_spec import CENTRAL, PlacedSpec
from twin.v2x.topology import LinksSpec, assign_mecs, nearest_mec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TO_CENTRAL = -1
"""In ``Layout.region_uplink``: the central cloud. Choice: no number of a region."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The topology of the links with its places, metres from the map's origin; NaN where a place is unknown."""

    site_mec: Ints
    """(sites,): the MEC that each site reports to."""
    mec_names: tuple[str, ...]
    mec_xy_m: Floats
    """(MECs, 2)."""
    mec_region: Ints
    """(MECs,): the region that each MEC reports to."""
    base_names: tuple[str, ...]
    base_xy_m: Floats
    """(base stations, 2)."""
    base_region: Ints
    """(base stations,): the region that each base station reports to."""
    region_names: tuple[str, ...]
    region_xy_m: Floats
    """(regions, 2)."""
    region_uplink: Ints
    """(regions,): the region that passes its messages on, or ``TO_CENTRAL``."""
    central_name: str
    central_xy_m: tuple[float, float]

    def way_up(self, region: int) -> list[int]:
        """Return the regions that a message passes from ``region`` to the central cloud, itself first."""
        way = [region]
        while self.region_uplink[way[-1]] != TO_CENTRAL:
            way.append(int(self.region_uplink[way[-1]]))
        return way


def lay_out(spec: LinksSpec, network: RoadNetwork, site_names: Sequence[str], site_x_m: Floats, site_y_m: Floats) -> Layout:
    """Return who stands where and reports to whom. ``spec`` has passed ``topology_problems``.

    Sites report to the MEC that ``sites`` names, else to the nearest listed one, else to an automatic one at the centre of its
    sites; MECs and base stations to the region they name, else to the nearest. A region without a place stands at the centre
    of what reports to it, the central cloud without one is nowhere.
    """
    regions = _places(network, spec.regions)
    if spec.mecs:
        mec_xy_m = _places(network, spec.mecs)
        site_mec = nearest_mec(site_x_m, site_y_m, mec_xy_m[:, 0], mec_xy_m[:, 1])
        number = {mec.name: n for n, mec in enumerate(spec.mecs)}
        for site, name in enumerate(site_names):
            if name in spec.sites:
                site_mec[site] = number[spec.sites[name]]
        mec_names = tuple(number)
    else:
        site_mec, mec_xy_m = assign_mecs(site_x_m, site_y_m, spec.mec_sites_per_unit, spec.mec_tile_m)
        mec_names = tuple(f"mec-{n}" for n in range(len(mec_xy_m)))
    base_names, base_xy_m = _base_stations(spec, network)
    region_number = {region.name: n for n, region in enumerate(spec.regions)}
    named = [mec.uplink for mec in spec.mecs] or [""] * len(mec_names)
    mec_region = _region_of_each(mec_xy_m, named, region_number, regions)
    named = [base.uplink for base in spec.base_stations] or [""] * len(base_names)
    base_region = _region_of_each(base_xy_m, named, region_number, regions)
    below_xy_m, below = np.concatenate((mec_xy_m, base_xy_m)), np.concatenate((mec_region, base_region))
    for region in np.flatnonzero(np.isnan(regions[:, 0])):
        if (below == region).any():
            regions[region] = below_xy_m[below == region].mean(axis=0)
    central = _places(network, [spec.central])[0]
    return Layout(
        site_mec,
        mec_names,
        mec_xy_m,
        mec_region,
        base_names,
        base_xy_m,
        base_region,
        tuple(region_number),
        regions,
        np.array([TO_CENTRAL if r.uplink == CENTRAL else region_number[r.uplink] for r in spec.regions], np.int64),
        spec.central.name,
        (float(central[0]), float(central[1])),
    )


def hexagonal_grid(west_m: float, south_m: float, east_m: float, north_m: float, spacing_m: float) -> Floats:
    """Return the points (n, 2) of a hexagonal grid, neighbours ``spacing_m`` apart, in the middle of a box.

    Rows lie sqrt(3)/2 of the spacing apart and every other row is shifted by half of it, so that no point of the box is
    farther than spacing / sqrt(3) from all of them (the circumradius of the hexagonal cell).
    """
    row_m = 0.5 * math.sqrt(3.0) * spacing_m
    rows = math.ceil((north_m - south_m) / row_m) + 1
    columns = math.ceil((east_m - west_m) / spacing_m) + 1
    first_x_m = 0.5 * (west_m + east_m) - 0.5 * (columns - 1) * spacing_m
    first_y_m = 0.5 * (south_m + north_m) - 0.5 * (rows - 1) * row_m
    points = [
        (first_x_m + (column - 0.5 * (row % 2)) * spacing_m, first_y_m + row * row_m)
        for row in range(rows)
        for column in range(columns + row % 2)
    ]
    return np.array([(round(x_m, 3), round(y_m, 3)) for x_m, y_m in points], np.float64)


def _places(network: RoadNetwork, things: Sequence[Any]) -> Floats:
    """Return where things with ``lon_deg`` and ``lat_deg`` stand, (n, 2); NaN for those without a place."""
    known = [n for n, thing in enumerate(things) if not isinstance(thing, PlacedSpec) or thing.placed]
    found = np.full((len(things), 2), np.nan)
    if known:
        lon_deg, lat_deg = ([getattr(things[n], name) for n in known] for name in ("lon_deg", "lat_deg"))
        found[known] = np.stack(to_local(network.crs, network.origin_m, lon_deg, lat_deg), axis=1)
    return found


def _base_stations(spec: LinksSpec, network: RoadNetwork) -> tuple[tuple[str, ...], Floats]:
    if spec.base_stations:
        return tuple(base.name for base in spec.base_stations), _places(network, spec.base_stations)
    if spec.uu is None:
        return (), np.empty((0, 2))
    x_m, y_m = network.node_x_m, network.node_y_m
    box = float(x_m.min()), float(y_m.min()), float(x_m.max()), float(y_m.max())
    places = hexagonal_grid(*box, spec.uu.base_station_spacing_m)
    return tuple(f"gnb-{n}" for n in range(len(places))), places


def _region_of_each(xy_m: Floats, named: Sequence[str], number: Mapping[str, int], region_xy_m: Floats) -> Ints:
    """Return the region of each of a list of stations: the one it names, else the nearest, else the only one."""
    if len(region_xy_m) == 1:
        return np.zeros(len(xy_m), np.int64)
    away_m = np.hypot(xy_m[:, None, 0] - region_xy_m[None, :, 0], xy_m[:, None, 1] - region_xy_m[None, :, 1])
    nearest = np.where(np.isnan(away_m), np.inf, away_m).argmin(axis=1) if len(xy_m) else np.empty(0, np.int64)
    chosen = [number[name] if name else int(near) for name, near in zip(named, nearest, strict=True)]
    return np.array(chosen, np.int64)


class StationRecorder(Protocol):
    """What takes the rows of table ``station``."""

    def write_static(self, table: str, columns: Mapping[str, Any]) -> None:
        """Write a static table."""


def write_stations(
    recorder: StationRecorder,
    spec: LinksSpec,
    layout: Layout,
    rsus: Sequence[tuple[str, float, float, int]] = (),
    price_cny: Mapping[str, float] | None = None,
) -> None:
    """Write table ``station``: the central cloud is number 0; regions, MECs, base stations and roadside units follow.

    ``rsus`` are (name, x_m, y_m, MEC) of roadside units, ``price_cny`` prices by kind; what is not in it has none.
    """
    regions = len(layout.region_names)
    up = [0 if region == TO_CENTRAL else 1 + int(region) for region in layout.region_uplink]
    uu_mbps = None if spec.uu is None else spec.uu.uplink_mbps
    cloud = getattr(spec, "cloud_to_central", None)
    cloud_mbps = None if cloud is None else cloud.rate_mbps
    rows: list[tuple[str, str, float, float, int | None, float | None]] = [
        ("central_cloud", layout.central_name, *layout.central_xy_m, None, None)
    ]
    rows += [
        ("regional_cloud", name, *xy_m, uplink, cloud_mbps)
        for name, xy_m, uplink in zip(layout.region_names, layout.region_xy_m.tolist(), up, strict=True)
    ]
    rows += [
        ("mec", name, *xy_m, 1 + region, spec.mec_to_cloud.rate_mbps)
        for name, xy_m, region in zip(layout.mec_names, layout.mec_xy_m.tolist(), layout.mec_region.tolist(), strict=True)
    ]
    rows += [
        ("base_station", name, *xy_m, 1 + region, uu_mbps)
        for name, xy_m, region in zip(layout.base_names, layout.base_xy_m.tolist(), layout.base_region.tolist(), strict=True)
    ]
    rows += [("rsu", name, x_m, y_m, 1 + regions + mec, spec.site_to_mec.rate_mbps) for name, x_m, y_m, mec in rsus]
    prices = price_cny or {}
    recorder.write_static(
        "station",
        {
            "station": list(range(len(rows))),
            "kind": [row[0] for row in rows],
            "name": [row[1] for row in rows],
            "x_cm": [None if math.isnan(row[2]) else round(100.0 * row[2]) for row in rows],
            "y_cm": [None if math.isnan(row[3]) else round(100.0 * row[3]) for row in rows],
            "uplink": [row[4] for row in rows],
            "rate_mbps": [row[5] for row in rows],
            "price_cny": [prices.get(row[0]) for row in rows],
        },
    )
