"""What each line of the chain did in each interval of the log: table ``link_state``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.eventlog.recorder import labels
from twin.v2x.queues.hop import AGAIN, DUPLICATE, OUTAGE, Hop, Passage
from twin.v2x.queues.store import BYTES

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

COLUMNS: Final = (
    "offered", "delivered", "lost_overflow", "lost_error", "lost_outage", "repeated", "duplicates", "bytes", "busy_us",
    "queue_max",
)  # fmt: skip
"""The counts of a line and an interval, in this order."""
OFFERED, REPEATED, DUPLICATES, SENT_BYTES, BUSY_US, QUEUE_MAX = 0, 5, 6, 7, 8, 9


class MessageRecorder(Protocol):
    """What takes rows of the log's tables."""

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table."""


@kernel
def count_arrivals(counts: Ints, begin_us: int, end_us: int, arrivals: tuple[Ints, Ints, Ints, Bools]) -> None:
    """Count, for each line, those that come in [begin, end); ``arrivals`` as in ``Passage``."""
    line, arrival_us, found, first = arrivals
    for i in range(line.size):
        if begin_us <= arrival_us[i] < end_us:
            q = line[i]
            counts[q, OFFERED] += first[i]
            counts[q, QUEUE_MAX] = max(counts[q, QUEUE_MAX], found[i])


@kernel
def count_departures(
    counts: Ints,
    begin_us: int,
    end_us: int,
    line: Ints,
    left_us: Ints,
    served: Bools,
    outcome: npt.NDArray[np.int8],
    service_us: Ints,
    size_bytes: Ints,
) -> None:
    """Count, for each line, those that leave in [begin, end), and the part of their service that lies in it."""
    for i in range(line.size):
        q = line[i]
        if served[i]:
            busy_us = min(left_us[i], end_us) - max(left_us[i] - service_us[i], begin_us)
            counts[q, BUSY_US] += max(busy_us, 0)
        if not begin_us <= left_us[i] < end_us:
            continue
        if served[i]:
            counts[q, SENT_BYTES] += size_bytes[i]
        what = outcome[i]
        if what <= OUTAGE:
            counts[q, 1 + what] += 1
        elif what == AGAIN:
            counts[q, REPEATED] += 1
        elif what == DUPLICATE:
            counts[q, DUPLICATES] += 1


class LineStates:
    """Counts of all lines of a chain, interval by interval; an interval is written when nothing in it can change any more.

    Everything counts at its own instant: an offer when the message comes, a loss and a delivery when it leaves the queue, the
    service while it lasts. Broken-off transmissions are not in ``busy_us``.
    """

    def __init__(self, interval_us: int, hops: Sequence[Hop], recorder: MessageRecorder) -> None:
        """Count over intervals of this length, the first of which begins at 0."""
        self._interval_us, self._hops, self._recorder = interval_us, hops, recorder
        self._counts: dict[int, list[Ints]] = {}

    def add(self, number: int, rows: Ints, passage: Passage) -> None:
        """Count for hop ``number`` what came and what was settled, whose rows are still there."""
        size_bytes = rows[passage.slot, BYTES]
        left_us, service_us = passage.left_us, passage.service_us
        for index in self._touched(passage.arrivals[1], left_us, left_us - service_us):
            counts = self._of(index)[number]
            begin_us, end_us = index * self._interval_us, (index + 1) * self._interval_us
            count_arrivals(counts, begin_us, end_us, passage.arrivals)
            count_departures(
                counts,
                begin_us,
                end_us,
                passage.queue,
                left_us,
                passage.served,
                passage.outcome,
                service_us,
                size_bytes,
            )

    def write(self, t_us: int) -> None:
        """Record the intervals that have ended by ``t_us``, up to which everything is known."""
        for index in sorted(k for k in self._counts if (k + 1) * self._interval_us <= t_us + 1):
            for hop, counts in zip(self._hops, self._counts.pop(index), strict=True):
                line = np.flatnonzero(counts.any(axis=1))
                if line.size:
                    self._recorder.append("link_state", self._columns(index, hop.name, line, counts))

    def _columns(self, index: int, hop: str, line: Ints, counts: Ints) -> dict[str, Any]:
        same = np.ones(line.size, np.int64)
        found: dict[str, Any] = {
            "t_us": same * index * self._interval_us,
            "interval_us": same * self._interval_us,
            "hop": labels(np.zeros(line.size, np.int64), (hop,)),
            "line": line,
        }
        return found | {name: counts[line, column] for column, name in enumerate(COLUMNS)}

    def _of(self, index: int) -> list[Ints]:
        if index not in self._counts:
            self._counts[index] = [np.zeros((hop.queues, len(COLUMNS)), np.int64) for hop in self._hops]
        return self._counts[index]

    def _touched(self, *instants_us: Ints) -> list[int]:
        """Return the intervals in which any of the instants lie, and those between the ends of a service."""
        ends = [(int(one.min()), int(one.max())) for one in instants_us if one.size]
        if not ends:
            return []
        first, last = min(low for low, _ in ends) // self._interval_us, max(high for _, high in ends) // self._interval_us
        return list(range(first, last + 1))
