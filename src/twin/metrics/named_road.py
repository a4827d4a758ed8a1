"""A road by its name, as the log has it: its edges, and the chain of them in one direction with metres along it."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.errors import InputError
from twin.eventlog.reader import Run
from twin.messages import say
from twin.units import CM_PER_M

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BEARINGS: Final = {"eastbound": (1.0, 0.0), "northbound": (0.0, 1.0), "westbound": (-1.0, 0.0), "southbound": (0.0, -1.0)}
"""Directions as (east, north)."""

GAP_M: Final = 60.0
"""The next edge of a road begins at most this far from the end of one: across a junction. Assumption."""

ON: Final = math.cos(math.radians(60.0))
"""A sharper bend is not following the road. Assumption."""

ASIDE_M: Final = 15.0
"""Farther from the axis, a vehicle is not on this road: four lanes of 3.5 m and a metre."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge of a road."""

    number: int
    lanes: int
    length_m: float
    xy_m: Floats
    """(points, 2): east and north."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The edges of a road in one direction, one behind the other."""

    direction: str
    """A key of ``BEARINGS``."""
    edges: Ints
    end_m: Floats
    """Metres along the axis at the end of each edge."""
    xy_m: Floats
    """(points, 2): the polyline of them all."""
    s_m: Floats
    """(points,): metres along it."""

    def along(self, xy_m: Floats) -> Floats:
        """Return the metres along the axis of the points (n, 2); nan for those more than ``ASIDE_M`` beside it."""
        begin, way = self.xy_m[:-1], np.diff(self.xy_m, axis=0)
        square = np.maximum((way * way).sum(axis=1), 1e-12)
        found = np.empty(len(xy_m))
        for first in range(0, len(xy_m), 4096):  # so that the table of points x segments stays small
            part = xy_m[first : first + 4096, None, :] - begin
            share = np.clip((part * way).sum(axis=2) / square, 0.0, 1.0)
            aside = np.hypot(*np.moveaxis(part - share[..., None] * way, 2, 0))
            best = np.argmin(aside, axis=1)
            rows = np.arange(best.size)
            at_m = self.s_m[best] + share[rows, best] * np.sqrt(square[best])
            found[first : first + 4096] = np.where(aside[rows, best] <= ASIDE_M, at_m, np.nan)
        return found


def edges_of(run: Run, road: str) -> list[Edge]:
    """Return the edges with that street name; InputError with the nearest names where there are none."""
    table = run.table("edge")
    names = table.column("name").to_pylist()
    columns: list[list[Any]] = [table.column(name).to_pylist() for name in ("edge", "lanes", "length_m", "x_cm", "y_cm")]
    found = [
        Edge(number, lanes, length_m, np.column_stack([x_cm, y_cm]) / CM_PER_M)
        for name, number, lanes, length_m, x_cm, y_cm in zip(names, *columns, strict=True)
        if name == road
    ]
    if not found:
        close = difflib.get_close_matches(road, sorted({name for name in names if name}), n=3, cutoff=0.3)
        raise InputError(say("draw.road", run=run.path, road=road, names=", ".join(close) or "-"))
    return found


def axis_of(run: Run, road: str, direction: str = "") -> Axis:
    """Return the longest chain of the road's edges in ``direction`` (a key of ``BEARINGS``; "": the longest of all).

    Raises InputError where there is no such road, or none in that direction.
    """
    edges = edges_of(run, road)
    chains = [chain for chain in _chains(edges) if not direction or _direction(chain) == direction]
    if not chains:
        known = ", ".join(sorted({_direction(chain) for chain in _chains(edges)}))
        raise InputError(say("draw.direction", road=road, direction=direction, names=known))
    longest = max(chains, key=lambda chain: (sum(edge.length_m for edge in chain), -chain[0].number))
    xy_m = np.concatenate([edge.xy_m for edge in longest])
    s_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy_m, axis=0).T))])
    ends = np.cumsum([len(edge.xy_m) for edge in longest]) - 1
    return Axis(_direction(longest), np.array([edge.number for edge in longest]), s_m[ends], xy_m, s_m)


def _unit(way: Floats) -> Floats:
    unit: Floats = way / max(float(np.hypot(*way)), 1e-9)
    return unit


def _direction(chain: list[Edge]) -> str:
    east, north = _unit(chain[-1].xy_m[-1] - chain[0].xy_m[0])
    return max(BEARINGS, key=lambda name: BEARINGS[name][0] * east + BEARINGS[name][1] * north)


def _chains(edges: list[Edge]) -> list[list[Edge]]:
    """Return the edges strung together: each goes on with the nearest one that begins ahead of its end, if it is free."""
    offers = []
    for a, edge in enumerate(edges):
        heading = _unit(edge.xy_m[-1] - edge.xy_m[-2])
        for b, other in enumerate(edges):
            gap = other.xy_m[0] - edge.xy_m[-1]
            gap_m = float(np.hypot(*gap))
            ahead = gap_m < 1.0 or float(_unit(gap) @ heading) >= ON
            if a != b and gap_m <= GAP_M and ahead and float(_unit(other.xy_m[1] - other.xy_m[0]) @ heading) >= ON:
                offers.append((gap_m, a, b))
    following: dict[int, int] = {}
    before: dict[int, int] = {}
    for _, a, b in sorted(offers):
        if a not in following and b not in before and not _leads_to(following, b, a):
            following[a], before[b] = b, a
    chains = []
    for a in range(len(edges)):
        if a not in before:
            chain = [a]
            while chain[-1] in following:
                chain.append(following[chain[-1]])
            chains.append([edges[k] for k in chain])
    return chains


def _leads_to(following: dict[int, int], a: int, b: int) -> bool:
    while a in following and a != b:
        a = following[a]
    return a == b
