"""Link figures from ``message``: how old what arrives is, how much arrives, where and why the rest was lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up, column, percentile, share

US_PER_MS = 1000.0

HOPS = {
    "site_to_mec": (("sent_age_us",), "mec_age_us", "site_queue"),
    "mec_compute": (("mec_age_us",), "compute_age_us", "compute_queue"),
    "mec_to_cloud": (("compute_age_us", "mec_age_us"), "cloud_age_us", "mec_queue"),
    "cloud_to_central": (("cloud_age_us",), "central_age_us", "cloud_queue"),
}
"""Columns of ``message`` for each hop: age when it is offered to the hop, the first that is there; age on delivery; messages
found in its queue, null where it never came to the hop."""


@dataclass(frozen=True, slots=True)
class AgeOfInformation:
    """Age of the frames (now - phenomenon time) at the moment of their delivery at one place."""

    delivered: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    max_ms: float | None


@dataclass(frozen=True, slots=True)
class HopFigures:
    """One hop after the warm-up: what it was offered, what it delivered and how fast, what it lost and why."""

    offered: int
    delivered: int
    lost: dict[str, int]
    """Messages lost by cause, in alphabetical order."""
    delay_p50_ms: float | None
    """Delay over this hop, waiting and outages included, of what it delivered."""
    delay_p95_ms: float | None
    delay_p99_ms: float | None
    delay_max_ms: float | None
    age_p50_ms: float | None
    """Age on delivery at the hop's end."""
    age_p95_ms: float | None
    queue_max: int | None
    """The most messages that one found in its queue, waiting and in transmission."""
    utilisation_max: float | None
    """The busiest line's share of its busiest interval spent in transmission; with several workers that of all of them
    together, which can exceed 1. None without any."""

    @property
    def lost_share(self) -> float | None:
        """Lost of offered."""
        return share(sum(self.lost.values()), self.offered)


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """Links of a run after its warm-up."""

    messages: int
    """Object lists handed to the links."""
    mec: AgeOfInformation
    cloud: AgeOfInformation
    lost: dict[tuple[str, str], int]
    """Messages lost by (hop, cause), in alphabetical order."""
    hops: dict[str, HopFigures]
    """Each hop, in the order of the way."""

    @property
    def delivered_share(self) -> float | None:
        """Share of the messages that reached the cloud."""
        return share(self.cloud.delivered, self.messages)

    @property
    def lost_share(self) -> dict[tuple[str, str], float]:
        """Share of all messages lost, by (hop, cause)."""
        return {place: count / self.messages for place, count in self.lost.items()}


def link_figures(run: Run, warm_up_s: float = 0.0) -> LinkFigures:
    """Return the link figures of ``run``, from the frames whose phenomenon time is after ``warm_up_s``."""
    columns = {name for before, after, queue in HOPS.values() for name in (*before, after, queue)}
    busy = _busiest(run, warm_up_s)
    table = after_warm_up(run, "message", (*sorted(columns), "lost_hop", "lost_cause"), warm_up_s)
    lost = table.filter(table.column("lost_hop").is_valid()).select(["lost_hop", "lost_cause"])
    places = lost.group_by(["lost_hop", "lost_cause"], use_threads=False).aggregate([([], "count_all")]).to_pylist()
    counted = {(str(place["lost_hop"]), str(place["lost_cause"])): int(place["count_all"]) for place in places}
    return LinkFigures(
        messages=table.num_rows,
        mec=_age(column(table, "mec_age_us")),
        cloud=_age(column(table, "cloud_age_us")),
        lost=dict(sorted(counted.items())),
        hops={hop: _hop(table, hop, counted, busy.get(hop)) for hop in HOPS},
    )


def _busiest(run: Run, warm_up_s: float) -> dict[str, float]:
    """Return the greatest utilisation of a line and an interval, by hop."""
    table = after_warm_up(run, "link_state", ("hop", "busy_us", "interval_us"), warm_up_s)
    share_ = pc.divide(pc.cast(table.column("busy_us"), pa.float64()), pc.cast(table.column("interval_us"), pa.float64()))
    found = table.append_column("share", share_).group_by(["hop"], use_threads=False).aggregate([("share", "max")])
    return {str(row["hop"]): float(row["share_max"]) for row in found.to_pylist()}


def _hop(table: pa.Table, hop: str, counted: dict[tuple[str, str], int], busiest: float | None) -> HopFigures:
    before, after, queue = HOPS[hop]
    offered = table.filter(table.column(queue).is_valid())
    since = pc.coalesce(*(pc.cast(offered.column(name), pa.int64()) for name in before))
    delay_us = pc.subtract(offered.column(after), since).drop_null().to_numpy()
    found = column(offered, queue)
    delay, age = _age(delay_us), _age(column(offered, after))
    return HopFigures(
        offered=offered.num_rows,
        delivered=delay_us.size,
        lost={cause: count for (at, cause), count in sorted(counted.items()) if at == hop},
        delay_p50_ms=delay.p50_ms,
        delay_p95_ms=delay.p95_ms,
        delay_p99_ms=delay.p99_ms,
        delay_max_ms=delay.max_ms,
        age_p50_ms=age.p50_ms,
        age_p95_ms=age.p95_ms,
        queue_max=int(found.max()) if found.size else None,
        utilisation_max=busiest,
    )


def _age(age_us: npt.NDArray[np.int64]) -> AgeOfInformation:
    def ms(percent: int) -> float | None:
        value_us = percentile(age_us, percent)
        return None if value_us is None else value_us / US_PER_MS

    return AgeOfInformation(delivered=age_us.size, p50_ms=ms(50), p95_ms=ms(95), p99_ms=ms(99), max_ms=ms(100))
