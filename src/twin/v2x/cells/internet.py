"""Round-trip times over the public Internet as sampled presets, through three measured quantiles of each country."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.rng import normal_pair, uniform4
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Z_95: Final = 1.6448536269514722
"""The 95 % point of the standard normal distribution. Source: its table, as that of 99 %."""

Z_99: Final = 2.3263478740408408
"""The 99 % point of the standard normal distribution. Source: its table."""


@dataclass(frozen=True, slots=True)
class InternetPreset:
    """Three quantiles of a round-trip time, joined by a lognormal in two pieces.

    The logarithm is linear in the normal score z: through the median and the 95 % point up to that point (the lower half
    mirrors it), through the 95 and 99 % points above it. The three quantiles are met exactly; the rest is assumed.
    """

    p50_s: float
    p95_s: float
    p99_s: float

    @property
    def sigmas(self) -> tuple[float, float]:
        """The slopes of the logarithm against z, below and above the 95 % point."""
        return math.log(self.p95_s / self.p50_s) / Z_95, math.log(self.p99_s / self.p95_s) / (Z_99 - Z_95)

    def at(self, z: npt.ArrayLike) -> Floats:
        """Return the round-trip time in seconds at normal scores ``z``: 0 is the median."""
        low, high = self.sigmas
        score = np.asarray(z, np.float64)
        return self.p50_s * np.exp(low * np.minimum(score, Z_95) + high * np.maximum(score - Z_95, 0.0))


INTERNET: Final = {
    "germany": InternetPreset(0.0088, 0.0238, 0.0621),
    "italy": InternetPreset(0.0094, 0.0267, 0.0376),
    "france": InternetPreset(0.0084, 0.0260, 0.0413),
    "sweden": InternetPreset(0.0068, 0.0204, 0.0298),
}
"""Source: measured within each country (Germany: 9552 times), given by Coll-Perales et al., IEEE TVT 2022; none for China."""


@kernel
def round_trips_us(key: np.uint64, target: Ints, number: Ints, law: tuple[float, float, float]) -> Ints:
    """Return a round-trip time in us for each (target, number), (n,); ``law`` is the median in us and the two slopes."""
    median_us, low, high = law
    found = np.empty(target.size, np.int64)
    for i in range(target.size):
        u = uniform4(key, number[i], target[i], 0)
        z = normal_pair(u[0], u[1])[0]
        found[i] = int(median_us * math.exp(low * min(z, Z_95) + high * max(z - Z_95, 0.0)) + 0.5)
    return found


def draw_round_trips_us(preset: InternetPreset, key: np.uint64, target: Ints, number: Ints) -> Ints:
    """Return a round-trip time in whole microseconds for each (target, number), (n,)."""
    return round_trips_us(key, target, number, (preset.p50_s * US_PER_S, *preset.sigmas))
