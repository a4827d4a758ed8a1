"""What buildings hide from a device that does not move: computed once, as a short list for each column of its fan."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.geometry.fan import SLIVER, Fan, Floats, Floats32, Ints, Pose
from twin.geometry.rays import azimuth

WALL = 6
"""Numbers of a part of a wall: begin and end as fractions of the column, line vector x and y, height above the sensor, least
distance."""

_EDGE_ON_M = 1e-6
"""A wall whose line passes the sensor's foot this closely shows no width."""


class Walls(NamedTuple):
    """What buildings hide from each device: a static list for each of its columns."""

    start: Ints
    """Parts of column ``c`` of a device: ``part[start[base + c]:start[base + c + 1]]`` with the device's base."""
    part: Floats32
    """(n, 6), see ``WALL``; within a column by least distance."""
    closed_m: Floats32
    """By column: all that is farther, and lower than the sensor, stands behind one wall that is higher than the sensor."""
    nearest_m: Floats32
    """By column: the least distance of its first part; infinity for none."""


def outline_walls(outlines: Sequence[tuple[npt.ArrayLike, npt.ArrayLike, float]]) -> Floats:
    """Return every outline edge as a row (x0, y0, x1, y1, height), all m; outlines are (x, y, height), closed or not.

    A prism hides, of all that lies beyond it, what its vertical outline edges hide together: its roof adds nothing for a
    sensor above it, because the farther edge already hides up to the line over the roof's rim.
    """
    rows = []
    for x, y, height_m in outlines:
        xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        edges = np.column_stack((xs, ys, np.roll(xs, -1), np.roll(ys, -1), np.full(xs.size, height_m)))
        rows.append(edges[(edges[:, 0] != edges[:, 2]) | (edges[:, 1] != edges[:, 3])])
    return np.concatenate(rows) if rows else np.empty((0, 5))


class WallsBuilder:
    """Gathers the lists of a fleet's devices, one after the other, into one ``Walls``."""

    def __init__(self, walls: Floats) -> None:
        """Take the walls, (n, 5) as ``outline_walls`` returns them."""
        self._walls = walls
        self._starts: list[Ints] = []
        self._parts: list[Floats32] = []
        self._closed: list[Floats32] = []
        self._columns = 0
        self._total = 0

    def add(self, pose: Pose, fan: Fan, range_m: float, *, below_ground: bool) -> int:
        """Add the device that stands at ``pose``; return its base in ``Walls.start``.

        Walls farther than ``range_m`` and, for a device ``below_ground`` (in a tunnel), all walls are left out.
        """
        columns = fan.low.size
        counts = np.zeros(columns, np.int64)
        walls = self._walls[:0] if below_ground else self._walls
        parts = np.empty((int(_split(walls, pose, fan, range_m, counts, np.empty((0, WALL)), np.empty(0, np.int32))), WALL))
        column = np.empty(len(parts), np.int32)
        counts[:] = 0
        _split(walls, pose, fan, range_m, counts, parts, column)
        order = np.lexsort((parts[:, 5], column))
        parts = parts[order]
        starts = np.concatenate(([0], np.cumsum(counts)))
        keep = np.ones(len(parts), np.bool_)
        _prune(fan, starts, parts, keep)
        kept = np.concatenate(([0], np.cumsum(keep)))[starts]
        base = self._columns
        self._closed.append(_closed(fan, starts, parts))
        self._starts.append((kept[:-1] + self._total).astype(np.int32))
        self._parts.append(parts[keep].astype(np.float32))
        self._columns += columns
        self._total += int(kept[-1])
        return base

    def walls(self) -> Walls:
        """Return the lists of all devices added."""
        start = np.concatenate([*self._starts, np.array([self._total], np.int32)])
        no_part = np.full((1, WALL), np.inf, np.float32)  # so that an empty column has a first part
        parts = np.concatenate([*self._parts, no_part])
        closed_m = np.concatenate([*self._closed, np.empty(0, np.float32)])
        nearest_m = np.where(start[:-1] < start[1:], parts[start[:-1], 5], np.float32(np.inf))
        return Walls(start, np.ascontiguousarray(parts[:-1]), closed_m, nearest_m)


@kernel
def _split(
    walls: Floats,
    pose: Pose,
    fan: Fan,
    range_m: float,
    counts: npt.NDArray[np.int64],
    parts: Floats,
    part_column: Ints,
) -> int:
    """Cut the walls within range at the borders of the columns; return the number of parts (stored as far as they fit)."""
    x, y, height, cos, sin = pose
    columns = fan.low.size
    used = 0
    for i in range(walls.shape[0]):
        if walls[i, 4] <= 0.0:
            continue
        dx, dy = walls[i, 0] - x, walls[i, 1] - y
        x0, y0 = dx * cos + dy * sin, dy * cos - dx * sin
        dx, dy = walls[i, 2] - x, walls[i, 3] - y
        x1, y1 = dx * cos + dy * sin, dy * cos - dx * sin
        if not _in_reach(x0, y0, x1, y1, range_m):
            continue
        length = np.hypot(x1 - x0, y1 - y0)
        line = x0 * y1 - x1 * y0
        if abs(line) < _EDGE_ON_M * length:
            continue
        half_turn_at_most = azimuth(x0 * x1 + y0 * y1, line)
        begin = azimuth(x0, y0) if half_turn_at_most > 0.0 else azimuth(x1, y1)
        begin = (begin - fan.first_rad) / fan.column_rad
        end = begin + abs(half_turn_at_most) / fan.column_rad
        for lap in range(-1, 2):
            a = max(begin + lap * fan.turn, 0.0)
            b = min(end + lap * fan.turn, float(columns))
            if b - a <= SLIVER:
                continue
            for column in range(int(a), min(int(b), columns - 1) + 1):
                low, high = max(a - column, 0.0), min(b - column, 1.0)
                if high - low <= SLIVER:
                    continue
                if used < parts.shape[0]:
                    parts[used, 0], parts[used, 1] = low, high
                    parts[used, 2], parts[used, 3] = (y1 - y0) / line, (x0 - x1) / line
                    parts[used, 4] = walls[i, 4] - height
                    parts[used, 5] = _least_distance(fan, column, parts[used])
                    part_column[used] = column
                counts[column] += 1
                used += 1
    return used


@inline_kernel
def _least_distance(fan: Fan, column: int, part: Floats) -> float:
    """Return a bound on the distance of a part of a wall: that of its nearer end, less what it may bend inwards."""
    greatest = 0.0
    for end in range(2):
        ux = fan.border_x[column] + part[end] * (fan.border_x[column + 1] - fan.border_x[column])
        uy = fan.border_y[column] + part[end] * (fan.border_y[column + 1] - fan.border_y[column])
        greatest = max(greatest, part[2] * ux + part[3] * uy)
    return math.cos(0.5 * fan.column_rad) / greatest - 1e-3


@inline_kernel
def _in_reach(x0: float, y0: float, x1: float, y1: float, range_m: float) -> bool:
    """Tell whether the segment comes within ``range_m`` of the origin."""
    dx, dy = x1 - x0, y1 - y0
    at = -(x0 * dx + y0 * dy) / (dx * dx + dy * dy)
    at = min(1.0, max(0.0, at))
    return bool(np.hypot(x0 + at * dx, y0 + at * dy) <= range_m)


@kernel
def _prune(fan: Fan, starts: npt.NDArray[np.int64], parts: Floats, keep: npt.NDArray[np.bool_]) -> None:
    """Drop every part that another one of its column, nearer and hiding at least as much, covers."""
    for column in range(fan.low.size):
        for i in range(starts[column], starts[column + 1]):
            for j in range(starts[column], starts[column + 1]):
                if i != j and keep[j] and _covers(fan, column, parts[j], parts[i]):
                    keep[i] = False
                    break


@kernel
def _closed(fan: Fan, starts: npt.NDArray[np.int64], parts: Floats) -> Floats32:
    """Return, by column, how far the nearest wall is that covers it whole and rises above the sensor; infinity for none."""
    closed_m = np.full(fan.low.size, np.inf, np.float32)
    for column in range(fan.low.size):
        for i in range(starts[column], starts[column + 1]):
            if parts[i, 0] <= 0.0 and parts[i, 1] >= 1.0 and parts[i, 4] >= 0.0:
                at_first = parts[i, 2] * fan.border_x[column] + parts[i, 3] * fan.border_y[column]
                at_last = parts[i, 2] * fan.border_x[column + 1] + parts[i, 3] * fan.border_y[column + 1]
                closed_m[column] = min(closed_m[column], 1.0 / min(at_first, at_last) + 1e-3)
    return closed_m


@inline_kernel
def _covers(fan: Fan, column: int, front: Floats, back: Floats) -> bool:
    if front[0] > back[0] or front[1] < back[1]:
        return False
    for end in range(2):
        ux = fan.border_x[column] + back[end] * (fan.border_x[column + 1] - fan.border_x[column])
        uy = fan.border_y[column] + back[end] * (fan.border_y[column + 1] - fan.border_y[column])
        near_front = front[2] * ux + front[3] * uy
        near_back = back[2] * ux + back[3] * uy
        hides = front[4] * near_front
        if near_front <= near_back or (hides < back[4] * near_back and hides < fan.high[column]):
            return False
    return True
