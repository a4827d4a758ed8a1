"""What specifications ask of the links, and whether a run met it.

Sources: cloud-control platform specification (云控基础平台技术规范): roadside and regional cloud below 200 ms by radio and
100 ms by wire, more than 99.9 % delivered; regional and central cloud 100 ms on average. Use cases: 3GPP TS 22.186 and T/CSAE
53-2020. The numbers are the documents', the way they are read is said at each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.eventlog.reader import Run
from twin.metrics.delivery import delivery_figures
from twin.metrics.links import US_PER_MS
from twin.metrics.selection import after_warm_up, codes, percentile, share

BY_RADIO_MS: Final = 200.0
"""Source: cloud-control platform specification, roadside and regional cloud by radio."""

BY_WIRE_MS: Final = 100.0
"""Source: the same, by wire."""

DELIVERED: Final = 0.999
"""Source: the same; more than this share is to arrive."""

TO_CENTRAL_MS: Final = 100.0
"""Source: the same, on average between regional and central cloud."""

RADIO_PRESETS: Final = ("reserved_slice", "5g_backhaul", "cellular", "5g", "5g_a")
"""Presets of the links in which the way from a site begins with radio."""


LOST_US: Final = -1
"""In the place of a latency. Choice: no latency."""

NO_WAY: Final = -1
"""Code of a way that nobody took. Choice: no code."""


@dataclass(frozen=True, slots=True)
class UseCase:
    """What one use of vehicle-to-everything communication asks of direct radio or of the network."""

    name: str
    way: str
    """``pc5``, between vehicles and roadside units, or ``uu``, between vehicles and the regional cloud."""
    latency_ms: float
    reliability: float
    """Share that has to arrive in time."""
    range_m: float | None
    """Distance up to which it is asked for; None where it does not matter."""


USE_CASES: Final = (
    UseCase("day_one", "pc5", 100.0, 0.90, 300.0),
    UseCase("platooning", "pc5", 25.0, 0.90, 300.0),
    UseCase("platooning_high", "pc5", 10.0, 0.9999, 80.0),
    UseCase("extended_sensors", "pc5", 100.0, 0.99, 1000.0),
    UseCase("sensor_sharing", "pc5", 20.0, 0.99, 350.0),
    UseCase("reporting", "uu", 500.0, 0.99, None),
    UseCase("extended_sensors_network", "uu", 100.0, 0.99, None),
    UseCase("remote_driving", "uu", 5.0, 0.99999, None),
)
"""Source: ``day_one`` T/CSAE 53-2020 (100 ms, 300 m); the others TS 22.186, platooning (25 ms 90 %; 10 ms 99.99 % within 80 m),
extended sensors (100 ms 99 % within 1000 m), sharing between a roadside unit and vehicles (20 ms, 350 m), reporting to a
server (500 ms), remote driving (5 ms 99.999 %). Assumption: 90 % for ``day_one``, 99 % where a use names no reliability, 300 m
for platooning."""


@dataclass(frozen=True, slots=True)
class LinkVerdict:
    """One requirement held against what a run's links did."""

    name: str
    """``roadside_latency`` (ms, 99 % of the lists), ``roadside_delivery`` (share), ``central_latency`` (ms, mean), or the name
    of a use case: the share that arrived in time."""
    figure: float | None
    """None where nothing is there to form it."""
    threshold: float
    at_least: bool
    n: int

    @property
    def met(self) -> bool | None:
        """Whether the requirement is met; None where there is no figure."""
        if self.figure is None:
            return None
        return self.figure >= self.threshold if self.at_least else self.figure <= self.threshold


def link_verdicts(run: Run, warm_up_s: float = 0.0) -> tuple[LinkVerdict, ...]:
    """Return the verdicts on ``run`` after ``warm_up_s``; use cases only where its vehicles are connected."""
    names = ("sent_age_us", "cloud_age_us", "central_age_us")
    table = after_warm_up(run, "message", names, warm_up_s)
    radio = run.manifest.scenario.get("links", {}).get("preset") in RADIO_PRESETS
    return (*_of_the_roadside(table, BY_RADIO_MS if radio else BY_WIRE_MS), *_of_use_cases(run, warm_up_s))


def _of_the_roadside(table: pa.Table, limit_ms: float) -> list[LinkVerdict]:
    there = table.filter(pc.is_valid(table.column("cloud_age_us")))
    took_us = pc.subtract(there.column("cloud_age_us"), there.column("sent_age_us")).to_numpy()
    late_us = percentile(took_us, 99)
    upwards_us = pc.subtract(there.column("central_age_us"), there.column("cloud_age_us")).drop_null().to_numpy()
    return [
        LinkVerdict("roadside_latency", None if late_us is None else late_us / US_PER_MS, limit_ms, False, took_us.size),
        LinkVerdict("roadside_delivery", share(took_us.size, table.num_rows), DELIVERED, True, table.num_rows),
        LinkVerdict(
            "central_latency",
            float(upwards_us.mean()) / US_PER_MS if upwards_us.size else None,
            TO_CENTRAL_MS,
            False,
            upwards_us.size,
        ),
    ]


def _of_use_cases(run: Run, warm_up_s: float) -> list[LinkVerdict]:
    connected = run.manifest.scenario.get("connected")
    if not connected:
        return []
    direct = delivery_figures(run, warm_up_s)
    wait_ms = 1e3 * float(connected["wait_s"])
    over_uu_us = _uu_latency_us(run, warm_up_s)
    found = []
    for case in USE_CASES:
        if case.way == "pc5":
            heard = direct.within(case.range_m or np.inf)
            figure = None if heard.delivery_ratio is None else heard.delivery_ratio * _in_time(case.latency_ms, wait_ms)
            found.append(LinkVerdict(case.name, figure, case.reliability, True, heard.sent))
        else:
            late = int((over_uu_us > case.latency_ms * US_PER_MS).sum() + (over_uu_us < 0).sum())
            figure = share(over_uu_us.size - late, over_uu_us.size)
            found.append(LinkVerdict(case.name, figure, case.reliability, True, over_uu_us.size))
    return found


def _in_time(latency_ms: float, longest_wait_ms: float) -> float:
    """Return the share of messages whose wait for their resource, evenly spread up to the longest, is short enough."""
    return min(latency_ms / longest_wait_ms, 1.0) if longest_wait_ms > 0.0 else 1.0


def _uu_latency_us(run: Run, warm_up_s: float) -> npt.NDArray[np.int64]:
    """Return how long the logged honest messages over Uu took to the regional cloud, ``LOST_US`` for lost ones."""
    table = after_warm_up(run, "vehicle_report", ("way", "t_us", "received_us", "attack"), warm_up_s)
    vocabulary: dict[str, int] = {}
    over_uu = codes(table, "way", vocabulary) == vocabulary.get("uu", NO_WAY)
    honest = table.column("attack").is_null().to_numpy()
    received_us = table.column("received_us").to_numpy().astype(np.float64)
    took_us = np.nan_to_num(received_us - table.column("t_us").to_numpy(), nan=LOST_US)
    return np.asarray(took_us[over_uu & honest]).astype(np.int64)
