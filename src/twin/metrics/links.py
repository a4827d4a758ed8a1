"""Link figures from ``message``: how old what arrives is, how much arrives, where and why the rest was lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up, column, percentile, share

US_PER_MS = 1000.0


@dataclass(frozen=True, slots=True)
class AgeOfInformation:
    """Age of the frames (now - phenomenon time) at the moment of their delivery at one place."""

    delivered: int
    p50_ms: float | None
    p95_ms: float | None
    max_ms: float | None


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """Links of a run after its warm-up."""

    messages: int
    """Object lists handed to the links."""
    mec: AgeOfInformation
    cloud: AgeOfInformation
    lost: dict[tuple[str, str], int]
    """Messages lost by (hop, cause), in alphabetical order."""

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
    table = after_warm_up(run, "message", ("mec_age_us", "cloud_age_us", "lost_hop", "lost_cause"), warm_up_s)
    lost = table.filter(table.column("lost_hop").is_valid()).select(["lost_hop", "lost_cause"])
    places = lost.group_by(["lost_hop", "lost_cause"], use_threads=False).aggregate([([], "count_all")]).to_pylist()
    counted = {(str(place["lost_hop"]), str(place["lost_cause"])): int(place["count_all"]) for place in places}
    return LinkFigures(
        messages=table.num_rows,
        mec=_age(column(table, "mec_age_us")),
        cloud=_age(column(table, "cloud_age_us")),
        lost=dict(sorted(counted.items())),
    )


def _age(age_us: npt.NDArray[np.int32]) -> AgeOfInformation:
    def ms(percent: int) -> float | None:
        value_us = percentile(age_us, percent)
        return None if value_us is None else value_us / US_PER_MS

    return AgeOfInformation(delivered=age_us.size, p50_ms=ms(50), p95_ms=ms(95), max_ms=ms(100))
