"""Conversions at the edges; inside, everything is SI and every name ends in its unit."""

from __future__ import annotations

US_PER_S = 1_000_000
"""The clock counts integer microseconds."""

MPS_PER_KMH = 1.0 / 3.6
MPS_PER_MPH = 0.44704
"""Exact, by the definition of the international mile (1959)."""

CM_PER_M = 100

HOURS_A_YEAR = 8766.0
"""365.25 days."""

CNY_PER_10K = 10_000.0
"""Yuan in a wan (万元)."""


def to_us(seconds: float) -> int:
    """Return ``seconds`` as whole microseconds, rounded to the nearest."""
    return round(seconds * US_PER_S)


def to_s(t_us: int) -> float:
    """Return microseconds as seconds."""
    return t_us / US_PER_S
