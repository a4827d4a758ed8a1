"""The weather of a run: what traffic, sensors and links all ask."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.spec import Spec


class WeatherSpec(Spec):
    """The weather of the whole run."""

    rain_mmph: Annotated[float, Field(ge=0.0, le=300.0)] = 0.0
    """Rain rate in mm/h; 0 is dry. Guangzhou's red rain-storm warning stands for some 100 mm in 3 hours.

    It slows drivers down and takes points away from LiDARs, echoes from radars and contrast from cameras, the more the farther
    a vehicle is.
    """

    fog_visibility_m: Annotated[float, Field(gt=0.0, le=100_000.0)] | None = None
    """Meteorological visibility in fog or haze; leave out for clear air."""
