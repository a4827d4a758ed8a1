"""Which points of the roads a device that does not move could see something at, past buildings and within its limits."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.geometry.decks import CELLS, Decks
from twin.geometry.fan import SLIVER, Fan, Floats, Floats32, Pose
from twin.geometry.rays import azimuth
from twin.geometry.walls import Walls


class Points(NamedTuple):
    """Places on the roads; (n,) each."""

    x_m: Floats
    y_m: Floats
    level: npt.NDArray[np.int8]


@kernel
def count_in_sight(
    points: Points,
    target_height_m: float,
    pose: Pose,
    level: int,
    fan: Fan,
    range_m: float,
    walls: Walls,
    wall_base: int,
    decks: Decks,
    deck_base: int,
    counts: npt.NDArray[np.int16],
) -> None:
    """Add one to ``counts`` (n,) for every point of a storey that the device at ``pose`` has in sight.

    A point is in sight when some of an upright line of ``target_height_m`` that stands there is: its level is ``level``, it
    lies within ``range_m`` in plan and within the field of view, and of the slopes from -h / r to (H - h) / r that the line
    covers, some lie within the device's elevation limits, above every nearer wall ((wall - h) / r_wall), and are not stopped
    by decks. ``pose`` (its height over the storey's road), ``fan``, ``wall_base`` and ``deck_base`` as for ``visible_areas``.
    """
    x, y, height, cos, sin = pose
    for i in range(counts.size):
        dx, dy = points.x_m[i] - x, points.y_m[i] - y
        square = dx * dx + dy * dy
        if square > range_m * range_m or square == 0.0 or points.level[i] != level:
            continue
        distance = math.sqrt(square)
        ux, uy = (dx * cos + dy * sin) / distance, (dy * cos - dx * sin) / distance
        column, across = _column(fan, azimuth(ux, uy))
        if column < 0:
            continue
        bottom = max(fan.low[column], -height / distance)
        top = min(fan.high[column], (target_height_m - height) / distance)
        for k in range(walls.start[wall_base + column], walls.start[wall_base + column + 1]):
            bottom = max(bottom, _hidden_below(walls.part[k], across, ux, uy, distance))
        if deck_base >= 0:
            cell = deck_base + column * CELLS + min(int(across * CELLS), CELLS - 1)
            for k in range(decks.start[cell], decks.start[cell + 1]):  # ascending and apart
                if decks.slope[k, 0] > bottom:
                    break
                bottom = max(bottom, float(decks.slope[k, 1]))
        if bottom < top:
            counts[i] += 1


@inline_kernel
def _column(fan: Fan, azimuth_rad: float) -> tuple[int, float]:
    """Return the column of an azimuth and the fraction of it that lies before; -1 beside the field of view."""
    columns = fan.low.size
    place = (azimuth_rad - fan.first_rad) / fan.column_rad
    if place < 0.0:
        place += fan.turn
    if place < columns:
        return int(place), place - int(place)
    # the last border of a full turn is the first one
    return (0, 0.0) if fan.turn - columns < SLIVER else (-1, 0.0)


@inline_kernel
def _hidden_below(part: Floats32, across: float, ux: float, uy: float, distance_m: float) -> float:
    """Return the slope up to which a part of a wall hides what stands at ``distance_m``; the least slope where it does not."""
    if across < part[0] or across > part[1]:
        return -np.inf
    inverse = part[2] * ux + part[3] * uy
    return part[4] * inverse if inverse * distance_m > 1.0 else -np.inf
