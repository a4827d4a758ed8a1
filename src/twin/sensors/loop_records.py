"""What a step of loops works on and what it gives: loops, vehicles, passages, crossings, sums of an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.traffic.ground_truth import DRIVEN_CLASSES, GroundTruth

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Loops(NamedTuple):
    """The detectors, one row a lane, sorted by edge."""

    device: Ints
    edge: Ints
    lane: npt.NDArray[np.int8]
    begin_m: Floats
    """Where along the edge a front bumper meets it."""
    length_m: Floats
    key: npt.NDArray[np.uint64]
    missed: Floats
    missed_bicycle: Floats
    double: Floats
    double_long: Floats
    on_time_noise_s: Floats
    speed_noise: Floats
    single: npt.NDArray[np.bool_]
    """Whether it tells speed by itself."""
    usual_length_m: Floats


class Look(NamedTuple):
    """The vehicles of one instant, sorted by number."""

    vehicle: Ints
    klass: npt.NDArray[np.int8]
    edge: Ints
    lane: npt.NDArray[np.int8]
    s_m: Floats
    speed_mps: Floats
    length_m: Floats


class Passages(NamedTuple):
    """Vehicles over loops, one row each: those still there first, in a log those that left."""

    loop: Ints
    vehicle: Ints
    on_us: Floats
    """When the front bumper met the loop."""
    off_us: Floats
    """When the rear bumper left it; what is left to drive (m) while it has not."""
    entry_mps: Floats
    counted: Ints
    """0 for a missed vehicle, 1, or 2."""
    noise: Floats
    """(n, 2): standard normals of the errors of time and speed."""


@dataclass(frozen=True, slots=True)
class Crossings:
    """Vehicles that left a loop, one row each."""

    device: Ints
    lane: npt.NDArray[np.int8]
    on_us: Longs
    on_time_us: Longs
    """As reported."""
    speed_mps: Floats
    """As reported."""
    counted: Ints
    """Times that it was counted: 0 for a missed one."""
    vehicle: Ints
    """Truth."""
    true_speed_mps: Floats
    """Speed of the front bumper as it met the loop."""


@dataclass(frozen=True, slots=True)
class LoopInterval:
    """What each loop makes of an interval, one row a loop, by device and lane; and the truth beside it."""

    device: Ints
    edge: Ints
    lane: npt.NDArray[np.int8]
    begin_us: int
    interval_us: int
    count: Ints
    """Counted as fronts met the loop."""
    occupied_us: Longs
    """How long vehicles that it noticed stood over it."""
    mean_speed_mps: Floats
    """Of the vehicles that left it; NaN where none did."""
    true_count: Ints
    true_occupied_us: Longs
    true_mean_speed_mps: Floats


def look_at(truth: GroundTruth) -> Look:
    """Return the vehicles of an instant that can meet a loop."""
    order = np.argsort(truth.vehicle)  # numbers are unique: any sort is stable
    order = order[truth.klass[order] < len(DRIVEN_CLASSES)]  # who walks over a loop is nothing to it
    columns = (truth.vehicle, truth.klass, truth.edge, truth.lane, truth.s_m, truth.speed_mps, truth.length_m)
    sorted_columns: list[Any] = [column[order] for column in columns]
    return Look(*sorted_columns)


def room_for(rows: int) -> Passages:
    """Return room for ``rows`` passages."""
    return Passages(
        np.empty(rows, np.int32),
        np.empty(rows, np.int32),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows, np.int32),
        np.empty((rows, 2)),
    )
