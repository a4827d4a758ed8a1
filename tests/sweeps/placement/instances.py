"""Small random instances of a placement, as matrices and as dictionaries of sets."""

from __future__ import annotations

import numpy as np

from twin.sweeps.placement.gains import Instance


def random_instance(seed: int, sites: int = 14, items: int = 90, seen_by: int = 1, standing: int = 0) -> Instance:
    """Return an instance whose sites perceive intervals of items that lie on a ring, of several lengths and prices."""
    draw = np.random.default_rng(seed)
    rows = []
    for _ in range(sites):
        start, length = int(draw.integers(items)), int(draw.integers(3, items // 3))
        kept = draw.random(length) < 0.8
        rows.append(np.unique((start + np.arange(length)[kept]) % items))
    offset = np.concatenate(([0], np.cumsum([row.size for row in rows]))).astype(np.int64)
    cost = draw.choice([100.0, 150.0, 250.0, 400.0], sites)
    there = np.zeros(sites, np.bool_)
    there[:standing] = True
    weight = draw.integers(1, 5, items).astype(np.float64)
    return Instance(offset, np.concatenate(rows).astype(np.int32), weight, seen_by, np.where(there, 0.0, cost), there)


def value_of(instance: Instance, chosen: tuple[int, ...]) -> float:
    """Return f of a choice, counted one by one."""
    counts = dict.fromkeys(range(instance.weight.size), 0)
    for site in chosen:
        for item in instance.item[instance.offset[site] : instance.offset[site + 1]].tolist():
            counts[item] += 1
    return sum(float(instance.weight[i]) * min(n, instance.seen_by) / instance.seen_by for i, n in counts.items())
