"""The SimPy process that scans with a fleet."""

from __future__ import annotations

from collections.abc import Callable, Generator

import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, every
from twin.kernel.records import FrameBatch
from twin.sensors.fleet import SensorFleet
from twin.traffic.ground_truth import GroundTruth


def run_fleet(
    env: simpy.Environment,
    fleet: SensorFleet,
    ground_truth: Callable[[], GroundTruth],
    on_frames: Callable[[FrameBatch], None],
) -> Generator[Event, None, None]:
    """Scan from t = 0 on, once a period, in the sensors' phase; hand every scan's frames to ``on_frames``.

    The body of a SimPy process. ``ground_truth`` gives the vehicles of the present instant.
    """
    yield from every(env, fleet.period_us, Phase.SENSORS, lambda _: on_frames(fleet.scan(ground_truth())))
