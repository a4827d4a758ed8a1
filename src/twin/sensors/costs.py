"""What a deployment costs: investment, running costs a year, and both for each site."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.metrics.life_cycle import REMOVAL, recurring_factor, replaced_cost
from twin.sensors.cost_spec import CostsSpec, PriceSpec, UpkeepSpec
from twin.sensors.loop_places import LoopDevice
from twin.sensors.sites import Deployment, Device, Site
from twin.units import HOURS_A_YEAR

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill of quantities."""

    item: str
    """A kind of device, or ``rsu``, ``compute``, ``pole``, ``power``, ``civil_works``, ``removal``."""
    preset: str
    """Preset of the devices; empty without one."""
    count: int
    """How many are bought; what stands already is not."""
    unit_cny: PriceSpec
    life_years: float
    """After which it is bought again."""


@dataclass(frozen=True, slots=True)
class Bill:
    """A deployment's costs; ranges are arrays of low, middle and high, CNY."""

    lines: tuple[Line, ...]
    site_investment_cny: Floats
    """(sites, 3): what each site costs to build; 0 for those that stand already."""
    site_yearly_cny: Floats
    """(sites, 3): maintenance and electricity of each site in a year."""
    removal_cny: Floats
    """(3,): for pulling down the removed sites."""
    life_years: float
    """Over which the investment is spread in the hourly cost."""
    horizon_years: float
    discount_rate: float

    @property
    def investment_cny(self) -> Floats:
        """(3,): everything that is paid once."""
        total: Floats = self.site_investment_cny.sum(axis=0) + self.removal_cny
        return total

    @property
    def yearly_cny(self) -> Floats:
        """(3,): everything that is paid every year."""
        total: Floats = self.site_yearly_cny.sum(axis=0)
        return total

    @property
    def hourly_cny(self) -> Floats:
        """(3,): the investment spread evenly over ``life_years``, without interest, and running costs, by hour.

        Divided by the vehicles that are perceived at one time on average, it is the cost of a perceived vehicle-hour.
        """
        total: Floats = (self.investment_cny / self.life_years + self.yearly_cny) / HOURS_A_YEAR
        return total

    def life_cycle_cny(self) -> Floats:
        """(3,): all that is paid over ``horizon_years``, in money of today: see ``twin.metrics.life_cycle``.

        What is bought is replaced after its own life; poles are pulled down once. Of sites that stand already the upkeep
        counts, no replacement: they would need it without this deployment, too.
        """
        total: Floats = self.removal_cny + recurring_factor(self.horizon_years, self.discount_rate) * self.yearly_cny
        for line in self.lines:
            if line.item != REMOVAL:
                total = total + line.count * replaced_cost(
                    1.0, line.life_years, self.horizon_years, self.discount_rate
                ) * _range(line.unit_cny)
        return total


def bill(deployment: Deployment, costs: CostsSpec) -> Bill:
    """Return what a deployment costs: devices, RSU and computers, poles with their power, civil works by site, removals.

    Maintenance is a share of the price of devices, RSU and computers, at existing sites too; items whose price tells an upkeep
    of their own have that, poles and ducts as well. Electricity is the power of the same day and night. Low, middle and high
    prices are summed apart, so the range is that of all prices going one way.
    """
    investment, yearly = np.zeros((len(deployment.sites), 3)), np.zeros((len(deployment.sites), 3))
    bought: Counter[tuple[str, str]] = Counter()
    share = np.array([costs.maintenance_low_share, costs.maintenance_share, costs.maintenance_high_share])

    def equip(site: Site, item: str, preset: str, count: int) -> None:
        energy_kwh = count * costs.power_draw.of(item) * HOURS_A_YEAR / 1000.0
        yearly[site.number] += costs.electricity_cny_per_kwh * energy_kwh
        buy(site, item, preset, count, share)

    def buy(site: Site, item: str, preset: str, count: int, usual_share: Floats | float = 0.0) -> None:
        price = costs.device(item, preset)
        kept = _range(price.upkeep) if price.upkeep is not None else usual_share
        yearly[site.number] += kept * count * _range(price)
        if site.status != "existing":
            investment[site.number] += count * _range(price)
            bought[item, preset] += count

    for device in deployment.every_device:
        if device.bought_as:
            equip(deployment.sites[device.site], device.bought_as, device.spec.preset, _units(device))
    for site in deployment.sites:
        equip(site, "rsu", "", site.rsu)
        equip(site, "compute", "", site.compute)
        buy(site, "pole", "", site.poles)
        buy(site, "power", "", site.poles)
        buy(site, "civil_works", "", 1)
    pulled_down = sum(site.poles for site in deployment.removed)
    bought[REMOVAL, ""] += pulled_down
    lines = [
        Line(item, preset, count, price, price.life_years or costs.life_years)
        for (item, preset), count in bought.items()
        if count and (price := costs.device(item, preset))
    ]
    removal = pulled_down * _range(costs.removal)
    ahead = (costs.life_years, costs.horizon_years, costs.discount_rate)
    return Bill(tuple(lines), investment, yearly, removal, *ahead)


def unit_cny(device: Device | LoopDevice, costs: CostsSpec) -> float:
    """Return the middle price of a device, of all its lanes for loops; 0 for what comes with another one."""
    return _units(device) * costs.device(device.bought_as, device.spec.preset).mid if device.bought_as else 0.0


def _units(device: Device | LoopDevice) -> int:
    """Return how many are bought: of loops one a lane."""
    return len(device.lanes) if isinstance(device, LoopDevice) else 1


def _range(price: PriceSpec | UpkeepSpec) -> Floats:
    return np.array([price.low, price.mid, price.high])
