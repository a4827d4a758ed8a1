"""The grid finds what a look at everyone finds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.geometry.grid import cell_range, grid_around, row_range, sort_into_cells


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 200), st.floats(1.0, 300.0), st.floats(5.0, 80.0))
def test_circle_candidates(seed: int, points: int, radius: float, cell: float) -> None:
    """Every point within the circle is among the candidates, once; points off the grid are left out; cells keep the order."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-400.0, 400.0, points), rng.uniform(-400.0, 400.0, points)
    centre_x, centre_y = rng.uniform(-100.0, 100.0, 3), rng.uniform(-100.0, 100.0, 3)
    grid = grid_around(centre_x, centre_y, radius, cell)
    start, order = np.zeros(grid.columns * grid.rows + 1, np.int32), np.full(points, -1, np.int32)
    stored = sort_into_cells(grid, x, y, start, order)
    assert stored == start[-1] == (order >= 0).sum()
    for begin, end in pairwise(start):
        assert (np.diff(order[begin:end]) > 0).all()
    for at in range(3):
        found: list[int] = []
        first, last = row_range(grid, centre_y[at], radius)
        for row in range(first, last):
            begin, end = cell_range(grid, row, centre_x[at], centre_y[at], radius)
            found += order[start[begin] : start[end]].tolist()
        inside = np.flatnonzero(np.hypot(x - centre_x[at], y - centre_y[at]) < radius)
        assert len(found) == len(set(found))
        assert set(inside) <= set(found)
