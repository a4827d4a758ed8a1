"""All that loads a bridge beside traffic, block by block: temperature, wind, vortices, ships, loss of stiffness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.bridges.bridge_spec import BridgeSpec
from twin.bridges.loads_ship import support_motion
from twin.bridges.loads_temperature import Temperature
from twin.bridges.loads_vortex import Vortex
from twin.bridges.loads_wind import Wind
from twin.bridges.structure import Quantity, Structure

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SurroundingsBlock:
    """What acts during one block of samples, of ``k`` modes and ``c`` channels; and the truth to judge by."""

    modal: Floats
    """(samples, k): forces on the modes, of wind and of a pier that moves."""
    static: Floats
    """(samples, c): what the wind's lift does to the channels slowly, at the structure's own stiffness."""
    direct: Floats
    """(samples, c): what channels show beside all forces: temperature, a pier that moved, vibration under vortices."""
    stiffness: float
    """Present stiffness over that of the structure: loss and temperature together."""
    stiffness_left: float
    """The part of it that is loss."""
    air_c: float
    deck_c: float
    gradient_k: float
    """Top of the deck less its bottom."""
    wind_mps: Floats
    """(samples,): with gusts, what an anemometer meets."""
    wind_mean_mps: float
    """Ten-minute mean."""
    vortex_m: float
    """Greatest amplitude under vortices, where the mode moves most."""
    pier_m: float
    """How far ships have moved the supports, the farthest of them, downwards."""


class Surroundings:
    """The surroundings of one bridge. Blocks are asked for one after the other."""

    def __init__(
        self, spec: BridgeSpec, structure: Structure, quantities: Sequence[Quantity], seed: int, start_hour: float
    ) -> None:
        """Take the channels as quantities, in their order, and the local hour of the day (0 to 24) at time 0."""
        self._loss = spec.stiffness_loss
        self._quantities = list(quantities)
        self.temperature = Temperature(spec.temperature, seed, spec.name, start_hour)
        self.wind = Wind(spec.wind, seed, spec.name)
        self._thermal = np.array([structure.thermal(quantity) for quantity in quantities], np.float64).reshape(-1, 2)
        self._lift_static = structure.along(
            np.array([structure.line(quantity) for quantity in quantities]).reshape(-1, structure.grid_m.size)
        )
        self._lift_modal = structure.along(structure.shape)
        self._vortices = [
            (
                Vortex(
                    vortex,
                    float(structure.frequency_hz[vortex.mode - 1]),
                    float(structure.damping_ratio[vortex.mode - 1]),
                    float(np.abs(structure.shape[vortex.mode - 1]).max()),
                    spec.structure.deck.depth_m,
                ),
                np.array([structure.modal_row(quantity)[vortex.mode - 1] for quantity in quantities]),
            )
            for vortex in spec.vortices
        ]
        self._fast = np.array([quantity.kind == "acceleration" for quantity in quantities], np.bool_)
        self._ships = [support_motion(structure, self._quantities, impact) for impact in spec.ship_impacts]

    def block(self, t_us: int, period_us: int, samples: int) -> SurroundingsBlock:
        """Return what acts at ``samples`` instants from ``t_us`` on."""
        at_us = t_us + period_us * np.arange(samples, dtype=np.int64)
        ends_us = np.array([t_us, t_us + samples * period_us], np.int64)
        deck_c, gradient_k = self.temperature.deck_c(ends_us), self.temperature.gradient_k(ends_us)
        middle_us = np.array([t_us + samples * period_us // 2], np.int64)
        left = 1.0 if self._loss is None else float(self._loss.factor(middle_us)[0])
        stiffness = left * float(self.temperature.frequency_factor(middle_us)[0]) ** 2

        change_k = np.stack([deck_c - self.temperature.spec.reference_c, gradient_k])
        direct = _between((self._thermal @ change_k).T, samples)
        wind_mps, lift = self.wind.block(t_us, period_us, samples)
        modal = lift[:, None] * self._lift_modal
        static = lift[:, None] * self._lift_static

        mean_mps = float(self.wind.mean_mps(middle_us)[0])
        vortex_m = 0.0
        for vortex, row in self._vortices:
            place, swing = vortex.block(t_us, period_us, samples, mean_mps, stiffness)
            direct += np.where(self._fast, swing[:, None] * row, place[:, None] * row)
            vortex_m = max(vortex_m, float(np.abs(place).max(initial=0.0)) * vortex.largest_shape)
        pier_m = 0.0
        for ship in self._ships:
            down, swing = ship.moved(at_us)
            direct += down[:, None] * ship.channels + swing[:, None] * ship.acceleration
            modal += swing[:, None] * ship.modal
            pier_m = max(pier_m, float(np.abs(down).max(initial=0.0)))
        return SurroundingsBlock(
            modal=modal,
            static=static,
            direct=direct,
            stiffness=stiffness,
            stiffness_left=left,
            air_c=float(self.temperature.air_c(middle_us)[0]),
            deck_c=float(deck_c.mean()),
            gradient_k=float(gradient_k.mean()),
            wind_mps=wind_mps,
            wind_mean_mps=mean_mps,
            vortex_m=vortex_m,
            pier_m=pier_m,
        )


def _between(ends: Floats, samples: int) -> Floats:
    """Return (samples, c) values straight from the first of two rows towards the second."""
    share = np.arange(samples) / max(samples, 1)
    return np.asarray(ends[0] + share[:, None] * (ends[1] - ends[0]))
