"""The ``roads`` section of a scenario: devices in roads, the water and the settlement that they watch."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.kernel.device_life_spec import DeviceLifeSpec
from twin.messages import say
from twin.municipal.gauge_spec import CoverSensorSpec, NetworkName, SettlementGaugeSpec, WaterGaugeSpec
from twin.municipal.rain import StormSpec
from twin.municipal.underpass_spec import ClosureSpec, DrainageSpec, UnderpassRuleSpec, UnderpassSpec
from twin.spec import Spec


class _PointSpec(Spec):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    """Name of its device, unlike those of all other field devices."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)]
    """Longitude, WGS-84; the device lies in the nearest road."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    """Latitude, WGS-84."""


class CollapseSpec(Spec):
    """The ground gives way: from a time on it sinks faster."""

    from_s: Annotated[float, Field(ge=0.0, le=604_800.0)]
    """When it begins, seconds after the scenario's start."""

    m_per_day: Annotated[float, Field(gt=0.0, le=10.0)]
    """How fast it sinks then, beside its usual trend."""


class SettlementPointSpec(_PointSpec):
    """A place whose pavement is watched for settlement."""

    m_per_year: Annotated[float, Field(ge=-1.0, le=10.0), Assumed.between(0.0, 0.03)] = 0.01
    """Usual trend. Assumption: 10 mm a year on soft ground."""

    collapse: CollapseSpec | None = None
    """What goes wrong there; left out, nothing."""


class DisplacedSpec(Spec):
    """A cover lies open or tilted for a time."""

    from_s: Annotated[float, Field(ge=0.0, le=604_800.0)]
    """When it is moved, seconds after the scenario's start."""

    until_s: Annotated[float, Field(gt=0.0, le=604_800.0)]
    """When it is put back."""

    tilt_deg: Annotated[float, Field(gt=0.0, le=180.0)] = 60.0
    """How far it is tilted meanwhile. Choice: lifted off."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until_s <= self.from_s:
            raise ValueError(say("spec.fault.times", until_s=self.until_s, from_s=self.from_s))
        return self


class CoverSpec(_PointSpec):
    """A manhole cover that is watched."""

    displaced: tuple[DisplacedSpec, ...] = ()
    """When it is not in its place, in order, not overlapping."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for one, following in zip(self.displaced, self.displaced[1:], strict=False):
            if following.from_s <= one.until_s:
                raise ValueError(say("spec.cover.order", name=self.name))
        return self


class GatewaySpec(Spec):
    """A gateway; devices on LoRaWAN report through the nearest."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    """Its name, unlike those of all field devices."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)]
    """Longitude, WGS-84."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    """Latitude, WGS-84."""

    network: NetworkName = "fibre"
    """How it reaches the platform. Choice: a cabinet with fibre."""


class RoadDevicesSpec(Spec):
    """Devices in roads: water in underpasses, settlement of the pavement, manhole covers; roads closed by what they report."""

    storm: StormSpec | None = None
    """The storm over the underpasses; left out, the steady rain of ``weather``. How fast people drive follows ``weather``
    alone, and in deep water the water."""

    underpasses: tuple[UnderpassSpec, ...] = ()
    """Single underpasses, each with a water level gauge."""

    from_map: UnderpassRuleSpec | None = None
    """All other underpasses of the map; left out, none of them."""

    drainage: DrainageSpec = DrainageSpec()
    """How they fill and drain, where an underpass does not say it."""

    gauge: WaterGaugeSpec = WaterGaugeSpec()
    """Their gauges."""

    closure: ClosureSpec | None = ClosureSpec()
    """When they are closed to traffic; null: never."""

    settlement: tuple[SettlementPointSpec, ...] = ()
    """Places with settlement gauges."""

    settlement_gauge: SettlementGaugeSpec = SettlementGaugeSpec()
    """Those gauges."""

    covers: tuple[CoverSpec, ...] = ()
    """Manhole covers with tilt sensors."""

    cover_sensor: CoverSensorSpec = CoverSensorSpec()
    """Those sensors."""

    gateways: tuple[GatewaySpec, ...] = ()
    """Gateways; without any, devices on LoRaWAN reach the platform as if none could fail."""

    silent_after: Annotated[float, Field(ge=1.0, le=1000.0), Assumed.between(2.0, 5.0)] = 3.0
    """A device that was not heard for so many of its periods is taken to be broken (alarm ``device_fault``). Assumption: three,
    so that a lost report is none."""

    life: DeviceLifeSpec = DeviceLifeSpec()
    """Failures, batteries, outages."""

    @model_validator(mode="after")
    def _watches_something(self) -> Self:
        if not (self.underpasses or self.from_map or self.settlement or self.covers):
            raise ValueError(say("spec.roads.none"))
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [f"gauge-{one.name}" for one in self.underpasses] + [one.name for one in (*self.settlement, *self.covers)]
        names += [one.name for one in self.gateways]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(say("spec.roads.twice", name=twice[0]))
        return self
