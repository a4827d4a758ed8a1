"""Fixed-time signals: two phases per junction from its geometry, run by one SimPy process a junction."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import simpy
from pydantic import Field, model_validator
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.rng import stream_key, uniform4
from twin.roadnet.road_network import Junction, RoadNetwork
from twin.spec import Spec
from twin.traffic.roads import GREEN, RED, YELLOW, end_direction
from twin.units import to_us

SIGNAL_STATES: Final = ("off", "green", "yellow", "red")
"""Labels of the signal states by their number."""


class SignalsSpec(Spec):
    """Fixed-time control of every signalised junction."""

    cycle_s: float = Field(90.0, ge=30.0, le=240.0)
    """Cycle length. Assumption: the timing plans of the CBD are not public."""

    yellow_s: float = Field(3.0, ge=1.0, le=6.0)
    """Yellow time; 3 s at 50 km/h (GB 14886-2016 and common practice)."""

    all_red_s: float = Field(2.0, ge=0.0, le=10.0)
    """All approaches red between two phases. Assumption: 2 s clears a junction of some 30 m."""

    shortest_green_s: float = Field(15.0, ge=3.0, le=60.0)
    """No phase is shorter than this. Assumption: time for pedestrians to cross two lanes each way."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        least = 2.0 * (self.shortest_green_s + self.yellow_s + self.all_red_s)
        if self.cycle_s < least:
            raise ValueError(
                f"cycle_s is {self.cycle_s:g}, too short for two phases with yellow and all-red; make it at least {least:g}"
            )
        return self


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """Which approaches go together at one junction, and for how long."""

    junction: int
    approaches: tuple[tuple[int, ...], ...]
    """Edges served by each phase; an empty phase belongs to the pedestrians."""
    green_us: tuple[int, ...]
    yellow_us: int
    all_red_us: int
    offset_us: int
    """The first phase turns green this long after the cycle's origin."""


def signal_plans(
    network: RoadNetwork, spec: SignalsSpec, seed: int, planned_flow_vph: npt.NDArray[np.float64]
) -> tuple[SignalPlan, ...]:
    """Return a plan for every signalised junction.

    Approaches within 45 degrees of the axis of the widest one form the first phase, the others the second. Green is shared in
    proportion to the critical flow ratios (Webster, Traffic signal settings, Road Research Technical Paper 39, 1958), with
    one saturation flow for all lanes and the flows planned over the whole run. Offsets are drawn at random: coordination is
    not modelled yet.
    """
    return tuple(
        _plan(network, junction, spec, seed, planned_flow_vph) for junction in network.junctions if junction.signalised
    )


def _plan(
    network: RoadNetwork, junction: Junction, spec: SignalsSpec, seed: int, planned_flow_vph: npt.NDArray[np.float64]
) -> SignalPlan:
    groups = phase_groups(network, junction)
    per_lane_vph = [max((planned_flow_vph[e] / network.edge_lanes[e] for e in group), default=0.0) for group in groups]
    lost_s = len(groups) * (spec.yellow_s + spec.all_red_s)
    available_s = spec.cycle_s - lost_s
    total = sum(per_lane_vph)
    share = per_lane_vph[0] / total if total > 0.0 else 0.5
    first_s = min(max(share * available_s, spec.shortest_green_s), available_s - spec.shortest_green_s)
    u, _, _, _ = uniform4(stream_key(seed, "traffic/signals/offset"), 0, int(network.node_osm[junction.nodes[0]]), 0)
    return SignalPlan(
        junction=junction.number,
        approaches=groups,
        green_us=(to_us(round(first_s, 1)), to_us(round(available_s - round(first_s, 1), 1))),
        yellow_us=to_us(spec.yellow_s),
        all_red_us=to_us(spec.all_red_s),
        offset_us=to_us(round(u * spec.cycle_s, 1)),
    )


def phase_groups(network: RoadNetwork, junction: Junction) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the approaches of the main axis and of the crossing one."""
    widest = max(junction.approaches, key=lambda e: (network.edge_lanes[e] * network.edge_speed_limit_mps[e], -e))
    axis = end_direction(network, widest)
    main: list[int] = []
    crossing: list[int] = []
    for edge in junction.approaches:
        off_axis = abs(math.remainder(end_direction(network, edge) - axis, math.pi))
        (main if off_axis <= math.pi / 4.0 else crossing).append(edge)
    return tuple(main), tuple(crossing)


class SignalController:
    """Runs one junction's plan: switches what its approaches show."""

    def __init__(
        self,
        env: simpy.Environment,
        plan: SignalPlan,
        shown: npt.NDArray[np.int8],
        on_change: Callable[[int, int, int, int], None],
    ) -> None:
        """Switch entries of ``shown`` (by edge); call ``on_change(t_us, junction, phase, state)`` at every change."""
        self._env = env
        self._plan = plan
        self._shown = shown
        self._on_change = on_change

    def run(self) -> Generator[Event, None, None]:
        """Return the SimPy process. It begins as if the plan had been running for ever."""
        plan = self._plan
        for phase in range(len(plan.approaches)):
            self._show(phase, RED)
        steps = [
            (phase, state, length)
            for phase, green_us in enumerate(plan.green_us)
            for state, length in ((GREEN, green_us), (YELLOW, plan.yellow_us), (RED, plan.all_red_us))
        ]
        skip_us = -plan.offset_us % sum(length for _, _, length in steps)
        while True:
            for phase, state, length in steps:
                if skip_us > 0 and skip_us >= length:  # a step of no length is still shown
                    skip_us -= length
                    continue
                self._show(phase, state)
                yield in_phase(self._env, length - skip_us, Phase.CONTROL)
                skip_us = 0

    def _show(self, phase: int, state: int) -> None:
        approaches = self._plan.approaches[phase]
        self._shown[list(approaches)] = state
        self._on_change(int(self._env.now), self._plan.junction, phase, state)
