"""The kernels of one scan: from vehicles and devices to detections, all devices of one model in one call."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import borrowed, inline_kernel, kernel, line_aligned, prefetch
from twin.geometry.grid import Grid, cell_range, row_range, sort_into_cells
from twin.geometry.occlusion import BOX, Decks, Fan, Walls, empty_desk, visible_areas
from twin.rng import normal_pair, uniform4
from twin.sensors.fault_effects import seen_from_turned
from twin.sensors.model import Model
from twin.sensors.radar_cells import MELTED, melt
from twin.sensors.storeys import Storeys

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

PRESENT, VISIBLE, DETECTED, FALSE, ERROR, SQUARED_ERROR = range(6)
"""Columns of the sums of an interval; the first four also of the counts of a frame."""

SUMS = 8
"""Numbers kept of the sums of one class in one range bin: a cache line, its last two unused."""

_MAX_FALSE = 1000

_LINE_FLOATS = 16
"""Numbers of four bytes in a cache line."""

LEAST_SIZE_M = 0.1
"""No reported object is shorter or narrower."""

FALSE_LENGTH_M, FALSE_WIDTH_M = 4.7, 1.8
"""Of an object where no vehicle is: a car's, which clutter is taken for."""


class Vehicles(NamedTuple):
    """The vehicles of one instant in the order of the grid's cells; the arrays may be longer than the vehicles are many."""

    box: Floats
    """(n, 7), see ``twin.geometry.occlusion.BOX``."""
    number: Ints
    klass: npt.NDArray[np.int8]
    level: npt.NDArray[np.int8]
    speed_mps: Floats
    heading_rad: Floats
    start: Ints
    """First vehicle of each cell, see ``sort_into_cells``."""
    order: Ints


class Poses(NamedTuple):
    """The devices of the fleet, one row each."""

    x_m: Floats
    y_m: Floats
    cos: Floats
    """Cosine and sine of the heading, anticlockwise from east."""
    sin: Floats
    wall_base: Longs
    detection_key: Keys
    frame_key: Keys


class Frames(NamedTuple):
    """What one scan gives, one row a device."""

    counts: Longs
    """(devices, 4): present, visible, detected, false."""
    error_m: Floats
    """Sum of the position errors of the detected."""
    processing_us: Longs
    dropped: npt.NDArray[np.bool_]
    """Frames that never left the device: nothing of them is reported, all that was there counts as present."""


class State(NamedTuple):
    """What is wrong with each device at the instant of a scan, one row each; 1, 0, 0, 0, False where nothing is."""

    evidence_factor: Floats
    turn_rad: Floats
    """How far the device has turned, anticlockwise: it takes everything for turned the other way round about itself."""
    east_m: Floats
    """Shift of what it reports."""
    north_m: Floats
    lost: npt.NDArray[np.bool_]
    """Whether the frame gets lost by a fault or for want of power."""


class Totals(NamedTuple):
    """Sums over the current interval: device x class (the last: false objects) x range bin."""

    sums: Floats
    """(devices, classes + 1, bins, ``SUMS``): counts, sums of position errors (m) and of their squares (m^2)."""
    bin_m: float


class Objects(NamedTuple):
    """Reported objects; as many as fit, the rest is only counted."""

    device: Ints
    x_m: Floats
    y_m: Floats
    speed_mps: Floats
    heading_rad: Floats
    length_m: Floats
    width_m: Floats
    klass: npt.NDArray[np.int8]
    """As reported."""
    evidence: Floats
    vehicle: Ints
    """-1 for a false object."""


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
        if k + 1 < rows.size:
            _ask_for(poses.wall_base[rows[k + 1]], fan.low.size, walls)
        chance = _begin_frame(row, frame, poses, model, state, frames)
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
            stored = _report(
                row, frame, count, chosen, targets, distance, seen, vehicles, poses, model, state, frames, totals, objects,
                stored, described,
            )  # fmt: skip
        if not frames.dropped[row]:
            stored = _false_objects(row, frame, chance, poses, model, fan, frames, totals, objects, stored)
    return stored


@inline_kernel
def _ask_for(wall_base: int, columns: int, walls: Walls) -> None:
    """Ask for the walls' distances of the device that comes next."""
    for column in range(0, columns, _LINE_FLOATS):
        prefetch(walls.closed_m, wall_base + column, 1)
        prefetch(walls.nearest_m, wall_base + column, 1)


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
            whole[i] = _evidence(model, vehicles.klass[chosen[i]], distance[i], seen[i]) if targets[i] else 0.0
        cell = (model.cell_m, model.cell_mps, model.cell_rad)
        melt(
            poses.x_m[row], poses.y_m[row], cell, vehicles.box, vehicles.number, vehicles.speed_mps, chosen, count, targets,
            distance, whole,
        )  # fmt: skip


@inline_kernel
def _begin_frame(row: int, frame: int, poses: Poses, model: Model, state: State, frames: Frames) -> float:
    """Begin one frame: nothing seen; how long it takes and whether it gets lost. Return the draw of its false objects."""
    chance, u1, u2, lost = uniform4(poses.frame_key[row], frame, 0, 0)
    normal, _ = normal_pair(u1, u2)
    frames.processing_us[row] = int(math.exp(model.log_delay_us + model.log_delay_spread * normal) + 0.5)
    frames.dropped[row] = lost < model.drop_share or state.lost[row]
    frames.counts[row] = 0
    frames.error_m[row] = 0.0
    return float(chance)


@inline_kernel
def _evidence(model: Model, klass: int, distance: float, seen: float) -> float:
    """Return the evidence that ``seen`` of a vehicle gives: its gain lies between those at the two nearest whole metres."""
    low = int(distance)
    part = distance - low
    return float(seen * ((1.0 - part) * model.gain[klass, low] + part * model.gain[klass, low + 1]))


@inline_kernel
def _report(
    row: int,
    frame: int,
    count: int,
    chosen: Ints,
    targets: Ints,
    distance: Floats,
    seen: Floats,
    vehicles: Vehicles,
    poses: Poses,
    model: Model,
    state: State,
    frames: Frames,
    totals: Totals,
    objects: Objects,
    stored: int,
    described: bool,  # noqa: FBT001  (a kernel's arguments have no names)
) -> int:
    """Decide which of the present vehicles are visible and detected, and where they are reported; return the objects so far."""
    key = poses.detection_key[row]
    present, visible, detected = 0, 0, 0
    error_sum = 0.0
    for k in range(count):
        if not targets[k]:
            continue
        i = chosen[k]
        klass = vehicles.klass[i]
        place = int(distance[k] / totals.bin_m)
        present += 1
        totals.sums[row, klass, place, PRESENT] += 1.0
        evidence = state.evidence_factor[row] * _evidence(model, klass, distance[k], seen[k])
        if evidence < 1.0:
            continue
        visible += 1
        totals.sums[row, klass, place, VISIBLE] += 1.0
        if evidence < model.least or targets[k] == MELTED or frames.dropped[row]:
            continue
        chance, u1, u2, u3 = uniform4(key, frame, vehicles.number[i], 0)
        if chance >= model.chance[klass]:
            continue
        if not _drawn(chance / model.chance[klass], model.half[klass] / evidence, model.steepness):
            continue
        along, across = normal_pair(u1, u2)
        dx, dy = vehicles.box[i, 0] - poses.x_m[row], vehicles.box[i, 1] - poses.y_m[row]
        along_m, across_m = _place_errors(model, distance[k], dx, dy, vehicles.box[i])
        nearness = 1.0 / max(distance[k], 1e-9)
        ex, ey = _misplaced(row, dx, dy, nearness * along_m * along, nearness * across_m * across, state)
        square = ex * ex + ey * ey
        error = math.sqrt(square)
        detected += 1
        error_sum += error
        totals.sums[row, klass, place, DETECTED] += 1.0
        totals.sums[row, klass, place, ERROR] += error
        totals.sums[row, klass, place, SQUARED_ERROR] += square
        if stored < objects.device.size:
            objects.device[stored] = row
            objects.x_m[stored] = vehicles.box[i, 0] + ex
            objects.y_m[stored] = vehicles.box[i, 1] + ey
            objects.evidence[stored] = evidence
            objects.vehicle[stored] = vehicles.number[i]
            if described:
                _describe(frame, key, vehicles, i, u3, model, state.turn_rad[row], objects, stored)
        stored += 1
    frames.counts[row, PRESENT] += present
    frames.counts[row, VISIBLE] += visible
    frames.counts[row, DETECTED] += detected
    frames.error_m[row] += error_sum
    return stored


@inline_kernel
def _place_errors(model: Model, distance: float, dx: float, dy: float, box: Floats) -> tuple[float, float]:
    """Return the standard deviations, along and across, of the place of a vehicle (dx, dy) off the device."""
    low = int(distance)
    part = distance - low
    along_m = (1.0 - part) * model.along_m[low] + part * model.along_m[low + 1]
    across_m = (1.0 - part) * model.across_m[low] + part * model.across_m[low + 1]
    nearness = 1.0 / max(distance, 1e-9)
    cos, sin = nearness * abs(dx * box[2] + dy * box[3]), nearness * abs(dx * box[3] - dy * box[2])
    along_m += model.along_share * (box[4] * cos + box[5] * sin)
    return along_m, across_m + model.across_share * (box[4] * sin + box[5] * cos)


@inline_kernel
def _misplaced(row: int, dx: float, dy: float, along: float, across: float, state: State) -> tuple[float, float]:
    """Return by how much the place (dx, dy) off the device is reported wrong, east and north.

    ``along`` and ``across`` the line of sight are errors as shares of the distance; a turned or shifted device adds its own.
    """
    ex, ey = along * dx - across * dy, along * dy + across * dx
    if state.turn_rad[row] != 0.0:
        px, py = seen_from_turned(dx + ex, dy + ey, state.turn_rad[row])
        ex, ey = px - dx, py - dy
    return ex + state.east_m[row], ey + state.north_m[row]


@inline_kernel
def _describe(
    frame: int,
    key: np.uint64,
    vehicles: Vehicles,
    i: int,
    chance: float,
    model: Model,
    turn_rad: float,
    objects: Objects,
    stored: int,
) -> None:
    """Fill in what is reported of a found vehicle beside its place."""
    u0, u1, u2, u3 = uniform4(key, frame, vehicles.number[i], 1)
    speed, heading = normal_pair(u0, u1)
    length, width = normal_pair(u2, u3)
    objects.speed_mps[stored] = max(vehicles.speed_mps[i] + speed * model.speed_mps, 0.0)
    objects.heading_rad[stored] = vehicles.heading_rad[i] + heading * model.heading_rad - turn_rad
    objects.length_m[stored] = max(2.0 * vehicles.box[i, 4] * (1.0 + length * model.size_share), LEAST_SIZE_M)
    objects.width_m[stored] = max(2.0 * vehicles.box[i, 5] * (1.0 + width * model.size_share), LEAST_SIZE_M)
    klass = vehicles.klass[i]
    if chance >= model.right_class:
        others = model.chance.size - 1
        klass = int((chance - model.right_class) / (1.0 - model.right_class) * others)
        klass = min(klass, others - 1)
        if klass >= vehicles.klass[i]:
            klass += 1
    objects.klass[stored] = klass


@inline_kernel
def _drawn(chance: float, ratio: float, steepness: float) -> bool:
    """Tell whether chance < 1 / (1 + ratio^k); the whole powers below and above mostly decide it without a logarithm."""
    below = 1.0
    for _ in range(int(steepness)):
        below *= ratio
    above = below * ratio
    if chance * (1.0 + max(below, above)) < 1.0:
        return True
    if chance * (1.0 + min(below, above)) >= 1.0:
        return False
    return bool(chance * (1.0 + ratio**steepness) < 1.0)


@inline_kernel
def _false_objects(
    row: int,
    frame: int,
    chance: float,
    poses: Poses,
    model: Model,
    fan: Fan,
    frames: Frames,
    totals: Totals,
    objects: Objects,
    stored: int,
) -> int:
    """Add the false objects of one frame; return the objects so far. They look like a standing car."""
    false = _poisson(chance, model.false_mean)
    frames.counts[row, FALSE] = false
    for k in range(false):
        u0, u1, u2, _ = uniform4(poses.frame_key[row], frame, 0, 1 + k)
        radius = model.range_m * math.sqrt(u0)
        angle = fan.first_rad * (1.0 - 2.0 * u1)
        totals.sums[row, totals.sums.shape[1] - 1, int(radius / totals.bin_m), FALSE] += 1.0
        if stored < objects.device.size:
            dx, dy = radius * math.cos(angle), radius * math.sin(angle)
            objects.device[stored] = row
            objects.x_m[stored] = poses.x_m[row] + dx * poses.cos[row] - dy * poses.sin[row]
            objects.y_m[stored] = poses.y_m[row] + dx * poses.sin[row] + dy * poses.cos[row]
            objects.evidence[stored] = max(model.least, 1.0)
            objects.vehicle[stored] = -1
            objects.speed_mps[stored] = 0.0
            objects.heading_rad[stored] = 2.0 * math.pi * u2
            objects.length_m[stored], objects.width_m[stored] = FALSE_LENGTH_M, FALSE_WIDTH_M
            objects.klass[stored] = 0
        stored += 1
    return stored


@inline_kernel
def _poisson(uniform: float, mean: float) -> int:
    """Return the Poisson number at a uniform's quantile (inversion of the distribution function, Devroye 1986, X.3)."""
    term = math.exp(-mean)
    below = term
    number = 0
    while uniform > below and number < _MAX_FALSE:
        number += 1
        term *= mean / number
        below += term
    return number


def empty_vehicles(room: int, grid: Grid) -> Vehicles:
    """Return room for ``room`` vehicles."""
    return Vehicles(
        np.empty((room, BOX)),
        np.empty(room, np.int32),
        np.empty(room, np.int8),
        np.empty(room, np.int8),
        np.empty(room),
        np.empty(room),
        np.zeros(grid.columns * grid.rows + 1, np.int32),
        np.empty(room, np.int32),
    )


def empty_totals(devices: int, classes: int, bins: int, bin_m: float) -> Totals:
    """Return sums of zero; ``classes`` counts the false objects as one."""
    shape = (devices, classes, bins, SUMS)
    return Totals(line_aligned(8 * math.prod(shape)).view(np.float64).reshape(shape), float(bin_m))


def empty_objects(room: int) -> Objects:
    """Return room for ``room`` reported objects."""
    return Objects(
        device=np.empty(room, np.int32),
        x_m=np.empty(room),
        y_m=np.empty(room),
        speed_mps=np.empty(room),
        heading_rad=np.empty(room),
        length_m=np.empty(room),
        width_m=np.empty(room),
        klass=np.empty(room, np.int8),
        evidence=np.empty(room),
        vehicle=np.empty(room, np.int32),
    )
