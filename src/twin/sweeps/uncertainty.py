"""What assumptions do to results: bands with and without them, rankings that survive, the assumptions that matter.

All here works on arrays of figures, whoever ran them. ``mid`` is (seeds,), every assumption at its middle; ``drawn`` is (draws,
seeds), all assumptions drawn anew in each row, the same seeds in each: common random numbers make the two ways of the table
crossed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.metrics.statistics import LEVEL, Estimate, mean_estimate

Floats = npt.NDArray[np.float64]

BANDS: Final = "bands"
RANKINGS: Final = "rankings"
TORNADO: Final = "tornado"
DRAWS: Final = "draws"

_DEVIATIONS: Final = ("deviation_assumptions", "deviation_seeds", "deviation_rest")
_SWINGS: Final = ("at_low", "at_low_half_width", "at_high", "at_high_half_width")

COLUMNS: Final = {
    BANDS: ("minus", "seeds", "draws", "mid", "chance_half_width", "mean", "low", "high", *_DEVIATIONS),
    RANKINGS: ("first", "second", "above", "draws", "share", "low", "high"),
    TORNADO: ("minus", "assumption", "low_value", "high_value", "rank_correlation", *_SWINGS),
    DRAWS: ("draw", "assumption", "share", "value"),
}
"""Columns of the tables of a study beside metric and axes; no axis may be called after them."""


@dataclass(frozen=True, slots=True)
class Components:
    """Standard deviations of one figure by where they come from."""

    assumptions: float
    """Between draws, what their seeds add to it taken off."""
    seeds: float | None
    """Between seeds, the same in all draws; None with one seed."""
    rest: float | None
    """What a seed does to one draw and not to another; None with one seed."""


@dataclass(frozen=True, slots=True)
class Band:
    """A figure's mean over the seeds, twice with an interval of 95 %."""

    mid: Estimate
    """Every assumption at its middle; ``half_width`` is what chance leaves open, None with one seed."""
    draws: int
    mean: float
    """Over all draws."""
    low: float
    """Lower end of the band with the assumptions and chance."""
    high: float
    components: Components


@dataclass(frozen=True, slots=True)
class Survival:
    """How often one variant stays above or below another."""

    above: bool
    """Whether the first is above with every assumption at its middle."""
    draws: int
    share: float
    """Of the draws in which it is so as well."""
    low: float
    """Interval of that share, 95 %."""
    high: float


@dataclass(frozen=True, slots=True)
class Swing:
    """What one assumption at its ends does to a figure, the others at their middle."""

    at_low: Estimate
    """Difference to the middle, seed by seed."""
    at_high: Estimate

    @property
    def size(self) -> float:
        """The larger of the two, whatever its sign."""
        return max(abs(self.at_low.mean), abs(self.at_high.mean))


def components(drawn: Floats) -> Components:
    """Return the standard deviations of a crossed table of draws and seeds, from its analysis of variance.

    Random model without replication, y = m + draw + seed + rest: draws (MS_d - MS_e) / seeds, seeds (MS_s - MS_e) / draws, rest
    MS_e; an estimate below 0 is 0. S. R. Searle, G. Casella, C. E. McCulloch, Variance Components (1992), chapter 4. With one
    seed the rest cannot be told from the draws and counts as theirs.
    """
    draws, seeds = drawn.shape
    by_draw, by_seed, mean = drawn.mean(axis=1), drawn.mean(axis=0), drawn.mean()
    if seeds == 1:
        return Components(float(by_draw.std(ddof=1)), None, None)
    left = drawn - by_draw[:, None] - by_seed[None, :] + mean
    rest = float(np.sum(left**2)) / ((draws - 1) * (seeds - 1))
    of_draws = seeds * float(np.sum((by_draw - mean) ** 2)) / (draws - 1)
    of_seeds = draws * float(np.sum((by_seed - mean) ** 2)) / (seeds - 1)
    return Components(
        math.sqrt(max(of_draws - rest, 0.0) / seeds), math.sqrt(max(of_seeds - rest, 0.0) / draws), math.sqrt(rest)
    )


def band(mid: Floats, drawn: Floats) -> Band | None:
    """Return a figure's bands; None where no seed at the middle, or fewer than two draws, have the figure.

    The draws' means are drawn together until their variance is that of the assumptions alone (T. A. Louis, "Estimating a
    population of parameter values using Bayes and empirical Bayes methods", Journal of the American Statistical Association 79,
    1984), since what the seeds add to them is chance; then their 2.5 and 97.5 % ends are taken. What chance leaves open of a
    mean over the seeds is added to each side in squares, as an error independent of the assumptions.
    """
    drawn = complete(drawn)
    estimate = mean_estimate(mid[~np.isnan(mid)])
    if estimate is None or drawn.shape[0] < 2:
        return None
    parts, means = components(drawn), drawn.mean(axis=1)
    mean, spread = float(means.mean()), float(means.std(ddof=1))
    shrunk = mean + (means - mean) * (parts.assumptions / spread if spread > 0.0 else 0.0)
    ends = np.quantile(shrunk, [0.5 - LEVEL / 2.0, 0.5 + LEVEL / 2.0])
    chance = estimate.half_width or 0.0
    below, above = (math.hypot(float(end) - mean, chance) for end in ends)
    return Band(estimate, drawn.shape[0], mean, mean - below, mean + above, parts)


def complete(drawn: Floats) -> Floats:
    """Return the draws in which every seed has the figure."""
    return drawn[~np.isnan(drawn).any(axis=1)]


def survival(mid_difference: Floats, drawn_difference: Floats) -> Survival | None:
    """Return how often a difference keeps the sign of its mean at the middle; None where that is 0 or nothing was drawn.

    The interval is Clopper and Pearson's (Biometrika 26, 1934), exact for independent draws; those of a Latin hypercube vary no
    more than independent ones where the figure is monotone in the assumptions (McKay, Beckman, Conover, 1979).
    """
    from scipy.special import betaincinv

    differences = complete(drawn_difference).mean(axis=1)
    at_mid = mid_difference[~np.isnan(mid_difference)]
    if not differences.size or not at_mid.size or at_mid.mean() == 0.0:
        return None
    above, draws = bool(at_mid.mean() > 0.0), differences.size
    kept = int(np.count_nonzero(differences > 0.0 if above else differences < 0.0))
    tail = 0.5 - LEVEL / 2.0
    low = float(betaincinv(kept, draws - kept + 1, tail)) if kept else 0.0
    high = float(betaincinv(kept + 1, draws - kept, 1.0 - tail)) if kept < draws else 1.0
    return Survival(above, draws, kept / draws, low, high)


def rank_correlations(shares: Floats, drawn: Floats) -> Floats:
    """Return (assumptions,) how closely a figure's mean over the seeds follows each assumption: Spearman's rank correlation.

    ``shares`` is (draws, assumptions). With n draws and no connection at all it strays by 1 / sqrt(n - 1) about 0. Regression
    on ranks would need more draws than assumptions; in a Latin hypercube the columns hardly go together, so that one at a time
    tells nearly the same. 0 for a figure that nothing changes.
    """
    kept = ~np.isnan(drawn).any(axis=1)
    means = drawn[kept].mean(axis=1)
    if means.size < 2 or np.ptp(means) == 0.0:
        return np.zeros(shares.shape[1])
    ranks = _ranks(means)
    columns = np.stack([_ranks(column) for column in shares[kept].T], axis=1)
    ranks, columns = ranks - ranks.mean(), columns - columns.mean(axis=0)
    found: Floats = columns.T @ ranks / np.sqrt(np.sum(columns**2, axis=0) * np.sum(ranks**2))
    return found


def _ranks(values: Floats) -> Floats:
    """Return ranks, equal values sharing their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - 0.5 * (counts - 1.0))[inverse]
    return ranks


def leading(correlations: Floats, count: int) -> list[int]:
    """Return the ``count`` assumptions that any figure follows most closely, in their own order.

    ``correlations`` is (figures, assumptions). Each figure names its closest assumption in turn, then its second, and
    so on; one that nothing changes names none.
    """
    if correlations.shape[1] <= count:
        return list(range(correlations.shape[1]))
    order = np.argsort(-np.abs(correlations), axis=1, kind="stable")
    ranked = ((figure, int(place)) for places in order.T for figure, place in enumerate(places))
    named = dict.fromkeys(assumption for figure, assumption in ranked if correlations[figure, assumption] != 0.0)
    return sorted(list(named)[:count])


def swing(mid: Floats, at_low: Floats, at_high: Floats) -> Swing | None:
    """Return what an assumption's two ends do, all (seeds,); None where no seed has all three."""
    kept = ~np.isnan(mid + at_low + at_high)
    low, high = mean_estimate((at_low - mid)[kept]), mean_estimate((at_high - mid)[kept])
    return Swing(low, high) if low is not None and high is not None else None
