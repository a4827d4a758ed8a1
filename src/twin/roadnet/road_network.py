"""The road network: immutable arrays in projected metres, one row an edge or a node."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.messages import say

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Junction:
    """Nodes that drivers see as one junction, with the edges that enter it from outside."""

    number: int
    name: str
    """Crossing streets, as ``花城大道 / 华夏路``."""
    x_m: float
    y_m: float
    nodes: tuple[int, ...]
    approaches: tuple[int, ...]
    """Edges that enter from outside; the stop line is at their end."""
    internal: tuple[int, ...]
    """Edges between its own nodes."""
    signalised: bool


@dataclass(frozen=True, slots=True)
class Building:
    """One building as an extruded outline."""

    x_m: Floats
    y_m: Floats
    height_m: float


@dataclass(frozen=True, slots=True)
class Place:
    """A point of interest that models use: a bus stop, a car park."""

    kind: str
    """``bus_stop`` or ``car_park``."""
    name: str
    x_m: float
    y_m: float
    capacity: int
    """Bays of a car park; 0 elsewhere or when unknown."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that had to be assumed, left out or ignored while a file was read, and how often."""

    key: str
    """``notice.<key>`` is its message."""
    values: tuple[tuple[str, str | float], ...]
    """What is filled into the message, by name."""
    count: int

    def __str__(self) -> str:
        """Say it in the language in use."""
        return say("notice.counted", what=say(f"notice.{self.key}", **dict(self.values)), count=self.count)


def lines_of(notices: Iterable[Notice]) -> tuple[str, ...]:
    """Return one line each in the language in use, in alphabetical order."""
    return tuple(sorted(map(str, notices)))


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the map came from and what reading it left out."""

    path: str
    """File name without its folder."""
    sha256: str
    attribution: str
    nodes_read: int
    edges_read: int
    nodes_dropped: int
    edges_dropped: int
    length_dropped_m: float
    notices: tuple[Notice, ...]
    """Defaults applied and how often, parts dropped, signals that fit no junction."""


@dataclass(frozen=True, slots=True)
class Light:
    """A traffic light and its fixed-time program, as the map's source states it."""

    key: str
    kind: str
    """``static``, ``actuated`` … of SUMO."""
    offset_s: float
    """When the first phase begins, on the source's clock."""
    phases: tuple[tuple[float, str], ...]
    """Length (s) of each phase and its states, one letter a link (SUMO's letters); none where the source has no program."""


def _none() -> Ints:
    return np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Connections:
    """Which lane leads to which, as the map's source states it; one row a connection, lanes numbered from the kerb.

    The other arrays are empty where the source does not tell.
    """

    from_edge: Ints
    from_lane: Ints
    to_edge: Ints
    to_lane: Ints

    light: Ints = field(default_factory=_none)
    """(rows,): row of ``RoadNetwork.lights`` that controls the connection; -1 without one."""
    light_link: Ints = field(default_factory=_none)
    """(rows,): its letter in the states of that light."""

    foe_row: Ints = field(default_factory=_none)
    """Pairs of connections that meet, each from both sides: this row …"""
    foe_other: Ints = field(default_factory=_none)
    """… and that one."""
    foe_waits: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    """Whether who drives the first gives way to who drives the other."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadNetwork:
    """A directed road graph. Edges are one direction of a carriageway; lane 0 is at the kerb (right-hand traffic).

    Two of them are equal when they are the same object: nobody compares maps value by value.

    Positions are metres from ``origin_m`` in ``crs``, rounded to millimetres so that they are the same on every machine.
    """

    crs: str
    """Projected CRS, as ``EPSG:32649``."""
    origin_m: tuple[float, float]
    """Easting and northing, in ``crs``, of the local origin (whole metres, near the map's centre)."""

    node_osm: npt.NDArray[np.int64]
    node_x_m: Floats
    node_y_m: Floats

    edge_u: Ints
    edge_v: Ints
    edge_way: npt.NDArray[np.int64]
    edge_name: tuple[str, ...]
    edge_highway: tuple[str, ...]
    edge_lanes: npt.NDArray[np.int8]
    edge_lane_width_m: Floats
    edge_speed_limit_mps: Floats
    edge_length_m: Floats
    edge_bridge: npt.NDArray[np.bool_]
    edge_tunnel: npt.NDArray[np.bool_]
    edge_level: npt.NDArray[np.int8]

    point_offset: Ints
    """(edges + 1,): edge ``e`` has the points ``point_offset[e]:point_offset[e + 1]``."""
    point_x_m: Floats
    """Centreline of the lanes of this direction (already shifted off the middle of a two-way road)."""
    point_y_m: Floats
    point_s_m: Floats
    """Distance along the edge of each point; the last is the edge's length."""

    turn_offset: Ints
    """(edges + 1,): from edge ``e`` one may drive on to ``turn_edge[turn_offset[e]:turn_offset[e + 1]]``."""
    turn_edge: Ints

    entry_edges: Ints
    """Edges on which the outside world drives in."""
    exit_edges: Ints
    """Edges on which vehicles leave the map."""

    junctions: tuple[Junction, ...]
    buildings: tuple[Building, ...]
    places: tuple[Place, ...]
    provenance: Provenance

    forbidden_courses: tuple[tuple[int, ...], ...] = ()
    """Edges (three or more) that may not be driven one after the other, though each turn alone is open."""

    connections: Connections | None = None
    """Lanes and where they lead, where the source says it; None leaves it to be inferred."""
    lights: tuple[Light, ...] = ()
    """Traffic lights whose programs the source states, by name."""
    edges_end_at_stop_lines: bool = False
    """True where the edges' lines already stop at the junctions; else they meet at the nodes."""

    edge_turn_lanes: tuple[str, ...] = ()
    """OpenStreetMap's ``turn:lanes`` of each edge, from the left lane to the right (``left|through|through;right``), empty
    where the map says nothing; no entries at all where no edge has it."""
    edge_roundabout: npt.NDArray[np.bool_] | None = None
    """(edges,): which edges circle in a roundabout; None where the map does not say."""

    edge_key: tuple[str, ...] = ()
    """The source's own names of the edges (SUMO); empty where ``edge_way`` says it."""

    @property
    def edge_count(self) -> int:
        """Number of directed edges."""
        return int(self.edge_u.size)

    @property
    def internal_edges(self) -> frozenset[int]:
        """Edges that lie inside junctions."""
        return frozenset(edge for junction in self.junctions for edge in junction.internal)

    def turns(self, edge: int) -> Ints:
        """Return the edges one may drive on to from the end of ``edge``."""
        return self.turn_edge[self.turn_offset[edge] : self.turn_offset[edge + 1]]

    def polyline(self, edge: int) -> tuple[Floats, Floats]:
        """Return the x and y of the points of ``edge``."""
        part = slice(int(self.point_offset[edge]), int(self.point_offset[edge + 1]))
        return self.point_x_m[part], self.point_y_m[part]


ATTRIBUTION: Final = "© OpenStreetMap contributors, ODbL 1.0"
