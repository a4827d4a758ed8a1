"""What was true of one bridge, for the log: what acted on it, minute by minute, and what an alarm should have told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np

from twin.bridges.passages import Ints, Passages
from twin.bridges.plan import BridgePlan
from twin.bridges.surroundings import SurroundingsBlock
from twin.bridges.weigh_in_motion import legal_gross_kg
from twin.units import US_PER_S, to_us

MINUTE_US: Final = 60 * US_PER_S

VORTEX_M: Final = 0.02
"""Amplitude from which vortex-induced vibration is told of. Choice: what people on the deck feel; a fifteenth of Humen's."""


class Recorder(Protocol):
    """What takes rows of the log."""

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table."""


@dataclass(slots=True)
class _Minute:
    """What acted since the minute began."""

    begin_us: int
    came: int = 0
    most_kg: float = 0.0
    blocks: list[SurroundingsBlock] = field(default_factory=list)


class BridgeTruth:
    """Writes tables ``bridge_load`` and ``bridge_event`` of one bridge."""

    def __init__(self, plan: BridgePlan, recorder: Recorder) -> None:
        """Begin without anybody on the bridge."""
        self._plan, self._recorder = plan, recorder
        self._frequency_hz = float(plan.structure.frequency_hz[0])
        self._minute = _Minute(0)
        self._here: Ints = np.zeros(0, np.int32)
        self._overloaded: dict[int, float] = {}
        self._rocked_m = 0.0
        self._planned = _planned(plan)

    def look(self, t_us: int, passages: Passages) -> None:
        """Note who is on the bridge now."""
        self._minute.most_kg = max(self._minute.most_kg, passages.mass_kg)
        here = passages.vehicles
        if np.array_equal(here, self._here):
            return
        came = here[~np.isin(here, self._here, assume_unique=True)]
        gone = self._here[~np.isin(self._here, here, assume_unique=True)]
        self._here = here
        self._minute.came += came.size
        if came.size:
            gross_kg, axles = passages.weights(came)
            over_kg = gross_kg - legal_gross_kg(axles)
            for vehicle, kg in zip(came[over_kg > 0.0].tolist(), over_kg[over_kg > 0.0].tolist(), strict=True):
                self._overloaded[vehicle] = kg
                self._event(t_us, "overload", "begins", kg)
        for vehicle in gone.tolist():
            kg = self._overloaded.pop(vehicle, None)
            if kg is not None:
                self._event(t_us, "overload", "over", kg)

    def close_block(self, begin_us: int, end_us: int, acting: SurroundingsBlock) -> bool:
        """Note what acted over a block; return whether something began or ended that an alarm should tell, weights aside."""
        told = False
        while self._planned and self._planned[0][0] < end_us:
            self._event(*self._planned.pop(0))
            told = True
        before_m, self._rocked_m = self._rocked_m, acting.vortex_m
        if (before_m >= VORTEX_M) != (acting.vortex_m >= VORTEX_M):
            begins = acting.vortex_m >= VORTEX_M
            self._event(begin_us, "vortex", "begins" if begins else "over", acting.vortex_m if begins else before_m)
            told = True
        self._minute.blocks.append(acting)
        if end_us - self._minute.begin_us >= MINUTE_US:
            self._close_minute(end_us)
        return told

    def finish(self, end_us: int) -> None:
        """Write the minute cut short."""
        if self._minute.blocks:
            self._close_minute(end_us)

    def _event(self, t_us: int, cause: str, state: str, value: float) -> None:
        row = {"t_us": [t_us], "bridge": [self._plan.number], "cause": [cause], "state": [state], "value": [value]}
        self._recorder.append("bridge_event", row)

    def _close_minute(self, end_us: int) -> None:
        minute, self._minute = self._minute, _Minute(end_us)
        blocks, last = minute.blocks, minute.blocks[-1]
        self._recorder.append(
            "bridge_load",
            {
                "t_us": [minute.begin_us],
                "interval_us": [end_us - minute.begin_us],
                "bridge": [self._plan.number],
                "vehicles": [minute.came],
                "most_kg": [round(minute.most_kg)],
                "air_c": [float(np.mean([one.air_c for one in blocks]))],
                "deck_c": [float(np.mean([one.deck_c for one in blocks]))],
                "gradient_k": [float(np.mean([one.gradient_k for one in blocks]))],
                "wind_mps": [float(np.mean([one.wind_mean_mps for one in blocks]))],
                "vortex_m": [max(one.vortex_m for one in blocks)],
                "stiffness": [last.stiffness_left],
                "frequency_hz": [self._frequency_hz * math.sqrt(last.stiffness)],
            },
        )


def _planned(plan: BridgePlan) -> list[tuple[int, str, str, float]]:
    """Return what the scenario says will happen, in the order of time."""
    spec, events = plan.spec, []
    for impact in spec.ship_impacts:
        at_us, over_us = to_us(impact.at_s), to_us(impact.at_s + 2.0 * impact.duration_s)
        events += [(at_us, "ship_impact", "begins", impact.force_n), (over_us, "ship_impact", "over", impact.force_n)]
    if spec.stiffness_loss is not None:
        events.append((to_us(spec.stiffness_loss.from_s), "stiffness_loss", "begins", spec.stiffness_loss.share))
    return sorted(events)
