"""Traffic figures: who drove, who arrived, how fast, with what delay."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up, column, share
from twin.units import to_us


@dataclass(frozen=True, slots=True)
class TrafficFigures:
    """Traffic of a run after its warm-up. A figure that nothing is there to form is None."""

    vehicles: int
    """Vehicles on the network at any time after the warm-up."""
    trips_finished: int
    """Trips that arrived after the warm-up."""
    trips_waiting: int
    """Trips that were due but still waiting outside the network when the run ended."""
    vehicle_km: float
    vehicle_h: float
    mean_speed_mps: float | None
    """Space-mean speed of the network: vehicle-metres over vehicle-seconds (L. C. Edie, 1963)."""
    halted_share: float | None
    """Share of vehicle-seconds spent below 1.4 m/s."""
    mean_delay_s: float | None
    """Mean over the finished trips of arrival - planned departure - free-flow time; those from before the start left out, whose
    departures are assumed."""


def traffic_figures(run: Run, warm_up_s: float = 0.0) -> TrafficFigures:
    """Return the traffic figures of ``run``: intervals that begin, and trips that arrive, after ``warm_up_s``.

    A trip is logged when it ends or the run does; of a run that was killed, the trips under way are not known.
    """
    states = after_warm_up(run, "edge_state", ("vehicle_s", "distance_m", "halted_s"), warm_up_s)
    vehicle_s = math.fsum(column(states, "vehicle_s"))  # fsum: exact, so the cut into segments cannot change the figure
    distance_m = math.fsum(column(states, "distance_m"))
    halted_s = math.fsum(column(states, "halted_s"))
    vehicles = waiting = finished = 0
    for batch in run.batches("trip", ("insert_us", "arrival_us")):
        insert_us, arrival_us = (batch.column(name).to_numpy(zero_copy_only=False) for name in ("insert_us", "arrival_us"))
        waits = np.isnan(insert_us)  # nulls become NaN, which is before no instant
        waiting += int(waits.sum())
        vehicles += int((~waits & ~(arrival_us < to_us(warm_up_s))).sum())
        finished += int((arrival_us >= to_us(warm_up_s)).sum())
    delays = column(after_warm_up(run, "trip", ("delay_s",), warm_up_s, time="arrival_us"), "delay_s")
    return TrafficFigures(
        vehicles=vehicles,
        trips_finished=finished,
        trips_waiting=waiting,
        vehicle_km=distance_m / 1000.0,
        vehicle_h=vehicle_s / 3600.0,
        mean_speed_mps=share(distance_m, vehicle_s),
        halted_share=share(halted_s, vehicle_s),
        mean_delay_s=share(math.fsum(delays), delays.size),
    )
