"""What a scenario says of prices: a low, a middle and a high value of everything a deployment is made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import Field, create_model, model_validator

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.messages import say
from twin.sensors.device import Kind
from twin.sensors.kinds import KINDS
from twin.sensors.price_table import as_prices, read_prices, shipped_rows
from twin.spec import Spec

Cny = Annotated[float, Field(ge=0.0, le=1e9)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Watts = Annotated[float, Field(ge=0.0, le=10_000.0)]


class UpkeepSpec(Spec):
    """Maintenance of a thing in a year, as shares of its price: the least, what is reckoned with, the most."""

    low: Share
    """The least."""

    mid: Share
    """What is reckoned with."""

    high: Share
    """The most."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.mid <= self.high:
            raise ValueError(say("spec.price", low=self.low, mid=self.mid, high=self.high))
        return self


class PriceSpec(Spec):
    """A price in yuan as a range: what a cautious, a usual and a dear tender would say."""

    low: Cny
    """The least that is plausible, CNY."""

    mid: Cny
    """What is reckoned with, CNY."""

    high: Cny
    """The most that is plausible, CNY."""

    life_years: Annotated[float, Field(ge=0.1, le=200.0)] | None = None
    """How long it lasts, for the life-cycle cost; ``life_years`` of ``costs`` where left out."""

    upkeep: UpkeepSpec | None = None
    """Maintenance a year. Left out: the maintenance shares of ``costs`` for devices, RSU and computers, none for the rest."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.mid <= self.high:
            raise ValueError(say("spec.price", low=self.low, mid=self.mid, high=self.high))
        return self


_SHIPPED: Final = as_prices(shipped_rows())


def _shipped(item: str) -> PriceSpec:
    return PriceSpec.model_validate(_SHIPPED[item])


def _priced(kind: Kind) -> str:
    return f"{kind.name_en} in one lane" if kind.priced_by == "lane" else kind.name_en


if TYPE_CHECKING:

    class DevicePowerSpec(Spec):
        """Electric power of each kind of device: a key ``KIND_w`` for each, as ``lidar_w``."""

    class DevicePricesSpec(Spec):
        """Prices of each kind of device: a key of its name for each."""

else:
    DevicePowerSpec = create_model(
        "DevicePowerSpec",
        __base__=Spec,
        **{
            f"{name}_w": (
                Annotated[Watts, kind.power_range],
                Field(default=kind.power_w, description=f"Power of one {kind.name_en}, W. {kind.power_source}"),
            )
            for name, kind in KINDS.items()
        },
    )
    DevicePricesSpec = create_model(
        "DevicePricesSpec",
        __base__=Spec,
        **{
            name: (
                Annotated[PriceSpec, Assumed.own()],
                Field(default=_shipped(name), description=f"Price of one {_priced(kind)}. {kind.price_source}"),
            )
            for name, kind in KINDS.items()
        },
    )


class PowerSpec(DevicePowerSpec):
    """Electric power of each kind of equipment, day and night."""

    rsu_w: Annotated[Watts, Assumed.between(15.0, 25.5)] = 25.0
    """A roadside unit (RSU), W. Assumption: within Power over Ethernet's 25.5 W (IEEE 802.3at)."""

    compute_w: Annotated[Watts, Assumed.between(100.0, 500.0)] = 250.0
    """An edge computer, W. Assumption: a server with one accelerator card."""

    def of(self, item: str) -> float:
        """Return the power of a kind of device, of ``rsu`` or ``compute``; 0 for what draws none."""
        value = getattr(self, f"{item}_w", 0.0)
        return float(value)


class CostsSpec(DevicePricesSpec):
    """Prices of a deployment, CNY without value-added tax, and what running it costs.

    Tenders seldom publish unit prices, so most are assumptions with a wide range; put in your own, here or in a table. Prices
    of equipment include its mounting and calibration. The defaults are the package's table of prices: docs/prices.md.
    """

    table: str | None = None
    """An own table of prices (CSV or XLSX, in units of 10,000 CNY), relative to the scenario file; see docs/costs.md. It comes
    before the defaults, single prices given here before it."""

    by_preset: dict[str, PriceSpec] = Field(default_factory=dict)
    """Prices of single device presets, where they differ from those of their kind."""

    rsu: Annotated[PriceSpec, Assumed.own()] = _shipped("rsu")
    """A roadside unit (RSU). Source: middle, 5.33 % of Beijing's plan of 9.94 billion CNY over 6,050 junctions; low and high,
    an RSU-ready site of 7,000 to 15,000 USD (itskrs). Assumption: 7.1 CNY a USD; the plan's total is recalled, not read."""

    compute: Annotated[PriceSpec, Assumed.own()] = _shipped("compute")
    """An edge computer (MEC) at a site. Source: middle, 13.38 % of Beijing's plan over 6,050 junctions. Assumption: low and
    high, from half to one and a half of it; the plan's total is recalled, not read."""

    pole: Annotated[PriceSpec, Assumed.own()] = _shipped("pole")
    """A pole or mast with its foundation, cross-arm and cabinet. Assumption: low where a lamp post or signal mast is shared,
    high for a multi-function pole with a long arm."""

    power: Annotated[PriceSpec, Assumed.own()] = _shipped("power")
    """Connecting a pole to electricity, with surge protection. Assumption: from the nearest cabinet, to a new line."""

    civil_works: Annotated[PriceSpec, Assumed.own()] = _shipped("civil_works")
    """Ducts, fibre, trenches and their restoration, by site. Source: middle, Beijing's 4.031 billion CNY for poles and ducts at
    6,050 junctions, less its 7,418 poles at 50,000 CNY. Assumption: low where ducts lie already (an RSU-ready site with a
    cabinet is 27,000 to 40,000 USD, itskrs), high where none do."""

    removal: Annotated[PriceSpec, Assumed.own()] = _shipped("removal")
    """Pulling down one pole of a removed site. Assumption: a day's crew and crane; nothing is had for what is taken down."""

    maintenance_low_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.02
    """Maintenance a year as a share of the price of devices, RSU and computer, at the least. Source: 2 to 5 % (itskrs)."""

    maintenance_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.035
    """The same as it is reckoned with. Source: the middle of 2 to 5 % (itskrs)."""

    maintenance_high_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.05
    """The same at the most. Source: 2 to 5 % (itskrs)."""

    power_draw: PowerSpec = PowerSpec()
    """Electric power of the equipment."""

    electricity_cny_per_kwh: Annotated[float, Field(ge=0.0, le=100.0), Assumed.times(0.8, 1.3)] = 0.75
    """Price of electricity. Assumption: general commercial tariff of Guangdong, averaged over the day."""

    life_years: Annotated[float, Field(gt=0.0, le=100.0), Assumed.between(5.0, 12.0)] = 8.0
    """Years over which the investment is spread in the hourly cost, whatever the items' own lives; and the life of items that
    tell none in the life-cycle cost. Assumption: electronics last 8 years, poles longer."""

    horizon_years: Annotated[float, Field(gt=0.0, le=200.0), OF_THE_DESIGN] = 20.0
    """Years that the life-cycle cost looks ahead. Assumption: 20 years, the life of a pole."""

    discount_rate: Annotated[float, Field(ge=0.0, le=1.0), Assumed.between(0.0, 0.08)] = 0.0
    """Interest by which money of later years counts less in the life-cycle cost. Assumption: 0, plain sums at today's prices;
    China's Methods and Parameters for the economic evaluation of construction projects (third edition, 2006) take 8 % for the
    society as a whole."""

    def usual(self, given: Mapping[str, Any], base: Path | None = None) -> Self:
        """Return this with the prices of the table that a file names. Raises ``ScenarioError`` for a bad table."""
        file = given.get("table")
        if base is None or not isinstance(file, str):
            return self
        items = [name for name, value in self if isinstance(value, PriceSpec)]
        return type(self).model_validate(self.model_dump() | read_prices(base / file, items))

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, mid, high = self.maintenance_low_share, self.maintenance_share, self.maintenance_high_share
        if not low <= mid <= high:
            raise ValueError(say("spec.price", low=low, mid=mid, high=high))
        return self

    def device(self, kind: str, preset: str = "") -> PriceSpec:
        """Return the price of a device: its preset's, else its kind's. Raises KeyError for a kind without a price."""
        if preset in self.by_preset:
            return self.by_preset[preset]
        price = getattr(self, kind, None)
        if not isinstance(price, PriceSpec):
            raise KeyError(kind)
        return price
