"""All field devices of a run, whoever owns them: numbered one after the other, connected to access networks, accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import simpy

from twin.errors import Problem, ScenarioError
from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.kernel.device_life_spec import DeviceLifeSpec
from twin.kernel.reporting import FieldDevice, FieldDevices, Gateway, Network, NetworkOf
from twin.messages import say
from twin.v2x.cells.access import ACCESS, AccessNetwork

NETWORKS: Final = tuple(ACCESS)
"""Access networks that a field device may be on, by name."""


class FieldFleet:
    """Field devices of parking, bridges and roads. ``add`` each owner's, then ``write`` once, ``start``, and ``finish``."""

    def __init__(self, seed: int, recorder: Recorder, first_number: int, duration_us: int) -> None:
        """Begin without devices; the first gets ``first_number``, the one after all sensors and roadside units."""
        self.owners: list[FieldDevices] = []
        self._seed, self._recorder = seed, recorder
        self._first, self._duration_us = first_number, duration_us

    def add(self, devices: Sequence[FieldDevice], gateways: Sequence[Gateway], life: DeviceLifeSpec) -> FieldDevices:
        """Connect an owner's devices and gateways and return them. Raises ScenarioError for a name that is there already."""
        there = {name for owner in self.owners for name in owner.names}
        twice = there & {*(device.name for device in devices), *(gateway.name for gateway in gateways)}
        if twice:
            words = say("roads.twice.found", name=min(twice)), say("roads.twice.remedy")
            raise ScenarioError([Problem("", "", *words)])
        networks, first = networks_of(self._seed), self.owners[-1].next_number if self.owners else self._first
        added = FieldDevices(
            devices, gateways, life, networks, self._seed, self._recorder, first_number=first, duration_us=self._duration_us
        )
        self.owners.append(added)
        return added

    def write(self) -> None:
        """Write table ``municipal_device``, where there is any."""
        rows = [row for owner in self.owners for row in _rows(owner)]
        if rows:
            self._recorder.write_static("municipal_device", {name: [row[name] for row in rows] for name in rows[0]})

    def start(self, env: simpy.Environment, interval_us: int) -> None:
        """Start every device's life and the accounts' intervals."""
        for owner in self.owners:
            for process in owner.processes(env):
                env.process(process)
            env.process(every(env, interval_us, Phase.CONTROL, owner.close_interval, first_us=interval_us))

    def finish(self, end_us: int) -> None:
        """Write the accounts of the interval cut short; what is under way stays so."""
        for owner in self.owners:
            owner.close_interval(end_us)


def networks_of(seed: int) -> Mapping[str, NetworkOf]:
    """Return how devices are connected to each access network, by its name."""

    def connect(name: str) -> NetworkOf:
        def connected(devices: Sequence[str]) -> Network:
            return AccessNetwork(ACCESS[name], devices, seed)

        return connected

    return {name: connect(name) for name in ACCESS}


def _rows(owner: FieldDevices) -> Iterator[dict[str, Any]]:
    """Yield the rows of table ``municipal_device`` of one owner."""
    first_gateway = owner.first_number + len(owner.devices)
    for row, device in enumerate(owner.devices):
        yield {
            "device": owner.first_number + row,
            "name": device.name,
            "kind": device.kind,
            "place": device.place,
            "place_number": device.place_number,
            "x_cm": int(centimetres(device.x_m)),
            "y_cm": int(centimetres(device.y_m)),
            "network": device.network,
            "gateway": None if device.gateway < 0 else first_gateway + device.gateway,
            "heartbeat_s": device.heartbeat_s,
            "battery_mah": device.battery_mah,
        }
    for number, gateway in enumerate(owner.gateways):
        yield {
            "device": first_gateway + number,
            "name": gateway.name,
            "kind": "gateway",
            "place": None,
            "place_number": None,
            "x_cm": int(centimetres(gateway.x_m)),
            "y_cm": int(centimetres(gateway.y_m)),
            "network": gateway.network,
            "gateway": None,
            "heartbeat_s": None,
            "battery_mah": None,
        }
