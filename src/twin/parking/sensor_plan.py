"""Which sensors stand where in a run's parking facilities, by the rules of its scenario, and what is wrong with those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from twin.errors import Problem, closest
from twin.kernel.device_life_spec import unknown_in_schedule
from twin.kernel.reporting import FieldDevice, Gateway
from twin.messages import say
from twin.parking.bay_sensor_spec import BaseBaySensorSpec
from twin.parking.bay_sensors import BaySensor
from twin.parking.facilities import KINDS, Facilities, Facility
from twin.parking.gate_counter import GateCounterSpec
from twin.parking.sensing_spec import ParkingSensorsSpec, SensorRuleSpec
from twin.rng import stream_key, uniform4

SENSOR_BLOCK: Final = 1
"""Choice: block of the draw by which a bay or car park gets a sensor."""


@dataclass(frozen=True, slots=True)
class PlannedSensors:
    """Which sensors stand where, before anything happens."""

    bays: tuple[BaySensor, ...]
    counters: tuple[tuple[int, GateCounterSpec], ...]
    """Facility and what counts at its gates."""

    devices: tuple[FieldDevice, ...]
    """Those of the bays, then those of the gates."""

    gateways: tuple[Gateway, ...]


def plan_sensors(spec: ParkingSensorsSpec, facilities: Facilities, seed: int) -> PlannedSensors:
    """Return the sensors of ``facilities``; the first rule that names a bay or a gate holds, whatever its draw says."""
    bays: list[tuple[BaySensor, SensorRuleSpec]] = []
    gates: list[tuple[int, GateCounterSpec, SensorRuleSpec]] = []
    for one in facilities.every:
        rules = [rule for rule in spec.rules if not rule.at or {one.name, one.kind, one.group} & {*rule.at}]
        of_gates = next(((rule.sensor, rule) for rule in rules if isinstance(rule.sensor, GateCounterSpec)), None)
        of_bays = next(((rule.sensor, rule) for rule in rules if isinstance(rule.sensor, BaseBaySensorSpec)), None)
        if of_gates is not None and not one.at_kerb and _chosen(seed, one.name, of_gates[1].density):
            gates.append((one.number, *of_gates))
        if of_bays is not None:
            sensor, rule = of_bays
            for bay in range(one.first_bay, one.first_bay + one.capacity):
                name = facilities.bay_name(bay)
                if _chosen(seed, name, rule.density):
                    bays.append((BaySensor(name, bay, int(facilities.bays.edge[bay]), sensor), rule))
    squares: dict[tuple[str, float, int, int], int] = {}
    devices = [_device(facilities, sensor, rule, squares) for sensor, rule in bays]
    devices += [_counter(facilities.every[facility], sensor, rule, squares) for facility, sensor, rule in gates]
    gateways = [
        Gateway(f"parking_gateway_{network}_{column}_{row}", (column + 0.5) * side_m, (row + 0.5) * side_m, network)
        for network, side_m, column, row in squares
    ]
    return PlannedSensors(
        tuple(sensor for sensor, _ in bays), tuple((f, sensor) for f, sensor, _ in gates), tuple(devices), tuple(gateways)
    )


def _chosen(seed: int, name: str, density: float) -> bool:
    return uniform4(stream_key(seed, "parking/density", name), 0, 0, SENSOR_BLOCK)[0] < density


def _gateway(rule: SensorRuleSpec, x_m: float, y_m: float, squares: dict[tuple[str, float, int, int], int]) -> int:
    if rule.gateway_m is None:
        return -1
    square = (rule.network, rule.gateway_m, int(x_m // rule.gateway_m), int(y_m // rule.gateway_m))
    return squares.setdefault(square, len(squares))


def _device(
    facilities: Facilities, sensor: BaySensor, rule: SensorRuleSpec, squares: dict[tuple[str, float, int, int], int]
) -> FieldDevice:
    x_m, y_m = float(facilities.bays.x_m[sensor.bay]), float(facilities.bays.y_m[sensor.bay])
    return FieldDevice(
        name=f"bay_sensor/{sensor.name}",
        kind=rule.sensor.kind,
        place="facility",
        place_number=int(facilities.bays.facility[sensor.bay]),
        x_m=x_m,
        y_m=y_m,
        network=rule.network,
        report_bytes=sensor.spec.report_bytes,
        gateway=_gateway(rule, x_m, y_m, squares),
        heartbeat_s=sensor.spec.heartbeat_s,
        battery_mah=sensor.spec.battery_mah,
    )


def _counter(
    facility: Facility, sensor: GateCounterSpec, rule: SensorRuleSpec, squares: dict[tuple[str, float, int, int], int]
) -> FieldDevice:
    return FieldDevice(
        name=f"gate_counter/{facility.name}",
        kind=sensor.kind,
        place="facility",
        place_number=facility.number,
        x_m=facility.x_m,
        y_m=facility.y_m,
        network=rule.network,
        report_bytes=sensor.report_bytes,
        gateway=_gateway(rule, facility.x_m, facility.y_m, squares),
    )


def sensor_problems(spec: ParkingSensorsSpec, facilities: Facilities, seed: int) -> list[Problem]:
    """Return a problem for each facility that a rule names, and each device whose fault is laid, that is not there."""
    known = {*KINDS, *(one.name for one in facilities.every), *(one.group for one in facilities.every)}
    problems = []
    for number, rule in enumerate(spec.rules):
        for name in (name for name in rule.at if name not in known and name not in KINDS):
            meant = closest(name, sorted(known))
            remedy = say("remedy.did_you_mean", name=meant) if meant else say("bay_sensor.no_facility.remedy")
            problems.append(
                Problem("", f"parking.sensors.rules[{number}].at", say("bay_sensor.no_facility.found", name=name), remedy)
            )
    planned = plan_sensors(spec, facilities, seed)
    devices, gateways = [one.name for one in planned.devices], [one.name for one in planned.gateways]
    for number, name in unknown_in_schedule(spec.life, devices, gateways):
        meant = closest(name, [*devices, *gateways])
        remedy = say("remedy.did_you_mean", name=meant) if meant else say("bay_sensor.no_device.remedy")
        found = say("bay_sensor.no_device.found", name=name)
        problems.append(Problem("", f"parking.sensors.life.scheduled[{number}].device", found, remedy))
    return problems
