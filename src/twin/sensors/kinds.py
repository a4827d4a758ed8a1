"""Every kind of device: the union is the registry. A new kind is its own file and its entry here (docs/adding-a-sensor.md)."""

from __future__ import annotations

from typing import Annotated, Final, get_args

from pydantic import Field

from twin.sensors.camera import CameraSpec
from twin.sensors.device import BaseDeviceSpec, Kind
from twin.sensors.lidar import LidarSpec
from twin.sensors.loop import LoopSpec
from twin.sensors.radar import RadarSpec
from twin.sensors.radar_video import RadarVideoSpec

DeviceSpec = Annotated[
    LidarSpec | CameraSpec | RadarSpec | RadarVideoSpec | LoopSpec,
    Field(discriminator="kind"),
]
"""The kinds of devices a kit may hold."""


def _name(model: type[BaseDeviceSpec]) -> str:
    name: str = get_args(model.model_fields["kind"].annotation)[0]
    return name


MODELS: Final[dict[str, type[BaseDeviceSpec]]] = {_name(model): model for model in get_args(get_args(DeviceSpec)[0])}
"""The models of the devices by kind, in the order of the union."""

KINDS: Final[dict[str, Kind]] = {name: model.about for name, model in MODELS.items()}
"""What each kind says of itself."""
