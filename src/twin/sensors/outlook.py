"""How devices that do not move look out on the roads: from where, which way, past which walls and decks. Reckoned once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.geometry.decks import Decks
from twin.geometry.fan import Fan, Pose
from twin.geometry.walls import Walls, WallsBuilder, outline_walls
from twin.roadnet.road_network import Building
from twin.sensors.sites import Device
from twin.sensors.storeys import BridgeDecks, Storeys, storeys_of


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of some devices, one row each."""

    poses: tuple[Pose, ...]
    """x_m, y_m, height over the ground (``BridgeDecks.height_m``), cosine and sine of the heading, anticlockwise from east."""
    fans: tuple[Fan, ...]
    range_m: tuple[float, ...]
    walls: Walls
    wall_base: npt.NDArray[np.int64]
    """What walls hide from each, see ``WallsBuilder.add``."""
    storeys: Storeys
    decks: Decks


def outlook_of(devices: Sequence[Device], buildings: Sequence[Building], decks: BridgeDecks) -> Outlook:
    """Return how the devices look out, past ``buildings`` and the bridges' ``decks``."""
    heading = np.radians([90.0 - device.heading_deg for device in devices])
    poses = tuple(
        (device.x_m, device.y_m, decks.height_m(device), cos, sin)
        for device, cos, sin in zip(devices, np.cos(heading).tolist(), np.sin(heading).tolist(), strict=True)
    )
    fans = tuple(device.spec.fan() for device in devices)
    builder = WallsBuilder(outline_walls([(b.x_m, b.y_m, b.height_m) for b in buildings]))
    wall_base = [
        builder.add(pose, fan, device.spec.range_m, below_ground=device.level < 0)
        for device, pose, fan in zip(devices, poses, fans, strict=True)
    ]
    storeys, hidden = storeys_of(devices, poses, fans, decks)
    range_m = tuple(device.spec.range_m for device in devices)
    return Outlook(poses, fans, range_m, builder.walls(), np.array(wall_base, np.int64), storeys, hidden)
