"""An integrated radar-video unit (雷视一体机): a camera and a radar in one housing; a site's fusion makes their lists one."""

from __future__ import annotations

from typing import Annotated, Literal

from twin.assumed import BY_ITS_KEYS
from twin.sensors.camera import CameraHead, CameraSpec
from twin.sensors.mounting import MountedSpec
from twin.sensors.radar import RadarHead, RadarSpec


class RadarVideoSpec(MountedSpec):
    """A camera and a radar that share pole, heading and frames.

    Each reports what it finds. Where a site fuses, the two places of a vehicle count by their errors, so that its distance and
    speed are rather the radar's, its bearing, heading and size rather the camera's.
    """

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

    def parts(self) -> tuple[CameraSpec, RadarSpec]:
        """Return the two as devices of their own, each with the pole, the heading and the frames that they share."""
        shared = {name: getattr(self, name) for name in MountedSpec.model_fields}
        eye = {name: getattr(self.camera, name) for name in CameraHead.model_fields}
        ear = {name: getattr(self.radar, name) for name in RadarHead.model_fields}
        return CameraSpec(kind="camera", **shared, **eye), RadarSpec(kind="radar", **shared, **ear)
