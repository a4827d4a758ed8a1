"""A traffic model without a run around it, and what must always hold of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.eventlog.recorder import Recorder
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.demand import DemandSpec
from twin.traffic.process import Traffic
from twin.traffic.roads import NONE
from twin.traffic.signals import SignalsSpec


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
    """Every vehicle is on one lane's list, in order, with a gap to the one ahead, and within its lane."""
    vehicles, lanes, edges = traffic.vehicles.all, traffic.roads.lanes, traffic.roads.edges
    seen = 0
    for lane in range(lanes.size):
        vehicle, count, ahead = int(lanes.front[lane]), 0, NONE
        while vehicle != NONE:
            assert vehicles.lane[vehicle] == lane
            assert vehicles.ahead[vehicle] == ahead
            assert 0.0 <= vehicles.s[vehicle] <= edges.length[lanes.edge[lane]]
            if ahead != NONE:
                gap_m = vehicles.s[ahead] - vehicles.length[ahead] - vehicles.s[vehicle]
                assert gap_m > 0.0, f"lane {lane}: vehicle {vehicle} overlaps {ahead} by {-gap_m} m"
            ahead, vehicle, count = vehicle, int(vehicles.behind[vehicle]), count + 1
        assert lanes.rear[lane] == ahead
        assert lanes.count[lane] == count
        seen += count
    assert seen == traffic.active
    assert traffic.begun == traffic.active + traffic.waiting + traffic.arrived + traffic.left_out
    speed_mps = vehicles.speed[traffic.vehicles.active[: traffic.active]]
    assert np.all(speed_mps >= 0.0)
