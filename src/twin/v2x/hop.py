"""One hop of the chain: a queue and a line for each sender, then loss and delay; and the pool where messages wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.rng import stream_key
from twin.v2x.delay import draw_transmissions
from twin.v2x.hop_spec import HopSpec, MessageSpec
from twin.v2x.queue import CUT, DROPPED, FifoQueues, Outage

Ints = npt.NDArray[np.int64]

DEVICE: Final = 0
FRAME: Final = 1
T_US: Final = 2
OBJECTS: Final = 3
BYTES: Final = 4
SENT_US: Final = 5
"""When it was handed to the links."""
ARRIVAL_US: Final = 6
"""When the message reaches the queue of the hop it waits for: at the second hop, when it was delivered at the MEC."""
FOUND: Final = 7
"""How many messages it found in the queue of the hop before."""
FIELDS: Final = 8
"""A message is one row of eight int64: one cache line."""

NEVER: Final = -1

DELIVERED: Final = 0
OVERFLOW: Final = 1
ERROR: Final = 2
OUTAGE: Final = 3


@kernel
def take_due(rows: Ints, count: int, t_us: int) -> Ints:
    """Return the first ``count`` rows that arrive by ``t_us``, and move the others together at the front of ``rows``."""
    due = 0
    for i in range(count):
        if rows[i, ARRIVAL_US] <= t_us:
            due += 1
    taken = np.empty((due, rows.shape[1]), np.int64)
    due = 0
    for i in range(count):
        if rows[i, ARRIVAL_US] <= t_us:
            taken[due] = rows[i]
            due += 1
        elif due > 0:
            rows[i - due] = rows[i]
    return taken


@kernel
def settle_ties(order: Ints, key: Ints, frame: Ints) -> None:
    """Put messages of equal ``key`` in the order of ``frame``; ``order`` (n,) sorts ``key`` already and is changed in place."""
    for i in range(1, order.size):
        moved = order[i]
        j = i
        while j > 0 and key[order[j - 1]] == key[moved] and frame[order[j - 1]] > frame[moved]:
            order[j] = order[j - 1]
            j -= 1
        order[j] = moved


@kernel
def settle(
    finish_us: Ints, delay_us: Ints, chance: npt.NDArray[np.float64], fragments: Ints, intact: npt.NDArray[np.float64]
) -> tuple[Ints, npt.NDArray[np.int8]]:
    """Return when each message is delivered (``NEVER`` for the lost), and what became of it; both (n,).

    ``finish_us`` is that of the queue, ``chance`` uniform in (0, 1), ``intact`` the probability that a message of so many
    fragments (its index) comes through.
    """
    delivered_us = np.empty(finish_us.size, np.int64)
    outcome = np.empty(finish_us.size, np.int8)
    for i in range(finish_us.size):
        delivered_us[i] = NEVER
        if finish_us[i] == DROPPED:
            outcome[i] = OVERFLOW
        elif finish_us[i] == CUT:
            outcome[i] = OUTAGE
        elif chance[i] >= intact[fragments[i]]:
            outcome[i] = ERROR
        else:
            outcome[i] = DELIVERED
            delivered_us[i] = finish_us[i] + delay_us[i]
    return delivered_us, outcome


def in_order(rows: Ints, column: int, rank: Ints) -> Ints:
    """Return the order (n,) of messages by a column that holds times, then the rank of the device, then the frame.

    Time and rank make one key, relative to the first time: it fits for 29 years and 10 000 devices. Only messages of one
    device at one instant are left to be told apart by their frames.
    """
    if not len(rows):
        return np.empty(0, np.int64)
    key = (rows[:, column] - rows[:, column].min()) * rank.size + rank[rows[:, DEVICE]]
    order = np.argsort(key)
    settle_ties(order, key, rows[:, FRAME])
    return order


class MessagePool:
    """Messages that have not yet reached the queue of their next hop, in one array that doubles when it is full."""

    def __init__(self) -> None:
        """Begin empty, with room for 1024 messages."""
        self._rows = np.empty((1024, FIELDS), np.int64)
        self.count = 0

    def put(self, rows: Ints) -> None:
        """Add messages, (n, FIELDS)."""
        need = self.count + len(rows)
        if need > len(self._rows):
            grown = np.empty((max(need, 2 * len(self._rows)), FIELDS), np.int64)
            grown[: self.count] = self._rows[: self.count]
            self._rows = grown
        self._rows[self.count : need] = rows
        self.count = need

    def take(self, t_us: int, rank: Ints) -> Ints:
        """Remove and return the messages that arrive by ``t_us``, in the order (arrival, rank of the device, frame)."""
        due = take_due(self._rows, self.count, t_us)
        self.count -= len(due)
        return due.take(in_order(due, ARRIVAL_US, rank), axis=0)


class Hop:
    """The lines of one hop, all of one kind, each with its queue.

    A message that finds room waits its turn, occupies the line for its service time (bits / rate, rounded to the nearest
    microsecond and never less than one), and arrives after its delay unless one of its fragments is lost. Delays are
    independent, so messages may overtake each other after the line.
    """

    def __init__(
        self,
        name: str,
        spec: HopSpec,
        message: MessageSpec,
        seed: int,
        device_names: Sequence[str],
        queue_of_device: Ints,
        outages: Sequence[Outage] = (),
    ) -> None:
        """Prepare the hop ``name`` of a run; ``queue_of_device`` (devices,) says which line each device's messages take.

        An outage of a line that no device uses is of no consequence.
        """
        self.name = name
        self._spec = spec
        self._message = message
        self._law = spec.delay_s.law()
        self._key = np.array([stream_key(seed, f"v2x/{name}/transmission", device) for device in device_names], np.uint64)
        self._queue_of_device = queue_of_device
        lines = int(queue_of_device.max(initial=-1)) + 1
        felt = [outage for outage in outages if outage.queue < lines]
        self._queues = FifoQueues(lines, spec.queue_messages, felt, drop=spec.during_outage == "drop")

    def forward(self, rows: Ints) -> tuple[Ints, npt.NDArray[np.int8]]:
        """Return when each message is delivered, and what became of it: ``DELIVERED``, ``OVERFLOW``, ``ERROR`` or ``OUTAGE``.

        Both (n,). ``rows`` are (n, FIELDS) in the order of arrival; their ``FOUND`` is set. The delivery time of a message
        that is lost is ``NEVER``.
        """
        device = rows[:, DEVICE]
        service_us = np.maximum(np.rint(rows[:, BYTES] * (8.0 / self._spec.rate_mbps)), 1.0).astype(np.int64)
        finish_us, rows[:, FOUND] = self._queues.forward(self._queue_of_device[device], rows[:, ARRIVAL_US], service_us)
        chance, delay_us = draw_transmissions(self._key, device, rows[:, FRAME], self._law)
        fragments = self._message.fragments(rows[:, OBJECTS])
        intact = (1.0 - self._spec.loss_probability) ** np.arange(fragments.max(initial=0) + 1)
        return settle(finish_us, delay_us, chance, fragments, intact)
