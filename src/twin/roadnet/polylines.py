"""Geometry of centrelines."""

from __future__ import annotations

import numpy as np

from twin.roadnet.road_network import Floats

MITRE_LIMIT = 2.0
"""A shifted corner lies at most this many shifts from the corner it came from."""


def without_repeats(x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    """Return the points without those that repeat the one before; at least two points stay."""
    keep = np.ones(x_m.size, bool)
    keep[1:] = (np.diff(x_m) != 0.0) | (np.diff(y_m) != 0.0)
    if np.count_nonzero(keep) < 2:
        keep[[0, -1]] = True
    return x_m[keep], y_m[keep]


def along_m(x_m: Floats, y_m: Floats) -> Floats:
    """Return the distance along the polyline of each point."""
    steps = np.sqrt(np.diff(x_m) ** 2 + np.diff(y_m) ** 2)
    return np.concatenate(([0.0], np.cumsum(steps)))


def shifted_right(x_m: Floats, y_m: Floats, shift_m: float) -> tuple[Floats, Floats]:
    """Return the polyline moved ``shift_m`` to the right of its own direction, corners mitred (MITRE_LIMIT at most)."""
    dx, dy = np.diff(x_m), np.diff(y_m)
    length = np.sqrt(dx**2 + dy**2)
    right_x, right_y = dy / length, -dx / length
    before_x, before_y = np.append(right_x[0], right_x), np.append(right_y[0], right_y)
    after_x, after_y = np.append(right_x, right_x[-1]), np.append(right_y, right_y[-1])
    sum_x, sum_y = before_x + after_x, before_y + after_y
    # |before + after|^2 / 2 = 1 + cos(corner): dividing by it puts the point on both shifted lines.
    spread = np.maximum((sum_x**2 + sum_y**2) / 2.0, 2.0 / MITRE_LIMIT**2)
    return x_m + shift_m * sum_x / spread, y_m + shift_m * sum_y / spread
