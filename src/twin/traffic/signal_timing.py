"""How long signals show what: Webster's cycle and splits, yellow and all-red times. Seconds and vehicles an hour throughout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.lane_graph import LEFT, U_TURN
from twin.traffic.signal_phases import PERMITTED, Movement, Stage

Floats = npt.NDArray[np.float64]

REACTION_S: Final = 1.0
DECELERATION_MPS2: Final = 3.05
CLEARING_LENGTH_M: Final = 6.1
"""Perception-reaction time, comfortable deceleration (10 ft/s2) and vehicle length (20 ft) of the formulas for yellow and
all-red of the Institute of Transportation Engineers (Traffic Engineering Handbook; FHWA-HOP-08-024, section 5.3)."""

START_DELAY_S: Final = 1.0
"""What the first vehicle of a stage needs until it moves into the junction, in the formula for all-red."""

YELLOW_BOUNDS_S: Final = (3.0, 6.0)
LONGEST_ALL_RED_S: Final = 6.0
"""Manual on Uniform Traffic Control Devices 2009, section 4D.26."""

TURN_EQUIVALENT: Final = 1.75
"""Through vehicles that one vehicle counts for which turns across oncoming traffic (F. V. Webster and B. M. Cobbe, Traffic
signals, Road Research Technical Paper 56, 1966)."""

LARGEST_SUM: Final = 0.95
"""Sum of critical flow ratios above which Webster's formula is not followed any longer: the cycle takes its upper bound."""


def webster_cycle_s(lost_s: float, critical_sum: float) -> float:
    """Return the cycle of least delay, (1.5 L + 5) / (1 - Y); infinite from ``LARGEST_SUM`` on.

    Source: F. V. Webster, Traffic signal settings, Road Research Technical Paper 39, 1958. ``lost_s`` is L, the time lost in a
    cycle; ``critical_sum`` is Y, the sum of the largest flow ratios of the stages.
    """
    if critical_sum >= LARGEST_SUM:
        return float("inf")
    return (1.5 * lost_s + 5.0) / (1.0 - critical_sum)


def yellow_time_s(speed_mps: float) -> float:
    """Return the yellow time for an approach speed, t + v / 2a on the level, within 3 to 6 s, rounded up to 0.1 s."""
    raw = REACTION_S + speed_mps / (2.0 * DECELERATION_MPS2)
    return min(max(_up(raw), YELLOW_BOUNDS_S[0]), YELLOW_BOUNDS_S[1])


def all_red_time_s(way_m: float, speed_mps: float) -> float:
    """Return the all-red time for a vehicle that leaves over ``way_m``: (w + L) / v - 1 s, rounded up to 0.1 s, up to 6 s.

    One second is what the next stage needs to start moving (Institute of Transportation Engineers, Guidelines
    for determining traffic signal change and clearance intervals, 2020).
    """
    return float(all_red_times_s(np.array([way_m]), np.array([speed_mps]))[0])


def all_red_times_s(way_m: Floats, speed_mps: Floats) -> Floats:
    """Return ``all_red_time_s`` of many."""
    raw_s = (way_m + CLEARING_LENGTH_M) / speed_mps - START_DELAY_S
    return np.asarray(np.clip(np.ceil(np.round(raw_s * 10.0, 6)) / 10.0, 0.0, LONGEST_ALL_RED_S), dtype=np.float64)


def _up(seconds: float) -> float:
    return float(np.ceil(round(seconds * 10.0, 6)) / 10.0)


def critical_ratios(
    stages: Sequence[Stage], movements: Sequence[Movement], levels: npt.NDArray[np.int8], saturation_vph: float
) -> Floats:
    """Return the flow ratio that each stage has to serve: (stages,).

    Of an approach that is the larger one of its whole flow over its lanes and each movement's over the lanes meant for it; left
    turns that give way count ``TURN_EQUIVALENT``-fold. What has green in several stages is first left to the stages' other
    traffic; if that gives it too little, its stages grow alike.
    """
    served = [[s for s, stage in enumerate(stages) if n in stage] for n in range(len(movements))]
    ratios = np.zeros(len(stages))
    several: list[tuple[float, list[int]]] = []
    for edge in sorted({movement.edge for movement in movements}):
        mine = [n for n in range(len(movements)) if movements[n].edge == edge]
        demands = [([n], movements[n].lanes) for n in mine]
        for stage in stages:
            together = [n for n in mine if n in stage and len(served[n]) == 1]
            lanes = frozenset[int]().union(*(movements[n].lanes for n in together))
            demands.append((together, lanes))
        for numbers, lanes in demands:
            if not numbers:
                continue
            weighted = sum(movements[n].flow_vph * _weight(n, stages, served, movements, levels) for n in numbers)
            ratio = weighted / (saturation_vph * len(lanes))
            if len(served[numbers[0]]) == 1:
                stage_number = served[numbers[0]][0]
                ratios[stage_number] = max(ratios[stage_number], ratio)
            else:
                several.append((ratio, served[numbers[0]]))
    for ratio, where in several:
        missing = ratio - ratios[where].sum()
        if missing > 0.0:
            ratios[where] += missing / len(where)
    return ratios


def _weight(
    number: int,
    stages: Sequence[Stage],
    served: list[list[int]],
    movements: Sequence[Movement],
    levels: npt.NDArray[np.int8],
) -> float:
    if movements[number].turn not in (LEFT, U_TURN):
        return 1.0
    gives_way = all(
        any(levels[number, other] == PERMITTED and not movements[other].leftward for other in stages[s]) for s in served[number]
    )
    return TURN_EQUIVALENT if gives_way else 1.0


def shared_greens_s(available_s: float, ratios: Floats, least_s: Floats) -> Floats:
    """Return the greens that add up to ``available_s``: in proportion to ``ratios``, none below ``least_s``.

    Without any flow the stages share alike. Raise ValueError when the least greens do not fit.
    """
    if least_s.sum() > available_s + 1e-9:
        raise ValueError(f"{least_s.sum():g} s of least greens do not fit into {available_s:g} s")
    weight = ratios if ratios.sum() > 0.0 else np.ones(ratios.size)
    fixed = np.zeros(ratios.size, np.bool_)
    while True:
        rest_s = available_s - least_s[fixed].sum()
        free = weight[~fixed].sum()
        share = np.divide(weight, free, out=np.zeros(weight.size), where=free > 0.0)
        greens = np.where(fixed, least_s, share * rest_s)
        short = ~fixed & (greens < least_s - 1e-9)
        if not short.any():
            return greens + float(available_s - greens.sum()) / greens.size
        if (fixed | short).all():
            return least_s + float(available_s - least_s.sum()) / least_s.size
        fixed |= short
