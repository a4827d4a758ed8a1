"""Parking of a run: facilities, who stands in them, who looks for a space, who leaves again; as SimPy processes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.kernel.records import SpeedAdvice
from twin.parking import drivers as d
from twin.parking.car_park import CarPark, Why, kerb_rest, kerb_stay
from twin.parking.choice import Alternatives, Chooser, DriveTimes
from twin.parking.circling import Circling
from twin.parking.facilities import Facilities
from twin.parking.facility_log import FacilityLog
from twin.parking.information import Information
from twin.parking.leaving import TRIES, Leaving
from twin.parking.occupancy import Occupancy
from twin.parking.parking_spec import ParkingSpec
from twin.parking.points import points_at
from twin.parking.search import PERIOD_US, Search
from twin.parking.stays import Stays, bays_taken
from twin.parking.visit_log import log_visits
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.parkers import Parkers
from twin.traffic.trips import Trips
from twin.traffic.ways import Ways
from twin.units import US_PER_S, to_us

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Parking:
    """All of it, over one traffic."""

    def __init__(
        self,
        env: simpy.Environment,
        spec: ParkingSpec,
        network: RoadNetwork,
        facilities: Facilities,
        parkers: Parkers,
        trips: Trips,
        information: Information,
        occupancy: Occupancy,
        advise: Callable[[SpeedAdvice], None],
        recorder: Recorder,
        *,
        start_h: float,
        usable: Bools,
        seed: int,
    ) -> None:
        """Join the parts; whoever is parked at the start stands in his bay already (``stays.settle``), nobody looks yet.

        ``trips``: those of the traffic. ``usable`` (edges,): roads that one circles on. ``start_h``: hour of the day at 0.
        """
        self.env, self.facilities, self.occupancy, self.information = env, facilities, occupancy, information
        self._parkers, self._recorder = parkers, recorder
        stays = Stays(spec.purposes, seed)
        trip = parkers.trip.astype(np.int64)
        edge = trips.route_edge[trips.route_offset[trips.route[trip] + 1] - 1].astype(np.int64)
        s_m = trips.arrive_s_m[trip]
        x_m, y_m = points_at(network, edge, s_m)
        purpose, stay_us = stays.arriving(trip)
        self.drivers = d.Drivers(trip, edge, s_m, x_m, y_m, purpose, stay_us)
        self.purposes = stays.names
        alternatives = Alternatives.near(facilities, spec.choice, x_m, y_m, purpose, stays.names)
        self._price_cny = _prices(facilities, alternatives, stay_us)
        drive = DriveTimes(Ways(parkers.onward, parkers.edge_time_s), network.edge_length_m, facilities)
        chooser = Chooser(
            spec.choice,
            facilities,
            alternatives,
            drive,
            information,
            trip,
            self._price_cny,
            seed,
            spec.search.hopeless,
            start_h,
        )
        self._alternatives = alternatives
        nowhere = alternatives.facility[:, 0] < 0 if alternatives.facility.size else np.zeros(trip.size, np.bool_)
        self.drivers.state[nowhere] = d.OVER
        self.drivers.asks[nowhere] = False
        self._leaving = Leaving(network, parkers.onward, spec.outbound_share, seed)
        circling = Circling(network, usable, spec.search.circle_m, seed)
        self.search = Search(
            spec.search, network, facilities, occupancy, self.drivers, chooser, information, parkers, advise, circling,
            self._away, seed,
        )  # fmt: skip
        self.car_parks = {
            one.number: CarPark(
                env, one, occupancy, self, queue_most=spec.search.queue_most, patience_us=to_us(spec.search.gate_patience_s),
                start_h=start_h, kept=information.kept,
            )
            for one in facilities.every
            if one.gates is not None
        }  # fmt: skip
        self.log = FacilityLog(facilities, occupancy, self.car_parks, recorder)
        self._resident_bay = bays_taken(facilities, seed)
        self._first_resident = int(parkers.held[trip.size]) if parkers.held.size > trip.size else 1 << 31
        self._stays, self._trip_count = stays, int(trip.size)
        self._held = parkers.held.astype(np.int64)
        self.stranded = 0
        """Vehicles that found no way out of their facility and stay there for good."""

    def _residents(self) -> Iterator[Generator[Event, Any, None]]:
        """Yield the processes of those who are parked at the start: each leaves when the rest of his stay is over."""
        vehicle = iter(self._held[self._trip_count :].tolist())
        of_bay = self.facilities.bays.facility[self._resident_bay]
        for one in self.facilities.every:
            bays = self._resident_bay[of_bay == one.number]
            _, left_us = self._stays.resident(one.name, bays - one.first_bay, one.purposes)
            park = self.car_parks.get(one.number)
            for bay, rest_us in zip(bays.tolist(), left_us.tolist(), strict=True):
                if park is None:
                    yield kerb_rest(self.env, self.occupancy, self, next(vehicle), bay, rest_us)
                else:
                    yield park.rest(next(vehicle), bay, rest_us)

    def processes(self) -> Iterator[Generator[Event, Any, None]]:
        """Yield the processes that a run begins with."""
        yield from self._residents()
        yield every(self.env, PERIOD_US, Phase.TRAFFIC, lambda t_us: self.search.step(t_us, self), first_us=0)

    def _away(self, trip: int, from_edge: int) -> tuple[int, float]:
        found = self._leaving.away(trip)
        for attempt in range(TRIES):
            edge, s_m = self._leaving.away(trip, attempt)
            if from_edge < 0 or np.isfinite(self._parkers.times_s([from_edge], [edge])[0, 0]):
                return edge, s_m
        return found

    # ---- what search asks of what lies off the road

    def enter(self, driver: int, facility: int, bay: int) -> None:
        """See ``Inside``."""
        trip, stay_us = int(self.drivers.trip[driver]), int(self.drivers.stay_us[driver])
        self.log.came(facility)
        self.env.process(self.car_parks[facility].visit(trip, stay_us, bay))

    def park(self, driver: int, bay: int) -> None:
        """See ``Inside``."""
        trip, stay_us = int(self.drivers.trip[driver]), int(self.drivers.stay_us[driver])
        self.log.came(int(self.facilities.bays.facility[bay]))
        self.env.process(kerb_stay(self.env, self.occupancy, self, trip, bay, stay_us))

    def wait(self, driver: int, stay_us: int) -> None:
        """See ``Inside``."""

        def standing() -> Generator[Event, Any, None]:
            yield self.env.timeout(stay_us)
            self.search.come_back(int(self.env.now), driver)

        self.env.process(standing())

    # ---- what facilities tell

    def parked(self, t_us: int, vehicle: int, bay: int) -> None:
        """See ``Visits``."""
        if vehicle >= self._first_resident:
            return
        drivers, facility = self.drivers, int(self.facilities.bays.facility[bay])
        driver = int(drivers.rows_of(np.array([vehicle]))[0])
        drivers.state[driver], drivers.outcome[driver] = d.PARKED, d.PARKED_WELL
        drivers.bay[driver], drivers.parked_us[driver] = bay, t_us
        place = np.flatnonzero(self._alternatives.facility[driver] == facility)
        if place.size:
            drivers.walk_m[driver] = self._alternatives.walk_m[driver, place[0]]
        drivers.price_cny[driver] = self.facilities.every[facility].tariff.price_cny(drivers.stay_us[driver] / US_PER_S)
        self.log.parked(facility)
        self.information.ended(t_us, drivers.trip[driver : driver + 1], np.ones(1, np.bool_))

    def turned_away(self, t_us: int, vehicle: int, facility: int, why: Why) -> None:
        """See ``Visits``."""
        self.log.turned_away(facility, why)
        self.search.turned_away(t_us, int(self.drivers.rows_of(np.array([vehicle]))[0]), facility)

    def left(self, t_us: int, vehicle: int, bay: int) -> None:
        """See ``Visits``."""
        facility = self.facilities.every[int(self.facilities.bays.facility[bay])]
        self.log.left(facility.number)
        held = vehicle
        if vehicle < self._first_resident:
            driver = int(self.drivers.rows_of(np.array([vehicle]))[0])
            self.drivers.state[driver], self.drivers.left_us[driver] = d.OVER, t_us
            held = int(self._held[driver])
        at_kerb = facility.at_kerb
        begin_m = float(self.facilities.bays.s_m[bay]) if at_kerb else facility.exit_s_m
        route, s_m = self._way_out(held, facility.exit_edge, begin_m)
        if route.size:
            self._parkers.release(t_us, [held], [route], [begin_m], [s_m])
            return
        self.stranded += 1

    def _way_out(self, trip: int, edge: int, begin_m: float) -> tuple[npt.NDArray[np.int32], float]:
        """Return a vehicle's way from a facility's exit and where it ends; no edges where none leads anywhere."""
        for attempt in range(TRIES):
            to, s_m = self._leaving.destination(trip, attempt)
            route = self._parkers.ways([edge], [to], [to == edge and s_m < begin_m]).of(0)
            if route.size:
                return route, s_m
        found = self._leaving.reached(trip, lambda ends: self._parkers.times_s([edge], ends)[0])
        if found is None:
            return np.empty(0, np.int32), 0.0
        return self._parkers.ways([edge], [found[0]], [found[0] == edge and found[1] < begin_m]).of(0), found[1]

    # ---- the log

    def finish(self) -> None:
        """Write every visit that began."""
        log_visits(self._recorder, self.drivers, self.facilities, self.purposes, self._parkers.held)


def _prices(facilities: Facilities, alternatives: Alternatives, stay_us: Ints) -> npt.NDArray[np.float64]:
    """Return what each driver's stay costs at each of his alternatives, (n, m)."""
    tariffs = list(dict.fromkeys(one.tariff for one in facilities.every))
    kind = np.array([tariffs.index(one.tariff) for one in facilities.every])
    price = np.array([[tariff.price_cny(stay) for tariff in tariffs] for stay in (stay_us / US_PER_S).tolist()])
    price = price.reshape(stay_us.size, len(tariffs))
    rows = np.arange(stay_us.size)[:, None]
    return np.asarray(price[rows, kind[np.maximum(alternatives.facility, 0)]])
