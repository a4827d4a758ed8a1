"""Charge of the batteries of field devices: used up by time, reports and sensing; ended, replaced."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.kernel.device_life_spec import BatterySpec
from twin.rng import normal_pair, stream_key, uniform4
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_US_PER_H: Final = 3600 * US_PER_S
_US_PER_DAY: Final = 24.0 * _US_PER_H


class Batteries:
    """Batteries of some devices (n,); those without one never end. Draws hang on the devices' names."""

    def __init__(self, spec: BatterySpec, names: Sequence[str], capacity_mah: Sequence[float | None], seed: int) -> None:
        """Begin at 0 with shares of their charge between those of ``spec``; a capacity of None is a mains supply."""
        self._spec = spec
        self.has = np.array([one is not None for one in capacity_mah], np.bool_)
        self.capacity_mah = np.array([math.inf if one is None else one for one in capacity_mah], np.float64)
        self._keys = [stream_key(seed, "kernel/battery", name) for name in names]
        share = np.array([uniform4(key, 0, 0, 0)[0] for key in self._keys], np.float64)
        share = spec.left_low + (spec.left_high - spec.left_low) * share
        self.charge_mah = np.where(self.has, self.capacity_mah * share, math.inf)
        """What is left at the latest instant asked about, (n,)."""
        self.replaced = np.zeros(len(names), np.int64)
        """New batteries so far, (n,)."""
        self._per_us = np.where(self.has, spec.sleep_mah_per_day / _US_PER_DAY, 0.0)
        self._at_us = 0

    @property
    def empty(self) -> Bools:
        """Whose battery has ended, (n,)."""
        return self.charge_mah <= 0.0

    def share(self) -> npt.NDArray[np.float64]:
        """Return the share of its charge that each has left, (n,); NaN without a battery."""
        return np.where(self.has, np.maximum(self.charge_mah, 0.0) / np.where(self.has, self.capacity_mah, 1.0), np.nan)

    def sleep_until(self, t_us: int) -> None:
        """Take away what the time up to ``t_us`` costs."""
        self.charge_mah -= self._per_us * max(t_us - self._at_us, 0)
        self._at_us = max(t_us, self._at_us)

    def next_end_us(self) -> int | None:
        """Return when the first battery will end that has not, if nothing but time passes; None where none will."""
        alive = self.has & ~self.empty & (self._per_us > 0.0)
        if not alive.any():
            return None
        return self._at_us + math.ceil(float((self.charge_mah[alive] / self._per_us[alive]).min()))

    def drain(self, rows: Ints, mah: float | Floats) -> None:
        """Take charge from the devices ``rows`` (n,); one may be named several times."""
        np.subtract.at(self.charge_mah, rows, np.where(self.has[rows], mah, 0.0))

    def end(self, row: int) -> None:
        """Let a battery be empty now."""
        self.charge_mah[row] = 0.0

    def replacement_us(self, row: int) -> int:
        """Return how long the crew needs to replace the ended battery of a device."""
        u0, u1, _, _ = uniform4(self._keys[row], int(self.replaced[row]) + 1, 0, 0)
        variance = math.log1p(self._spec.replace_spread**2)
        logarithm = math.log(self._spec.replace_h * _US_PER_H) - 0.5 * variance + math.sqrt(variance) * normal_pair(u0, u1)[0]
        return max(round(math.exp(logarithm)), 1)

    def replace(self, row: int) -> None:
        """Give a device a full battery."""
        self.charge_mah[row] = self.capacity_mah[row]
        self.replaced[row] += 1
