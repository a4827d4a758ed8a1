"""What a device makes of the evidence in one frame: found or not, reported where and as what, and what is not there at all."""

from __future__ import annotations

import math

import numpy as np

from twin.compilation import inline_kernel, unsigned
from twin.geometry.fan import Fan
from twin.rng import normal_pair, uniform4
from twin.sensors.fault_effects import seen_from_turned
from twin.sensors.model import Model
from twin.sensors.radar_cells import MELTED
from twin.sensors.scan_records import (
    DETECTED,
    ERROR,
    FALSE,
    PRESENT,
    SQUARED_ERROR,
    VISIBLE,
    Floats,
    Frames,
    Ints,
    Objects,
    Poses,
    State,
    Totals,
    Vehicles,
)

_MAX_FALSE = 1000

LEAST_SIZE_M = 0.1
"""No reported object is shorter or narrower."""

FALSE_LENGTH_M, FALSE_WIDTH_M = 4.7, 1.8
"""Of an object where no vehicle is: a car's, which clutter is taken for."""


@inline_kernel
def begin_frame(row: int, frame: int, poses: Poses, model: Model, state: State, frames: Frames) -> float:
    """Begin one frame: nothing seen; how long it takes and whether it gets lost. Return the draw of its false objects."""
    chance, u1, u2, lost = uniform4(poses.frame_key[row], frame, 0, 0)
    normal, _ = normal_pair(u1, u2)
    frames.processing_us[row] = int(math.exp(model.log_delay_us + model.log_delay_spread * normal) + 0.5)
    frames.dropped[row] = lost < model.drop_share or state.lost[row]
    frames.counts[row] = 0
    frames.error_m[row] = 0.0
    return float(chance)


@inline_kernel
def evidence_of(model: Model, klass: int, distance: float, seen: float) -> float:
    """Return the evidence that ``seen`` of a vehicle gives: its gain lies between those at the two nearest whole metres."""
    low = int(distance)
    part = distance - low
    return float(seen * ((1.0 - part) * model.gain[klass, low] + part * model.gain[klass, low + 1]))


@inline_kernel
def report(
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
        i = unsigned(chosen[k])
        klass = vehicles.klass[i]
        place = int(distance[k] / totals.bin_m)
        present += 1
        totals.sums[row, klass, place, PRESENT] += 1.0
        evidence = state.evidence_factor[row] * evidence_of(model, klass, distance[k], seen[k])
        dx, dy = vehicles.box[i, 0] - poses.x_m[row], vehicles.box[i, 1] - poses.y_m[row]
        if dx * state.dark_east[row] + dy * state.dark_north[row] >= state.dark_cos[row] * distance[k]:
            evidence *= state.dark_factor[row]
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
def false_objects(
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
