"""What sites add to what others perceive: kernels over a sparse matrix, sites by vehicle-seconds.

The value of sites S is f(S) = sum over vehicle-seconds i of w_i min(n_i(S), k) / k, where n_i(S) counts the sites of S that
perceive i. f is monotone and submodular for every k: a sum of concave functions of counts. The share that at least k sites
perceive is not submodular for k >= 2 (a first site adds nothing, a second one does), so that no greedy choice has a guarantee
for it; it is reported beside f. For k = 1 the two are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Instance:
    """What is to be chosen from; a site is a row of the matrix in compressed sparse rows."""

    offset: npt.NDArray[np.int64]
    """(sites + 1,)"""
    item: npt.NDArray[np.int32]
    """(perceptions,)"""
    weight: Floats
    """(vehicle-seconds,): what each is worth when ``seen_by`` sites perceive it, w."""
    seen_by: int
    """k."""
    cost_cny: Floats
    """(sites,)"""
    standing: npt.NDArray[np.bool_]
    """(sites,): which are there anyhow."""

    @property
    def sites(self) -> int:
        """Number of sites."""
        return self.cost_cny.size


@kernel
def _gain(site: int, offset: Longs, item: Ints, part: Floats, k: int, counts: Counts) -> float:
    """Return what a site adds to f: ``part`` (w / k) of what fewer than ``k`` perceive."""
    gain = 0.0
    for at in range(offset[site], offset[site + 1]):
        i = item[at]
        if counts[i] < k:
            gain += part[i]
    return gain


@kernel
def _gains(offset: Longs, item: Ints, part: Floats, k: int, counts: Counts) -> Floats:
    """Return what every site adds."""
    gains = np.zeros(offset.size - 1)
    for site in range(gains.size):
        gain = 0.0
        for at in range(offset[site], offset[site + 1]):
            i = item[at]
            if counts[i] < k:
                gain += part[i]
        gains[site] = gain
    return gains


@kernel
def _count(site: int, by: int, offset: Longs, item: Ints, counts: Counts) -> None:
    """Add ``by`` to the count of everything that a site perceives."""
    for at in range(offset[site], offset[site + 1]):
        counts[item[at]] += by


class Taken:
    """Some sites of an instance, and what others would add to them."""

    def __init__(self, instance: Instance) -> None:
        """Begin with none, not even with those that stand."""
        self._rows = instance.offset, instance.item
        self._part = instance.weight / instance.seen_by
        self._k = instance.seen_by
        self._counts = np.zeros(instance.weight.size, np.int16)
        self._mask = np.zeros(instance.sites, np.bool_)

    def gain(self, site: int) -> float:
        """Return by how much f rises with a site that is not taken."""
        return float(_gain(site, *self._rows, self._part, self._k, self._counts))

    def gains(self) -> Floats:
        """Return the same for all sites, (sites,); 0 for those that are taken."""
        found: Floats = _gains(*self._rows, self._part, self._k, self._counts)
        found[self._mask] = 0.0
        return found

    def take(self, site: int) -> None:
        """Take a site."""
        _count(site, 1, *self._rows, self._counts)
        self._mask[site] = True

    def give_back(self, site: int) -> None:
        """Take a site no longer."""
        _count(site, -1, *self._rows, self._counts)
        self._mask[site] = False
