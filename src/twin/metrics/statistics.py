"""Means and differences with confidence intervals: over replications, in pairs, and unpaired for comparison.

Variants of a sweep run with the same seeds see the same traffic and the same draws (common random numbers), so that the
difference of two of them in one seed is free of what the seed does to both. See Law, Simulation Modeling and Analysis (2015),
section 10.2: paired-t interval 10.2.1, Welch's interval 10.2.2, common random numbers 11.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

LEVEL: Final = 0.95
"""Usual confidence level."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its confidence interval, in the unit of the values."""

    count: int
    """Values that it comes from."""
    mean: float
    deviation: float | None
    """Standard deviation of the values (n - 1 below); None for fewer than two."""
    half_width: float | None
    """Half the width of the confidence interval; None for fewer than two values."""


@dataclass(frozen=True, slots=True)
class UnpairedDifference:
    """A difference of two means with Welch's interval, in the unit of the values."""

    mean: float
    degrees_of_freedom: float
    half_width: float | None
    """Half the width of the confidence interval; None when one of the two has fewer than two values."""


def mean_estimate(values: npt.ArrayLike, level: float = LEVEL) -> Estimate | None:
    """Return mean, standard deviation and Student's interval of independent ``values``; None for no value.

    Half width = t(1 - (1 - level)/2; n - 1) s / sqrt(n): Student (1908); Law (2015), equation 4.12. Exact for normal values.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.size == 0:
        return None
    mean = float(sample.mean())
    if sample.size == 1:
        return Estimate(1, mean, None, None)
    deviation = float(sample.std(ddof=1))
    half_width = _student(level, sample.size - 1) * deviation / np.sqrt(sample.size)
    return Estimate(sample.size, mean, deviation, float(half_width))


def paired_difference(values: npt.ArrayLike, baseline: npt.ArrayLike, level: float = LEVEL) -> Estimate | None:
    """Return the mean of ``values - baseline`` with its interval; the n-th of both come from the same seed. None for no pair.

    Raises ValueError when the two are not of one length.
    """
    return mean_estimate(np.subtract(*_same_length(values, baseline)), level)


def unpaired_difference(values: npt.ArrayLike, baseline: npt.ArrayLike, level: float = LEVEL) -> UnpairedDifference | None:
    """Return ``mean(values) - mean(baseline)`` with the interval that ignores the pairing; None when one of them is empty.

    Welch (1947), Biometrika 34, pages 28-35: standard error sqrt(s1^2/n1 + s2^2/n2), degrees of freedom by Satterthwaite.
    """
    first, second = mean_estimate(values, level), mean_estimate(baseline, level)
    if first is None or second is None:
        return None
    difference = first.mean - second.mean
    if first.deviation is None or second.deviation is None:
        return UnpairedDifference(difference, 0.0, None)
    parts = np.array([first.deviation**2 / first.count, second.deviation**2 / second.count])
    freedom = np.array([first.count - 1, second.count - 1])
    if not parts.any():
        return UnpairedDifference(difference, float(freedom.sum()), 0.0)
    shares = parts / parts.sum()  # normalised first, or squares of tiny variances would underflow
    degrees = float(1.0 / np.sum(shares**2 / freedom))
    return UnpairedDifference(difference, degrees, float(_student(level, degrees) * np.sqrt(parts.sum())))


def _same_length(values: npt.ArrayLike, baseline: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    first, second = np.asarray(values, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    if first.shape != second.shape:
        raise ValueError(f"{first.size} values cannot be paired with {second.size}")
    return first, second


def _student(level: float, degrees: float) -> float:
    """Return the quantile of Student's distribution that leaves (1 - level)/2 above."""
    from scipy.special import stdtrit  # what scipy.stats.t.ppf calls; scipy.stats takes half a second to import

    return float(stdtrit(degrees, 0.5 + level / 2.0))
