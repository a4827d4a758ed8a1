"""What a fault does to a roadside device, and so to what it reports: pure functions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.rng import uniform4

Floats = npt.NDArray[np.float64]

Cause = Literal["dirt", "misalignment", "clock_drift", "frame_loss", "power_loss", "wrong_calibration"]
CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)
"""Every cause of faults, in the order of their numbers."""


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

    def size_at(self, t_us: int) -> float:
        """Return its size at an instant within it, on the ramp in proportion to the time since the onset."""
        grown = t_us - self.from_us
        return self.size if grown >= self.ramp_us else self.size * grown / self.ramp_us


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


def apply_fault(conditions: Conditions, fault: Fault, t_us: int) -> None:
    """Add what one fault does at an instant to the conditions, in place.

    Losses multiply, angles, times and shifts add up. A free clock's offset is its rate times the time since the onset.
    """
    row, size = fault.device, fault.size_at(t_us)
    if fault.cause == "dirt":
        conditions.evidence_factor[row] *= 1.0 - size
    elif fault.cause == "misalignment":
        conditions.heading_offset_rad[row] += size
    elif fault.cause == "clock_drift":
        conditions.clock_offset_us[row] += round(size * (t_us - fault.from_us))
    elif fault.cause == "frame_loss":
        conditions.drop_probability[row] = 1.0 - (1.0 - conditions.drop_probability[row]) * (1.0 - size)
    elif fault.cause == "power_loss":
        conditions.up[row] = False
    else:
        conditions.offset_x_m[row] += size * math.cos(fault.direction_rad)
        conditions.offset_y_m[row] += size * math.sin(fault.direction_rad)


def reported_positions(
    x_m: Floats,
    y_m: Floats,
    row: npt.NDArray[np.integer],
    device_x_m: Floats,
    device_y_m: Floats,
    conditions: Conditions,
) -> tuple[Floats, Floats]:
    """Return where devices report objects that a healthy one would report at (x, y), each (objects,).

    ``row`` (objects,) is the device of each. A device that has turned by +d takes everything for turned by -d about itself; a
    wrong calibration shifts it. Object headings are to be turned by -d as well.
    """
    turn = -conditions.heading_offset_rad[row]
    cos, sin = np.cos(turn), np.sin(turn)
    dx, dy = x_m - device_x_m[row], y_m - device_y_m[row]
    return (
        x_m + (cos - 1.0) * dx - sin * dy + conditions.offset_x_m[row],
        y_m + sin * dx + (cos - 1.0) * dy + conditions.offset_y_m[row],
    )


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
