"""What a run's deployment costs, and what that buys: a vehicle-hour perceived, a kilometre covered. From the log alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.eventlog.reader import Run
from twin.metrics.coverage import coverage_figures
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

    def figure(ending: str) -> tuple[float, float, float]:
        paid = count * bill.column(f"unit{ending}").to_numpy()
        yearly = float(sites.column(f"yearly{ending}").to_numpy().sum())
        return float(paid.sum()), yearly, (float(np.sum(paid / life_years)) + yearly) / HOURS_A_YEAR

    by_price = [figure(ending) for ending in ("_low_cny", "_cny", "_high_cny")]
    investment, yearly, hourly = (CostRange(*values) for values in zip(*by_price, strict=True))
    seconds = math.floor(run.manifest.simulated_s) - math.ceil(warm_up_s)  # rows of ``perception`` are whole seconds
    return CostFigures(
        investment_cny=investment,
        yearly_cny=yearly,
        hourly_cny=hourly,
        perceived_vehicles=perceived_figures(run, warm_up_s).total.seen_s / seconds if seconds > 0 else 0.0,
        covered_km=coverage_figures(run).total.covered_m / M_PER_KM,
    )
