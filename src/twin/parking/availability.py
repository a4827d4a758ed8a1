"""What guidance knows of free spaces: the truth, or what was reported; the same questions to both."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from twin.parking.facilities import Facilities
from twin.parking.occupancy import Occupancy
from twin.parking.reported_bays import ReportedBays

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Availability(Protocol):
    """Free spaces by facility, and free bays at kerbs."""

    def free(self, t_us: int) -> tuple[Floats, Floats, Bools]:
        """Return (facilities,): spaces free, age of that in s, and of which facilities anything is known."""

    def free_bays(self, facility: int) -> Ints:
        """Return the bays of ``facility`` that are held to be free, those that one passes first before the others."""


class Truth:
    """Everything, at once."""

    def __init__(self, occupancy: Occupancy) -> None:
        """Look at the bays themselves."""
        self._occupancy = occupancy

    def free(self, t_us: int) -> tuple[Floats, Floats, Bools]:  # noqa: ARG002  (the truth has no age)
        """See ``Availability``; a bay that somebody is about to stand in is not free."""
        count = self._occupancy.facilities.count
        return self._occupancy.free.astype(np.float64), np.zeros(count), np.ones(count, np.bool_)

    def free_bays(self, facility: int) -> Ints:
        """See ``Availability``."""
        one = self._occupancy.facilities.every[facility]
        own = slice(one.first_bay, one.first_bay + one.capacity)
        return one.first_bay + np.flatnonzero(self._occupancy.claimed[own] < 0)


class Reported:
    """What sensors of bays and counters at gates said, as far as it arrived.

    Where only some bays have sensors, the others are held to be free as often as these: beside ``m`` known bays, ``k`` of them
    free, each unknown bay is free with (k + 1) / (m + 2), Laplace's rule of succession.
    """

    def __init__(self, facilities: Facilities, bays: ReportedBays) -> None:
        """Begin with what ``bays`` holds, and nothing from counters."""
        self._facilities, self._bays = facilities, bays
        count = facilities.count
        self._capacity = facilities.capacity.astype(np.float64)
        self.counted: Bools = np.zeros(count, np.bool_)
        """Which facilities have a counter that was heard, (facilities,)."""
        self._inside = np.zeros(count)
        self._counted_us = np.zeros(count, np.int64)

    def count(self, facility: int, inside: float, since_us: int) -> None:
        """Take the report of a gate counter: so many were inside at ``since_us``."""
        if not self.counted[facility] or since_us >= self._counted_us[facility]:
            self.counted[facility] = True
            self._inside[facility], self._counted_us[facility] = inside, since_us

    def free(self, t_us: int) -> tuple[Floats, Floats, Bools]:
        """See ``Availability``; a counter goes before bay sensors."""
        seen, known, age_s = self._bays.by_facility(t_us)
        rest = np.maximum(self._capacity - known, 0.0)
        free = seen + rest * (seen + 1.0) / (known + 2.0)
        some = known > 0.0
        free = np.where(self.counted, np.clip(self._capacity - self._inside, 0.0, self._capacity), free)
        age_s = np.where(self.counted, 1e-6 * (t_us - self._counted_us), age_s)
        return free, age_s, some | self.counted

    def free_bays(self, facility: int) -> Ints:
        """See ``Availability``."""
        one = self._facilities.every[facility]
        return self._bays.free_bays(one.first_bay, one.first_bay + one.capacity)
