"""The lanes of a road network and how one drives from each to the next: what the traffic engine moves on.

Lanes of edges stop at their stop lines; *connectors* are the lanes through a junction, from one lane to one lane. The edges
inside a junction (``Junction.internal``) have no lanes here: connectors replace them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]

NONE: Final = -1

RIGHT, STRAIGHT, LEFT, U_TURN = range(4)
"""Where a connector turns."""

CROSS, MERGE, ZIP = range(3)
"""Kinds of conflict: streams that cross; that end in one lane, one giving way; that end in one lane and take turns (ramps, lane
drops)."""

MINE, EQUAL, THEIRS = 1, 0, -1
"""Right of way in a conflict: the connector's own, whoever comes first, the other's."""


@dataclass(frozen=True, slots=True)
class LaneGraph:
    """Lanes, connectors, links from lane to lane, conflicts between connectors.

    Lanes are numbered edge by edge from the kerb; connectors follow: connector ``c`` is lane ``connector_first + c``.
    """

    lane_edge: Ints
    """Edge of the lane; of a connector, the edge it leads to."""
    lane_index: Bytes
    """Number from the kerb; of a connector, that of the lane it leads to."""
    lane_length_m: Floats
    lane_begin_m: Floats
    """Where along the edge's polyline the lane begins (behind the junction); 0 for connectors."""
    lane_speed_mps: Floats
    """Speed limit; of a connector, the speed of the turn."""
    lane_width_m: Floats
    lane_level: Bytes
    edge_lane: Ints
    """(edges + 1,): the lanes of edge ``e`` are ``edge_lane[e]:edge_lane[e + 1]``; none for edges inside a junction."""

    link_offset: Ints
    """(lanes + 1,): from lane ``l`` one drives on over the rows ``link_offset[l]:link_offset[l + 1]``."""
    link_to: Ints
    """The lane driven on next: a connector, or, where no junction lies between, a lane of the next edge."""
    link_edge: Ints
    """The next edge (with lanes) of a route that takes this link."""
    link_marked: npt.NDArray[np.bool_]
    """False where the lane is not meant for this turn and drivers use it only when they failed to change in time."""

    connector_first: int
    connector_from: Ints
    """Lane before each connector."""
    connector_to: Ints
    """Lane behind each connector."""
    connector_junction: Ints
    """Row of ``RoadNetwork.junctions``; NONE where the network knows none."""
    connector_turn: Bytes
    """RIGHT, STRAIGHT, LEFT or U_TURN."""
    point_offset: Ints
    """(connectors + 1,): the centre line of connector ``c`` has the points ``point_offset[c]:point_offset[c + 1]``."""
    point_x_m: Floats
    point_y_m: Floats
    point_s_m: Floats

    conflict_offset: Ints
    """(connectors + 1,)."""
    conflict_other: Ints
    """The other connector (its number among connectors). Conflicts are listed on both sides."""
    conflict_begin_m: Floats
    """Where along this connector the two swept paths begin and end to overlap."""
    conflict_end_m: Floats
    conflict_other_begin_m: Floats
    conflict_other_end_m: Floats
    conflict_kind: Bytes
    """CROSS, MERGE or ZIP."""
    conflict_priority: Bytes
    """MINE, EQUAL or THEIRS where no signal decides."""
    conflict_green: Bytes
    """MINE, EQUAL or THEIRS while both have green: who turns left gives way to who comes towards him, and so on."""

    @property
    def lane_count(self) -> int:
        """Number of lanes, connectors included."""
        return int(self.lane_edge.size)

    @property
    def connector_count(self) -> int:
        """Number of connectors."""
        return int(self.connector_from.size)
