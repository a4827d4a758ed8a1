"""Which junctions a green wave coordinates, at which distances, with which cycle; then their offsets."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass

import numpy as np

from twin.errors import Problem
from twin.messages import say
from twin.roadnet.lane_graph import STRAIGHT
from twin.roadnet.road_axes import position, road_axis, roads
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.green_wave import Corridor, GreenWave, green_window_s
from twin.traffic.signal_draft import Draft
from twin.traffic.signal_plan import SignalPlan
from twin.traffic.signal_spec import GreenWaveSpec, SignalsSpec
from twin.traffic.signal_states import GREEN
from twin.units import US_PER_S, to_us

SAMPLE_M = 2.0
"""Resolution with which junctions are found on the road's axis."""

_BEARINGS = {"northbound": 90.0, "eastbound": 0.0, "southbound": 270.0, "westbound": 180.0}
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
    out: list[PlannedWave] = []
    taken: dict[int, float] = {}
    for number, wave in enumerate(spec.green_waves):
        key = f"signals.green_waves[{number}]"
        if wave.road not in edges_of:
            close = difflib.get_close_matches(wave.road, list(edges_of), n=1, cutoff=0.5)
            remedy = say("remedy.did_you_mean", name=close[0]) if close else say("signals.road.remedy")
            problems.append(Problem("", f"{key}.road", say("signals.road.found", road=wave.road), remedy))
            continue
        made = _wave(network, wave, edges_of[wave.road], drafts, cycles, taken, key, problems)
        if made is not None:
            out.append(made)
            taken.update(dict.fromkeys(made.junctions, made.cycle_s))
    return out


def _wave(
    network: RoadNetwork,
    wave: GreenWaveSpec,
    edges: tuple[int, ...],
    drafts: dict[int, Draft],
    cycles: dict[int, float],
    taken: dict[int, float],
    key: str,
    problems: list[Problem],
) -> PlannedWave | None:
    on_road = _along(network, wave.road, edges, drafts)
    if len(on_road) < 2:
        text = say("signals.wave.short.found", road=wave.road, count=len(on_road))
        problems.append(Problem("", f"{key}.road", text, say("signals.wave.short.remedy")))
        return None
    junctions = tuple(stop.junction for stop in on_road)
    earlier = {taken[j] for j in junctions if j in taken}
    needed_s = max(drafts[j].shortest_cycle_s for j in junctions)
    cycle_s = wave.cycle_s or next(iter(sorted(earlier)), max(cycles[j] for j in junctions))
    if earlier - {cycle_s}:
        text = say("signals.wave.cycles.found", cycle_s=cycle_s, others=", ".join(f"{c:g}" for c in sorted(earlier)))
        problems.append(Problem("", f"{key}.cycle_s", text, say("signals.wave.cycles.remedy")))
        return None
    pinned = [
        drafts[j].junction.name for j in junctions if drafts[j].pinned and abs(drafts[j].shortest_cycle_s - cycle_s) > 0.05
    ]
    if cycle_s < needed_s - 1e-6 or pinned:
        worst = max(junctions, key=lambda j: drafts[j].shortest_cycle_s)
        name = pinned[0] if pinned else drafts[worst].junction.name
        needed_s = math.ceil(needed_s * 10.0 - 1e-6) / 10.0
        text = say("signals.cycle.found", cycle_s=cycle_s, count=1, name=name, needed_s=needed_s)
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
        tuple(stop.at_m for stop in on_road),
        tuple(stop.forward for stop in on_road),
        tuple(stop.backward for stop in on_road),
        serves,
        frozenset(taken) & frozenset(junctions),
    )


@dataclass(frozen=True, slots=True)
class _Stop:
    """A junction on the road."""

    junction: int
    at_m: float
    forward: tuple[int, ...]
    backward: tuple[int, ...]


def _along(network: RoadNetwork, road: str, edges: tuple[int, ...], drafts: dict[int, Draft]) -> list[_Stop]:
    """Return the junctions that the road passes straight, by their distance from the first one."""
    axis = road_axis(network, road, edges)
    places = [axis.at(float(s)) for s in np.arange(0.0, axis.length_m + 1e-9, SAMPLE_M)]
    points = np.array([[*(float(v) for v in position(network, p[0], p[1])), p[2]] for p in places if p is not None])
    found: list[tuple[int, int, float, float, tuple[int, ...], tuple[int, ...]]] = []
    for number, made in drafts.items():
        mine = [m for m in made.movements if m.turn == STRAIGHT and m.edge in edges]
        if not mine:
            continue
        near = int(np.argmin(np.hypot(points[:, 0] - made.junction.x_m, points[:, 1] - made.junction.y_m)))
        ahead = [m for m in mine if abs(math.remainder(m.heading_rad - points[near, 2], 2.0 * math.pi)) < math.pi / 2.0]
        back = [m for m in mine if m not in ahead]
        sides = [max(side, key=lambda m: (m.flow_vph, len(m.lanes))).connectors if side else () for side in (ahead, back)]
        found.append((near, number, made.junction.x_m, made.junction.y_m, sides[0], sides[1]))
    found.sort()
    out: list[_Stop] = []
    at_m = 0.0
    for place, (near, number, x_m, y_m, ahead_c, back_c) in enumerate(found):
        if place:
            last = found[place - 1]
            same_piece = points[near, 3] == points[last[0], 3]
            straight_m = math.hypot(x_m - last[2], y_m - last[3])
            at_m += max((near - last[0]) * SAMPLE_M, straight_m) if same_piece else straight_m
        out.append(_Stop(number, round(at_m, 1), ahead_c, back_c))
    return out
