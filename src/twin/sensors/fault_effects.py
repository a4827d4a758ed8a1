"""What a fault does to a roadside device, and so to what it reports: pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.rng import uniform4

Floats = npt.NDArray[np.float64]

Cause = Literal["dirt", "misalignment", "clock_drift", "frame_loss", "power_loss", "wrong_calibration"]
CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)
"""Every cause of faults, in the order of their numbers."""

_DIRT, _MISALIGNMENT, _CLOCK_DRIFT, _FRAME_LOSS, _POWER_LOSS, _ = range(len(CAUSES))


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one device."""

    device: int
    cause: Cause
    from_us: int
    until_us: int
    size: float
    """At its full: share of evidence lost, anticlockwise radians, seconds a second, probability, 1, metres."""
    direction_rad: float = 0.0
    """Of a shift, anticlockwise from east."""
    ramp_us: int = 0


class Conditions(NamedTuple):
    """What faults do to devices at one instant, one row a device: 1, 0, 0, 0, True, 0, 0 where all is well."""

    evidence_factor: Floats
    """What the evidence of every object (points, pixels, signal) is multiplied by."""
    heading_offset_rad: Floats
    """True heading minus the one that the device believes to have, anticlockwise."""
    clock_offset_us: npt.NDArray[np.int64]
    """What the device's time stamps are ahead of the true time."""
    drop_probability: Floats
    """Probability that a frame is lost through a fault, besides the losses of a healthy device."""
    up: npt.NDArray[np.bool_]
    """Whether the device has power."""
    offset_x_m: Floats
    """Shift of the reported positions, east."""
    offset_y_m: Floats
    """Shift of the reported positions, north."""


def healthy(devices: int) -> Conditions:
    """Return the conditions of devices in order."""
    return Conditions(
        np.ones(devices),
        np.zeros(devices),
        np.zeros(devices, np.int64),
        np.zeros(devices),
        np.ones(devices, np.bool_),
        np.zeros(devices),
        np.zeros(devices),
    )


class ActiveFaults(NamedTuple):
    """Faults that hold, as arrays in the order of their onset, see ``Fault``; ``cause`` is the position in ``CAUSES``."""

    device: npt.NDArray[np.int64]
    cause: npt.NDArray[np.int64]
    from_us: npt.NDArray[np.int64]
    size: Floats
    direction_rad: Floats
    ramp_us: npt.NDArray[np.int64]


def active_faults(faults: Iterable[Fault]) -> ActiveFaults:
    """Return faults as arrays."""
    rows = list(faults)
    return ActiveFaults(
        np.array([one.device for one in rows], np.int64),
        np.array([CAUSES.index(one.cause) for one in rows], np.int64),
        np.array([one.from_us for one in rows], np.int64),
        np.array([one.size for one in rows], np.float64),
        np.array([one.direction_rad for one in rows], np.float64),
        np.array([one.ramp_us for one in rows], np.int64),
    )


@kernel
def apply_faults(conditions: Conditions, faults: ActiveFaults, t_us: int) -> None:
    """Add what faults do at an instant to the conditions, in place.

    On its ramp a fault has a size in proportion to the time since its onset. Losses multiply, angles, times and shifts add up.
    A free clock's offset is its rate times the time since the onset.
    """
    for k in range(faults.device.size):
        row, cause, since_us = faults.device[k], faults.cause[k], t_us - faults.from_us[k]
        size = faults.size[k]
        if since_us < faults.ramp_us[k]:
            size *= since_us / faults.ramp_us[k]
        if cause == _DIRT:
            conditions.evidence_factor[row] *= 1.0 - size
        elif cause == _MISALIGNMENT:
            conditions.heading_offset_rad[row] += size
        elif cause == _CLOCK_DRIFT:
            conditions.clock_offset_us[row] += round(size * since_us)
        elif cause == _FRAME_LOSS:
            conditions.drop_probability[row] = 1.0 - (1.0 - conditions.drop_probability[row]) * (1.0 - size)
        elif cause == _POWER_LOSS:
            conditions.up[row] = False
        else:
            conditions.offset_x_m[row] += size * math.cos(faults.direction_rad[k])
            conditions.offset_y_m[row] += size * math.sin(faults.direction_rad[k])


@inline_kernel
def seen_from_turned(dx_m: float, dy_m: float, turn_rad: float) -> tuple[float, float]:
    """Return where a device that has turned by ``turn_rad`` takes an object to be that lies (dx, dy) off it: turned back."""
    cos, sin = math.cos(turn_rad), math.sin(turn_rad)
    return cos * dx_m + sin * dy_m, cos * dy_m - sin * dx_m


@kernel
def lost_frames(
    keys: npt.NDArray[np.uint64],
    rows: npt.NDArray[np.int64],
    frame: int,
    drop_probability: Floats,
    up: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """Return which of the devices ``rows`` give nothing for their frame ``frame``, for want of power or by a loss, (rows,).

    ``keys``, ``drop_probability`` and ``up`` are (devices,), see ``Conditions``.
    """
    lost = np.zeros(rows.size, np.bool_)
    for k in range(rows.size):
        row = rows[k]
        if not up[row]:
            lost[k] = True
        elif drop_probability[row] > 0.0:
            chance, _, _, _ = uniform4(keys[row], frame, 0, 0)
            lost[k] = chance < drop_probability[row]
    return lost
