"""What is remembered of each sender, at each receiver: a hash table that kernels look up and add to."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.v2x.security.vehicle_messages import Floats, Ints

EVERYWHERE: Final = -1
"""The receiver of what is remembered of a sender at all receivers together."""

_FEWEST: Final = 1024
"""Choice: slots of an empty table, a power of two."""

_FREE: Final = -2
"""In the column of receivers: nobody is there."""

_A: Final = np.uint64(0x9E3779B97F4A7C15)
_B: Final = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF: Final = np.uint64(32)

_LONG_AGO_US: Final = -(2**62)
"""Before everything."""


class Slots(NamedTuple):
    """The columns of a table, one row a slot."""

    sender: Ints
    receiver: npt.NDArray[np.int32]
    """``_FREE`` where nobody is."""
    last_us: Ints
    """When it was heard last: who is silent for long is forgotten."""
    whole: Ints
    """(slots, columns): stamps and counts."""
    real: Floats
    """(slots, columns): places and speeds."""


class StateTable:
    """Rows of state by sender and receiver. Room is made beforehand, so that kernels only look up and add."""

    def __init__(self, whole: int, real: int, forget_us: int) -> None:
        """Begin empty, with so many columns of integers and reals."""
        self._forget_us = forget_us
        self.slots = _empty(_FEWEST, whole, real)

    def make_room(self, more: int, now_us: int) -> Slots:
        """Return the columns with room for ``more`` rows, filled to half at most; who was silent for long is dropped."""
        old = self.slots
        count = int(np.count_nonzero(old.receiver != _FREE))
        if 2 * (count + more) > old.sender.size:
            kept = (old.receiver != _FREE) & (old.last_us >= now_us - self._forget_us)
            size = _FEWEST
            while size < 4 * (int(np.count_nonzero(kept)) + more):
                size *= 2
            self.slots = _empty(size, old.whole.shape[1], old.real.shape[1])
            _move(old, self.slots, np.flatnonzero(kept))
        return self.slots

    def __len__(self) -> int:
        """Return how many are remembered."""
        return int(np.count_nonzero(self.slots.receiver != _FREE))


@inline_kernel
def _first(slots: Slots, sender: int, receiver: int) -> int:
    """Return the slot to begin at, by a multiplicative hash."""
    mixed = np.uint64(sender) * _A ^ np.uint64(receiver + 2) * _B
    mixed = (mixed ^ (mixed >> _HALF)) * _A
    return int(mixed >> _HALF) & (slots.sender.size - 1)


@kernel
def known_slot(slots: Slots, sender: int, receiver: int) -> int:
    """Return the slot of a sender at a receiver, -1 where there is none."""
    slot = _first(slots, sender, receiver)
    while slots.receiver[slot] != _FREE:
        if slots.sender[slot] == sender and slots.receiver[slot] == receiver:
            return slot
        slot = (slot + 1) & (slots.sender.size - 1)
    return -1


@kernel
def slot_of(slots: Slots, sender: int, receiver: int, since_us: int) -> tuple[int, bool]:
    """Return the slot of a sender at a receiver, and whether it is new; a new one is taken, its columns are 0.

    Whoever was heard last before ``since_us`` is new again.

    Open addressing with linear probing (D. E. Knuth, "The Art of Computer Programming", volume 3, 6.4, algorithm L).
    """
    slot = _first(slots, sender, receiver)
    while slots.receiver[slot] != _FREE:
        if slots.sender[slot] == sender and slots.receiver[slot] == receiver:
            if slots.last_us[slot] >= since_us:
                return slot, False
            slots.whole[slot] = 0
            slots.real[slot] = 0.0
            return slot, True
        slot = (slot + 1) & (slots.sender.size - 1)
    slots.sender[slot] = sender
    slots.receiver[slot] = receiver
    return slot, True


@kernel
def _move(old: Slots, new: Slots, rows: Ints) -> None:
    for row in rows:
        slot, _ = slot_of(new, old.sender[row], old.receiver[row], _LONG_AGO_US)
        new.last_us[slot] = old.last_us[row]
        new.whole[slot] = old.whole[row]
        new.real[slot] = old.real[row]


def _empty(size: int, whole: int, real: int) -> Slots:
    return Slots(
        np.zeros(size, np.int64),
        np.full(size, _FREE, np.int32),
        np.zeros(size, np.int64),
        np.zeros((size, whole), np.int64),
        np.zeros((size, real)),
    )
