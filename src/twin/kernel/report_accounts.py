"""What becomes of every report that is expected of a device: delivered, under way, lost with a cause, or not due."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

LOSSES: Final = ("device_fault", "battery", "missed", "radio", "too_long", "duty_cycle", "gateway", "store_full")
"""Causes of loss, in the order of a report's way: the device is broken; its battery is empty; it sensed nothing where there
was something; the radio lost it; it was longer than the network carries; it came before the device may send again; its gateway
was out; its gateway was out and had stored as many as it can."""

LOST_US: Final = -1
"""Arrival of a report that does not arrive. Choice: no instant of a run."""

NEVER_US: Final = -1
"""Instant at which a device was heard that was not heard yet. Choice: no instant of a run."""


class ReportAccounts:
    """Counts by device and interval. At every instant: expected = delivered + under way + lost, to each device.

    A report belongs to the interval in which it was expected. One that arrives in a later interval was under way at the end of
    its own, and is one of ``arrived_late`` in the later one.
    """

    def __init__(self, devices: int) -> None:
        """Begin with no report of any of ``devices``."""
        self.interval_from_us = 0
        """Begin of the open interval."""
        self.expected = np.zeros(devices, np.int64)
        """Of the open interval, by device, as the two below."""
        self.not_due = np.zeros(devices, np.int64)
        self.lost = np.zeros((devices, len(LOSSES)), np.int64)
        self.total: dict[str, Ints] = {name: np.zeros(devices, np.int64) for name in ("expected", "arrived", "lost", "not_due")}
        """Since the start, by device; ``arrived`` at the latest instant that was asked about."""
        self._heard_us = np.full(devices, NEVER_US, np.int64)
        self._arrivals: list[tuple[Ints, Ints]] = []
        """Device and arrival of reports on their way or arrived, of the open interval."""
        self._earlier = np.empty(0, np.int64), np.empty(0, np.int64)
        """The same of reports of earlier intervals that were on their way when those ended."""

    def expect(self, rows: Ints, arrived_us: Ints, loss: npt.NDArray[np.int8]) -> None:
        """Take what became of reports of the devices ``rows`` (n,): their arrival, or -1 and the number of the loss."""
        np.add.at(self.expected, rows, 1)
        gone = arrived_us == LOST_US
        np.add.at(self.lost, (rows[gone], loss[gone].astype(np.int64)), 1)
        self._arrivals.append((rows[~gone], arrived_us[~gone]))

    def skip(self, rows: Ints) -> None:
        """Take that no report of these devices is due where one is usual."""
        np.add.at(self.not_due, rows, 1)

    def heard_us(self, t_us: int) -> Ints:
        """Return when each device was last heard up to and with ``t_us``, (devices,); -1 for never."""
        heard = self._heard_us.copy()
        for rows, arrived_us in (self._earlier, *self._arrivals):
            there = arrived_us <= t_us
            np.maximum.at(heard, rows[there], arrived_us[there])
        return heard

    def balance(self, t_us: int) -> dict[str, Ints]:
        """Return what became of all reports so far, by device, as seen at ``t_us``: nothing is missing between them.

        ``t_us`` is not before the last close; a report that arrives at ``t_us`` is delivered.
        """
        n = self.expected.size
        parts = (self._earlier, *self._arrivals)
        arrived = sum((np.bincount(rows[at_us <= t_us], minlength=n) for rows, at_us in parts), np.zeros(n, np.int64))
        waiting = sum((np.bincount(rows[at_us > t_us], minlength=n) for rows, at_us in parts), np.zeros(n, np.int64))
        return {
            "expected": self.total["expected"] + self.expected,
            "delivered": self.total["arrived"] + arrived,
            "under_way": waiting,
            "lost": self.total["lost"] + self.lost.sum(axis=1),
            "not_due": self.total["not_due"] + self.not_due,
        }

    def close(self, t_us: int) -> dict[str, Any] | None:
        """End the interval at ``t_us``, exclusive, and begin the next; return its columns of table ``report_stat``.

        A row for each device of which something is to be said, by its position (column ``row``); None without any.
        """
        n, length_us = self.expected.size, t_us - self.interval_from_us
        rows, arrived_us = (np.concatenate(parts) for parts in zip(*self._arrivals, strict=True)) if self._arrivals else (
            np.empty(0, np.int64), np.empty(0, np.int64))  # fmt: skip
        there, late = arrived_us < t_us, self._earlier[1] < t_us
        delivered, under_way = np.bincount(rows[there], minlength=n), np.bincount(rows[~there], minlength=n)
        arrived_late = np.bincount(self._earlier[0][late], minlength=n)
        some = np.flatnonzero((self.expected + self.not_due + arrived_late) > 0)
        columns: dict[str, Any] | None = None
        if some.size and length_us > 0:
            columns = {
                "t_us": np.full(some.size, self.interval_from_us, np.int64),
                "interval_us": np.full(some.size, length_us, np.int64),
                "row": some,
                "expected": self.expected[some],
                "delivered": delivered[some],
                "under_way": under_way[some],
                "arrived_late": arrived_late[some],
                "not_due": self.not_due[some],
            }
            columns |= {f"lost_{cause}": self.lost[some, number] for number, cause in enumerate(LOSSES)}
        for of, at_us in ((rows[there], arrived_us[there]), (self._earlier[0][late], self._earlier[1][late])):
            np.maximum.at(self._heard_us, of, at_us)
        self._earlier = (
            np.concatenate((self._earlier[0][~late], rows[~there])),
            np.concatenate((self._earlier[1][~late], arrived_us[~there])),
        )
        for name, counts in (
            ("expected", self.expected),
            ("arrived", delivered + arrived_late),
            ("lost", self.lost.sum(axis=1)),
            ("not_due", self.not_due),
        ):
            self.total[name] += counts
        for counts in (self.expected, self.not_due, self.lost):
            counts[...] = 0
        self._arrivals = []
        self.interval_from_us = t_us
        return columns
