"""How axle loads swing about their mean on a rough road: a few waves of each vehicle's own, drawn by trip.

Bodies bounce and wheels hop; a vehicle's waves are narrow bands at frequencies of its own, with phases that nobody shares.
Source: D. Cebon, Handbook of Vehicle-Road Interaction (1999), quoted without the book at hand: dynamic load coefficients
(root mean square over mean) of 0.05 to 0.3, body modes of 1.5 to 4 Hz, wheel hop of 8 to 15 Hz.
"""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import Assumed
from twin.bridges.passages import AxleLoads, Ints
from twin.bridges.vehicle_loads import Axles, Floats, VehicleLoads
from twin.rng import stream_key, uniforms
from twin.spec import Spec
from twin.traffic.vehicle_types import ClassTable
from twin.units import MPS_PER_KMH

Hertz = Annotated[float, Field(gt=0.0, le=50.0)]


class AxleSwingSpec(Spec):
    """How much axle loads swing about their mean."""

    load_coefficient: Annotated[float, Assumed.between(0.03, 0.15)] = Field(0.06, ge=0.0, le=0.4)
    """Root mean square of an axle's swing over its static load, at ``at_kmh``; it goes with speed. Assumption: a good asphalt
    surface; 0.05 to 0.3 are known of roads (Cebon 1999)."""

    at_kmh: float = Field(80.0, gt=0.0, le=200.0)
    """Speed at which the coefficient is stated. Choice: that of heavy vehicles on motorways."""

    bounce_low_hz: Hertz = 1.5
    """Lowest frequency of bodies' bounce; each vehicle has its own between both. Source: Cebon (1999), 1.5 to 4 Hz."""

    bounce_high_hz: Hertz = 4.0
    """Highest frequency of bodies' bounce. Source: Cebon (1999)."""

    hop_low_hz: Hertz = 8.0
    """Lowest frequency of wheel hop. Source: Cebon (1999), 8 to 15 Hz."""

    hop_high_hz: Hertz = 15.0
    """Highest frequency of wheel hop. Source: Cebon (1999)."""


class SwingingLoads:
    """Axle loads of vehicles with their swing: two waves of bounce and one of hop each, of equal strength."""

    def __init__(self, loads: VehicleLoads, classes: ClassTable, spec: AxleSwingSpec, seed: int) -> None:
        """Take the static loads from ``loads`` and lengths from the classes of traffic."""
        self._loads, self._length_m, self._spec = loads, classes.length_m, spec
        self._key = stream_key(seed, "bridges/axle_swing")
        self.most_axles = int(loads.axles_of_class.max())
        self.at_mps = spec.at_kmh * MPS_PER_KMH

    def __call__(self, vehicle: Ints, klass: npt.NDArray[np.int8]) -> AxleLoads:
        """Return vehicles by number and class as loads."""
        spec, size = self._spec, vehicle.size
        axle_m, force_n = padded(self._loads.axles(vehicle, klass), self.most_axles)
        number = vehicle.astype(np.int64)
        low = np.array([spec.bounce_low_hz, spec.bounce_low_hz, spec.hop_low_hz])
        high = np.array([spec.bounce_high_hz, spec.bounce_high_hz, spec.hop_high_hz])
        at, phase = uniforms(self._key, 2 * number)[:, :3], uniforms(self._key, 2 * number + 1)[:, :3]
        return AxleLoads(
            self._length_m[klass],
            axle_m,
            force_n,
            np.full(size, spec.load_coefficient),
            2.0 * math.pi * (low + at * (high - low)),
            2.0 * math.pi * phase,
        )


def padded(axles: Axles, most: int) -> tuple[Floats, Floats]:
    """Return places behind the front and loads of each vehicle's axles, (n, most), zeros where there is none."""
    size = axles.gross_n.size
    vehicle = np.repeat(np.arange(size), np.diff(axles.offset))
    place = np.arange(axles.behind_m.size) - axles.offset[vehicle]
    behind_m, load_n = np.zeros((size, most)), np.zeros((size, most))
    behind_m[vehicle, place], load_n[vehicle, place] = axles.behind_m, axles.load_n
    return behind_m, load_n
