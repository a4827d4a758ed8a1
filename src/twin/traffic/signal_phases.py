"""Which movements of a junction have green together: stages from geometry, lanes and flows.

A movement is all connectors of one approach edge with one turn. Two movements may share a green when they do not meet, or
when they run along one axis (within 45 degrees) and one of them gives way: left turns to oncoming traffic, turns that cross
a parallel side road, streams that end in one road. Streams that go straight and cross, and movements of crossing axes, never
do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.lane_graph import CROSS, EQUAL, LEFT, RIGHT, STRAIGHT, U_TURN, LaneGraph
from twin.roadnet.road_network import Junction, RoadNetwork
from twin.traffic.signal_spec import Phasing

FREE, PERMITTED, NEVER = range(3)
"""Two movements do not meet; meet, and one gives way; must not have green together."""

Stage = tuple[int, ...]
"""Movements (by their place in the list) that have green together."""

SAME_AXIS_RAD: Final = math.pi / 4.0
"""Approaches within this angle of one line form one axis. Assumption: half a right angle."""

CROSS_PRODUCTS: Final = (50_000.0, 90_000.0, 110_000.0)
"""Left-turning times oncoming vehicles an hour from which a left turn is protected, with one, two, three or more oncoming lanes
(Highway Capacity Manual 2000, chapter 10)."""

_RANK: Final = {STRAIGHT: 0, RIGHT: 1, LEFT: 2, U_TURN: 3}


@dataclass(frozen=True, slots=True)
class Movement:
    """All connectors of one approach with one turn."""

    edge: int
    """Approach edge."""
    turn: int
    """RIGHT, STRAIGHT, LEFT or U_TURN."""
    connectors: tuple[int, ...]
    heading_rad: float
    """Direction in which the approach ends, anticlockwise from east."""
    lanes: frozenset[int]
    """Lanes that are meant for it; all it is driven from, where none is marked."""
    own_lanes: bool
    """Whether these lanes are meant for nothing but turns of its side (left and U-turn count as one)."""
    flow_vph: float

    @property
    def leftward(self) -> bool:
        """Whether it is a left turn or a U-turn."""
        return self.turn in (LEFT, U_TURN)


def end_heading(network: RoadNetwork, edge: int) -> float:
    """Return the direction (rad, anticlockwise from east) in which ``edge`` ends."""
    x, y = network.polyline(edge)
    return math.atan2(y[-1] - y[-2], x[-1] - x[-2])


def start_heading(network: RoadNetwork, edge: int) -> float:
    """Return the direction (rad, anticlockwise from east) in which ``edge`` begins."""
    x, y = network.polyline(edge)
    return math.atan2(y[1] - y[0], x[1] - x[0])


def marked_connectors(graph: LaneGraph) -> npt.NDArray[np.bool_]:
    """Return for each connector whether its lane is meant for it: (connectors,)."""
    marked = np.zeros(graph.connector_count, np.bool_)
    rows = np.flatnonzero(graph.link_to >= graph.connector_first)
    np.logical_or.at(marked, graph.link_to[rows] - graph.connector_first, graph.link_marked[rows])
    return marked


def movements_of(
    network: RoadNetwork,
    graph: LaneGraph,
    junction: Junction,
    marked: npt.NDArray[np.bool_],
    flow_vph: npt.NDArray[np.float64],
) -> tuple[Movement, ...]:
    """Return the movements of a junction by approach and turn.

    ``marked`` and ``flow_vph`` (planned vehicles an hour) are by connector: (connectors,).
    """
    members: dict[tuple[int, int], list[int]] = {}
    turns_of_lane: dict[int, set[int]] = {}
    for connector in np.flatnonzero(graph.connector_junction == junction.number).tolist():
        lane, turn = int(graph.connector_from[connector]), int(graph.connector_turn[connector])
        members.setdefault((int(graph.lane_edge[lane]), turn), []).append(connector)
        if marked[connector]:
            turns_of_lane.setdefault(lane, set()).add(turn)
    out = []
    for (edge, turn), connectors in sorted(members.items()):
        meant = [c for c in connectors if marked[c]] or connectors
        lanes = frozenset(int(graph.connector_from[c]) for c in meant)
        side = {LEFT, U_TURN} if turn in (LEFT, U_TURN) else {turn}
        own = all(turns_of_lane.get(lane, side) <= side for lane in lanes)
        flow = float(flow_vph[connectors].sum())
        out.append(Movement(edge, turn, tuple(connectors), end_heading(network, edge), lanes, own, flow))
    return tuple(out)


def rows_between(
    graph: LaneGraph, movements: Sequence[Movement]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows of the graph's conflicts between ``movements``, and the numbers of the two movements of each."""
    mine = np.array([c for movement in movements for c in movement.connectors], np.int64)
    number = np.repeat(np.arange(len(movements)), [len(movement.connectors) for movement in movements])
    size = (graph.conflict_offset[mine + 1] - graph.conflict_offset[mine]).astype(np.int64)
    rows = np.repeat(graph.conflict_offset[mine] - (np.cumsum(size) - size), size) + np.arange(size.sum())
    order = np.argsort(mine)
    other = graph.conflict_other[rows]
    at = order[np.minimum(np.searchsorted(mine, other, sorter=order), mine.size - 1)]
    known = mine[at] == other
    return rows[known], np.repeat(number, size)[known], number[at][known]


def meetings(graph: LaneGraph, movements: Sequence[Movement]) -> npt.NDArray[np.int8]:
    """Return for each pair of movements FREE, PERMITTED or NEVER: (movements, movements), symmetric.

    Movements of one approach are free of each other, those of two axes never go together. On one axis what meets is permitted
    unless two cross that go straight on, or one does and nobody gives way.
    """
    out = np.zeros((len(movements), len(movements)), np.int8)
    rows, a, b = rows_between(graph, movements)
    edge = np.array([movement.edge for movement in movements])
    heading_rad = np.array([movement.heading_rad for movement in movements])
    straight = np.array([movement.turn == STRAIGHT for movement in movements], np.int8)
    between_rad = heading_rad[a] - heading_rad[b]
    off_axis = np.abs(between_rad - math.pi * np.rint(between_rad / math.pi)) > SAME_AXIS_RAD
    going = straight[a] + straight[b]
    never = (going == 2) | ((going == 1) & (graph.conflict_green[rows] == EQUAL))
    level = np.where(off_axis | ((graph.conflict_kind[rows] == CROSS) & never), NEVER, PERMITTED)
    level = np.where(edge[a] == edge[b], FREE, level).astype(np.int8)
    np.maximum.at(out, (a, b), level)
    return np.maximum(out, out.T)


def stages_of(movements: Sequence[Movement], levels: npt.NDArray[np.int8], phasing: Phasing) -> tuple[Stage, ...]:
    """Return the stages of a junction, in the order in which they turn green.

    ``levels`` is what ``meetings`` returns. The widest approach gives the first axis. Every movement has green in at least one
    stage, and no two that must not (NEVER) share one, whatever ``phasing`` asks for: what does not fit gets a stage of its own.
    """
    if not movements:
        return ()
    widest = max(movements, key=lambda m: (_approach_lanes(movements, m.edge), _approach_flow(movements, m.edge), -m.edge))
    axis_rad = widest.heading_rad
    main: list[int] = []
    crossing: list[int] = []
    for number, movement in enumerate(movements):
        off = abs(math.remainder(movement.heading_rad - axis_rad, math.pi))
        (main if off <= SAME_AXIS_RAD else crossing).append(number)
    stages = _axis_stages(movements, main, axis_rad, phasing)
    if crossing:
        stages += _axis_stages(movements, crossing, movements[crossing[0]].heading_rad, phasing)
    return _made_safe(movements, levels, stages)


def _approach_lanes(movements: Sequence[Movement], edge: int) -> int:
    return len(frozenset[int]().union(*(m.lanes for m in movements if m.edge == edge)))


def _approach_flow(movements: Sequence[Movement], edge: int) -> float:
    return sum(m.flow_vph for m in movements if m.edge == edge)


def _axis_stages(movements: Sequence[Movement], axis: list[int], axis_rad: float, phasing: Phasing) -> list[list[int]]:
    ahead = [n for n in axis if abs(math.remainder(movements[n].heading_rad - axis_rad, 2.0 * math.pi)) <= math.pi / 2.0]
    back = [n for n in axis if n not in ahead]
    if not back or phasing == "two":
        return [axis]
    if phasing == "split":
        return [ahead, back]
    lefts = [[n for n in side if movements[n].leftward] for side in (ahead, back)]
    if phasing == "four":
        guarded = [bool(left) for left in lefts]
    else:
        own = [bool(left) and all(movements[n].own_lanes for n in left) for left in lefts]
        needed = [
            has and needs_protection([movements[n] for n in left], [movements[n] for n in oncoming])
            for has, left, oncoming in zip(own, lefts, (back, ahead), strict=True)
        ]
        guarded = own if any(needed) else [False, False]
    if not any(guarded):
        return [axis]
    apart = [n for has, left in zip(guarded, lefts, strict=True) if has for n in left]
    through = [n for n in axis if n not in apart]
    if all(guarded):
        return [stage for stage in (through, apart) if stage]
    return [through, ahead if guarded[0] else back]


def needs_protection(lefts: Sequence[Movement], oncoming: Sequence[Movement]) -> bool:
    """Return whether left turns with lanes of their own need a stage without oncoming traffic.

    Two or more lanes turn left, or four or more oncoming lanes (Traffic Signal Timing Manual, FHWA-HOP-08-024, section 4.3); or
    left-turning times oncoming vehicles an hour, those that turn left left out, above ``CROSS_PRODUCTS``.
    """
    by_approach: dict[int, set[int]] = {}
    for movement in lefts:
        by_approach.setdefault(movement.edge, set()).update(movement.lanes)
    against = [movement for movement in oncoming if not movement.leftward]
    lanes = len(frozenset[int]().union(*(m.lanes for m in against if m.turn == STRAIGHT)))
    if not lanes:
        return False
    if lanes >= 4 or any(len(own) >= 2 for own in by_approach.values()):
        return True
    product = sum(m.flow_vph for m in lefts) * sum(m.flow_vph for m in against)
    return product > CROSS_PRODUCTS[min(lanes, 3) - 1]


def _made_safe(movements: Sequence[Movement], levels: npt.NDArray[np.int8], stages: list[list[int]]) -> tuple[Stage, ...]:
    def rank(number: int) -> tuple[int, float, int]:
        return _RANK[movements[number].turn], -movements[number].flow_vph, number

    def kept(wanted: list[int]) -> list[int]:
        out: list[int] = []
        for number in sorted(wanted, key=rank):
            if all(levels[number, other] != NEVER for other in out):
                out.append(number)
        return out

    out = [kept(stage) for stage in stages]
    left_out = [n for n in range(len(movements)) if not any(n in stage for stage in out)]
    while left_out:
        out.append(kept(left_out))
        left_out = [n for n in left_out if n not in out[-1]]
    return tuple(tuple(sorted(stage)) for stage in out if stage)


def clashes(levels: npt.NDArray[np.int8], stage: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pairs of movements of a stage that must not have green together."""
    return [(a, b) for i, a in enumerate(stage) for b in stage[i + 1 :] if levels[a, b] == NEVER]
