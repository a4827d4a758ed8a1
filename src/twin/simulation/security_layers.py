"""Where attacks on devices, access, reports and reading meet the parts of a run, and what watches. No physics here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, in_phase
from twin.kernel.records import FrameBatch
from twin.kernel.timed import TimedSpec
from twin.roadnet.projection import to_local
from twin.scenario.scenario import Scenario
from twin.sensors.cross_check import CrossCheck, watchers
from twin.sensors.fleet import SensorFleet
from twin.sensors.sensing_attack_spec import SensingAttack
from twin.sensors.sensing_attacks import SensingAttacks
from twin.sensors.site_lists import SiteLists
from twin.simulation.preparation import Prepared
from twin.units import to_us
from twin.v2x.platform.permissions import Permissions
from twin.v2x.queues.chain import Delivery
from twin.v2x.security.access_control import AccessControl
from twin.v2x.security.clients import Clients
from twin.v2x.security.forged_lists import Forgers, Gate, OnlyRegistered
from twin.v2x.security.layer_attack_spec import AccessAttack, ReadBeyond, TamperedReport
from twin.v2x.security.report_channel import ReportChannel
from twin.v2x.security.tampering import Tampering

CENTRAL = "central"
"""Name of the central cloud's picture beside those of the regions, as in ``PermissionSpec.regions``."""


class Registered(Protocol):
    """A device as the lines know it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def site(self) -> int:
        """Number of its site."""


def _of(scenario: Scenario, *kinds: Any) -> list[tuple[int, Any]]:
    """Return the attacks of some kinds, each with its place in the scenario's list."""
    return [(number, one) for number, one in enumerate(scenario.attacks) if isinstance(one, kinds)]


@dataclass(frozen=True, slots=True)
class SecurityLayers:
    """The parts of one deployment that attack it, and that watch."""

    prepared: Prepared
    devices: Sequence[Registered]
    """Everything that is registered to send over the lines, by number."""
    recorder: Recorder
    sensing: SensingAttacks | None
    """Who is blinded or shown ghosts; None without such attacks."""
    forgers: Forgers
    """Who sends forged lists."""

    @property
    def watches_access(self) -> bool:
        """Whether lists are looked at on arrival at the edge."""
        return bool(self.forgers.specs) or self.prepared.scenario.protection.access is not None

    def message_recorder(self) -> Recorder | OnlyRegistered:
        """Return what takes the rows of messages, those of forgers left out."""
        return OnlyRegistered(self.recorder, len(self.devices)) if self.forgers.specs else self.recorder

    def on_the_lines(self) -> tuple[list[str], npt.NDArray[np.int64]]:
        """Return names and sites of all who send over the lines: what is registered, then forgers."""
        names = [*(device.name for device in self.devices), *self.forgers.names]
        return names, np.array([*(device.site for device in self.devices), *self.forgers.sites], np.int64)

    def gate(self, on: Delivery) -> Delivery:
        """Return what is told of deliveries in the place of ``on``: that itself where nobody looks."""
        if not self.watches_access:
            return on
        spec, sites = self.prepared.scenario.protection.access, [device.site for device in self.devices]
        control = None if spec is None else AccessControl(spec, sites, [_period_us(device) for device in self.devices])
        gate = Gate(control, self.forgers, np.array(sites, np.int64), self.recorder, on)
        gate.names = [device.name for device in self.devices]
        return gate.on_delivery

    def loop_channel(self) -> ReportChannel | None:
        """Return the way of loops' counts to the platform; None where nobody alters or judges them."""
        scenario, devices = self.prepared.scenario, self.prepared.deployment.every_device
        specs: list[TamperedReport] = [one for _, one in _of(scenario, TamperedReport)]
        if not specs and scenario.protection.data is None:
            return None
        names, sites = [device.name for device in devices], [device.site for device in devices]
        tampering = Tampering(specs, names, scenario.seed)
        return ReportChannel(tampering, scenario.protection.data, names, sites, scenario.seed, self.recorder)

    def compare_devices(self, fleets: Sequence[SensorFleet], site_lists: SiteLists | None) -> None:
        """Let the sites' fusion compare devices, where the scenario wants it and sites fuse."""
        spec, deployment = self.prepared.scenario.protection.sensing, self.prepared.deployment
        if spec is None or site_lists is None:
            return
        outlooks = [([device.number for device in fleet.devices], fleet.outlook) for fleet in fleets]
        watch = watchers(deployment.devices, outlooks, spec.sure_share)
        site_lists.cross_check = CrossCheck(spec, watch, len(deployment.sites), site_lists.period_us, self.sensing)

    def processes(self, env: simpy.Environment, send: Callable[[FrameBatch], None]) -> list[Generator[Event, None, None]]:
        """Return the SimPy processes: forgers, who ``send`` their lists, clients, and the account of what is on when."""
        scenario = self.prepared.scenario
        found = self.forgers.processes(env, send)
        if scenario.clients:
            regions = [region.name for region in scenario.links.regions]
            beyond = [one for _, one in _of(scenario, ReadBeyond)]
            clients = Clients(
                scenario.clients, beyond, Permissions(scenario.links.permissions), [*regions, CENTRAL], scenario.seed,
                self.recorder, scenario.protection.application,
            )  # fmt: skip
            found += clients.processes(env)
        return found + [self._account(env, *one) for one in self._targets()]

    def _targets(self) -> list[tuple[int, TimedSpec, list[int | None]]]:
        """Return every attack with its number and the devices under it, None for none that is registered."""
        scenario, devices = self.prepared.scenario, self.prepared.deployment.every_device
        found: list[tuple[int, TimedSpec, list[int | None]]] = []
        for place, (number, one) in enumerate(_of(scenario, SensingAttack)):
            hit = [] if self.sensing is None else [target.device for target in self.sensing.targets if target.attack == place]
            found.append((number, one, [*hit]))
        for place, (number, one) in enumerate(_of(scenario, AccessAttack)):
            claimed = self.forgers.claimed[place]
            found.append((number, one, [claimed if claimed >= 0 else None]))
        tampered = _of(scenario, TamperedReport)
        if tampered:
            tampering = Tampering([one for _, one in tampered], [device.name for device in devices], scenario.seed)
            reporting = {device.number for device in self.prepared.deployment.loops}
            for place, (number, one) in enumerate(tampered):
                found.append((number, one, [device for device in tampering.hit(place) if device in reporting]))
        return found + [(number, one, [None]) for number, one in _of(scenario, ReadBeyond)]

    def _account(
        self, env: simpy.Environment, number: int, one: TimedSpec, devices: list[int | None]
    ) -> Generator[Event, None, None]:
        """Write when an attack begins and when it is over, a row a device."""
        for t_us, state in zip(one.span_us, ("begins", "over"), strict=True):
            if t_us > to_us(self.prepared.scenario.duration_s):
                return
            yield in_phase(env, t_us - int(env.now), Phase.CONTROL)
            kind = self.prepared.scenario.attacks[number].kind
            rows = len(devices)
            columns = {"t_us": [t_us] * rows, "kind": [kind] * rows, "number": [number] * rows, "device": devices}
            if rows:
                self.recorder.append("attack", columns | {"state": [state] * rows})


def _period_us(device: Registered) -> int:
    """Return the time between two lists of a device: that of its frames, or of its reports; the shortest where it has none."""
    spec = getattr(device, "spec", None)
    return int(getattr(spec, "interval_us", getattr(spec, "period_us", 1)))


def build_layers(prepared: Prepared, devices: Sequence[Registered], recorder: Recorder) -> SecurityLayers:
    """Return who attacks a deployment on these layers, and what is to watch."""
    scenario, network, deployment = prepared.scenario, prepared.network, prepared.deployment

    def locate(lon_deg: float, lat_deg: float) -> tuple[float, float]:
        x_m, y_m = to_local(network.crs, network.origin_m, np.array([lon_deg]), np.array([lat_deg]))
        return float(x_m[0]), float(y_m[0])

    attacks: list[SensingAttack] = [one for _, one in _of(scenario, SensingAttack)]
    sensing = SensingAttacks(attacks, deployment.devices, scenario.seed, locate) if attacks else None
    names, sites = [device.name for device in devices], [site.name for site in deployment.sites]
    forgers = Forgers([one for _, one in _of(scenario, AccessAttack)], names, sites)
    return SecurityLayers(prepared, devices, recorder, sensing, forgers)
