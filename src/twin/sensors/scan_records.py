"""What a scan works on and what it gives: vehicles, devices, frames, sums of an interval, reported objects."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import line_aligned
from twin.geometry.grid import Grid
from twin.geometry.occlusion import BOX

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

PRESENT, VISIBLE, DETECTED, FALSE, ERROR, SQUARED_ERROR = range(6)
"""Columns of the sums of an interval; the first four also of the counts of a frame."""

SUMS = 8
"""Numbers kept of the sums of one class in one range bin: a cache line, its last two unused."""


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


NOT_DARK = 2.0
"""Choice: above every cosine, so that no direction lies within."""


class State(NamedTuple):
    """What is wrong with each device at the instant of a scan, one row each; see ``in_order``."""

    evidence_factor: Floats
    turn_rad: Floats
    """How far the device has turned, anticlockwise: it takes everything for turned the other way round about itself."""
    east_m: Floats
    """Shift of what it reports."""
    north_m: Floats
    lost: npt.NDArray[np.bool_]
    """Whether the frame gets lost by a fault or for want of power."""
    dark_east: Floats
    """Unit vector to the middle of the sector in which it is blinded."""
    dark_north: Floats
    dark_cos: Floats
    """Cosine of half the sector's width; ``NOT_DARK`` where it is not blinded."""
    dark_factor: Floats
    """What the evidence of every object in the sector is multiplied by."""


def in_order(devices: int) -> State:
    """Return the state of devices with which nothing is wrong."""
    zero = np.zeros(devices)
    lost = np.zeros(devices, np.bool_)
    return State(np.ones(devices), zero, zero, zero, lost, np.ones(devices), zero, np.full(devices, NOT_DARK), np.ones(devices))


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
