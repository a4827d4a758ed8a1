"""The fan of a device: its field of view cut into columns of azimuth, and where it stands.

A direction inside a column is taken from the chord between the unit vectors of its two borders; it is shorter than 1 by at
most ``column_rad ** 2 / 8`` (4e-5 at 1 degree).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

Pose = tuple[float, float, float, float, float]
"""A device's x_m, y_m, height (m) over what the caller counts heights from, and the cosine and sine of its heading."""

SLIVER = 1e-6
"""Fractions of a column closer than this are one."""


class Fan(NamedTuple):
    """The columns of one device model: its field of view cut into equal azimuths, anticlockwise."""

    column_rad: float
    first_rad: float
    """Azimuth of the first border, from the middle of the field of view (minus half the field of view)."""
    turn: float
    """Columns in a full turn (a fraction where the field of view does not fill it evenly)."""
    border_x: Floats
    """(columns + 1,): unit vectors of the borders."""
    border_y: Floats
    low: Floats
    """(columns,): the least slope that the device sees, by column."""
    high: Floats
    """(columns,): the greatest slope that the device sees, by column."""


def fan(field_of_view_rad: float, column_rad: float, lowest_rad: float, highest_rad: float, tilt_rad: float = 0.0) -> Fan:
    """Cut a field of view into columns no wider than ``column_rad``.

    ``lowest_rad`` and ``highest_rad`` are elevations in the device's own frame; ``tilt_rad`` turns the device nose down about
    its horizontal cross axis. A direction of slope s at the azimuth psi off the device's heading then has the device elevation
    ``sin(e) = (cos(psi) sin(tilt) + s cos(tilt)) / sqrt(1 + s^2)``; each column's limits are that equation's solutions at
    its middle. The sides of the field of view are taken to stay vertical.
    """
    columns = max(1, math.ceil(field_of_view_rad / column_rad - 1e-9))
    width = field_of_view_rad / columns
    borders = -0.5 * field_of_view_rad + width * np.arange(columns + 1)
    middles = 0.5 * (borders[:-1] + borders[1:])
    low = np.array([_slope_limit(lowest_rad, tilt_rad, float(psi), -math.inf) for psi in middles])
    high = np.array([_slope_limit(highest_rad, tilt_rad, float(psi), math.inf) for psi in middles])
    return Fan(width, -0.5 * field_of_view_rad, 2.0 * math.pi / width, np.cos(borders), np.sin(borders), low, high)


def _slope_limit(elevation_rad: float, tilt_rad: float, psi_rad: float, beyond: float) -> float:
    a, b, c = math.cos(psi_rad) * math.sin(tilt_rad), math.cos(tilt_rad), math.sin(elevation_rad)
    square = b * b - c * c
    root = a * a + square
    if square <= 0.0 or root < 0.0:  # the limit passes over the vertical: it does not bind here
        return beyond
    return (c * math.sqrt(root) - a * b) / square
