"""What a scan asks of a device's specification: numbers that are the same for every kind that sees things on a road.

A vehicle gives a device *evidence*: expected points (LiDAR), pixels (camera), signal over noise (radar). It is what is seen of
the vehicle past everything that hides it, times a gain that depends on class and distance and holds the weather and the light.
From evidence follows whether the vehicle is found; errors grow with distance along and across the line of sight.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Model(NamedTuple):
    """What devices of one specification have in common; arrays are by vehicle class."""

    range_m: float
    """Nothing farther is reported or counted as present."""
    relative: bool
    """Whether evidence counts the visible share of the vehicle (radar), else its visible solid angle in rad^2."""
    gain: Floats
    """(classes, metres): evidence per unit of what is seen, at whole metres of distance from 0 to beyond the range."""
    chance: Floats
    """(classes,): probability of being found with any amount of evidence."""
    half: Floats
    """(classes,): evidence at which half of that is reached."""
    steepness: float
    """k of P = chance / (1 + (half / evidence)^k)."""
    least: float
    """With less evidence nothing is reported."""
    along_m: float
    """Standard deviation of the reported place along the line of sight, at the device, and its growth with each metre."""
    along_per_m: float
    across_m: float
    """The same across the line of sight."""
    across_per_m: float
    speed_mps: float
    """Standard deviation of the reported speed."""
    heading_rad: float
    size_m: float
    """Of the reported length and width."""
    right_class: float
    """Probability that a found vehicle's class is told right; else each other class is as likely."""
    drop_share: float
    """Share of the frames that never leave the device."""
    false_mean: float
    """Objects a frame where no vehicle is."""
    log_delay_us: float
    """Mean of the logarithm of the processing time."""
    log_delay_spread: float
    """Its standard deviation."""


def gains(range_m: float, classes: int, gain: Callable[[int, Floats], Floats]) -> Floats:
    """Return ``gain(class, distances)`` at 1 m, 1 m, 2 m … to beyond ``range_m``: (classes, metres)."""
    distance_m = np.maximum(np.arange(math.ceil(range_m) + 2, dtype=np.float64), 1.0)
    return np.stack([gain(klass, distance_m) for klass in range(classes)])


def log_normal(mean_s: float, spread_s: float) -> tuple[float, float]:
    """Return mean and standard deviation of the logarithm of a log-normal time in us: the method of moments."""
    if mean_s <= 0.0:
        return -math.inf, 0.0
    variance = math.log1p((spread_s / mean_s) ** 2)
    return math.log(1e6 * mean_s) - 0.5 * variance, math.sqrt(variance)
