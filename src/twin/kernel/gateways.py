"""Outages of the gateways of field devices, and what becomes of reports that meet one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from twin.kernel.device_life_spec import DeviceLifeSpec
from twin.kernel.lifecycle import LATEST_US, episodes, life_key
from twin.units import to_us

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NOT_OUT_US = -1
"""End of an outage of a gateway that has none. Choice: no instant of a run."""


class Gateways:
    """Gateways by position. Their outages are known beforehand, so that a stored report's arrival is known when it is sent."""

    def __init__(self, life: DeviceLifeSpec, names: Sequence[str], seed: int, duration_us: int) -> None:
        """Draw the outages that begin within ``duration_us``; those that touch or overlap are one."""
        self._stores = life.gateway.during_outage == "store"
        self._most = life.gateway.store_most
        self.windows = [_merged(_outages(life, name, seed, duration_us)) for name in names]
        """Outages of each gateway as (begin, end) in us, in order, apart from each other."""
        self.until_us = np.full(len(names), NOT_OUT_US, np.int64)
        """End of the outage that holds, (gateways,); -1 without one."""
        self._stored = np.zeros(len(names), np.int64)

    def begin(self, gateway: int, until_us: int) -> None:
        """Let an outage begin that lasts until ``until_us``."""
        self.until_us[gateway] = until_us
        self._stored[gateway] = 0

    def end(self, gateway: int) -> None:
        """Let the outage be over."""
        self.until_us[gateway] = NOT_OUT_US

    def pass_on(self, gateway: Ints) -> tuple[Ints, Bools, Bools]:
        """Return for reports at the gateways (n,): not before when they leave them, who is lost, and who for want of room.

        -1 in ``gateway`` is a device that needs none; such a report leaves at once (0).
        """
        leaves_us = np.zeros(gateway.size, np.int64)
        lost, full = np.zeros(gateway.size, np.bool_), np.zeros(gateway.size, np.bool_)
        if not (self.until_us != NOT_OUT_US).any():
            return leaves_us, lost, full
        for number in np.unique(gateway[gateway >= 0]).tolist():
            until_us = int(self.until_us[number])
            if until_us == NOT_OUT_US:
                continue
            there = np.flatnonzero(gateway == number)
            if not self._stores:
                lost[there] = True
                continue
            kept, over = np.split(there, [max(self._most - int(self._stored[number]), 0)])
            self._stored[number] += kept.size
            leaves_us[kept] = until_us
            lost[over] = full[over] = True
        return leaves_us, lost, full


def _outages(life: DeviceLifeSpec, name: str, seed: int, duration_us: int) -> list[tuple[int, int]]:
    """Return the outages of one gateway, by chance and at stated times, in no order."""
    stated = [one for one in life.scheduled if one.cause == "gateway_outage" and one.device == name]
    found = [(to_us(one.from_s), LATEST_US if one.until_s is None else to_us(one.until_s)) for one in stated]
    if life.random:
        by_chance = episodes(life_key(seed, "gateway_outage", name), life.rate("gateway_outage"), life.start)
        found += [(max(one.from_us, 0), one.until_us) for one in takewhile(lambda one: one.from_us < duration_us, by_chance)]
    return found


def _merged(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin_us, end_us in sorted(windows):
        if merged and begin_us <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_us))
        else:
            merged.append((begin_us, end_us))
    return merged
