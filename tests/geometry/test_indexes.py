"""An index is a matter of speed alone: grid, tree and none give the same candidates and the same detections."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial import cKDTree
from tests.geometry.test_occlusion import NO_DECKS, roadway

from twin.geometry.fan import fan
from twin.geometry.grid import cell_range, grid_around, row_range, sort_into_cells
from twin.geometry.occlusion import empty_desk, visible_areas
from twin.geometry.walls import WallsBuilder, outline_walls
from twin.rng import stream_key, uniforms

RANGE_M = 80.0
BEAM_RAD2 = math.radians(0.1) * math.radians(0.31)


def by_grid(x, y, at, reach_m, cell_m):
    """Return the points in the cells that the circle touches."""
    grid = grid_around(np.array([at[0]]), np.array([at[1]]), reach_m, cell_m)
    start, order = np.zeros(grid.columns * grid.rows + 1, np.int32), np.full(x.size, -1, np.int32)
    sort_into_cells(grid, x, y, start, order)
    found = []
    for row in range(*row_range(grid, at[1], reach_m)):
        begin, end = cell_range(grid, row, at[0], at[1], reach_m)
        found += order[start[begin] : start[end]].tolist()
    return found


def by_tree(x, y, at, reach_m):
    """Return the points that a k-d tree finds in the circle."""
    return cKDTree(np.column_stack((x, y))).query_ball_point(at, reach_m)


def by_none(x):
    """Return all points."""
    return list(range(x.size))


def scanned(boxes, buildings, candidates, at, frame):
    """Return the present vehicles, their visible areas and who of them is detected, in the order of their numbers."""
    size = np.array([0.5 * (box[3] + box[4]) for box in boxes])
    table = np.array([(x, y, math.cos(h), math.sin(h), 0.5 * a, 0.5 * b, c) for x, y, h, a, b, c in boxes])
    away = np.hypot(table[:, 0] - at[0], table[:, 1] - at[1])
    chosen = np.array([i for i in candidates if away[i] <= RANGE_M + size[i]], np.int32)
    targets = (away[chosen] <= RANGE_M).astype(np.int32)
    columns = fan(2.0 * math.pi, math.radians(3.0), math.radians(-25.0), math.radians(14.4))
    pose = (at[0], at[1], 6.0, 1.0, 0.0)
    walls = WallsBuilder(outline_walls([(o[:, 0], o[:, 1], height) for o, height in buildings]))
    base = walls.add(pose, columns, RANGE_M, below_ground=False)
    seen = np.zeros(chosen.size)
    entries, intervals, desk = np.empty((9999, 3), np.int32), np.empty((9999, 3)), empty_desk(columns.low.size, chosen.size)
    needed = visible_areas(
        table, chosen, chosen.size, targets, pose, columns, walls.walls(), base, NO_DECKS, -1, entries, intervals, desk,
        np.empty(0), seen,
    )  # fmt: skip
    assert needed <= 9999
    present = np.flatnonzero(targets)
    present = present[np.argsort(chosen[present])]
    number = chosen[present].astype(np.int64)
    points = seen[present] / BEAM_RAD2
    draws = [uniforms(stream_key(1, "sensors/lidar/detection", "a"), np.array([i]) + 1000 * frame)[0, 0] for i in number]
    chance = np.array(draws)
    detected = (points >= 3.0) & (chance * (1.0 + (300.0 / np.maximum(points, 1e-9)) ** 2.5) < 1.0)
    return number, seen[present], detected


@pytest.mark.parametrize("seed", range(12))
def test_three_indexes_give_the_same_detections(seed: int) -> None:
    """Grids of four cell sizes, a k-d tree and a look at everyone: the same vehicles, the same bits seen and detected."""
    rng = np.random.default_rng(seed)
    boxes, buildings = roadway(rng, vehicles=90)
    x, y = np.array([box[0] for box in boxes]), np.array([box[1] for box in boxes])
    at = (float(rng.choice([-12.0, 12.0])), float(rng.choice([-12.0, 12.0])))
    reach_m = RANGE_M + max(0.5 * (box[3] + box[4]) for box in boxes)
    plain = scanned(boxes, buildings, by_none(x), at, seed)
    assert 0 < plain[2].sum() < plain[0].size  # the draws decide
    for candidates in (
        by_tree(x, y, at, reach_m),
        *(by_grid(x, y, at, reach_m, cell_m) for cell_m in (5.0, 25.0, 70.0, 500.0)),
    ):
        for ours, theirs in zip(scanned(boxes, buildings, candidates, at, seed), plain, strict=True):
            assert np.array_equal(ours, theirs)
