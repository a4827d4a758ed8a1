"""Ghosts in the object lists of a scan: objects that an attacker makes devices report."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.sensors.scan_records import FALSE, SUMS, Frames, Objects, Poses, Totals, empty_objects
from twin.sensors.scan_report import FALSE_LENGTH_M, FALSE_WIDTH_M
from twin.sensors.sensing_attacks import Ghosts


def insert_ghosts(
    ghosts: Ghosts,
    number: npt.NDArray[np.int32],
    poses: Poses,
    frames: Frames,
    totals: Totals,
    objects: Objects,
    stored: int,
) -> tuple[Objects, int]:
    """Put ghosts into the lists of the fleet's devices, whose numbers are ``number`` (devices,), behind the ``stored`` objects.

    They count as false objects, in the frames and in the sums of the interval. What is no frame gets none. Returns the
    objects, which may be another array with more room, and how many there are. They look like cars.
    """
    row_of = np.full(max(int(number.max(initial=-1)), int(ghosts.device.max(initial=-1))) + 1, -1, np.int64)
    row_of[number] = np.arange(number.size)
    row = row_of[ghosts.device]
    kept = (row >= 0) & ~frames.dropped[row]
    row = row[kept]
    if not row.size:
        return objects, stored
    end = stored + row.size
    if end > objects.device.size:
        wider = empty_objects(2 * end)
        for name in objects._fields:
            getattr(wider, name)[:stored] = getattr(objects, name)[:stored]
        objects = wider
    x_m, y_m = ghosts.x_m[kept], ghosts.y_m[kept]
    away_m = np.hypot(x_m - poses.x_m[row], y_m - poses.y_m[row])
    _, classes, bins, _ = totals.sums.shape
    frames.counts[:, FALSE] += np.bincount(row, minlength=number.size)
    place = np.minimum((away_m / totals.bin_m).astype(np.int64), bins - 1)
    cell = ((row * classes + classes - 1) * bins + place) * SUMS + FALSE
    np.add.at(totals.sums.reshape(-1), cell, 1.0)  # a view: the sums are one block
    objects.device[stored:end], objects.vehicle[stored:end] = row, ghosts.vehicle[kept]
    objects.x_m[stored:end], objects.y_m[stored:end] = x_m, y_m
    objects.speed_mps[stored:end], objects.heading_rad[stored:end] = ghosts.speed_mps[kept], ghosts.heading_rad[kept]
    objects.length_m[stored:end], objects.width_m[stored:end] = FALSE_LENGTH_M, FALSE_WIDTH_M
    objects.klass[stored:end], objects.evidence[stored:end] = 0, ghosts.points[kept]
    return objects, end
