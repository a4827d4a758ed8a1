"""What every kind of device has, and what a kind says of itself to those who name, draw, price and fuse it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.messages import say
from twin.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of device as the rest of the product knows it: nobody else lists kinds, and nobody asks for one by name."""

    name_en: str
    """As a report and the viewer's legend call one of them in English, without an article."""
    name_zh: str
    """The same in Chinese."""
    colour: str
    """Of its field of view and its mark in the viewer, as ``#rrggbb``; told apart from the other kinds' on a dark map."""
    price_10k_cny: tuple[float, float, float]
    """Low, middle and high price of one, with mounting and calibration, in units of 10,000 CNY (万元), without tax."""
    price_source: str
    """Where these come from; what has no source begins with ``Assumption:``."""
    priced_by: Literal["device", "lane"] = "device"
    """What one price is for."""
    power_w: float
    """Electric power of one, day and night."""
    power_range: Assumed
    """How far that may be off."""
    power_source: str
    """Where it comes from, as ``price_source``."""
    fused_up_to_m: float | None = None
    """Up to which distance a site's fusion uses its objects unless the scenario says otherwise; infinity: any; None where it
    reports no objects with a place."""
    by_laser: bool = False
    """Whether it measures with a laser, which somebody else's laser can answer."""


class BaseDeviceSpec(Spec):
    """A device that delivers something at a rate."""

    about: ClassVar[Kind]

    preset: str = ""
    """Shipped or own preset whose values fill in the keys left out (see docs/deployments.md), and whose price counts."""

    rate_hz: Annotated[float, Field(gt=0.0, le=100.0), OF_THE_DESIGN] = 10.0
    """Object lists per second. Assumption: that of the LiDARs beside it; a whole number of microseconds must lie between two
    frames."""

    @model_validator(mode="after")
    def _whole_microseconds(self) -> Self:
        if abs(round(1e6 / self.rate_hz) - 1e6 / self.rate_hz) > 1e-6:
            raise ValueError(say("spec.rate", rate_hz=self.rate_hz))
        return self

    @property
    def period_us(self) -> int:
        """Microseconds between two frames or looks."""
        return round(1e6 / self.rate_hz)
