"""Parking over time and by how full it is: occupancy of facilities, true and reported, and how long searches take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.parking_courses import UNKNOWN, Changes, ParkingLog
from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up
from twin.units import CM_PER_M, US_PER_S

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

POINTS: Final = 240
"""Instants at which a course is told. Choice: more than a small picture has pixels to tell apart are of no use."""

NEAR_M: Final = 300.0
"""Facilities that far from where a search ended count for how full its surroundings were. Choice: four minutes on foot."""

FULL_SHARES: Final = (0.0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
"""Begins of the bins of occupancy, the last of which ends at 1. Choice: narrow where the search grows long."""


@dataclass(frozen=True, slots=True)
class OccupancyCourse:
    """How full some facilities are together, from instant to instant; NaN where nothing is known."""

    name: str
    capacity: int
    t_s: Floats
    true_share: Floats
    held_share: Floats
    """As reported: of those facilities of which something is known."""


@dataclass(frozen=True, slots=True)
class SearchBin:
    """Searches that began when the surroundings of the place where they ended were about as full."""

    from_share: float
    to_share: float
    search_s: Floats
    """(n,): times from the begin of the search to standing."""


class ParkingSeries:
    """The courses of a run's facilities, at ``POINTS`` instants from its start to its end."""

    def __init__(self, run: Run) -> None:
        """Read what changes at facilities; once, for all courses that are asked for."""
        self._run = run
        self._log = log = ParkingLog(run)
        count = log.facilities.num_rows
        self.names: list[str] = [str(name) for name in log.facilities["name"].to_pylist()]
        """By row."""
        self.kinds: list[str] = [str(kind) for kind in log.facilities["kind"].to_pylist()]
        """By row."""
        end_us = max(round(run.manifest.simulated_s * US_PER_S), 1)
        self._t_us: Ints = np.linspace(0, end_us, POINTS).astype(np.int64)
        self._true = _sampled(log.taken(), count, self._t_us)
        self._held = _sampled(log.held_taken(), count, self._t_us)

    def course(self, name: str, rows: npt.ArrayLike) -> OccupancyCourse:
        """Return the course of the facilities at ``rows`` together, under a name."""
        chosen = np.asarray(rows, np.int64)
        return OccupancyCourse(
            name,
            int(self._log.capacity[chosen].sum()),
            self._t_us / US_PER_S,
            self._share(self._true, chosen),
            self._share(self._held, chosen),
        )

    def by_kind(self) -> list[OccupancyCourse]:
        """Return the courses of each kind of facility, under its name."""
        kinds = np.array(self.kinds)
        return [self.course(kind, np.flatnonzero(kinds == kind)) for kind in sorted(set(self.kinds))]

    def searches_by_occupancy(self, warm_up_s: float) -> list[SearchBin]:
        """Return the searches that began after the warm-up and found a space, by how full the facilities around it were then.

        Of those within ``NEAR_M`` of where the driver parked, his own facility among them; bins without a search are left out.
        """
        names = ["facility", "began_us", "search_s"]
        rows = after_warm_up(self._run, "parking", names, warm_up_s, time="began_us").to_pydict()
        log = self._log
        place = np.stack([log.facilities[name].to_numpy() for name in ("x_cm", "y_cm")], axis=1) / CM_PER_M
        row_of = {number: row for row, number in enumerate(log.facilities["facility"].to_pylist())}
        shares, times = [], []
        for facility, began_us, search_s in zip(*(rows[name] for name in names), strict=True):
            if facility is None or search_s is None:
                continue
            near = np.flatnonzero(np.hypot(*(place - place[row_of[facility]]).T) <= NEAR_M)
            taken = self._true[:, np.searchsorted(self._t_us, began_us, side="right") - 1][near]
            known = taken != UNKNOWN
            if known.any():
                shares.append(taken[known].sum() / log.capacity[near[known]].sum())
                times.append(search_s)
        full, search = np.array(shares, np.float64), np.array(times, np.float64)
        ends = (*FULL_SHARES[1:], 1.0)
        bins = zip(FULL_SHARES, ends, strict=True)
        found = [SearchBin(low, high, search[(full >= low) & ((full < high) | (high >= 1.0))]) for low, high in bins]
        return [one for one in found if one.search_s.size]

    def _share(self, taken: Ints, rows: Ints) -> Floats:
        known = taken[rows] != UNKNOWN
        whole = (self._log.capacity[rows, None] * known).sum(axis=0)
        part = np.where(known, taken[rows], 0).sum(axis=0)
        share: Floats = np.divide(part, whole, out=np.full(whole.size, np.nan), where=whole > 0)
        return share


def _sampled(changes: Changes, owners: int, t_us: Ints) -> Ints:
    """Return what holds of each owner at instants, (owners, instants); ``UNKNOWN`` before its first row."""
    found = np.full((owners, t_us.size), UNKNOWN, np.int64)
    order = np.argsort(changes.owner, kind="stable")
    owner, when, value = changes.owner[order], changes.t_us[order], changes.value[order]
    begin = np.searchsorted(owner, np.arange(owners + 1))
    for one in range(owners):
        first, end = begin[one], begin[one + 1]
        last = np.searchsorted(when[first:end], t_us, side="right")
        known = last > 0
        found[one, known] = value[first:end][last[known] - 1]
    return found
