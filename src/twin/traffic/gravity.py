"""The doubly constrained gravity model: trips between zones from what begins and ends in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ROUNDS: Final = 2000
TOLERANCE: Final = 1e-9
"""Balancing ends when no row and no column misses its total by more than this share of all trips."""


@dataclass(frozen=True, slots=True)
class Balanced:
    """A matrix with the totals that were asked for, as far as they can be had."""

    trips: Floats
    rounds: int
    missed: float
    """Largest difference of a row's or a column's total, as a share of all trips."""


def deterrence(kind: Literal["exponential", "power"], beta: float, cost_min: Floats) -> Floats:
    """Return how much rarer trips are for their cost (minutes): exp(-beta c) or c^-beta; 0 where the cost is infinite.

    Source: J. de D. Ortuzar, L. G. Willumsen, Modelling Transport, 4th ed. (2011), section 5.3.
    """
    there = np.isfinite(cost_min)
    cost = np.where(there, cost_min, 1.0)
    factor = np.exp(-beta * cost) if kind == "exponential" else np.maximum(cost, 1.0 / 60.0) ** -beta
    return np.where(there, factor, 0.0)


def furness(seed: Floats, productions: Floats, attractions: Floats) -> Balanced:
    """Return ``seed`` (zones, zones) with rows and columns scaled in turn until they sum up to the totals.

    Where the totals differ, ``attractions`` are first scaled to the sum of ``productions``. Cells that are 0 stay 0, so that
    totals may be out of reach: ``missed`` says by how much. Source: K. P. Furness, "Time function iteration", Traffic
    Engineering and Control 7 (1965) 458-460; the same as iterative proportional fitting (W. E. Deming, F. F. Stephan, Annals of
    Mathematical Statistics 11 (1940) 427-444).
    """
    total = float(productions.sum())
    if total <= 0.0 or float(attractions.sum()) <= 0.0:
        return Balanced(np.zeros_like(seed), 0, 0.0)
    wanted = attractions * (total / float(attractions.sum()))
    trips = seed.astype(np.float64).copy()
    missed, rounds = np.inf, 0
    while rounds < ROUNDS and missed > TOLERANCE:
        trips *= _ratio(productions, trips.sum(axis=1))[:, None]
        trips *= _ratio(wanted, trips.sum(axis=0))[None, :]
        missed = float(max(np.abs(trips.sum(axis=1) - productions).max(), np.abs(trips.sum(axis=0) - wanted).max())) / total
        rounds += 1
    return Balanced(trips, rounds, missed)


def _ratio(wanted: Floats, found: Floats) -> Floats:
    return np.divide(wanted, found, out=np.zeros_like(found), where=found > 0.0)
