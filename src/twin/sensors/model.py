"""What a scan asks of a device's specification: numbers that are the same for every kind that sees things on a road.

A vehicle gives a device *evidence*, in a unit of its kind: points, pixels, signal over noise. It is what is seen of
the vehicle past everything that hides it, times a gain that depends on class and distance and holds the weather and the light.
From evidence follows whether the vehicle is found; errors grow with distance along and across the line of sight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

VehicleClass = Literal["car", "taxi", "bus", "light_truck", "heavy_truck", "autonomous_taxi", "electric_bicycle", "pedestrian"]
"""The classes of ``twin.traffic.ground_truth.VEHICLE_CLASSES`` in their order, as keys of a scenario."""

CLASSES: Final[tuple[VehicleClass, ...]] = get_args(VehicleClass)


class Model(NamedTuple):
    """What devices of one specification have in common; arrays are by vehicle class."""

    range_m: float
    """Nothing farther is reported or counted as present."""
    relative: bool
    """Whether evidence counts the visible share of the vehicle, else its visible solid angle in rad^2."""
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
    along_m: Floats
    """(metres,): standard deviation of the reported place along the line of sight, at whole metres of distance as ``gain``."""
    across_m: Floats
    """(metres,): the same across the line of sight."""
    along_share: float
    """What the first grows by, as a share of half the vehicle's extent along the line of sight."""
    across_share: float
    """What the second grows by, as a share of half its extent across the line of sight."""
    cell_m: float
    """Distances whose difference is smaller are one echo, if speed and bearing are too; see ``cell_rad``."""
    cell_mps: float
    """Speeds towards the device."""
    cell_rad: float
    """Bearings; 0: vehicles never melt into one."""
    speed_mps: float
    """Standard deviation of the reported speed."""
    heading_rad: float
    size_share: float
    """Of the reported length and width, as a share of them."""
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


class Errors(NamedTuple):
    """What several models are known to get wrong, one row each: what a fusion is told of their reports."""

    along_m: Floats
    """(models, metres), as in ``Model``; the last value goes on beyond a model's range."""
    across_m: Floats
    along_share: Floats
    """(models,), and so the rest."""
    across_share: Floats
    speed_mps: Floats
    heading_rad: Floats
    size_share: Floats

    def of_places(
        self, model: npt.NDArray[np.int32], distance_m: Floats, turned_rad: Floats, length_m: Floats, width_m: Floats
    ) -> tuple[Floats, Floats]:
        """Return the standard deviations, along and across, of objects reported by these models at these distances.

        ``turned_rad`` is their heading from the line of sight.
        """
        low = np.minimum(distance_m.astype(np.int64), self.along_m.shape[1] - 2)
        part = np.minimum(distance_m - low, 1.0)
        along_m, across_m = (
            (1.0 - part) * table[model, low] + part * table[model, low + 1] for table in (self.along_m, self.across_m)
        )
        cos, sin = np.abs(np.cos(turned_rad)), np.abs(np.sin(turned_rad))
        along_m += self.along_share[model] * 0.5 * (cos * length_m + sin * width_m)
        across_m += self.across_share[model] * 0.5 * (sin * length_m + cos * width_m)
        return along_m, across_m


def errors_of(models: Sequence[Model], least: float) -> Errors:
    """Return the errors of models; no standard deviation is smaller than ``least`` (m, m/s, rad)."""
    metres = max(model.along_m.size for model in models)

    def table(rows: list[Floats]) -> Floats:
        return np.maximum([np.pad(row, (0, metres - row.size), "edge") for row in rows], least)

    return Errors(
        along_m=table([model.along_m for model in models]),
        across_m=table([model.across_m for model in models]),
        along_share=np.array([model.along_share for model in models]),
        across_share=np.array([model.across_share for model in models]),
        speed_mps=np.maximum([model.speed_mps for model in models], least),
        heading_rad=np.maximum([model.heading_rad for model in models], least),
        size_share=np.maximum([model.size_share for model in models], least),
    )


def whole_metres(range_m: float) -> Floats:
    """Return the distances that the tables of a model stand at: 1 m, 1 m, 2 m … to beyond ``range_m``."""
    return np.maximum(np.arange(math.ceil(range_m) + 2, dtype=np.float64), 1.0)


def gains(range_m: float, classes: int, gain: Callable[[int, Floats], Floats]) -> Floats:
    """Return ``gain(class, distances)`` at ``whole_metres``: (classes, metres)."""
    distance_m = whole_metres(range_m)
    return np.stack([gain(klass, distance_m) for klass in range(classes)])


def log_normal(mean_s: float, spread_s: float) -> tuple[float, float]:
    """Return mean and standard deviation of the logarithm of a log-normal time in us: the method of moments."""
    if mean_s <= 0.0:
        return -math.inf, 0.0
    variance = math.log1p((spread_s / mean_s) ** 2)
    return math.log(1e6 * mean_s) - 0.5 * variance, math.sqrt(variance)
