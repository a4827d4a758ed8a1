"""Girders over several spans: on bearings, or in one piece with their piers."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.bridges.framed_deck import DeckOfFrame, framed_structure
from twin.bridges.plane_frame import ALONG, DOWN, Frame
from twin.bridges.structure import Structure
from twin.bridges.structure_spec import AREA_POWER, INERTIA_POWER, ContinuousBridge, DeckSpec

Floats = npt.NDArray[np.float64]

ELEMENT_M: Final = 2.0
"""Longest element of a deck. Choice: a fortieth of a half wave of the tenth mode of a usual bridge at most."""

LEAST_ELEMENTS: Final = 24
"""Elements of each span at least. Choice: two dozen, so that frequencies of its own modes are within 0.1 %."""


def deck_nodes(spans_m: list[float], even: list[int] | None = None) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return where the nodes of a deck are, and which of them lie at the ends of the spans.

    The elements of each span are of one length and a multiple of ``even``, of each span, in number.
    """
    places, ends = [0.0], [0]
    for number, span_m in enumerate(spans_m):
        parts = 1 if even is None else even[number]
        count = parts * math.ceil(max(span_m / ELEMENT_M, LEAST_ELEMENTS) / parts)
        begin_m = math.fsum(spans_m[:number])
        places += [begin_m + span_m * (i + 1) / count for i in range(count)]
        ends.append(ends[-1] + count)
    return np.array(places), np.array(ends)


def depth_along(deck: DeckSpec, spans_m: list[float], at_m: Floats) -> Floats:
    """Return the section's depth at places of a girder: a parabola from pier to pier; from the ends half a one."""
    if deck.depth_at_piers_m is None:
        return np.full(at_m.shape, deck.depth_m)
    ends_m = np.concatenate(([0.0], np.cumsum(spans_m)))
    last = len(spans_m) - 1
    span = np.clip(np.searchsorted(ends_m, at_m, side="right") - 1, 0, last)
    share = (at_m - ends_m[span]) / np.asarray(spans_m)[span]
    from_lowest = np.where(span == 0, share, np.where(span == last, 1.0 - share, 2.0 * share - 1.0))
    depth_m: Floats = deck.depth_m + (deck.depth_at_piers_m - deck.depth_m) * from_lowest**2
    return depth_m


def continuous_structure(spec: ContinuousBridge, *, modes: int, stations: int) -> Structure:
    """Return a girder over several spans; each element has the section of its middle.

    On bearings it is fixed along the axis at its first inner pier; rigid piers hold it themselves.
    """
    deck = spec.deck
    at_m, ends = deck_nodes(spec.spans_m)
    count = at_m.size - 1
    depth_m = depth_along(deck, spec.spans_m, 0.5 * (at_m[1:] + at_m[:-1]))
    ratio = depth_m / deck.depth_m
    modulus_pa = 1e9 * deck.elastic_modulus_gpa
    axial_n = modulus_pa * deck.area_m2 * ratio**AREA_POWER
    bending_nm2 = modulus_pa * deck.inertia_m4 * ratio**INERTIA_POWER
    mass_kg_per_m = 1e3 * deck.mass_t_per_m * ratio**AREA_POWER
    held = np.zeros((at_m.size, 3), np.bool_)
    inner = ends[1:-1]
    supports = ends.copy()
    z_m = np.zeros(at_m.size)
    start, end = np.arange(count), np.arange(1, count + 1)
    if spec.rigid_piers:
        held[ends[[0, -1]], DOWN] = True
        feet = at_m.size + np.arange(inner.size)
        at_m, z_m = np.concatenate((at_m, at_m[inner])), np.concatenate((z_m, np.full(inner.size, spec.pier_height_m)))
        held = np.concatenate((held, np.ones((inner.size, 3), np.bool_)))
        start, end = np.concatenate((start, inner)), np.concatenate((end, feet))
        axial_n = np.concatenate((axial_n, np.full(inner.size, modulus_pa * spec.pier_area_m2)))
        bending_nm2 = np.concatenate((bending_nm2, np.full(inner.size, modulus_pa * spec.pier_inertia_m4)))
        mass_kg_per_m = np.concatenate((mass_kg_per_m, np.zeros(inner.size)))
        supports[1:-1] = feet
    else:
        held[ends, DOWN] = True
        held[ends[1], ALONG] = True
    frame = Frame(at_m, z_m, start, end, axial_n, bending_nm2, mass_kg_per_m, held)
    moving = np.flatnonzero(~held[: count + 1, DOWN])
    none = np.empty(0, np.int64)
    return framed_structure(
        DeckOfFrame(frame, np.arange(count + 1), moving, none, supports, frame.x_m[ends], depth_m, deck.expansion_per_k),
        deck.damping_ratio,
        modes=modes,
        stations=stations,
    )
