"""An integrated radar-video unit (雷视一体机): a camera and a radar in one housing, whose object lists become one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.sensors.camera import CameraHead, CameraSpec
from twin.sensors.mounting import MountedSpec
from twin.sensors.radar import RadarHead, RadarSpec
from twin.sensors.scan import Objects


class RadarVideoSpec(MountedSpec):
    """A camera and a radar that share pole, heading and frames.

    A vehicle is reported if either finds it. If both do, its distance and speed are the radar's; its bearing, heading, size
    and class the camera's.
    """

    kind: Literal["radar_video"]
    """Always ``radar_video``."""

    camera: CameraHead = CameraHead(field_of_view_deg=30.0, range_m=150.0, tilt_deg=8.0)
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


class Heads(NamedTuple):
    """Which rows of a fleet belong to one unit; (rows,) each."""

    unit: npt.NDArray[np.int32]
    """Row under which the merged list goes: that of the unit's camera; a device of another kind is its own unit."""
    radar: npt.NDArray[np.bool_]
    """Whether the row is the radar of a unit."""
    x_m: npt.NDArray[np.float64]
    """Where the device stands."""
    y_m: npt.NDArray[np.float64]


def merged(objects: Objects, stored: int, heads: Heads) -> Objects:
    """Return the first ``stored`` objects with the lists of each unit made one, sorted by unit and vehicle, false ones last.

    Where both parts of a unit report a vehicle, one object is left: its distance from the unit and its speed are the radar's,
    its bearing from the unit and all else the camera's. Assumption: the unit never takes two vehicles for one or one for two;
    within one housing, angle and distance pair the reports. False objects are never paired.
    """
    part = _objects(column[:stored] for column in objects)
    unit, is_radar = heads.unit[part.device], heads.radar[part.device]
    false = part.vehicle < 0
    order = np.lexsort((is_radar, part.vehicle, false, unit))
    part = _objects(column[order] for column in part)
    unit, is_radar, false = unit[order], is_radar[order], false[order]
    same = (unit[1:] == unit[:-1]) & (part.vehicle[1:] == part.vehicle[:-1]) & ~false[1:] & is_radar[1:] & ~is_radar[:-1]
    eye = np.flatnonzero(same)
    ear = eye + 1
    x0_m, y0_m = heads.x_m[unit[eye]], heads.y_m[unit[eye]]
    out_m = np.hypot(part.x_m[ear] - x0_m, part.y_m[ear] - y0_m)
    bearing = np.arctan2(part.y_m[eye] - y0_m, part.x_m[eye] - x0_m)
    part.x_m[eye], part.y_m[eye] = x0_m + out_m * np.cos(bearing), y0_m + out_m * np.sin(bearing)
    part.speed_mps[eye] = part.speed_mps[ear]
    left = np.ones(unit.size, np.bool_)
    left[ear] = False
    return _objects(column[left] for column in part._replace(device=unit.astype(np.int32)))


def _objects(columns: Iterable[Any]) -> Objects:
    return Objects(*columns)
