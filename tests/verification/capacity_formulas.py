"""Closed formulas of traffic engineering: capacity of a signal and of a minor road, Webster's cycle and delay."""

from __future__ import annotations

import math


def signal_capacity_vph(saturation_vph: float, green_s: float, cycle_s: float) -> float:
    """Return s g / C with the effective green (shown green less start-up lost time, and what passes at yellow)."""
    return saturation_vph * green_s / cycle_s


def two_way_stop_capacity_vph(conflicting_vph: float, critical_gap_s: float, follow_up_s: float) -> float:
    """Return how many vehicles an hour of a minor stream find gaps in Poisson conflicting traffic.

    c = v exp(-v tc / 3600) / (1 - exp(-v tf / 3600)): HCM 2000, equation 17-3 (Harders 1968); 3600 / tf without traffic.
    """
    if conflicting_vph <= 0.0:
        return 3600.0 / follow_up_s
    gone = math.exp(-conflicting_vph * critical_gap_s / 3600.0)
    return conflicting_vph * gone / (1.0 - math.exp(-conflicting_vph * follow_up_s / 3600.0))


def webster_cycle_s(lost_s: float, critical_flow_ratios: tuple[float, ...]) -> float:
    """Return Webster's cycle of least delay, (1.5 L + 5) / (1 - Y) (Road Research Technical Paper 39, 1958)."""
    total = sum(critical_flow_ratios)
    if total >= 1.0:
        raise ValueError(f"no cycle serves flow ratios that sum up to {total:g}")
    return (1.5 * lost_s + 5.0) / (1.0 - total)


def webster_delay_s(flow_vps: float, saturation_vps: float, cycle_s: float, green_s: float) -> float:
    """Return the mean delay (s) of Poisson arrivals at a fixed-time signal below capacity.

    Webster (1958): C (1 - l)^2 / (2 (1 - l x)) + x^2 / (2 q (1 - x)) - 0.65 (C / q^2)^(1/3) x^(2 + 5 l)
    with l = g / C and x = q / (l s).
    """
    ratio = green_s / cycle_s
    x = flow_vps / (ratio * saturation_vps)
    if not 0.0 < x < 1.0:
        raise ValueError(f"Webster's delay needs a degree of saturation between 0 and 1, found {x:g}")
    uniform = cycle_s * (1.0 - ratio) ** 2 / (2.0 * (1.0 - ratio * x))
    chance = x * x / (2.0 * flow_vps * (1.0 - x))
    correction = 0.65 * (cycle_s / flow_vps**2) ** (1.0 / 3.0) * x ** (2.0 + 5.0 * ratio)
    return uniform + chance - correction
