"""The SimPy processes that scan with a fleet, and that step loops."""

from __future__ import annotations

from collections.abc import Callable, Generator

import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, every
from twin.kernel.records import FrameBatch
from twin.sensors.fleet import SensorFleet
from twin.sensors.loop_reports import LoopReports
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


def run_loops(
    env: simpy.Environment,
    loops: LoopReports,
    ground_truth: Callable[[], GroundTruth],
    on_reports: Callable[[FrameBatch], None],
) -> Generator[Event, None, None]:
    """Step loops from t = 0 on, once a period, in the sensors' phase; hand the reports of each interval to ``on_reports``.

    The body of a SimPy process. ``ground_truth`` gives the vehicles of the present instant.
    """
    yield from every(env, loops.period_us, Phase.SENSORS, lambda _: loops.step(ground_truth(), on_reports))
