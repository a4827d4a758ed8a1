"""How rain and fog change the way people drive: desired speed, time gap, acceleration."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from twin.assumed import A_BOUNDARY, Assumed
from twin.kernel.weather import WeatherSpec
from twin.messages import say
from twin.spec import Spec
from twin.traffic.vehicle_types import VehicleTypes
from twin.units import MPS_PER_KMH


class RainStep(Spec):
    """What rain of at least one rate does to traffic, as factors on dry conditions."""

    above_mmph: Annotated[float, A_BOUNDARY] = Field(ge=0.0, le=300.0)
    """Holds for rates above this, up to the next step. Source: the classes of HCM 2010, exhibit 10-15, 0.10 and 0.25 in/h.
    Assumption: 25 mm/h for cloudbursts, which the manual does not tell apart."""

    speed: Annotated[float, Assumed.plus(-0.04, 0.03)] = Field(gt=0.2, le=1.0)
    """Factor on desired speeds. Light and heavy rain: 2 and 6 % at 100 km/h, A. T. Ibrahim, F. L. Hall, "Effect of adverse
    weather conditions on speed-flow-occupancy relationships", Transportation Research Record 1457 (1994), quoted without the
    paper at hand; cloudburst: 16 %, what the FHWA states for heavy rain, as P. D. Prevedouros and P. Kongsil quote it (2003).
    Assumption: moderate rain lies between, and city streets are as motorways."""

    capacity: float = Field(gt=0.2, le=1.0)
    """Factor on the capacity of a lane; time gaps follow from it. HCM 2010, exhibit 10-15: 2.01, 7.24 and 14.13 % less in
    light, moderate and heavy rain; cloudburst: 25 to 30 % less, B. L. Smith et al., "An investigation into the impact of
    rainfall on freeway traffic flow", TRB annual meeting (2004)."""

    acceleration: Annotated[float, Assumed.plus(-0.1, 0.08)] = Field(gt=0.2, le=1.0)
    """Factor on accelerations. Assumption: about as much as the capacity."""


class FogStep(Spec):
    """What fog below one visibility does to traffic, as factors on clear air."""

    below_m: Annotated[float, A_BOUNDARY] = Field(gt=0.0, le=100_000.0)
    """Holds for visibilities below this, down to the next step. Source: the classes of HCM 2010, exhibit 10-15, 1, 1/2 and 1/4
    mile. Assumption: 100 m for dense fog, which the manual does not tell apart."""

    speed: Annotated[float, Assumed.plus(-0.1, 0.05)] = Field(gt=0.2, le=1.0)
    """Factor on desired speeds. Assumption: 3 and 5 %, and half in dense fog, where a driver then stops well within what he
    sees even from 80 km/h."""

    capacity: Annotated[float, Assumed.plus(-0.1, 0.05)] = Field(gt=0.2, le=1.0)
    """Factor on the capacity of a lane. Assumption: 10 % less, the order of what HCM 2010, exhibit 10-15, gives for three
    classes that rest on one site each; a quarter less in dense fog."""

    acceleration: Annotated[float, Assumed.plus(-0.15, 0.0)] = Field(gt=0.2, le=1.0)
    """Factor on accelerations. Assumption: none; the road is dry."""


class WeatherDrivingSpec(Spec):
    """How drivers react to the weather; an empty list of steps switches that part off."""

    rain: tuple[RainStep, ...] = (
        RainStep(above_mmph=0.0, speed=0.98, capacity=0.9799, acceleration=0.98),
        RainStep(above_mmph=2.54, speed=0.96, capacity=0.9276, acceleration=0.93),
        RainStep(above_mmph=6.35, speed=0.94, capacity=0.8587, acceleration=0.86),
        RainStep(above_mmph=25.0, speed=0.84, capacity=0.725, acceleration=0.75),
    )
    """Steps in order of rising rate."""

    fog: tuple[FogStep, ...] = (
        FogStep(below_m=1609.0, speed=0.97, capacity=0.9, acceleration=1.0),
        FogStep(below_m=402.0, speed=0.95, capacity=0.9, acceleration=1.0),
        FogStep(below_m=100.0, speed=0.5, capacity=0.75, acceleration=1.0),
    )
    """Steps in order of falling visibility."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(later.above_mmph <= earlier.above_mmph for earlier, later in itertools.pairwise(self.rain)):
            raise ValueError(say("spec.rain_steps"))
        if any(later.below_m >= earlier.below_m for earlier, later in itertools.pairwise(self.fog)):
            raise ValueError(say("spec.fog_steps"))
        return self


@dataclass(frozen=True, slots=True)
class DrivingFactors:
    """Factors on what drivers do in dry and clear weather; 1 changes nothing."""

    speed: float
    """On desired speeds."""
    time_gap: float
    """On time gaps; at least 1."""
    acceleration: float
    """On largest accelerations."""


CLEAR: Final = DrivingFactors(1.0, 1.0, 1.0)

REFERENCE_SPEED_MPS: Final = 60.0 * MPS_PER_KMH
"""Time gaps are stretched so that the capacity is right at this speed limit, the usual one of the CBD's main roads."""

_CAR: Final = VehicleTypes().car


def driving_factors(weather: WeatherSpec, spec: WeatherDrivingSpec) -> DrivingFactors:
    """Return how the weather changes driving.

    The data give speeds and capacities; a driver keeps a time gap. The factor on it is the one with which the Intelligent
    Driver Model's equilibrium of cars loses as much capacity as stated, the loss by lower speed counted in (never below 1,
    where speed alone takes more). Standstill gaps stay: jam density does not depend on the weather (H. Rakha et al.,
    "Inclement weather impacts on freeway traffic stream behavior", Transportation Research Record 2071, 2008). Of rain and
    fog together the worse one counts, factor by factor.
    """
    steps: list[RainStep | FogStep] = []
    steps += [step for step in spec.rain if weather.rain_mmph > step.above_mmph][-1:]
    if weather.fog_visibility_m is not None:
        visibility_m = weather.fog_visibility_m
        steps += [step for step in spec.fog if visibility_m < step.below_m][-1:]
    if not steps:
        return CLEAR
    speed = min(step.speed for step in steps)
    capacity = min(step.capacity for step in steps)
    return DrivingFactors(speed, _time_gap_factor(speed, capacity), min(step.acceleration for step in steps))


def _time_gap_factor(speed: float, capacity: float) -> float:
    wanted = capacity * _capacity(REFERENCE_SPEED_MPS, 1.0)
    low, high = 1.0, 20.0
    if _capacity(speed * REFERENCE_SPEED_MPS, low) <= wanted:
        return low
    for _ in range(50):
        middle = 0.5 * (low + high)
        if _capacity(speed * REFERENCE_SPEED_MPS, middle) > wanted:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _capacity(desired_mps: float, time_gap: float) -> float:
    """Return the largest equilibrium flow (veh/s) of cars, v / (s(v) + length), by ternary search over v."""
    low, high = 0.0, desired_mps * (1.0 - 1e-9)

    def flow(speed: float) -> float:
        square = (speed / desired_mps) ** 2
        gap_m = (_CAR.standstill_gap_m + speed * time_gap * _CAR.time_gap_s) / math.sqrt(1.0 - square * square)
        return speed / (gap_m + _CAR.length_m)

    for _ in range(100):
        third = (high - low) / 3.0
        if flow(low + third) < flow(high - third):
            low += third
        else:
            high -= third
    return flow(0.5 * (low + high))
