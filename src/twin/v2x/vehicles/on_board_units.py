"""On-board units: which vehicles have one, and what each says of itself ten times a second."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.kernel.growing import grown
from twin.rng import normal_pair, stream_key, uniform4, uniforms
from twin.traffic.ground_truth import DRIVEN_CLASSES, VEHICLE_CLASSES, GroundTruth
from twin.units import US_PER_S
from twin.v2x.vehicles.on_board_spec import OnBoardSpec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

FIRST_FRAME: Final = 1
"""Frames count from here; frame 0 holds what stays the same over a trip. Choice: so that no draw is used twice."""


ID_RANGE: Final = 1 << 32
"""Temporary ids are below. Source: four octets (T/CSAE 53-2020)."""

ID_FACTOR, ID_SHIFT = 2_654_435_761, 104_729
"""Ids are number x factor + shift, modulo the range. Choice: an odd factor, so that no two vehicles have the same
(D. E. Knuth, The Art of Computer Programming 3, section 6.4)."""


class SelfReports(NamedTuple):
    """What equipped vehicles have measured of themselves at one instant; (n,) each."""

    row: Longs
    """Row of the vehicle in the ground truth."""
    vehicle: Ints
    x_m: Floats
    y_m: Floats
    speed_mps: Floats
    heading_rad: Floats
    """Anticlockwise from east."""
    acceleration_mps2: Floats
    """Along the heading, over the time since the report before; 0 in the first one."""


@kernel
def measure(
    key: np.uint64,
    frame: int,
    vehicle: Ints,
    truth: tuple[Floats, Floats, Floats, Floats],
    sizes: tuple[float, float, float, float],
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return x, y, speed and heading of vehicles (n,) with their errors; ``truth`` holds the four without.

    ``sizes`` are the standard deviations of the lasting and of the passing error of the place (m), of speed (m/s) and of
    heading (rad). Draws are keyed by the vehicle; the lasting error comes from frame 0.
    """
    lasting_m, passing_m, speed_error, heading_error = sizes
    n = vehicle.size
    x, y, speed, heading = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        kept = uniform4(key, 0, vehicle[i], 0)
        east, north = normal_pair(kept[0], kept[1])
        u = uniform4(key, frame, vehicle[i], 0)
        dx, dy = normal_pair(u[0], u[1])
        ds, dh = normal_pair(u[2], u[3])
        x[i] = truth[0][i] + lasting_m * east + passing_m * dx
        y[i] = truth[1][i] + lasting_m * north + passing_m * dy
        speed[i] = max(truth[2][i] + speed_error * ds, 0.0)
        heading[i] = truth[3][i] + heading_error * dh
    return x, y, speed, heading


class OnBoardUnits:
    """The on-board units of a run."""

    def __init__(self, spec: OnBoardSpec, seed: int) -> None:
        """Prepare the draws: who has a unit depends on nothing but seed, vehicle, class and share."""
        self._spec = spec
        self._who, self._errors = stream_key(seed, "v2x/on_board/who"), stream_key(seed, "v2x/on_board/errors")
        share = np.full(len(VEHICLE_CLASSES), spec.share)
        share[[VEHICLE_CLASSES.index(name) for name in spec.always]] = 1.0
        share[[VEHICLE_CLASSES.index(name) for name in spec.never]] = 0.0
        share[len(DRIVEN_CLASSES) :] = 0.0
        self._share = share
        self._chance = np.empty(0)
        self._speed_mps, self._speed_us = np.empty(0), np.empty(0, np.int64)

    def equipped(self, vehicle: Ints, klass: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
        """Return which of the vehicles (n,) of these classes carry a unit."""
        self._make_room(int(vehicle.max(initial=-1)) + 1)
        return np.asarray(self._chance[vehicle] < self._share[klass], np.bool_)

    def measure(self, truth: GroundTruth, frame: int) -> SelfReports:
        """Return what every equipped vehicle has measured of itself at the instant of ``truth``, in the run's ``frame``."""
        row = np.flatnonzero(self.equipped(truth.vehicle, truth.klass))
        vehicle = truth.vehicle[row]
        spec = self._spec
        sizes = (spec.place_bias_m, spec.place_noise_m, spec.speed_noise_mps, math.radians(spec.heading_noise_deg))
        place = (truth.x_m[row], truth.y_m[row], truth.speed_mps[row], truth.heading_rad[row])
        x_m, y_m, speed_mps, heading_rad = measure(self._errors, frame + FIRST_FRAME, vehicle, place, sizes)
        since_us = truth.t_us - self._speed_us[vehicle]
        known = (self._speed_us[vehicle] >= 0) & (since_us <= US_PER_S) & (since_us > 0)
        change = truth.speed_mps[row] - self._speed_mps[vehicle]
        acceleration = np.where(known, change / np.maximum(since_us, 1) * US_PER_S, 0.0)
        self._speed_mps[vehicle], self._speed_us[vehicle] = truth.speed_mps[row], truth.t_us
        return SelfReports(row, vehicle, x_m, y_m, speed_mps, heading_rad, acceleration)

    @staticmethod
    def ids(vehicle: Ints) -> Longs:
        """Return the temporary ids of vehicles (n,): each its own, and none tells the vehicle's number."""
        return (vehicle.astype(np.int64) * ID_FACTOR + ID_SHIFT) % ID_RANGE

    def _make_room(self, size: int) -> None:
        known = self._chance.size
        self._chance = grown(self._chance, size)
        self._chance[known:] = uniforms(self._who, np.arange(known, self._chance.size))[:, 0]
        self._speed_mps, self._speed_us = grown(self._speed_mps, size), grown(self._speed_us, size, -1)
