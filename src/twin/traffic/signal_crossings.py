"""Pedestrian crossings at signals: where they lie, who drives over them, which stages let pedestrians walk."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.lane_graph import RIGHT, STRAIGHT, LaneGraph
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.signal_phases import PERMITTED, Movement, Stage, end_heading, start_heading
from twin.traffic.signal_spec import PedestrianSpec

ONE_ARM_RAD: Final = math.radians(35.0)
"""Edges whose directions from the junction differ by less belong to one arm. Assumption: main and side carriageways of one road
are nearly parallel, roads of different arms are not."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a junction, with its crossing."""

    direction_rad: float
    """Where it lies, seen from the junction; anticlockwise from east."""
    entering: frozenset[int]
    """Edges that lead into the junction here."""
    leaving: frozenset[int]
    """Edges that lead out here."""
    length_m: float
    """From kerb to kerb."""
    widest_m: float
    """The wider one of its carriageways."""

    @property
    def bearing_deg(self) -> float:
        """Return the compass bearing of the arm."""
        return (90.0 - math.degrees(self.direction_rad)) % 360.0

    def way_m(self, spec: PedestrianSpec) -> float:
        """Return what a pedestrian crosses without a stop: all of it, or a carriageway where there is a refuge."""
        return self.widest_m if self.length_m > spec.refuge_over_m else self.length_m


def arms_of(network: RoadNetwork, graph: LaneGraph, movements: Sequence[Movement]) -> tuple[Arm, ...]:
    """Return the arms of a junction by their direction, anticlockwise from east.

    Lengths are measured across the arm between the outer kerbs of the edges that end and begin there.
    """
    entering = sorted({movement.edge for movement in movements})
    leaving = sorted({int(graph.lane_edge[graph.connector_to[c]]) for movement in movements for c in movement.connectors})
    found = [((end_heading(network, e) + math.pi) % (2.0 * math.pi), e, True) for e in entering]
    found += [(start_heading(network, e) % (2.0 * math.pi), e, False) for e in leaving]
    found.sort()
    if not found:
        return ()
    gaps = [(found[(i + 1) % len(found)][0] - found[i][0]) % (2.0 * math.pi) for i in range(len(found))]
    first = (int(np.argmax(gaps)) + 1) % len(found)
    order = [(first + i) % len(found) for i in range(len(found))]
    parts: list[list[tuple[float, int, bool]]] = [[found[order[0]]]]
    for before, here in pairwise(order):
        if gaps[before] > ONE_ARM_RAD:
            parts.append([])
        parts[-1].append(found[here])
    return tuple(sorted((_arm(network, part) for part in parts), key=lambda arm: arm.direction_rad))


def _arm(network: RoadNetwork, part: list[tuple[float, int, bool]]) -> Arm:
    direction = math.atan2(sum(math.sin(a) for a, _, _ in part), sum(math.cos(a) for a, _, _ in part)) % (2.0 * math.pi)
    low, high, widths = math.inf, -math.inf, []
    for _, edge, enters in part:
        x, y = network.polyline(edge)
        at = -1 if enters else 0
        across = -x[at] * math.sin(direction) + y[at] * math.cos(direction)
        width = float(network.edge_lanes[edge]) * float(network.edge_lane_width_m[edge])
        low, high = min(low, across - width / 2.0), max(high, across + width / 2.0)
        widths.append(width)
    return Arm(
        direction,
        frozenset(edge for _, edge, enters in part if enters),
        frozenset(edge for _, edge, enters in part if not enters),
        max(high - low, sum(widths)),
        max(widths),
    )


def crossing_connectors(graph: LaneGraph, movements: Sequence[Movement], arm: Arm) -> npt.NDArray[np.int32]:
    """Return the connectors that lead over an arm's crossing, into the junction or out of it."""
    over = [
        c
        for movement in movements
        for c in movement.connectors
        if movement.edge in arm.entering or int(graph.lane_edge[graph.connector_to[c]]) in arm.leaving
    ]
    return np.array(sorted(over), np.int32)


def may_walk(graph: LaneGraph, movements: Sequence[Movement], levels: npt.NDArray[np.int8], stage: Stage, arm: Arm) -> bool:
    """Return whether pedestrians may cross an arm during a stage.

    Not while anyone from the arm has green, while straight traffic leaves over it, or left turns protected from oncoming
    traffic. Other turning traffic gives way to them (Road Traffic Safety Law of the People's Republic of China, article 47).
    """
    for number in stage:
        movement = movements[number]
        if movement.edge in arm.entering:
            return False
        leaves = any(int(graph.lane_edge[graph.connector_to[c]]) in arm.leaving for c in movement.connectors)
        if not leaves or movement.turn == RIGHT:
            continue
        oncoming = [n for n in range(len(movements)) if levels[number, n] == PERMITTED and not movements[n].leftward]
        protected = bool(oncoming) and not any(n in stage for n in oncoming)
        if movement.turn == STRAIGHT or protected:
            return False
    return True
