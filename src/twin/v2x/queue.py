"""Exact finite first-in-first-out queues, many at once, by the Lindley recursion.

A message that arrives at ``a`` at a server whose previous message finishes at ``f`` starts at ``max(a, f)`` and finishes one
service time later (D. V. Lindley, "The theory of queues with a single server", Proc. Cambridge Phil. Soc. 48, 1952). With
room for K messages, waiting and in service, a message that finds K of them still there (finish > arrival) is dropped; the
finish times of the last K accepted messages are therefore all that a queue has to remember.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel

Ints = npt.NDArray[np.int64]

DROPPED = -1
"""The finish time of a message that found its queue full."""


@kernel
def forward_fifo(
    queue: Ints, arrival_us: Ints, service_us: Ints, finish_ring_us: Ints, head: Ints, length: Ints, latest_us: Ints
) -> Ints:
    """Return the finish time of each message, or ``DROPPED``; advance the state of the queues in place.

    ``queue``, ``arrival_us`` and ``service_us`` are (n,), in the order of arrival within each queue. The state is
    ``finish_ring_us`` (queues, capacity), with ``head`` and ``length`` (queues,) telling which part of the ring is in use,
    and ``latest_us`` (queues,), the latest arrival. Raises ValueError when a message comes before an earlier one.
    """
    capacity = finish_ring_us.shape[1]
    finish_us = np.empty(arrival_us.size, np.int64)
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
        if waiting == capacity:
            finish_us[i] = DROPPED
            continue
        start_us = now_us
        if waiting > 0:
            last = first + waiting - 1
            if last >= capacity:
                last -= capacity
            start_us = finish_ring_us[q, last]
        free = first + waiting
        if free >= capacity:
            free -= capacity
        finish_us[i] = start_us + service_us[i]
        finish_ring_us[q, free] = finish_us[i]
        length[q] = waiting + 1
    return finish_us


class FifoQueues:
    """``count`` queues with one server and room for ``capacity`` messages each, waiting and in service."""

    def __init__(self, count: int, capacity: int) -> None:
        """Begin with empty queues. Raises ValueError when there is room for none."""
        if capacity < 1:
            raise ValueError(f"a queue needs room for at least one message, got {capacity}")
        self._finish_ring_us = np.zeros((count, capacity), np.int64)
        self._head = np.zeros(count, np.int64)
        self._length = np.zeros(count, np.int64)
        self._latest_us = np.full(count, np.iinfo(np.int64).min, np.int64)

    def forward(self, queue: Ints, arrival_us: Ints, service_us: Ints) -> Ints:
        """Return when each message has left its server, (n,) in microseconds, ``DROPPED`` for those that overflowed.

        The arrays are int64 (n,), in the order of arrival within each queue; queues may be interleaved. The state lasts
        from one call to the next. Raises ValueError when a message comes before one that was already forwarded.
        """
        return forward_fifo(queue, arrival_us, service_us, self._finish_ring_us, self._head, self._length, self._latest_us)
