"""What the platform knows of the vehicles: for how much of their time in time, and how old its news of them is.

From ``perception``, without sampling, the share of vehicle-seconds known at the edge and in the regional clouds not older than
100 and 200 ms; from ``age_of_information``, sampled, the age at each tier, by vehicle and by road.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from twin.eventlog.reader import Run
from twin.eventlog.tables import KNOWN_COLUMNS
from twin.metrics.links import US_PER_MS
from twin.metrics.selection import after_warm_up, column, percentile, share

TIERS: Final = ("edge", "regional", "central")
"""Tiers of the platform, as in the columns ``TIER_age_us``."""

KNOWN: Final = tuple(name.removesuffix("_s") for name in KNOWN_COLUMNS.values())
"""Columns of ``perception`` less their unit."""


@dataclass(frozen=True, slots=True)
class Age:
    """Age of what one tier knows of the vehicles, over all samples of all of them."""

    samples: int
    """Vehicles on the roads at the sampling instants."""
    known: int
    """Of these, those of whom the tier has ever heard."""
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    max_ms: float | None

    @property
    def known_share(self) -> float | None:
        """Known of sampled."""
        return share(self.known, self.samples)


@dataclass(frozen=True, slots=True)
class KnownFigures:
    """Of a run after its warm-up."""

    vehicle_s: float
    shares: dict[str, float | None]
    """Share of the vehicle-seconds, by ``KNOWN``."""
    by_edge: dict[int, dict[str, float | None]]
    """The same by road edge, in rising order."""
    age: dict[str, Age]
    """By tier."""


def known_figures(run: Run, warm_up_s: float = 0.0) -> KnownFigures:
    """Return what the platform knew in ``run``, from the seconds and samples after ``warm_up_s``."""
    names = [f"{name}_s" for name in KNOWN]
    table = after_warm_up(run, "perception", ("edge", "vehicle_s", *names), warm_up_s)
    edges, row = np.unique(table.column("edge").to_numpy(), return_inverse=True)
    sums = {
        name: np.bincount(row, weights=table.column(name).to_numpy(), minlength=edges.size) for name in ("vehicle_s", *names)
    }
    total_s = float(sums["vehicle_s"].sum())
    return KnownFigures(
        vehicle_s=total_s,
        shares={name: share(float(sums[f"{name}_s"].sum()), total_s) for name in KNOWN},
        by_edge={
            int(edge): {name: share(float(sums[f"{name}_s"][at]), float(sums["vehicle_s"][at])) for name in KNOWN}
            for at, edge in enumerate(edges.tolist())
        },
        age=_ages(run, warm_up_s),
    )


def _ages(run: Run, warm_up_s: float) -> dict[str, Age]:
    columns = [f"{tier}_age_us" for tier in TIERS]
    table = after_warm_up(run, "age_of_information", columns, warm_up_s)
    return {tier: _age(table.num_rows, column(table, name)) for tier, name in zip(TIERS, columns, strict=True)}


def _age(samples: int, age_us: npt.NDArray[np.int64]) -> Age:
    def ms(percent: int) -> float | None:
        value_us = percentile(age_us, percent)
        return None if value_us is None else value_us / US_PER_MS

    return Age(samples, int(age_us.size), ms(50), ms(95), ms(99), ms(100))


def age_curves(run: Run, warm_up_s: float = 0.0) -> dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    """Return for each tier that knows anybody its ages (ms), rising, and the share of all samples that it knows no later.

    The curve ends at the share of those of whom the tier has ever heard.
    """
    columns = [f"{tier}_age_us" for tier in TIERS]
    table = after_warm_up(run, "age_of_information", columns, warm_up_s)
    found = {}
    for tier, name in zip(TIERS, columns, strict=True):
        age_us, count = np.unique(column(table, name), return_counts=True)
        if age_us.size:
            found[tier] = (age_us / US_PER_MS, np.cumsum(count) / table.num_rows)
    return found


def mean_age_by_vehicle_ms(run: Run, tier: str, warm_up_s: float = 0.0) -> dict[int, float]:
    """Return the mean age of what ``tier`` knows of each vehicle over its samples, by vehicle; unknown ones are left out."""
    name = f"{tier}_age_us"
    table = after_warm_up(run, "age_of_information", ("vehicle", name), warm_up_s)
    table = table.filter(pc.is_valid(table.column(name)))
    vehicle, row = np.unique(table.column("vehicle").to_numpy(), return_inverse=True)
    mean_us = np.bincount(row, weights=table.column(name).to_numpy(), minlength=vehicle.size) / np.maximum(np.bincount(row), 1)
    return dict(zip(vehicle.tolist(), (mean_us / US_PER_MS).tolist(), strict=True))
