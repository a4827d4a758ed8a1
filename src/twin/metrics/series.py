"""What charts show: how latency is distributed, and how speed goes over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.eventlog.reader import Run
from twin.metrics.links import US_PER_MS
from twin.metrics.selection import after_warm_up, column
from twin.units import MPS_PER_KMH, US_PER_S

BINS: Final = 40


@dataclass(frozen=True, slots=True)
class LatencyBin:
    """Messages whose latency (frame shown to delivery) at one place lies in [from_ms, to_ms)."""

    place: str
    """``mec`` or ``cloud``."""
    from_ms: float
    to_ms: float
    messages: int


@dataclass(frozen=True, slots=True)
class SpeedPoint:
    """Space-mean speed of the network over one interval (vehicle-metres over vehicle-seconds; L. C. Edie, 1963)."""

    from_s: float
    speed_kmh: float
    halted_share: float
    """Share of the vehicle-seconds spent below 1.4 m/s."""


def latency_bins(run: Run, warm_up_s: float = 0.0, bins: int = BINS) -> tuple[LatencyBin, ...]:
    """Return the distribution of the latency at the MEC and at the cloud after ``warm_up_s``, in equal bins of whole ms.

    The bins of both places are the same and reach from 0 to the longest latency; there are at most ``bins``.
    """
    table = after_warm_up(run, "message", ("mec_age_us", "cloud_age_us"), warm_up_s)
    ages_ms = {place: column(table, f"{place}_age_us") / US_PER_MS for place in ("mec", "cloud")}
    longest_ms = max((float(age_ms.max()) for age_ms in ages_ms.values() if age_ms.size), default=0.0)
    width_ms = int(longest_ms // bins) + 1
    edges_ms = width_ms * np.arange(longest_ms // width_ms + 2)
    found = []
    for place, age_ms in ages_ms.items():
        counts, _ = np.histogram(age_ms, edges_ms)
        for first_ms, messages in zip(edges_ms[:-1].tolist(), counts.tolist(), strict=True):
            found.append(LatencyBin(place, first_ms, first_ms + width_ms, messages))
    return tuple(found) if longest_ms > 0.0 else ()


def speed_over_time(run: Run) -> tuple[SpeedPoint, ...]:
    """Return the network's mean speed by interval of ``edge_state``, from the start on (the warm-up is part of the picture)."""
    table = after_warm_up(run, "edge_state", ("t_us", "vehicle_s", "distance_m", "halted_s"), 0.0)
    t_us, place = np.unique(column(table, "t_us"), return_inverse=True)
    vehicle_s, distance_m, halted_s = (
        np.bincount(place, column(table, name).astype(np.float64), minlength=t_us.size)
        for name in ("vehicle_s", "distance_m", "halted_s")
    )
    return tuple(
        SpeedPoint(t / US_PER_S, float(metres / seconds / MPS_PER_KMH), float(halted / seconds))
        for t, seconds, metres, halted in zip(t_us.tolist(), vehicle_s, distance_m, halted_s, strict=True)
        if seconds > 0.0
    )
