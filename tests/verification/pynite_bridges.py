"""The bridges of a scenario as models of PyNiteFEA, put together from their data without the product's own code."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from Pynite import FEModel3D
from scipy.sparse.linalg import splu

from twin.bridges.structure_spec import CableSupportedBridge, ContinuousBridge, StayCables, StructureSpec, SuspensionCables

STEEL_KG_PER_M3 = 7850.0


@dataclass
class PyniteBridge:
    """A plane frame in three dimensions: x along the axis, y up; nodes of the deck by where they are."""

    model: FEModel3D = field(default_factory=FEModel3D)
    deck: list[tuple[float, str]] = field(default_factory=list)
    hangers: list[str] = field(default_factory=list)
    """From top to bottom, along the axis."""
    mains: list[str] = field(default_factory=list)
    """Pieces of main cables."""
    count: int = 0

    def node(self, x: float, y: float, z: float = 0.0, *, along: bool = False, up: bool = False, turn: bool = False) -> str:
        """Add a node that only moves in the plane, with what else is held; return its name."""
        name = f"n{len(self.model.nodes)}"
        self.model.add_node(name, x, y, z)
        self.model.def_support(name, along, up, True, True, True, turn)
        return name

    def member(self, start: str, end: str, modulus_pa: float, area: float, inertia: float) -> str:
        """Add a member with sections of its own; one without bending is hinged at both ends."""
        name = f"m{self.count}"
        self.count += 1
        self.model.add_material(name, modulus_pa, modulus_pa / 2.6, 0.3, 1.0)
        self.model.add_section(name, area, max(inertia, 1e-6), max(inertia, 1e-6), 1.0)
        self.model.add_member(name, start, end, name, name)
        if inertia == 0.0:
            self.model.def_releases(name, Rzi=True, Rzj=True)
        return name

    def hung_kg(self) -> np.ndarray:
        """Return (nodes of the deck,): mass of main cables and hangers above each, halves of members; of stays none."""
        places = {round(x, 6): i for i, (x, _) in enumerate(self.deck)}
        mass = np.zeros(len(self.deck))
        for name in [*self.hangers, *self.mains] if self.mains else []:
            member = self.model.members[name]
            for node in (member.i_node, member.j_node):
                mass[places[round(node.X, 6)]] += 0.5 * STEEL_KG_PER_M3 * member.section.A * member.L()
        return mass

    def deflections(self, places_m: Sequence[float], force_n: float) -> np.ndarray:
        """Load one node of the deck after the other; return (places, nodes of the deck) deflections, downwards.

        ``taken`` then has the axial forces of the hangers, tension positive.
        """
        for number, at_m in enumerate(places_m):
            loaded = min(self.deck, key=lambda one: abs(one[0] - at_m))[1]
            self.model.add_node_load(loaded, "FY", -force_n, f"case {number}")
            self.model.add_load_combo(f"place {number}", {f"case {number}": 1.0})
        self.model.analyze_linear(check_stability=False)
        nodes = [self.model.nodes[name] for _, name in self.deck]
        return np.array([[-node.DY[f"place {number}"] for node in nodes] for number in range(len(places_m))])

    def flexibility(self) -> np.ndarray:
        """Return (nodes of the deck, nodes of the deck) deflections for 1 N, from PyNite's stiffness; zeros at supports."""
        self.deflections([self.deck[0][0]], 0.0)  # numbers the nodes
        stiffness = self.model.Ke("place 0", log=False, check_stability=False, sparse=True).tocsc()
        ways = ("DX", "DY", "DZ", "RX", "RY", "RZ")
        nodes = sorted(self.model.nodes.values(), key=lambda node: node.ID)
        free = np.flatnonzero([not getattr(node, f"support_{way}") for node in nodes for way in ways])
        place = np.searchsorted(free, [6 * self.model.nodes[name].ID + 1 for _, name in self.deck])
        moving = np.array([not self.model.nodes[name].support_DY for _, name in self.deck])
        unit = np.zeros((free.size, moving.sum()))
        unit[place[moving], np.arange(unit.shape[1])] = 1.0
        found = np.zeros((moving.size, moving.size))
        found[np.ix_(moving, moving)] = splu(stiffness[free][:, free].tocsc()).solve(unit)[place[moving]]
        return found

    def taken(self, number: int) -> np.ndarray:
        """Return (hangers,): their tension when the place of that number is loaded."""
        return -np.array([self.model.members[hanger].axial(0.0, f"place {number}") for hanger in self.hangers])


def pynite_bridge(spec: StructureSpec) -> PyniteBridge:
    """Return a continuous, a self-anchored or a cable-stayed bridge."""
    if isinstance(spec, ContinuousBridge):
        return _continuous(spec)
    assert isinstance(spec, CableSupportedBridge)
    return _suspension(spec) if isinstance(spec.cables, SuspensionCables) else _stayed(spec)


def _continuous(spec: ContinuousBridge) -> PyniteBridge:
    bridge, deck, modulus = PyniteBridge(), spec.deck, 1e9 * spec.deck.elastic_modulus_gpa
    piers = [0.0, *itertools.accumulate(spec.spans_m)]
    last = len(spec.spans_m) - 1
    for number, span in enumerate(spec.spans_m):
        parts = round(span / 2.0)
        for i in range(parts + (number == last)):
            x = piers[number] + span * i / parts
            inner = i == 0 and number > 0
            end = x in (piers[0], piers[-1])
            on_bearing = end or (inner and not spec.rigid_piers)
            bridge.deck.append((x, bridge.node(x, 0.0, up=on_bearing, along=inner and number == 1 and not spec.rigid_piers)))
            if inner and spec.rigid_piers:
                foot = bridge.node(x, -spec.pier_height_m, along=True, up=True, turn=True)
                bridge.member(foot, bridge.deck[-1][1], modulus, spec.pier_area_m2, spec.pier_inertia_m4)
    for (x0, start), (x1, end) in itertools.pairwise(bridge.deck):
        x = 0.5 * (x0 + x1)
        number = max(i for i in range(len(spec.spans_m)) if piers[i] <= x)
        share = (x - piers[number]) / spec.spans_m[number]
        from_lowest = share if number == 0 else 1.0 - share if number == last else 2.0 * share - 1.0
        deepest = deck.depth_at_piers_m or deck.depth_m
        ratio = 1.0 + (deepest / deck.depth_m - 1.0) * from_lowest**2
        bridge.member(start, end, modulus, deck.area_m2 * ratio**0.6, deck.inertia_m4 * ratio**2.5)
    return bridge


def _suspension(spec: CableSupportedBridge) -> PyniteBridge:
    bridge, tower, cables = PyniteBridge(), spec.tower, spec.cables
    assert isinstance(cables, SuspensionCables)
    first, last = cables.hung_spans
    supports = [0.0, *itertools.accumulate(spec.spans_m)]
    longest = max(spec.spans_m[first - 1 : last])
    steel, modulus = 1e9 * cables.modulus_gpa, 1e9 * tower.elastic_modulus_gpa
    tops = {}
    for at in supports[first:last]:
        # a hand aside, for PyNite joins members to every node that they pass
        foot = bridge.node(at, -tower.below_deck_m, 0.1, along=True, up=True, turn=True)
        tops[at] = bridge.node(at, tower.above_deck_m)
        bridge.member(foot, tops[at], modulus, tower.area_m2, tower.inertia_m4)
    by_place = {at: bridge.node(at, 0.0, up=True, along=at == supports[first]) for at in supports}
    for number in range(first, last + 1):
        begin, span = supports[number - 1], spec.spans_m[number - 1]
        parts = -int(-span // cables.hanger_spacing_m)
        sag = cables.sag_ratio * span**2 / longest
        left, right = (tower.above_deck_m if at in tops else 0.0 for at in (begin, begin + span))
        before = tops.get(begin, by_place[begin])
        for i in range(1, parts + 1):
            x, u = begin + span * i / parts, i / parts
            if i == parts:
                node = tops.get(supports[number], by_place[supports[number]])
            else:
                by_place[x] = bridge.node(x, 0.0)
                node = bridge.node(x, left + (right - left) * u - 4.0 * sag * u * (1.0 - u), turn=True)
                bridge.hangers.append(bridge.member(node, by_place[x], steel, cables.hanger_area_m2, 0.0))
            bridge.mains.append(bridge.member(before, node, steel, cables.cable_area_m2, 0.0))
            before = node
    _join_deck(bridge, spec, by_place)
    return bridge


def _stayed(spec: CableSupportedBridge) -> PyniteBridge:
    """Return a bridge with one tower."""
    bridge, tower, cables = PyniteBridge(), spec.tower, spec.cables
    assert isinstance(cables, StayCables)
    assert len(cables.towers) == 1
    supports = [0.0, *itertools.accumulate(spec.spans_m)]
    at = supports[cables.towers[0]]
    by_place = {x: bridge.node(x, 0.0, up=True, along=x == at) for x in supports}
    anchors = []
    for far in (supports[cables.towers[0] - 1], supports[cables.towers[0] + 1]):
        parts = -int(-abs(far - at) // cables.stay_spacing_m)
        anchors += [at + (far - at) * i / parts for i in range(1, parts + 1)]
    reach = max(abs(x - at) for x in anchors)
    level = {x: tower.above_deck_m * (1.0 - cables.anchor_share * (1.0 - abs(x - at) / reach)) for x in anchors}
    below = bridge.node(at, -tower.below_deck_m, 0.1, along=True, up=True, turn=True)
    heights = {}
    for y in sorted(set(level.values())):
        heights[y] = bridge.node(at, y)
        bridge.member(below, heights[y], 1e9 * tower.elastic_modulus_gpa, tower.area_m2, tower.inertia_m4)
        below = heights[y]
    for x in sorted(anchors):
        by_place.setdefault(x, "")
        by_place[x] = by_place[x] or bridge.node(x, 0.0)
        bridge.hangers.append(bridge.member(heights[level[x]], by_place[x], 1e9 * cables.modulus_gpa, cables.stay_area_m2, 0.0))
    _join_deck(bridge, spec, by_place)
    return bridge


def _join_deck(bridge: PyniteBridge, spec: CableSupportedBridge, by_place: dict[float, str]) -> None:
    deck = spec.deck
    bridge.deck = sorted(by_place.items())
    for (_, start), (_, end) in itertools.pairwise(bridge.deck):
        bridge.member(start, end, 1e9 * deck.elastic_modulus_gpa, deck.area_m2, deck.inertia_m4)
