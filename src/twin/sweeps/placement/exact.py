"""The best choice of sites itself, for instances that are small enough: a mixed-integer linear program."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from twin.errors import TwinError
from twin.messages import say
from twin.sweeps.placement.gains import Instance


def best_choice(instance: Instance, budget_cny: float) -> tuple[tuple[int, ...], float]:
    """Return the sites of an optimal choice within the budget, those that stand among them, and their f.

    Maximise sum of w_i z_i / k over x (sites, 0 or 1) and z (vehicle-seconds, 0 to k), where z_i <= the number of chosen sites
    that perceive i: the location problem of Church and ReVelle, "The maximal covering location problem", Papers of the
    Regional Science Association 32 (1974), with costs. Solved by HiGHS to a gap of 0. Raise TwinError where that fails.
    """
    sites, items = instance.sites, instance.weight.size
    matrix = scipy.sparse.csr_array((np.ones(instance.item.size), instance.item, instance.offset), shape=(sites, items))
    seen = scipy.sparse.hstack([-matrix.T, scipy.sparse.eye_array(items)], format="csr")
    paid = np.concatenate([np.where(instance.standing, 0.0, instance.cost_cny), np.zeros(items)])
    least = np.concatenate([instance.standing.astype(float), np.zeros(items)])
    most = np.concatenate([np.ones(sites), np.full(items, float(instance.seen_by))])
    worth = instance.weight / instance.seen_by
    found = milp(
        np.concatenate([np.zeros(sites), -worth]),
        integrality=np.concatenate([np.ones(sites), np.zeros(items)]),
        bounds=Bounds(least, most),
        constraints=[LinearConstraint(seen, -np.inf, 0.0), LinearConstraint(paid[np.newaxis], -np.inf, budget_cny)],
        options={"mip_rel_gap": 0.0},
    )
    if not found.success:
        raise TwinError(say("placement.unsolved", reason=found.message))
    chosen = np.flatnonzero(found.x[:sites] > 0.5)
    counts: npt.NDArray[np.float64] = np.asarray(matrix[chosen].sum(axis=0))
    return tuple(chosen.tolist()), float(worth @ np.minimum(counts, instance.seen_by))
