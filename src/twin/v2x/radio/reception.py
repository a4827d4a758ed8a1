"""Which roadside unit receives which vehicle's message in one tick, and why the others do not.

The probabilities are those of ``pc5.delivery_parts``: whether a message is sensed is decided by the shadowing of the place (its
standard normal lies below a limit with exactly the probability of the part ``sensing``), the rest by independent draws, each
at the probability of its part. Over all places and draws the share delivered is therefore the packet delivery ratio.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.rng import uniform4
from twin.v2x.radio.delivery_table import TableArrays, collision_between, density_row, los_db_at, propagation_at
from twin.v2x.radio.path_loss import SIGMA_LOS_DB
from twin.v2x.radio.shadowing import ShadowFields, shadow_at

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Outcome(IntEnum):
    """What became of one message at one receiver."""

    DELIVERED = 0
    HALF_DUPLEX = 1
    SENSING = 2
    PROPAGATION = 3
    COLLISION = 4


class Pairs(NamedTuple):
    """Senders and roadside units within range of each other, unit after unit; arrays of shape (pairs,)."""

    sender: Ints
    """Row of the sender."""

    unit: Ints
    """Row of the unit."""

    distance_m: Floats


DELIVERY_BLOCK: Final = 0
"""Counter block of the draws of delivery, so that others of the same unit and vehicle can take others. Choice."""

_CELLS_A_RANGE: Final = 2
"""Cells of the grid in a range. Choice: smaller cells fit the circle better, larger ones are fewer."""


@kernel
def pairs_in_range(x_m: Floats, y_m: Floats, unit_x_m: Floats, unit_y_m: Floats, range_m: float) -> tuple[Ints, Ints, Floats]:
    """Return ``Pairs`` of all senders (n,) and units (m,) at most ``range_m`` apart; senders in the order of a grid's cells."""
    cell_m = range_m / _CELLS_A_RANGE
    if x_m.size == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    west, south = x_m.min(), y_m.min()
    columns, rows = int((x_m.max() - west) / cell_m) + 1, int((y_m.max() - south) / cell_m) + 1
    order, start = _by_cell(x_m, y_m, west, south, cell_m, columns, rows)
    spans = np.empty((unit_x_m.size, 4), np.int64)
    room = 0
    for u in range(unit_x_m.size):
        spans[u, 0], spans[u, 1] = _span(unit_x_m[u] - west, range_m, cell_m, columns)
        spans[u, 2], spans[u, 3] = _span(unit_y_m[u] - south, range_m, cell_m, rows)
        for row in range(spans[u, 2], spans[u, 3]):
            room += start[row * columns + spans[u, 1]] - start[row * columns + spans[u, 0]]
    sender, unit, distance = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
    used = 0
    for u in range(unit_x_m.size):
        for row in range(spans[u, 2], spans[u, 3]):
            for k in range(start[row * columns + spans[u, 0]], start[row * columns + spans[u, 1]]):
                i = order[k]
                apart = (x_m[i] - unit_x_m[u]) ** 2 + (y_m[i] - unit_y_m[u]) ** 2
                if apart <= range_m * range_m:
                    sender[used], unit[used], distance[used] = i, u, np.sqrt(apart)
                    used += 1
    return sender[:used], unit[:used], distance[:used]


@inline_kernel
def _span(place_m: float, range_m: float, cell_m: float, cells: int) -> tuple[int, int]:
    """Return the first cell within range along one axis and the one after the last; the same for none."""
    first = min(max(int(np.floor((place_m - range_m) / cell_m)), 0), cells)
    last = min(max(int(np.floor((place_m + range_m) / cell_m)) + 1, first), cells)
    return first, last


@kernel
def _by_cell(
    x_m: Floats, y_m: Floats, west_m: float, south_m: float, cell_m: float, columns: int, rows: int
) -> tuple[Ints, Ints]:
    """Return the rows in the order of their cells, and where each cell begins; counted, not compared."""
    start = np.zeros(columns * rows + 2, np.int64)
    cell = np.empty(x_m.size, np.int64)
    for i in range(x_m.size):
        cell[i] = int((y_m[i] - south_m) / cell_m) * columns + int((x_m[i] - west_m) / cell_m)
        start[cell[i] + 2] += 1
    for c in range(2, start.size):
        start[c] += start[c - 1]
    order = np.empty(x_m.size, np.int64)
    for i in range(x_m.size):
        order[start[cell[i] + 1]] = i
        start[cell[i] + 1] += 1
    return order, start


@kernel
def receive(
    pairs: tuple[Ints, Ints, Floats],
    extra_loss_db: Floats,
    x_m: Floats,
    y_m: Floats,
    vehicle: Ints,
    unit_key: npt.NDArray[np.uint64],
    unit_density_vpm: Floats,
    frame: int,
    fields: ShadowFields,
    table: TableArrays,
) -> npt.NDArray[np.int8]:
    """Return the ``Outcome`` of each pair, (pairs,).

    ``extra_loss_db`` (pairs,) is what is lost beyond line of sight; ``x_m``, ``y_m``, ``vehicle`` (n,) are the senders' places
    and numbers (the counters of their draws); ``unit_key`` (m,) are the units' streams, ``unit_density_vpm`` (m,) the senders a
    metre about each; ``table`` must be prepared for these densities.
    """
    sender, unit, distance_m = pairs
    row = np.empty(unit_key.size)
    for u in range(row.size):
        row[u] = density_row(unit_density_vpm[u], table)
    out = np.empty(sender.size, np.int8)
    for k in range(sender.size):
        i, u = sender[k], unit[k]
        snr = table.snr_at_0_db - los_db_at(distance_m[k], table) - extra_loss_db[k]
        draw = uniform4(unit_key[u], frame, vehicle[i], DELIVERY_BLOCK)
        if draw[0] < table.half_duplex:
            out[k] = 1
        elif snr + SIGMA_LOS_DB * shadow_at(fields, u, x_m[i], y_m[i]) < table.sensed_db:
            out[k] = 2
        elif draw[1] < propagation_at(snr, table):
            out[k] = 3
        elif draw[2] < collision_between(row[u], snr, distance_m[k], table):
            out[k] = 4
        else:
            out[k] = 0
    return out
