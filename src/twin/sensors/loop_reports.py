"""What loops report at the end of each interval: rows of the log, and messages for the links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder
from twin.kernel.records import FrameBatch
from twin.sensors.faults import DeviceFaults
from twin.sensors.loop_fleet import LoopFleet
from twin.traffic.ground_truth import GroundTruth


class Channel(Protocol):
    """The way of reports to the platform, on which somebody may alter them."""

    def pass_on(
        self,
        t_us: int,
        interval_us: int,
        device: npt.NDArray[np.int64],
        channel: npt.NDArray[np.int64],
        value: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.float64]:
        """Return what arrives of values (n,) that devices send at ``t_us`` for the interval before; NaN is no report."""


class LoopReports:
    """Steps the loops of one rate and interval and closes their intervals.

    Of the faults, loss of power and lost frames are felt: without power a loop notices nobody, and at the interval's end it
    reports nothing; a lost frame is a lost report. Dirt, a turned head and a wrong place mean nothing to a loop, and its
    reports carry the true time.
    """

    def __init__(
        self, fleet: LoopFleet, recorder: Recorder, faults: DeviceFaults | None = None, channel: Channel | None = None
    ) -> None:
        """Take the loops, the log, what is wrong with which device, and the way of counts to the platform, where it matters."""
        self._channel = channel
        self._fleet, self._recorder, self._faults = fleet, recorder, faults
        self._row = fleet.loops.device.astype(np.int64)
        self._number = np.array([device.number for device in fleet.devices], np.int64)
        self._lanes = np.array([len(device.lanes) for device in fleet.devices], np.int32)
        self._closed_us = 0
        self.period_us = fleet.period_us

    def step(self, truth: GroundTruth, on_reports: Callable[[FrameBatch], None]) -> None:
        """Move on to the instant of ``truth``; hand the reports to ``on_reports`` where an interval ends with it."""
        up = None if self._faults is None else self._faults.conditions(truth.t_us).up[self._row]
        self._fleet.step(truth, up)
        if truth.t_us > 0 and truth.t_us % self._fleet.interval_us == 0:
            on_reports(self._close(truth.t_us))

    def finish(self, truth: GroundTruth, on_reports: Callable[[FrameBatch], None]) -> None:
        """Move on to the end of the run; hand on the reports of the last interval, cut short or not."""
        self.step(truth, on_reports)
        if truth.t_us > self._closed_us:
            on_reports(self._close(truth.t_us))

    def _close(self, t_us: int) -> FrameBatch:
        self._closed_us = t_us
        interval = (t_us - 1) // self._fleet.interval_us
        lost = np.zeros(self._number.size, np.bool_)
        if self._faults is not None:
            lost = self._faults.lost_frames(interval, self._faults.conditions(t_us), self._number)
        sums = self._fleet.close_interval(t_us)
        missing = np.isin(sums.device, self._number[lost])
        count = sums.count.astype(np.float64)
        if self._channel is not None:
            way = (sums.device.astype(np.int64), sums.lane.astype(np.int64))
            count = self._channel.pass_on(t_us, sums.interval_us, *way, np.where(missing, np.nan, count))
        self._recorder.append(
            "loop_interval",
            {
                "t_us": np.full(sums.device.size, sums.begin_us, np.int64),
                "interval_us": np.full(sums.device.size, sums.interval_us, np.int64),
                "device": sums.device,
                "edge": sums.edge,
                "lane": sums.lane,
                "count": np.ma.masked_array(np.where(missing, 0.0, count).astype(np.int64), mask=missing),
                "occupied_us": np.ma.masked_array(sums.occupied_us, mask=missing),
                "mean_speed_cmps": _speeds(sums.mean_speed_mps, missing),
                "true_count": sums.true_count,
                "true_occupied_us": sums.true_occupied_us,
                "true_mean_speed_cmps": _speeds(sums.true_mean_speed_mps, np.zeros_like(missing)),
            },
        )
        sent = ~lost
        return FrameBatch(
            t_us=t_us,
            device=self._number[sent].astype(np.int32),
            frame=np.full(int(sent.sum()), interval, np.int64),
            objects=self._lanes[sent],
            result_time_us=np.full(int(sent.sum()), t_us, np.int64),
        )


def _speeds(speed_mps: npt.NDArray[np.float64], missing: npt.NDArray[np.bool_]) -> np.ma.MaskedArray[Any, Any]:
    """Return speeds in cm/s; masked where they are missing or NaN."""
    unknown = np.isnan(speed_mps)
    return np.ma.masked_array(centimetres(np.where(unknown, 0.0, speed_mps)), mask=missing | unknown)
