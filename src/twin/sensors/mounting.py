"""What LiDARs, cameras, radars and integrated radar-video units have in common: place on the pole, frames, field of view."""

from __future__ import annotations

import math
from typing import Annotated, Protocol, Self

from pydantic import Field, model_validator

from twin.assumed import OF_THE_CALCULATION, OF_THE_DESIGN, Assumed
from twin.geometry.fan import Fan, fan
from twin.messages import say
from twin.spec import Spec


class MountedSpec(Spec):
    """A device on a pole that delivers object lists at a rate."""

    preset: str = ""
    """Shipped or own preset whose values fill in the keys left out (see docs/deployments.md), and whose price counts."""

    mounting_height_m: Annotated[float, Field(ge=0.5, le=50.0), Assumed.times(0.85, 1.15)] = 6.0
    """Height of the device above the road. Assumption: the middle of the 5 to 7 m usual on roadside poles and cross-arms."""

    heading_deg: Annotated[float, Field(ge=-360.0, le=360.0)] = 0.0
    """Compass bearing of the middle of the field of view, clockwise, counted from the site's heading."""

    rate_hz: Annotated[float, Field(gt=0.0, le=100.0), OF_THE_DESIGN] = 10.0
    """Object lists per second. Assumption: that of the LiDARs beside it; a whole number of microseconds must lie between two
    frames."""

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
    def _frames_can_be(self) -> Self:
        if abs(round(1e6 / self.rate_hz) - 1e6 / self.rate_hz) > 1e-6:
            raise ValueError(say("spec.rate", rate_hz=self.rate_hz))
        if self.processing_spread_s > 10.0 * self.processing_mean_s:
            raise ValueError(say("spec.processing"))
        return self

    @property
    def period_us(self) -> int:
        """Microseconds between two frames."""
        return round(1e6 / self.rate_hz)


class Sight(Protocol):
    """A field of view in the device's own frame, degrees."""

    @property
    def field_of_view_deg(self) -> float:
        """Horizontal field of view."""

    @property
    def lowest_elevation_deg(self) -> float:
        """Elevation of its lower edge."""

    @property
    def highest_elevation_deg(self) -> float:
        """Elevation of its upper edge."""

    @property
    def tilt_deg(self) -> float:
        """Nose-down tilt of the device."""


def fan_of(sight: Sight, occlusion_column_deg: float) -> Fan:
    """Return the azimuth columns of a field of view."""
    return fan(
        math.radians(sight.field_of_view_deg),
        math.radians(occlusion_column_deg),
        math.radians(sight.lowest_elevation_deg),
        math.radians(sight.highest_elevation_deg),
        math.radians(sight.tilt_deg),
    )
