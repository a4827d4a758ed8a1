"""What the platform holds of bays and facilities: states as reported, when they were so, when that was known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FREE, OCCUPIED, UNKNOWN, CLOSED = range(4)
STATES: Final = ("free", "occupied", "unknown", "closed")
"""States of a bay by their number. Source: attribute ``status`` of FIWARE's ParkingSpot (smart-data-models, Parking)."""

NEVER_US: Final = -(1 << 62)
"""When something was known that never was. Choice: long before every run and all that was known at its start."""


class ReportedBays:
    """The state of every bay that has a sensor, as far as reports tell; a bay without one is unknown for ever."""

    def __init__(self, facility: Ints, facilities: int) -> None:
        """Begin with nothing known of bays (n,) of these facilities."""
        bays = facility.size
        self._facility = facility
        self._facilities = facilities
        self.state = np.full(bays, UNKNOWN, np.int8)
        """(bays,): FREE, OCCUPIED, UNKNOWN or CLOSED."""
        self.watched = np.zeros(bays, np.bool_)
        """Which bays have a sensor, (bays,)."""
        self.since_us = np.full(bays, NEVER_US, np.int64)
        """Phenomenon time of the newest report, (bays,)."""
        self.heard_us = np.full(bays, NEVER_US, np.int64)
        """Arrival of the newest report, (bays,)."""
        self.unknown_after_us = np.full(bays, np.iinfo(np.int64).max, np.int64)
        """Silence after which a bay's state counts as unknown, (bays,)."""
        self._said = self.state.copy()
        """What the sensors say, (bays,), in closed facilities too."""
        self._closed = np.zeros(bays, np.bool_)
        self.listeners: list[Callable[[int, int, int, int], None]] = []
        """Told (t_us, bay, state before, state after) of each change."""

    def receive(self, t_us: int, bay: int, state: int, since_us: int) -> bool:
        """Take a report that arrives at ``t_us``: the bay was in ``state`` at ``since_us``; return whether the state changed.

        A report that was overtaken by a newer one says nothing new, but that the sensor lives.
        """
        self.heard_us[bay] = max(int(self.heard_us[bay]), t_us)
        if since_us < self.since_us[bay]:
            return False
        self.since_us[bay] = since_us
        self._said[bay] = state
        return not self._closed[bay] and self._change(t_us, bay, state)

    def forget_silent(self, t_us: int) -> Ints:
        """Let bays be unknown of which nothing was heard for too long; return those that become it now."""
        silent = self.watched & (self._said != UNKNOWN) & (t_us - self.heard_us > self.unknown_after_us)
        self._said[silent] = UNKNOWN
        gone = np.flatnonzero(silent & ~self._closed)
        for bay in gone.tolist():
            self._change(t_us, bay, UNKNOWN)
        return gone

    def close(self, t_us: int, bays: Ints, *, closed: bool) -> Ints:
        """Let watched ``bays`` be closed, or open again with what their sensors say; return those whose state changes."""
        mine = bays[self.watched[bays]]
        self._closed[mine] = closed
        changed = [self._change(t_us, bay, CLOSED if closed else int(self._said[bay])) for bay in mine.tolist()]
        return mine[np.array(changed, np.bool_)]

    def _change(self, t_us: int, bay: int, state: int) -> bool:
        before = int(self.state[bay])
        if state == before:
            return False
        self.state[bay] = state
        for listener in self.listeners:
            listener(t_us, bay, before, state)
        return True

    def free_bays(self, first: int, beyond: int) -> Ints:
        """Return the bays from ``first`` to before ``beyond`` that are reported free."""
        return first + np.flatnonzero(self.state[first:beyond] == FREE)

    def by_facility(self, t_us: int) -> tuple[Floats, Floats, Floats]:
        """Return (facilities,): bays reported free, bays with a known state, and the age in s of the newest report.

        The age is infinite where nothing was ever heard.
        """
        count = self._facilities
        known = (self.state == FREE) | (self.state == OCCUPIED)
        free = np.bincount(self._facility[self.state == FREE], minlength=count).astype(np.float64)
        newest = np.full(count, NEVER_US, np.int64)
        np.maximum.at(newest, self._facility, self.heard_us)
        age_s = np.where(newest == NEVER_US, np.inf, 1e-6 * (t_us - newest))
        return free, np.bincount(self._facility[known], minlength=count).astype(np.float64), age_s
