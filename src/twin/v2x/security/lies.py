"""Attacks that change what a vehicle's own messages claim: place, speed, heading, acceleration."""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import numpy as np

from twin.units import US_PER_S
from twin.v2x.security import attack_spec as spec
from twin.v2x.security.drawing import ONCE, Draws, Memory, Scene, between, either_side
from twin.v2x.security.vehicle_messages import Floats, VehicleMessages

MOVING_MPS: Final = 1.0
"""Below this, standing, facing backwards or another speed is no lie. Source: VeReMi NextGen, rules of its labels."""

ACCELERATING_MPS2: Final = 0.25
"""Below this, feigned braking is none. Source: VeReMi NextGen, rules of its labels."""

AWAY_M: Final = 20.0
"""A vehicle that stands so far from where it claims to stand lies. Source: VeReMi NextGen, rules of its labels."""

Place: TypeAlias = spec.RandomPosition | spec.ConstantPosition | spec.PositionOffset | spec.RandomPositionOffset
Speed: TypeAlias = spec.RandomSpeed | spec.ConstantSpeed | spec.ZeroSpeed | spec.SpeedOffset | spec.RandomSpeedOffset


class FalsePlace:
    """Any of the lies about the place."""

    def __init__(self, lie: Place, draw: Draws, label: int) -> None:
        """Take what the lie is, its draws and its label."""
        self._lie, self._draw, self._label = lie, draw, label
        self._once = isinstance(lie, spec.ConstantPosition | spec.PositionOffset)

    def __call__(self, mine: VehicleMessages, scene: Scene) -> VehicleMessages:
        """Return what attackers send in the place of their honest messages ``mine``."""
        chance = self._draw("place", ONCE if self._once else scene.frame, mine.vehicle)
        if isinstance(self._lie, spec.PositionOffset | spec.RandomPositionOffset):
            x_m = mine.x_m + either_side(chance[:, 0], self._lie.offset_m)
            y_m = mine.y_m + either_side(chance[:, 1], self._lie.offset_m)
        else:
            west, south, east, north = scene.area
            x_m, y_m = between(chance[:, 0], (west, east)), between(chance[:, 1], (south, north))
        return mine.changed(slice(None), x_m=x_m, y_m=y_m, attack=self._label)


class FalseSpeed:
    """Any of the lies about the speed."""

    def __init__(self, lie: Speed, draw: Draws, label: int) -> None:
        """Take what the lie is, its draws and its label."""
        self._lie, self._draw, self._label = lie, draw, label
        self._once = isinstance(lie, spec.ConstantSpeed | spec.SpeedOffset)

    def _claimed(self, mine: VehicleMessages, chance: Floats) -> Floats:
        if isinstance(self._lie, spec.ZeroSpeed):
            return np.zeros(len(mine))
        if isinstance(self._lie, spec.RandomSpeed | spec.ConstantSpeed):
            return between(chance, (0.0, self._lie.highest_mps))
        return np.maximum(mine.speed_mps + either_side(chance, self._lie.offset_mps), 0.0)

    def __call__(self, mine: VehicleMessages, scene: Scene) -> VehicleMessages:
        """Return what attackers send in the place of their honest messages ``mine``."""
        chance = self._draw("speed", ONCE if self._once else scene.frame, mine.vehicle)[:, 0]
        claimed = self._claimed(mine, chance)
        if isinstance(self._lie, spec.SpeedOffset | spec.RandomSpeedOffset):
            lies = claimed != mine.speed_mps
        else:
            lies = np.abs(claimed - mine.speed_mps) > MOVING_MPS
        return mine.changed(slice(None), speed_mps=claimed, attack=np.where(lies, self._label, 0))


class FalseHeading:
    """Facing backwards."""

    def __init__(self, _: spec.ReversedHeading, __: Draws, label: int) -> None:
        """Take the label: nothing is drawn."""
        self._label = label

    def __call__(self, mine: VehicleMessages, _: Scene) -> VehicleMessages:
        """Return what attackers send in the place of their honest messages ``mine``."""
        turned = np.mod(mine.heading_rad + 2.0 * math.pi, 2.0 * math.pi) - math.pi
        label = np.where(mine.speed_mps > MOVING_MPS, self._label, 0)
        return mine.changed(slice(None), heading_rad=turned, attack=label)


class FalseBraking:
    """Hard braking claimed while accelerating."""

    def __init__(self, lie: spec.FeignedBraking, draw: Draws, label: int) -> None:
        """Take what the lie is, its draws and its label."""
        self._lie, self._draw, self._label = lie, draw, label

    def __call__(self, mine: VehicleMessages, scene: Scene) -> VehicleMessages:
        """Return what attackers send in the place of their honest messages ``mine``."""
        factor = between(self._draw("braking", scene.frame, mine.vehicle)[:, 0], self._lie.factor)
        lies = mine.acceleration_mps2 > ACCELERATING_MPS2
        claimed = np.where(lies, -factor * mine.acceleration_mps2, mine.acceleration_mps2)
        return mine.changed(slice(None), acceleration_mps2=claimed, attack=np.where(lies, self._label, 0))


class FalseStop:
    """Standing, claimed from a random moment on, at the place of that moment."""

    def __init__(self, lie: spec.SuddenStop, draw: Draws, label: int) -> None:
        """Take what the lie is, its draws and its label."""
        self._lie, self._draw, self._label = lie, draw, label
        self._memory = Memory(stands=bool, x_m=float, y_m=float)

    def __call__(self, mine: VehicleMessages, scene: Scene) -> VehicleMessages:
        """Return what attackers send in the place of their honest messages ``mine``."""
        kept, who = self._memory.room_for(mine.vehicle), mine.vehicle
        chance = 1.0 - (1.0 - self._lie.chance_per_s) ** (scene.period_us / US_PER_S)
        begins = ~kept["stands"][who] & (self._draw("stop", scene.frame, who)[:, 0] < chance)
        for name in ("x_m", "y_m"):
            kept[name][who[begins]] = getattr(mine, name)[begins]
        kept["stands"][who[begins]] = True
        stands = kept["stands"][who]
        x_m, y_m = kept["x_m"][who], kept["y_m"][who]
        moves = mine.speed_mps > MOVING_MPS
        away = np.hypot(mine.x_m - x_m, mine.y_m - y_m) >= AWAY_M
        lies = stands & np.where(begins, moves & (mine.acceleration_mps2 >= 0.0), moves | away)
        return mine.changed(
            stands,
            x_m=x_m[stands],
            y_m=y_m[stands],
            speed_mps=0.0,
            acceleration_mps2=0.0,
            attack=np.where(lies[stands], self._label, 0),
        )
