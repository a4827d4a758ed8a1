"""The chain site - edge computer (MEC) - regional cloud as data, and which site reports to which MEC."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.spec import Spec
from twin.v2x.delay import DelaySpec, LognormalDelay, ShiftedGammaDelay

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class HopSpec(Spec):
    """One hop: a finite queue before a line of fixed rate, then a random delay to the next node."""

    rate_mbps: float = Field(ge=0.01, le=1e6)
    """Rate of the line in 10^6 bit/s; a message occupies it for its bits divided by the rate, in whole microseconds."""

    delay_s: DelaySpec
    """Delay from the end of transmission to delivery at the next node: propagation, switching and all else on the way."""

    loss_probability: float = Field(ge=0.0, le=1.0)
    """Probability that a fragment is lost on the line (after it has occupied it), independent of all others."""

    queue_messages: int = Field(default=1000, ge=1, le=20_000)
    """Room for this many messages, waiting and in transmission; one that finds none is dropped.

    1000 is the default transmit queue of an Ethernet interface in Linux, in packets.
    """


class MessageSpec(Spec):
    """Size of a roadside safety message (RSM, T/CSAE 53-2020) that carries an object list.

    Sizes measured on a UPER encoding of a reconstruction of the RSM structure: 20 B + 28.7 B for each participant (16
    participants 480 B); 20.5 B with the mandatory fields only, 38 B with all of them.
    """

    bytes_header: float = Field(default=20.0, ge=0.0, le=10_000.0)
    """Bytes of an RSM without participants."""

    bytes_per_object: float = Field(default=28.7, ge=0.0, le=10_000.0)
    """Bytes for each participant."""

    bytes_lower_layers: float = Field(default=66.0, ge=0.0, le=10_000.0)
    """Bytes around each fragment on the wire.

    UDP 8 (RFC 768), IPv4 20 (RFC 791), Ethernet header, check sum, preamble and gap 38 (IEEE 802.3).
    """

    own_participants: int = Field(default=1, ge=0, le=255)
    """Participants in every list besides the observed ones: an RSM always holds the roadside unit itself (ptcId 0)."""

    participants_per_fragment: int = Field(default=16, ge=1, le=100_000)
    """A longer list is cut into fragments: ParticipantList has SIZE(1..16) in T/CSAE 53-2020."""

    def fragments(self, objects: npt.NDArray[np.integer]) -> Ints:
        """Return the number of fragments of lists with this many observed objects, (n,); at least one."""
        participants = objects.astype(np.int64) + self.own_participants
        return np.maximum(-(-participants // self.participants_per_fragment), 1)

    def size_bytes(self, objects: npt.NDArray[np.integer]) -> Ints:
        """Return the bytes on the wire of lists with this many observed objects, all fragments together, (n,)."""
        participants = objects.astype(np.int64) + self.own_participants
        size = self.fragments(objects) * (self.bytes_header + self.bytes_lower_layers) + participants * self.bytes_per_object
        return np.ceil(np.round(size, 6)).astype(np.int64)


class MecSpec(Spec):
    """One edge computer at a given place."""

    name: str = Field(min_length=1)
    """Its id."""

    lon_deg: float = Field(ge=-180.0, le=180.0)
    """Longitude, WGS-84."""

    lat_deg: float = Field(ge=-90.0, le=90.0)
    """Latitude, WGS-84."""


class LinksSpec(Spec):
    """How object lists travel from the sites over edge computers (MEC) to the regional cloud.

    To be held against the Guangzhou specification of 2021 and the cloud-control platform specification: roadside to
    regional cloud below 100 ms by wire, more than 99.9 % delivered.
    """

    mec_sites_per_unit: int = Field(default=8, ge=1)
    """Sites that share one MEC, at most, grouped by place; unused when ``mecs`` are given.

    Assumption: 8, a cabinet for a few blocks; the Beijing roadside kit counts one MEC for each intersection, which is 1.
    """

    mec_tile_m: float = Field(default=2000.0, gt=1.0, le=1e6)
    """Side of the squares that are never shared: sites in different squares report to different MECs.

    Assumption: 2 km, so that fibre to the MEC stays short and one more site changes the grouping of its own square only.
    """

    mecs: tuple[MecSpec, ...] = ()
    """The MECs one by one; each site reports to the nearest."""

    message: MessageSpec = MessageSpec()
    """Size of a message."""

    site_to_mec: HopSpec = HopSpec(
        rate_mbps=1000.0, delay_s=ShiftedGammaDelay(minimum_s=0.00025, mean_s=0.001), loss_probability=1e-4
    )
    """From a site's switch to its MEC, one queue for each site.

    Rate: at least Gigabit Ethernet (Guangzhou specification, 2021). Smallest delay: one node of 200 us and 10 km of fibre at
    2e5 km/s (B. Coll-Perales et al., "End-to-end V2X latency modeling and analysis in 5G networks", IEEE TVT 2022).
    Assumption: mean 1 ms, and a loss of 1e-4 (the specifications ask for more than 99.9 % delivered over both hops).
    """

    mec_to_cloud: HopSpec = HopSpec(
        rate_mbps=100.0, delay_s=LognormalDelay(median_s=0.0044, p95_s=0.0119), loss_probability=1e-4
    )
    """From a MEC to the regional cloud, one queue for each MEC.

    Rate: 1 % of a 10 Gbit/s transport ring, and delay: half of the Internet round trip measured within Germany (median
    8.8 ms, 95 % 23.8 ms), both from B. Coll-Perales et al., IEEE TVT 2022.
    Assumption: that round trip stands for a metropolitan network in Guangzhou, lognormal, and a loss of 1e-4.
    """

    @model_validator(mode="after")
    def _names_differ(self) -> LinksSpec:
        names = [mec.name for mec in self.mecs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"MEC names given more than once: {', '.join(twice)}; give each MEC its own name")
        return self


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
