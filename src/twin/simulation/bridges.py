"""Where bridges meet traffic, field devices and the log. No physics here."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import simpy
from simpy.events import Event

from twin.bridges.axle_swing import SwingingLoads
from twin.bridges.bridge_process import MonitoredBridge
from twin.bridges.bridges_spec import BridgesSpec
from twin.bridges.plan import bridge_rows, channel_rows, plan_bridges
from twin.bridges.vehicle_loads import VehicleLoads
from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.simulation.field_devices import FieldFleet
from twin.simulation.preparation import Prepared
from twin.traffic.process import Traffic
from twin.traffic.replay import Replay
from twin.units import to_us


@dataclass(frozen=True, slots=True)
class Bridges:
    """The bridges of a run."""

    bridges: tuple[MonitoredBridge, ...]
    traffic: Traffic | Replay
    look_us: int
    """From look to look at the traffic on them."""

    def processes(self, env: simpy.Environment) -> Iterator[Generator[Event, None, None]]:
        """Yield the bodies of the SimPy processes."""
        yield every(env, self.look_us, Phase.SENSORS, self.look)

    def look(self, t_us: int) -> None:
        """Let every bridge take in who is on it at ``t_us``."""
        for bridge in self.bridges:
            bridge.look(t_us, self.traffic.on_edges(bridge.edges, t_us))

    def finish(self, end_us: int) -> None:
        """Take in what happened since the last look, and close what the end cuts short."""
        self.look(end_us)
        for bridge in self.bridges:
            bridge.finish(end_us)


def build_bridges(
    prepared: Prepared, spec: BridgesSpec, traffic: Traffic | Replay, field: FieldFleet, recorder: Recorder
) -> Bridges:
    """Return the bridges of a run, with their devices among ``field`` and their dimensions written."""
    scenario = prepared.scenario
    plans, _ = plan_bridges(spec, prepared.network)
    demand, seed = scenario.demand, scenario.seed
    loads = SwingingLoads(VehicleLoads(demand.vehicle_types, spec.truck_loads, seed), demand.classes, spec.axle_swing, seed)
    gateways = [plan.gateway(spec.network) for plan in plans]
    planned = [plan.devices(spec.network, number) for number, plan in enumerate(plans)]
    devices = field.add([one for of_bridge in planned for one in of_bridge], gateways, spec.life)
    start_hour = scenario.start.hour + scenario.start.minute / 60.0 + scenario.start.second / 3600.0
    bridges, row, channel = [], 0, 0
    for plan, of_bridge in zip(plans, planned, strict=True):
        bridges.append(
            MonitoredBridge(
                plan,
                loads,
                spec.waveforms,
                to_us(float(spec.block_s)),
                seed,
                start_hour,
                devices=devices,
                first_row=row,
                first_channel=channel,
                recorder=recorder,
            )
        )
        row, channel = row + len(of_bridge), channel + len(plan.channels)
    recorder.write_static("bridge", bridge_rows(plans))
    first_device = [devices.first_number + bridge.first_row for bridge in bridges]
    recorder.write_static("bridge_channel", channel_rows(plans, first_device))
    return Bridges(tuple(bridges), traffic, to_us(spec.look_s))
