"""Signal programs that a map from SUMO states, as plans of the junctions they control."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.errors import InputError, Problem
from twin.messages import say
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.sumo_programs import SumoProgram, read_sumo_programs
from twin.traffic.signal_plan import SignalPlan, plan_of_program
from twin.traffic.signal_spec import SignalsSpec
from twin.traffic.signal_states import NO_SIGNAL
from twin.units import to_us

STATIC = "static"
"""SUMO's word for programs that nothing changes."""


@dataclass(frozen=True, slots=True)
class StatedPlans:
    """Plans by junction."""

    plans: dict[int, SignalPlan] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    """What the map calls the program of each junction: ``static``, ``actuated`` …"""
    shared: tuple[int, ...] = ()
    """Junctions with the programs of several lights, which are none of the plans."""
    problems: tuple[Problem, ...] = ()

    def notices(self, used: set[int]) -> list[str]:
        """Return what a planner should know of the programs of the junctions ``used``, one line each."""
        lines = [say("signals.stated.used", count=len(used))] if used else []
        others = Counter(self.kinds[number] for number in used if self.kinds[number] != STATIC)
        lines += [say("signals.stated.fixed", kind=kind, count=count) for kind, count in sorted(others.items())]
        if self.shared:
            lines.append(say("signals.stated.shared", count=len(self.shared)))
        return lines


def stated_plans(network: RoadNetwork, graph: LaneGraph, spec: SignalsSpec, base: Path) -> StatedPlans:
    """Return the plans that the map's own programs give, or everything wrong with the scenario's program files.

    ``base`` is the folder of the scenario file. A light that controls several junctions gives each a plan. A connector that
    the source has no connection for shows what the nearest lane with the same exit shows; those of turns that no light controls
    show no signal.
    """
    files = [base / file for file in spec.program_files]
    if files and (spec.programs == "designed" or not network.lights):
        what = "designed" if spec.programs == "designed" else "map"
        return StatedPlans(problems=(_problem(say(f"signals.stated.{what}.found"), say(f"signals.stated.{what}.remedy")),))
    if spec.programs == "designed":
        return StatedPlans()
    try:
        programs = read_sumo_programs(network, *files)
    except InputError as error:
        return StatedPlans(problems=(_problem(str(error), say("signals.stated.remedy")),))
    owners = Counter(number for program in programs for number in program.junctions)
    shared = tuple(sorted(number for number, count in owners.items() if count > 1))
    out = StatedPlans(shared=shared)
    for program in programs:
        if not program.duration_s.sum() > 0.0:
            text = say("signals.stated.length.found", name=program.key)
            return StatedPlans(problems=(_problem(text, say("signals.stated.remedy")),))
        for number in program.junctions:
            if number not in shared and network.junctions[number].signalised:
                out.plans[number] = _plan(graph, program, number, spec.programs_begin_s)
                out.kinds[number] = program.kind
    return out


def _problem(found: str, remedy: str) -> Problem:
    return Problem("", "signals.program_files", found, remedy)


def _plan(graph: LaneGraph, program: SumoProgram, junction: int, begin_s: float) -> SignalPlan:
    connectors = np.flatnonzero(graph.connector_junction == junction)
    column = _columns(graph, program, connectors)
    shown = np.where(column >= 0, program.state[:, np.maximum(column, 0)], NO_SIGNAL).astype(np.int8)
    lasting = program.duration_s > 0.0
    intervals = tuple(
        (to_us(float(duration_s)), states)
        for duration_s, states in zip(program.duration_s[lasting], shown[lasting], strict=True)
    )
    return plan_of_program(graph, junction, intervals, to_us(program.offset_s - begin_s))


def _columns(graph: LaneGraph, program: SumoProgram, connectors: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Return the column of the program's states for each connector, -1 where its light does not control the turn."""
    known: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    ends = (program.from_edge, program.to_edge, program.from_lane, program.to_lane)
    for number, (edge, to_edge, lane, to_lane) in enumerate(zip(*(end.tolist() for end in ends), strict=True)):
        known.setdefault((edge, to_edge), []).append((lane, to_lane, number))
    out = np.full(connectors.size, -1, np.int64)
    for row, connector in enumerate(connectors.tolist()):
        before, behind = int(graph.connector_from[connector]), int(graph.connector_to[connector])
        same = known.get((int(graph.lane_edge[before]), int(graph.lane_edge[behind])))
        if same:
            lane, to = int(graph.lane_index[before]), int(graph.lane_index[behind])
            out[row] = min(same, key=lambda one, lane=lane, to=to: (abs(one[0] - lane), abs(one[1] - to), one))[2]  # type: ignore[misc]
    return out
