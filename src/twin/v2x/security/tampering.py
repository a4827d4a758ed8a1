"""Reports of devices that are altered between device and platform: any stream of (device, channel, instant, value)."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.rng import stream_key, uniform4
from twin.units import to_us
from twin.v2x.security.layer_attack_spec import TamperedReport

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HONEST = -1
"""Instead of the place of an attack in the list."""


class Altered(NamedTuple):
    """Values as they arrive, (n,)."""

    value: Floats
    attack: Ints
    """Place in the list of the attack that altered each; ``HONEST`` where none did."""


class Tampering:
    """The attacks on one stream of reports. Every call brings the values of one instant; later calls later ones."""

    def __init__(self, specs: Sequence[TamperedReport], names: Sequence[str], seed: int) -> None:
        """Take the attacks and the names of all devices by number; draws hang on the names."""
        self.specs = tuple(specs)
        self._hit = np.zeros((len(specs), len(names)), np.bool_)
        for row, one in enumerate(specs):
            for device, name in enumerate(names):
                chance = uniform4(stream_key(seed, f"v2x/attack/tampered_report/{row}", name), 0, 0, 0)[0]
                self._hit[row, device] = name in one.devices if one.devices else chance < one.share
        self._past: deque[tuple[int, Ints, Floats]] = deque()
        self._keep_us = max((to_us(one.replay_s) for one in specs if one.change == "replay"), default=0)
        self._frozen: dict[int, tuple[Ints, Floats]] = {}

    def hit(self, attack: int) -> list[int]:
        """Return the devices, by number, that an attack of the list is drawn for."""
        return [int(device) for device in np.flatnonzero(self._hit[attack])]

    def alter(self, t_us: int, device: Ints, channel: Ints, value: Floats) -> Altered:
        """Return what arrives of the values (n,) that devices send at ``t_us``; NaN, no value, stays. First attack first."""
        key = (device << 16) | channel
        altered, attack = value.copy(), np.full(value.size, HONEST, np.int64)
        for row, one in enumerate(self.specs):
            mine = self._hit[row, device] & (attack == HONEST) & np.isfinite(value)
            if not one.on(t_us):
                continue
            if one.change == "freeze" and row not in self._frozen and self._past:
                self._frozen[row] = self._past[-1][1:]
            lie = self._lie(row, one, t_us, key, value)
            mine &= np.isfinite(lie) & (lie != value)
            altered[mine], attack[mine] = lie[mine], row
        self._past.append((t_us, key, value))
        while self._past[0][0] < t_us - self._keep_us and len(self._past) > 1:
            self._past.popleft()
        return Altered(altered, attack)

    def _lie(self, row: int, one: TamperedReport, t_us: int, key: Ints, value: Floats) -> Floats:
        """Return what the attack would say, (n,); NaN where it has nothing to say."""
        if one.change == "scale":
            return np.rint(one.factor * value)
        if one.change == "offset":
            return np.maximum(value + one.offset, 0.0)
        if one.change == "freeze":
            return _looked_up(key, *self._frozen[row]) if row in self._frozen else np.full(value.size, np.nan)
        for then_us, keys, values in self._past:
            if then_us == t_us - to_us(one.replay_s):
                return _looked_up(key, keys, values)
        return np.full(value.size, np.nan)


def _looked_up(key: Ints, keys: Ints, values: Floats) -> Floats:
    """Return the values that stand beside ``keys`` for each of ``key``; NaN for those that are not there."""
    order = np.argsort(keys)
    place = order[np.minimum(np.searchsorted(keys[order], key), keys.size - 1)]
    return np.where(keys[place] == key, values[place], np.nan)
