"""Where the swept paths of two connectors of one junction overlap, and who goes first there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.roadnet.connectors import Curves
from twin.roadnet.lane_graph import CROSS, NONE
from twin.roadnet.right_of_way import green_of, kind_of, priority_of
from twin.roadnet.road_network import Floats, Ints

NEAR_M: Final = 2.2
"""Assumption: centre lines nearer than this cannot be driven at once: a car of 1.8 m and a margin."""

APART_M: Final = 12.0
"""Two places where the same two paths meet are two conflicts when they lie farther apart than this along both: a heavy vehicle
fits between. Opposing left turns of wide junctions meet so, where each begins and ends. Assumption."""

_PAIR: Final = np.dtype(
    [
        ("a", "i4"),
        ("b", "i4"),
        ("a_begin", "f8"),
        ("a_end", "f8"),
        ("b_begin", "f8"),
        ("b_end", "f8"),
        ("kind", "i1"),
        ("priority", "i1"),
        ("green", "i1"),
    ],
    align=True,
)


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Both sides of every conflict, by connector, then by the other one: the columns of ``LaneGraph.conflict_...``."""

    offset: Ints
    other: Ints
    begin_m: Floats
    end_m: Floats
    other_begin_m: Floats
    other_end_m: Floats
    kind: npt.NDArray[np.int8]
    priority: npt.NDArray[np.int8]
    green: npt.NDArray[np.int8]


def find_conflicts(curves: Curves, moves: Any, group: Ints) -> Conflicts:
    """Return the conflicts between connectors of one group. ``moves`` are MOVE records, one a connector."""
    count = int(group.size)
    order = np.argsort(group, kind="stable").astype(np.int32)
    bounds = np.flatnonzero(np.diff(group[order], prepend=NONE, append=NONE)) if count else np.zeros(1, np.int64)
    pairs, found = np.zeros(max(1024, 8 * count), _PAIR).view(np.recarray), 0
    while True:
        found = _pairs(order, bounds, curves.offset, curves.x_m, curves.y_m, curves.s_m, moves, pairs)
        if found <= pairs.size:
            break
        pairs = np.zeros(found, _PAIR).view(np.recarray)
    one = pairs.view(np.ndarray)[:found]
    mine = np.concatenate([one["a"], one["b"]])
    other = np.concatenate([one["b"], one["a"]])
    order = np.lexsort((other, mine)).astype(np.int64)

    def both(a: str, b: str, sign: int = 1) -> npt.NDArray[Any]:
        return np.concatenate([one[a], sign * one[b]])[order]

    return Conflicts(
        offset=np.searchsorted(mine[order], np.arange(count + 1)).astype(np.int32),
        other=other[order],
        begin_m=both("a_begin", "b_begin"),
        end_m=both("a_end", "b_end"),
        other_begin_m=both("b_begin", "a_begin"),
        other_end_m=both("b_end", "a_end"),
        kind=both("kind", "kind"),
        priority=both("priority", "priority", -1).astype(np.int8),
        green=both("green", "green", -1).astype(np.int8),
    )


@inline_kernel
def _distance_squared(px: float, py: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """Return the squared distance of a point from a line between two points."""
    dx, dy = x1 - x0, y1 - y0
    square = dx * dx + dy * dy
    t = 0.0
    if square > 0.0:
        t = min(max(((px - x0) * dx + (py - y0) * dy) / square, 0.0), 1.0)
    ex, ey = px - x0 - t * dx, py - y0 - t * dy
    return ex * ex + ey * ey


@inline_kernel
def _distance(px: float, py: float, first: int, last: int, x: Floats, y: Floats) -> float:
    """Return the distance of a point from the curve with the points ``first`` to ``last``."""
    least = 1e18
    for k in range(first, last):
        least = min(least, _distance_squared(px, py, x[k], y[k], x[k + 1], y[k + 1]))
    return math.sqrt(least)


@inline_kernel
def _first_zone(
    first: int, last: int, other_first: int, other_last: int, longest_gap_m: float, x: Floats, y: Floats, s: Floats
) -> tuple[float, float, int, int]:
    """Return from where to where the curve with the points ``first`` to ``last`` is near another one for the first time.

    Also the points there. Gaps up to ``longest_gap_m`` belong to it. Where the curves are never near, the end lies before the
    beginning.
    """
    begin, end, begin_point, end_point = 1e9, -1.0, last, last
    before = 0.0
    for i in range(first, last + 1):
        here = _distance(x[i], y[i], other_first, other_last, x, y)
        if here < NEAR_M:
            if end < 0.0:
                begin, begin_point = s[i], i
                if i > first:
                    begin = s[i - 1] + (s[i] - s[i - 1]) * (before - NEAR_M) / (before - here)
            end, end_point = s[i], i
        elif end >= 0.0:
            if before < NEAR_M:
                end = s[i - 1] + (s[i] - s[i - 1]) * (NEAR_M - before) / (here - before)
            if s[i] - end > longest_gap_m:
                break
        before = here
    return begin, end, begin_point, end_point


@inline_kernel
def _cannot_meet(a: Any, b: Any) -> bool:
    """Return whether two connectors (MOVE) begin in one lane, lie on two levels, or are both directions of one course."""
    if a.origin_lane == b.origin_lane or a.level != b.level:
        return True
    return bool(a.target_lane != b.target_lane and a.origin == b.target_reverse and b.origin == a.target_reverse)


@inline_kernel
def _apart(box: Floats, a: int, b: int) -> bool:
    """Return whether the boxes (lowest and highest x, lowest and highest y) around two curves are NEAR_M apart."""
    aside = box[a, 0] > box[b, 1] + NEAR_M or box[b, 0] > box[a, 1] + NEAR_M
    return bool(aside or box[a, 2] > box[b, 3] + NEAR_M or box[b, 2] > box[a, 3] + NEAR_M)


@inline_kernel
def _write(
    out: Any,
    row: int,
    one: Any,
    two: Any,
    a: int,
    b: int,
    kind: int,
    a_begin: float,
    a_end: float,
    b_begin: float,
    b_end: float,
) -> int:
    """Write the conflict of connectors ``a`` and ``b`` (MOVE) to ``row`` if there is one; return the row behind it."""
    if row < out.size:
        pair = out[row]
        pair.a, pair.b, pair.kind = a, b, kind
        pair.a_begin, pair.a_end, pair.b_begin, pair.b_end = a_begin, a_end, b_begin, b_end
        pair.priority = priority_of(one, two, kind)
        pair.green = green_of(one, two, kind)
    return row + 1


@inline_kernel
def _crossings(out: Any, found: int, one: Any, two: Any, a: int, b: int, offset: Ints, x: Floats, y: Floats, s: Floats) -> int:
    """Write every place where connectors ``a`` and ``b`` (MOVE) cross; return the row behind the last."""
    first, last = offset[a], offset[a + 1] - 1
    b_first, b_last = offset[b], offset[b + 1] - 1
    begin, end, other_begin, other_end = 0.0, -1.0, 0.0, -1.0
    while first <= last:
        next_begin, next_end, p, q = _first_zone(first, last, b_first, b_last, APART_M, x, y, s)
        if next_end <= next_begin:
            break
        there, until, _, _ = _first_zone(b_first, b_last, max(p - 1, offset[a]), min(q + 1, last), 1e9, x, y, s)
        first = q + 1
        if until <= there:
            continue
        if end >= 0.0 and (there > other_end + APART_M or until < other_begin - APART_M):
            found = _write(out, found, one, two, a, b, CROSS, begin, end, other_begin, other_end)
            end = -1.0
        if end < 0.0:
            begin, end, other_begin, other_end = next_begin, next_end, there, until
        else:
            end, other_begin, other_end = next_end, min(other_begin, there), max(other_end, until)
    if end >= 0.0:
        found = _write(out, found, one, two, a, b, CROSS, begin, end, other_begin, other_end)
    return found


@kernel
def _pairs(
    order: Ints, bounds: npt.NDArray[np.int64], offset: Ints, x: Floats, y: Floats, s: Floats, moves: Any, out: Any
) -> int:
    """Write the conflicts, each once; return how many there are, which may be more than fit."""
    count = offset.size - 1
    box = np.empty((count, 4))
    for c in range(count):
        part_x, part_y = x[offset[c] : offset[c + 1]], y[offset[c] : offset[c + 1]]
        box[c, 0], box[c, 1], box[c, 2], box[c, 3] = part_x.min(), part_x.max(), part_y.min(), part_y.max()
    found = 0
    for g in range(bounds.size - 1):
        for i in range(bounds[g], bounds[g + 1]):
            for k in range(i + 1, bounds[g + 1]):
                a, b = order[i], order[k]
                one, two = moves[a], moves[b]
                if _cannot_meet(one, two) or _apart(box, a, b):
                    continue
                kind = kind_of(one, two)
                if kind != CROSS:
                    a_first, a_last = offset[a], offset[a + 1] - 1
                    b_first, b_last = offset[b], offset[b + 1] - 1
                    a_begin = _first_zone(a_first, a_last, b_first, b_last, 1e9, x, y, s)[0]
                    b_begin = _first_zone(b_first, b_last, a_first, a_last, 1e9, x, y, s)[0]
                    found = _write(out, found, one, two, a, b, kind, a_begin, s[a_last], b_begin, s[b_last])
                    continue
                found = _crossings(out, found, one, two, a, b, offset, x, y, s)
    return found
