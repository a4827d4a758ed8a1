"""Underpasses of a run: which edges they are, where their lowest points lie, how big their catchments and pumps are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.errors import Problem, closest
from twin.messages import say
from twin.municipal.rain import mean_mmph
from twin.municipal.roads_spec import RoadDevicesSpec
from twin.municipal.underpass_spec import DrainageSpec, UnderpassRuleSpec, UnderpassSpec
from twin.roadnet.road_axes import position
from twin.roadnet.road_network import RoadNetwork

Ints = npt.NDArray[np.int32]

TOGETHER_M: Final = 100.0
"""Edges of one name whose middles lie so close are one underpass. Choice: the carriageways of a wide avenue."""

M3PS_PER_MMPH_M2: Final = 1.0 / 3.6e6
"""Flow (m3/s) of 1 mm/h on 1 m2."""


@dataclass(frozen=True, slots=True)
class Underpass:
    """One underpass; each of its edges dips to the lowest point in its middle."""

    number: int
    name: str
    edges: Ints
    x_m: float
    """Its gauge, at the lowest point of its first edge."""
    y_m: float
    width_m: float
    """Width of all carriageways together."""
    catchment_m2: float
    pump_m3ps: float
    spec: UnderpassSpec | None
    """The entry of the scenario that it comes from; None for one of the map's."""


def underpasses_of(spec: RoadDevicesSpec, network: RoadNetwork) -> tuple[tuple[Underpass, ...], list[Problem]]:
    """Return the underpasses that a scenario asks for, single ones first, and what is wrong with them."""
    below = _below(network)
    found: list[Underpass] = []
    problems: list[Problem] = []
    taken: set[int] = set()
    for number, one in enumerate(spec.underpasses):
        edges, problem = _edges_of(one, network, below, f"roads.underpasses[{number}]")
        if problem is not None:
            problems.append(problem)
            continue
        taken |= set(edges.tolist())
        found.append(_underpass(len(found), one.name, edges, one, spec.drainage, network))
    if spec.from_map is not None:
        groups = _groups(spec.from_map, network, [edge for edge in below if edge not in taken])
        if not groups and not found:
            problems.append(Problem("", "roads.from_map", say("roads.no_underpass.found"), say("roads.no_underpass.remedy")))
        names = {one.name for one in found}
        for group in groups:
            base = network.edge_name[group[0]] or f"way-{network.edge_way[group[0]]}"
            name = next(name for name in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if name not in names)
            names.add(name)
            found.append(_underpass(len(found), name, np.array(group, np.int32), None, spec.drainage, network))
    return tuple(found), problems


def _below(network: RoadNetwork) -> list[int]:
    """Return the edges outside of junctions that lead below the ground."""
    below = np.flatnonzero(network.edge_tunnel | (network.edge_level < 0))
    return [edge for edge in below.tolist() if edge not in network.internal_edges]


def _edges_of(one: UnderpassSpec, network: RoadNetwork, below: list[int], key: str) -> tuple[Ints, Problem | None]:
    if one.ways:
        edges = [edge for edge in range(network.edge_count) if edge not in network.internal_edges]
        edges = [edge for edge in edges if network.edge_way[edge] in one.ways]
        missing = sorted(set(one.ways) - {int(network.edge_way[edge]) for edge in edges})
        words = say("demand.way.found", way=missing[0] if missing else None), say("demand.way.remedy")
        return np.array(edges, np.int32), Problem("", f"{key}.ways", *words) if missing else None
    edges = [edge for edge in below if network.edge_name[edge] == one.road]
    places = _joined(network, edges)
    if len(places) == 1:
        return np.array(edges, np.int32), None
    if places:
        ways = "; ".join(", ".join(str(network.edge_way[edge]) for edge in place) for place in places)
        words = say("roads.apart.found", road=one.road, count=len(places)), say("roads.apart.remedy", ways=ways)
    else:
        meant = closest(one.road or "", sorted({network.edge_name[edge] for edge in below} - {""}))
        remedy = say("remedy.did_you_mean", name=meant) if meant else say("roads.underpass.remedy")
        words = say("roads.underpass.found", road=one.road), remedy
    return np.array(edges, np.int32), Problem("", f"{key}.road", *words)


def _groups(rule: UnderpassRuleSpec, network: RoadNetwork, edges: Sequence[int]) -> list[list[int]]:
    """Return the edges of each underpass of the map, in the order of their first edges."""
    return _joined(network, [edge for edge in edges if rule.shortest_m <= network.edge_length_m[edge] <= rule.longest_m])


def _joined(network: RoadNetwork, edges: Sequence[int]) -> list[list[int]]:
    groups: list[list[int]] = []
    for edge in edges:
        near = [group for group in groups if any(_together(network, edge, other) for other in group)]
        joined = sorted({edge, *(other for group in near for other in group)})
        groups = sorted([group for group in groups if group not in near] + [joined])
    return groups


def _together(network: RoadNetwork, edge: int, other: int) -> bool:
    if network.edge_name[edge] != network.edge_name[other] or not network.edge_name[edge]:
        return False
    (x, y), (u, v) = (_middle(network, one) for one in (edge, other))
    return bool(np.hypot(x - u, y - v) <= TOGETHER_M)


def _middle(network: RoadNetwork, edge: int) -> tuple[float, float]:
    x_m, y_m, _ = position(network, edge, 0.5 * float(network.edge_length_m[edge]))
    return float(x_m), float(y_m)


def _underpass(
    number: int, name: str, edges: Ints, spec: UnderpassSpec | None, drainage: DrainageSpec, network: RoadNetwork
) -> Underpass:
    width_m = network.edge_lanes[edges] * network.edge_lane_width_m[edges]
    area_m2 = float((width_m * network.edge_length_m[edges]).sum())
    stated_m2 = None if spec is None else spec.catchment_m2
    catchment_m2 = drainage.catchment_factor * area_m2 if stated_m2 is None else stated_m2
    pump_m3ps = None if spec is None else spec.pump_m3ps
    if pump_m3ps is None:
        design_mmph = mean_mmph(drainage.design_years, drainage.delay_min)
        pump_m3ps = drainage.runoff * design_mmph * catchment_m2 * M3PS_PER_MMPH_M2
    x_m, y_m = _middle(network, int(edges[0]))
    all_m = area_m2 / float(network.edge_length_m[edges].max())
    return Underpass(number, name, edges, x_m, y_m, all_m, catchment_m2, pump_m3ps, spec)
