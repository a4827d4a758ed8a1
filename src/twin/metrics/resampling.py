"""The studentised bootstrap (bootstrap-t) interval of a mean: for values that are skewed, where Student's interval misses.

B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), section 12.5; P. Hall, "Theoretical comparison of
bootstrap confidence intervals", Annals of Statistics 16 (1988), 927-953. For a paired difference the values are the
differences, seed by seed. How often it holds the truth: docs/statistics.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.metrics.statistics import LEVEL, ROUNDING
from twin.rng import stream_key, uniform4

RESAMPLES: Final = 9_999
"""With one more these are a multiple of 40, so that both ends of a 95 % interval are values that were drawn (A. C. Davison and
D. V. Hinkley, Bootstrap Methods and their Application, 1997, section 2.4)."""

FEWEST: Final = 5
"""Values below which there is no studentised interval: resamples of four values take 35 forms, of which four have no spread."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From where to where, in the unit of the values."""

    low: float
    high: float


def studentised_interval(values: npt.ArrayLike, name: str, level: float = LEVEL, resamples: int = RESAMPLES) -> Interval | None:
    """Return the equal-tailed bootstrap-t interval of the mean of independent ``values``, (n,).

    ``name`` keys the draws: the same values under the same name have the same interval, on every machine. None for fewer than
    ``FEWEST`` values, and where a bound is infinite: see ``studentised_bounds``.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.size < FEWEST:
        return None
    (low, high), *_ = studentised_bounds(
        sample[None, :], np.array([stream_key(0, "bootstrap", name)]), level, resamples
    ).tolist()
    return Interval(low, high) if np.isfinite([low, high]).all() else None


def studentised_bounds(
    samples: npt.NDArray[np.float64], keys: npt.NDArray[np.uint64], level: float = LEVEL, resamples: int = RESAMPLES
) -> npt.NDArray[np.float64]:
    """Return (m, 2) bounds of the means of m samples, (m, n); ``keys``, (m,), are those of the samples' streams of draws.

    mean - t*(1 - a/2) s / sqrt(n) to mean - t*(a/2) s / sqrt(n), where t* are the quantiles of (mean* - mean) / (s* / sqrt(n))
    over the resamples. A resample whose values are all the same has no s*: it counts as infinitely far, on the side of its
    mean, so that many of them make the interval infinite rather than narrow. Samples without any spread have no width.
    """
    count = samples.shape[1]
    means = samples.mean(axis=1)
    centred = samples - means[:, None]
    deviations = centred.std(axis=1, ddof=1)
    deviations[deviations <= ROUNDING * np.abs(means)] = 0.0
    statistics = _statistics(centred, keys, resamples)
    tail = max(round((resamples + 1) * (1.0 - level) / 2.0), 1)
    statistics.partition([tail - 1, resamples - tail], axis=1)
    ends = statistics[:, [resamples - tail, tail - 1]]
    scale = (deviations / np.sqrt(count))[:, None]
    with np.errstate(invalid="ignore"):  # nothing times infinity
        bounds: npt.NDArray[np.float64] = means[:, None] - np.where(scale > 0.0, ends * scale, 0.0)
    return bounds


@kernel
def _statistics(centred: npt.NDArray[np.float64], keys: npt.NDArray[np.uint64], resamples: int) -> npt.NDArray[np.float64]:
    """Return (m, resamples) studentised means of resamples of the centred samples, (m, n)."""
    samples, count = centred.shape
    out = np.empty((samples, resamples))
    for row in range(samples):
        largest = np.abs(centred[row]).max()
        for resample in range(resamples):
            total, squares = 0.0, 0.0
            for block in range((count + 3) // 4):
                draws = uniform4(keys[row], resample, 0, block)
                for place in range(min(4, count - 4 * block)):
                    value = centred[row, int(draws[place] * count)]
                    total += value
                    squares += value * value
            mean = total / count
            variance = (squares - count * mean * mean) / (count - 1)
            if variance > ROUNDING * largest * largest:
                out[row, resample] = mean / np.sqrt(variance / count)
            else:
                out[row, resample] = np.sign(mean) * np.inf if mean != 0.0 else 0.0
    return out
