"""What bridge decks hide from a device that does not move, of each storey: computed once, as slopes for each azimuth.

A deck is a flat strip at the height ``z_m``. Along one azimuth it lies between the distances ``r_a`` and ``r_b``; a ray from a
sensor at height h meets its plane at ``(z - h) / slope``, so the deck stops the slopes between ``(z - h) / r_a`` and
``(z - h) / r_b`` for all that lies beyond its plane, and none for what lies before it. Its parapets, upright walls along both
sides, stop as many slopes more as they are high: the nearer one for a sensor below the deck, the farther one for a sensor
above it (the other one hides nothing else that is on another storey), and the nearest one for a sensor beside and above the
deck that looks at the storey which the deck carries. Vehicles of one storey lie on one side
of the plane together, so what all decks hide of a storey is a union of intervals of slopes for each azimuth, whatever the
distance. A sensor under a viaduct does not see above it, one on it sees down past its edge, one beside it sees of a vehicle
up there what stands out over the edge.

Azimuths are cut into ``CELLS`` equal cells a column of the fan; each holds the intervals along its middle. Decks have no
thickness, and no parapets across their ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.geometry.fan import Fan, Floats, Floats32, Ints, Pose

CELLS = 5
"""Cells of azimuth in a column of the fan: odd, so that the middle of a whole column is the middle of a cell."""

STRIP = 7
"""Numbers of a strip of a deck: begin and end of its middle line (x0, y0, x1, y1), half its width, its height, that of its
parapets over it; all m."""

_LEVEL_M = 1e-6
"""A sensor or a storey this near to a deck's plane lies in it: the deck shows it no face, and carries the storey."""

_STEEPEST = 1e9
"""Stands for the slope straight up or down."""


class Decks(NamedTuple):
    """What decks hide, for each device and storey that they hide anything of."""

    start: Ints
    """Intervals of cell ``k`` of column ``c``: ``slope[start[base + CELLS * c + k]:start[base + CELLS * c + k + 1]]``."""
    slope: Floats32
    """(n, 2): least and greatest slope; within a cell ascending and apart."""


def deck_strips(lines: Sequence[tuple[npt.ArrayLike, npt.ArrayLike, float, float]], parapet_m: float = 0.0) -> Floats:
    """Return the strips of decks given as (x, y, width, z): one a straight part, (n, 7) as ``STRIP`` says.

    ``parapet_m``: how high the parapets of all of them are. At a bend both parts are prolonged to where their outer borders
    meet, by no more than the width.
    """
    rows = []
    for xs, ys, width_m, z_m in lines:
        points = np.column_stack((np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)))
        points = points[np.concatenate(([True], (np.diff(points, axis=0) != 0.0).any(axis=1)))]
        if len(points) < 2:
            continue
        step = np.diff(points, axis=0)
        along = step / np.hypot(step[:, 0], step[:, 1])[:, None]
        cos = (along[:-1] * along[1:]).sum(axis=1)
        bend_m = np.minimum(0.5 * width_m * np.sqrt((1.0 - cos) / np.maximum(1.0 + cos, 1e-9)), width_m)
        before, after = np.concatenate(([0.0], bend_m)), np.concatenate((bend_m, [0.0]))
        first, last = points[:-1] - before[:, None] * along, points[1:] + after[:, None] * along
        rows.append(np.column_stack((first, last, *(np.full(len(step), value) for value in (0.5 * width_m, z_m, parapet_m)))))
    return np.concatenate(rows) if rows else np.empty((0, STRIP))


class DecksBuilder:
    """Gathers the intervals of a fleet's devices and storeys, one after the other, into one ``Decks``."""

    def __init__(self, strips: Floats) -> None:
        """Take the strips of all decks, as ``deck_strips`` returns them."""
        self._strips = strips
        self._starts: list[Ints] = []
        self._slopes: list[Floats32] = []
        self._cells = 0
        self._total = 0

    def add(self, pose: Pose, fan: Fan, range_m: float, storey_z_m: float) -> int:
        """Add what decks within ``range_m`` hide of the storey at ``storey_z_m``; return its base, -1 where they hide nothing.

        ``pose`` is the sensor's x, y, height over the plane that all heights count from (not over its own road), cosine and
        sine of its heading.
        """
        z_m = self._strips[:, 5]
        below = (z_m < pose[2] - _LEVEL_M) & (storey_z_m < z_m - _LEVEL_M)
        above = (z_m > pose[2] + _LEVEL_M) & (storey_z_m >= z_m - _LEVEL_M)
        beside = (z_m < pose[2] - _LEVEL_M) & (np.abs(storey_z_m - z_m) <= _LEVEL_M)
        strips = strips_within(self._strips[below | above | beside], pose[0], pose[1], range_m)
        if not len(strips):
            return -1
        cells = CELLS * fan.low.size
        counts = np.zeros(cells, np.int64)
        _stopped(strips, storey_z_m, pose, fan, range_m, counts, np.empty((0, 2)), np.empty(0, np.int32))
        slopes, cell = np.empty((int(counts.sum()), 2)), np.empty(int(counts.sum()), np.int32)
        if not len(slopes):
            return -1
        _stopped(strips, storey_z_m, pose, fan, range_m, counts, slopes, cell)
        order = np.lexsort((slopes[:, 0], cell))
        united, starts = np.empty_like(slopes), np.empty(cells, np.int32)
        used = int(_unite(slopes[order], cell[order], starts, united))
        base = self._cells
        self._starts.append(starts + np.int32(self._total))
        self._slopes.append(united[:used].astype(np.float32))
        self._cells += cells
        self._total += used
        return base

    def decks(self) -> Decks:
        """Return the intervals of all that was added."""
        slopes = np.concatenate([*self._slopes, np.empty((0, 2), np.float32)])
        return Decks(np.concatenate([*self._starts, np.array([self._total], np.int32)]), np.ascontiguousarray(slopes))


def strips_within(strips: Floats, x_m: float, y_m: float, range_m: float) -> Floats:
    """Return the strips that come, by a lower bound of their distance, within ``range_m`` of a place."""
    begin, step = strips[:, :2] - (x_m, y_m), strips[:, 2:4] - strips[:, :2]
    at = np.clip(-(begin * step).sum(axis=1) / (step**2).sum(axis=1), 0.0, 1.0)
    nearest = begin + at[:, None] * step
    return np.asarray(strips[np.hypot(nearest[:, 0], nearest[:, 1]) - strips[:, 4] <= range_m])


@kernel
def _stopped(
    strips: Floats,
    storey_z_m: float,
    pose: Pose,
    fan: Fan,
    range_m: float,
    counts: npt.NDArray[np.int64],
    slopes: Floats,
    slope_cell: Ints,
) -> int:
    """Find the slopes that each strip stops along the middle of each cell; return how many intervals (stored as they fit)."""
    x, y, height, cos, sin = pose
    used = 0
    for cell in range(counts.size):
        angle = fan.first_rad + (cell + 0.5) / CELLS * fan.column_rad
        ux = math.cos(angle) * cos - math.sin(angle) * sin
        uy = math.cos(angle) * sin + math.sin(angle) * cos
        border_m, border = math.inf, -1
        for i in range(strips.shape[0] + 1):
            low, high = 0.0, 0.0
            if i < strips.shape[0]:
                first_m, last_m, over_first, over_last = _crossing(strips[i], x, y, ux, uy)
                if last_m <= first_m or first_m > range_m:
                    continue
                rise = strips[i, 5] - height
                if rise < 0.0 and abs(strips[i, 5] - storey_z_m) <= _LEVEL_M:  # it carries the storey, below the sensor
                    if first_m < border_m:
                        border_m, border = first_m, i if over_first else -1
                    continue
                near = rise + strips[i, 6] if rise > 0.0 and over_first else rise
                near = near / first_m if first_m > 0.0 else math.copysign(_STEEPEST, rise)
                far = (rise + strips[i, 6] if rise < 0.0 and over_last else rise) / last_m
                low, high = min(near, far), max(near, far)
            elif border >= 0:  # the parapet on the sensor's side of the storey
                rise = strips[border, 5] - height
                low, high = rise / border_m, (rise + strips[border, 6]) / border_m
            if low < high:
                if used < slopes.shape[0]:
                    slopes[used, 0], slopes[used, 1] = low, high
                    slope_cell[used] = cell
                else:
                    counts[cell] += 1
                used += 1
    return used


@inline_kernel
def _crossing(strip: Floats, x: float, y: float, ux: float, uy: float) -> tuple[float, float, bool, bool]:
    """Return where the ray from (x, y) along (ux, uy) enters and leaves a strip, and whether it does so over a side of it.

    Where the second distance is not beyond the first, the ray misses the strip.
    """
    dx, dy = strip[2] - strip[0], strip[3] - strip[1]
    length = math.sqrt(dx * dx + dy * dy)
    ax, ay = dx / length, dy / length
    first, last = 0.0, math.inf
    over_first, over_last = False, False
    middle_x, middle_y = 0.5 * (strip[0] + strip[2]) - x, 0.5 * (strip[1] + strip[3]) - y
    for axis in range(2):
        half = 0.5 * length if axis == 0 else strip[4]
        rate = ux * ax + uy * ay
        offset = middle_x * ax + middle_y * ay
        if abs(rate) < 1e-12:
            if abs(offset) > half:
                return 1.0, 0.0, False, False
        else:
            enters, leaves = (offset - half) / rate, (offset + half) / rate
            if min(enters, leaves) > first:
                first, over_first = min(enters, leaves), axis == 1
            if max(enters, leaves) < last:
                last, over_last = max(enters, leaves), axis == 1
        ax, ay = -ay, ax
    return first, last, over_first, over_last


@kernel
def _unite(slopes: Floats, cell: Ints, starts: Ints, united: Floats) -> int:
    """Unite overlapping intervals of each cell (sorted by cell, then least slope); return how many are left."""
    used, at = 0, 0
    for k in range(starts.size):
        starts[k] = used
        while at < cell.size and cell[at] == k:
            if used > starts[k] and slopes[at, 0] <= united[used - 1, 1]:
                united[used - 1, 1] = max(united[used - 1, 1], slopes[at, 1])
            else:
                united[used, 0], united[used, 1] = slopes[at, 0], slopes[at, 1]
                used += 1
            at += 1
    return used
