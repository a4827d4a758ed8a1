"""What devices on a pole have in common: place, frames, field of view, and what a scan asks of them."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from twin.assumed import OF_THE_CALCULATION, Assumed
from twin.geometry.fan import Fan, fan
from twin.kernel.weather import WeatherSpec
from twin.messages import say
from twin.sensors.device import BaseDeviceSpec
from twin.sensors.light import Light, Sun
from twin.sensors.model import Model


class MountedSpec(BaseDeviceSpec):
    """A device on a pole that delivers object lists at a rate."""

    mounting_height_m: Annotated[float, Field(ge=0.5, le=50.0), Assumed.times(0.85, 1.15)] = 6.0
    """Height of the device above the road. Assumption: the middle of the 5 to 7 m usual on roadside poles and cross-arms."""

    heading_deg: Annotated[float, Field(ge=-360.0, le=360.0)] = 0.0
    """Compass bearing of the middle of the field of view, clockwise, counted from the site's heading."""

    occlusion_column_deg: Annotated[float, Field(ge=0.05, le=5.0), OF_THE_CALCULATION] = 3.0
    """Width of the azimuth columns in which occlusion is computed. Assumption: as for a LiDAR, 3 degrees keeps the mean error
    of visible fractions near 0.01."""

    frame_drop_share: Annotated[float, Field(ge=0.0, lt=1.0), Assumed.between(0.0, 0.02)] = 0.0
    """Share of the frames that get lost in the device. Assumption: none while it is sound."""

    processing_mean_s: Annotated[float, Field(ge=0.0, le=10.0), Assumed.between(0.02, 0.1)] = 0.05
    """Mean time from the instant that a frame shows to its finished object list. Assumption: half of the 100 ms that
    Guangzhou's specification of 2021 allows; UMich's roadside camera pipeline needs less than 20 ms (arXiv 2206.09770)."""

    processing_spread_s: Annotated[float, Field(ge=0.0, le=10.0), Assumed.times(0.5, 2.0)] = 0.01
    """Standard deviation of that time. Assumption: log-normal, a fifth of the mean."""

    @model_validator(mode="after")
    def _time_can_be_spread(self) -> Self:
        if self.processing_spread_s > 10.0 * self.processing_mean_s:
            raise ValueError(say("spec.processing"))
        return self

    @abstractmethod
    def parts(self) -> Sequence[Part]:
        """Return what is scanned: the device itself, or the devices that share its housing."""


class ScannedSpec(MountedSpec):
    """A device that the fleet scans with: its kind says where it looks, how far, and how well it sees (``model``)."""

    if TYPE_CHECKING:  # keys of each kind, or what follows from them

        @property
        def kind(self) -> str:
            """Name of the kind."""

        @property
        def range_m(self) -> float:
            """Nothing farther is reported or counted as present."""

        @property
        def field_of_view_deg(self) -> float:
            """Horizontal field of view, in the device's own frame as the rest."""

        @property
        def lowest_elevation_deg(self) -> float:
            """Elevation of its lower edge."""

        @property
        def highest_elevation_deg(self) -> float:
            """Elevation of its upper edge."""

        @property
        def tilt_deg(self) -> float:
            """Nose-down tilt of the device."""

    @abstractmethod
    def model(self, weather: WeatherSpec, light: Light = "day") -> Model:
        """Return what a scan needs to know of it, in this weather and the light that it works in (``light_seen``)."""

    def light_seen(self, light: Light, sun: Sun, bearing_deg: float) -> Light:  # noqa: ARG002  (for kinds that are dazzled)
        """Return the light that a device works in that looks along ``bearing_deg``."""
        return light

    def fan(self) -> Fan:
        """Return the azimuth columns of the device."""
        return fan(
            math.radians(self.field_of_view_deg),
            math.radians(self.occlusion_column_deg),
            math.radians(self.lowest_elevation_deg),
            math.radians(self.highest_elevation_deg),
            math.radians(self.tilt_deg),
        )

    def parts(self) -> Sequence[Part]:
        """Return the device itself."""
        return (Part("", self),)


class Part(NamedTuple):
    """What scans, of a device as it is bought."""

    suffix: str
    """What its name has behind the device's."""
    spec: ScannedSpec
    bought_as: str | None = None
    """Kind of the device that it is part of; empty where another part stands for the whole, None where it is the whole."""
