"""Upper bounds of what any choice of sites can reach for a budget, for the instance at hand.

Two kinds, of which the smaller one counts. The online bound of Leskovec et al. (KDD 2007, theorem 4), whose proof asks nothing
of the set A: f(any choice) <= f(A) + the most that gains at A add up to within the budget, sites divisible.

And Lagrange's: for prices 0 <= u_i <= w_i / k of vehicle-seconds, whatever they are,

    w_i min(n, k) / k <= k (w_i / k - u_i) + u_i n    for every count n,

since the right side less the left one is (w_i / k - u_i) (k - n) for n < k and u_i (n - k) for others. Summed over the
vehicle-seconds, the first part is a constant, and in the second one a site's worth does not depend on the others: at most it is
a knapsack with divisible sites. The best prices give the bound of the linear program's relaxation (Fisher, "The Lagrangian
relaxation method for solving integer programming problems", Management Science 27, 1981); they are approached by subgradients
with Polyak's steps (section 4 there).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from twin.compilation import kernel
from twin.sweeps.placement.gains import Floats, Instance, Ints, Longs, Taken

MOST_PREFIXES: Final = 12
"""At so many steps of a selection at most the online bound is reckoned; each takes a pass over the matrix."""

MOST_STEPS: Final = 300
"""Steps of the prices at most."""

MOST_WORK: Final = 1_500_000_000
"""Perceptions that are looked at for prices at most, some seconds' work; counted, so that the result is always the same."""

PATIENCE: Final = 12
"""After so many steps without a better bound they are halved."""

ROUNDING: Final = 1e-9
"""A cost may exceed a budget by this share of it."""


def upper_bound(instance: Instance, sites: Sequence[int], budget_cny: float) -> float:
    """Return an upper bound of f over all choices within the budget; ``sites`` is a good one, those that stand first."""
    least, reached = _online(instance, sites, budget_cny)
    return max(reached, min(least, _lagrange(instance, sites, budget_cny, reached)))


def _online(instance: Instance, sites: Sequence[int], budget_cny: float) -> tuple[float, float]:
    """Return the least online bound over prefixes of ``sites``, and f of all of them."""
    taken = Taken(instance)
    first = int(instance.standing.sum())
    looked_at = {*np.linspace(first, len(sites), MOST_PREFIXES).round().astype(int).tolist()}
    value, best = 0.0, np.inf
    for length in range(len(sites) + 1):
        if length in looked_at:
            gains = taken.gains()
            best = min(best, value + float(gains @ _divisible(gains, instance, budget_cny)))
        if length < len(sites):
            value += taken.gain(sites[length])
            taken.take(sites[length])
    return float(best), value


def _lagrange(instance: Instance, sites: Sequence[int], budget_cny: float, reached: float) -> float:
    """Return the least bound over the prices that subgradients lead to, from those at which ``sites`` are worth most."""
    most, k = instance.weight / instance.seen_by, instance.seen_by
    chosen = np.zeros(instance.sites)
    chosen[list(sites)] = 1.0
    price = most / np.maximum(_counts(chosen, instance.offset, instance.item, most.size) / k, 1.0)
    best, pace, idle = np.inf, 1.0, 0
    for _ in range(min(MOST_STEPS, MOST_WORK // max(instance.item.size, 1))):
        worth = _worth(instance.offset, instance.item, price)
        taken = _divisible(worth, instance, budget_cny)
        bound = float(k * (most - price).sum() + worth @ taken)
        best, idle = (bound, 0) if bound < best * (1.0 - 1e-6) else (min(bound, best), idle + 1)
        if idle >= PATIENCE:
            pace, idle = pace / 2.0, 0
        slope = _counts(taken, instance.offset, instance.item, most.size) - k
        slope[((price <= 0.0) & (slope > 0.0)) | ((price >= most) & (slope < 0.0))] = 0.0
        steepness = float(slope @ (most * slope))
        if steepness <= 0.0 or best <= reached * (1.0 + 1e-6):
            break
        # prices as shares of what they are at most: merged items step as they would one by one
        price = np.clip(price - pace * (bound - reached) / steepness * most * slope, 0.0, most)
    return best


@kernel
def _worth(offset: Longs, item: Ints, price: Floats) -> Floats:
    """Return the sum of the prices of what each site perceives."""
    worth = np.zeros(offset.size - 1)
    for site in range(worth.size):
        total = 0.0
        for at in range(offset[site], offset[site + 1]):
            total += price[item[at]]
        worth[site] = total
    return worth


@kernel
def _counts(share: Floats, offset: Longs, item: Ints, items: int) -> Floats:
    """Return by how many sites each item is perceived, sites in shares."""
    counts = np.zeros(items)
    for site in range(share.size):
        if share[site] > 0.0:
            for at in range(offset[site], offset[site + 1]):
                counts[item[at]] += share[site]
    return counts


def _divisible(worth: Floats, instance: Instance, budget_cny: float) -> Floats:
    """Return which share of each site to take where sites can be divided (Dantzig 1957): by worth per cost, the last in part.

    Sites that stand or cost nothing are taken whole; those that alone cost more than the budget are in no choice.
    """
    cost_cny = instance.cost_cny
    free = instance.standing | (cost_cny <= 0.0)
    shares = free.astype(np.float64)
    order = np.flatnonzero(~free & (worth > 0.0) & (cost_cny <= budget_cny * (1.0 + ROUNDING)))
    order = order[np.argsort(-(worth[order] / cost_cny[order]), kind="stable")]
    before_cny = np.cumsum(cost_cny[order]) - cost_cny[order]
    shares[order] = np.clip((budget_cny - before_cny) / cost_cny[order], 0.0, 1.0)
    return shares
