"""Temperature of a bridge over the day: the air, the deck behind it, the difference between top and bottom under the sun.

The air follows a cosine of one day with the weather's changes on top; the deck follows the air as a body of one time constant
(first-order lag, exact for the cosine); its top is warmed by the sun from sunrise to sunset and cools below its bottom at
night. All are functions of time alone, for any order of asking.
"""

from __future__ import annotations

import math
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import OF_THE_CALCULATION, Assumed
from twin.compilation import kernel
from twin.rng import normal_pair, stream_key, uniform4
from twin.spec import Spec
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]

DAY_S: Final = 86_400.0

WEATHER_STEP_S: Final = 6.0 * 3600.0
"""Time between two independent states of the weather, straight in between. Assumption: fronts and clouds change in hours."""

HOUR_RAD: Final = 2.0 * math.pi / 24.0


class TemperatureSpec(Spec):
    """The course of temperatures at a bridge, by local time."""

    mean_c: Annotated[float, Assumed.plus(-10.0, 8.0)] = Field(default=23.0, ge=-60.0, le=60.0)
    """Mean of the air. Source: Guangzhou's annual mean of some 22 to 23 degrees. Assumption: that of the days simulated."""

    daily_range_k: Annotated[float, Assumed.between(4.0, 12.0)] = Field(default=7.5, ge=0.0, le=40.0)
    """Highest less lowest of the air in a day. Assumption: 7 to 8 K, a coastal city of the subtropics."""

    warmest_hour: Annotated[float, Assumed.between(13.5, 15.5)] = Field(default=14.5, ge=0.0, lt=24.0)
    """Local hour at which the air is warmest. Assumption: some two hours after the sun's highest stand."""

    weather_k: Annotated[float, Assumed.between(0.0, 2.5)] = Field(default=1.0, ge=0.0, le=15.0)
    """Standard deviation of the weather's changes, drawn every six hours. Assumption: 1 K within a spell of weather."""

    deck_time_constant_h: Annotated[float, Assumed.between(1.0, 12.0)] = Field(default=6.0, ge=0.0, le=100.0)
    """Time constant with which the deck's mean follows the air. Assumption: 6 h for concrete boxes, 1.5 h for steel ones."""

    sun_k: Annotated[float, Assumed.between(4.0, 15.0)] = Field(default=9.0, ge=0.0, le=40.0)
    """How much warmer the top is than the bottom at the most, by a linear course over the depth. Assumption: two thirds of the
    14 K that JTG D60-2015 has at the top below 100 mm of asphalt, which fall off within 400 mm (quoted without it at hand)."""

    night_k: Annotated[float, Assumed.between(1.0, 5.0)] = Field(default=2.5, ge=0.0, le=20.0)
    """How much colder the top is at night. Assumption: a quarter of the day's; JTG D60-2015 takes half."""

    sunrise_hour: Annotated[float, OF_THE_CALCULATION] = Field(default=6.0, ge=0.0, lt=12.0)
    """Local hour of sunrise; sunset lies as much after noon. Assumption: 6, the yearly mean."""

    frequency_per_k: Annotated[float, Assumed.between(0.0002, 0.003)] = Field(default=0.0015, ge=0.0, le=0.02)
    """Share that frequencies lose for 1 K more of the deck. Assumption: 0.15 %; 0.1 to 0.3 % of concrete bridges with asphalt
    (as on the Z24 bridge), some 0.03 to 0.05 % of steel ones."""

    reference_c: float = Field(default=20.0, ge=-60.0, le=60.0)
    """Deck temperature at which frequencies and zero readings are those of the structure. Choice: 20 degrees."""


class Temperature:
    """Temperatures of one bridge at any time."""

    def __init__(self, spec: TemperatureSpec, seed: int, bridge: str, start_hour: float) -> None:
        """Take the bridge's name, which draws hang on, and the local hour of the day (0 to 24) at time 0."""
        self.spec = spec
        self._key = stream_key(seed, "bridges/temperature", bridge)
        self._start_h = start_hour
        lag = HOUR_RAD * spec.deck_time_constant_h
        self._deck_share, self._deck_lag_h = 1.0 / math.hypot(1.0, lag), math.atan(lag) / HOUR_RAD

    def air_c(self, t_us: npt.ArrayLike) -> Floats:
        """Return the temperature of the air at times (n,)."""
        hours = self._hours(t_us)
        return self.spec.mean_c + self._course_k(hours) + self._weather_k(hours)

    def deck_c(self, t_us: npt.ArrayLike) -> Floats:
        """Return the mean temperature of the deck at times (n,)."""
        late = self._hours(t_us) - self._deck_lag_h
        return self.spec.mean_c + self._deck_share * self._course_k(late) + self._weather_k(late)

    def gradient_k(self, t_us: npt.ArrayLike) -> Floats:
        """Return how much warmer the deck's top is than its bottom at times (n,)."""
        spec = self.spec
        hour = self._hours(t_us) % 24.0
        day_h = 24.0 - 2.0 * spec.sunrise_hour
        height = np.sin(np.pi * np.clip((hour - spec.sunrise_hour - 1.0) / day_h, 0.0, 1.0))
        warmer: Floats = (spec.sun_k + spec.night_k) * height**1.5 - spec.night_k
        return warmer

    def frequency_factor(self, t_us: npt.ArrayLike) -> Floats:
        """Return present frequencies over those of the structure, as far as temperature goes: 1 - k (T - T_reference)."""
        return 1.0 - self.spec.frequency_per_k * (self.deck_c(t_us) - self.spec.reference_c)

    def _hours(self, t_us: npt.ArrayLike) -> Floats:
        return np.asarray(self._start_h + np.asarray(t_us, np.float64) / (3600.0 * US_PER_S))

    def _course_k(self, hours: Floats) -> Floats:
        course: Floats = 0.5 * self.spec.daily_range_k * np.cos(HOUR_RAD * (hours - self.spec.warmest_hour))
        return course

    def _weather_k(self, hours: Floats) -> Floats:
        knot = hours * 3600.0 / WEATHER_STEP_S
        below = np.floor(knot).astype(np.int64)
        share = knot - below
        # counters do not go below zero: the lag reaches back before the run
        left, right = (normals_at(self._key, np.atleast_1d(below + step)).reshape(below.shape) for step in (1000, 1001))
        weather: Floats = self.spec.weather_k * ((1.0 - share) * left + share * right)
        return weather


@kernel
def normals_at(key: np.uint64, number: npt.NDArray[np.int64]) -> Floats:
    """Return one standard normal for each number (n,) of a stream."""
    out = np.empty(number.size)
    for i in range(number.size):
        u0, u1, _, _ = uniform4(key, 0, number[i], 0)
        out[i], _ = normal_pair(u0, u1)
    return out
