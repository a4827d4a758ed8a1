"""Exact finite first-in-first-out queues, many at once, by the Lindley recursion.

A message that arrives at ``a`` at a server whose previous message finishes at ``f`` starts at ``max(a, f)`` and finishes one
service time later (D. V. Lindley, "The theory of queues with a single server", Proc. Cambridge Phil. Soc. 48, 1952). With
room for K messages, waiting and in service, a message that finds K of them still there (finish > arrival) is dropped; the
finish times of the last K accepted messages are therefore all that a queue has to remember.

A line that is out from ``b`` until ``e`` serves nothing in between: no service begins at or after ``b`` and before ``e``, and
one that would not end by ``b`` is broken off. The windows are known beforehand, so that the recursion stays exact. What becomes
of the messages is a matter of the equipment, and both ways are there:

* *store*: they stay, and the one broken off is sent again from its beginning when the line is back, as an MQTT client does
  (MQTT 3.1.1, section 4.4: unacknowledged messages are sent again on reconnection). Those that then find no room overflow.
* *drop*: whatever waits, is under way or comes while the line is out is lost, as datagrams are when an interface goes down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel

Ints = npt.NDArray[np.int64]

DROPPED = -1
"""The finish time of a message that found its queue full."""

CUT = -2
"""The finish time of a message that was lost because its line was out."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A line that is out from ``from_us`` until ``until_us``: back at that very instant."""

    queue: int
    from_us: int
    until_us: int


def merged(outages: Iterable[Outage], count: int) -> tuple[Ints, Ints, Ints]:
    """Return (offset, from_us, until_us): of queue ``q`` the windows ``offset[q]`` to ``offset[q + 1]``, in order, disjoint.

    Windows that overlap or touch are one. Raises ValueError when a window is empty or its queue does not exist.
    """
    windows: list[list[list[int]]] = [[] for _ in range(count)]
    for outage in sorted(outages, key=lambda one: (one.from_us, one.until_us)):
        if outage.until_us <= outage.from_us:
            raise ValueError(f"an outage must end after it begins, got {outage.from_us} to {outage.until_us} us")
        if not 0 <= outage.queue < count:
            raise ValueError(f"there is no queue {outage.queue}, there are {count}")
        mine = windows[outage.queue]
        if mine and outage.from_us <= mine[-1][1]:
            mine[-1][1] = max(mine[-1][1], outage.until_us)
        else:
            mine.append([outage.from_us, outage.until_us])
    flat = np.array([window for mine in windows for window in mine], np.int64).reshape(-1, 2)
    offset = np.cumsum([0, *map(len, windows)], dtype=np.int64)
    return offset, flat[:, 0].copy(), flat[:, 1].copy()


@inline_kernel
def around_outages(
    start_us: int,
    service_us: int,
    outages: tuple[Ints, Ints],
    windows: tuple[int, int],
    drop: bool,  # noqa: FBT001  (compiled code takes no keywords)
) -> tuple[int, bool]:
    """Return when a service that could begin at ``start_us`` is over, and whether an outage ended it for good.

    ``outages`` are (from_us, until_us), of which those in the range ``windows`` are still ahead, the first possibly under way.
    """
    from_us, until_us = outages
    window, end = windows
    leaves_us = start_us + service_us
    while window < end and (leaves_us > from_us[window] or start_us >= from_us[window]):
        if drop:
            return from_us[window], True
        start_us = max(start_us, until_us[window])
        leaves_us = start_us + service_us
        window += 1
    return leaves_us, False


@kernel
def forward_fifo(
    queue: Ints,
    arrival_us: Ints,
    service_us: Ints,
    finish_ring_us: Ints,
    head: Ints,
    length: Ints,
    latest_us: Ints,
    window: Ints,
    window_end: Ints,
    from_us: Ints,
    until_us: Ints,
    drop: bool,  # noqa: FBT001  (compiled code takes no keywords)
) -> tuple[Ints, Ints, Ints]:
    """Return when each message left, 0 if it was served or ``DROPPED`` or ``CUT``, and how many it found; all (n,).

    ``queue``, ``arrival_us`` and ``service_us`` are (n,), in the order of arrival within each queue. The state, advanced in
    place, is ``finish_ring_us`` (queues, capacity), with ``head`` and ``length`` (queues,) telling which part of the ring is in
    use; ``latest_us`` (queues,), the latest arrival; and ``window`` (queues,), the first outage that is not yet past, of those
    before ``window_end`` (queues,). Raises ValueError when a message comes before an earlier one.
    """
    capacity = finish_ring_us.shape[1]
    left_us = np.empty(arrival_us.size, np.int64)
    code = np.zeros(arrival_us.size, np.int64)
    found = np.empty(arrival_us.size, np.int64)
    for i in range(arrival_us.size):
        q = queue[i]
        now_us = arrival_us[i]
        if now_us < latest_us[q]:
            raise ValueError("messages must be in the order of arrival within each queue")
        latest_us[q] = now_us
        first = head[q]
        waiting = length[q]
        while waiting > 0 and finish_ring_us[q, first] <= now_us:
            waiting -= 1
            first += 1
            if first == capacity:
                first = 0
        head[q] = first
        length[q] = waiting
        found[i] = waiting
        if waiting == capacity:
            left_us[i] = now_us
            code[i] = DROPPED
            continue
        start_us = now_us
        if waiting > 0:
            last = first + waiting - 1
            start_us = finish_ring_us[q, last if last < capacity else last - capacity]
        w = window[q]
        while w < window_end[q] and until_us[w] <= start_us:
            w += 1
        window[q] = w
        leaves_us, lost = around_outages(start_us, service_us[i], (from_us, until_us), (w, window_end[q]), drop)
        left_us[i] = max(leaves_us, now_us)
        if lost:
            code[i] = CUT
        if lost and leaves_us <= now_us:
            continue
        free = first + waiting
        finish_ring_us[q, free if free < capacity else free - capacity] = leaves_us
        length[q] = waiting + 1
    return left_us, code, found


class FifoQueues:
    """``count`` queues with one server and room for ``capacity`` messages each, waiting and in service."""

    def __init__(self, count: int, capacity: int, outages: Iterable[Outage] = (), *, drop: bool = False) -> None:
        """Begin with empty queues; during ``outages`` a queue keeps its messages, or loses them with ``drop``.

        Raises ValueError when there is room for none, or as ``merged``.
        """
        if capacity < 1:
            raise ValueError(f"a queue needs room for at least one message, got {capacity}")
        self._finish_ring_us = np.zeros((count, capacity), np.int64)
        self._head = np.zeros(count, np.int64)
        self._length = np.zeros(count, np.int64)
        self._latest_us = np.full(count, np.iinfo(np.int64).min, np.int64)
        offset, self._from_us, self._until_us = merged(outages, count)
        self._window, self._window_end = offset[:-1].copy(), offset[1:].copy()
        self._drop = drop

    def forward(self, queue: Ints, arrival_us: Ints, service_us: Ints) -> tuple[Ints, Ints]:
        """Return when each message has left its server, and how many it found waiting and in service, both (n,).

        Times in microseconds; ``DROPPED`` for a message that overflowed, ``CUT`` for one that an outage cost. The arrays are
        int64 (n,), in the order of arrival within each queue; queues may be interleaved. The state lasts from one call to the
        next. Raises ValueError when a message comes before one that was already forwarded.
        """
        left_us, code, found = self.serve(queue, arrival_us, service_us)
        return np.where(code == 0, left_us, code), found

    def serve(self, queue: Ints, arrival_us: Ints, service_us: Ints) -> tuple[Ints, Ints, Ints]:
        """Do as ``forward``; return when each left, also of those lost, then 0, ``DROPPED`` or ``CUT``, and what it found."""
        return forward_fifo(
            queue,
            arrival_us,
            service_us,
            self._finish_ring_us,
            self._head,
            self._length,
            self._latest_us,
            self._window,
            self._window_end,
            self._from_us,
            self._until_us,
            self._drop,
        )
