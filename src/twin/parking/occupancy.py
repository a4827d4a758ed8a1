"""Who stands in which bay: the truth, changed one bay at a time, and told to whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.parking.facilities import Facilities

Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

NOBODY: Final = -1

Listener = Callable[[int, Ints, Bools, Ints], None]
"""Told (t_us, bay (n,), occupied (n,), vehicle (n,)) of every change, in the order of time."""

GateListener = Callable[[int, int, bool], None]
"""Told (t_us, facility, whether inwards) of every vehicle that passes a gate."""


class Occupancy:
    """The state of all bays. A bay belongs to one vehicle at most, from when it is claimed until it is free again."""

    def __init__(self, facilities: Facilities) -> None:
        """Begin with every bay free."""
        self.facilities = facilities
        count = facilities.bays.count
        self.occupied: Bools = np.zeros(count, np.bool_)
        """(bays,): a vehicle stands in it."""
        self.vehicle: Ints = np.full(count, NOBODY, np.int32)
        """(bays,): the vehicle that stands in it; ``NOBODY``."""
        self.claimed: Ints = np.full(count, NOBODY, np.int32)
        """(bays,): the vehicle that it belongs to, standing in it or on its last metres there; ``NOBODY``."""
        self.free: npt.NDArray[np.int64] = facilities.capacity.astype(np.int64)
        """(facilities,): bays that belong to nobody."""
        self.standing: npt.NDArray[np.int64] = np.zeros(facilities.count, np.int64)
        """(facilities,): bays in which a vehicle stands."""
        self.listeners: list[Listener] = []
        self.gate_listeners: list[GateListener] = []
        self._lowest = [one.first_bay for one in facilities.every]

    def claim(self, bay: int, vehicle: int) -> bool:
        """Let a bay belong to a vehicle if it belongs to nobody; return whether it does now."""
        if self.claimed[bay] != NOBODY:
            return False
        self.claimed[bay] = vehicle
        self.free[self.facilities.bays.facility[bay]] -= 1
        return True

    def claim_any(self, facility: int, vehicle: int) -> int:
        """Let the first bay of a facility that belongs to nobody belong to a vehicle; return it, else ``NOBODY``."""
        one = self.facilities.every[facility]
        if self.free[facility] == 0:
            return NOBODY
        first, end = self._lowest[facility], one.first_bay + one.capacity
        bay = first + int(np.argmax(self.claimed[first:end] == NOBODY))
        self.claim(bay, vehicle)
        self._lowest[facility] = bay + 1
        return bay

    def give_back(self, bay: int, vehicle: int) -> None:
        """Let a bay that ``vehicle`` claimed and does not stand in belong to nobody. Raise ValueError where it is another's."""
        if self.claimed[bay] != vehicle or self.occupied[bay]:
            raise ValueError(f"bay {bay} is not on the way of vehicle {vehicle}")
        self._release(bay)

    def take(self, t_us: int, bay: int, vehicle: int) -> None:
        """Let a vehicle stand in the bay that it claimed. Raise ValueError where it is another's, or taken."""
        if self.claimed[bay] != vehicle or self.occupied[bay]:
            raise ValueError(f"bay {bay} is not on the way of vehicle {vehicle}")
        self.occupied[bay], self.vehicle[bay] = True, vehicle
        self.standing[self.facilities.bays.facility[bay]] += 1
        self._tell(t_us, bay, vehicle, occupied=True)

    def leave(self, t_us: int, bay: int) -> int:
        """Let the vehicle leave the bay that it stands in; return it. Raise ValueError where the bay is empty."""
        if not self.occupied[bay]:
            raise ValueError(f"nobody stands in bay {bay}")
        vehicle = int(self.vehicle[bay])
        self.occupied[bay], self.vehicle[bay] = False, NOBODY
        self.standing[self.facilities.bays.facility[bay]] -= 1
        self._release(bay)
        self._tell(t_us, bay, vehicle, occupied=False)
        return vehicle

    def tell_gate(self, t_us: int, facility: int, *, inwards: bool) -> None:
        """Tell of a vehicle that passes a gate."""
        for listener in self.gate_listeners:
            listener(t_us, facility, inwards)

    def _release(self, bay: int) -> None:
        facility = int(self.facilities.bays.facility[bay])
        self.claimed[bay] = NOBODY
        self.free[facility] += 1
        self._lowest[facility] = min(self._lowest[facility], bay)

    def _tell(self, t_us: int, bay: int, vehicle: int, *, occupied: bool) -> None:
        if self.listeners:
            change = np.array([bay], np.int32), np.array([occupied]), np.array([vehicle], np.int32)
            for listener in self.listeners:
                listener(t_us, *change)
