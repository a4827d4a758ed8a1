"""Who is on a few given edges now: a look through the slots of their lanes, without the positions of everybody else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.compilation import as_records, borrowed, kernel
from twin.traffic.roads import NONE, Roads
from twin.traffic.vehicles import SLOT

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OnEdges:
    """Vehicles on given edges at an instant, one row a vehicle.

    Who is in the junction before one of the edges is on that edge, before the beginning of its lanes. Whose front has left the
    edges while the rear still hangs over one of them is on that one, beyond its end.
    """

    vehicle: Ints
    """(n,): its number."""
    klass: npt.NDArray[np.int8]
    """(n,): row of the vehicle classes."""
    edge: Ints
    """(n,): one of the edges asked for."""
    lane: npt.NDArray[np.int8]
    """(n,): from the kerb, 0 first."""
    s_m: Floats
    """(n,): front bumper along the edge."""
    speed_mps: Floats
    """(n,)."""


class EdgeLook:
    """Looks at some edges of one engine, as often as one likes."""

    def __init__(self, roads: Roads, edges: npt.NDArray[np.integer]) -> None:
        """Find the lanes to look through. ``edges``: numbers of edges, each at most once."""
        lanes, links = roads.lanes.view(np.ndarray), roads.links.view(np.ndarray)
        asked = np.zeros(roads.edge_lane.size - 1, np.bool_)
        asked[edges] = True
        number = np.arange(lanes.size)
        through = lanes["connector"] != NONE
        # a connector counts for the edge it leads to, see ``GroundTruth``
        mine = np.flatnonzero(asked[lanes["edge"]])
        begin = lanes["begin"][np.where(through, lanes["target"], number)] - np.where(through, lanes["length"], 0.0)
        rows = [(lane, lane, float(begin[lane]), np.inf, NONE) for lane in mine.tolist()]
        for lane in mine[~through[mine]].tolist():
            end = float(lanes["begin"][lane] + lanes["length"][lane])
            for to in links["to"][lanes["link_begin"][lane] : lanes["link_end"][lane]].tolist():
                if asked[lanes["edge"][to]]:
                    continue
                turn_m, target = 0.0, to
                if through[to]:
                    rows.append((to, lane, end, 0.0, NONE))
                    turn_m, target = float(lanes["length"][to]), int(lanes["target"][to])
                beside = roads.edge_lane[lanes["edge"][target] :][:2].tolist()  # it may have changed lanes already
                came = to if through[to] else lane
                rows += [(other, lane, end + turn_m, -turn_m, came) for other in range(*beside)]
        self._lane = np.array([row[0] for row in rows], np.int32)
        self._first_slot = lanes["first_slot"][self._lane].astype(np.int64)
        self._begin_m = np.array([row[2] for row in rows], np.float64)
        self._rear_before_m = np.array([row[3] for row in rows], np.float64)
        self._came = np.array([row[4] for row in rows], np.int32)
        shown = np.array([row[1] for row in rows], np.int64)
        self._edge = lanes["edge"][shown].astype(np.int32)
        self._index = lanes["index"][shown].astype(np.int8)
        most = int(lanes["room"][self._lane].sum(dtype=np.int64))
        self._vehicle, self._row = np.empty(most, np.int32), np.empty(most, np.int32)
        self._klass = np.empty(most, np.int8)
        self._s_m, self._speed_mps = np.empty(most), np.empty(most)

    def now(self, raw_slots: npt.NDArray[np.uint8], roads: Roads, since_s: float) -> OnEdges:
        """Return who is there, moved on along the lanes by ``since_s`` since the last step; ``raw_slots``: slots as bytes."""
        size = _look(
            raw_slots, roads.count, self._lane, self._first_slot, self._begin_m, self._rear_before_m, self._came, since_s,
            self._vehicle, self._klass, self._row, self._s_m, self._speed_mps,
        )  # fmt: skip
        row = self._row[:size]
        return OnEdges(
            self._vehicle[:size].copy(),
            self._klass[:size].copy(),
            self._edge[row],
            self._index[row],
            self._s_m[:size].copy(),
            self._speed_mps[:size].copy(),
        )


@kernel
def _look(
    slot_bytes: npt.NDArray[np.uint8],
    count: Ints,
    lane_of_row: Ints,
    first_slot: Longs,
    begin_m: Floats,
    rear_before_m: Floats,
    came: Ints,
    since_s: float,
    vehicle: Ints,
    klass: npt.NDArray[np.int8],
    row_of: Ints,
    s_m: Floats,
    speed_mps: Floats,
) -> int:
    """Write whoever is on the lanes of the rows, with the rear before ``rear_before_m``; return how many they are.

    ``came``: only who came from that lane; NONE: anybody.
    """
    slots = as_records(slot_bytes, SLOT)
    count = borrowed(count)
    size = 0
    for row in range(lane_of_row.size):
        first = first_slot[row]
        for slot in range(first, first + count[lane_of_row[row]]):
            front = slots[slot].s + slots[slot].speed * since_s
            if slots[slot].vehicle < 0 or front - slots[slot].length >= rear_before_m[row]:
                continue
            if came[row] != NONE and slots[slot].came != came[row]:
                continue
            vehicle[size], klass[size], row_of[size] = slots[slot].vehicle, slots[slot].klass, row
            s_m[size], speed_mps[size] = front + begin_m[row], slots[slot].speed
            size += 1
    return size
