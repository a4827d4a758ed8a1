"""The shape of connectors: cubic Bézier curves from the end of a lane to the beginning of another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.roadnet.road_network import Floats, Ints, RoadNetwork

STEP_M: Final = 1.5
"""Longest distance between two points of a curve."""
ABOUT_HANDLE_M: Final = (3.0, 12.0)
"""Bounds of the distance of control points of sharp turns: who turns about swings out by three quarters of it, also in a street
without a median, and not farther where carriageways lie far apart."""
CORNER_M: Final = 8.0
"""Assumption: a turn is never begun later than this before the corner, nor ended earlier behind it, to drive straight on."""
BEND_RAD: Final = math.radians(30.0)
"""A smaller change of direction is spread over the whole connector."""
ABOUT_RAD: Final = math.radians(150.0)
"""Assumption: a larger change of direction turns about."""
TURN_SPEEDS: Final = ((25.0, 1000.0), (60.0, 9.0), (180.1, 6.0))
"""(largest change of direction in degrees, speed in m/s). Assumption: 6 m/s is a right angle driven at a radius of about 12 m
with 3 m/s2 lateral acceleration, 9 m/s a gentler bend; below 25 degrees a road is taken as straight."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Centre lines of connectors."""

    offset: Ints
    x_m: Floats
    y_m: Floats
    s_m: Floats
    turn_rad: Floats
    """Change of direction, left positive."""

    @property
    def length_m(self) -> Floats:
        """Length of each."""
        return self.s_m[self.offset[1:] - 1]


@inline_kernel
def _lane_point(
    offset: Ints, x: Floats, y: Floats, s: Floats, edge: int, right: float, at: float
) -> tuple[float, float, float, float]:
    """Return x, y and direction of the point ``right`` metres beside distance ``at`` along an edge."""
    low, high = offset[edge], offset[edge + 1] - 2
    while low < high:
        middle = (low + high + 1) // 2
        if s[middle] <= at:
            low = middle
        else:
            high = middle - 1
    dx, dy = x[low + 1] - x[low], y[low + 1] - y[low]
    piece = math.sqrt(dx * dx + dy * dy)
    dx, dy = dx / piece, dy / piece
    along = at - s[low]
    return x[low] + along * dx + right * dy, y[low] + along * dy - right * dx, dx, dy


@kernel
def lane_ends(offset: Ints, x: Floats, y: Floats, s: Floats, edge: Ints, right: Floats, at: Floats, out: Floats) -> None:
    """Write x, y and direction (as dx, dy) of points beside edges: ``out`` is (points, 4)."""
    for i in range(edge.size):
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = _lane_point(offset, x, y, s, edge[i], right[i], at[i])


def lane_positions(network: RoadNetwork, edge: Ints, lane: Ints, at_m: Floats) -> Floats:
    """Return (points, 4): x, y and unit direction of ``at_m`` along lanes of edges."""
    right = (0.5 * (network.edge_lanes[edge] - 1.0) - lane) * network.edge_lane_width_m[edge]
    out = np.empty((edge.size, 4))
    lane_ends(network.point_offset, network.point_x_m, network.point_y_m, network.point_s_m, edge, right, np.asarray(at_m), out)
    return out


def turning_speeds(turn_rad: Floats) -> Floats:
    """Return the speed (m/s) at which each change of direction is driven."""
    degrees = np.abs(np.degrees(turn_rad))
    limits = np.array([limit for limit, _ in TURN_SPEEDS])
    speeds = np.array([speed for _, speed in TURN_SPEEDS])
    return speeds[np.minimum(np.searchsorted(limits, degrees, side="right"), len(TURN_SPEEDS) - 1)]


def draw(begin: Floats, end: Floats, left: npt.NDArray[np.bool_]) -> Curves:
    """Return the curves between two (connectors, 4) tables of positions and directions.

    Who turns drives straight on until the arc that is left touches both lanes evenly. Control points lie as for an arc of a
    circle: with chord d and turn a at d/(2 sin(a/2)) * 4/3 tan(a/4) from the ends (Goldapp, Computer Aided Geometric Design 8,
    1991, approximates arcs so). ``left`` says that a turn about goes left round.
    """
    cross = begin[:, 2] * end[:, 3] - begin[:, 3] * end[:, 2]
    turn = np.arctan2(cross, begin[:, 2] * end[:, 2] + begin[:, 3] * end[:, 3])
    turn = np.where(left & (turn < -ABOUT_RAD), turn + 2.0 * math.pi, turn)
    before, behind = _straight_parts(begin, end, turn)
    begin, end = begin.copy(), end.copy()
    begin[:, :2] += before[:, None] * begin[:, 2:]
    end[:, :2] -= behind[:, None] * end[:, 2:]
    chord = np.hypot(end[:, 0] - begin[:, 0], end[:, 1] - begin[:, 1])
    half = np.minimum(np.abs(turn), math.pi) / 2.0
    sine = np.sin(np.maximum(half, 1e-3))
    handle = np.where(half > 1e-3, 4.0 / 3.0 * np.tan(half / 2.0) / (2.0 * sine), 1.0 / 3.0) * chord
    handle = np.where(half > math.pi / 3.0, np.clip(handle, *ABOUT_HANDLE_M), handle)
    curved = np.maximum(np.ceil(chord * np.where(half > 1e-3, half / sine, 1.0) / STEP_M), 4.0).astype(np.int32)
    first, last = (np.ceil(part / STEP_M).astype(np.int32) for part in (before, behind))
    offset = np.concatenate(([0], np.cumsum(first + curved + last + 1))).astype(np.int32)
    x, y, s = (np.empty(int(offset[-1])) for _ in range(3))
    _trace(begin, end, handle, before, behind, first, last, offset, x, y, s)
    return Curves(offset, x, y, s, turn)


def _straight_parts(begin: Floats, end: Floats, turn_rad: Floats) -> tuple[Floats, Floats]:
    """Return how far (m) one drives straight on before the arc, and how far behind it."""
    chord = end[:, :2] - begin[:, :2]
    cross = begin[:, 2] * end[:, 3] - begin[:, 3] * end[:, 2]
    turning = (np.abs(turn_rad) > BEND_RAD) & (np.abs(turn_rad) < ABOUT_RAD)
    safe = np.where(turning, cross, 1.0)
    to_corner = np.where(turning, (chord[:, 0] * end[:, 3] - chord[:, 1] * end[:, 2]) / safe, 0.0)
    from_corner = np.where(turning, (begin[:, 2] * chord[:, 1] - begin[:, 3] * chord[:, 0]) / safe, 0.0)
    ahead = chord[:, 0] * begin[:, 2] + chord[:, 1] * begin[:, 3]
    most = np.maximum(np.maximum(to_corner, from_corner) - CORNER_M, 0.0)
    before = np.where((to_corner > 0.0) & (from_corner > 0.0), np.clip(to_corner - from_corner, -most, most), 0.0)
    before = np.where(np.abs(turn_rad) >= ABOUT_RAD, ahead, before)
    before = np.where(np.abs(before) < STEP_M, 0.0, before)
    return np.maximum(before, 0.0), np.maximum(-before, 0.0)


@kernel
def _trace(
    begin: Floats,
    end: Floats,
    handle: Floats,
    before: Floats,
    behind: Floats,
    first: Ints,
    last: Ints,
    offset: Ints,
    x: Floats,
    y: Floats,
    s: Floats,
) -> None:
    for c in range(handle.size):
        x0, y0, x3, y3 = begin[c, 0], begin[c, 1], end[c, 0], end[c, 1]
        x1, y1 = x0 + handle[c] * begin[c, 2], y0 + handle[c] * begin[c, 3]
        x2, y2 = x3 - handle[c] * end[c, 2], y3 - handle[c] * end[c, 3]
        count = offset[c + 1] - offset[c]
        curved = count - 1 - first[c] - last[c]
        along = 0.0
        for k in range(count):
            i = offset[c] + k
            if k < first[c]:
                back = before[c] * (1.0 - k / first[c])
                px, py = x0 - back * begin[c, 2], y0 - back * begin[c, 3]
            elif k > first[c] + curved:
                on = behind[c] * (k - first[c] - curved) / last[c]
                px, py = x3 + on * end[c, 2], y3 + on * end[c, 3]
            else:
                t = (k - first[c]) / curved
                r = 1.0 - t
                px = r * r * r * x0 + 3.0 * r * r * t * x1 + 3.0 * r * t * t * x2 + t * t * t * x3
                py = r * r * r * y0 + 3.0 * r * r * t * y1 + 3.0 * r * t * t * y2 + t * t * t * y3
            x[i], y[i] = round(px * 1000.0) / 1000.0, round(py * 1000.0) / 1000.0
            if k > 0:
                along += math.sqrt((x[i] - x[i - 1]) ** 2 + (y[i] - y[i - 1]) ** 2)
            s[i] = round(along * 1000.0) / 1000.0
