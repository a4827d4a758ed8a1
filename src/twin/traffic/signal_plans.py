"""The signal plans of a scenario: each signalised junction's stages and times, what the scenario changes, green waves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.errors import Problem, ScenarioError, closest
from twin.messages import say
from twin.rng import stream_key, uniform4
from twin.roadnet.lane_graph import RIGHT, LaneGraph
from twin.roadnet.projection import to_local
from twin.roadnet.road_network import Junction, RoadNetwork
from twin.traffic.green_wave import GreenWave
from twin.traffic.signal_corridor import coordinate
from twin.traffic.signal_crossings import arms_of
from twin.traffic.signal_draft import Draft, draft, finished
from twin.traffic.signal_phases import (
    Movement,
    Stage,
    clashes,
    marked_connectors,
    meetings,
    movements_of,
    stages_of,
)
from twin.traffic.signal_plan import SignalPlan
from twin.traffic.signal_spec import COMPASS, TURN_NAMES, JunctionSignalsSpec, SignalsSpec, StageSpec
from twin.traffic.stated_programs import stated_plans

Floats = npt.NDArray[np.float64]

NEAR_M = 100.0
"""A junction named by a place lies within this distance of it. Assumption: half the extent of the widest junctions."""


@dataclass(slots=True)
class SignalDesign:
    """All plans with what can be said of them."""

    plans: tuple[SignalPlan, ...] = ()
    waves: tuple[GreenWave, ...] = ()
    notices: list[str] = field(default_factory=list)
    """What a planner should know of programs that the map states, one line each."""
    problems: list[Problem] = field(default_factory=list)
    """What is wrong with the scenario's signals on this map; there are no plans then."""


def signal_plans(
    network: RoadNetwork, graph: LaneGraph, spec: SignalsSpec, seed: int, flow_vph_by_connector: Floats
) -> tuple[SignalPlan, ...]:
    """Return the plan of every signalised junction that has connectors, in the order of the junctions.

    ``flow_vph_by_connector``: planned vehicles an hour, (connectors,); it must not depend on the run's length or its draws.
    Raise ScenarioError with every problem of ``design_signals``.
    """
    design = design_signals(network, graph, spec, seed, flow_vph_by_connector)
    if design.problems:
        raise ScenarioError(design.problems)
    return design.plans


def design_signals(
    network: RoadNetwork,
    graph: LaneGraph,
    spec: SignalsSpec,
    seed: int,
    flow_vph_by_connector: Floats,
    base: Path = Path(),
) -> SignalDesign:
    """Return plans and green waves, or every problem of the scenario's signals on this map.

    A junction whose program the map states runs it, unless the scenario names the junction or puts it on a green wave; files
    of programs are relative to ``base``.

    Stages are found from geometry, lanes and flows (``signal_phases.stages_of``) or given; cycle and splits follow Webster
    (Traffic signal settings, Road Research Technical Paper 39, 1958) unless given. Offsets come from green waves or the
    scenario; elsewhere they are drawn.
    """
    stated = stated_plans(network, graph, spec, base)
    out = SignalDesign(problems=list(stated.problems))
    drafts: dict[int, Draft] = {}
    special = _special(network, spec, out.problems)
    ready = {} if spec.green_waves else {number: plan for number, plan in stated.plans.items() if number not in special}
    marked = marked_connectors(graph)
    for junction in network.junctions:
        own = special.get(junction.number, (-1, None))
        wanted = junction.signalised and junction.number not in ready
        movements = movements_of(network, graph, junction, marked, flow_vph_by_connector) if wanted else ()
        if movements:
            made = _draft(network, graph, junction, movements, spec, own, out.problems)
            if made is not None:
                drafts[junction.number] = made
    if out.problems:
        return out
    cycles = {number: _cycle_s(made, spec, special.get(number, (-1, None))[1]) for number, made in drafts.items()}
    waves = coordinate(network, spec, drafts, cycles, out.problems)
    for wave in waves:
        cycles.update(dict.fromkeys(wave.junctions, wave.cycle_s))
    coordinated = {j for wave in waves for j in wave.junctions}
    plans = {number: plan for number, plan in stated.plans.items() if number not in special and number not in coordinated}
    drafts = {number: made for number, made in drafts.items() if number not in plans}
    _check_cycles(spec, special, drafts, cycles, coordinated, out.problems)
    if out.problems:
        return out
    out.notices = stated.notices(set(plans))
    for number, made in drafts.items():
        own_spec = special.get(number, (-1, None))[1]
        actuated = spec.actuated.enabled if own_spec is None or own_spec.actuated is None else own_spec.actuated
        offset_s = _offset_s(network, made.junction, own_spec, seed, cycles[number])
        plans[number] = finished(graph, made, cycles[number], offset_s, actuated=actuated and number not in coordinated)
    out.waves = tuple(wave.timed(plans) for wave in waves)
    out.plans = tuple(plans[number] for number in sorted(plans))
    return out


def _offset_s(network: RoadNetwork, junction: Junction, own: JunctionSignalsSpec | None, seed: int, cycle_s: float) -> float:
    if own is not None and own.offset_s is not None:
        return own.offset_s
    u, _, _, _ = uniform4(stream_key(seed, "traffic/signals/offset"), 0, int(network.node_osm[junction.nodes[0]]), 0)
    return round(u * cycle_s, 1)


def _cycle_s(made: Draft, spec: SignalsSpec, own: JunctionSignalsSpec | None) -> float:
    if own is not None and own.cycle_s is not None:
        return own.cycle_s
    return made.wanted_cycle_s() if spec.cycle_s is None or made.pinned else spec.cycle_s


def _check_cycles(
    spec: SignalsSpec,
    special: dict[int, tuple[int, JunctionSignalsSpec]],
    drafts: dict[int, Draft],
    cycles: dict[int, float],
    coordinated: set[int],
    problems: list[Problem],
) -> None:
    short: list[Draft] = []
    for number, made in drafts.items():
        if cycles[number] >= made.shortest_cycle_s - 1e-6 and not (made.pinned and _off(made, cycles[number])):
            continue
        if number in special and special[number][1].cycle_s is not None:
            key = f"signals.junctions[{special[number][0]}].cycle_s"
            found = "signals.cycle.pinned.found" if made.pinned else "signals.cycle.found"
            problems.append(_cycle_problem(key, found, cycles[number], [made]))
        elif number not in coordinated:  # waves tell of theirs
            short.append(made)
    if short:
        problems.append(_cycle_problem("signals.cycle_s", "signals.cycle.found", spec.cycle_s or 0.0, short))


def _off(made: Draft, cycle_s: float) -> bool:
    return abs(made.shortest_cycle_s - cycle_s) > 0.05


def _cycle_problem(key: str, found: str, cycle_s: float, short: list[Draft]) -> Problem:
    worst = max(short, key=lambda made: made.shortest_cycle_s)
    needed_s = np.ceil(worst.shortest_cycle_s * 10.0 - 1e-6) / 10.0
    text = say(found, cycle_s=cycle_s, count=len(short), name=worst.junction.name, needed_s=needed_s)
    return Problem("", key, text, say("signals.cycle.remedy", needed_s=needed_s))


def _special(network: RoadNetwork, spec: SignalsSpec, problems: list[Problem]) -> dict[int, tuple[int, JunctionSignalsSpec]]:
    """Return (place in the list, entry) by junction."""
    out: dict[int, tuple[int, JunctionSignalsSpec]] = {}
    for place, entry in enumerate(spec.junctions):
        key = f"signals.junctions[{place}]"
        number = _junction(network, entry, key, problems)
        if number is None:
            continue
        if number in out:
            text = say("signals.junction.twice.found", name=network.junctions[number].name, first=out[number][0])
            problems.append(Problem("", key, text, say("signals.junction.twice.remedy")))
        else:
            out[number] = (place, entry)
    return out


def _junction(network: RoadNetwork, entry: JunctionSignalsSpec, key: str, problems: list[Problem]) -> int | None:
    lit = [junction for junction in network.junctions if junction.signalised]
    if entry.name is not None:
        found = [junction.number for junction in lit if junction.name == entry.name]
        if len(found) == 1:
            return found[0]
        if found:
            text = say("signals.junction.several.found", name=entry.name, count=len(found))
            numbers = ", ".join(map(str, found[:20]))
            problems.append(Problem("", f"{key}.name", text, say("signals.junction.several.remedy", numbers=numbers)))
            return None
        close = closest(entry.name, [junction.name for junction in lit], alike=0.5)
        remedy = say("remedy.did_you_mean", name=close) if close else say("signals.junction.remedy")
        problems.append(Problem("", f"{key}.name", say("signals.junction.found", name=entry.name), remedy))
        return None
    if entry.number is not None:
        if any(junction.number == entry.number for junction in lit):
            return entry.number
        text = say("signals.junction.number.found", number=entry.number)
        problems.append(Problem("", f"{key}.number", text, say("signals.junction.remedy")))
        return None
    x, y = to_local(network.crs, network.origin_m, np.array([entry.lon_deg]), np.array([entry.lat_deg]))
    away = [(float(np.hypot(junction.x_m - x[0], junction.y_m - y[0])), junction.number) for junction in lit]
    distance_m, nearest = min(away, default=(np.inf, -1))
    if distance_m <= NEAR_M:
        return nearest
    text = say("signals.junction.place.found", lon=entry.lon_deg, lat=entry.lat_deg, near_m=NEAR_M)
    remedy = say("signals.junction.place.remedy", distance_m=distance_m) if away else say("signals.junction.remedy")
    problems.append(Problem("", f"{key}.lon_deg", text, remedy))
    return None


def _draft(
    network: RoadNetwork,
    graph: LaneGraph,
    junction: Junction,
    movements: tuple[Movement, ...],
    spec: SignalsSpec,
    own: tuple[int, JunctionSignalsSpec | None],
    problems: list[Problem],
) -> Draft | None:
    place, entry = own
    levels = meetings(graph, movements)
    exclusive, right_on_red, phasing = spec.pedestrians.exclusive_stage, spec.right_turn_on_red, spec.phasing
    if entry is not None:
        exclusive = exclusive if entry.exclusive_pedestrian_stage is None else entry.exclusive_pedestrian_stage
        right_on_red = right_on_red if entry.right_turn_on_red is None else entry.right_turn_on_red
        phasing = entry.phasing or phasing
    pinned_s = None
    if entry is not None and entry.stages:
        key = f"signals.junctions[{place}].stages"
        chosen = _given_stages(network, graph, movements, entry.stages, key, problems)
        if chosen is None or not _complete(network, movements, levels, chosen, key, problems, right_on_red=right_on_red):
            return None
        stages = chosen
        pinned_s = np.array([np.nan if stage.green_s is None else stage.green_s for stage in entry.stages])
    else:
        stages = stages_of(movements, levels, phasing)
    return draft(
        network,
        graph,
        junction,
        movements,
        levels,
        stages,
        spec,
        pinned_s=pinned_s,
        right_on_red=right_on_red,
        exclusive=exclusive,
    )


def _given_stages(
    network: RoadNetwork,
    graph: LaneGraph,
    movements: Sequence[Movement],
    given: Sequence[StageSpec],
    key: str,
    problems: list[Problem],
) -> tuple[Stage, ...] | None:
    arms = [arm for arm in arms_of(network, graph, movements) if arm.entering]
    before = len(problems)
    stages: list[Stage] = []
    for s, stage in enumerate(given):
        members: set[int] = set()
        for m, wanted in enumerate(stage.green):
            bearing = 45.0 * COMPASS.index(wanted.arm)
            off = [abs((arm.bearing_deg - bearing + 180.0) % 360.0 - 180.0) for arm in arms]
            here = f"{key}[{s}].green[{m}]"
            if not arms or min(off) > 45.0:
                known = ", ".join(COMPASS[round(arm.bearing_deg / 45.0) % 8] for arm in arms)
                text = say("signals.arm.found", arm=wanted.arm)
                problems.append(Problem("", f"{here}.arm", text, say("signals.arm.remedy", known=known)))
                continue
            edges = arms[int(np.argmin(off))].entering
            mine = [n for n, movement in enumerate(movements) if movement.edge in edges]
            chosen = {n for n in mine if TURN_NAMES[movements[n].turn] in wanted.turns}
            if not chosen:
                known = ", ".join(dict.fromkeys(TURN_NAMES[movements[n].turn] for n in mine))
                text = say("signals.turns.found", arm=wanted.arm, turns=", ".join(wanted.turns))
                problems.append(Problem("", f"{here}.turns", text, say("signals.turns.remedy", known=known)))
            members |= chosen
        stages.append(tuple(sorted(members)))
    return tuple(stages) if len(problems) == before else None


def _complete(
    network: RoadNetwork,
    movements: Sequence[Movement],
    levels: npt.NDArray[np.int8],
    stages: Sequence[Stage],
    key: str,
    problems: list[Problem],
    *,
    right_on_red: bool,
) -> bool:
    def named(number: int) -> str:
        movement = movements[number]
        return f"{network.edge_name[movement.edge] or movement.edge} ({TURN_NAMES[movement.turn]})"

    before = len(problems)
    for s, stage in enumerate(stages):
        for a, b in clashes(levels, stage):
            text = say("signals.clash.found", first=named(a), second=named(b))
            problems.append(Problem("", f"{key}[{s}]", text, say("signals.clash.remedy")))
    for number, movement in enumerate(movements):
        if not any(number in stage for stage in stages) and not (right_on_red and movement.turn == RIGHT):
            text = say("signals.never.found", movement=named(number))
            problems.append(Problem("", key, text, say("signals.never.remedy")))
    return len(problems) == before
