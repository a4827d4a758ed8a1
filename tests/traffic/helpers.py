"""A traffic model without a run around it, and what must always hold of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.eventlog.recorder import Recorder
from twin.roadnet.lane_graph import CROSS
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.demand import DemandSpec
from twin.traffic.process import Traffic
from twin.traffic.signal_spec import SignalsSpec


class Unwritten(Recorder):
    """Keeps the rows in memory."""

    def __init__(self) -> None:
        super().__init__(Path())
        self.parts: list[tuple[str, Mapping[str, Any]]] = []

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Keep the rows."""
        self.parts.append((table, columns))


def traffic_on(
    network: RoadNetwork, *, seconds: int, seed: int = 1, signals: SignalsSpec | None = None, **demand: Any
) -> Traffic:
    """Return traffic that has not moved yet; through traffic only, unless ``demand`` says else."""
    settings = {"inbound_share": 0.0, "outbound_share": 0.0, "internal_share": 0.0, "prefill_s": 0.0, "shortest_trip_m": 0.0}
    spec = DemandSpec(**(settings | demand))
    return Traffic(network, spec, signals or SignalsSpec(), seed, seconds * 1_000_000, Unwritten())


def check_lanes(traffic: Traffic) -> None:
    """Every vehicle is on one lane, in order, with a gap to the one ahead, within its lane; nobody shares a conflict point."""
    slots, lanes, count = traffic.engine.vehicles.slots, traffic.engine.roads.lanes, traffic.engine.roads.count
    vehicles = traffic.engine.vehicles.all
    assert int(count.sum()) == traffic.active
    for lane in np.flatnonzero(count).tolist():
        mine = slots[int(lanes.first_slot[lane]) : int(lanes.first_slot[lane]) + int(count[lane])]
        assert np.all(vehicles.lane[mine.vehicle] == lane)
        assert np.all((mine.s >= 0.0) & (mine.s <= lanes.length[lane]))
        assert np.all(mine.speed >= 0.0)
        gap_m = mine.s[:-1] - mine.length[:-1] - mine.s[1:]
        assert np.all(gap_m > 0.0), f"lane {lane}: gaps of {gap_m.min()} m"
    engine = traffic.engine
    assert traffic.begun == traffic.active + traffic.waiting + traffic.arrived + traffic.left_out + engine.removed
    assert conflicts_shared(traffic) == []


ENTERED_M = 0.06
"""A bumper this far past the beginning of a conflict is in it (a move ends 0.05 m short of a bound)."""


def conflicts_shared(traffic: Traffic) -> list[tuple[int, int]]:
    """Return the pairs of vehicles that are on one conflict point at once.

    Where paths end in one lane, that is two beside each other: neither has its rear bumper nearer to the end than the other
    its front.
    """
    slots, lanes, count = traffic.engine.vehicles.slots, traffic.engine.roads.lanes, traffic.engine.roads.count
    conflicts, first = traffic.engine.roads.conflicts, traffic.engine.roads.connector_first

    def inside(lane: int, begin: float, end: float) -> list[int]:
        mine = slots[int(lanes.first_slot[lane]) : int(lanes.first_slot[lane]) + int(count[lane])]
        return [int(i) for i in mine.vehicle[(mine.s > begin + ENTERED_M) & (mine.s - mine.length < end)]]

    def span(lane: int, vehicle: int) -> tuple[float, float]:
        mine = slots[int(lanes.first_slot[lane]) : int(lanes.first_slot[lane]) + int(count[lane])]
        slot = mine[mine.vehicle == vehicle][0]
        front_m = float(lanes.length[lane] - slot.s)
        return front_m, front_m + float(slot.length)

    def overlap(lane: int, a: int, other: int, b: int) -> bool:
        (front_a, rear_a), (front_b, rear_b) = span(lane, a), span(other, b)
        return front_a < rear_b and front_b < rear_a

    found = []
    for lane in (first + np.flatnonzero(count[first:])).tolist():
        for row in conflicts[int(lanes.conflict_begin[lane]) : int(lanes.conflict_end[lane])]:
            if row.other < lane or count[row.other] == 0:
                continue
            here, there = inside(lane, row.begin, row.end), inside(int(row.other), row.other_begin, row.other_end)
            found += [(a, b) for a in here for b in there if row.kind == CROSS or overlap(lane, a, int(row.other), b)]
    return found
