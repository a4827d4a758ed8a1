"""The chain that every message travels: site - edge computer (MEC), its computing queue - regional cloud - central cloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, Self

import numpy as np
import numpy.typing as npt

from twin.compilation import borrowed, kernel
from twin.eventlog.recorder import labels
from twin.eventlog.tables import TABLES
from twin.kernel.records import FrameBatch
from twin.v2x.queues import store as field
from twin.v2x.queues.hop import DELIVERED, DUPLICATE, OUTAGE, OVERFLOW, Hop, Passage, Stage
from twin.v2x.queues.hop_spec import MessageSpec
from twin.v2x.queues.line_state import LineStates, MessageRecorder
from twin.v2x.queues.queue import Outage
from twin.v2x.queues.store import NEVER, MessagePool, MessageStore, settle_ties
from twin.v2x.topology import CLOUD_TO_CENTRAL, HOPS, MEC_COMPUTE, MEC_TO_CLOUD, SITE_TO_MEC, LinksSpec

Ints = npt.NDArray[np.int64]

CAUSES: Final = ("overflow", "error", "outage")
"""Why messages are lost, as in ``message.lost_cause``; one less than ``OVERFLOW``, ``ERROR`` and ``OUTAGE``."""

COLUMNS: Final = {
    SITE_TO_MEC: ("site_queue", "mec_age_us"),
    MEC_COMPUTE: ("compute_queue", "compute_age_us"),
    MEC_TO_CLOUD: ("mec_queue", "cloud_age_us"),
    CLOUD_TO_CENTRAL: ("cloud_queue", "central_age_us"),
}
"""Columns of table ``message`` for each stage: messages found in its queue, age on delivery at its end."""

_END: Final = np.iinfo(np.int64).max


class Delivery(Protocol):
    """What is told of messages that have come to the end of a hop."""

    def __call__(self, hop: str, device: Ints, t_us: Ints, delivered_us: Ints) -> None:
        """Take devices, phenomenon times and instants of delivery (n,) of messages; the instants may lie ahead of the clock."""


@kernel
def enter(
    rows: Ints,
    slot: Ints,
    batch: tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints],
    t_us: int,
    rank: Ints,
) -> Ints:
    """Fill the rows ``slot`` with messages (device, frame, objects, bytes, fragments, sent, class); return their keys (n,)."""
    device, frame, objects, size_bytes, fragments, sent_us, priority = batch
    rows = borrowed(rows)
    key = np.empty(slot.size, np.int64)
    for i in range(slot.size):
        row = slot[i]
        own_rank = rank[device[i]]
        rows[row, field.DEVICE] = device[i]
        rows[row, field.RANK] = own_rank
        rows[row, field.FRAME] = frame[i]
        rows[row, field.T_US] = t_us
        rows[row, field.OBJECTS] = objects[i]
        rows[row, field.BYTES] = size_bytes[i]
        rows[row, field.FRAGMENTS] = fragments[i]
        rows[row, field.SENT_US] = sent_us[i]
        rows[row, field.ARRIVAL_US] = sent_us[i]
        rows[row, field.PRIORITY] = priority[i]
        rows[row, field.ATTEMPT] = 0
        rows[row, field.TRANSMISSIONS] = 0
        rows[row, field.COPY] = 0
        rows[row, field.VIA] = NEVER
        for column in range(field.FIELDS, rows.shape[1]):
            rows[row, column] = NEVER
        key[i] = sent_us[i] * rank.size + own_rank
    return key


@kernel
def address(rows: Ints, slot: Ints, via_of_device: Ints) -> None:
    """Send messages that come for the first time over the MEC of their device, ``NEVER`` for that of its site."""
    rows = borrowed(rows)
    for i in range(slot.size):
        if rows[slot[i], field.ATTEMPT] == 0:
            rows[slot[i], field.VIA] = via_of_device[rows[slot[i], field.DEVICE]]


PLAIN: Final = ("t_us", "device", "frame", "objects", "bytes", "priority", "transmissions", "sent_age_us")
"""Columns of table ``message`` that do not belong to a stage."""


@kernel
def columns_of(rows: Ints, slot: Ints, stages: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return the columns ``PLAIN`` and, for each stage, queue found and age, one a row; and which of the latter are there."""
    rows = borrowed(rows)
    plain = 8
    values = np.empty((plain + 2 * stages, slot.size), np.int64)
    there = np.empty((2 * stages, slot.size), np.bool_)
    for i in range(slot.size):
        row = slot[i]
        t_us = rows[row, field.T_US]
        values[0, i] = t_us
        values[1, i] = rows[row, field.DEVICE]
        values[2, i] = rows[row, field.FRAME]
        values[3, i] = rows[row, field.OBJECTS]
        values[4, i] = rows[row, field.BYTES]
        values[5, i] = rows[row, field.PRIORITY]
        values[6, i] = rows[row, field.TRANSMISSIONS]
        values[7, i] = rows[row, field.SENT_US] - t_us
        for place in range(2 * stages):
            value = rows[row, field.FIELDS + place]
            there[place, i] = value != NEVER
            values[plain + place, i] = value - t_us if place % 2 == 1 else value
    return values, there


class Chain:
    """All messages of a run through stages of queues, exact to the microsecond.

    ``send`` accepts messages, ``step`` forwards what has reached a queue by then, ``finish`` forwards the rest. A message
    is recorded when its fate is settled, which can be before the instant of its delivery. Batches only group the work: the
    rows do not depend on when ``step`` is called. Neither do they depend on the order of the devices: simultaneous arrivals
    are served in the order of the devices' names, then frames.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        message: MessageSpec,
        device_names: Sequence[str],
        seed: int,
        recorder: MessageRecorder,
        *,
        classes: int = 1,
        interval_us: int | None = None,
    ) -> None:
        """Connect devices over ``stages``, one after the other; messages have priorities 0 (first) to ``classes`` - 1.

        The state of the lines is recorded each ``interval_us``, or not at all. Raises ValueError when there is no stage, when
        stages are not of ``HOPS`` or not in their order, when names repeat or a stage's devices are not those.
        """
        names = [stage.name for stage in stages]
        if not names or names != [hop for hop in HOPS if hop in names]:
            raise ValueError(f"the stages of a chain are of {', '.join(HOPS)}, in this order, got {', '.join(names) or 'none'}")
        if len(set(device_names)) != len(device_names):
            raise ValueError("device names must differ: they name the devices' random streams")
        for stage in stages:
            if len(device_names) != stage.queue_of_device.size:
                raise ValueError(f"{len(device_names)} devices, but queues for {stage.queue_of_device.size} on {stage.name}")
        self._message = message
        self._sizes = self._fragments = np.empty(0, np.int64)
        self._recorder = recorder
        self._classes = classes
        self.usual_priority = np.zeros(len(device_names), np.int64)
        """(devices,): priority of messages that come without one; may be set before the first is sent."""
        self._rank = np.empty(len(device_names), np.int64)
        self._rank[np.argsort(np.array(device_names, dtype=np.str_), kind="stable")] = np.arange(len(device_names))
        self._store = MessageStore(len(stages))
        self.hops = tuple(Hop(number, stage, seed, device_names, classes) for number, stage in enumerate(stages))
        self._pools = tuple(MessagePool(len(device_names)) for _ in stages)
        self._states = None if interval_us is None else LineStates(interval_us, self.hops, recorder)
        self._forwarded_us = np.iinfo(np.int64).min
        self._fork = next((number for number, stage in enumerate(stages) if stage.queue_of_mec.size), -1)
        self._via = np.full(len(device_names), NEVER, np.int64)
        self.site_queue = self.hops[0].last_found
        """Messages that each device's last one found on the first stage, (devices,); of those that have reached it so far."""
        self.on_delivery: Delivery | None = None
        """Who is told of every delivery; nobody at first."""
        self.sent = 0
        """Messages accepted so far."""
        self.delivered = 0
        """Messages that reach the end, of those settled so far."""
        self.lost = 0
        """Messages that do not, of those settled so far."""
        self.duplicates = 0
        """Transmissions that came through although an earlier one had, of those settled so far."""

    @classmethod
    def of_links(
        cls,
        spec: LinksSpec,
        device_names: Sequence[str],
        device_site: npt.NDArray[np.integer],
        site_mec: npt.NDArray[np.integer],
        seed: int,
        recorder: MessageRecorder,
        outages: Mapping[str, Sequence[Outage]] | None = None,
        *,
        mec_region: npt.NDArray[np.integer] | None = None,
        classes: int = 1,
        interval_us: int | None = None,
        redirectable: bool = False,
    ) -> Self:
        """Return the chain of a scenario's links: devices on sites, sites at MECs, MECs in regions (all in one by default).

        ``outages`` by hop; a queue is a site's number on the first hop, a MEC's on the next two, a region's on the last
        (``topology.outages_of``). Where ``redirectable``, ``redirect`` may send messages over other MECs, of which
        there are as many as ``mec_region`` has. Raises ValueError as the constructor, and when a site does not exist.
        """
        if len(device_names) != device_site.size:
            raise ValueError(f"{len(device_names)} devices, but sites for {device_site.size}")
        if device_site.size and not 0 <= device_site.min() <= device_site.max() < site_mec.size:
            raise ValueError(f"a device stands on a site that does not exist: there are {site_mec.size} sites")
        site = device_site.astype(np.int64)
        mec = site_mec.astype(np.int64)[site]
        region = np.zeros_like(mec) if mec_region is None else mec_region.astype(np.int64)[mec]
        none = np.empty(0, np.int64)
        region_of_mec = np.zeros(int(site_mec.max(initial=-1)) + 1, np.int64) if mec_region is None else mec_region
        other_region = region_of_mec.astype(np.int64) if redirectable else none
        other = np.arange(other_region.size)
        kinds = (
            (SITE_TO_MEC, spec.site_to_mec, site, none),
            (MEC_COMPUTE, spec.compute, mec, other),
            (MEC_TO_CLOUD, spec.mec_to_cloud, mec, other),
            (CLOUD_TO_CENTRAL, spec.cloud_to_central, region, other_region),
        )
        out = dict(outages or {})
        stages = [Stage(name, kind, queue, out.get(name, ()), via) for name, kind, queue, via in kinds if kind is not None]
        return cls(stages, spec.message, device_names, seed, recorder, classes=classes, interval_us=interval_us)

    @property
    def in_flight(self) -> int:
        """Messages not settled yet: sent = delivered + lost + in flight, always."""
        return self.sent - self.delivered - self.lost

    def under_way(self) -> dict[str, int]:
        """Return how many messages, copies among them, are on their way to each stage or wait in its queues."""
        return {hop.name: pool.count + hop.waiting for hop, pool in zip(self.hops, self._pools, strict=True)}

    def send(self, batch: FrameBatch) -> None:
        """Accept the messages of one scan; each enters its first queue at its result time.

        Raises ValueError when a result time lies before the scan or in a stretch of time that was already forwarded, or when
        a priority does not exist.
        """
        size = batch.device.size
        if not size:
            return
        earliest_us = int(batch.result_time_us.min())
        if earliest_us < batch.t_us or earliest_us <= self._forwarded_us:
            raise ValueError(
                f"a list of the scan at {batch.t_us} us is sent at {earliest_us} us, forwarded up to {self._forwarded_us} us"
            )
        if batch.priority is None:
            priority = self.usual_priority[batch.device]
        else:
            priority = batch.priority.astype(np.int64)
            if not 0 <= priority.min() <= priority.max() < self._classes:
                raise ValueError(f"there are priorities 0 to {self._classes - 1}, got {priority.min()} to {priority.max()}")
        objects = batch.objects.astype(np.int64)
        if batch.bytes is None:
            self._know_sizes(int(objects.max()))
            size_bytes, fragments = self._sizes[objects], self._fragments[objects]
        else:
            size_bytes, fragments = batch.bytes.astype(np.int64), np.ones(size, np.int64)
        slot = self._store.reserve(size)
        columns = (
            batch.device.astype(np.int64),
            batch.frame.astype(np.int64),
            objects,
            size_bytes,
            fragments,
            batch.result_time_us.astype(np.int64),
            priority,
        )
        self._pools[0].put(enter(self._store.rows, slot, columns, batch.t_us, self._rank), slot)
        self.sent += size

    def step(self, t_us: int) -> None:
        """Forward every message that reaches a queue by ``t_us``, and record those whose fate is settled by that.

        Stage after stage: a message that enters a queue later than ``t_us`` cannot reach the next one by ``t_us``.
        """
        if t_us <= self._forwarded_us:
            return
        settled: list[Ints] = []
        outcomes: list[Ints] = []
        for number in range(len(self.hops)):
            for passage in self._forward(number, t_us):
                self._tell(number, passage)
                last = number == len(self.hops) - 1
                ended = (passage.outcome >= (DELIVERED if last else OVERFLOW)) & (passage.outcome <= OUTAGE)
                settled.append(passage.slot[ended])
                outcomes.append(np.where(passage.outcome[ended] == DELIVERED, 0, number * 4 + passage.outcome[ended]))
                if not last:
                    self._pools[number + 1].put(*passage.onward)
                if passage.done.size:
                    self._store.release(passage.done)
        self._forwarded_us = t_us
        slot = np.concatenate(settled)
        if slot.size:
            self._record(slot, np.concatenate(outcomes))
        if self._states is not None:
            self._states.write(t_us)

    def redirect(self, t_us: int, device: Ints, mec: int | None) -> None:
        """Send what ``device`` (n,) sent and reaches its MEC after ``t_us`` over this MEC, None for that of its site.

        What has come to a MEC by then stays there, with all its repetitions. Raises ValueError where the chain is not
        redirectable, where there is no such MEC, or when messages were already forwarded beyond ``t_us``.
        """
        if self._fork < 0 or (mec is not None and not 0 <= mec < self.hops[self._fork].queue_of_mec.size):
            raise ValueError(f"messages cannot be redirected to MEC {mec}")
        if t_us < self._forwarded_us:
            raise ValueError(f"messages cannot be redirected at {t_us} us, forwarded up to {self._forwarded_us} us")
        self.step(t_us)
        self._via[device] = NEVER if mec is None else mec

    def finish(self) -> None:
        """Forward and record everything that is still under way, as if the clock ran on without new messages."""
        self.step(_END)

    def _forward(self, number: int, t_us: int) -> list[Passage]:
        """Take what comes to a stage by ``t_us`` through it; in stretches in which nothing can come back to it twice."""
        hop, pool = self.hops[number], self._pools[number]
        passages = []
        reached_us = self._forwarded_us
        while True:
            until_us = t_us
            if hop.longest_stretch_us is not None:
                earliest_us = pool.earliest_us()
                if hop.waiting == 0 and earliest_us is not None and earliest_us > reached_us:
                    reached_us = earliest_us - 1
                if hop.waiting or earliest_us is not None:
                    until_us = min(t_us, reached_us + hop.longest_stretch_us)
            slot = pool.take(until_us, self._store.rows)
            if number == self._fork:
                address(self._store.rows, slot, self._via)
            passage = hop.forward(self._store, slot, until_us)
            if self._states is not None and passage.slot.size + passage.arrivals[0].size:
                self._states.add(number, self._store.rows, passage)
            pool.put(*passage.again)
            if hop.longest_stretch_us is not None:
                self.duplicates += int(np.count_nonzero(passage.outcome == DUPLICATE))
            passages.append(passage)
            reached_us = until_us
            if until_us == t_us:
                return passages

    def _know_sizes(self, most_objects: int) -> None:
        if most_objects >= self._sizes.size:
            objects = np.arange(2 * most_objects + 64)
            self._sizes, self._fragments = self._message.size_bytes(objects), self._message.fragments(objects)

    def _tell(self, number: int, passage: Passage) -> None:
        if self.on_delivery is None:
            return
        rows = self._store.rows[passage.onward[1]]
        hop = self.hops[number]
        self.on_delivery(hop.name, rows[:, field.DEVICE], rows[:, field.T_US], rows[:, hop.column + 1])

    def _record(self, slot: Ints, outcome: Ints) -> None:
        """Record settled messages, whose ``outcome`` is 0 or 4 x number of the stage + cause, and forget them."""
        rows = self._store.rows
        key = rows[slot, field.T_US] * self._rank.size + rows[slot, field.RANK]
        order = np.argsort(key)
        slot, outcome = slot[order], outcome[order]
        settle_ties(key[order], slot, rows)
        values, there = columns_of(rows, slot, len(self.hops))
        self._store.release(slot)
        lost = int(np.count_nonzero(outcome))
        self.delivered += slot.size - lost
        self.lost += lost
        columns: dict[str, Any] = dict(zip(PLAIN, values, strict=False)) | {
            name: None for names in COLUMNS.values() for name in names
        }
        for number, hop in enumerate(self.hops):
            for place, name in enumerate(COLUMNS[hop.name]):
                at = 2 * number + place
                columns[name] = np.ma.array(values[len(PLAIN) + at], mask=~there[at])
        place_of = np.array([HOPS.index(hop.name) for hop in self.hops])
        columns = {column.name: columns.get(column.name) for column in TABLES["message"].columns}
        columns["lost_hop"] = labels(np.where(outcome == 0, -1, place_of[outcome // 4]), HOPS)
        columns["lost_cause"] = labels(np.where(outcome == 0, -1, outcome % 4 - 1), CAUSES)
        self._recorder.append("message", columns)
