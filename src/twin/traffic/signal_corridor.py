"""Which junctions a green wave coordinates, at which distances, with which cycle; then their offsets."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.errors import Problem, closest
from twin.messages import say
from twin.roadnet.lane_graph import STRAIGHT
from twin.roadnet.road_axes import roads
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.green_wave import Corridor, GreenWave, green_window_s
from twin.traffic.signal_draft import Draft
from twin.traffic.signal_phases import end_heading, start_heading
from twin.traffic.signal_plan import SignalPlan
from twin.traffic.signal_spec import GreenWaveSpec, SignalsSpec
from twin.traffic.signal_states import GREEN
from twin.units import US_PER_S, to_us

ON_RAD: Final = math.radians(60.0)
"""A sharper bend is not following the road. Assumption: as in ``roadnet/road_axes.py``."""

_BEARINGS: Final = {"northbound": 90.0, "eastbound": 0.0, "southbound": 270.0, "westbound": 180.0}
"""Directions anticlockwise from east."""


@dataclass(frozen=True, slots=True)
class PlannedWave:
    """A green wave before the offsets are known."""

    spec: GreenWaveSpec
    cycle_s: float
    speed_mps: float
    junctions: tuple[int, ...]
    at_m: tuple[float, ...]
    forward: tuple[tuple[int, ...], ...]
    """Straight connectors of each junction in the order of the junctions; empty where there are none."""
    backward: tuple[tuple[int, ...], ...]
    serves: str
    """``both``, ``forward`` or ``backward``."""
    taken: frozenset[int]
    """Junctions whose offset an earlier wave has set."""

    def timed(self, plans: dict[int, SignalPlan]) -> GreenWave:
        """Set the offsets in ``plans`` and return the wave with its bandwidths."""
        windows = [
            np.array([_window(plans[j], own) for j, own in zip(self.junctions, side, strict=True)])
            for side in (self.forward, self.backward)
        ]
        corridor = Corridor(np.array(self.at_m), self.cycle_s, self.speed_mps, windows[0], windows[1])
        fixed = np.array([j in self.taken for j in self.junctions])
        fixed_s = np.array([plans[j].offset_us / US_PER_S for j in self.junctions])
        if self.serves == "both":
            offset_s = corridor.two_way(fixed, fixed_s) if fixed.any() else corridor.two_way()
        else:
            offset_s = corridor.one_way(forward=self.serves == "forward")
            if fixed.any():
                anchor = int(np.flatnonzero(fixed)[0])
                offset_s = np.where(fixed, fixed_s, offset_s - offset_s[anchor] + fixed_s[anchor])
        for j, seconds in zip(self.junctions, offset_s, strict=True):
            plans[j] = plans[j].with_offset(to_us(round(float(seconds), 1)))
        final_s = np.array([plans[j].offset_us / US_PER_S for j in self.junctions])
        ahead_s, back_s = corridor.bands_s(final_s)
        return GreenWave(
            self.spec.road, self.cycle_s, self.speed_mps, self.junctions, self.at_m, tuple(final_s.tolist()), ahead_s, back_s
        )


def _window(plan: SignalPlan, connectors: tuple[int, ...]) -> tuple[float, float]:
    if not connectors:
        return 0.0, plan.cycle_us / US_PER_S
    column = int(np.flatnonzero(plan.connectors == connectors[0])[0])
    return green_window_s((plan.shown[:, column] == GREEN).tolist(), plan.duration_us.tolist())


def coordinate(
    network: RoadNetwork,
    spec: SignalsSpec,
    drafts: dict[int, Draft],
    cycles: dict[int, float],
    problems: list[Problem],
) -> list[PlannedWave]:
    """Return the waves of a scenario; append to ``problems`` what is wrong with them.

    ``cycles``: the cycle of each junction without coordination, in seconds. A junction on two waves keeps the offset of the
    one that comes first; both need one cycle.
    """
    edges_of = roads(network)
    found: list[_Corridor] = []
    for number, wave in enumerate(spec.green_waves):
        key = f"signals.green_waves[{number}]"
        if wave.road not in edges_of:
            close = closest(wave.road, edges_of, alike=0.5)
            remedy = say("remedy.did_you_mean", name=close) if close else say("signals.road.remedy")
            problems.append(Problem("", f"{key}.road", say("signals.road.found", road=wave.road), remedy))
            continue
        stops = _along(network, edges_of[wave.road], drafts)
        if len(stops) < 2:
            text = say("signals.wave.short.found", road=wave.road, count=len(stops))
            problems.append(Problem("", f"{key}.road", text, say("signals.wave.short.remedy")))
            continue
        found.append(_Corridor(key, wave, edges_of[wave.road], stops))
    out: list[PlannedWave] = []
    taken: set[int] = set()
    for corridor in found:
        cycle_s = _common_cycle_s(corridor, found, cycles, problems)
        made = None if cycle_s is None else _wave(network, corridor, drafts, cycle_s, frozenset(taken), problems)
        if made is not None:
            out.append(made)
            taken.update(made.junctions)
    return out


def _common_cycle_s(
    corridor: _Corridor, found: list[_Corridor], cycles: dict[int, float], problems: list[Problem]
) -> float | None:
    """Return the cycle of a wave and of all that it crosses, directly or over others."""
    together = {corridor.key: corridor}
    grown = True
    while grown:
        met = set().union(*(one.junctions for one in together.values()))
        more = {one.key: one for one in found if one.key not in together and one.junctions & met}
        together |= more
        grown = bool(more)
    given = {one.wave.cycle_s for one in together.values() if one.wave.cycle_s is not None}
    if len(given) > 1:
        others = ", ".join(f"{cycle_s:g}" for cycle_s in sorted(given))
        text = say("signals.wave.cycles.found", cycles=others)
        problems.append(Problem("", f"{corridor.key}.cycle_s", text, say("signals.wave.cycles.remedy")))
        return None
    return given.pop() if given else max(cycles[j] for one in together.values() for j in one.junctions)


def _wave(
    network: RoadNetwork,
    corridor: _Corridor,
    drafts: dict[int, Draft],
    cycle_s: float,
    taken: frozenset[int],
    problems: list[Problem],
) -> PlannedWave | None:
    key, wave, edges, stops = corridor.key, corridor.wave, corridor.edges, corridor.stops
    junctions = tuple(stop.junction for stop in stops)
    worst = max(junctions, key=lambda j: drafts[j].shortest_cycle_s)
    misfits = [j for j in junctions if drafts[j].pinned and abs(drafts[j].shortest_cycle_s - cycle_s) > 0.05]
    if cycle_s < drafts[worst].shortest_cycle_s - 1e-6 or misfits:
        made = drafts[misfits[0] if misfits else worst]
        needed_s = math.ceil(made.shortest_cycle_s * 10.0 - 1e-6) / 10.0
        found = "signals.cycle.pinned.found" if misfits else "signals.cycle.found"
        text = say(found, cycle_s=cycle_s, count=1, name=made.junction.name, needed_s=needed_s)
        problems.append(Problem("", f"{key}.cycle_s", text, say("signals.cycle.remedy", needed_s=needed_s)))
        return None
    length = network.edge_length_m[list(edges)]
    speed_mps = wave.speed_mps or float((network.edge_speed_limit_mps[list(edges)] * length).sum() / length.sum())
    first, last = drafts[junctions[0]].junction, drafts[junctions[-1]].junction
    course_deg = math.degrees(math.atan2(last.y_m - first.y_m, last.x_m - first.x_m))
    serves = "both"
    if wave.direction != "both":
        off_deg = abs((course_deg - _BEARINGS[wave.direction] + 180.0) % 360.0 - 180.0)
        if 67.5 < off_deg < 112.5:
            text = say("signals.wave.direction.found", road=wave.road, direction=wave.direction)
            problems.append(Problem("", f"{key}.direction", text, say("signals.wave.direction.remedy")))
            return None
        serves = "forward" if off_deg < 90.0 else "backward"
    return PlannedWave(
        wave,
        cycle_s,
        speed_mps,
        junctions,
        tuple(stop.at_m for stop in stops),
        tuple(stop.forward for stop in stops),
        tuple(stop.backward for stop in stops),
        serves,
        taken & frozenset(junctions),
    )


@dataclass(frozen=True, slots=True)
class _Stop:
    """A junction on the road."""

    junction: int
    at_m: float
    forward: tuple[int, ...]
    backward: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Corridor:
    """A wave of the scenario with the junctions on its road."""

    key: str
    wave: GreenWaveSpec
    edges: tuple[int, ...]
    stops: list[_Stop]

    @property
    def junctions(self) -> frozenset[int]:
        return frozenset(stop.junction for stop in self.stops)


def _along(network: RoadNetwork, edges: tuple[int, ...], drafts: dict[int, Draft]) -> list[_Stop]:
    """Return the longest unbroken run of junctions that the road passes straight, by distance between their stop lines.

    The run follows the road's edges downstream, through other junctions too; the one with most junctions is taken, of several
    the longest, then the one whose first edge has the smallest number.
    """
    straight = {
        m.edge: number for number, made in drafts.items() for m in made.movements if m.turn == STRAIGHT and m.edge in edges
    }
    inside = network.internal_edges
    allowed = frozenset(edges) | inside
    following = {edge: _next_stop(network, edge, straight, allowed) for edge in sorted(straight)}
    runs = [_run(edge, straight, following) for edge in following]
    if not runs:
        return []
    run = max(runs, key=lambda found: (len(found), found[-1][1], -found[0][0]))
    out: list[_Stop] = []
    for edge, at_m in run:
        made = drafts[straight[edge]]
        mine = [m for m in made.movements if m.turn == STRAIGHT and m.edge in straight]
        ahead = next(m for m in mine if m.edge == edge)
        back = [m for m in mine if abs(math.remainder(m.heading_rad - ahead.heading_rad, 2.0 * math.pi)) > math.pi / 2.0]
        backward = max(back, key=lambda m: (m.flow_vph, len(m.lanes), -m.edge)).connectors if back else ()
        out.append(_Stop(straight[edge], round(at_m, 1), ahead.connectors, backward))
    return out


def _run(edge: int, straight: dict[int, int], following: dict[int, tuple[int, float] | None]) -> list[tuple[int, float]]:
    """Return (approach edge, distance) of the junctions downstream of an approach, until the road ends or closes."""
    out, seen = [(edge, 0.0)], {straight[edge]}
    while (step := following[out[-1][0]]) is not None and straight[step[0]] not in seen:
        out.append((step[0], out[-1][1] + step[1]))
        seen.add(straight[step[0]])
    return out


def _next_stop(network: RoadNetwork, edge: int, straight: dict[int, int], allowed: frozenset[int]) -> tuple[int, float] | None:
    """Return the nearest approach of another junction downstream, and how far its stop line is (Dijkstra's algorithm)."""
    queue, done = [(0.0, edge)], set[int]()
    while queue:
        away_m, here = heapq.heappop(queue)
        if here in done:
            continue
        done.add(here)
        if here in straight and straight[here] != straight[edge]:
            return here, away_m
        for after in network.turns(here).tolist():
            bend = abs(math.remainder(start_heading(network, after) - end_heading(network, here), 2.0 * math.pi))
            if after in allowed and after not in done and bend <= ON_RAD:
                heapq.heappush(queue, (away_m + float(network.edge_length_m[after]), after))
    return None
