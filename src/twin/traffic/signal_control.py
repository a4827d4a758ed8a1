"""All signal controllers of a run: one table of states, one SimPy process, greens that reports end.

What the controllers know is in four arrays (``junctions``, ``approaches``, ``crossings``, ``signal``), so that a run can be
saved at any instant and go on the same. Rules of an actuated green that began at ``b``: it ends at the first instant at which
no vehicle was reported in the zone of a served approach for ``unit_extension_s`` (gap-out), but not before ``b`` + least green
and not after ``b`` + longest green (max-out). A junction that got no report for ``stale_after_s``, or none at all, takes the
fixed green instead. No stage is left out: pedestrians and vehicles that no sensor sees have their turn in every cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.kernel.records import VehicleReports
from twin.roadnet.lane_graph import LaneGraph
from twin.traffic.signal_plan import ENDLESS_US, SignalPlan
from twin.traffic.signal_spec import ActuatedSpec
from twin.traffic.signal_states import GREEN, RED, YELLOW
from twin.units import to_us

Longs = npt.NDArray[np.int64]

NEVER_US: Final = np.iinfo(np.int64).max
LONG_AGO_US: Final = np.iinfo(np.int64).min // 4

JUNCTION: Final = np.dtype(
    [
        ("junction", "i4"),  # row of RoadNetwork.junctions
        ("interval", "i4"),  # of the plan
        ("begin_us", "i8"),  # when the interval began
        ("change_us", "i8"),  # when the next one begins, or when that is looked at again
        ("report_us", "i8"),  # last report for any of its approaches
    ],
    align=True,
)
APPROACH: Final = np.dtype([("edge", "i4"), ("plan", "i4"), ("seen_us", "i8")], align=True)
CROSSING: Final = np.dtype(
    [
        ("junction", "i4"),
        ("plan", "i4"),
        ("arm", "i4"),
        ("state", "i1"),  # GREEN: walk; YELLOW: clear the crossing; RED: wait
        ("spare", "i1", (3,)),  # always 0: without it numpy would leave these bytes undefined, and states could not be compared
        ("change_us", "i8"),  # when the state changes within the stage; NEVER_US where it does not
    ],
    align=True,
)


@dataclass(frozen=True, slots=True)
class SignalRows:
    """Changes of signal groups at one instant, as table ``signal`` wants them; arrays of one length."""

    t_us: int
    junction: npt.NDArray[np.int32]
    group: npt.NDArray[np.int8]
    stage: npt.NDArray[np.int8]
    state: npt.NDArray[np.int8]
    least_end_us: Longs
    """Earliest end of the state; ENDLESS_US where it never ends."""
    likely_end_us: Longs
    """End by the fixed times."""
    most_end_us: Longs
    """Latest end."""


class SignalControl:
    """Every controller of a run."""

    def __init__(
        self,
        graph: LaneGraph,
        plans: Sequence[SignalPlan],
        actuated: ActuatedSpec | None = None,
        log: Callable[[SignalRows], None] | None = None,
        signal: npt.NDArray[np.int8] | None = None,
    ) -> None:
        """Bring all signals into the state of time 0, as if the fixed times had run for ever.

        ``log`` gets the rows of every change. ``signal``, (connectors,) and no light yet, is the array to show them in: the one
        that the traffic kernels read; without one it makes its own.
        """
        self.plans = tuple(plans)
        self.signal = np.zeros(graph.connector_count, np.int8) if signal is None else signal
        """What each connector shows now: (connectors,)."""
        self.junctions = np.zeros(len(self.plans), JUNCTION)
        """The controllers' records, one a plan."""
        self._spec = actuated or ActuatedSpec()
        self._log = log
        self._groups = [plan.group_states() for plan in self.plans]
        self._until = [
            tuple(plan.until_change_us(d) for d in (plan.least_us, plan.duration_us, plan.most_us)) for plan in self.plans
        ]
        self._walk_left = [_walk_left_us(plan) for plan in self.plans]
        served = [_served(graph, plan) for plan in self.plans]
        self._served = [by_interval for _, by_interval in served]
        self.approaches = np.array(
            [(edge, number, LONG_AGO_US) for number, (edges, _) in enumerate(served) for edge in edges], APPROACH
        )
        """One record an approach edge: when a vehicle was last reported in its zone."""
        self._row_of_edge = {int(row["edge"]): i for i, row in enumerate(self.approaches)}
        self._first_approach = np.searchsorted(self.approaches["plan"], np.arange(len(self.plans) + 1))
        self.crossings = np.array(
            [
                (plan.junction, number, arm, RED, (0, 0, 0), NEVER_US)
                for number, plan in enumerate(self.plans)
                for arm in range(plan.crossings.length_m.size)
            ],
            CROSSING,
        )
        """One record a pedestrian crossing, in the order of the plans and their arms: whether one may walk now."""
        self._first_crossing = np.searchsorted(self.crossings["plan"], np.arange(len(self.plans) + 1))
        for number, plan in enumerate(self.plans):
            self._place(number, plan)

    def _place(self, number: int, plan: SignalPlan) -> None:
        interval, into_us = plan.interval_at(0)
        row = self.junctions[number]
        row["junction"], row["interval"], row["begin_us"] = plan.junction, interval, -into_us
        row["report_us"] = LONG_AGO_US
        row["change_us"] = plan.duration_us[interval] - into_us
        self.signal[plan.connectors] = plan.shown[interval]
        for crossing in range(int(self._first_crossing[number]), int(self._first_crossing[number + 1])):
            self._begin_walk(crossing, interval, -into_us)
        self._step_crossings(0)

    @property
    def next_change_us(self) -> int:
        """When something changes next, or has to be looked at; NEVER_US without signals."""
        times = [self.junctions["change_us"], self.crossings["change_us"]]
        return min(int(t.min()) if t.size else NEVER_US for t in times)

    def run(
        self, env: simpy.Environment, advance: Callable[[int], object], *, resumed: bool = False
    ) -> Generator[Event, None, None]:
        """Return the one SimPy process of all controllers, in the phase CONTROL.

        ``advance(t_us)`` is called before anything changes at ``t_us``: traffic moves up to there with the old signals. The
        first rows of the log tell every state; ``resumed`` leaves them out.
        """
        if not resumed:
            self.log_all(int(env.now))
        while self.next_change_us != NEVER_US:
            yield in_phase(env, max(self.next_change_us - int(env.now), 0), Phase.CONTROL)
            t_us = int(env.now)
            if self.next_change_us <= t_us:
                advance(t_us)
                self.step(t_us)

    def step(self, t_us: int) -> None:
        """Make every change that is due by ``t_us``."""
        for number in np.flatnonzero(self.junctions["change_us"] <= t_us).tolist():
            while self.junctions["change_us"][number] <= t_us:
                self._step_junction(number)
        self._step_crossings(t_us)

    def report(self, reports: VehicleReports) -> None:
        """Take note of reported vehicles; edges without a controlled stop line and vehicles out of the zone do not count.

        They act when a green is next looked at: at its least end, or at the gap-out that the reports before promised.
        """
        for edge, distance_m in zip(reports.edge.tolist(), reports.distance_m.tolist(), strict=True):
            row = self._row_of_edge.get(edge)
            if row is None:
                continue
            approach = self.approaches[row]
            junction = self.junctions[int(approach["plan"])]
            junction["report_us"] = max(int(junction["report_us"]), reports.t_us)
            if 0.0 <= distance_m <= self._spec.zone_m:
                approach["seen_us"] = max(int(approach["seen_us"]), reports.t_us)

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Return a copy of everything that changes, for ``restore``."""
        return {
            "junctions": self.junctions.copy(),
            "approaches": self.approaches.copy(),
            "crossings": self.crossings.copy(),
            "signal": self.signal.copy(),
        }

    def restore(self, saved: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take on a state of the same plans. Raise ValueError when a table has another shape."""
        own = {"junctions": self.junctions, "approaches": self.approaches, "crossings": self.crossings, "signal": self.signal}
        for name, table in own.items():
            if saved[name].shape != table.shape or saved[name].dtype != table.dtype:
                raise ValueError(f"saved signals: {name} is {saved[name].shape}, these plans have {table.shape}")
        for name, table in own.items():
            table[...] = saved[name]

    def log_all(self, t_us: int) -> None:
        """Log what every group shows."""
        for number in range(len(self.plans)):
            interval = int(self.junctions["interval"][number])
            self._write(number, t_us, interval, np.arange(self._groups[number].shape[1]))

    def _step_junction(self, number: int) -> None:
        plan, row = self.plans[number], self.junctions[number]
        t_us, interval = int(row["change_us"]), int(row["interval"])
        end_us = self._end_us(number, interval, t_us)
        if end_us > t_us:
            row["change_us"] = end_us
            return
        after = (interval + 1) % plan.duration_us.size
        row["interval"], row["begin_us"] = after, t_us
        variable = plan.least_us[after] != plan.most_us[after]
        row["change_us"] = t_us + int(plan.least_us[after] if variable else plan.duration_us[after])
        self.signal[plan.connectors] = plan.shown[after]
        walk = plan.crossings.walk
        for crossing in range(int(self._first_crossing[number]), int(self._first_crossing[number + 1])):
            arm = int(self.crossings["arm"][crossing])
            if walk[after, arm] != walk[interval, arm]:
                self._begin_walk(crossing, after, t_us)
        states = self._groups[number]
        self._write(number, t_us, after, np.flatnonzero(states[after] != states[interval]))

    def _end_us(self, number: int, interval: int, t_us: int) -> int:
        """Return when an interval ends, as far as is known at ``t_us``."""
        plan, row = self.plans[number], self.junctions[number]
        begin_us, least_us, most_us = int(row["begin_us"]), int(plan.least_us[interval]), int(plan.most_us[interval])
        if least_us == most_us or t_us - int(row["report_us"]) > to_us(self._spec.stale_after_s):
            return begin_us + int(plan.duration_us[interval])
        approaches = self.approaches[self._first_approach[number] : self._first_approach[number + 1]]
        seen_us = int(approaches["seen_us"][self._served[number][interval]].max(initial=LONG_AGO_US))
        gap_us = seen_us + to_us(self._spec.unit_extension_s)
        return min(max(begin_us + least_us, gap_us), begin_us + most_us)

    def _begin_walk(self, crossing: int, interval: int, t_us: int) -> None:
        row = self.crossings[crossing]
        plan = self.plans[int(row["plan"])]
        arm = int(row["arm"])
        left_us = int(self._walk_left[int(row["plan"])][interval, arm])
        if left_us == 0:
            row["state"], row["change_us"] = RED, NEVER_US
        elif left_us == ENDLESS_US:
            row["state"], row["change_us"] = GREEN, NEVER_US
        else:
            row["state"] = GREEN
            row["change_us"] = t_us + left_us - int(plan.crossings.clearance_us[arm])

    def _step_crossings(self, t_us: int) -> None:
        for crossing in np.flatnonzero(self.crossings["change_us"] <= t_us).tolist():
            row = self.crossings[crossing]
            while row["change_us"] <= t_us:
                if row["state"] == GREEN:
                    clearance_us = self.plans[int(row["plan"])].crossings.clearance_us[int(row["arm"])]
                    row["state"], row["change_us"] = YELLOW, int(row["change_us"]) + int(clearance_us)
                else:
                    row["state"], row["change_us"] = RED, NEVER_US

    def _write(self, number: int, t_us: int, interval: int, groups: npt.NDArray[np.integer[Any]]) -> None:
        if self._log is None or not groups.size:
            return
        plan = self.plans[number]
        into_us = t_us - int(self.junctions["begin_us"][number])
        least, likely, most = (
            np.where(until[interval, groups] == ENDLESS_US, ENDLESS_US, t_us - into_us + until[interval, groups])
            for until in self._until[number]
        )
        self._log(
            SignalRows(
                t_us,
                np.full(groups.size, plan.junction, np.int32),
                groups.astype(np.int8),
                np.full(groups.size, plan.stage[interval], np.int8),
                self._groups[number][interval, groups],
                np.where((least != ENDLESS_US) & (least < t_us), t_us, least),
                likely,
                most,
            )
        )


def _served(graph: LaneGraph, plan: SignalPlan) -> tuple[list[int], list[npt.NDArray[np.int64]]]:
    """Return the approach edges and, by interval, the places in that list of those that have green."""
    edge = graph.lane_edge[graph.connector_from[plan.connectors]]
    edges = sorted(set(edge.tolist()))
    green = [set(edge[shown == GREEN].tolist()) for shown in plan.shown]
    return edges, [np.array([i for i, e in enumerate(edges) if e in lit], np.int64) for lit in green]


def _walk_left_us(plan: SignalPlan) -> Longs:
    """Return the time from the start of each interval until pedestrians must be off each crossing, counting least greens.

    0 where they may not walk, ENDLESS_US where they always may: (intervals, crossings).
    """
    walk = plan.crossings.walk
    count = walk.shape[0]
    out = np.zeros(walk.shape, np.int64)
    for arm in range(walk.shape[1]):
        for interval in np.flatnonzero(walk[:, arm]).tolist():
            if walk[:, arm].all():
                out[interval, arm] = ENDLESS_US
                continue
            k = interval
            while walk[k % count, arm]:
                out[interval, arm] += int(plan.least_us[k % count])
                k += 1
    return out
