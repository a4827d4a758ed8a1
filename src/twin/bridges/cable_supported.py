"""Decks that hang from cables: self-anchored suspension bridges and cable-stayed ones, as plane frames.

Cables are bars: main cables from hanger to hanger on a parabola, stays straight from tower to deck. Linear about the dead
load's shape. In a self-anchored suspension bridge the deck's compression and the cable's horizontal tension are equal and
opposite, so that what they add to the stiffness against deflection cancels and the linear theory holds (J. A. Ochsendorf,
D. P. Billington, Journal of Bridge Engineering 4(3), 1999, quoted without the paper at hand).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from twin.bridges.continuous import deck_nodes
from twin.bridges.framed_deck import DeckOfFrame, framed_structure
from twin.bridges.plane_frame import DOWN, Frame
from twin.bridges.structure import Structure
from twin.bridges.structure_spec import CableSupportedBridge, StayCables, SuspensionCables, TowerSpec

Floats = npt.NDArray[np.float64]

STEEL_KG_PER_M3 = 7850.0
"""Source: EN 1991-1-1, table A.4."""


@dataclass(slots=True)
class _Parts:
    """A frame while it is put together."""

    x_m: list[float]
    z_m: list[float]
    held: list[tuple[bool, bool, bool]]
    members: list[tuple[int, int, float, float, float]] = field(default_factory=list)
    """Start, end, EA, EI, mass per metre."""

    def node(self, x_m: float, z_m: float, *, held: bool = False) -> int:
        """Add a node and return its number."""
        self.x_m.append(x_m)
        self.z_m.append(z_m)
        self.held.append((held, held, held))
        return len(self.x_m) - 1

    def member(self, start: int, end: int, axial_n: float, bending_nm2: float = 0.0, mass_kg_per_m: float = 0.0) -> int:
        """Add a member and return its number."""
        self.members.append((start, end, axial_n, bending_nm2, mass_kg_per_m))
        return len(self.members) - 1

    def frame(self) -> Frame:
        """Return it as arrays."""
        start, end, axial, bending, mass = zip(*self.members, strict=True)
        return Frame(
            np.array(self.x_m),
            np.array(self.z_m),
            np.array(start, np.int64),
            np.array(end, np.int64),
            np.array(axial, np.float64),
            np.array(bending, np.float64),
            np.array(mass, np.float64),
            np.array(self.held, np.bool_),
        )


def cable_structure(spec: CableSupportedBridge, *, modes: int, stations: int) -> Structure:
    """Return a cable-supported deck. It rests on a bearing at each support and tower and is fixed along the axis at one tower.

    Cables are numbered along the axis: of a suspension bridge the hangers, then the main cable of each hung span (its tension
    at the end of the span's first half, about the middle); of a cable-stayed one the stays by their anchors on the deck.
    """
    cables, deck = spec.cables, spec.deck
    even = _hung_parts(spec, cables) if isinstance(cables, SuspensionCables) else _stayed_parts(spec, cables)
    at_m, ends = deck_nodes(spec.spans_m, even)
    towers = list(range(*cables.hung_spans)) if isinstance(cables, SuspensionCables) else sorted(cables.towers)
    fixed = int(ends[towers[0]])
    parts = _Parts(
        at_m.tolist(),
        [0.0] * at_m.size,
        [(node == fixed, node in set(ends.tolist()), False) for node in range(at_m.size)],
    )
    axial_n, bending_nm2 = (1e9 * deck.elastic_modulus_gpa * value for value in (deck.area_m2, deck.inertia_m4))
    for element in range(at_m.size - 1):
        parts.member(element, element + 1, axial_n, bending_nm2, 1e3 * deck.mass_t_per_m)
    if isinstance(cables, SuspensionCables):
        named, moving = _suspend(parts, spec, cables, ends, even)
    else:
        named, moving = _stay(parts, spec, cables, ends, even), []
    frame = parts.frame()
    deck_node = np.arange(at_m.size)
    moving_nodes = np.concatenate((deck_node[~frame.held[deck_node, DOWN]], np.array(moving, np.int64)))
    return framed_structure(
        DeckOfFrame(
            frame=frame,
            deck=deck_node,
            moving=moving_nodes,
            cables=np.array(named, np.int64),
            supports=ends,
            support_m=at_m[ends],
            depth_m=np.full(at_m.size - 1, deck.depth_m),
            expansion_per_k=deck.expansion_per_k,
        ),
        deck.damping_ratio,
        modes=modes,
        stations=stations,
    )


def _hung_parts(spec: CableSupportedBridge, cables: SuspensionCables) -> list[int]:
    first, last = cables.hung_spans
    return [
        math.ceil(span_m / cables.hanger_spacing_m) if first <= number + 1 <= last else 1
        for number, span_m in enumerate(spec.spans_m)
    ]


def _stayed_parts(spec: CableSupportedBridge, cables: StayCables) -> list[int]:
    return [
        math.ceil(span_m / cables.stay_spacing_m) if {number, number + 1} & set(cables.towers) else 1
        for number, span_m in enumerate(spec.spans_m)
    ]


def _tower(parts: _Parts, x_m: float, spec: TowerSpec, heights_m: list[float]) -> list[int]:
    """Add a tower with a node at each of the ``heights_m`` above the deck, ascending; return these nodes."""
    modulus_pa = 1e9 * spec.elastic_modulus_gpa
    below = parts.node(x_m, spec.below_deck_m, held=True)
    nodes = []
    for height_m in heights_m:
        node = parts.node(x_m, -height_m)
        parts.member(below, node, modulus_pa * spec.area_m2, modulus_pa * spec.inertia_m4)
        nodes.append(node)
        below = node
    return nodes


def _suspend(
    parts: _Parts, spec: CableSupportedBridge, cables: SuspensionCables, ends: npt.NDArray[np.int64], even: list[int]
) -> tuple[list[int], list[int]]:
    """Add towers, main cables and hangers; return the members that are numbered as cables, and the nodes of the main cables."""
    first, last = cables.hung_spans
    spans = range(first - 1, last)
    longest_m = max(spec.spans_m[span] for span in spans)
    height_m = spec.tower.above_deck_m
    tops = {support: _tower(parts, parts.x_m[ends[support]], spec.tower, [height_m])[0] for support in range(first, last)}
    axial_n, hanger_n = (1e9 * cables.modulus_gpa * area for area in (cables.cable_area_m2, cables.hanger_area_m2))
    mass = STEEL_KG_PER_M3 * cables.cable_area_m2
    hangers, mains, moving = [], [], []
    for span in spans:
        length_m, count = spec.spans_m[span], even[span]
        sag_m = cables.sag_ratio * length_m**2 / longest_m
        begin_m, end_m = (height_m if end in tops else 0.0 for end in (span, span + 1))
        step = int(ends[span + 1] - ends[span]) // count
        before = tops.get(span, int(ends[span]))
        for place in range(1, count + 1):
            share = place / count
            if place == count:
                node = tops.get(span + 1, int(ends[span + 1]))
            else:
                deck_node = int(ends[span]) + step * place
                above_m = begin_m + (end_m - begin_m) * share - 4.0 * sag_m * share * (1.0 - share)
                node = parts.node(parts.x_m[deck_node], -above_m)
                hangers.append(parts.member(node, deck_node, hanger_n, 0.0, STEEL_KG_PER_M3 * cables.hanger_area_m2))
                moving.append(node)
            piece = parts.member(before, node, axial_n, 0.0, mass)
            if place == (count + 1) // 2:
                mains.append(piece)
            before = node
    return hangers + mains, moving


def _stay(
    parts: _Parts, spec: CableSupportedBridge, cables: StayCables, ends: npt.NDArray[np.int64], even: list[int]
) -> list[int]:
    """Add towers and stays; return the stays along the axis. A span between two towers is shared half by half."""
    found: list[tuple[float, int]] = []
    height_m, axial_n = spec.tower.above_deck_m, 1e9 * cables.modulus_gpa * cables.stay_area_m2
    for tower in sorted(cables.towers):
        anchors: list[tuple[float, int]] = []
        for span, near in ((tower - 1, int(ends[tower])), (tower, int(ends[tower]))):
            both = {span, span + 1} <= set(cables.towers)
            count = even[span]
            step = int(ends[span + 1] - ends[span]) // count
            way = -1 if span < tower else 1
            reach = (count - 1) // 2 if both else count
            anchors += [(place / count * spec.spans_m[span], near + way * step * place) for place in range(1, reach + 1)]
        farthest_m = max(away_m for away_m, _ in anchors)
        lowest_m = height_m * (1.0 - cables.anchor_share)
        level = [(round(lowest_m + (height_m - lowest_m) * away_m / farthest_m, 6), node) for away_m, node in anchors]
        heights = sorted({at_m for at_m, _ in level})
        node_at = dict(zip(heights, _tower(parts, parts.x_m[ends[tower]], spec.tower, heights), strict=True))
        found += [(parts.x_m[node], parts.member(node_at[at_m], node, axial_n)) for at_m, node in level]
    return [member for _, member in sorted(found)]
