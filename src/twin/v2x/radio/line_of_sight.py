"""What stands between roadside units and vehicles: buildings, once for all, and tall vehicles, tick by tick.

A roadside unit does not move: for every cell of 5 m about it the loss behind buildings is worked out beforehand. From the unit
outwards, along narrow columns of azimuth, a wall that is as high as its antenna hides all that lies behind; a lower one hides
as far as the line over its top is above a vehicle's antenna. Walls are the edges of outlines (``geometry.walls``).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.v2x.radio.path_loss import ANTENNA_M, Environment, building_loss_db

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

CELL_M: Final = 5.0
"""Side of a cell of the shade. Choice: finer than a street, and than what shadowing is alike over."""

LOSS_UNIT_DB: Final = 0.25
"""A cell's loss is a whole number of these, 63.75 dB at most. Choice: a byte a cell."""

COLUMNS: Final = 4096
"""Of azimuth: 0.8 m at 500 m. Choice."""


class BuildingShade(NamedTuple):
    """How much more than in sight is lost between each unit and the cells about it, for kernels."""

    loss: npt.NDArray[np.uint8]
    """(units, n, n), in 0.25 dB, rows to the north; 0 where no building stands between."""

    x_m: Floats
    """West edge of each unit's cells."""

    y_m: Floats
    """South edge."""


def building_shade(
    x_m: Floats,
    y_m: Floats,
    antenna_m: Floats,
    walls: Floats,
    range_m: float,
    environment: Environment,
    vehicle_antenna_m: float = ANTENNA_M,
) -> BuildingShade:
    """Return the shade of units at (x, y) with antennas of these heights, (m,); ``walls`` as ``outline_walls`` gives them.

    Losses behind buildings go by the distances along and across the streets, taken as the direction that most of the walls
    within range have (the mean of their directions modulo a right angle, by length).
    """
    half = math.ceil(range_m / CELL_M)
    centre: Floats = (np.arange(2 * half, dtype=np.float64) - half + 0.5) * CELL_M
    loss = np.zeros((x_m.size, 2 * half, 2 * half), np.uint8)
    for unit in range(x_m.size):
        near = walls[_within(walls, float(x_m[unit]), float(y_m[unit]), range_m)] - _origin(x_m[unit], y_m[unit])
        if not near.size:
            continue
        along = street_direction_rad(near)
        hidden = _hidden(near, float(antenna_m[unit]), vehicle_antenna_m, range_m, centre)
        east, north = np.meshgrid(centre, centre)
        d1, d2 = east * math.cos(along) + north * math.sin(along), north * math.cos(along) - east * math.sin(along)
        extra = np.round(building_loss_db(environment, d1, d2) / LOSS_UNIT_DB)
        loss[unit] = np.where(hidden, np.clip(extra, 1, 255), 0).astype(np.uint8)
    return BuildingShade(loss, x_m - half * CELL_M, y_m - half * CELL_M)


def street_direction_rad(walls: Floats) -> float:
    """Return the direction of the streets, 0 to a right angle: the mean of the walls' four-fold angles, by length."""
    dx, dy = walls[:, 2] - walls[:, 0], walls[:, 3] - walls[:, 1]
    angle, length = 4.0 * np.arctan2(dy, dx), np.hypot(dx, dy)
    return 0.25 * (math.atan2(float((length * np.sin(angle)).sum()), float((length * np.cos(angle)).sum())) % math.tau)


def _origin(x_m: float, y_m: float) -> Floats:
    return np.array([x_m, y_m, x_m, y_m, 0.0])


def _within(walls: Floats, x_m: float, y_m: float, range_m: float) -> Bools:
    """Return which walls may come within range: those whose box does."""
    inside = np.ones(len(walls), np.bool_)
    for axis, place in ((0, x_m), (1, y_m)):
        low, high = np.minimum(walls[:, axis], walls[:, axis + 2]), np.maximum(walls[:, axis], walls[:, axis + 2])
        inside &= (low <= place + range_m) & (high >= place - range_m)
    return inside


@kernel
def _hidden(walls: Floats, antenna_m: float, vehicle_m: float, range_m: float, centre_m: Floats) -> Bools:
    """Return which cells, rows to the north, a wall hides; walls are relative to the unit."""
    bins = int(1.5 * range_m) + 1  # of 1 m: the corners of the square are farther than its sides
    tall = np.full(COLUMNS, np.inf)
    low = np.zeros((COLUMNS, bins), np.bool_)
    width = math.tau / COLUMNS
    for k in range(walls.shape[0]):
        height = walls[k, 4]
        if height <= vehicle_m:
            continue
        x0, y0, x1, y1 = walls[k, 0], walls[k, 1], walls[k, 2], walls[k, 3]
        line = x0 * y1 - x1 * y0
        span = math.atan2(line, x0 * x1 + y0 * y1)
        first = math.atan2(y0, x0) if span > 0.0 else math.atan2(y1, x1)
        begin = math.ceil(first / width - 0.5)
        end = math.floor((first + abs(span)) / width - 0.5)
        for c in range(begin, end + 1):
            angle = (c + 0.5) * width
            across = math.cos(angle) * (y1 - y0) - math.sin(angle) * (x1 - x0)
            if across == 0.0:
                continue
            distance = line / across
            column = c % COLUMNS
            if height >= antenna_m:
                tall[column] = min(tall[column], distance)
            elif distance < bins:
                until = distance * (antenna_m - vehicle_m) / (antenna_m - height)
                for step in range(int(distance), min(int(until) + 1, bins)):
                    low[column, step] = True
    out = np.zeros((centre_m.size, centre_m.size), np.bool_)
    for i in range(centre_m.size):
        for j in range(centre_m.size):
            distance = math.hypot(centre_m[j], centre_m[i])
            column = int(math.atan2(centre_m[i], centre_m[j]) / width + COLUMNS) % COLUMNS
            out[i, j] = distance > tall[column] or low[column, min(int(distance), bins - 1)]
    return out


@inline_kernel
def building_loss_at(shade: BuildingShade, unit: int, x_m: float, y_m: float) -> float:
    """Return the extra loss of the cell about a place; 0 beyond the cells."""
    column, row = int((x_m - shade.x_m[unit]) / CELL_M), int((y_m - shade.y_m[unit]) / CELL_M)
    size = shade.loss.shape[1]
    if x_m < shade.x_m[unit] or y_m < shade.y_m[unit] or column >= size or row >= size:
        return 0.0
    return float(shade.loss[unit, row, column] * LOSS_UNIT_DB)


@kernel
def building_losses_db(shade: BuildingShade, unit: Ints, x_m: Floats, y_m: Floats) -> Floats:
    """Return ``building_loss_at`` for each of (n,) units and places."""
    out = np.empty(unit.size)
    for k in range(unit.size):
        out[k] = building_loss_at(shade, unit[k], x_m[k], y_m[k])
    return out
