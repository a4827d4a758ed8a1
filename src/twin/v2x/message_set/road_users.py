"""What messages say of road users: arrays, in the map's frame, and how classes are called in each standard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNKNOWN: Final = -1
"""Class of what nobody has classified."""

PARTICIPANT_TYPES: Final = ("motor", "motor", "motor", "motor", "motor", "motor", "non-motor", "pedestrian")
"""``ptcType`` of T/CSAE 53-2020 by number in ``VEHICLE_CLASSES``."""

VEHICLE_CODES: Final = (10, 11, 50, 20, 25, 11, 84, 81)
"""``BasicVehicleClass`` by number in ``VEHICLE_CLASSES``.

Source: T/CSAE 53-2020, which takes the numbers of SAE J2735: 10 and 11 passenger cars, 20 light trucks, 25 trucks, 50 buses,
81 pedestrians, 84 bicycles. Choice: both kinds of taxi are "other passenger cars", electric bicycles bicycles.
"""

STATION_TYPES: Final = (5, 5, 6, 7, 8, 5, 3, 1)
"""``StationType`` and ``TrafficParticipantType`` by number in ``VEHICLE_CLASSES``.

Source: TS 102 894-2: 1 pedestrian, 3 moped, 5 passenger car, 6 bus, 7 light truck, 8 heavy truck.
"""


@dataclass(frozen=True, slots=True)
class RoadUsers:
    """Road users as they were measured, one row each; arrays of shape (n,)."""

    number: Ints
    """Whoever it is taken for: the vehicle's or the track's number."""
    klass: Ints
    """Index into ``VEHICLE_CLASSES``, or ``UNKNOWN``."""
    x_m: Floats
    """Place in the map's frame."""
    y_m: Floats
    speed_mps: Floats
    heading_rad: Floats
    """Anticlockwise from the map's x axis."""
    length_m: Floats
    width_m: Floats
    height_m: Floats
    acceleration_mps2: Floats
    """Along the heading."""
    age_s: Floats
    """How long before the message is made they were measured."""
    error_95_m: Floats
    """Distance that 95 % of the position errors stay below."""

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self.number.size)

    def part(self, rows: slice | Ints | npt.NDArray[np.bool_]) -> RoadUsers:
        """Return some of the rows."""
        return RoadUsers(*(getattr(self, name)[rows] for name in self.__slots__))


def of_class(table: tuple[int, ...] | tuple[str, ...], klass: int, unknown: int | str) -> int | str:
    """Return a class's entry of a table by number in ``VEHICLE_CLASSES``, ``unknown`` for ``UNKNOWN``."""
    return table[klass] if 0 <= klass < len(table) else unknown
