"""Vehicle-seconds that the very same sites perceive are one item with their common weight: the same values, less to look at.

A vehicle that waits at a red light is seen by the same sites second after second, so a matrix of the CBD shrinks to a
twenty-fifth of its perceptions.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.sweeps.placement.gains import Floats, Instance, Ints, Longs

Keys = npt.NDArray[np.uint64]


def merged(
    offset: Longs, item: Ints, weight: Floats, seen_by: int, cost_cny: Floats, standing: npt.NDArray[np.bool_]
) -> Instance:
    """Return the instance with items of one set of sites merged; arrays as those of ``Instance``.

    Sets are told apart by 128 bits, the exclusive or of a fixed number for each site (Zobrist 1970): that two of a billion
    different sets agree has a probability of 2e-21.
    """
    digests = [hashlib.blake2b(site.to_bytes(8, "little"), digest_size=16).digest() for site in range(cost_cny.size)]
    of_site = np.frombuffer(b"".join(digests), np.uint64).reshape(-1, 2)
    keys = _keys(offset, item, of_site, weight.size)
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    new = np.ones(order.size, np.bool_)
    new[1:] = (keys[order[1:]] != keys[order[:-1]]).any(axis=1)
    group = np.empty(order.size, np.int32)
    group[order] = np.cumsum(new, dtype=np.int32) - 1
    first = np.zeros(order.size, np.bool_)
    first[order[new]] = True
    kept = first[item]
    lengths = np.concatenate(([0], np.cumsum(kept, dtype=np.int64)))[offset]
    whole: Floats = np.bincount(group, weights=weight, minlength=int(new.sum())).astype(np.float64)
    return Instance(lengths, group[item[kept]], whole, seen_by, cost_cny, standing)


@kernel
def _keys(offset: Longs, item: Ints, of_site: Keys, items: int) -> Keys:
    """Return the key of the set of sites that perceive each item, (items, 2)."""
    keys = np.zeros((items, 2), np.uint64)
    for site in range(offset.size - 1):
        for at in range(offset[site], offset[site + 1]):
            keys[item[at], 0] ^= of_site[site, 0]
            keys[item[at], 1] ^= of_site[site, 1]
    return keys
