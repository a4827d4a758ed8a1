"""What a radar cannot tell apart: vehicles of one distance, one speed and one bearing are one object."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

MELTED = 2
"""Of a target: present, but one with a stronger vehicle to the device."""


@kernel
def melt(
    x_m: float,
    y_m: float,
    cell: tuple[float, float, float],
    box: Floats,
    number: Ints,
    speed_mps: Floats,
    chosen: Ints,
    count: int,
    targets: Ints,
    distance_m: Floats,
    evidence: Floats,
) -> None:
    """Mark every target that melts into a stronger one (of two as strong, into that of the smaller number).

    Two are one where nothing tells them apart: the gap between their bodies along the line of sight is less than the first
    number of ``cell`` (m), their speeds towards the device differ by less than the second (m/s), their bearings by less than
    the third (rad). Assumption: the echoes of a body lie all over its length, and what has no gap is clustered into one object;
    an object is where its strongest vehicle is. ``targets``, ``distance_m`` and ``evidence`` are those of the first ``count``
    vehicles ``chosen``, rows of ``box`` (see ``twin.geometry.occlusion.BOX``), ``number`` and ``speed_mps``.
    """
    cell_m, cell_mps, cell_rad = cell
    beam = math.cos(cell_rad)
    for k in range(count):
        if targets[k] == 0:
            continue
        i = chosen[k]
        dx, dy = box[i, 0] - x_m, box[i, 1] - y_m
        extent, towards = _depth(box[i], dx, dy, distance_m[k])
        for m in range(count):
            j = chosen[m]
            if targets[m] == 0 or evidence[k] > evidence[m] or (evidence[k] == evidence[m] and number[i] <= number[j]):
                continue
            other_dx, other_dy = box[j, 0] - x_m, box[j, 1] - y_m
            if dx * other_dx + dy * other_dy < beam * distance_m[k] * distance_m[m]:
                continue
            other_extent, other_towards = _depth(box[j], other_dx, other_dy, distance_m[m])
            gap_m = abs(distance_m[k] - distance_m[m]) - extent - other_extent
            if gap_m < cell_m and abs(towards * speed_mps[i] - other_towards * speed_mps[j]) < cell_mps:
                targets[k] = MELTED
                break


@kernel
def _depth(box: Floats, dx: float, dy: float, distance_m: float) -> tuple[float, float]:
    """Return half the extent of a body along the line of sight, and the share of its speed that leads along it."""
    nearness = 1.0 / max(distance_m, 1e-9)
    along = nearness * (dx * box[2] + dy * box[3])
    return box[4] * abs(along) + box[5] * nearness * abs(dx * box[3] - dy * box[2]), along
