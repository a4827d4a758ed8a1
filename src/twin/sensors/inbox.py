"""Object lists on their way to the fusion: kept until they are ready."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.sensors.reports import Reports

Longs = npt.NDArray[np.int64]

_BY_LIST = 3
"""The first fields of ``Reports`` are not by object: device, instant, offset."""


def chosen_lists(reports: Reports, lists: Longs) -> Reports:
    """Return some of the lists, by number and in that order."""
    size = np.diff(reports.offset)[lists]
    offset = np.concatenate(([0], np.cumsum(size)))
    objects = np.repeat(reports.offset[lists] - offset[:-1], size) + np.arange(offset[-1])
    parts: list[Any] = [part[objects] for part in reports[_BY_LIST:]]
    return Reports(reports.device[lists], reports.t_us[lists], offset, *parts)


def joined(first: Reports, second: Reports) -> Reports:
    """Return the lists of both, one after the other."""
    parts: list[Any] = [np.concatenate(both) for both in zip(first[_BY_LIST:], second[_BY_LIST:], strict=True)]
    return Reports(
        np.concatenate((first.device, second.device)),
        np.concatenate((first.t_us, second.t_us)),
        np.concatenate((first.offset, first.offset[-1] + second.offset[1:])),
        *parts,
    )


def no_lists() -> Reports:
    """Return no lists at all."""
    none, whole = np.empty(0), np.empty(0, np.int32)
    return Reports(
        device=whole,
        t_us=np.empty(0, np.int64),
        offset=np.zeros(1, np.int64),
        x_m=none,
        y_m=none,
        xx_m2=none,
        xy_m2=none,
        yy_m2=none,
        speed_mps=none,
        speed_variance=none,
        heading_rad=none,
        heading_variance=none,
        length_m=none,
        width_m=none,
        size_variance_m2=none,
        klass=np.empty(0, np.int8),
        class_weight=none,
        vehicle=whole,
    )


class Inbox:
    """Lists that were measured and wait: each is handed out once, at the first instant at or after it is ready."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lists = no_lists()
        self._ready_us = np.empty(0, np.int64)

    def put(self, reports: Reports, ready_us: Longs) -> None:
        """Take lists and the instants, (lists,), from which on each is to be had."""
        self._lists = joined(self._lists, reports)
        self._ready_us = np.concatenate((self._ready_us, ready_us))

    def take(self, t_us: int) -> Reports:
        """Hand out the lists that are ready by ``t_us``."""
        ready = self._ready_us <= t_us
        given = chosen_lists(self._lists, np.flatnonzero(ready))
        self._lists = chosen_lists(self._lists, np.flatnonzero(~ready))
        self._ready_us = self._ready_us[~ready]
        return given
