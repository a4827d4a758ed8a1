"""One row a sensor: where it stands, what it saw of what was there, and how late its object lists arrive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.metrics.links import US_PER_MS
from twin.metrics.perception import DetectionCounts, perception_figures
from twin.metrics.selection import after_warm_up, percentile, share
from twin.units import CM_PER_M

NEAR_M: Final = 60.0
"""A site that was not placed at a junction by rule is named after the nearest one within this distance, for the reader only.
Assumption: half the width of a large junction and its approaches."""

_NOTHING = DetectionCounts(0, 0, 0, 0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class SensorFigures:
    """One sensor of a run after the warm-up. A figure that nothing is there to form is None."""

    device: int
    name: str
    kind: str
    site: str
    junction: str
    """Crossing streets of the junction that its site serves, else of the nearest within ``NEAR_M``; empty for others."""
    frames: int
    counts: DetectionCounts
    """Sums over its frames."""
    messages: int
    """Object lists it handed to the links."""
    delivered: int
    """Of these, delivered at the regional cloud."""
    latency_p95_ms: float | None
    """Nearest-rank 95th percentile of the latency from the instant shown to the delivery at the cloud."""

    @property
    def delivered_share(self) -> float | None:
        """Share of its messages that reached the cloud."""
        return share(self.delivered, self.messages)


def sensor_figures(run: Run, warm_up_s: float = 0.0) -> tuple[SensorFigures, ...]:
    """Return the figures of every device of ``run`` in the order of ``device_spec``, from what is after ``warm_up_s``."""
    sites = {row["site"]: row for row in run.table("site").to_pylist()}
    junction_of = _junction_names(run)
    seen = perception_figures(run, warm_up_s).by_device
    frames = _rows_of(after_warm_up(run, "frame", ("device",), warm_up_s).column("device").to_numpy())
    messages = after_warm_up(run, "message", ("device", "cloud_age_us"), warm_up_s)
    device = messages.column("device").to_numpy()
    sent = _rows_of(device)
    there = messages.column("cloud_age_us").is_valid().to_numpy()
    ages_us = _split(device[there], messages.column("cloud_age_us").drop_null().to_numpy())
    none = np.empty(0, np.int32)
    found = []
    for row in run.table("device_spec").select(["device", "name", "kind", "site"]).to_pylist():
        number, site = row["device"], sites[row["site"]]
        age_us = ages_us.get(number, none)
        late_us = percentile(age_us, 95)
        found.append(
            SensorFigures(
                device=number,
                name=row["name"],
                kind=row["kind"],
                site=site["name"],
                junction=junction_of(site),
                frames=frames.get(number, 0),
                counts=seen.get(number, _NOTHING),
                messages=sent.get(number, 0),
                delivered=age_us.size,
                latency_p95_ms=None if late_us is None else late_us / US_PER_MS,
            )
        )
    return tuple(found)


def _junction_names(run: Run) -> Callable[[dict[str, Any]], str]:
    """Return what names the junction of a row of ``site``."""
    junctions = run.table("junction").to_pylist()
    names = {row["junction"]: row["name"] for row in junctions}
    x_m, y_m = (np.array([row[axis] for row in junctions]) / CM_PER_M for axis in ("x_cm", "y_cm"))

    def name_of(site: dict[str, Any]) -> str:
        if site["junction"] is not None or not junctions:
            return str(names.get(site["junction"], ""))
        distance_m = np.hypot(x_m - site["x_cm"] / CM_PER_M, y_m - site["y_cm"] / CM_PER_M)
        nearest = int(distance_m.argmin())
        return str(junctions[nearest]["name"]) if distance_m[nearest] <= NEAR_M else ""

    return name_of


def _rows_of(device: npt.NDArray[np.int32]) -> dict[int, int]:
    numbers, counts = np.unique(device, return_counts=True)
    return dict(zip(numbers.tolist(), counts.tolist(), strict=True))


def _split(device: npt.NDArray[np.int32], values: npt.NDArray[np.int32]) -> dict[int, npt.NDArray[np.int32]]:
    """Return the values of each device."""
    order = np.argsort(device, kind="stable")
    numbers, first = np.unique(device[order], return_index=True)
    return dict(zip(numbers.tolist(), np.split(values[order], first[1:]), strict=True)) if numbers.size else {}
