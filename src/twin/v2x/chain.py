"""The chain that every object list travels: site - edge computer (MEC) - regional cloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from twin.eventlog.recorder import labels
from twin.kernel.records import FrameBatch
from twin.v2x import hop as field
from twin.v2x.hop import DELIVERED, FIELDS, NEVER, Hop, MessagePool, in_order
from twin.v2x.queue import Outage
from twin.v2x.topology import HOPS, MEC_TO_CLOUD, SITE_TO_MEC, LinksSpec

Ints = npt.NDArray[np.int64]

CAUSES: Final = ("overflow", "error", "outage")
"""Why messages are lost, as in ``message.lost_cause``; one less than ``OVERFLOW``, ``ERROR`` and ``OUTAGE``."""

_END: Final = np.iinfo(np.int64).max


class MessageRecorder(Protocol):
    """What takes the rows of table ``message``."""

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table."""


class Delivery(Protocol):
    """What is told of messages that have come to the end of a hop."""

    def __call__(self, hop: str, device: Ints, t_us: Ints, delivered_us: Ints) -> None:
        """Take devices, phenomenon times and instants of delivery (n,) of messages; the latter may lie ahead of the clock."""


class Chain:
    """All messages of a run: one queue for each site's uplink, one for each MEC's, exact first-in-first-out times.

    ``send`` accepts object lists, ``step`` forwards what has reached a queue by then, ``finish`` forwards the rest. A message
    is recorded when its fate is settled, which can be before the instant of its delivery. Batches only group the work: the
    rows do not depend on when ``step`` is called. Neither do they depend on the order of the devices: simultaneous arrivals
    are served in the order of the devices' names, then frames.
    """

    def __init__(
        self,
        spec: LinksSpec,
        device_names: Sequence[str],
        device_site: npt.NDArray[np.integer],
        site_mec: npt.NDArray[np.integer],
        seed: int,
        recorder: MessageRecorder,
        outages: Mapping[str, Sequence[Outage]] | None = None,
    ) -> None:
        """Connect devices over sites (``device_site``, one a device) and MECs (``site_mec``, one a site) with the cloud.

        ``outages`` by hop; a queue is a site's number on the first hop and a MEC's on the second (``topology.outages_of``).
        Raises ValueError when names repeat, lengths differ or a site does not exist.
        """
        if len(set(device_names)) != len(device_names):
            raise ValueError("device names must differ: they name the devices' random streams")
        if len(device_names) != device_site.size:
            raise ValueError(f"{len(device_names)} devices, but sites for {device_site.size}")
        if device_site.size and not 0 <= device_site.min() <= device_site.max() < site_mec.size:
            raise ValueError(f"a device stands on a site that does not exist: there are {site_mec.size} sites")
        uplink = device_site.astype(np.int64)
        self._message = spec.message
        self._recorder = recorder
        self._rank = np.empty(len(device_names), np.int64)
        self._rank[np.argsort(np.array(device_names, dtype=np.str_), kind="stable")] = np.arange(len(device_names))
        out = dict(outages or {})
        self._site_hop, self._mec_hop = (
            Hop(name, hop, spec.message, seed, device_names, queue_of_device, out.get(name, ()))
            for name, hop, queue_of_device in (
                (SITE_TO_MEC, spec.site_to_mec, uplink),
                (MEC_TO_CLOUD, spec.mec_to_cloud, site_mec.astype(np.int64)[uplink]),
            )
        )
        self._to_mec = MessagePool()
        self._to_cloud = MessagePool()
        self._forwarded_us = np.iinfo(np.int64).min
        self.site_queue = np.zeros(len(device_names), np.int64)
        """Messages that each device's last one found on its site's uplink, (devices,); of those that have reached it so far."""
        self.on_delivery: Delivery | None = None
        """Who is told of every delivery; nobody at first."""
        self.sent = 0
        """Messages accepted so far."""
        self.delivered = 0
        """Messages that reach the cloud, of those settled so far."""
        self.lost = 0
        """Messages that do not, of those settled so far."""

    @property
    def in_flight(self) -> int:
        """Messages not settled yet: sent = delivered + lost + in flight, always."""
        return self._to_mec.count + self._to_cloud.count

    def send(self, batch: FrameBatch) -> None:
        """Accept the object lists of one scan; each enters its site's queue at its result time.

        Raises ValueError when a result time lies before the scan or in a stretch of time that was already forwarded.
        """
        if not batch.device.size:
            return
        earliest_us = int(batch.result_time_us.min())
        if earliest_us < batch.t_us or earliest_us <= self._forwarded_us:
            raise ValueError(
                f"a list of the scan at {batch.t_us} us is sent at {earliest_us} us, forwarded up to {self._forwarded_us} us"
            )
        rows = np.empty((batch.device.size, FIELDS), np.int64)
        rows[:, field.DEVICE] = batch.device
        rows[:, field.FRAME] = batch.frame
        rows[:, field.T_US] = batch.t_us
        rows[:, field.OBJECTS] = batch.objects
        rows[:, field.BYTES] = self._message.size_bytes(batch.objects)
        rows[:, field.SENT_US] = rows[:, field.ARRIVAL_US] = batch.result_time_us
        rows[:, field.FOUND] = 0
        self._to_mec.put(rows)
        self.sent += len(rows)

    def step(self, t_us: int) -> None:
        """Forward every message that reaches a queue by ``t_us``, and record those whose fate is settled by that.

        First all of the first hop, then the second: a message that enters the first queue later than ``t_us`` cannot reach the
        second by ``t_us``.
        """
        if t_us <= self._forwarded_us:
            return
        rows = self._to_mec.take(t_us, self._rank)
        at_us, outcome = self._site_hop.forward(rows)
        self.site_queue[rows[:, field.DEVICE]] = rows[:, field.FOUND]  # in the order of arrival: the last one stays
        arrived = outcome == DELIVERED
        self._tell(SITE_TO_MEC, rows, at_us, outcome)
        onward = rows[arrived]
        onward[:, field.ARRIVAL_US] = at_us[arrived]
        self._to_cloud.put(onward)

        last = self._to_cloud.take(t_us, self._rank)
        site_queue = last[:, field.FOUND].copy()
        cloud_us, last_outcome = self._mec_hop.forward(last)
        self._tell(MEC_TO_CLOUD, last, cloud_us, last_outcome)
        self._forwarded_us = t_us
        failed = rows[~arrived]
        never = np.full(len(failed), NEVER, np.int64)
        self._record(
            np.concatenate((failed, last)),
            outcome=np.concatenate((outcome[~arrived], last_outcome)),
            mec_us=np.concatenate((never, last[:, field.ARRIVAL_US])),
            cloud_us=np.concatenate((never, cloud_us)),
            site_queue=np.concatenate((failed[:, field.FOUND], site_queue)),
            mec_queue=np.concatenate((never, last[:, field.FOUND])),
        )

    def finish(self) -> None:
        """Forward and record everything that is still under way, as if the clock ran on without new messages."""
        self.step(_END)

    def _tell(self, hop: str, rows: Ints, delivered_us: Ints, outcome: npt.NDArray[np.int8]) -> None:
        if self.on_delivery is None:
            return
        arrived = outcome == DELIVERED
        self.on_delivery(hop, rows[arrived, field.DEVICE], rows[arrived, field.T_US], delivered_us[arrived])

    def _record(
        self,
        rows: Ints,
        *,
        outcome: npt.NDArray[np.int8],
        mec_us: Ints,
        cloud_us: Ints,
        site_queue: Ints,
        mec_queue: Ints,
    ) -> None:
        if not len(rows):
            return
        order = in_order(rows, field.T_US, self._rank)
        rows, outcome, mec_us, cloud_us = rows.take(order, axis=0), outcome[order], mec_us[order], cloud_us[order]
        self.delivered += int(np.count_nonzero(outcome == DELIVERED))
        self.lost += int(np.count_nonzero(outcome != DELIVERED))
        t_us = rows[:, field.T_US]
        self._recorder.append(
            "message",
            {
                "t_us": t_us,
                "device": rows[:, field.DEVICE],
                "frame": rows[:, field.FRAME],
                "objects": rows[:, field.OBJECTS],
                "bytes": rows[:, field.BYTES],
                "sent_age_us": rows[:, field.SENT_US] - t_us,
                "mec_age_us": _age_us(mec_us, t_us),
                "cloud_age_us": _age_us(cloud_us, t_us),
                "site_queue": site_queue[order],
                "mec_queue": _known(mec_queue[order]),
                "lost_hop": labels(np.where(outcome == DELIVERED, -1, np.where(mec_us == NEVER, 0, 1)), HOPS),
                "lost_cause": labels(outcome.astype(np.int64) - 1, CAUSES),
            },
        )


def _age_us(delivered_us: Ints, t_us: Ints) -> np.ma.MaskedArray[Any, np.dtype[np.int64]]:
    """Return the ages on delivery, masked where a message was not delivered."""
    return np.ma.array(delivered_us - t_us, mask=delivered_us == NEVER)


def _known(values: Ints) -> np.ma.MaskedArray[Any, np.dtype[np.int64]]:
    return np.ma.array(values, mask=values == NEVER)
