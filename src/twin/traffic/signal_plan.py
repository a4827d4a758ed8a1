"""The signal plan of one junction: intervals, what each shows to every connector, and when signal groups change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.errors import InputError
from twin.messages import say
from twin.roadnet.lane_graph import LEFT, STRAIGHT, LaneGraph
from twin.traffic.signal_states import GIVE_WAY, GREEN, NO_SIGNAL, RED, YELLOW

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.int8]

ENDLESS_US: Final = -1
"""Instead of the time until a group changes: it never does."""

Program = tuple[tuple[int, Bytes], ...]
"""A fixed-time program: (duration in us, states of the junction's connectors), interval by interval."""


@dataclass(frozen=True, slots=True)
class Crossings:
    """The pedestrian crossings of a junction, one an arm, and when one may walk on them.

    Without an entry the arrays have the length 0.
    """

    bearing_deg: npt.NDArray[np.float64]
    """(m,): compass bearing of the arm from the junction's middle."""
    length_m: npt.NDArray[np.float64]
    """(m,): from kerb to kerb."""
    clearance_us: Longs
    """(m,): time that who stepped off the kerb last needs to the other kerb or the refuge."""
    connectors: tuple[Ints, ...]
    """Connectors whose vehicles drive over each crossing, as they enter or leave the junction."""
    walk: npt.NDArray[np.bool_]
    """(intervals, m): whether the interval lets pedestrians walk; they step off the kerb only as long as they reach the
    other side before the last interval with walk ends."""


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """Intervals that follow each other and what they show. Intervals of the kind GREEN are the stages themselves."""

    junction: int
    connectors: Ints
    """(n,): the junction's connectors in the lane graph."""
    group: Bytes
    """(n,): signal group of each: those of one approach and turn that always show the same."""
    shown: Bytes
    """(intervals, n): what each interval shows to each connector."""
    duration_us: Longs
    """(intervals,): fixed times."""
    least_us: Longs
    """(intervals,): the same as ``duration_us`` but for greens that reports may end early."""
    most_us: Longs
    """(intervals,): the same as ``duration_us`` but for greens that reports may extend."""
    stage: Bytes
    """(intervals,): number of the stage that each belongs to."""
    kind: Bytes
    """(intervals,): GREEN, YELLOW or RED (all-red)."""
    offset_us: int
    """The first interval begins this long after the scenario's start, and every cycle before and after."""
    actuated: bool
    """Whether reports change the greens."""
    crossings: Crossings

    @property
    def cycle_us(self) -> int:
        """Length of the fixed-time cycle."""
        return int(self.duration_us.sum())

    @property
    def group_count(self) -> int:
        """Number of signal groups."""
        return int(self.group.max()) + 1 if self.group.size else 0

    def with_offset(self, offset_us: int) -> SignalPlan:
        """Return the plan with another offset, brought into one cycle."""
        return replace(self, offset_us=offset_us % self.cycle_us)

    def group_states(self) -> Bytes:
        """Return what each group shows in each interval: (intervals, groups)."""
        first = np.array([np.flatnonzero(self.group == number)[0] for number in range(self.group_count)], np.int64)
        return self.shown[:, first]

    def interval_at(self, t_us: int) -> tuple[int, int]:
        """Return (interval, time since its beginning) at ``t_us`` by the fixed times, as if they had always run."""
        into_us = (t_us - self.offset_us) % self.cycle_us
        end_us = np.cumsum(self.duration_us)
        interval = int(np.searchsorted(end_us, into_us, side="right"))
        return interval, into_us - int(end_us[interval] - self.duration_us[interval])

    def until_change_us(self, durations_us: Longs) -> Longs:
        """Return the time from the start of each interval until each group shows something else: (intervals, groups).

        ``durations_us`` is one of ``duration_us``, ``least_us`` and ``most_us``. ENDLESS_US for groups that never change.
        """
        states = self.group_states()
        count, groups = states.shape
        out = np.full((count, groups), ENDLESS_US, np.int64)
        for group in range(groups):
            changes = np.flatnonzero(states[:, group] != np.roll(states[:, group], -1))
            if changes.size:
                for interval in range(count):
                    last = (interval + np.min((changes - interval) % count)) % count
                    span = np.arange(interval, interval + (last - interval) % count + 1) % count
                    out[interval, group] = durations_us[span].sum()
        return out


def program(plan: SignalPlan) -> Program:
    """Return the plan's fixed-time program, for export: (duration in us, states of ``plan.connectors``) by interval."""
    return tuple((int(duration_us), shown.copy()) for duration_us, shown in zip(plan.duration_us, plan.shown, strict=True))


def plan_of_program(graph: LaneGraph, junction: int, intervals: Program, offset_us: int = 0) -> SignalPlan:
    """Return the plan that runs a given program, as imported from another simulator.

    The states of each interval are those of the junction's connectors in the order of the lane graph. A run of intervals that
    begins with one without yellow is one stage. Raise InputError when there is no interval, a duration is not positive, or
    lengths or states do not fit.
    """
    connectors = np.flatnonzero(graph.connector_junction == junction).astype(np.int32)
    duration_us = np.array([duration for duration, _ in intervals], np.int64)
    if not intervals or (duration_us <= 0).any():
        raise InputError(say("signals.program.duration", junction=junction))
    if any(states.shape != connectors.shape for _, states in intervals):
        counts = sorted({states.size for _, states in intervals})
        raise InputError(say("signals.program.size", junction=junction, count=connectors.size, found=counts))
    shown = np.array([states for _, states in intervals], np.int8).reshape(len(intervals), connectors.size)
    if shown.size and not (NO_SIGNAL <= shown.min() <= shown.max() <= GIVE_WAY):
        raise InputError(say("signals.program.state", junction=junction, found=sorted(np.unique(shown).tolist())))
    yellow = (shown == YELLOW).any(axis=1)
    kind = np.where(yellow, YELLOW, np.where(np.isin(shown, (GREEN, NO_SIGNAL)).any(axis=1), GREEN, RED)).astype(np.int8)
    stage = np.maximum(np.cumsum((kind == GREEN) & (np.roll(kind, 1) != GREEN)) - 1, 0).astype(np.int8)
    edges = graph.lane_edge[graph.connector_from[connectors]]
    keys = [
        (int(e), int(t), shown[:, i].tobytes())
        for i, (e, t) in enumerate(zip(edges, graph.connector_turn[connectors], strict=True))
    ]
    return SignalPlan(
        junction,
        connectors,
        _numbered(keys),
        shown,
        duration_us,
        duration_us,
        duration_us,
        stage,
        kind,
        offset_us % int(duration_us.sum()),
        actuated=False,
        crossings=no_crossings(len(intervals)),
    )


def no_crossings(intervals: int) -> Crossings:
    """Return the crossings of a junction that has none."""
    none = np.zeros(0)
    return Crossings(none, none, np.zeros(0, np.int64), (), np.zeros((intervals, 0), np.bool_))


def approach_groups(graph: LaneGraph, plans: Sequence[SignalPlan], edges: int) -> Bytes:
    """Return the signal group that the stop line of each edge is best described by: (edges,), -1 without a signal.

    That is the group of the straight movement, else of the left turn, else of whatever there is.
    """
    out = np.full(edges, -1, np.int8)
    for plan in plans:
        rank = {STRAIGHT: 0, LEFT: 1}
        turns = graph.connector_turn[plan.connectors]
        order = sorted(range(plan.connectors.size), key=lambda i: (rank.get(int(turns[i]), 2), i), reverse=True)
        for i in order:
            out[graph.lane_edge[graph.connector_from[plan.connectors[i]]]] = plan.group[i]
    return out


def _numbered(keys: Sequence[object]) -> Bytes:
    number: dict[object, int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], np.int8)
