"""Means and differences with confidence intervals: over replications, in pairs, and unpaired for comparison.

Variants of a sweep run with the same seeds see the same traffic and the same draws (common random numbers), so that the
difference of two of them in one seed is free of what the seed does to both. See Law, Simulation Modeling and Analysis (2015),
section 10.2: paired-t interval 10.2.1, Welch's interval 10.2.2, common random numbers 11.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

LEVEL: Final = 0.95
"""Usual confidence level."""

ROUNDING: Final = 1e-14
"""A standard deviation below this share of the mean is what rounding leaves of a constant."""


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


def student_p_value(estimate: Estimate | None) -> float | None:
    """Return how likely a mean at least so far from 0 is where the true one is 0: Student's test, two-sided.

    None for fewer than two values, and for values without any spread (but for rounding), of which nothing is left to chance.
    """
    from scipy.special import stdtr

    if estimate is None or estimate.deviation is None or estimate.deviation <= ROUNDING * abs(estimate.mean):
        return None
    statistic = abs(estimate.mean) / estimate.deviation * np.sqrt(estimate.count)
    return float(2.0 * stdtr(estimate.count - 1, -statistic))


def holm_adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values that hold for all tests of a family together; None stays None and is no member.

    Taken as significant below 5 %, at most one family in twenty has any false member, however the tests depend on each other:
    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979), 65-70.
    """
    order = sorted((value, place) for place, value in enumerate(p_values) if value is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (value, place) in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * value))
        adjusted[place] = largest
    return adjusted


@dataclass(frozen=True, slots=True)
class PairingGain:
    """What common seeds buy for the difference of two means."""

    correlation: float
    """Of the two over the seeds (Pearson)."""
    variance_ratio: float
    """Variance of the difference over the sum of both variances: 1 without correlation, 0 where the seed explains all."""


def pairing_gain(values: npt.ArrayLike, baseline: npt.ArrayLike) -> PairingGain | None:
    """Return what pairing buys; None for fewer than two pairs and where one of the two has no spread.

    Var(X - Y) = Var X + Var Y - 2 Cov(X, Y): Law (2015), section 11.2.
    """
    first, second = _same_length(values, baseline)
    if first.size < 2:
        return None
    (own, shared), (_, other) = np.cov(first, second).tolist()
    if own <= 0.0 or other <= 0.0:
        return None
    return PairingGain(shared / float(np.sqrt(own) * np.sqrt(other)), (own + other - 2.0 * shared) / (own + other))


def _same_length(values: npt.ArrayLike, baseline: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    first, second = np.asarray(values, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    if first.shape != second.shape:
        raise ValueError(f"{first.size} values cannot be paired with {second.size}")
    return first, second


def _student(level: float, degrees: float) -> float:
    """Return the quantile of Student's distribution that leaves (1 - level)/2 above."""
    from scipy.special import stdtrit  # what scipy.stats.t.ppf calls; scipy.stats takes half a second to import

    return float(stdtrit(degrees, 0.5 + level / 2.0))
