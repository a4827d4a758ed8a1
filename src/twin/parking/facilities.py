"""Facilities and bays of a run as arrays: what behaviour, sensors and guidance look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from twin.parking.facility_spec import GateSpec, TariffSpec

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

INSIDE: Final = -1
"""Edge of a bay that lies at no road."""

Kind = Literal["on_street", "off_street", "underground"]
KINDS: Final[tuple[Kind, ...]] = ("on_street", "off_street", "underground")


@dataclass(frozen=True, slots=True)
class Facility:
    """One facility: a block face of a road, or a car park."""

    number: int
    name: str
    """No two share one; draws hang on it."""
    group: str
    """Name of the entry of the scenario that it comes from; ``from_map`` for car parks of the map."""
    kind: Kind
    first_bay: int
    capacity: int
    """Its bays are numbered ``first_bay`` to ``first_bay + capacity - 1``."""
    x_m: float
    """Where drivers walk from: the middle of the bays, or the car park."""
    y_m: float
    entry_edge: int
    """Edge that one comes in from; of a block face the edge along which its bays lie."""
    entry_s_m: float
    """Where along it one leaves the road; of a block face its first bay."""
    exit_edge: int
    exit_s_m: float
    """Where vehicles of a car park come back onto the road; of a block face the bays say it."""
    tariff: TariffSpec
    gates: GateSpec | None
    """None at the kerb."""
    open_from_h: float
    open_until_h: float
    occupancy: float
    """Share of the bays that is taken at the start."""
    purposes: tuple[str, ...]
    """Purposes that it is open to; none stands for all."""

    @property
    def at_kerb(self) -> bool:
        """Whether its bays lie along a road."""
        return self.gates is None

    def is_open(self, hour: float) -> bool:
        """Return whether vehicles are let in at an hour of the day, 0 to 24."""
        if self.open_from_h <= self.open_until_h:
            return self.open_from_h <= hour < self.open_until_h
        return hour >= self.open_from_h or hour < self.open_until_h


@dataclass(frozen=True, slots=True)
class Bays:
    """All bays of a run, one a row; those of a facility lie together, along the kerb in the order in which one passes them."""

    facility: Ints
    edge: Ints
    """Edge along whose kerb it lies; ``INSIDE`` in car parks."""
    s_m: Floats
    """Where along the edge the front of a vehicle in it stands; 0 in car parks."""
    x_m: Floats
    """East of the map's origin; that of the facility in car parks."""
    y_m: Floats

    @property
    def count(self) -> int:
        """Number of bays."""
        return int(self.facility.size)


@dataclass(frozen=True, slots=True)
class Facilities:
    """Where one can park in a run."""

    every: tuple[Facility, ...]
    bays: Bays
    bay_offset: Ints
    """(edges + 1,): the kerb of edge ``e`` has the bays ``bay_at[bay_offset[e]:bay_offset[e + 1]]``, by ``s_m``."""
    bay_at: Ints
    capacity: Ints
    """(facilities,)."""

    @property
    def count(self) -> int:
        """Number of facilities."""
        return len(self.every)

    def bay_name(self, bay: int) -> str:
        """Return the name of a bay: its facility's and its number there, from 0."""
        facility = self.every[int(self.bays.facility[bay])]
        return f"{facility.name}/{bay - facility.first_bay}"


def facilities_of(every: tuple[Facility, ...], bays: Bays, edges: int) -> Facilities:
    """Return facilities with the index of their bays along each of ``edges`` edges."""
    at_kerb = np.flatnonzero(bays.edge != INSIDE)
    order = at_kerb[np.lexsort((at_kerb, bays.s_m[at_kerb], bays.edge[at_kerb]))].astype(np.int32)
    offset = np.concatenate(([0], np.cumsum(np.bincount(bays.edge[order], minlength=edges)))).astype(np.int32)
    return Facilities(every, bays, offset, order, np.array([one.capacity for one in every], np.int32))
