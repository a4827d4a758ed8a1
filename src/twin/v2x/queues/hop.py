"""One stage of the chain: queues before lines or before workers, then loss, delay and repetition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as part
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import borrowed, inline_kernel, kernel
from twin.rng import stream_key
from twin.units import US_PER_S, to_us
from twin.v2x.queues import store as field
from twin.v2x.queues.compute_spec import ComputeSpec
from twin.v2x.queues.delay import CONSTANT, ConstantDelay, transmission
from twin.v2x.queues.hop_spec import HopSpec
from twin.v2x.queues.priority_queue import PriorityQueues
from twin.v2x.queues.queue import DROPPED, FifoQueues, Outage
from twin.v2x.queues.store import (
    ARRIVAL_US,
    ATTEMPT,
    BYTES,
    COPY,
    DEVICE,
    FRAGMENTS,
    FRAME,
    OBJECTS,
    PRIORITY,
    RANK,
    TRANSMISSIONS,
    VIA,
    MessageStore,
)

Ints = npt.NDArray[np.int64]

DELIVERED: Final = 0
OVERFLOW: Final = 1
ERROR: Final = 2
OUTAGE: Final = 3
"""What became of a message on a hop."""
AGAIN: Final = 4
"""It will come to the queue again."""
DUPLICATE: Final = 5
"""It came through although it had come through before; it goes no further."""
GONE: Final = 6
"""It was lost, but had come through before."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a chain: what it is, and who uses which of its queues."""

    name: str
    spec: HopSpec | ComputeSpec
    """Lines, or the workers of edge computers."""
    queue_of_device: Ints
    """(devices,): the queue that each device's messages take."""
    outages: Sequence[Outage] = ()
    """When which queue is out; one that no device uses is of no consequence."""
    queue_of_mec: Ints = part(default_factory=lambda: np.empty(0, np.int64))
    """(MECs,): the queue of messages that are sent over a MEC that is not their site's own; empty where none ever are, and on
    the lines of sites."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What came to a hop and what was settled there, in the order in which it was."""

    arrivals: tuple[Ints, Ints, Ints, npt.NDArray[np.bool_]]
    """Of what came: queue, instant, messages found there, and whether it came for the first time."""
    slot: Ints
    """Of what was settled, as all that follows."""
    queue: Ints
    service_us: Ints
    outcome: npt.NDArray[np.int8]
    """``DELIVERED``, ``OVERFLOW``, ``ERROR``, ``OUTAGE``, ``AGAIN``, ``DUPLICATE`` or ``GONE``."""
    left_us: Ints
    """When it left the queue, served or lost."""
    served: npt.NDArray[np.bool_]
    """Whether it was served."""
    onward: tuple[Ints, Ints]
    """Keys and slots of those delivered."""
    again: tuple[Ints, Ints]
    """Keys and slots of those that come to the queue again."""
    done: Ints
    """Slots of copies of which nothing more will be heard."""


@kernel
def to_the_queue(
    rows: Ints,
    slot: Ints,
    queue_of_device: Ints,
    queue_of_mec: Ints,
    work: tuple[float, float, float],
    ordered: bool,  # noqa: FBT001  (compiled code takes no keywords)
) -> tuple[Ints, Ints, Ints, Ints, npt.NDArray[np.bool_]]:
    """Return queue, arrival, service time (us, at least one) and class of messages, and whether they come first, each (n,).

    The class is 0 unless ``ordered``. What goes over another MEC than its site's takes the queue of that, where there is one.
    ``work`` is the service time in us: a constant, that of a byte, that of an object.
    """
    base_us, us_per_byte, us_per_object = work
    rows, queue_of_device, queue_of_mec = borrowed(rows), borrowed(queue_of_device), borrowed(queue_of_mec)
    columns = np.empty((4, slot.size), np.int64)
    first = np.empty(slot.size, np.bool_)
    for i in range(slot.size):
        row = slot[i]
        columns[0, i] = queue_of_device[rows[row, DEVICE]]
        if queue_of_mec.size > 0 and rows[row, VIA] >= 0:
            columns[0, i] = queue_of_mec[rows[row, VIA]]
        columns[1, i] = rows[row, ARRIVAL_US]
        service_us = base_us + rows[row, BYTES] * us_per_byte
        if us_per_object > 0.0:
            service_us += rows[row, OBJECTS] * us_per_object
        columns[2, i] = max(int(np.rint(service_us)), 1)
        columns[3, i] = rows[row, PRIORITY] if ordered else 0
        first[i] = rows[row, ATTEMPT] == 0
    return columns[0], columns[1], columns[2], columns[3], first


@kernel
def note_found(rows: Ints, slot: Ints, found: Ints, first: npt.NDArray[np.bool_], column: int, last_found: Ints) -> None:
    """Write down how many messages each one found when it first came, for itself and its device."""
    rows = borrowed(rows)
    for i in range(slot.size):
        if first[i]:
            rows[slot[i], column] = found[i]
            last_found[rows[slot[i], DEVICE]] = found[i]


@inline_kernel
def _carry(
    rows: Ints,
    row: int,
    keys: npt.NDArray[np.uint64],
    law: tuple[int, float, float, float, int],
    link: tuple[float, bool, int, int],
) -> tuple[bool, bool, int]:
    """Return whether a transmission comes through, whether its acknowledgement does as well, and its delay (us)."""
    intact, drawn, _, _ = link
    rows[row, TRANSMISSIONS] += 1
    if not drawn:
        return True, True, int(law[1] + 0.5)
    chance, chance_back, delay_us = transmission(keys[rows[row, DEVICE]], rows[row, FRAME], rows[row, ATTEMPT], law)
    whole = intact
    for _ in range(rows[row, FRAGMENTS] - 1):
        whole *= intact
    arrived = chance < whole
    return arrived, arrived and chance_back < intact, delay_us


@inline_kernel
def _judged(copy: bool, arrived: bool, repeated: bool, code: int) -> int:  # noqa: FBT001  (compiled code takes no keywords)
    """Return the outcome of a transmission that was served (``code`` 0), ``DROPPED`` or ``CUT``."""
    if copy:
        return DUPLICATE if arrived else GONE
    if arrived:
        return DELIVERED
    if repeated:
        return AGAIN
    if code == DROPPED:
        return OVERFLOW
    return ERROR if code == 0 else OUTAGE


@kernel
def transmit(
    rows: Ints,
    settled: tuple[Ints, Ints, Ints],
    keys: npt.NDArray[np.uint64],
    law: tuple[int, float, float, float, int],
    link: tuple[float, bool, int, int],
    column: int,
    ranks: int,
    found: Ints,
    last_found: Ints,
) -> tuple[npt.NDArray[np.int8], tuple[Ints, Ints], tuple[Ints, Ints], tuple[Ints, Ints, Ints], Ints]:
    """Draw what becomes of messages that have left the queue; mark their rows.

    ``settled`` are slot, instant and 0, ``DROPPED`` or ``CUT``, each (n,); ``link`` the probability that a fragment comes
    through, whether there is anything to draw, the time until a repetition and the most repetitions (-1 with QoS 0);
    ``found`` (n,) what they found in the queue, to be noted as ``note_found`` does, or nothing. Return the outcomes (n,);
    keys and slots of what goes on to the next hop, of what comes again, and of delivered messages of which a copy comes
    again, with their attempts so far; and the slots of copies that are done.
    """
    rows, keys = borrowed(rows), borrowed(keys)
    slot, left_us, code = borrowed(settled)
    _, _, retry_us, retries = link
    size = slot.size
    outcome = np.empty(size, np.int8)
    onward = (np.empty(size, np.int64), np.empty(size, np.int64))
    again = (np.empty(size, np.int64), np.empty(size, np.int64))
    doubled = (np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64))
    done = np.empty(size, np.int64)
    on, back, copies, ended = 0, 0, 0, 0
    for i in range(size):
        row = slot[i]
        copy = rows[row, COPY] == 1
        attempt = rows[row, ATTEMPT]
        if found.size > 0 and attempt == 0:
            rows[row, column] = found[i]
            last_found[rows[row, DEVICE]] = found[i]
        arrived, acknowledged, delay_us = False, False, 0
        if code[i] == 0:
            arrived, acknowledged, delay_us = _carry(rows, row, keys, law, link)
        rows[row, ATTEMPT] = attempt + 1
        repeated = not acknowledged and attempt < retries and code[i] != DROPPED
        if repeated:
            key = (left_us[i] + retry_us) * ranks + rows[row, RANK]
            if arrived and not copy:
                doubled[0][copies] = key
                doubled[1][copies] = row
                doubled[2][copies] = attempt + 1
                copies += 1
            else:
                rows[row, ARRIVAL_US] = left_us[i] + retry_us
                again[0][back] = key
                again[1][back] = row
                back += 1
        outcome[i] = _judged(copy, arrived, repeated, code[i])
        if copy and not repeated:
            done[ended] = row
            ended += 1
        if arrived and not copy:
            delivered_us = left_us[i] + delay_us
            rows[row, column + 1] = delivered_us
            rows[row, ARRIVAL_US] = delivered_us
            rows[row, ATTEMPT] = 0
            onward[0][on] = delivered_us * ranks + rows[row, RANK]
            onward[1][on] = row
            on += 1
    return (
        outcome,
        (onward[0][:on], onward[1][:on]),
        (again[0][:back], again[1][:back]),
        (doubled[0][:copies], doubled[1][:copies], doubled[2][:copies]),
        done[:ended],
    )


class Hop:
    """All queues of one stage, each with its line or its workers.

    A message that finds room waits its turn, occupies the line for its service time (bits / rate, rounded to the nearest
    microsecond and never less than one), and arrives after its delay unless one of its fragments is lost; with QoS 1 what is
    not acknowledged comes to the queue again. Delays are independent, so messages may overtake each other after the line. A
    stage of workers loses nothing but what finds no room, and hands on at once.
    """

    def __init__(self, number: int, stage: Stage, seed: int, device_names: Sequence[str], classes: int = 1) -> None:
        """Prepare stage ``number`` of a chain whose messages have ``classes`` priorities."""
        self.name = stage.name
        self.column = field.found_field(number)
        self.queue_of_device = stage.queue_of_device
        self.queue_of_mec = stage.queue_of_mec
        self.queues = int(max(stage.queue_of_device.max(initial=-1), stage.queue_of_mec.max(initial=-1))) + 1
        self.last_found = np.zeros(len(device_names), np.int64)
        """Messages that each device's last one found in its queue, (devices,); of those that have reached it so far."""
        self._ranks = max(len(device_names), 1)
        names = device_names if isinstance(stage.spec, HopSpec) else ()
        self._keys = np.array([stream_key(seed, f"v2x/{stage.name}/transmission", name) for name in names], np.uint64)
        servers, drop = 1, False
        if isinstance(stage.spec, HopSpec):
            spec = stage.spec
            self.work = (0.0, 8.0 / spec.rate_mbps, 0.0)
            self._law = spec.delay_s.law()
            self._retry_us = to_us(spec.retry_s) if spec.qos == 1 else 0
            intact = 1.0 - spec.loss_probability
            drawn = self._law.kind != CONSTANT or intact < 1.0
            self._link = (intact, drawn, self._retry_us, spec.retries if spec.qos == 1 else -1)
            drop = spec.during_outage == "drop"
        else:
            self.work = (stage.spec.base_s * US_PER_S, 0.0, stage.spec.per_object_s * US_PER_S)
            self._law = ConstantDelay(value_s=0.0).law()
            self._retry_us = 0
            self._link = (1.0, False, 0, -1)
            servers = stage.spec.servers
        felt = [outage for outage in stage.outages if outage.queue < self.queues]
        room, oldest = stage.spec.queue_messages, stage.spec.discard == "oldest"
        self._fifo = None
        if classes == 1 and servers == 1 and not oldest:
            self._fifo = FifoQueues(self.queues, room, felt, drop=drop)
        else:
            self._queues = PriorityQueues(self.queues, room, felt, classes=classes, servers=servers, drop=drop, oldest=oldest)

    @property
    def waiting(self) -> int:
        """Messages that wait in queues and are not settled yet; first in, first out settles them when they come."""
        return 0 if self._fifo is not None else self._queues.waiting

    @property
    def longest_stretch_us(self) -> int | None:
        """Length of time in which what is repeated comes later than all else in it, None where nothing is ever repeated."""
        return self._retry_us or None

    def forward(self, store: MessageStore, slot: Ints, horizon_us: int) -> Passage:
        """Take messages in, in the order of arrival, and go on to ``horizon_us``; return what was settled by then.

        Rows are marked with what was found in the queue and when they were delivered, and arrive at the next hop then.
        """
        rows = store.rows
        ordered = self._fifo is None
        work = (self.queue_of_device, self.queue_of_mec, self.work, ordered)
        queue, arrival_us, service_us, priority, first = to_the_queue(rows, slot, *work)
        if self._fifo is not None:
            left_us, code, found = self._fifo.serve(queue, arrival_us, service_us)
            settled, of, work_us, noted = slot, queue, service_us, found
        else:
            settled, left_us, code, found = self._queues.forward(slot, queue, arrival_us, service_us, priority, horizon_us)
            note_found(rows, slot, found, first, self.column, self.last_found)
            of, _, work_us, _, _ = to_the_queue(rows, settled, *work)
            noted = found[:0]
        outcome, onward, again, doubled, done = transmit(
            rows,
            (settled, left_us, code),
            self._keys,
            self._law,
            self._link,
            self.column,
            self._ranks,
            noted,
            self.last_found,
        )
        if doubled[1].size:
            copy = store.reserve(doubled[1].size)
            store.rows[copy] = store.rows[doubled[1]]
            store.rows[copy, COPY] = 1
            store.rows[copy, ARRIVAL_US] = doubled[0] // self._ranks
            store.rows[copy, ATTEMPT] = doubled[2]
            again = np.concatenate((again[0], doubled[0])), np.concatenate((again[1], copy))
        arrivals = (queue, arrival_us, found, first)
        return Passage(arrivals, settled, of, work_us, outcome, left_us, code == 0, onward, again, done)
