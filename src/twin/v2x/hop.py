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
def to_the_line(rows: Ints, queue_of_device: Ints, us_per_byte: float) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return queue, arrival and service time (us, at least one), device and frame of messages (n, FIELDS), each (n,)."""
    columns = np.empty((5, len(rows)), np.int64)
    for i in range(len(rows)):
        columns[0, i] = queue_of_device[rows[i, DEVICE]]
        columns[1, i] = rows[i, ARRIVAL_US]
        columns[2, i] = max(int(np.rint(rows[i, BYTES] * us_per_byte)), 1)
        columns[3, i] = rows[i, DEVICE]
        columns[4, i] = rows[i, FRAME]
    return columns[0], columns[1], columns[2], columns[3], columns[4]


@kernel
def settle(
    rows: Ints,
    times_us: tuple[Ints, Ints],
    found: Ints,
    chance: npt.NDArray[np.float64],
    fragment: tuple[float, int, int],
) -> tuple[Ints, npt.NDArray[np.int8]]:
    """Return when each message is delivered (``NEVER`` for the lost), and what became of it; both (n,). Note ``found``.

    ``times_us`` are when the queue lets it go and the delay after that, ``chance`` is uniform in (0, 1), ``fragment`` the
    probability that a fragment comes through, the participants in every list besides its objects, and those of a fragment.
    """
    finish_us, delay_us = times_us
    intact, own_participants, participants_per_fragment = fragment
    delivered_us = np.empty(finish_us.size, np.int64)
    outcome = np.empty(finish_us.size, np.int8)
    for i in range(finish_us.size):
        rows[i, FOUND] = found[i]
        delivered_us[i] = NEVER
        if finish_us[i] == DROPPED:
            outcome[i] = OVERFLOW
            continue
        if finish_us[i] == CUT:
            outcome[i] = OUTAGE
            continue
        whole = intact
        left = rows[i, OBJECTS] + own_participants - participants_per_fragment
        while left > 0:
            whole *= intact
            left -= participants_per_fragment
        outcome[i] = DELIVERED
        if chance[i] < whole:
            delivered_us[i] = finish_us[i] + delay_us[i]
        else:
            outcome[i] = ERROR
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
        self._us_per_byte = 8.0 / spec.rate_mbps
        self._fragment = (1.0 - spec.loss_probability, message.own_participants, message.participants_per_fragment)
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
        queue, arrival_us, service_us, device, frame = to_the_line(rows, self._queue_of_device, self._us_per_byte)
        finish_us, found = self._queues.forward(queue, arrival_us, service_us)
        chance, delay_us = draw_transmissions(self._key, device, frame, self._law)
        return settle(rows, (finish_us, delay_us), found, chance, self._fragment)
