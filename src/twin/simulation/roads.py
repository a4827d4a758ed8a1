"""Devices in roads, joined: water and gauges, closures through the traffic, settlement, covers, alarms. No physics here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import simpy

from twin.errors import Problem
from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.kernel.device_life_spec import unknown_in_schedule
from twin.kernel.reporting import FieldDevice, Gateway
from twin.messages import say
from twin.municipal.alarms import Silence
from twin.municipal.covers import Covers
from twin.municipal.flood_control import FloodControl
from twin.municipal.flooding import AROUND_US, Flooding
from twin.municipal.gauge_spec import CoverSensorSpec, SettlementGaugeSpec, WaterGaugeSpec
from twin.municipal.places import InRoad, points_of
from twin.municipal.readings import Readings
from twin.municipal.roads_spec import RoadDevicesSpec
from twin.municipal.settlement import Settlement
from twin.municipal.underpasses import Underpass, underpasses_of
from twin.municipal.watching import Watching
from twin.municipal.water_gauges import WaterGauges
from twin.roadnet.projection import to_local
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.scenario import Scenario
from twin.simulation.field_devices import FieldFleet
from twin.traffic.process import Traffic
from twin.traffic.replay import Replay
from twin.units import to_us


class Roads:
    """The devices in a run's roads: gauges of underpasses first, then of settlement, then sensors of covers."""

    def __init__(
        self,
        scenario: Scenario,
        spec: RoadDevicesSpec,
        network: RoadNetwork,
        traffic: Traffic | Replay,
        recorder: Recorder,
        fleet: FieldFleet,
    ) -> None:
        """Place and connect the devices; write table ``underpass``. What is wrong with places was said before."""
        self._scenario, self._spec, self._recorder = scenario, spec, recorder
        underpasses, _ = underpasses_of(spec, network)
        settling, covered, _ = points_of(spec, network)
        gates = [_gateway(network, one.name, one.lon_deg, one.lat_deg, one.network) for one in spec.gateways]
        wet = [InRoad(f"gauge-{one.name}", int(one.edges[0]), one.x_m, one.y_m) for one in underpasses]
        devices = [_device("water_gauge", place, spec.gauge, gates) for place in wet]
        devices += [_device("settlement_gauge", place, spec.settlement_gauge, gates) for place in settling]
        devices += [
            _device("cover_sensor", place, spec.cover_sensor, gates, spec.cover_sensor.heartbeat_s) for place in covered
        ]
        self.devices = fleet.add(devices, gates, spec.life)
        self.flooding = Flooding(underpasses, spec, scenario.weather.rain_mmph, network, traffic, recorder)
        self._gauges = WaterGauges(spec.gauge, [place.name for place in wet], scenario.seed)
        if underpasses:
            _write_underpasses(recorder, underpasses)

    def start(self, env: simpy.Environment, interval_us: int) -> None:
        """Start every process."""
        spec, seed, flooding, gauges = self._spec, self._scenario.seed, self.flooding, self._gauges
        readings = Readings(env, self.devices, self._recorder)
        wet, settling = len(flooding.underpasses), len(spec.settlement)
        control = None
        if spec.closure is not None and flooding.can_close:
            control = FloodControl(env, spec.closure, wet, flooding.close)
        readings.listeners.append(Watching(spec, control, self._recorder, self.devices.first_number).hear)
        processes = [] if not wet else [*flooding.processes(env, interval_us), gauges.run(env, flooding.levels_m, readings)]
        if settling:
            settled = Settlement(spec.settlement_gauge, spec.settlement, wet, self._scenario.start, seed)
            processes.append(settled.run(env, readings))
        processes += Covers(spec.cover_sensor, spec.covers, wet + settling, seed).processes(env, readings)
        usual_us = gauges.report_us, to_us(spec.settlement_gauge.report_s), to_us(spec.cover_sensor.heartbeat_s)
        period_us = np.repeat(np.array(usual_us, np.int64), (wet, settling, len(spec.covers)))
        silence = Silence(self.devices, period_us, spec.silent_after, self._recorder)
        processes.append(every(env, AROUND_US, Phase.PLATFORM, silence.look, first_us=AROUND_US))
        for process in processes:
            env.process(process)

    def finish(self, end_us: int) -> None:
        """Write how the underpasses stand at the end."""
        if self.flooding.underpasses:
            self.flooding.log(end_us)


def road_problems(spec: RoadDevicesSpec, network: RoadNetwork) -> list[Problem]:
    """Return everything that is wrong with the places and names of devices in roads."""
    underpasses, wrong = underpasses_of(spec, network)
    _, _, off_road = points_of(spec, network)
    names = [f"gauge-{one.name}" for one in underpasses] + [one.name for one in (*spec.settlement, *spec.covers)]
    missing = unknown_in_schedule(spec.life, names, [one.name for one in spec.gateways])
    words = say("roads.device.remedy")
    strangers = [
        Problem("", f"roads.life.scheduled[{number}].device", say("roads.device.found", name=name), words)
        for number, name in missing
    ]
    return [*wrong, *off_road, *strangers]


def _write_underpasses(recorder: Recorder, underpasses: Sequence[Underpass]) -> None:
    recorder.write_static(
        "underpass",
        {
            "underpass": np.arange(len(underpasses)),
            "name": [one.name for one in underpasses],
            "edge": [one.edges for one in underpasses],
            "x_cm": centimetres([one.x_m for one in underpasses]),
            "y_cm": centimetres([one.y_m for one in underpasses]),
            "catchment_m2": np.array([one.catchment_m2 for one in underpasses]),
            "pump_m3ps": np.array([one.pump_m3ps for one in underpasses]),
        },
    )


def _gateway(network: RoadNetwork, name: str, lon_deg: float, lat_deg: float, kind: str) -> Gateway:
    x_m, y_m = (float(value) for value in to_local(network.crs, network.origin_m, lon_deg, lat_deg))
    return Gateway(name, x_m, y_m, kind)


def _device(
    kind: str,
    place: InRoad,
    spec: WaterGaugeSpec | SettlementGaugeSpec | CoverSensorSpec,
    gates: Sequence[Gateway],
    heartbeat_s: float | None = None,
) -> FieldDevice:
    """Return a device at a place; on LoRaWAN it reports through the nearest gateway."""
    gateway = -1
    if gates and spec.network.startswith("lorawan"):
        away_m = np.hypot([gate.x_m - place.x_m for gate in gates], [gate.y_m - place.y_m for gate in gates])
        gateway = int(np.argmin(away_m))
    return FieldDevice(
        place.name,
        kind,
        "road",
        place.edge,
        place.x_m,
        place.y_m,
        spec.network,
        spec.report_bytes,
        gateway,
        heartbeat_s,
        spec.battery_mah,
    )
