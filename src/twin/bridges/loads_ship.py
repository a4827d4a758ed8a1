"""A ship against a pier: its force, how the pier gives way, how the deck follows and swings.

The pier's head moves by the force times its yield while the ship is stopped and keeps a part of it. A deck on a support that
moves by u(t) moves by the reaction's influence line times u (Muller-Breslau), and its modes by the inertia of that:
q'' + 2 z w q' + w^2 q = -u'' times the integral of mass, line and shape along the deck.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import Assumed
from twin.bridges.structure import Quantity, Structure
from twin.spec import Spec
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]


class ShipImpactSpec(Spec):
    """One collision with a pier, as with the Lixinsha Bridge on 22 February 2024, when a part of the deck fell."""

    at_s: float = Field(ge=0.0)
    """When, simulated seconds."""

    support: int = Field(ge=1, le=61)
    """Which support of the deck is hit, counted from 1 at its beginning."""

    dead_weight_t: float = Field(gt=0.0, le=400_000.0)
    """What the ship can carry."""

    speed_mps: float = Field(gt=0.0, le=15.0)
    """Speed at which it hits, head on."""

    added_mass: Annotated[float, Assumed.between(1.05, 1.5)] = Field(default=1.05, ge=1.0, le=2.0)
    """Mass that stops with the ship, water included, over its dead weight. Assumption: 1.05, as for ships head on; an empty
    ship has less than its dead weight."""

    yield_mm_per_mn: Annotated[float, Assumed.times(0.2, 5.0)] = Field(default=0.3, ge=0.0, le=100.0)
    """How far the deck sinks or rises at the pier per force. Assumption: a rocking pier on piles; no measurement was found."""

    residual_share: Annotated[float, Assumed.between(0.0, 1.0)] = Field(default=0.3, ge=0.0, le=1.0)
    """Part of that which stays. Assumption: a third."""

    span_lost: bool = False
    """Whether the deck falls on both sides of that pier, as at Lixinsha; sensors on it then fall silent."""

    @property
    def force_n(self) -> float:
        """Greatest force, 0.12 MN times speed (m/s) times root of dead weight (t).

        Source: AASHTO LRFD Bridge Design Specifications, 3.14.8 (8.15 V sqrt(DWT) kip, V in ft/s), quoted without it at hand.
        """
        return 0.12e6 * self.speed_mps * math.sqrt(self.dead_weight_t)

    @property
    def duration_s(self) -> float:
        """Time until the ship stands: that in which half a sine of that force takes its momentum."""
        return 0.5 * math.pi * 1e3 * self.added_mass * self.dead_weight_t * self.speed_mps / self.force_n

    def lost_m(self, structure: Structure) -> tuple[float, float]:
        """Return from where to where the deck falls with that pier; (0, 0) where it does not."""
        if not self.span_lost:
            return 0.0, 0.0
        ends = structure.support_m
        return float(ends[max(self.support - 2, 0)]), float(ends[min(self.support, ends.size - 1)])


@dataclass(slots=True)
class SupportMotion:
    """What one collision does to a deck: static part by channel, force on its modes."""

    spec: ShipImpactSpec
    channels: Floats
    """(channels,): what each shows for 1 m of sinking; 0 for accelerations, whose part comes with the second derivative."""
    acceleration: Floats
    """(channels,): what accelerations show for 1 m/s2 of the support."""
    modal: Floats
    """(modes,): modal force for 1 m/s2 of the support."""

    def moved(self, t_us: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return (n,) how far the support is down at times, m, and its acceleration.

        Down along half a cosine to its peak and back to what stays, twice the ship's time in all.
        """
        since = np.asarray(t_us, np.float64) / US_PER_S - self.spec.at_s
        time_s, peak_m = self.spec.duration_s, 1e-9 * self.spec.yield_mm_per_mn * self.spec.force_n
        rest_m = self.spec.residual_share * peak_m
        share = np.clip(since / time_s, 0.0, 2.0)
        wave = np.cos(np.pi * share)
        down = np.where(share < 1.0, 0.5 * peak_m * (1.0 - wave), rest_m + 0.5 * (peak_m - rest_m) * (1.0 - wave))
        swing = np.where(share < 1.0, 0.5 * peak_m, 0.5 * (peak_m - rest_m)) * (np.pi / time_s) ** 2 * wave
        return down, np.where((share > 0.0) & (share < 2.0), swing, 0.0)


def support_motion(structure: Structure, quantities: list[Quantity], spec: ShipImpactSpec) -> SupportMotion:
    """Return what a collision does to a deck and its channels; cable forces and reactions are left as they are."""
    line = structure.reaction_line(spec.support - 1)
    shown = np.array([_settled(structure, line, quantity) for quantity in quantities], np.float64)
    fast = np.array([quantity.kind == "acceleration" for quantity in quantities], np.bool_)
    modal = -structure.along(structure.mass_kg_per_m * line * structure.shape)
    return SupportMotion(spec, np.where(fast, 0.0, shown), np.where(fast, shown, 0.0), modal)


def _settled(structure: Structure, line: Floats, quantity: Quantity) -> float:
    """Return a quantity of the deck when the support of that reaction line sinks by 1 m."""
    grid_m, step_m = structure.grid_m, structure.step_m
    match quantity.kind:
        case "displacement" | "acceleration":
            values = line
        case "tilt":
            values = np.gradient(line, step_m)
        case "strain":
            values = -quantity.depth_m * np.gradient(np.gradient(line, step_m), step_m)
        case _:
            return 0.0
    return float(np.interp(quantity.at_m, grid_m, values))
