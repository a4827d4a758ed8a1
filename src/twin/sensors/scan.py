"""The kernels of one scan: from vehicles and devices to detections, all devices of one model in one call."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.compilation import borrowed, inline_kernel, kernel, prefetch
from twin.geometry.decks import Decks
from twin.geometry.fan import Fan
from twin.geometry.grid import Grid, cell_range, row_range, sort_into_cells
from twin.geometry.occlusion import empty_desk, visible_areas
from twin.geometry.walls import Walls
from twin.sensors.model import Model
from twin.sensors.radar_cells import melt
from twin.sensors.scan_records import SUMS, Floats, Frames, Ints, Objects, Poses, State, Totals, Vehicles
from twin.sensors.scan_report import begin_frame, evidence_of, false_objects, report
from twin.sensors.storeys import Storeys


@kernel
def arrange(
    grid: Grid,
    x_m: Floats,
    y_m: Floats,
    heading_rad: Floats,
    length_m: Floats,
    width_m: Floats,
    height_m: Floats,
    number: Ints,
    klass: npt.NDArray[np.int8],
    level: npt.NDArray[np.int8],
    speed_mps: Floats,
    out: Vehicles,
) -> float:
    """Sort the vehicles into the grid's cells; return the greatest half length plus half width."""
    count = sort_into_cells(grid, x_m, y_m, out.start, out.order)
    reach = 0.0
    for row in range(count):
        i = out.order[row]
        box = out.box[row]
        box[0], box[1] = x_m[i], y_m[i]
        box[2], box[3] = math.cos(heading_rad[i]), math.sin(heading_rad[i])
        box[4], box[5], box[6] = 0.5 * length_m[i], 0.5 * width_m[i], height_m[i]
        reach = max(reach, box[4] + box[5])
        out.number[row], out.klass[row], out.level[row] = number[i], klass[i], level[i]
        out.speed_mps[row], out.heading_rad[row] = speed_mps[i], heading_rad[i]
    return reach


@kernel
def scan_devices(
    rows: Ints,
    frame: int,
    grid: Grid,
    vehicles: Vehicles,
    reach_m: float,
    poses: Poses,
    model: Model,
    fan: Fan,
    walls: Walls,
    storeys: Storeys,
    decks: Decks,
    state: State,
    frames: Frames,
    totals: Totals,
    objects: Objects,
    stored: int,
    described: bool,  # noqa: FBT001  (a kernel's arguments have no names)
) -> int:
    """Scan with the devices ``rows``, all of one model; return the number of reported objects, ``stored`` ones included.

    ``frames`` and ``totals`` are written for these rows; objects are appended after the first ``stored``. Where the result
    exceeds the room in ``objects``, the last of them were not stored. Speed, heading, size and class are only filled in where
    they are ``described``.
    """
    rows, vehicles, poses, model, fan, walls = (
        borrowed(rows), borrowed(vehicles), borrowed(poses), borrowed(model), borrowed(fan), borrowed(walls)
    )  # fmt: skip
    grid, state, frames, storeys, decks = borrowed(grid), borrowed(state), borrowed(frames), borrowed(storeys), borrowed(decks)
    totals, objects = borrowed(totals), borrowed(objects)
    room = vehicles.number.size
    chosen, targets = np.empty(room, np.int32), np.empty(room, np.int32)
    distance, seen = np.empty(room), np.empty(room)
    whole = np.empty(room if model.relative else 0)
    desk = empty_desk(fan.low.size, room)
    entries, intervals = np.empty((4096, 3), np.int32), np.empty((4096, 3))
    for k in range(rows.size):
        row = rows[k]
        chance = begin_frame(row, frame, poses, model, state, frames)
        for storey in range(storeys.start[row], storeys.start[row + 1]):
            count = _candidates(
                row, storeys.level[storey], grid, vehicles, reach_m, poses, model, fan, totals, chosen, targets, distance
            )
            if count == 0:
                continue
            pose = (poses.x_m[row], poses.y_m[row], storeys.height_m[storey], poses.cos[row], poses.sin[row])
            while True:
                needed = visible_areas(
                    vehicles.box, chosen, count, targets, pose, fan, walls, poses.wall_base[row], decks,
                    storeys.deck_base[storey], entries, intervals, desk, whole, seen,
                )  # fmt: skip
                if needed <= entries.shape[0]:
                    break
                entries, intervals = np.empty((2 * needed, 3), np.int32), np.empty((2 * needed, 3))
            _weigh(row, count, chosen, targets, distance, seen, whole, vehicles, poses, model)
            stored = report(
                row, frame, count, chosen, targets, distance, seen, vehicles, poses, model, state, frames, totals, objects,
                stored, described,
            )  # fmt: skip
        if not frames.dropped[row]:
            stored = false_objects(row, frame, chance, poses, model, fan, frames, totals, objects, stored)
    return stored


@inline_kernel
def _candidates(
    row: int,
    level: int,
    grid: Grid,
    vehicles: Vehicles,
    reach_m: float,
    poses: Poses,
    model: Model,
    fan: Fan,
    totals: Totals,
    chosen: Ints,
    targets: Ints,
    distance: Floats,
) -> int:
    """Choose the vehicles of a storey that a device may see, or that may hide one; mark and measure the present ones."""
    x, y = poses.x_m[row], poses.y_m[row]
    full_turn = fan.turn - fan.low.size < 1e-6
    # the cosine of half the field of view, from its first border
    edge = math.cos(fan.first_rad)
    count = 0
    first, last = row_range(grid, y, model.range_m + reach_m)
    for cells in range(first, last):
        begin, end = cell_range(grid, cells, x, y, model.range_m + reach_m)
        for i in range(vehicles.start[begin], vehicles.start[end]):
            dx, dy = vehicles.box[i, 0] - x, vehicles.box[i, 1] - y
            square = dx * dx + dy * dy
            # its own size decides, not the largest one on the grid, so that no other vehicle changes what takes part
            limit = model.range_m + vehicles.box[i, 4] + vehicles.box[i, 5]
            if square > limit * limit or vehicles.level[i] != level:
                continue
            away = math.sqrt(square)
            ahead = dx * poses.cos[row] + dy * poses.sin[row]
            inside = full_turn or ahead >= edge * away
            chosen[count] = i
            targets[count] = 0
            if inside and away <= model.range_m:
                targets[count] = 1
                _, classes, bins, _ = totals.sums.shape
                cell = (row * classes + vehicles.klass[i]) * bins + int(away / totals.bin_m)
                prefetch(totals.sums, SUMS * cell, 1)
            distance[count] = away
            count += 1
    return count


@inline_kernel
def _weigh(
    row: int,
    count: int,
    chosen: Ints,
    targets: Ints,
    distance: Floats,
    seen: Floats,
    whole: Floats,
    vehicles: Vehicles,
    poses: Poses,
    model: Model,
) -> None:
    """Turn areas into shares, and mark vehicles that melt into others, where the model asks for it."""
    if model.relative:
        for i in range(count):
            seen[i] = min(seen[i] / whole[i], 1.0) if targets[i] and whole[i] > 0.0 else 0.0
    if model.cell_rad > 0.0:
        for i in range(count):
            whole[i] = evidence_of(model, vehicles.klass[chosen[i]], distance[i], seen[i]) if targets[i] else 0.0
        cell = (model.cell_m, model.cell_mps, model.cell_rad)
        melt(
            poses.x_m[row], poses.y_m[row], cell, vehicles.box, vehicles.number, vehicles.speed_mps, chosen, count, targets,
            distance, whole,
        )  # fmt: skip
