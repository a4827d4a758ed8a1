"""The ``demand`` section of a scenario: how many vehicles drive, from where to where."""

from __future__ import annotations

import itertools
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.messages import say
from twin.spec import Spec
from twin.traffic.vehicle_types import VehicleTypes


class ProfilePoint(Spec):
    """One point of the time profile; between points the factor changes linearly."""

    at_s: float = Field(ge=-604_800.0, le=604_800.0)
    """Seconds after the scenario's start."""

    factor: float = Field(ge=0.0, le=100.0)
    """Inflow at that time / ``inflow_vph``."""


class DemandSpec(Spec):
    """How many vehicles drive, from where to where."""

    inflow_vph: float = Field(ge=0.0, le=1_000_000.0)
    """Trips that begin, vehicles per hour over the whole map, where the profile is 1."""

    profile: tuple[ProfilePoint, ...] = ()
    """Time profile of the inflow, in order of time; constant 1 when empty."""

    inbound_share: float = Field(0.25, ge=0.0, le=1.0)
    """Share of the trips from a gate to a zone. Assumption: no public OD matrix of the CBD."""

    outbound_share: float = Field(0.12, ge=0.0, le=1.0)
    """Share of the trips from a zone to a gate. Assumption (morning peak)."""

    internal_share: float = Field(0.08, ge=0.0, le=1.0)
    """Share of the trips between zones; what is left goes through from gate to gate. Assumption."""

    shortest_trip_m: float = Field(800.0, ge=0.0, le=1_000_000.0)
    """Trips whose ends lie closer than this (as the crow flies) are not made by car. Assumption."""

    signal_wait_s: float = Field(15.0, ge=0.0, le=3600.0)
    """What drivers expect to wait at a signal when they choose the route. Assumption."""

    prefill_s: float = Field(900.0, ge=0.0, le=7200.0)
    """Trips that began up to this long before the start are placed on their way, so that the network is not empty at the
    start; 0 starts with an empty network."""

    prefill_speed_ratio: float = Field(0.65, gt=0.0, le=1.0)
    """Mean speed / free-flow speed with which those trips have come so far. Assumption."""

    vehicle_types: VehicleTypes = VehicleTypes()
    """Vehicle classes: shares, sizes and driving."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        total = self.inbound_share + self.outbound_share + self.internal_share
        if total > 1.0:
            raise ValueError(say("spec.trip_shares", total=total))
        times = [point.at_s for point in self.profile]
        if any(later <= earlier for earlier, later in itertools.pairwise(times)):
            raise ValueError(say("spec.profile"))
        return self

    def expected_trips(self, duration_s: float) -> float:
        """Return the mean number of trips that begin from ``-prefill_s`` to ``duration_s``, the integral of their rate."""
        knots_s, factor = self.rate_knots(duration_s)
        return float(self.inflow_vph / 3600.0 * np.trapezoid(factor, knots_s))

    def rate_knots(self, duration_s: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the instants (s) between which the profile is linear, and its factor at each."""
        begin_s = -self.prefill_s
        within = (point.at_s for point in self.profile if begin_s < point.at_s < duration_s)
        knots_s = np.array([begin_s, *within, duration_s])
        if not self.profile:
            return knots_s, np.ones(knots_s.size)
        return knots_s, np.interp(knots_s, [p.at_s for p in self.profile], [p.factor for p in self.profile])
