"""The attacks of a scenario at work: who attacks, what they send, and what jammers do to everybody."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.units import to_us
from twin.v2x.security import attack_spec as spec
from twin.v2x.security.drawing import ONCE, Draws, Scene
from twin.v2x.security.forgeries import Flood, Ghosts, Late, Locate, Phantoms, Repeated, located
from twin.v2x.security.lies import FalseBraking, FalseHeading, FalsePlace, FalseSpeed, FalseStop
from twin.v2x.security.vehicle_messages import Floats, VehicleMessages

Behaviour = Callable[[VehicleMessages, Scene], VehicleMessages]
"""Returns what attackers send, given their honest messages and what they see."""

_BEHAVIOURS: Final[dict[type, Callable[[Any, Draws, int], Behaviour]]] = {
    spec.RandomPosition: FalsePlace,
    spec.ConstantPosition: FalsePlace,
    spec.PositionOffset: FalsePlace,
    spec.RandomPositionOffset: FalsePlace,
    spec.RandomSpeed: FalseSpeed,
    spec.ConstantSpeed: FalseSpeed,
    spec.ZeroSpeed: FalseSpeed,
    spec.SpeedOffset: FalseSpeed,
    spec.RandomSpeedOffset: FalseSpeed,
    spec.ReversedHeading: FalseHeading,
    spec.FeignedBraking: FalseBraking,
    spec.SuddenStop: FalseStop,
    spec.Delay: Late,
    spec.Dos: Flood,
    spec.Sybil: Phantoms,
    spec.Replay: Repeated,
}

CARRIER_MHZ: Final = 5915.0
"""Middle of the band 5905 to 5925 MHz of LTE-V2X in China. Source: Ministry of Industry and Information Technology, 2018."""

CHANNEL_HZ: Final = 10e6
"""Bandwidth of a receiver. Source: 10 MHz channels of 3GPP TS 36.101, band 47."""

NOISE_FIGURE_DB: Final = 9.0
"""Of a receiver. Source: 3GPP TR 37.885, vehicles and roadside units."""

THERMAL_DBM_PER_HZ: Final = -174.0
"""Noise density at 290 K. Source: Boltzmann's constant x 290 K."""

_LEAST_M: Final = 1.0
"""Choice: nobody is nearer to a jammer, where the formula of the far field would not hold."""


class _Attack:
    """One entry of the list: who it is and what they do."""

    def __init__(self, one: spec.VehicleAttack, draw: Draws, behaviour: Behaviour) -> None:
        self._share, self._named = one.share, np.array(one.vehicles, np.int32)
        self._draw, self.behaviour = draw, behaviour
        self._from_us = to_us(one.from_s)
        self._until_us = None if one.until_s is None else to_us(one.until_s)

    def on(self, t_us: int) -> bool:
        """Whether it is time."""
        return t_us >= self._from_us and (self._until_us is None or t_us < self._until_us)

    def makes(self, vehicle: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Return which vehicles attack, (n,)."""
        if self._named.size:
            return np.isin(vehicle, self._named)
        return self._draw("who", ONCE, vehicle)[:, 0] < self._share


class Attackers:
    """Everybody who lies. Draws go by vehicle number and instant: no order of rows changes them."""

    def __init__(
        self, specs: Sequence[spec.AttackSpec], seed: int, period_us: int = 100_000, locate: Locate | None = None
    ) -> None:
        """Prepare the attacks of vehicles in ``specs``; jamming is left to ``Jammers``.

        ``period_us``: time between two messages of a vehicle, as between two calls of ``alter``; ``locate`` finds places on
        the map. Raises ValueError where an attack names a place and ``locate`` is missing.
        """
        self._period_us = period_us
        seen: Counter[str] = Counter()
        self._attacks: list[_Attack] = []
        for one in specs:
            if isinstance(one, spec.Jamming):
                continue
            draw = Draws(seed, f"{one.kind}/{seen[one.kind]}")
            seen[one.kind] += 1
            label = label_of(one.kind)
            if isinstance(one, spec.GhostVehicle):
                behaviour: Behaviour = Ghosts(one, draw, label, locate)
            else:
                behaviour = _BEHAVIOURS[type(one)](one, draw, label)
            self._attacks.append(_Attack(one, draw, behaviour))

    def alter(self, messages: VehicleMessages, t_us: int, area: tuple[float, float, float, float]) -> VehicleMessages:
        """Return what is really sent at ``t_us`` when ``messages`` are what honest units would send, one a vehicle.

        ``area``: least x and y, greatest x and y (m) of the map. Call it once a period; the rows come in another order.
        """
        if not self._attacks:
            return messages
        honest = messages.take(np.argsort(messages.vehicle, kind="stable"))
        scene = Scene(t_us, honest, area, self._period_us)
        free, sent = np.ones(len(honest), bool), []
        for attack in self._attacks:
            now = free & attack.makes(honest.vehicle) if attack.on(t_us) else np.zeros(len(honest), bool)
            free &= ~now
            sent.append(attack.behaviour(honest.take(now), scene))
        return VehicleMessages.concatenate((honest.take(free), *sent))


class Jammers:
    """The noise of all jammers of a scenario."""

    def __init__(self, specs: Sequence[spec.AttackSpec], locate: Locate | None = None) -> None:
        """Take the jammers among ``specs``. Raises ValueError where there is one and ``locate`` is missing."""
        self._jammers = [
            (one, *located(one.lon_deg, one.lat_deg, one.crs, locate)) for one in specs if isinstance(one, spec.Jamming)
        ]

    def jamming_db(self, x_m: Floats, y_m: Floats, t_us: int) -> Floats:
        """Return by how much (dB) the noise at antennas at these places, (n,), is above the thermal one; 0 without a jammer.

        Free-space loss, 32.45 + 20 lg(f / MHz) + 20 lg(d / km) dB (ITU-R P.525), against kTB with the noise figure.
        """
        floor_dbm = THERMAL_DBM_PER_HZ + 10.0 * math.log10(CHANNEL_HZ) + NOISE_FIGURE_DB
        ratio = np.zeros(x_m.size)
        for one, at_x_m, at_y_m in self._jammers:
            if t_us < to_us(one.from_s) or (one.until_s is not None and t_us >= to_us(one.until_s)):
                continue
            away_m = np.maximum(np.hypot(x_m - at_x_m, y_m - at_y_m), _LEAST_M)
            loss_db = 32.45 + 20.0 * math.log10(CARRIER_MHZ) + 20.0 * np.log10(away_m / 1000.0)
            ratio += np.where(away_m <= one.reach_m, 10.0 ** ((one.power_dbm - loss_db - floor_dbm) / 10.0), 0.0)
        return 10.0 * np.log10(1.0 + ratio)


def label_of(kind: str) -> int:
    """Return the number that marks messages of this kind of attack. Raises ValueError for an unknown kind."""
    return 1 + spec.ATTACKS.index(kind)
