"""Where the services meet traffic, roadside units and what is known of the roads. No physics here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.kernel.records import RoadsideUnit
from twin.scenario.scenario import Scenario
from twin.simulation.preparation import Prepared
from twin.traffic.ground_truth import GroundTruth
from twin.traffic.process import Traffic
from twin.traffic.replay import Replay
from twin.units import to_us
from twin.v2x.platform.tiers import Tiers
from twin.v2x.services.platform import Services
from twin.v2x.vehicles.connected import ConnectedVehicles

Longs = npt.NDArray[np.int64]

SPAT_US: Final = 500_000
"""Time between two SPATs. Source: T/CSAE 53-2020, 2 to 10 Hz; the least."""


def build_services(
    prepared: Prepared,
    traffic: Traffic | Replay,
    units: Sequence[RoadsideUnit],
    connected: ConnectedVehicles | None,
    tiers: Tiers,
    recorder: Recorder,
) -> Services | None:
    """Return the services of a run; None where none are offered, nobody is connected or the traffic is recorded."""
    scenario = prepared.scenario
    if connected is None or scenario.connected is None or not scenario.services.any or isinstance(traffic, Replay):
        return None
    sites, everywhere = prepared.deployment.sites, "uu" in scenario.connected.ways
    services = Services(
        scenario.services,
        traffic,
        scenario.seed,
        recorder,
        equipped=connected.equipped,
        broadcast=connected.hear_units if units and not everywhere else None,
        junction_of_unit=[sites[unit.site].junction for unit in units],
        everywhere=everywhere,
    )
    tiers.listeners["edge"].append(services.at_the_edge.hear)
    tiers.listeners["regional"].append(services.in_the_cloud.hear)
    return services


def service_processes(
    env: simpy.Environment, services: Services, scenario: Scenario, traffic: Traffic, now: Callable[[], GroundTruth]
) -> list[Generator[Event, None, None]]:
    """Return the SimPy processes: roadside units that send, and drivers that act on what has come, once a period."""
    spec = scenario.services
    periods = [one.period_s for one in (spec.signal_advice, spec.hazard_warning) if one is not None]
    period_us = to_us(min(periods))
    return [
        every(env, SPAT_US, Phase.LINKS, lambda _: services.send(now())),
        every(env, period_us, Phase.PLATFORM, lambda t_us: traffic.advise(services.advise(t_us, now())), first_us=period_us),
    ]
