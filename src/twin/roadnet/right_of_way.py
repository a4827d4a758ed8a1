"""Who gives way to whom where two connectors meet.

Without signals: who circles in a roundabout goes before who enters it; the higher road class before the lower; the road before
the ramp that joins it; of those that come towards each other, straight on before left before right before U-turn (Regulation on
the Implementation of the Road Traffic Safety Law of China, articles 51 (7) and 52 (4): who turns gives way to who drives
straight on, a right turn to an oncoming left turn). With both signals green only roundabouts and the last of these matter. Who
turns from a lane that is not meant for it gives way to everyone. All else is first come, first served. What a map states itself
goes before these rules (``stated_right_of_way``).
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from twin.compilation import inline_kernel
from twin.roadnet.lane_graph import CROSS, EQUAL, LEFT, MERGE, MINE, RIGHT, STRAIGHT, THEIRS, ZIP

MOVE: Final = np.dtype(
    [
        ("origin_lane", "i4"),
        ("target_lane", "i4"),
        ("origin", "i4"),  # edge
        ("target", "i4"),
        ("origin_reverse", "i4"),  # the same road in the other direction; NONE without one
        ("target_reverse", "i4"),
        ("heading", "f8"),  # rad, where it begins
        ("turn", "i1"),
        ("rank", "i1"),  # of the road it comes from, 0 the highest
        ("link", "i1"),  # 1 from a ramp or slip lane
        ("fast", "i1"),  # 1 from or to a motorway-like road or a link
        ("circles", "i1"),  # 1 from within a roundabout
        ("marked", "i1"),
        ("signalised", "i1"),
        ("level", "i1"),
    ],
    align=True,
)
"""What the rules ask of a connector."""

ONCOMING_RAD: Final = math.radians(120.0)
"""Approaches whose directions differ by more than this face each other."""
ZIP_RAD: Final = math.radians(40.0)
"""Streams that join at a smaller angle take turns."""


@inline_kernel
def _angle_between(a: float, b: float) -> float:
    between = abs(a - b) % (2.0 * math.pi)
    return min(between, 2.0 * math.pi - between)


@inline_kernel
def turn_order(turn: int) -> int:
    """Return 0 for straight on, 1 left, 2 right, 3 about: who goes first of those that come towards each other."""
    if turn == STRAIGHT:
        return 0
    if turn == LEFT:
        return 1
    return 2 if turn == RIGHT else 3


@inline_kernel
def _first(a: float, b: float) -> int:
    """Return MINE where ``a`` is less than ``b``."""
    if a < b:
        return MINE
    return THEIRS if a > b else EQUAL


@inline_kernel
def kind_of(a: Any, b: Any) -> int:
    """Return CROSS, MERGE or ZIP. Records: MOVE."""
    if a.target_lane != b.target_lane:
        return CROSS
    if a.marked != b.marked:
        return MERGE
    if a.origin == b.origin:
        return ZIP
    if a.signalised or a.circles != b.circles or _angle_between(a.heading, b.heading) >= ZIP_RAD:
        return MERGE
    if (a.fast and b.fast) or a.rank == b.rank:
        return ZIP
    return MERGE


@inline_kernel
def priority_of(a: Any, b: Any, kind: int) -> int:
    """Return what ``a`` has against ``b`` where no signal decides. Records: MOVE."""
    if a.marked != b.marked:
        return MINE if a.marked else THEIRS
    if kind == ZIP or a.origin == b.origin:
        return EQUAL
    if a.circles != b.circles:
        return MINE if a.circles else THEIRS
    if a.rank != b.rank:
        return _first(a.rank, b.rank)
    if a.link != b.link:
        return _first(a.link, b.link)
    return _against_oncoming(a, b)


@inline_kernel
def green_of(a: Any, b: Any, kind: int) -> int:
    """Return what ``a`` has against ``b`` while both have green. Records: MOVE."""
    if a.marked != b.marked:
        return MINE if a.marked else THEIRS
    if kind == ZIP or a.origin == b.origin:
        return EQUAL
    if a.circles != b.circles:
        return MINE if a.circles else THEIRS
    return _against_oncoming(a, b)


@inline_kernel
def _against_oncoming(a: Any, b: Any) -> int:
    if _angle_between(a.heading, b.heading) < ONCOMING_RAD:
        return EQUAL
    return _first(turn_order(a.turn), turn_order(b.turn))
