"""Which storeys of the roads a device looks at: its own, and those that bridge decks do not hide from it.

A map's level is a storey: the ground is 0, bridges are above it. A device stands on the road of its own level. One in a tunnel
sees its own level only, and nobody else sees into a tunnel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import Assumed
from twin.geometry.decks import STRIP, Decks, DecksBuilder, deck_strips, strips_within
from twin.geometry.fan import Fan, Pose
from twin.roadnet.road_network import RoadNetwork
from twin.sensors.sites import Device
from twin.spec import Spec

Floats = npt.NDArray[np.float64]


class DecksSpec(Spec):
    """How high bridges are built; maps tell only which one is above which."""

    storey_m: Annotated[float, Field(gt=0.0, le=50.0), Assumed.between(6.0, 8.5)] = 7.0
    """Height of the road of one level over that of the level below. Assumption: 5 m of clearance, 2 m of girder and paving."""

    parapet_m: Annotated[float, Field(ge=0.0, le=5.0), Assumed.between(0.8, 1.1)] = 1.0
    """Height of the walls along both sides of a deck. Assumption: concrete safety barriers of 0.8 to 1.1 m."""


@dataclass(frozen=True, slots=True)
class BridgeDecks:
    """The decks of a map."""

    strips: Floats
    """See ``twin.geometry.decks.STRIP``."""
    storey_m: float

    def height_m(self, device: Device) -> float:
        """Return how high a device is over the ground; over the road in front of it where that is in a tunnel."""
        return max(device.level, 0) * self.storey_m + device.spec.mounting_height_m


NO_DECKS = BridgeDecks(np.empty((0, STRIP)), DecksSpec().storey_m)


class Storeys(NamedTuple):
    """The storeys that each device looks at, its own first."""

    start: npt.NDArray[np.int32]
    """(devices + 1,): those of device ``k`` are ``start[k]`` to ``start[k + 1]``."""
    level: npt.NDArray[np.int8]
    height_m: Floats
    """Of the device over the road of the storey; negative below it."""
    deck_base: npt.NDArray[np.int64]
    """What decks hide of it, see ``DecksBuilder.add``."""


def bridge_decks(network: RoadNetwork, spec: DecksSpec) -> BridgeDecks:
    """Return the decks under all edges above the ground, as wide as their lanes."""
    lines = []
    for edge in np.flatnonzero(network.edge_level > 0).tolist():
        width_m = float(network.edge_lanes[edge] * network.edge_lane_width_m[edge])
        lines.append((*network.polyline(edge), width_m, float(network.edge_level[edge]) * spec.storey_m))
    return BridgeDecks(deck_strips(lines, spec.parapet_m), spec.storey_m)


def storeys_of(
    devices: Sequence[Device], poses: Sequence[Pose], fans: Sequence[Fan], decks: BridgeDecks
) -> tuple[Storeys, Decks]:
    """Return the storeys of the devices; their poses are over the ground (``BridgeDecks.height_m``)."""
    builder = DecksBuilder(decks.strips)
    rows: list[tuple[int, float, int]] = []
    start = [0]
    for device, pose, fan in zip(devices, poses, fans, strict=True):
        for level in _levels(device, decks):
            road_m = max(level, 0) * decks.storey_m
            base = -1 if level < 0 else builder.add(pose, fan, device.spec.range_m, road_m)
            rows.append((level, pose[2] - road_m, base))
        start.append(len(rows))
    levels, heights, bases = (np.array([row[column] for row in rows]) for column in range(3))
    return (
        Storeys(np.array(start, np.int32), levels.astype(np.int8), heights.astype(float), bases.astype(np.int64)),
        builder.decks(),
    )


def _levels(device: Device, decks: BridgeDecks) -> list[int]:
    """Return the levels at which a device may see anybody, its own first."""
    if device.level < 0:
        return [device.level]
    near = strips_within(decks.strips, device.x_m, device.y_m, device.spec.range_m)
    built = {round(z_m / decks.storey_m) for z_m in near[:, 5].tolist()}
    return [device.level, *sorted((built | {0}) - {device.level})]
