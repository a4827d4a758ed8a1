"""Roads as one line each, with a chainage: what "every 200 metres along this road" counts along.

A road is every edge of one name (of one class, where edges have no name); links, which are ramps and slip lanes, belong to
none. OpenStreetMap draws it as many edges in two directions, often as two or four carriageways. Its axis is made of the
longest run of edges that drive on into each other, then of those parts of the next longest that do not lie beside the axis
found so far, and so on: a dual carriageway counts once, a gap or a fork goes on with the next piece. The chainage runs through
the pieces one after the other. It depends on the map alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from twin.roadnet.road_network import Floats, RoadNetwork

STEP_M: Final = 10.0
"""Resolution with which carriageways are compared. Assumption: a third of a wide carriageway and its margin."""

BESIDE_M: Final = 100.0
"""Carriageways of one name and level this far apart are one road. Assumption: the width of Guangzhou's widest avenues with
their median and side roads."""

BESIDE_UNNAMED_M: Final = 30.0
"""The same for edges without a name, which may be different streets. Assumption: less than a block."""

PARALLEL_RAD: Final = np.radians(35.0)
"""Carriageways at a larger angle are not beside each other. Assumption: between a bend and a crossing."""

STRAIGHT_ON_RAD: Final = np.radians(60.0)
"""A run of edges does not turn more than this at a node. Assumption: sharper is turning off."""

LEAST_PIECE_M: Final = 60.0
"""Shorter rests beside a longer run are left out. Assumption: less than the staggered ends of two carriageways."""

_NEIGHBOURS: Final = 64


@dataclass(frozen=True, slots=True)
class RoadAxis:
    """One road's axis. Its parts are stretches of edges; part ``i`` covers the chainage ``from_m[i]`` to ``from_m[i + 1]``."""

    road: str
    """Name of the road, as ``road_of`` gives it."""
    edges: tuple[int, ...]
    """Every edge of the road, of both directions, on the axis or not."""
    edge: npt.NDArray[np.int64]
    """Edge of each part; the chainage grows in its direction."""
    edge_s_m: Floats
    """Where on that edge the part begins."""
    piece: npt.NDArray[np.int64]
    """Number of the piece, within which the axis is unbroken."""
    from_m: Floats
    """(parts + 1,): chainage at the beginning of each part, and at the end."""

    @property
    def length_m(self) -> float:
        """Length of the axis."""
        return float(self.from_m[-1])

    def at(self, chainage_m: float) -> tuple[int, float, int] | None:
        """Return (edge, distance along it, piece) at a chainage; None beyond the ends."""
        if not 0.0 <= chainage_m <= self.length_m or not self.edge.size:
            return None
        part = min(int(np.searchsorted(self.from_m, chainage_m, side="right")) - 1, self.edge.size - 1)
        s_m = float(self.edge_s_m[part]) + chainage_m - float(self.from_m[part])
        return int(self.edge[part]), s_m, int(self.piece[part])


def road_of(network: RoadNetwork, edge: int) -> str:
    """Return the road an edge belongs to: its name, else ``unnamed-<class>``; empty for links."""
    highway = network.edge_highway[edge]
    if highway.endswith("_link"):
        return ""
    return network.edge_name[edge] or f"unnamed-{highway}"


def roads(network: RoadNetwork) -> dict[str, tuple[int, ...]]:
    """Return the edges of every road, by road in alphabetical order."""
    found: dict[str, list[int]] = {}
    for edge in range(network.edge_count):
        road = road_of(network, edge)
        if road:
            found.setdefault(road, []).append(edge)
    return {road: tuple(found[road]) for road in sorted(found)}


def road_axis(network: RoadNetwork, road: str, edges: Collection[int]) -> RoadAxis:
    """Return the axis of the road that ``edges`` make up."""
    named = any(network.edge_name[edge] for edge in edges)
    beside_m = BESIDE_M if named else BESIDE_UNNAMED_M
    chains = [_Chain(network, chain) for chain in _chains(network, edges)]
    chains.sort(key=lambda chain: (-round(chain.length_m, 1), chain.edges[0]))
    taken: list[_Chain] = []
    stretches: list[tuple[int, float, float, int]] = []
    pieces = 0
    for chain in chains:
        free = ~chain.beside(taken, beside_m)
        kept = np.zeros(free.size, np.bool_)
        for first, last in _runs(free):
            begin_m, end_m = first * chain.step_m, (last + 1) * chain.step_m
            if end_m - begin_m >= LEAST_PIECE_M or not taken:
                stretches += [(*stretch, pieces) for stretch in chain.stretches(begin_m, end_m)]
                kept[first : last + 1] = True
                pieces += 1
        if kept.any():
            taken.append(chain.only(kept))
    lengths = [end_m - begin_m for _, begin_m, end_m, _ in stretches]
    return RoadAxis(
        road,
        tuple(edges),
        np.array([stretch[0] for stretch in stretches], np.int64),
        np.array([stretch[1] for stretch in stretches], np.float64),
        np.array([stretch[3] for stretch in stretches], np.int64),
        np.concatenate(([0.0], np.cumsum(lengths))),
    )


class _Chain:
    """A run of edges with a sample in the middle of each step."""

    def __init__(self, network: RoadNetwork, edges: list[int]) -> None:
        self.edges = edges
        lengths = network.edge_length_m[edges]
        self.end_m = np.cumsum(lengths)
        self.begin_m = self.end_m - lengths
        self.length_m = float(self.end_m[-1])
        count = max(1, round(self.length_m / STEP_M))
        self.step_m = self.length_m / count
        at_m = (np.arange(count) + 0.5) * self.step_m
        part = np.minimum(np.searchsorted(self.end_m, at_m), len(edges) - 1)
        self.x_m, self.y_m, self.heading_rad = np.empty(count), np.empty(count), np.empty(count)
        for number in np.unique(part):
            mine = part == number
            place = position(network, edges[number], at_m[mine] - self.begin_m[number])
            self.x_m[mine], self.y_m[mine], self.heading_rad[mine] = place
        self.level = network.edge_level[np.array(edges)[part]].astype(np.int64)

    def only(self, kept: npt.NDArray[np.bool_]) -> _Chain:
        """Return the chain with those samples only; good for being compared with."""
        rest = object.__new__(_Chain)
        rest.x_m, rest.y_m, rest.heading_rad = self.x_m[kept], self.y_m[kept], self.heading_rad[kept]
        rest.level = self.level[kept]
        return rest

    def beside(self, taken: list[_Chain], beside_m: float) -> npt.NDArray[np.bool_]:
        """Tell which samples lie beside one of the chains taken, or beside this very chain long before."""
        others = [*taken, self]
        x_m, y_m = np.concatenate([chain.x_m for chain in others]), np.concatenate([chain.y_m for chain in others])
        heading_rad = np.concatenate([chain.heading_rad for chain in others])
        level = np.concatenate([chain.level for chain in others])
        own_from = x_m.size - self.x_m.size
        near_m, near = KDTree(np.column_stack((x_m, y_m))).query(
            np.column_stack((self.x_m, self.y_m)), k=_NEIGHBOURS, distance_upper_bound=beside_m
        )
        there = np.isfinite(near_m)
        near = np.where(there, near, 0)
        along_m = (x_m[near] - self.x_m[:, None]) * np.cos(self.heading_rad)[:, None]
        along_m += (y_m[near] - self.y_m[:, None]) * np.sin(self.heading_rad)[:, None]
        parallel = np.abs(np.cos(heading_rad[near] - self.heading_rad[:, None])) >= np.cos(PARALLEL_RAD)
        long_before = near < own_from + np.arange(self.x_m.size)[:, None] - 2.0 * beside_m / self.step_m
        counts = (near < own_from) | long_before
        abreast = np.abs(along_m) <= 1.5 * STEP_M
        hits: npt.NDArray[np.bool_] = there & parallel & counts & abreast & (level[near] == self.level[:, None])
        found: npt.NDArray[np.bool_] = np.any(hits, axis=1)
        return found

    def stretches(self, begin_m: float, end_m: float) -> Iterator[tuple[int, float, float]]:
        """Yield (edge, from, to), metres along the edge, of what lies between two distances along the chain."""
        for edge, edge_begin_m, edge_end_m in zip(self.edges, self.begin_m, self.end_m, strict=True):
            low, high = max(begin_m, float(edge_begin_m)), min(end_m, float(edge_end_m))
            if high > low:
                yield edge, low - float(edge_begin_m), high - float(edge_begin_m)


def position(network: RoadNetwork, edge: int, s_m: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return x, y and heading (radians anticlockwise from east) at distances along an edge."""
    part = slice(int(network.point_offset[edge]), int(network.point_offset[edge + 1]))
    x_m, y_m, along_m = network.point_x_m[part], network.point_y_m[part], network.point_s_m[part]
    at_m = np.asarray(s_m, np.float64)
    piece = np.clip(np.searchsorted(along_m, at_m), 1, along_m.size - 1)
    dx, dy = x_m[piece] - x_m[piece - 1], y_m[piece] - y_m[piece - 1]
    share = (at_m - along_m[piece - 1]) / (along_m[piece] - along_m[piece - 1])
    return x_m[piece - 1] + share * dx, y_m[piece - 1] + share * dy, np.arctan2(dy, dx)


def _chains(network: RoadNetwork, edges: Collection[int]) -> Iterator[list[int]]:
    """Yield the edges in runs: an edge is followed by the straightest one after it, if that is true backwards as well."""
    mine = sorted(edges)
    member = frozenset(mine)
    ends = {edge: (_heading(network, edge, at_end=False), _heading(network, edge, at_end=True)) for edge in mine}
    after: dict[int, tuple[float, int]] = {}
    before: dict[int, tuple[float, int]] = {}
    for edge in mine:
        for follower in map(int, network.turns(edge)):
            if follower not in member:
                continue
            turn_rad = abs((ends[follower][0] - ends[edge][1] + np.pi) % (2.0 * np.pi) - np.pi)
            if turn_rad <= STRAIGHT_ON_RAD:
                after[edge] = min(after.get(edge, (np.inf, 0)), (turn_rad, follower))
                before[follower] = min(before.get(follower, (np.inf, 0)), (turn_rad, edge))
    follows = {edge: after[edge][1] for edge in mine if edge in after and before[after[edge][1]][1] == edge}
    led = set(follows.values())
    seen: set[int] = set()
    for start in [*(edge for edge in mine if edge not in led), *mine]:
        chain = []
        at: int | None = start
        while at is not None and at not in seen:
            seen.add(at)
            chain.append(at)
            at = follows.get(at)
        if chain:
            yield chain


def _heading(network: RoadNetwork, edge: int, *, at_end: bool) -> float:
    x_m, y_m = network.polyline(edge)
    i = x_m.size - 2 if at_end else 0
    return float(np.arctan2(y_m[i + 1] - y_m[i], x_m[i + 1] - x_m[i]))


def _runs(free: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of every run of True."""
    padded = np.concatenate(([False], free, [False]))
    changes = np.flatnonzero(padded[1:] != padded[:-1])
    for first, end in changes.reshape(-1, 2):
        yield int(first), int(end) - 1
