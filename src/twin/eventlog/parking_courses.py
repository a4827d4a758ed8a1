"""How full facilities are over time, as the log has it: truly, and as the platform may take it to be from what was reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run

BAY_STATES: Final = ("unknown", "free", "occupied", "closed")
"""States of bays, in the order of their codes; truly they are free or occupied."""

UNKNOWN: Final = -1
"""In the place of a number of bays that nothing is known of."""

Ints = npt.NDArray[np.int64]

_FREE: Final = BAY_STATES.index("free")
_OCCUPIED: Final = BAY_STATES.index("occupied")


@dataclass(frozen=True, slots=True)
class Changes:
    """What has a value from an instant on, in the order of time; each row holds until the next one of its owner."""

    t_us: Ints
    """(n,), rising."""
    owner: Ints
    """(n,): a row of ``ParkingLog.facilities`` or of ``ParkingLog.bays``."""
    value: Ints
    """(n,): bays taken (``UNKNOWN`` where nothing is known), or the code of a bay's state."""


class ParkingLog:
    """Facilities and bays of a run by their numbers, and what changes there."""

    def __init__(self, run: Run) -> None:
        """Read the facilities and bays of ``run``."""
        self._run = run
        self.facilities = run.table("facility_spec").sort_by("facility")
        self.bays = run.table("bay_spec").sort_by("bay")
        self.capacity: Ints = self._ints(self.facilities, "capacity")
        """(facilities,)."""
        self.facility: Ints = np.searchsorted(self._ints(self.facilities, "facility"), self._ints(self.bays, "facility"))
        """(bays,): row of each bay's facility."""

    def bay_states(self, *, reported: bool) -> Changes:
        """Return the changes of bays: the true ones, or those of the reported state, from when the platform knew."""
        table, name = ("bay", "state") if reported else ("bay_truth", "occupied")
        rows = self._run.table(table).select(["t_us", "bay", name])
        if reported:
            code = {state: number for number, state in enumerate(BAY_STATES)}
            state = np.array([code[str(one)] for one in rows[name].to_pylist()], np.int64)
        else:
            state = np.where(rows[name].to_numpy(), _OCCUPIED, _FREE).astype(np.int64)
        return _ordered(self._ints(rows, "t_us"), np.searchsorted(self._ints(self.bays, "bay"), self._ints(rows, "bay")), state)

    def taken(self) -> Changes:
        """Return how many bays of each facility are truly taken: at each change, or at the ends of intervals without those."""
        changes = self.bay_states(reported=False)
        if changes.t_us.size:
            return Changes(changes.t_us, self.facility[changes.owner], self._count(changes, _OCCUPIED))
        rows = self._run.table("facility").select(["t_us", "interval_us", "facility", "occupied"])
        t_us = self._ints(rows, "t_us") + self._ints(rows, "interval_us")
        return _ordered(t_us, self._rows(rows), self._ints(rows, "occupied"))

    def held_taken(self) -> Changes:
        """Return how many are held to be taken by what was reported: by counters at gates, else by those bays that are known.

        Beside ``m`` known bays, ``k`` of them free, each other one is held to be free with (k + 1) / (m + 2), Laplace's rule of
        succession, as guidance does; ``UNKNOWN`` where no bay is known.
        """
        counts = self._run.table("gate_count").select(["t_us", "facility", "inside"])
        gated = self._rows(counts)
        told = self.bay_states(reported=True)
        by_bays = ~np.isin(self.facility[told.owner], gated)
        told = Changes(told.t_us[by_bays], told.owner[by_bays], told.value[by_bays])
        owner = self.facility[told.owner]
        free, taken = self._count(told, _FREE), self._count(told, _OCCUPIED)
        known, capacity = free + taken, self.capacity[owner]
        held = capacity - free - (capacity - known) * (free + 1.0) / (known + 2.0)
        held = np.where(known > 0, np.round(np.clip(held, 0, capacity)), UNKNOWN).astype(np.int64)
        return _ordered(
            np.concatenate((told.t_us, self._ints(counts, "t_us"))),
            np.concatenate((owner, gated)),
            np.concatenate((held, np.maximum(self._ints(counts, "inside"), 0))),
        )

    def _rows(self, table: Any) -> Ints:
        rows: Ints = np.searchsorted(self._ints(self.facilities, "facility"), self._ints(table, "facility"))
        return rows

    def _count(self, changes: Changes, wanted: int) -> Ints:
        """Return, after each change of a bay, how many bays of its facility are in state ``wanted``."""
        now = np.zeros(self.bays.num_rows, np.bool_)
        count = np.zeros(self.facilities.num_rows, np.int64)
        found = np.empty(changes.owner.size, np.int64)
        is_wanted, facility = (changes.value == wanted).tolist(), self.facility[changes.owner].tolist()
        for at, (bay, one, where) in enumerate(zip(changes.owner.tolist(), is_wanted, facility, strict=True)):
            count[where] += one - int(now[bay])
            now[bay] = one
            found[at] = count[where]
        return found

    @staticmethod
    def _ints(table: Any, name: str) -> Ints:
        values: Ints = table[name].to_numpy().astype(np.int64)
        return values


def _ordered(t_us: Ints, owner: Ints, value: Ints) -> Changes:
    order = np.argsort(t_us, kind="stable")
    return Changes(t_us[order], owner[order].astype(np.int64), value[order])
