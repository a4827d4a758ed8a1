"""The traffic engine without a clock: vehicles on a lane graph, stepped when asked, its whole state in arrays."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.driving import DrivingSpec, driving_record
from twin.traffic.ground_truth import GroundTruth
from twin.traffic.movement import steps
from twin.traffic.positions import ground_truth
from twin.traffic.roads import roads_of
from twin.traffic.trips import Trips
from twin.traffic.vehicle_types import ClassTable
from twin.traffic.vehicles import ACTIVE, ARRIVED, CHANGES, NEXT, OFF_LANE, REMOVED, STEPS, UPDATES, WAITING, vehicles_of
from twin.traffic.weather_driving import CLEAR, DrivingFactors
from twin.units import US_PER_S, to_us

Row = npt.NDArray[Any]

INTERVAL_TOTALS: Final = ("entered", "left", "vehicle_s", "distance", "halted_s")
"""Fields of a lane that sum up over an interval of the log."""


class Engine:
    """All vehicles and lanes. Nothing random happens here: same trips and same signals, same bytes."""

    def __init__(
        self,
        network: RoadNetwork,
        graph: LaneGraph,
        trips: Trips,
        classes: ClassTable,
        driving: DrivingSpec,
        factors: DrivingFactors = CLEAR,
    ) -> None:
        """Begin with empty lanes; the routes of ``trips`` hold only edges with lanes. ``factors``: what the weather changes."""
        self.roads = roads_of(network, graph)
        self.vehicles = vehicles_of(trips, classes, factors, self.roads)
        self.step_us: int = to_us(driving.step_s)
        self.t_us = 0
        """Up to here everybody has moved."""
        self._driving = driving_record(driving)
        self._crossing_over_steps = driving.lane_change.duration_s / driving.step_s
        self.pace_factor = 1.0 / factors.speed

    @property
    def active(self) -> int:
        """Vehicles on the network."""
        return int(self.vehicles.counts[ACTIVE])

    @property
    def waiting(self) -> int:
        """Trips that are due and find no room to enter."""
        return int(self.vehicles.counts[WAITING])

    @property
    def begun(self) -> int:
        """Trips that were due so far, those from before the start included."""
        return int(self.vehicles.counts[NEXT])

    @property
    def arrived(self) -> int:
        """Trips that reached their destination."""
        return int(self.vehicles.counts[ARRIVED])

    @property
    def removed(self) -> int:
        """Vehicles that the gridlock policy took off the road."""
        return int(self.vehicles.counts[REMOVED])

    @property
    def updates(self) -> int:
        """Vehicle updates so far: vehicles x steps."""
        return int(self.vehicles.counts[UPDATES])

    @property
    def wrong_lane_turns(self) -> int:
        """Turns so far from a lane that is not meant for them."""
        return int(self.vehicles.counts[OFF_LANE])

    @property
    def lane_changes(self) -> int:
        """Lane changes so far."""
        return int(self.vehicles.counts[CHANGES])

    def step_to(self, t_us: int) -> None:
        """Make every whole step up to ``t_us`` in one call of the kernel; what is left waits for the next call."""
        number = (t_us - self.t_us) // self.step_us
        if number <= 0:
            return
        vehicles, roads = self.vehicles, self.roads
        steps(
            vehicles.slots,
            vehicles.all,
            vehicles.classes,
            roads.lanes,
            roads.links,
            roads.conflicts,
            roads.count,
            roads.signal,
            roads.blocked,
            roads.zip_offset,
            roads.zip_connector,
            roads.edge_lane,
            vehicles.route_edge,
            vehicles.counts,
            vehicles.queue,
            vehicles.crossing,
            self._driving,
            self.t_us,
            self.step_us,
            number,
            self.pace_factor,
        )
        self.t_us += number * self.step_us

    def now(self, t_us: int) -> GroundTruth:
        """Return who is where at ``t_us``, moved on along the lanes since the last whole step."""
        self.step_to(t_us)
        return ground_truth(self.vehicles, self.roads, t_us, (t_us - self.t_us) / US_PER_S, self._crossing_over_steps)

    def occupied(self) -> npt.NDArray[np.int32]:
        """Return the number of vehicles on each connector."""
        return self.roads.count[self.roads.connector_first :]

    def edge_totals(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return ``INTERVAL_TOTALS`` by edge since they were forgotten; a connector's count for the edge it leads to."""
        lanes = self.roads.lanes.view(np.ndarray)
        size = self.roads.edge_lane.size - 1
        return {name: np.bincount(lanes["edge"], weights=lanes[name], minlength=size) for name in INTERVAL_TOTALS}

    def forget_totals(self) -> None:
        """Begin a new interval."""
        for name in INTERVAL_TOTALS:
            self.roads.lanes[name] = 0

    def state(self) -> dict[str, Row]:
        """Return a copy of everything that changes, by name: what ``restore`` takes to go on from here."""
        return {name: array.copy() for name, array in self._changing().items()} | {"t_us": np.array([self.t_us])}

    def restore(self, state: dict[str, Row]) -> None:
        """Go on from ``state``, taken of an engine with the same network and trips."""
        for name, array in self._changing().items():
            array[...] = state[name].astype(array.dtype, copy=False)
        self.t_us = int(state["t_us"][0])

    def _changing(self) -> dict[str, Row]:
        vehicles, roads = self.vehicles, self.roads
        return {
            "slots": vehicles.slots.view(np.ndarray),
            "vehicles": vehicles.all.view(np.ndarray),
            "route_edge": vehicles.route_edge,
            "counts": vehicles.counts,
            "queue": vehicles.queue,
            "lanes": roads.lanes.view(np.ndarray),
            "count": roads.count,
            "signal": roads.signal,
            "blocked": roads.blocked,
        }

    @property
    def steps_made(self) -> int:
        """Steps since the engine began."""
        return int(self.vehicles.counts[STEPS])
