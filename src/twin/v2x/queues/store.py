"""Where messages under way are kept: one row each, moved by its number; and the pool in which they wait for a hop."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel

Ints = npt.NDArray[np.int64]

DEVICE: Final = 0
RANK: Final = 1
"""Place of the device's name among all names: who is served first of those that come at one instant."""
FRAME: Final = 2
BYTES: Final = 3
ARRIVAL_US: Final = 4
"""When it reaches the queue of the hop that it waits for."""
ATTEMPT: Final = 5
"""How often it has been transmitted on this hop already."""
FRAGMENTS: Final = 6
TRANSMISSIONS: Final = 7
"""How often on all hops, until it was delivered at the end of each."""
COPY: Final = 8
"""1 for what is sent again although the message has come through, because its acknowledgement was lost."""
OBJECTS: Final = 9
PRIORITY: Final = 10
"""Its class; class 0 is served first."""
T_US: Final = 11
"""Phenomenon time of what it carries."""
SENT_US: Final = 12
"""When it was handed to the links."""
VIA: Final = 13
"""The MEC that it goes over in the place of its site's own, ``NEVER`` for that one."""
FIELDS: Final = 14
"""After these a row has two fields for each hop: the messages found in its queue, and when it was delivered at its end."""

NEVER: Final = -1


def found_field(stage: int) -> int:
    """Return the field of the messages found in the queue of hop number ``stage``."""
    return FIELDS + 2 * stage


@kernel
def take_due(key: Ints, slot: Ints, count: int, limit: int) -> tuple[Ints, Ints, bool]:
    """Remove those of the first ``count`` whose key is at most ``limit``; return keys, slots, and whether they are in order."""
    due = 0
    for i in range(count):
        due += key[i] <= limit
    taken_key, taken_slot = np.empty(due, np.int64), np.empty(due, np.int64)
    due, kept = 0, 0
    ordered = True
    for i in range(count):
        own = key[i]
        if own <= limit:
            ordered &= due == 0 or taken_key[due - 1] < own
            taken_key[due] = own
            taken_slot[due] = slot[i]
            due += 1
        else:
            key[kept] = own
            slot[kept] = slot[i]
            kept += 1
    return taken_key, taken_slot, ordered


@kernel
def settle_ties(key: Ints, slot: Ints, rows: Ints) -> None:
    """Put messages of equal ``key``, by which they are sorted, in the order (frame, first sent, copy); in place."""
    for i in range(1, slot.size):
        if key[i] != key[i - 1]:
            continue
        moved = slot[i]
        j = i
        while j > 0 and key[j - 1] == key[i] and _after(rows, slot[j - 1], moved):
            slot[j] = slot[j - 1]
            j -= 1
        slot[j] = moved


@kernel
def _after(rows: Ints, a: int, b: int) -> bool:
    """Return whether message ``a`` comes after ``b`` when both come from one device at one instant."""
    if rows[a, FRAME] != rows[b, FRAME]:
        return bool(rows[a, FRAME] > rows[b, FRAME])
    return bool(rows[a, ATTEMPT] > rows[b, ATTEMPT])


class MessageStore:
    """Rows of messages under way, in an array that doubles when it is full."""

    def __init__(self, stages: int) -> None:
        """Begin empty; rows have fields for ``stages`` hops."""
        self.rows: Ints = np.empty((1024, FIELDS + 2 * stages), np.int64)
        self._free: Ints = np.arange(1023, -1, -1, dtype=np.int64)
        self._free_count = 1024

    def reserve(self, count: int) -> Ints:
        """Return the numbers (count,) of rows that nobody uses; their content is whatever was there."""
        while self._free_count < count:
            size = len(self.rows)
            rows = np.empty((2 * size, self.rows.shape[1]), np.int64)
            rows[:size] = self.rows
            free = np.empty(2 * size, np.int64)
            free[:size] = np.arange(2 * size - 1, size - 1, -1)
            free[size : size + self._free_count] = self._free[: self._free_count]
            self.rows, self._free, self._free_count = rows, free, self._free_count + size
        self._free_count -= count
        return self._free[self._free_count : self._free_count + count][::-1].copy()

    def release(self, slots: Ints) -> None:
        """Give rows back."""
        self._free[self._free_count : self._free_count + slots.size] = slots[::-1]
        self._free_count += slots.size


class MessagePool:
    """Messages that have not yet reached the queue of their hop, by (instant of arrival, rank of the device).

    Both make one whole number, instant x ``ranks`` + rank: with 10 000 devices it holds 29 years of microseconds.
    """

    def __init__(self, ranks: int) -> None:
        """Begin empty, with room for 1024 messages of ``ranks`` devices."""
        self._key = np.empty(1024, np.int64)
        self._slot = np.empty(1024, np.int64)
        self._ranks = max(ranks, 1)
        self._latest_us = np.iinfo(np.int64).max // self._ranks - 1
        self.count = 0

    def put(self, key: Ints, slot: Ints) -> None:
        """Add messages by their keys and the numbers of their rows, both (n,)."""
        need = self.count + len(key)
        if need > len(self._key):
            size = max(need, 2 * len(self._key))
            for name in ("_key", "_slot"):
                grown = np.empty(size, np.int64)
                grown[: self.count] = getattr(self, name)[: self.count]
                setattr(self, name, grown)
        self._key[self.count : need] = key
        self._slot[self.count : need] = slot
        self.count = need

    def earliest_us(self) -> int | None:
        """Return the first instant at which one of them arrives; None when there are none."""
        return int(self._key[: self.count].min()) // self._ranks if self.count else None

    def take(self, t_us: int, rows: Ints) -> Ints:
        """Remove those that arrive by ``t_us`` and return their rows' numbers in the order (arrival, rank, frame, attempt)."""
        limit = (min(t_us, self._latest_us) + 1) * self._ranks - 1
        key, slot, ordered = take_due(self._key, self._slot, self.count, limit)
        self.count -= len(slot)
        if not ordered:
            order = np.argsort(key)
            key, slot = key[order], slot[order]
            settle_ties(key, slot, rows)
        return slot
