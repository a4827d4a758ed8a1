"""An integrated radar-video unit (雷视一体机): a camera and a radar in one housing; a site's fusion makes their lists one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from twin.assumed import BY_ITS_KEYS, Assumed
from twin.sensors.camera import CameraHead, CameraSpec
from twin.sensors.device import Kind
from twin.sensors.mounting import MountedSpec, Part
from twin.sensors.radar import RadarHead, RadarSpec


class RadarVideoSpec(MountedSpec):
    """A camera and a radar that share pole, heading and frames.

    Each reports what it finds. Where a site fuses, the two places of a vehicle count by their errors, so that its distance and
    speed are rather the radar's, its bearing, heading and size rather the camera's.
    """

    about: ClassVar[Kind] = Kind(
        name_en="radar-video unit",
        name_zh="雷视一体机",
        colour="#98a882",
        price_10k_cny=(2.0, 4.5, 9.0),
        price_source="Assumption: a radar, a camera and their common housing; no published unit price.",
        power_w=30.0,
        power_range=Assumed.between(20.0, 50.0),
        power_source="Assumption: a camera and a radar, and their processor.",
        fused_up_to_m=math.inf,
    )

    kind: Literal["radar_video"]
    """Always ``radar_video``."""

    camera: Annotated[CameraHead, BY_ITS_KEYS] = CameraHead(field_of_view_deg=30.0, range_m=150.0, tilt_deg=8.0)
    """The camera in the housing. Assumption: a narrow one that looks along an approach."""

    radar: RadarHead = RadarHead()
    """The radar in the housing."""

    @property
    def field_of_view_deg(self) -> float:
        """The wider of the two horizontal fields of view."""
        return max(self.camera.field_of_view_deg, self.radar.field_of_view_deg)

    @property
    def range_m(self) -> float:
        """The longer of the two ranges."""
        return max(self.camera.range_m, self.radar.range_m)

    def parts(self) -> Sequence[Part]:
        """Return the two as devices of their own, each with the pole, the heading and the frames that they share.

        They are joined again by whoever fuses what the site reports; on the bill the camera stands for the unit.
        """
        shared = {name: getattr(self, name) for name in MountedSpec.model_fields}
        eye = {name: getattr(self.camera, name) for name in CameraHead.model_fields}
        ear = {name: getattr(self.radar, name) for name in RadarHead.model_fields}
        return (
            Part("/camera", CameraSpec(kind="camera", **shared, **eye), self.kind),
            Part("/radar", RadarSpec(kind="radar", **shared, **ear), ""),
        )
