"""Vehicles between a vehicle and a roadside unit: how many are tall enough to stand in the way (NLOSv)."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.v2x.radio.path_loss import ANTENNA_M

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_CELL_M: Final = 50.0
"""Side of a cell of the grid of tall vehicles. Choice: few cells on a ray, few vehicles in a cell."""

_HALF_M: Final = 10.0
"""No vehicle's corner is farther from its centre. Choice: half the diagonal of one of 19 m."""


class TallVehicles(NamedTuple):
    """The vehicles that are higher than a vehicle's antenna, by the cells of a grid, for kernels."""

    box: Floats
    """(n, 7): centre x and y, cosine and sine of the heading, half length, half width, height; cell after cell."""

    start: Ints
    """The vehicles of cell ``c`` are ``start[c]:start[c + 1]``."""

    columns: int
    west_m: float
    south_m: float
    tallest_m: float


def tall_vehicles(
    x_m: Floats,
    y_m: Floats,
    heading_rad: Floats,
    length_m: Floats,
    width_m: Floats,
    height_m: Floats,
    antenna_m: float = ANTENNA_M,
) -> TallVehicles:
    """Return those of all vehicles, (n,), that can stand in the way of an antenna at ``antenna_m``."""
    tall = np.flatnonzero(height_m > antenna_m)
    if tall.size == 0:
        return TallVehicles(np.empty((0, 7)), np.zeros(2, np.int64), 1, 0.0, 0.0, 0.0)
    x, y = x_m[tall], y_m[tall]
    west, south = float(x.min()), float(y.min())
    columns = int((x.max() - west) / _CELL_M) + 1
    cell = ((y - south) / _CELL_M).astype(np.int64) * columns + ((x - west) / _CELL_M).astype(np.int64)
    order = np.argsort(cell, kind="stable")
    rows = int((y.max() - south) / _CELL_M) + 1
    start = np.searchsorted(cell[order], np.arange(rows * columns + 1))
    tall, x, y = tall[order], x[order], y[order]
    heading = heading_rad[tall]
    box = np.column_stack((x, y, np.cos(heading), np.sin(heading), 0.5 * length_m[tall], 0.5 * width_m[tall], height_m[tall]))
    return TallVehicles(box, start.astype(np.int64), columns, west, south, float(height_m[tall].max()))


@kernel
def vehicles_between(
    from_x_m: Floats,
    from_y_m: Floats,
    to_x_m: Floats,
    to_y_m: Floats,
    to_m: Floats,
    wanted: npt.NDArray[np.bool_],
    antenna_m: float,
    tall: TallVehicles,
) -> tuple[Ints, Floats]:
    """Return, for each ray (n,) that is ``wanted``, how many vehicles cut it, and the height of the tallest of them (0: none).

    Rays rise from antennas at ``antenna_m`` on vehicles to ``to_m``. A vehicle that covers the beginning is the sender itself.
    """
    count, height = np.zeros(from_x_m.size, np.int64), np.zeros(from_x_m.size)
    if tall.box.shape[0] == 0:
        return count, height
    rows = (tall.start.size - 1) // tall.columns
    for k in range(from_x_m.size):
        if not wanted[k]:
            continue
        x, y = from_x_m[k], from_y_m[k]
        dx, dy = to_x_m[k] - x, to_y_m[k] - y
        distance = math.hypot(dx, dy)
        if distance < 1.0:
            continue
        dx, dy = dx / distance, dy / distance
        rise = (to_m[k] - antenna_m) / distance
        # higher up along the ray than the tallest vehicle nothing stands in the way
        reach = distance if rise <= 0.0 else min(distance, (tall.tallest_m - antenna_m) / rise)
        pieces = int(reach / _CELL_M) + 1
        for piece in range(pieces):
            a, b = piece * _CELL_M, min((piece + 1) * _CELL_M, reach)
            first_column = max(math.floor((x + min(a * dx, b * dx) - _HALF_M - tall.west_m) / _CELL_M), 0)
            last_column = min(math.floor((x + max(a * dx, b * dx) + _HALF_M - tall.west_m) / _CELL_M), tall.columns - 1)
            first_row = max(math.floor((y + min(a * dy, b * dy) - _HALF_M - tall.south_m) / _CELL_M), 0)
            last_row = min(math.floor((y + max(a * dy, b * dy) + _HALF_M - tall.south_m) / _CELL_M), rows - 1)
            for row in range(first_row, last_row + 1):
                begin = tall.start[row * tall.columns + first_column] if first_column <= last_column else 0
                end = tall.start[row * tall.columns + last_column + 1] if first_column <= last_column else 0
                for i in range(begin, end):
                    ahead = (tall.box[i, 0] - x) * dx + (tall.box[i, 1] - y) * dy
                    if min(max(math.floor(ahead / _CELL_M), 0), pieces - 1) != piece:
                        continue  # it belongs to another piece, and is counted there
                    if _cuts(x, y, dx, dy, reach, antenna_m, rise, tall.box[i]):
                        count[k] += 1
                        height[k] = max(height[k], tall.box[i, 6])
    return count, height


@inline_kernel
def _cuts(x_m: float, y_m: float, dx: float, dy: float, reach_m: float, antenna_m: float, rise: float, box: Floats) -> bool:
    """Return whether the ray passes through the box of a vehicle, and not from within."""
    px, py = x_m - box[0], y_m - box[1]
    along, across = px * box[2] + py * box[3], py * box[2] - px * box[3]
    if abs(along) <= box[4] and abs(across) <= box[5]:
        return False
    ux, uy = dx * box[2] + dy * box[3], dy * box[2] - dx * box[3]
    enter, leave = 0.0, reach_m
    if abs(ux) > 1e-12:
        t0, t1 = (-box[4] - along) / ux, (box[4] - along) / ux
        enter, leave = max(enter, min(t0, t1)), min(leave, max(t0, t1))
    elif abs(along) > box[4]:
        return False
    if abs(uy) > 1e-12:
        t0, t1 = (-box[5] - across) / uy, (box[5] - across) / uy
        enter, leave = max(enter, min(t0, t1)), min(leave, max(t0, t1))
    elif abs(across) > box[5]:
        return False
    return enter <= leave and antenna_m + min(rise * enter, rise * leave) < box[6]
