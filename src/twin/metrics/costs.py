"""What a run's deployment costs, and what that buys: a vehicle-hour perceived, a kilometre covered. From the log alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.metrics.coverage import coverage_figures
from twin.metrics.life_cycle import REMOVAL, recurring_factor, replaced_cost
from twin.metrics.perceived import perceived_figures
from twin.units import HOURS_A_YEAR

M_PER_KM = 1000.0


@dataclass(frozen=True, slots=True)
class CostRange:
    """CNY, by the low, the middle and the high prices."""

    low: float
    mid: float
    high: float

    def over(self, amount: float) -> CostRange | None:
        """Return the cost of one of ``amount``; None where there is none."""
        return CostRange(self.low / amount, self.mid / amount, self.high / amount) if amount > 0.0 else None


@dataclass(frozen=True, slots=True)
class CostFigures:
    """Of a run's deployment."""

    investment_cny: CostRange
    """Paid once: what is built, and the poles that are pulled down."""
    yearly_cny: CostRange
    """Maintenance and electricity in a year, of standing sites too."""
    hourly_cny: CostRange
    """The investment spread evenly over its life, without interest, and running costs, by hour."""
    life_cycle_cny: CostRange | None
    """Everything over the scenario's horizon, in money of today; None for logs that do not say how long things last."""
    perceived_vehicles: float
    """Vehicles perceived at one time, on average over the run after its warm-up."""
    covered_km: float
    """Carriageway in sight of at least one device, each direction for itself."""

    @property
    def cost_per_perceived_vehicle_hour_cny(self) -> CostRange | None:
        """Hourly cost over the vehicles perceived at one time; None where none is.

        It takes every hour of the year for one like the run: that of a rush hour flatters a deployment, that of a night does
        not do it justice.
        """
        return self.hourly_cny.over(self.perceived_vehicles)

    @property
    def cost_per_covered_km_cny(self) -> CostRange | None:
        """Investment over the covered length; None where nothing is covered."""
        return self.investment_cny.over(self.covered_km)


def cost_figures(run: Run, warm_up_s: float = 0.0) -> CostFigures:
    """Return what ``run``'s deployment costs by its tables ``bill`` and ``site``, and what it perceived after ``warm_up_s``."""
    bill, sites = run.table("bill"), run.table("site")
    count, life_years = bill.column("count").to_numpy(), bill.column("life_years").to_numpy()
    paid = np.stack([count * bill.column(f"unit{ending}").to_numpy() for ending in _ENDINGS])
    yearly = np.array([float(sites.column(f"yearly{ending}").to_numpy().sum()) for ending in _ENDINGS])
    hourly = (np.sum(paid / life_years, axis=1) + yearly) / HOURS_A_YEAR
    seconds = math.floor(run.manifest.simulated_s) - math.ceil(warm_up_s)  # rows of ``perception`` are whole seconds
    return CostFigures(
        investment_cny=_as_range(paid.sum(axis=1)),
        yearly_cny=_as_range(yearly),
        hourly_cny=_as_range(hourly),
        life_cycle_cny=_life_cycle(run, paid, yearly),
        perceived_vehicles=perceived_figures(run, warm_up_s).total.seen_s / seconds if seconds > 0 else 0.0,
        covered_km=coverage_figures(run).total.covered_m / M_PER_KM,
    )


_ENDINGS: Final = ("_low_cny", "_cny", "_high_cny")


def _as_range(values: npt.NDArray[np.float64]) -> CostRange:
    return CostRange(*(float(value) for value in values))


def _life_cycle(run: Run, paid: npt.NDArray[np.float64], yearly: npt.NDArray[np.float64]) -> CostRange | None:
    """Return the life-cycle cost from what is paid once, (3, lines), and in a year, (3,); lives are the scenario's."""
    costs: dict[str, Any] = run.manifest.scenario.get("deployment", {}).get("costs", {})
    if not {"horizon_years", "discount_rate", "life_years"} <= costs.keys():
        return None
    horizon_years, discount_rate = costs["horizon_years"], costs["discount_rate"]
    total = recurring_factor(horizon_years, discount_rate) * yearly
    bill = run.table("bill")
    for line, (item, preset) in enumerate(zip(bill["item"].to_pylist(), bill["preset"].to_pylist(), strict=True)):
        price = costs["by_preset"].get(preset) or costs[str(item)]
        life_years = price.get("life_years") or costs["life_years"]
        times = 1.0 if item == REMOVAL else replaced_cost(1.0, life_years, horizon_years, discount_rate)
        total = total + times * paid[:, line]
    return _as_range(total)
