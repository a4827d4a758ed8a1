"""The ``demand`` section of a scenario: how many vehicles drive, from where to where."""

from __future__ import annotations

from typing import Annotated, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.messages import say
from twin.spec import Spec
from twin.traffic.demand_sources import (
    GravitySpec,
    OdSpec,
    RouteChoiceSpec,
    ShortestRoutes,
    SumoRoutesSpec,
    TripTableSpec,
    TurningCountsSpec,
    ZoneSpec,
    ZoneTableSpec,
    named_files,
)
from twin.traffic.driving import DrivingSpec
from twin.traffic.pedestrians import PedestriansSpec
from twin.traffic.profile import ProfilePoint, check_rising, profile_knots
from twin.traffic.rerouting import RerouteSpec
from twin.traffic.vehicle_types import ClassTable, VehicleTypes, class_table
from twin.traffic.weather_driving import WeatherDrivingSpec


class DemandSpec(Spec):
    """How many vehicles drive, from where to where. The sources add up: gates and zones, OD matrices, and so on."""

    inflow_vph: float = Field(ge=0.0, le=1_000_000.0)
    """Trips that begin between the map's own gates and zones, vehicles per hour over the whole map, where the profile is 1;
    0 leaves the demand to the other sources."""

    profile: tuple[ProfilePoint, ...] = ()
    """Time profile of the inflow, in order of time; constant 1 when empty."""

    zones: tuple[ZoneSpec, ...] = ()
    """Zones that OD matrices, the gravity model and tables of trips speak of."""

    zone_tables: tuple[ZoneTableSpec, ...] = ()
    """More zones, from tables."""

    od: tuple[OdSpec, ...] = ()
    """OD matrices."""

    gravity: GravitySpec | None = None
    """A gravity model over the zones that have productions and attractions."""

    trips: tuple[TripTableSpec, ...] = ()
    """Tables of single trips."""

    sumo_routes: tuple[SumoRoutesSpec, ...] = ()
    """Route files of SUMO; the map must be the SUMO network that they belong to."""

    turning_counts: tuple[TurningCountsSpec, ...] = ()
    """Turning counts from which routes are drawn."""

    routes: RouteChoiceSpec = ShortestRoutes()
    """Which way drivers take."""

    informed_share: float = Field(0.0, ge=0.0, le=1.0)
    """Share of the drivers who change their route by reported speeds."""

    rerouting: RerouteSpec = RerouteSpec()
    """When informed drivers change their route."""

    inbound_share: Annotated[float, Assumed.times(0.6, 1.5)] = Field(0.25, ge=0.0, le=1.0)
    """Share of the trips from a gate to a zone. Assumption: no public OD matrix of the CBD."""

    outbound_share: Annotated[float, Assumed.times(0.5, 1.6)] = Field(0.12, ge=0.0, le=1.0)
    """Share of the trips from a zone to a gate. Assumption: half of those inbound, as it is the morning peak."""

    internal_share: Annotated[float, Assumed.times(0.5, 2.0)] = Field(0.08, ge=0.0, le=1.0)
    """Share of the trips between zones; what is left goes through from gate to gate. Assumption: no public OD matrix of the
    CBD."""

    shortest_trip_m: Annotated[float, Assumed.times(0.5, 1.5)] = Field(800.0, ge=0.0, le=1_000_000.0)
    """Trips whose ends lie closer than this (as the crow flies) are not made by car. Assumption: a walk of ten minutes."""

    signal_wait_s: Annotated[float, Assumed.times(0.5, 2.0)] = Field(15.0, ge=0.0, le=3600.0)
    """What drivers expect to wait at a signal when they choose the route. Assumption: a quarter of a minute, less than the mean
    wait at half a cycle's red."""

    prefill_s: float = Field(900.0, ge=0.0, le=7200.0)
    """Trips that began up to this long before the start are placed on their way, so that the network is not empty at the
    start; 0 starts with an empty network. Choice: a trip through a map of some kilometres rarely takes longer."""

    prefill_speed_ratio: Annotated[float, Assumed.between(0.4, 0.85)] = Field(0.65, gt=0.0, le=1.0)
    """Mean speed / free-flow speed with which those trips have come so far. Assumption: two thirds, as on busy city roads."""

    vehicle_types: VehicleTypes = VehicleTypes()
    """Vehicle classes: shares, sizes and driving."""

    driving: DrivingSpec = DrivingSpec()
    """How drivers move: time step, lane changes, right of way."""

    weather: WeatherDrivingSpec = WeatherDrivingSpec()
    """How drivers react to the scenario's weather."""

    pedestrians: PedestriansSpec = PedestriansSpec()
    """Pedestrians at the crossings of signalised junctions."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        total = self.inbound_share + self.outbound_share + self.internal_share
        if total > 1.0:
            raise ValueError(say("spec.trip_shares", total=total))
        check_rising(self.profile)
        return self

    def expected_trips(self, duration_s: float) -> float:
        """Return the mean number of trips of ``inflow_vph`` from ``-prefill_s`` to ``duration_s``, its integral."""
        knots_s, factor = self.rate_knots(duration_s)
        return float(self.inflow_vph / 3600.0 * np.trapezoid(factor, knots_s))

    def rate_knots(self, duration_s: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the instants (s) between which the profile is linear, and its factor at each."""
        return profile_knots(self.profile, -self.prefill_s, duration_s)

    @property
    def classes(self) -> ClassTable:
        """The vehicle classes as arrays."""
        return class_table(self.vehicle_types, self.driving.speed_spread)

    @property
    def files(self) -> list[str]:
        """Files that the sources name, relative to the scenario file."""
        return named_files((self.zone_tables, self.od, self.trips, self.sumo_routes, self.turning_counts))
