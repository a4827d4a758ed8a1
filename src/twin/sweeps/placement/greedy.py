"""Which sites to take for a budget: lazy greedy.

Leskovec, Krause, Guestrin, Faloutsos, VanBriesen, Glance, "Cost-effective outbreak detection in networks", KDD 2007: the better
of greedy by gain and greedy by gain per cost reaches (1 - 1/e) / 2 = 31.6 % of the optimum at least (theorem 3; for coverage
Khuller, Moss, Naor, "The budgeted maximum coverage problem", Information Processing Letters 70, 1999); gains are only reckoned
anew when they come up (CELF), since they only fall. What is made as large as can be, f, is defined in ``gains``, how much the
optimum can be better at most in ``bound``. Small instances are also begun with every one, two or three sites: with three,
1 - 1/e = 63.2 % are reached at least (Sviridenko, "A note on maximizing a submodular set function subject to a knapsack
constraint", Operations Research Letters 32, 2004).
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.sweeps.placement.bound import ROUNDING, upper_bound
from twin.sweeps.placement.gains import Floats, Instance, Taken

MOST_BEGINNINGS: Final = 1500
"""So many beginnings of a selection are tried at most: all of up to three of 20 sites are 1,350."""

MOST_WORK: Final = 100_000_000
"""Beginnings times perceptions are no more than this: a second's work."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Sites for a budget, in the order in which they are best built: those that stand first."""

    budget_cny: float
    sites: tuple[int, ...]
    gains: tuple[float, ...]
    """What each adds to f after those before it."""
    bound: float
    """No choice within the budget has a larger f."""

    @property
    def value(self) -> float:
        """F of the sites."""
        return sum(self.gains)

    @property
    def gap_share(self) -> float:
        """By which share of the bound the optimum can be better at most."""
        return max(0.0, 1.0 - self.value / self.bound) if self.bound > 0.0 else 0.0


def select(instance: Instance, budget_cny: float) -> Selection:
    """Return the best of the greedy selections with a bound of the optimum. Nothing is drawn: the first of equal ones wins."""
    found = [greedy(instance, budget_cny, by_cost=by_cost) for by_cost in (True, False)]
    found += [greedy(instance, budget_cny, beginning) for beginning in _beginnings(instance, budget_cny)]
    sites, gains = max(found, key=lambda one: sum(one[1]))
    if sites not in [plain for plain, _ in found[:2]]:  # a beginning need not be what is best built first
        sites, gains = greedy(instance, budget_cny, among=sites)
    return Selection(budget_cny, tuple(sites), tuple(gains), upper_bound(instance, sites, budget_cny))


def greedy(
    instance: Instance,
    budget_cny: float,
    beginning: Iterable[int] = (),
    *,
    by_cost: bool = True,
    among: Sequence[int] | None = None,
) -> tuple[list[int], list[float]]:
    """Return sites within the budget and what each adds: those that stand, the ``beginning``, then the best of what still fits.

    ``by_cost``: the best is who adds most per cost, else who adds most; the first of equal ones. ``among``: of these alone.
    """
    taken = Taken(instance)
    sites, gains = [], []
    for site in (*np.flatnonzero(instance.standing).tolist(), *beginning):
        gains.append(taken.gain(site))
        sites.append(site)
        taken.take(site)
    per = _per(instance) if by_cost else np.ones(instance.sites)
    keys = taken.gains() / per
    queue = [(-float(keys[site]), site) for site in np.flatnonzero(keys > 0.0).tolist() if among is None or site in among]
    heapq.heapify(queue)
    left_cny, slack_cny = budget_cny - float(instance.cost_cny[sites].sum()), ROUNDING * budget_cny
    while queue:
        _, site = heapq.heappop(queue)
        if instance.cost_cny[site] > left_cny + slack_cny:
            continue  # nor will it fit later
        gain = taken.gain(site)
        if gain <= 0.0:
            continue
        again = (-gain / float(per[site]), site)
        if queue and again > queue[0]:
            heapq.heappush(queue, again)
            continue
        sites.append(site)
        gains.append(gain)
        taken.take(site)
        left_cny -= float(instance.cost_cny[site])
    return sites, gains


def _beginnings(instance: Instance, budget_cny: float) -> Iterator[tuple[int, ...]]:
    """Yield the beginnings to try: all of one site, of two, of three, as far as they are few enough, that can be paid."""
    free = np.flatnonzero(~instance.standing).tolist()
    tried = 0
    for length in (1, 2, 3):
        tried += math.comb(len(free), length)
        if tried > MOST_BEGINNINGS or tried * instance.item.size > MOST_WORK:
            return
        for beginning in itertools.combinations(free, length):
            if float(instance.cost_cny[list(beginning)].sum()) <= budget_cny * (1.0 + ROUNDING):
                yield beginning


def _per(instance: Instance) -> Floats:
    """Return what gains are divided by: the costs; what costs nothing comes first."""
    return np.maximum(instance.cost_cny, 1e-6)
