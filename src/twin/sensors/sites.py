"""Sites and devices as they are placed."""

from __future__ import annotations

from dataclasses import dataclass

from twin.sensors.deployment_spec import Status
from twin.sensors.loop_places import LoopDevice
from twin.sensors.mounting import ScannedSpec


@dataclass(frozen=True, slots=True)
class Site:
    """A pole or gantry, or the poles of one junction, placed."""

    number: int
    name: str
    x_m: float
    """East of the map's origin."""
    y_m: float
    level: int
    heading_deg: float
    """Compass bearing from which the headings of its devices count."""
    junction: int | None
    """Junction it was placed at by rule; None for others."""
    kit: str = ""
    status: Status = "added"
    poles: int = 1
    """Poles that bear its devices."""
    rsu: int = 0
    compute: int = 0
    """Roadside units and edge computers of its kit."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device on its site."""

    number: int
    name: str
    """The id that draws hang on, as ``site/lidar-0``: the n-th device of its kind in the site's kit."""
    site: int
    x_m: float
    y_m: float
    level: int
    heading_deg: float
    """Compass bearing of the middle of its field of view."""
    spec: ScannedSpec
    item: str | None = None
    """Kind as which it is bought, where that is not its own: with its camera a whole unit is, with its radar ("") nothing."""

    @property
    def bought_as(self) -> str:
        """Kind of device on the bill; empty for what comes with another device."""
        return self.spec.kind if self.item is None else self.item


@dataclass(frozen=True, slots=True)
class Deployment:
    """Every site and every device; numbers are positions in ``sites`` and ``every_device``."""

    sites: tuple[Site, ...]
    devices: tuple[Device, ...]
    """What scans from poles."""
    removed: tuple[Site, ...] = ()
    """Sites that are pulled down, as they were placed: no devices."""
    loops: tuple[LoopDevice, ...] = ()
    """What lies in the road, numbered after ``devices``."""

    @property
    def every_device(self) -> tuple[Device | LoopDevice, ...]:
        """All devices by their number."""
        return (*self.devices, *self.loops)
