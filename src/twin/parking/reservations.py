"""Spaces and bays that are kept for drivers on their way: taken one at a time, never twice, and given back in the end."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from twin.parking.information import ANY_BAY


@dataclass(frozen=True, slots=True)
class Reservation:
    """A place kept for one driver."""

    trip: int
    facility: int
    bay: int
    """``ANY_BAY`` where a space is kept and no particular bay."""
    until_us: int
    """From then on it is kept no longer."""


class Reservations:
    """Who has a place kept where. Each call is atomic: it either changes everything that belongs together, or nothing.

    A trip has one place at most, a bay one trip, and a facility never more kept places than it had free ones at each taking.
    """

    def __init__(self, capacity: Sequence[int]) -> None:
        """Begin with nothing kept in facilities of these capacities."""
        self._capacity = tuple(int(one) for one in capacity)
        self._of_trip: dict[int, Reservation] = {}
        self._of_bay: dict[int, int] = {}
        self._kept = [0] * len(self._capacity)
        self._ends: list[tuple[int, int, int]] = []
        self._count = 0
        self.taken = 0
        """Places taken so far."""
        self.refused = 0
        """Wishes for which nothing was free."""
        self.expired = 0
        """Places that were given back because their time was over."""

    def take(self, t_us: int, trip: int, facility: int, until_us: int, free: int, bay: int = ANY_BAY) -> bool:
        """Keep one of the ``free`` spaces of ``facility``, or its ``bay``, for ``trip``; False when none is left.

        ``free``: those that are not occupied, whether they are kept or not. What the trip had is given back first, unless it is
        refused: then it keeps that. Raises ValueError for a time that is over.
        """
        if until_us <= t_us:
            raise ValueError(f"a place cannot be kept until {until_us} at {t_us}")
        self.expire(t_us)
        own = self._of_trip.get(trip)
        others = self._kept[facility] - (own is not None and own.facility == facility)
        taken = bay != ANY_BAY and self._of_bay.get(bay, trip) != trip
        if taken or others >= min(free, self._capacity[facility]):
            self.refused += 1
            return False
        self.release(trip)
        self._of_trip[trip] = Reservation(trip, facility, bay, until_us)
        self._kept[facility] += 1
        if bay != ANY_BAY:
            self._of_bay[bay] = trip
        self._count += 1
        heapq.heappush(self._ends, (until_us, self._count, trip))
        self.taken += 1
        return True

    def release(self, trip: int) -> Reservation | None:
        """Give back what ``trip`` has and return it; None where it has nothing."""
        own = self._of_trip.pop(trip, None)
        if own is not None:
            self._kept[own.facility] -= 1
            if own.bay != ANY_BAY:
                del self._of_bay[own.bay]
        return own

    def expire(self, t_us: int) -> list[Reservation]:
        """Give back every place whose time is over at ``t_us``, and return them in the order of their ends."""
        gone = []
        while self._ends and self._ends[0][0] <= t_us:
            until_us, _, trip = heapq.heappop(self._ends)
            own = self._of_trip.get(trip)
            if own is not None and own.until_us == until_us:
                self.release(trip)
                gone.append(own)
        self.expired += len(gone)
        return gone

    def of(self, trip: int) -> Reservation | None:
        """Return what is kept for ``trip``."""
        return self._of_trip.get(trip)

    def holder(self, bay: int) -> int | None:
        """Return the trip that ``bay`` is kept for."""
        return self._of_bay.get(bay)

    def kept(self, facility: int, trip: int = -1) -> int:
        """Return how many spaces of ``facility`` are kept for others than ``trip``."""
        own = self._of_trip.get(trip)
        return self._kept[facility] - (own is not None and own.facility == facility)
