"""Regional clouds, the central cloud and what happens when a vehicle goes from one region to the next, as data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.messages import say
from twin.spec import Spec

CENTRAL = "central"
"""What ``uplink`` calls the central cloud, whatever its name."""


class PlacedSpec(Spec):
    """Something that may have a place."""

    lon_deg: float | None = Field(default=None, ge=-180.0, le=180.0)
    """Longitude, WGS-84; left out with ``lat_deg`` where the place is unknown."""

    lat_deg: float | None = Field(default=None, ge=-90.0, le=90.0)
    """Latitude, WGS-84."""

    @model_validator(mode="after")
    def _whole(self) -> PlacedSpec:
        if (self.lon_deg is None) != (self.lat_deg is None):
            raise ValueError(say("links.place.half"))
        return self

    @property
    def placed(self) -> bool:
        """Whether the place is known."""
        return self.lon_deg is not None


class CentralSpec(PlacedSpec):
    """The central cloud, above all regional ones."""

    name: str = Field(default="central", min_length=1)
    """What it is called in the log."""


class RegionSpec(PlacedSpec):
    """One regional cloud. Its area is where a MEC or base station that reports to it is the nearest one.

    Without a place it stands at the centre of what reports to it, and MECs have to name it where there is another region.
    """

    name: str = Field(default="region", min_length=1)
    """Its id."""

    uplink: str = Field(default=CENTRAL, min_length=1)
    """Where it reports to: ``central``, or another region that passes its messages on."""


class RegionHandoverSpec(Spec):
    """How a vehicle is handed over from one regional cloud to the next; of no consequence with a single region."""

    hysteresis_m: Annotated[float, Assumed.times(0.5, 2.0)] = Field(default=50.0, ge=0.0, le=10_000.0)
    """A vehicle is handed over when another region's nearest station is nearer than its own region's by more than this.

    Assumption: 50 m, more than a position's error and a carriageway's width, so that a vehicle beside a border stays.
    """

    transfer_s: Annotated[float, Assumed.times(0.5, 4.0)] = Field(default=0.2, ge=0.0, le=60.0)
    """Time until the new region has the vehicle's context; till then the old one takes its messages and forwards them.

    Assumption: two round trips between regional clouds (below 100 ms each, cloud-control platform specification).
    """

    ping_pong_s: Annotated[float, Assumed.fixed("a boundary of the count, which changes no event")] = Field(
        default=10.0, ge=0.0, le=3600.0
    )
    """A vehicle that comes back to its former region within this time is counted as a ping-pong. Assumption: 10 s."""
