"""Attacks on what devices see, as data: objects that are not there, and nothing where something is."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.kernel.timed import TimedSpec
from twin.messages import say
from twin.roadnet.datum import Datum

Metres = Annotated[float, Field(gt=0.0, le=1000.0)]


class _OnDevices(TimedSpec):
    """An attack by light or radio on devices that stand within its reach."""

    devices: tuple[str, ...] = ()
    """Devices attacked, by name, as ``site/kind-0``; left out, every device that ``share`` draws."""

    share: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    """Share of the devices attacked, drawn by name, where none is named."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)] | None = None
    """Longitude of the attacker, in the datum of ``crs``. With a place, only devices within ``reach_m`` of it that look towards
    it are attacked; without one, the attacker stands before the middle of each device's field of view."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)] | None = None
    """Latitude of the attacker."""

    crs: Datum = "wgs84"
    """Datum of the coordinates: ``wgs84``, ``gcj02`` or ``bd09``."""

    reach_m: Annotated[float, Assumed.between(10.0, 110.0), Field(gt=0.0, le=1000.0)] = 60.0
    """Farthest device that an attacker with a place reaches. Assumption: some tens of metres; aiming at a small aperture and
    the laser's power set the end."""

    @model_validator(mode="after")
    def _whole_place(self) -> Self:
        if (self.lon_deg is None) != (self.lat_deg is None):
            raise ValueError(say("spec.attack.place"))
        return self


class LidarGhost(_OnDevices):
    """A laser answers devices that measure with one, so that they report a vehicle that is not there.

    The ghost lies in the direction of the attacker, beyond him or before him, since only his timing decides over the distance.
    """

    kind: Literal["lidar_ghost"]
    """Selects it."""

    distance_m: Annotated[Metres, Assumed.between(5.0, 60.0)] = 25.0
    """Distance from the device at which it appears. Assumption: on the nearest lanes; published attacks on cars use 5 to 8 m
    (Sun et al., USENIX Security 2020)."""

    motion: Literal["hold", "approach"] = "hold"
    """``hold``: it stands; ``approach``: it comes nearer down to ``nearest_m`` and appears anew."""

    speed_mps: Annotated[float, Assumed.times(0.5, 2.0), Field(gt=0.0, le=50.0)] = 8.0
    """Speed at which it approaches. Assumption: that of a vehicle before a junction."""

    nearest_m: Annotated[Metres, Assumed.between(2.0, 10.0)] = 5.0
    """Distance at which an approaching one vanishes. Assumption: published front-near vehicles stand at 5 m and more."""

    points: Annotated[float, Assumed.times(0.3, 2.0), Field(ge=1.0, le=1e5)] = 200.0
    """Points injected in each frame: its evidence. Assumption: 200, the number that Sun et al. (USENIX Security 2020) allow the
    attacker within 10 degrees; later hardware injects more."""

    success: Annotated[float, Field(ge=0.0, le=1.0)] = 0.8
    """Chance that the device reports it in a frame. Source: mean success rate of about 80 %, Sun et al. (USENIX
    Security 2020)."""

    jitter_m: Annotated[float, Assumed.times(0.5, 3.0), Field(ge=0.0, le=10.0)] = 0.15
    """Standard deviation of its place along and across. Assumption: a nanosecond of timing is 0.15 m."""

    together: bool = False
    """Whether all devices attacked show it at one place, as seen from the first of them: several attackers in step, the worst
    case for whoever compares devices. Else each device shows one of its own."""

    @model_validator(mode="after")
    def _comes_nearer(self) -> Self:
        if self.motion == "approach" and self.nearest_m >= self.distance_m:
            raise ValueError(say("spec.attack.range", name="nearest_m, distance_m", low=self.nearest_m, high=self.distance_m))
        return self


class Blinding(_OnDevices):
    """Strong light or noise: a device sees little or nothing in a sector or all around, and goes on sending its lists.

    A pulsed laser blinds a LiDAR towards the attacker, an infrared lamp a camera, a noise transmitter a radar.
    """

    kind: Literal["blinding"]
    """Selects it."""

    sector_deg: Annotated[float, Assumed.between(10.0, 360.0), Field(gt=0.0, le=360.0)] = 45.0
    """Width of the blinded sector, its middle towards the attacker; 360 is all around. Assumption: 45 degrees, about what
    removal of points by spoofing reaches; stronger lasers blind a rotating LiDAR as a whole."""

    loss: Annotated[float, Assumed.between(0.8, 1.0), Field(ge=0.0, le=1.0)] = 0.95
    """Share of the evidence (points, pixels, signal) lost there. Assumption: nearly all, as removal attacks are reported to
    take more than nine tenths of a vehicle's points."""


SensingAttack = LidarGhost | Blinding
"""Those there are."""
