"""Those who come to park: one row a driver, all of it arrays."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from twin.parking.choice import NOWHERE

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

COMING, HEADING, SEARCHING, STOPPING, INSIDE, PARKED, LEAVING, STANDING, OVER = range(9)
"""What a driver does: comes and has not chosen yet; drives to the first facility; looks for a space; brakes for a bay; is at
the gate of a car park or behind it; is parked; has given up and drives away; stands where it is not allowed; is gone."""

NONE: Final = -1

NEVER_US: Final = -(1 << 62)
"""An instant that has not come."""

LOOKING_STILL, PARKED_WELL, BALKED, ILLEGAL, GAVE_UP = range(5)
OUTCOMES: Final = ("looking", "parked", "balked", "illegal", "gave_up")
"""How a visit ended: not yet; in a bay; turned away at every facility that was tried, and gone; where it is not allowed; gone
after cruising along kerbs in vain."""


class Drivers:
    """The state of all who come to park, (n,) each, in order of their trips."""

    def __init__(
        self, trip: Ints, edge: Ints, s_m: Floats, x_m: Floats, y_m: Floats, purpose: npt.NDArray[np.int8], stay_us: Ints
    ) -> None:
        """Begin before everybody's trip. ``edge``, ``s_m``, ``x_m``, ``y_m``: where it was to end."""
        n = trip.size
        self.trip = trip
        self.x_m, self.y_m = x_m, y_m
        """Destination."""
        self.purpose, self.stay_us = purpose, stay_us
        self.state = np.full(n, COMING, np.int8)
        self.target: Ints = np.full(n, NOWHERE)
        """Facility that the driver is on the way to; ``NOWHERE`` while circling."""
        self.sent_to: Ints = np.full(n, NONE)
        """Bay that the driver was sent to."""
        self.end_edge: Ints = edge.astype(np.int64)
        """Where the trip ends as it stands."""
        self.end_s_m: Floats = s_m.astype(np.float64)
        self.astray = np.zeros(n, np.bool_)
        """The way to the target could not be taken yet."""
        self.asks = np.ones(n, np.bool_)
        """Has to choose."""
        self.attempt: Ints = np.zeros(n, np.int64)
        """Choices made."""
        self.edge: Ints = np.full(n, NONE)
        """Edge on which the driver was last seen."""
        self.s_m: Floats = np.zeros(n)
        self.began_us: Ints = np.full(n, NEVER_US)
        """When the search began: at the first facility's edge."""
        self.distance_m: Floats = np.zeros(n)
        """Driven since then."""
        self.tried = np.zeros(n, np.int32)
        """Facilities that turned out to be without a space."""
        self.turned_away = np.zeros(n, np.int32)
        """Of these, car parks that did not let the driver in."""
        self.loops = np.zeros(n, np.int32)
        """Edges entered again while searching."""
        self.bay: Ints = np.full(n, NONE)
        """Bay that is the driver's."""
        self.parked_us: Ints = np.full(n, NEVER_US)
        self.left_us: Ints = np.full(n, NEVER_US)
        self.walk_m: Floats = np.zeros(n)
        self.price_cny: Floats = np.zeros(n)
        self.outcome = np.full(n, LOOKING_STILL, np.int8)
        self.passed: list[set[int] | None] = [None] * n
        """Edges entered while searching, of those who search."""

    @property
    def count(self) -> int:
        """Number of drivers."""
        return int(self.trip.size)

    def rows_of(self, trip: npt.NDArray[np.integer]) -> Ints:
        """Return the rows of trips (k,), all of which park."""
        return np.searchsorted(self.trip, trip)
