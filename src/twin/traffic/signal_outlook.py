"""When signal groups will be green next, as their controllers would tell it in SPAT: by the likely ends of the intervals.

A fixed-time controller knows its future exactly. One whose greens end by reports does not: what is said of it are the fixed
times from the present interval on, which is the likely end of SPAT and no promise; an interval that has outlasted its fixed
time is taken to end now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.traffic.roads import NONE
from twin.traffic.signal_control import SignalControl
from twin.traffic.signal_plan import SignalPlan
from twin.traffic.signal_states import RED, YELLOW

Longs = npt.NDArray[np.int64]

WINDOWS: Final = 2
"""Greens that are told ahead: the present or next one and the one behind it."""

ALWAYS_US: Final = 1 << 60
"""Farther away than any run lasts."""


@dataclass(frozen=True, slots=True)
class Greens:
    """Times in which movements may go, ``WINDOWS`` a row, in their order; arrays of shape (n, WINDOWS)."""

    begin_us: Longs
    """Beginning; up to now for a green that is on, -ALWAYS_US for movements that may always go, ALWAYS_US for none."""
    end_us: Longs
    """End of the green (the beginning of yellow); ALWAYS_US where it does not end."""


class SignalOutlook:
    """What is known ahead of every connector's signal."""

    def __init__(self, control: SignalControl) -> None:
        """Work out the greens that follow each interval of each plan."""
        self._control = control
        size = control.signal.size
        self._plan, self._group = np.full(size, NONE, np.int32), np.zeros(size, np.int32)
        groups = np.array([plan.group_count for plan in control.plans], np.int64)
        intervals = np.array([plan.duration_us.size for plan in control.plans], np.int64)
        self._groups = groups
        self._first = np.concatenate(([0], np.cumsum(groups * intervals)))
        for number, plan in enumerate(control.plans):
            self._plan[plan.connectors], self._group[plan.connectors] = number, plan.group
        tables = [greens_after(plan) for plan in control.plans] or [(np.zeros((0, WINDOWS), np.int64),) * 2]
        self._begin_us, self._end_us = (np.concatenate([table[k] for table in tables]) for k in range(2))
        self._duration_us = np.concatenate([plan.duration_us for plan in control.plans] or [np.zeros(0, np.int64)])
        self._first_interval = np.concatenate(([0], np.cumsum(intervals)))

    def controlled(self, connector: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Return whether a signal stands before each connector (any shape; NONE: no connector)."""
        return np.asarray((connector != NONE) & (self._plan[connector] != NONE))

    def junction(self, connector: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """Return the junction, as in ``RoadNetwork.junctions``, whose signal is before each connector (n,); NONE for none."""
        there = self.controlled(connector)
        plan = np.where(there, self._plan[connector], 0)
        junction = self._control.junctions["junction"].astype(np.int64)
        return np.where(there, junction[plan], NONE) if junction.size else np.full(connector.size, NONE, np.int64)

    def greens(self, t_us: int, connector: npt.NDArray[np.int32]) -> Greens:
        """Return the greens of connectors (n,), all ``controlled``, as they are known at ``t_us``."""
        plan = self._plan[connector]
        junction = self._control.junctions[plan]
        interval = junction["interval"].astype(np.int64)
        row = self._first[plan] + interval * self._groups[plan] + self._group[connector]
        likely_us = junction["begin_us"] + self._duration_us[self._first_interval[plan] + interval]
        from_us = (junction["begin_us"] + np.maximum(t_us - likely_us, 0))[:, None]
        begin_us, end_us = self._begin_us[row], self._end_us[row]
        return Greens(
            np.where(np.abs(begin_us) == ALWAYS_US, begin_us, from_us + begin_us),
            np.where(end_us == ALWAYS_US, end_us, from_us + end_us),
        )


def greens_after(plan: SignalPlan) -> tuple[Longs, Longs]:
    """Return begin and end of the next greens of each interval and group, in us from the interval's begin, by fixed times.

    Shape (intervals x groups, WINDOWS), see ``Greens``. Who may go while giving way is let go too: a movement is held on red
    and yellow alone.
    """
    open_ = ~np.isin(plan.group_states(), (RED, YELLOW))
    intervals, groups = open_.shape
    begin_us = np.full((intervals, groups, WINDOWS), ALWAYS_US, np.int64)
    end_us = np.full((intervals, groups, WINDOWS), ALWAYS_US, np.int64)
    twice = np.arange(intervals)
    for group in range(groups):
        mine = open_[:, group]
        if mine.all():
            begin_us[:, group, 0] = -ALWAYS_US
        if mine.all() or not mine.any():
            continue
        for interval in range(intervals):
            order = (interval + np.tile(twice, WINDOWS + 1)) % intervals
            begins_us, ends_us = _runs(mine[order], plan.duration_us[order])
            begin_us[interval, group], end_us[interval, group] = begins_us[:WINDOWS], ends_us[:WINDOWS]
    return begin_us.reshape(-1, WINDOWS), end_us.reshape(-1, WINDOWS)


def _runs(open_: npt.NDArray[np.bool_], duration_us: Longs) -> tuple[Longs, Longs]:
    """Return when runs of open intervals begin and end, from the beginning of the first interval."""
    edge_us = np.concatenate(([0], np.cumsum(duration_us)))
    steps = np.diff(np.concatenate(([False], open_, [False])).astype(np.int8))
    return edge_us[np.flatnonzero(steps == 1)], edge_us[np.flatnonzero(steps == -1)]
