"""On which edge, and how far along it, a place with a heading lies: matching to the log's table ``edge``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from twin.eventlog.reader import Run
from twin.units import CM_PER_M

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PIECE_M: Final = 2.0
"""Edges are cut into pieces of at most this length; places along them are exact all the same."""

ASIDE_PER_RAD_M: Final = 20.0
"""So many metres aside is as bad a fit as a heading that differs by a radian. Assumption: the other carriageway, 10 m aside and
turned by pi, must never win, and crossing roads within a junction not before 30 m."""

MOST_TURN_RAD: Final = np.pi / 3.0
"""A heading that differs more is on none of the edges near. Assumption: changes of lane and turns stay below 60 degrees."""

BESIDE_M: Final = 1.75
"""Places up to this beside the carriageway are still on the edge. Assumption: half a lane, for errors of the place."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Edges of places; arrays of shape (n,)."""

    edge: Longs
    """-1 where no edge fits."""
    s_m: Floats
    """Metres along the edge from its beginning."""
    along_x: Floats
    """Direction of the edge there, east; a unit vector."""
    along_y: Floats


class EdgeMatcher:
    """Finds, among the edges of one level, the nearest one whose direction agrees."""

    def __init__(self, run: Run, level: int) -> None:
        """Cut the edges of ``level`` into pieces; those inside of junctions, which connectors replace, are left out."""
        table = run.table("edge").select(["edge", "level", "lanes", "lane_width_m", "x_cm", "y_cm"])
        inside = edges_inside(run)
        rows = [row for row in table.to_pylist() if row["level"] == level and row["edge"] not in inside]
        parts = [_pieces(np.array(row["x_cm"]) / CM_PER_M, np.array(row["y_cm"]) / CM_PER_M) for row in rows]
        sizes = [len(part) for part in parts]
        self._piece = np.concatenate([np.empty((0, 5)), *parts])
        """(pieces, 5): middle east and north, direction east and north, metres along the edge."""
        self._edge = np.repeat(np.array([row["edge"] for row in rows], np.int64), sizes)
        half_m = [row["lanes"] * row["lane_width_m"] / 2.0 for row in rows]
        self._half_m = np.repeat(np.array(half_m, float), sizes)
        self._tree = KDTree(self._piece[:, :4] * _WEIGHT)

    def match(self, x_m: Floats, y_m: Floats, heading_rad: Floats) -> Matched:
        """Return where the places (n,) with headings, anticlockwise from east, lie."""
        if not self._edge.size or not x_m.size:
            nothing = np.zeros(x_m.size)
            return Matched(np.full(x_m.size, -1, np.int64), nothing, nothing, nothing)
        wanted = np.column_stack([x_m, y_m, np.cos(heading_rad), np.sin(heading_rad)])
        found = self._tree.query(wanted * _WEIGHT)[1]
        piece = self._piece[found]
        away_m, along = wanted[:, :2] - piece[:, :2], piece[:, 2:4]
        ahead_m = (away_m * along).sum(axis=1)
        beside_m = np.abs(away_m[:, 1] * along[:, 0] - away_m[:, 0] * along[:, 1])
        agrees = (wanted[:, 2:] * along).sum(axis=1) >= np.cos(MOST_TURN_RAD)
        on = agrees & (beside_m <= self._half_m[found] + BESIDE_M) & (np.abs(ahead_m) <= PIECE_M)
        return Matched(np.where(on, self._edge[found], -1), piece[:, 4] + ahead_m, along[:, 0], along[:, 1])


def edges_inside(run: Run) -> set[int]:
    """Return the edges that begin and end where approaches of one junction end: pieces of road inside of a junction."""
    ends = {row["edge"]: (row["u"], row["v"]) for row in run.table("edge").select(["edge", "u", "v"]).to_pylist()}
    found: set[int] = set()
    for junction in run.table("junction").to_pylist():
        nodes = {ends[edge][1] for edge in junction["approach_edge"]}
        found |= {edge for edge, (u, v) in ends.items() if u in nodes and v in nodes}
    return found


_WEIGHT: Final = np.array([1.0, 1.0, ASIDE_PER_RAD_M, ASIDE_PER_RAD_M])


def _pieces(x_m: Floats, y_m: Floats) -> Floats:
    """Return the pieces (n, 5) of a polyline, see ``EdgeMatcher``."""
    length_m = np.hypot(np.diff(x_m), np.diff(y_m))
    begin_m = np.concatenate([[0.0], np.cumsum(length_m)])
    found = [np.empty((0, 5))]
    for k in np.flatnonzero(length_m > 0.0).tolist():
        count = int(np.ceil(length_m[k] / PIECE_M))
        part = (np.arange(count) + 0.5) / count
        east, north = (x_m[k + 1] - x_m[k]) / length_m[k], (y_m[k + 1] - y_m[k]) / length_m[k]
        at = begin_m[k] + part * length_m[k]
        middle = x_m[k] + part * (x_m[k + 1] - x_m[k]), y_m[k] + part * (y_m[k + 1] - y_m[k])
        found.append(np.column_stack([*middle, np.full(count, east), np.full(count, north), at]))
    return np.concatenate(found)
