"""Life-cycle cost: what a deployment costs over a horizon, replacements included, as money of today."""

from __future__ import annotations

import math
from typing import Final

REMOVAL: Final = "removal"
"""Item that is paid once and never replaced."""


_NO_RATE: Final = 1e-12
"""A smaller rate changes nothing that a float can hold, and cannot be divided by."""


def replaced_cost(price: float, life_years: float, horizon_years: float, discount_rate: float) -> float:
    """Return the present value of owning something over ``horizon_years``: bought at once and again after each life.

    Sum over k = 0, 1, … with k L < H of P (1 + r)^(-k L), less what the last one is still worth at the horizon: the share of
    its life that is left, of its price, times (1 + r)^(-H). S. K. Fuller, S. R. Petersen, Life-Cycle Costing Manual, NIST
    Handbook 135 (1996), chapters 4 (residual values prorated linearly) and 5; ISO 15686-5 (2017). Without discount that is
    P H / L.
    """
    bought = max(math.ceil(horizon_years / life_years - 1e-9), 1)
    growth = 1.0 + discount_rate
    left_share = bought - horizon_years / life_years
    paid = math.fsum(math.pow(growth, -k * life_years) for k in range(bought))
    return price * (paid - left_share * math.pow(growth, -horizon_years))


def recurring_factor(horizon_years: float, discount_rate: float) -> float:
    """Return the present value of 1 paid each year at its end: (1 - (1 + r)^-H) / r, H without discount (same, chapter 3)."""
    if discount_rate < _NO_RATE:
        return horizon_years
    return -math.expm1(-horizon_years * math.log1p(discount_rate)) / discount_rate
