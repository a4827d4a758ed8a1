"""Which movements through one node cross each other: geometry on a circle around the node, right-hand traffic."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

LANE_OFFSET_RAD = 1e-3
"""On a two-way leg, inbound lanes lie anticlockwise of outbound ones (right-hand traffic); any small angle orders them."""

SHARPEST_TURN_DEG = 150.0
"""Assumption: a turn sharper than this is a U-turn, which no ordinary movement at a node is."""

SMALLEST_CROSSING_DEG = 35.0
"""Assumption: streams that meet at a smaller angle weave (lane changes before a tunnel mouth), they do not cross."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One road at a node, in one direction."""

    edge: int
    """The caller's number for it."""
    angle_rad: float
    """Direction in which it leaves the node, anticlockwise from east."""
    inbound: bool
    """True for traffic towards the node."""
    partner: int = -1
    """The same road in the other direction, or -1: no movement leads from one to the other."""

    @property
    def position_rad(self) -> float:
        """Return where its lanes cut the circle around the node."""
        return self.angle_rad + (LANE_OFFSET_RAD if self.inbound else -LANE_OFFSET_RAD)


@dataclass(frozen=True, slots=True)
class Movement:
    """Driving from an inbound to an outbound leg."""

    origin: Leg
    target: Leg

    @property
    def turn_rad(self) -> float:
        """Return the change of heading, left positive, in (-pi, pi]."""
        return math.remainder(self.target.angle_rad - self.origin.angle_rad - math.pi, 2.0 * math.pi)

    @property
    def course_rad(self) -> float:
        """Return the direction of its chord of the circle around the node."""
        start, end = self.origin.angle_rad, self.target.angle_rad
        return math.atan2(math.sin(end) - math.sin(start), math.cos(end) - math.cos(start))


def movements(legs: Sequence[Leg]) -> list[Movement]:
    """Return every movement through the node, without U-turns."""
    sharpest = math.radians(SHARPEST_TURN_DEG)
    through = [
        Movement(origin, target)
        for origin in legs
        for target in legs
        if origin.inbound and not target.inbound and origin.partner != target.edge
    ]
    return [movement for movement in through if abs(movement.turn_rad) <= sharpest]


def cross(a: Movement, b: Movement) -> bool:
    """Return whether two movements must cross: their chords of the circle around the node do.

    Merging, parting and weaving (SMALLEST_CROSSING_DEG) are not crossing.
    """
    if a.origin.edge == b.origin.edge or a.target.edge == b.target.edge:
        return False
    turn = 2.0 * math.pi
    if abs(math.remainder(a.course_rad - b.course_rad, turn)) < math.radians(SMALLEST_CROSSING_DEG):
        return False
    start = a.origin.position_rad
    width = (a.target.position_rad - start) % turn
    return ((b.origin.position_rad - start) % turn < width) != ((b.target.position_rad - start) % turn < width)


def crossings(legs: Sequence[Leg]) -> Iterator[tuple[Movement, Movement]]:
    """Yield every pair of movements that cross, in the order of the legs."""
    for a, b in combinations(movements(legs), 2):
        if cross(a, b):
            yield a, b
