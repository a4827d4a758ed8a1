"""One junction's signals on the way from movements to a plan: stages, intergreens, least greens, then the greens of a cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.lane_graph import CROSS, RIGHT, U_TURN, LaneGraph
from twin.roadnet.road_network import Junction, RoadNetwork
from twin.traffic.signal_crossings import Arm, arms_of, crossing_connectors, may_walk
from twin.traffic.signal_phases import Movement, Stage, rows_between
from twin.traffic.signal_plan import Crossings, SignalPlan
from twin.traffic.signal_spec import SignalsSpec
from twin.traffic.signal_states import GIVE_WAY, GREEN, RED, YELLOW
from twin.traffic.signal_timing import (
    all_red_time_s,
    all_red_times_s,
    critical_ratios,
    shared_greens_s,
    webster_cycle_s,
    yellow_time_s,
)
from twin.units import to_us

Floats = npt.NDArray[np.float64]

TURN_MPS: Final = 8.94
"""No turn is taken as slower for the all-red time: 20 mph (National Cooperative Highway Research Program, Report 731, 2012)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """All of a junction's plan but the cycle: seconds by stage."""

    junction: Junction
    movements: tuple[Movement, ...]
    stages: tuple[Stage, ...]
    """An empty stage belongs to the pedestrians."""
    yellow_s: Floats
    all_red_s: Floats
    """After each stage; both are 0 where nothing ends with it."""
    least_s: Floats
    """Least greens."""
    pinned_s: Floats
    """Greens that the scenario gives; not a number elsewhere."""
    ratios: Floats
    """Critical flow ratios."""
    arms: tuple[Arm, ...]
    walk: npt.NDArray[np.bool_]
    """(stages, arms): where pedestrians may walk, by who else has green."""
    clearance_s: Floats
    """(arms,)."""
    right_on_red: bool
    spec: SignalsSpec

    @property
    def intergreen_s(self) -> float:
        """Yellow and all-red times of a whole cycle."""
        return float((self.yellow_s + self.all_red_s).sum())

    @property
    def shortest_cycle_s(self) -> float:
        """The cycle that the least greens and the given ones need."""
        return float(np.where(np.isnan(self.pinned_s), self.least_s, self.pinned_s).sum()) + self.intergreen_s

    @property
    def pinned(self) -> bool:
        """Whether the scenario gives every green."""
        return not np.isnan(self.pinned_s).any()

    def wanted_cycle_s(self) -> float:
        """Return Webster's cycle in whole seconds, within the bounds of the scenario; longer where the least greens need it."""
        if self.pinned:
            return self.shortest_cycle_s
        lost_s = float((self.all_red_s + np.where(self.yellow_s > 0.0, self.spec.start_up_lost_s, 0.0)).sum())
        webster_s = webster_cycle_s(lost_s, float(self.ratios.sum()))
        bounded_s = min(max(webster_s, self.spec.shortest_cycle_s), self.spec.longest_cycle_s)
        return float(np.ceil(max(bounded_s, self.shortest_cycle_s) - 1e-9))


def draft(
    network: RoadNetwork,
    graph: LaneGraph,
    junction: Junction,
    movements: tuple[Movement, ...],
    levels: npt.NDArray[np.int8],
    stages: tuple[Stage, ...],
    spec: SignalsSpec,
    *,
    pinned_s: Floats | None = None,
    right_on_red: bool,
    exclusive: bool,
) -> Draft:
    """Return the draft of a junction.

    A stage for pedestrians is added where ``exclusive``, or where there is one stage only, which would stay green for ever.
    """
    pinned = np.full(len(stages), np.nan) if pinned_s is None else pinned_s
    if exclusive or len(stages) == 1:
        stages, pinned = (*stages, ()), np.append(pinned, np.nan)
    arms = arms_of(network, graph, movements)
    walkers = spec.pedestrians
    clearance_s = np.array([arm.way_m(walkers) / walkers.walking_speed_mps for arm in arms])
    walk = np.array([[may_walk(graph, movements, levels, stage, arm) for arm in arms] for stage in stages], np.bool_)
    walk = walk.reshape(len(stages), len(arms))
    yellow_s, all_red_s = _intergreens(network, graph, movements, stages, spec, right_on_red=right_on_red)
    ratios = critical_ratios(stages, movements, levels, spec.saturation_flow_vph)
    if not ratios.any():
        ratios = np.array([1e-6 if stage else 0.0 for stage in stages])
    straight = [any(not movements[n].leftward for n in stage) for stage in stages]
    least_s = np.where(straight, spec.shortest_green_s, spec.shortest_left_green_s)
    least_s[[not stage for stage in stages]] = 1.0
    for arm in range(len(arms)):
        where = np.flatnonzero(walk[:, arm])
        if where.size:
            own = where[[not stages[s] for s in where]]
            chosen = int(own[0]) if own.size else int(where[np.argmax(ratios[where])])
            needed = walkers.walk_s + clearance_s[arm] - yellow_s[chosen] - all_red_s[chosen]
            least_s[chosen] = max(least_s[chosen], np.ceil(needed * 10.0) / 10.0)
    return Draft(
        junction, movements, stages, yellow_s, all_red_s, least_s, pinned, ratios, arms, walk, clearance_s, right_on_red, spec
    )


def _intergreens(
    network: RoadNetwork,
    graph: LaneGraph,
    movements: Sequence[Movement],
    stages: Sequence[Stage],
    spec: SignalsSpec,
    *,
    right_on_red: bool,
) -> tuple[Floats, Floats]:
    clearing = _clearing_times(network, graph, movements)
    yellow, all_red = np.zeros(len(stages)), np.zeros(len(stages))
    for s, stage in enumerate(stages):
        after = stages[(s + 1) % len(stages)]
        ending = [n for n in stage if n not in after]
        beginning = [n for n in after if n not in stage]
        stopping = [
            n for n in ending if movements[n].turn != U_TURN and not (right_on_red and movements[n].turn == RIGHT and after)
        ]
        if not ending:  # pedestrians have cleared the road within their own green
            continue
        fastest = max(float(network.edge_speed_limit_mps[movements[n].edge]) for n in ending)
        yellow[s] = yellow_time_s(fastest) if spec.yellow_s is None else spec.yellow_s
        if spec.all_red_s is not None:
            all_red[s] = spec.all_red_s
        elif after:
            all_red[s] = max((clearing.get((a, b), 0.0) for a in stopping for b in beginning), default=0.0)
        else:
            all_red[s] = max((_way_out_s(network, graph, movements[n]) for n in stopping), default=0.0)
    return yellow, all_red


def _speed(network: RoadNetwork, graph: LaneGraph, edge: int, connector: int) -> float:
    turn_mps = float(graph.lane_speed_mps[graph.connector_first + connector])
    return max(min(turn_mps, float(network.edge_speed_limit_mps[edge])), TURN_MPS)


def _way_out_s(network: RoadNetwork, graph: LaneGraph, movement: Movement) -> float:
    return max(
        all_red_time_s(float(graph.lane_length_m[graph.connector_first + c]), _speed(network, graph, movement.edge, c))
        for c in movement.connectors
    )


def _clearing_times(network: RoadNetwork, graph: LaneGraph, movements: Sequence[Movement]) -> dict[tuple[int, int], float]:
    """Return how long each movement takes to clear the paths of each other one that it crosses."""
    rows, a, b = rows_between(graph, movements)
    edge = np.array([movement.edge for movement in movements])
    crossing = (graph.conflict_kind[rows] == CROSS) & (edge[a] != edge[b])  # who merges follows, and is followed
    rows, a, b = rows[crossing], a[crossing], b[crossing]
    connector = np.searchsorted(graph.conflict_offset, rows, side="right") - 1
    turn_mps = graph.lane_speed_mps[graph.connector_first + connector]
    speed = np.maximum(np.minimum(turn_mps, network.edge_speed_limit_mps[edge[a]]), TURN_MPS)
    longest = np.zeros((len(movements), len(movements)))
    np.maximum.at(longest, (a, b), all_red_times_s(graph.conflict_end_m[rows], speed))
    pairs = np.unique(a * len(movements) + b)
    return {
        (int(one), int(other)): float(longest[one, other]) for one, other in zip(*divmod(pairs, len(movements)), strict=True)
    }


def finished(graph: LaneGraph, plan: Draft, cycle_s: float, offset_s: float, *, actuated: bool) -> SignalPlan:
    """Return the plan with this cycle.

    Greens are shared in proportion to the critical flow ratios (Webster 1958) within least and given greens, in whole tenths
    of a second. Raise ValueError when they do not fit.
    """
    spec = plan.spec
    free = np.isnan(plan.pinned_s)
    greens = plan.pinned_s.copy()
    if free.any():
        gained_s = np.where(plan.yellow_s > 0.0, plan.yellow_s - spec.start_up_lost_s, 0.0)
        rest_s = cycle_s - plan.intergreen_s - float(greens[~free].sum())
        effective = shared_greens_s(rest_s + float(gained_s[free].sum()), plan.ratios[free], (plan.least_s + gained_s)[free])
        greens[free] = np.round(effective - gained_s[free], 1)
        widest = int(np.argmax(np.where(free, greens - plan.least_s, -np.inf)))
        greens[widest] += cycle_s - plan.intergreen_s - greens.sum()
    lengths, shown, stage_of, kinds = _intervals(plan, greens)
    duration_us = np.array([to_us(round(length, 1)) for length in lengths], np.int64)
    green = np.array([kind == GREEN and bool(plan.stages[s]) for kind, s in zip(kinds, stage_of, strict=True)])
    least_us, most_us = duration_us.copy(), duration_us.copy()
    if actuated:
        least = np.array([to_us(float(plan.least_s[s])) for s in stage_of])
        least_us[green] = np.minimum(least, duration_us)[green]
        most_us[green] = np.maximum(to_us(spec.actuated.longest_green_s), duration_us)[green]
    connectors = np.array(sorted(c for movement in plan.movements for c in movement.connectors), np.int32)
    group_of = {c: number for number, movement in enumerate(plan.movements) for c in movement.connectors}
    stages = np.array(stage_of, np.int8)
    return SignalPlan(
        plan.junction.number,
        connectors,
        np.array([group_of[c] for c in connectors.tolist()], np.int8),
        shown[:, [group_of[c] for c in connectors.tolist()]],
        duration_us,
        least_us,
        most_us,
        stages,
        np.array(kinds, np.int8),
        to_us(round(offset_s, 1)) % int(duration_us.sum()),
        actuated,
        _crossings(graph, plan, stages, least_us),
    )


def _intervals(plan: Draft, greens: Floats) -> tuple[list[float], npt.NDArray[np.int8], list[int], list[int]]:
    lengths: list[float] = []
    rows: list[list[int]] = []
    stage_of: list[int] = []
    kinds: list[int] = []
    for s, stage in enumerate(plan.stages):
        after = plan.stages[(s + 1) % len(plan.stages)]
        parts = ((GREEN, greens[s]), (YELLOW, plan.yellow_s[s]), (RED, plan.all_red_s[s]))
        for kind, length in parts:
            if length > 0.0:
                lengths.append(float(length))
                rows.append([_state(plan, n, kind, stage, after) for n in range(len(plan.movements))])
                stage_of.append(s)
                kinds.append(kind)
    return lengths, np.array(rows, np.int8), stage_of, kinds


def _state(plan: Draft, movement: int, kind: int, stage: Stage, after: Stage) -> int:
    if movement in stage and (kind == GREEN or movement in after):
        return GREEN
    if plan.right_on_red and plan.movements[movement].turn == RIGHT:
        if stage and after:
            return GIVE_WAY
        if not stage or kind == RED:  # in a stage of the pedestrians' own, and before it
            return RED
        return YELLOW if kind == YELLOW and movement in stage else GIVE_WAY
    return YELLOW if movement in stage and kind == YELLOW else RED


def _crossings(graph: LaneGraph, plan: Draft, stage_of: npt.NDArray[np.int8], least_us: npt.NDArray[np.int64]) -> Crossings:
    walk = plan.walk[stage_of]
    clearance_us = np.array([to_us(float(seconds)) for seconds in plan.clearance_s], np.int64)
    shortest_us = clearance_us + to_us(plan.spec.pedestrians.walk_s) - 200_000  # roundings to 0.1 s
    count = stage_of.size
    for arm in range(walk.shape[1]):
        column = walk[:, arm].copy()
        if column.all():
            continue
        for i in np.flatnonzero(column & ~np.roll(column, 1)):
            run = [int(i)]
            while column[(run[-1] + 1) % count]:
                run.append((run[-1] + 1) % count)
            if least_us[run].sum() < shortest_us[arm]:
                walk[run, arm] = False
    return Crossings(
        np.array([arm.bearing_deg for arm in plan.arms]),
        np.array([arm.length_m for arm in plan.arms]),
        clearance_us,
        tuple(crossing_connectors(graph, plan.movements, arm) for arm in plan.arms),
        walk,
    )
