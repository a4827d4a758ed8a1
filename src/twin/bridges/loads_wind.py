"""Wind at a bridge: ten-minute means that wander, gusts about them, and the lift that gusts put on the deck.

The means are log-normal with an exponential correlation in time; gusts along and upwards are Ornstein-Uhlenbeck processes
(spectrum of Dryden's kind, 1/f^2 above the gusts' scale) whose deviation and time scale follow the mean. What vibrates a bridge
without traffic is the lift of upward gusts, the same all along the deck at a time.
"""

from __future__ import annotations

import math
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field
from scipy.signal import lfilter

from twin.assumed import Assumed
from twin.bridges.loads_temperature import normals_at
from twin.rng import stream_key
from twin.spec import Spec
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]

MEAN_STEP_S: Final = 600.0
"""Means are of ten minutes. Source: JTG/T 3360-01-2018 (quoted without the standard at hand)."""

AIR_KG_PER_M3: Final = 1.2
"""Source: dry air at 20 degrees and sea level."""


class WindSpec(Spec):
    """Wind across the bridge, at the deck."""

    mean_mps: Annotated[float, Assumed.between(1.5, 8.0)] = Field(default=3.0, ge=0.0, le=60.0)
    """Mean speed across the bridge, at the deck. Assumption: 3 m/s above a river in a city where 2 are usual at stations."""

    spread: Annotated[float, Assumed.between(0.2, 0.6)] = Field(default=0.35, ge=0.0, le=1.5)
    """Standard deviation of the logarithm of ten-minute means. Assumption: a third."""

    correlation_h: Annotated[float, Assumed.times(0.5, 2.0)] = Field(default=3.0, ge=0.1, le=100.0)
    """Time over which the means stay alike. Assumption: 3 h, a quarter of a sea breeze's cycle."""

    turbulence: Annotated[float, Assumed.between(0.08, 0.25)] = Field(default=0.14, ge=0.0, le=1.0)
    """Standard deviation of gusts along the wind over the mean. Assumption: 0.14, open water with a city around."""

    upward_share: Annotated[float, Assumed.between(0.4, 0.6)] = Field(default=0.5, ge=0.0, le=1.0)
    """Upward gusts over those along the wind. Assumption: half, as JTG/T 3360-01 (quoted without the standard at hand)."""

    scale_m: Annotated[float, Assumed.times(0.5, 2.0)] = Field(default=90.0, ge=1.0, le=1000.0)
    """Integral length of gusts along the wind. Assumption: 90 m at 20 to 30 m above water; upward ones have a sixth of it."""

    width_m: Annotated[float, Assumed.times(0.9, 1.1)] = Field(default=24.0, gt=0.0, le=100.0)
    """Width of the deck that the wind acts on. Assumption: six lanes."""

    lift_slope: Annotated[float, Assumed.between(3.0, 6.0)] = Field(default=4.5, ge=0.0, le=10.0)
    """Growth of the lift coefficient with the angle of the wind, per radian. Assumption: box decks, below the flat plate's 2
    pi."""

    admittance: Annotated[float, Assumed.times(0.3, 3.0)] = Field(default=0.1, ge=0.0, le=1.0)
    """What the deck's width and the length of the gusts leave of the lift, as one factor on its deviation. Assumption: a tenth,
    spans of 100 to 200 m and gusts of 20 m."""


class Wind:
    """The wind at one bridge, block by block; blocks are asked for in the order of time."""

    def __init__(self, spec: WindSpec, seed: int, bridge: str) -> None:
        """Take the bridge's name, which draws hang on."""
        self.spec = spec
        self._mean_key, *self._gust_keys = (
            stream_key(seed, f"bridges/wind/{part}", bridge) for part in ("mean", "along", "upward")
        )
        self._log_mean = normals_at(self._mean_key, np.zeros(1, np.int64))
        self._gust = np.zeros(2)
        """Last sample of the standard gusts, along and upwards."""

    def mean_mps(self, t_us: npt.ArrayLike) -> Floats:
        """Return the ten-minute mean at times (n,), straight between the middles of its intervals."""
        knot = np.asarray(t_us, np.float64) / (MEAN_STEP_S * US_PER_S)
        self._reach(int(np.max(knot, initial=0.0)) + 2)
        spec = self.spec
        knots = spec.mean_mps * np.exp(spec.spread * self._log_mean - 0.5 * spec.spread**2)
        return np.asarray(np.interp(knot, np.arange(knots.size), knots))

    def block(self, t_us: int, period_us: int, samples: int) -> tuple[Floats, Floats]:
        """Return (samples,) wind speed, with gusts, and the lift per metre of deck (N/m, downwards) from ``t_us`` on."""
        mean = self.mean_mps(t_us + period_us * np.arange(samples))
        spec, step_s = self.spec, period_us / US_PER_S
        middle = max(float(mean[samples // 2]) if samples else 0.0, 0.1)
        along, upward = (
            self._gusts(which, t_us // period_us, samples, step_s * middle / length_m)
            for which, length_m in ((0, spec.scale_m), (1, spec.scale_m / 6.0))
        )
        deviation = spec.turbulence * mean
        speed: Floats = np.maximum(mean + deviation * along, 0.0)
        lift = -0.5 * AIR_KG_PER_M3 * mean * spec.width_m * spec.lift_slope * spec.admittance
        return speed, lift * spec.upward_share * deviation * upward

    def _reach(self, count: int) -> None:
        """Draw the logarithms of the means up to a number of intervals."""
        kept = math.exp(-MEAN_STEP_S / (3600.0 * self.spec.correlation_h))
        first = self._log_mean.size
        if first < count:
            fresh = math.sqrt(1.0 - kept**2) * normals_at(self._mean_key, np.arange(first, count))
            self._log_mean = np.concatenate((self._log_mean, _carried_on(fresh, kept, float(self._log_mean[-1]))))

    def _gusts(self, which: int, first: int, samples: int, decay: float) -> Floats:
        """Return (samples,) standard gusts that go on from the last block; ``decay`` is the step over their time scale."""
        kept = math.exp(-decay)
        fresh = math.sqrt(1.0 - kept**2) * normals_at(self._gust_keys[which], first + np.arange(samples))
        gusts = _carried_on(fresh, kept, float(self._gust[which]))
        if samples:
            self._gust[which] = gusts[-1]
        return gusts


def _carried_on(fresh: Floats, kept: float, last: float) -> Floats:
    """Return x_n = kept x_(n-1) + fresh_n from ``last`` on."""
    found: Floats = lfilter([1.0], [1.0, -kept], fresh, zi=np.array([kept * last]))[0]
    return found
