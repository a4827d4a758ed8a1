"""The chain site - edge computer (MEC) - regional cloud - central cloud as data, and which site reports to which MEC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.messages import say
from twin.spec import Spec
from twin.units import to_us
from twin.v2x.cells.uu_spec import BaseStationSpec, UuSpec
from twin.v2x.platform.permissions import PermissionSpec
from twin.v2x.queues.compute_spec import ComputeSpec
from twin.v2x.queues.failover_spec import FailoverSpec
from twin.v2x.queues.hop_spec import HopSpec, MessageSpec
from twin.v2x.queues.presets import PRESETS
from twin.v2x.queues.queue import Outage
from twin.v2x.region_spec import CentralSpec, RegionHandoverSpec, RegionSpec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


SITE_TO_MEC: Final = "site_to_mec"
MEC_COMPUTE: Final = "mec_compute"
MEC_TO_CLOUD: Final = "mec_to_cloud"
CLOUD_TO_CENTRAL: Final = "cloud_to_central"
HOPS: Final = (SITE_TO_MEC, MEC_COMPUTE, MEC_TO_CLOUD, CLOUD_TO_CENTRAL)
"""Names of the hops in the order of the way, as in ``message.lost_hop``; the computing queue of a MEC counts as one."""


class MecSpec(Spec):
    """One edge computer at a given place."""

    name: str = Field(min_length=1)
    """Its id."""

    lon_deg: float = Field(ge=-180.0, le=180.0)
    """Longitude, WGS-84."""

    lat_deg: float = Field(ge=-90.0, le=90.0)
    """Latitude, WGS-84."""

    uplink: str = ""
    """The regional cloud that it reports to; the nearest one where left out."""


class OutageSpec(Spec):
    """A window of time in which a line of the chain carries nothing; what becomes of its messages says ``during_outage``."""

    hop: Literal["site_to_mec", "mec_to_cloud", "cloud_to_central"]
    """The hop whose line is out."""

    site: str = ""
    """The site whose uplink is out; on ``mec_to_cloud`` the site whose MEC is cut off, on ``cloud_to_central`` whose region is.

    Without site, MEC and region: every line of the hop.
    """

    mec: str = ""
    """The MEC that is cut off, of those in ``mecs``; on ``cloud_to_central`` the one whose region is. None on the first hop."""

    region: str = ""
    """The regional cloud that is cut off, of those in ``regions``: on ``mec_to_cloud`` from all its MECs, on
    ``cloud_to_central`` from the central cloud. None on the first hop."""

    from_s: float = Field(ge=0.0, le=1e6)
    """When it begins, since the scenario's start."""

    until_s: float = Field(gt=0.0, le=1e6)
    """When the line is back."""

    @model_validator(mode="after")
    def _makes_sense(self) -> OutageSpec:
        if self.until_s <= self.from_s:
            raise ValueError(say("spec.outage.times", until_s=self.until_s, from_s=self.from_s))
        if self.mec and self.site:
            raise ValueError(say("spec.outage.both"))
        if self.region and (self.site or self.mec):
            raise ValueError(say("links.outage.region"))
        if self.region and self.hop == SITE_TO_MEC:
            raise ValueError(say("links.outage.hop"))
        if self.mec and self.hop == SITE_TO_MEC:
            raise ValueError(say("spec.outage.hop"))
        return self


class LinksSpec(Spec):
    """How object lists travel from the sites over edge computers (MEC) to the regional cloud.

    To be held against the Guangzhou specification of 2021 and the cloud-control platform specification: roadside to
    regional cloud below 100 ms by wire, more than 99.9 % delivered.
    """

    preset: Annotated[
        Literal["fibre", "reserved_slice", "5g_backhaul", "cellular"],
        OF_THE_DESIGN,
    ] = "fibre"
    """The kind of network; it fills in ``site_to_mec`` and ``mec_to_cloud``, and single keys there override it.

    Values and their sources: docs/scenario.md, section Presets of the links. Assumption: fibre, as the Guangzhou
    specification of 2021 asks for Ethernet at every site.
    """

    mec_sites_per_unit: Annotated[int, Assumed.between(1, 16)] = Field(default=8, ge=1)
    """Sites that share one MEC, at most, grouped by place; unused when ``mecs`` are given.

    Assumption: 8, a cabinet for a few blocks; the Beijing roadside kit counts one MEC for each intersection, which is 1.
    """

    mec_tile_m: Annotated[float, Assumed.times(0.5, 2.0)] = Field(default=2000.0, gt=1.0, le=1e6)
    """Side of the squares that are never shared: sites in different squares report to different MECs.

    Assumption: 2 km, so that fibre to the MEC stays short and one more site changes the grouping of its own square only.
    """

    forgotten_after_s: Annotated[float, Assumed.times(0.2, 5.0)] = Field(default=60.0, gt=0.0, le=86_400.0)
    """Lists that arrive later than this after they were sent, as from a line that stored them while it was out, tell signals
    and drivers nothing: they say where vehicles were, not where they are.

    Assumption: a minute, longer than any queue that still serves anybody.
    """

    served_first: Literal["equal", "vehicle_messages", "object_lists"] = "equal"
    """Whose messages go first in every queue, behind the one that is being sent: those of roadside units, which hand on what
    vehicles said, or the lists of sensors; ``equal``: first come, first served."""

    mecs: tuple[MecSpec, ...] = ()
    """The MECs one by one; each site reports to the nearest, unless ``sites`` says otherwise."""

    sites: dict[str, str] = Field(default_factory=dict)
    """The MEC of single sites: the site's name and that of one of ``mecs``; all others report to the nearest."""

    mec_reach_m: float | None = Field(default=None, gt=0.0, le=1e6)
    """Longest line from a site to the MEC that it is given because it is the nearest; a site farther away is an error.

    Left out: any distance.
    """

    regions: tuple[RegionSpec, ...] = (RegionSpec(),)
    """The regional clouds, at least one."""

    central: CentralSpec = CentralSpec()
    """The central cloud."""

    region_handover: RegionHandoverSpec = RegionHandoverSpec()
    """How vehicles are handed over between regional clouds."""

    uu: UuSpec | None = None
    """Vehicles' messages over the cellular network (5G); null: they have none."""

    base_stations: tuple[BaseStationSpec, ...] = ()
    """The base stations one by one; none: a hexagonal grid of ``uu.base_station_spacing_m`` over the map."""

    permissions: tuple[PermissionSpec, ...] = ()
    """What departments may read; none: everybody reads everything."""

    message: MessageSpec = MessageSpec()
    """Size of a message."""

    site_to_mec: HopSpec = PRESETS["fibre"].site_to_mec
    """From a site's switch to its MEC, one queue for each site; the preset's, of which single keys may be changed."""

    mec_to_cloud: HopSpec = PRESETS["fibre"].mec_to_cloud
    """From a MEC to the regional cloud, one queue for each MEC; the preset's, of which single keys may be changed."""

    compute: ComputeSpec | None = None
    """The computing queue of every MEC between the two; without it a MEC hands on at once. Choice: none unless asked for."""

    cloud_to_central: HopSpec | None = None
    """From a regional cloud to the central one, one queue for each region; without it the way ends in the regional cloud.
    Choice: none unless asked for."""

    outages: tuple[OutageSpec, ...] = ()
    """Windows of time in which lines are out."""

    failover: FailoverSpec | None = None
    """Other MECs take over the sites of one whose uplink is out; null: they wait for it. Choice: none unless asked for."""

    def usual(self, given: Mapping[str, Any], base: Path | None = None) -> Self:  # noqa: ARG002  (no file is read)
        """Return this with the hops of the preset that a file names."""
        preset = PRESETS.get(str(given.get("preset", self.preset)))
        if preset is None:
            return self
        return self.model_copy(update={"site_to_mec": preset.site_to_mec, "mec_to_cloud": preset.mec_to_cloud})

    @model_validator(mode="after")
    def _names_differ(self) -> LinksSpec:
        names = [mec.name for mec in self.mecs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(say("spec.mec.twice", names=", ".join(twice)))
        unknown = sorted({outage.mec for outage in self.outages if outage.mec} - set(names))
        if unknown:
            raise ValueError(say("spec.outage.mec_of" if names else "spec.outage.mec", mec=unknown[0], names=", ".join(names)))
        return self


def unknown_sites(spec: LinksSpec, site_names: Sequence[str]) -> list[tuple[int, str]]:
    """Return (number of the outage, name) of those outages whose site does not exist."""
    return [(i, outage.site) for i, outage in enumerate(spec.outages) if outage.site and outage.site not in site_names]


def outages_of(
    spec: LinksSpec, site_names: Sequence[str], site_mec: Ints, mec_region: Ints | None = None
) -> dict[str, list[Outage]]:
    """Return the outages by hop, with the number of the line that each concerns: a site's, a MEC's, on the last a region's.

    ``site_mec`` (sites,) is the MEC of each site, ``mec_region`` (MECs,) the region of each MEC, 0 where left out. Raises
    KeyError when a site or region does not exist (see ``unknown_sites``).
    """
    number = {name: site for site, name in enumerate(site_names)}
    mec_number = {mec.name: index for index, mec in enumerate(spec.mecs)}
    region_number = {region.name: index for index, region in enumerate(spec.regions)}
    regions = np.zeros(int(site_mec.max(initial=-1)) + 1, np.int64) if mec_region is None else mec_region
    found: dict[str, list[Outage]] = {hop: [] for hop in HOPS}
    for outage in spec.outages:
        if outage.hop == SITE_TO_MEC:
            lines = [number[outage.site]] if outage.site else list(range(len(site_names)))
        else:
            mecs = list(range(regions.size))
            if outage.region:
                mecs = np.flatnonzero(regions == region_number[outage.region]).tolist()
            elif outage.mec:
                mecs = [mec_number[outage.mec]]
            elif outage.site:
                mecs = [int(site_mec[number[outage.site]])]
            lines = mecs
            if outage.hop == CLOUD_TO_CENTRAL:
                among = set(regions[mecs].tolist()) if outage.mec or outage.site else set(range(len(spec.regions)))
                lines = [region_number[outage.region]] if outage.region else sorted(among)
        found[outage.hop] += [Outage(line, to_us(outage.from_s), to_us(outage.until_s)) for line in lines]
    return found


_SMALLEST_M: Final = 0.5
"""Cells are not halved below this side: sites closer than that stand on one pole."""


def assign_mecs(x_m: Floats, y_m: Floats, sites_per_mec: int, tile_m: float = 2000.0) -> tuple[Ints, Floats]:
    """Return the MEC of each site, (n,), and the places of the MECs, (m, 2) in metres: the centres of their sites.

    Square tiles of side ``tile_m``, counted from the map's origin, are halved, east from west and north from south in turn,
    until no cell holds more than ``sites_per_mec`` sites (a k-d trie with fixed cuts, after J. L. Bentley, CACM 18, 1975).
    The cuts do not depend on the sites, so a site that is added or removed changes at most the grouping of its own tile.
    Sites within half a metre of each other may stay together even when they are more. MECs are numbered from south-west to
    north-east along the halving; the order of the sites is irrelevant. Raises ValueError for fewer than one site a MEC.
    """
    if sites_per_mec < 1:
        raise ValueError(f"a MEC needs at least one site, got sites_per_mec={sites_per_mec}")
    tile = np.stack((np.floor(x_m / tile_m), np.floor(y_m / tile_m)), axis=1)
    tiles, tile_of_site = np.unique(tile, axis=0, return_inverse=True)
    mec = np.zeros(x_m.size, np.int64)
    centres: list[tuple[float, float]] = []
    for number, (column, row) in enumerate(tiles):
        cells = [(np.flatnonzero(tile_of_site.ravel() == number), column * tile_m, row * tile_m, tile_m, tile_m)]
        while cells:
            sites, west_m, south_m, width_m, height_m = cells.pop()
            if sites.size > sites_per_mec and max(width_m, height_m) > _SMALLEST_M:
                cells.extend(_halves(sites, x_m, y_m, (west_m, south_m, width_m, height_m)))
                continue
            mec[sites] = len(centres)
            centres.append((float(np.sort(x_m[sites]).mean()), float(np.sort(y_m[sites]).mean())))
    return mec, np.array(centres, np.float64).reshape(-1, 2)


def _halves(
    sites: Ints, x_m: Floats, y_m: Floats, cell: tuple[float, float, float, float]
) -> list[tuple[Ints, float, float, float, float]]:
    """Cut a cell (west, south, width, height) across its longer side; return the halves with sites, the far one first."""
    west_m, south_m, width_m, height_m = cell
    if width_m >= height_m:
        width_m /= 2
        middle_m = west_m + width_m
        far = x_m[sites] >= middle_m
        halves = [(sites[far], middle_m, south_m, width_m, height_m), (sites[~far], west_m, south_m, width_m, height_m)]
    else:
        height_m /= 2
        middle_m = south_m + height_m
        far = y_m[sites] >= middle_m
        halves = [(sites[far], west_m, middle_m, width_m, height_m), (sites[~far], west_m, south_m, width_m, height_m)]
    return [half for half in halves if half[0].size]


def nearest_mec(x_m: Floats, y_m: Floats, mec_x_m: Floats, mec_y_m: Floats) -> Ints:
    """Return the nearest MEC of each site, (n,), the first of equally near ones. Raises ValueError when there is no MEC."""
    if mec_x_m.size == 0:
        raise ValueError("there is no MEC to report to")
    distance_m = np.hypot(x_m[:, None] - mec_x_m[None, :], y_m[:, None] - mec_y_m[None, :])
    nearest: Ints = distance_m.argmin(axis=1).astype(np.int64)
    return nearest
