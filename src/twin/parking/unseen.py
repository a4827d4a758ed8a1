"""Drivers who are told nothing: each guesses what is free, and sees for himself when he is there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.parking.facilities import Facilities
from twin.parking.information import ANY_BAY, GUESSED_S, Belief
from twin.rng import stream_key, uniform4

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@kernel
def _guesses(key: np.uint64, trip: Ints, facility: Ints) -> Floats:
    """Return a uniform number of each trip for its facility, (n,)."""
    out = np.empty(trip.size)
    for i in range(trip.size):
        out[i] = uniform4(key, 0, trip[i], facility[i])[0]
    return out


class Unseen:
    """Nobody knows anything before arriving: the bays taken are guessed, evenly from none to all but one.

    So SUMO lets drivers think of a parking area that they cannot see (``parkingAreaReroute`` with ``visible="false"``, an
    occupancy at random below the capacity). One guess a driver and facility; the chance of a space is taken to be the share
    guessed free.
    """

    def __init__(self, facilities: Facilities, seed: int) -> None:
        """Keep the capacities."""
        self._capacity = facilities.capacity
        self._key = stream_key(seed, "parking/guess")

    def believed(self, t_us: int, trip: Ints, facility: Ints, arrive_us: Ints, away_m: Floats) -> Belief:
        """See ``Information``."""
        del t_us, arrive_us, away_m
        capacity = self._capacity[facility]
        taken = np.floor(_guesses(self._key, trip.astype(np.int64), facility.astype(np.int64)) * capacity)
        free = np.asarray(capacity - taken, np.float64)
        return Belief(np.asarray(free / capacity), free, np.full(trip.size, GUESSED_S))

    def set_out(self, t_us: int, trip: Ints, facility: Ints, arrive_us: Ints) -> Ints:
        """See ``Information``: nobody is sent to a bay."""
        del t_us, facility, arrive_us
        return np.full(trip.size, ANY_BAY, np.int64)

    def ended(self, t_us: int, trip: Ints, parked: npt.NDArray[np.bool_]) -> None:
        """See ``Information``: nothing is kept for anybody."""

    def kept(self, t_us: int, facility: int, trip: int) -> int:
        """See ``Information``: nothing is kept for anybody."""
        del t_us, facility, trip
        return 0

    def keeps(self, bay: int, trip: int) -> bool:
        """See ``Information``: nothing is kept for anybody."""
        del bay, trip
        return False
