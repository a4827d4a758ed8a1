"""A uniform grid over points of the plane: who is near a circle, without looking at everyone."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


class Grid(NamedTuple):
    """The frame of a grid: ``columns`` x ``rows`` square cells of ``cell_m``, whose lines lie at multiples of ``cell_m``."""

    cell_m: float
    first_column: int
    """The first column begins at x = ``first_column * cell_m``."""
    first_row: int
    columns: int
    rows: int


def grid_around(x_m: Floats, y_m: Floats, reach_m: float, cell_m: float) -> Grid:
    """Return the grid that covers every point within ``reach_m`` of the given ones (at least one).

    Grids of one cell size walk through the same points in the same order, whatever they cover.
    """
    first_column = math.floor((float(x_m.min()) - reach_m) / cell_m)
    first_row = math.floor((float(y_m.min()) - reach_m) / cell_m)
    columns = math.floor((float(x_m.max()) + reach_m) / cell_m) - first_column + 1
    rows = math.floor((float(y_m.max()) + reach_m) / cell_m) - first_row + 1
    return Grid(cell_m, first_column, first_row, columns, rows)


@kernel
def sort_into_cells(grid: Grid, x_m: Floats, y_m: Floats, start: Ints, order: Ints) -> int:
    """Sort points by cell (counting sort); return how many lie on the grid.

    ``start`` (cells + 1,) and ``order`` (n,) are filled: cell ``c`` holds the points ``order[start[c]:start[c + 1]]``, in
    their own order; cells count along x first, so that the neighbours of one row lie together. Points off the grid are left
    out.
    """
    cells = grid.columns * grid.rows
    start[: cells + 1] = 0
    for i in range(x_m.size):
        cell = _cell(grid, x_m[i], y_m[i])
        if cell >= 0:
            start[cell + 1] += 1
    for cell in range(cells):
        start[cell + 1] += start[cell]
    total = start[cells]
    for i in range(x_m.size - 1, -1, -1):  # backwards, so that each cell keeps the points' order
        cell = _cell(grid, x_m[i], y_m[i])
        if cell >= 0:
            start[cell + 1] -= 1
            order[start[cell + 1]] = i
    for cell in range(cells):  # the ends have become the beginnings: shift them back
        start[cell] = start[cell + 1]
    start[cells] = total
    return int(total)


@inline_kernel
def _cell(grid: Grid, x_m: float, y_m: float) -> int:
    column = math.floor(x_m / grid.cell_m) - grid.first_column
    row = math.floor(y_m / grid.cell_m) - grid.first_row
    if column < 0 or row < 0 or column >= grid.columns or row >= grid.rows:
        return -1
    return row * grid.columns + column


@inline_kernel
def row_range(grid: Grid, y_m: float, radius_m: float) -> tuple[int, int]:
    """Return the first row of cells that a circle at height ``y_m`` touches, and the one after the last."""
    first = max(0, math.floor((y_m - radius_m) / grid.cell_m) - grid.first_row)
    last = min(grid.rows - 1, math.floor((y_m + radius_m) / grid.cell_m) - grid.first_row)
    return first, last + 1


@inline_kernel
def cell_range(grid: Grid, row: int, x_m: float, y_m: float, radius_m: float) -> tuple[int, int]:
    """Return the first cell of ``row`` that the circle touches, and the one after the last (equal: none)."""
    low = (grid.first_row + row) * grid.cell_m
    away = max(0.0, low - y_m, y_m - (low + grid.cell_m))
    if away > radius_m:
        return 0, 0
    half = math.sqrt(radius_m * radius_m - away * away)
    first = max(0, math.floor((x_m - half) / grid.cell_m) - grid.first_column)
    last = min(grid.columns - 1, math.floor((x_m + half) / grid.cell_m) - grid.first_column)
    if last < first:
        return 0, 0
    return row * grid.columns + first, row * grid.columns + last + 1
