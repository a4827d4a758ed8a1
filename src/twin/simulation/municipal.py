"""Parking, bridges and devices in roads of a run, and what their devices report: joined, without behaviour of their own."""

from __future__ import annotations

from dataclasses import dataclass

import simpy

from twin.eventlog.recorder import Recorder
from twin.scenario.scenario import Scenario
from twin.simulation.bridges import Bridges, build_bridges
from twin.simulation.field_devices import FieldFleet
from twin.simulation.parking import ParkingLayer, build_parking
from twin.simulation.preparation import Prepared
from twin.simulation.roads import Roads
from twin.traffic.process import Traffic
from twin.traffic.replay import Replay
from twin.units import to_us


@dataclass(frozen=True, slots=True)
class Municipal:
    """All municipal parts of one run."""

    field: FieldFleet
    """Their devices, whoever owns them."""
    parking: ParkingLayer | None
    """Where one parks; None where nobody does."""
    roads: Roads | None
    """Devices in roads; None where there are none."""
    bridges: Bridges | None
    """Bridges under the traffic; None where the scenario has none."""

    def start(self, env: simpy.Environment, scenario: Scenario, traffic: Traffic | Replay) -> None:
        """Start every process, the lives of the devices among them."""
        interval_us = to_us(scenario.log.interval_s)
        if self.parking is not None and isinstance(traffic, Traffic):
            self.parking.start(env, scenario, traffic)
        for process in () if self.bridges is None else self.bridges.processes(env):
            env.process(process)
        self.field.start(env, interval_us)
        if self.roads is not None:
            self.roads.start(env, interval_us)

    def finish(self, end_us: int) -> None:
        """Write what the end settles."""
        if self.parking is not None:
            self.parking.finish(end_us)
        if self.bridges is not None:
            self.bridges.finish(end_us)
        self.field.finish(end_us)
        if self.roads is not None:
            self.roads.finish(end_us)


def build_municipal(
    env: simpy.Environment, prepared: Prepared, traffic: Traffic | Replay, recorder: Recorder, numbered: int
) -> Municipal:
    """Return the joined municipal parts, their dimensions written; their devices are counted from ``numbered``."""
    scenario = prepared.scenario
    field = FieldFleet(scenario.seed, recorder, numbered, to_us(scenario.duration_s))
    parking = build_parking(env, scenario, prepared.network, prepared.facilities, traffic, recorder, field)
    roads = None
    if scenario.roads is not None:
        roads = Roads(scenario, scenario.roads, prepared.network, traffic, recorder, field)
    bridges = None if scenario.bridges is None else build_bridges(prepared, scenario.bridges, traffic, field, recorder)
    field.write()
    return Municipal(field, parking, roads, bridges)
