"""One bridge from the traffic on it to what its sensors and its edge computer report: looks, blocks of samples, delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from twin.bridges.alarms import AlarmChange, alarm_rows
from twin.bridges.axle_swing import SwingingLoads
from twin.bridges.bridge_truth import MINUTE_US, BridgeTruth
from twin.bridges.bridges_spec import WaveformsSpec
from twin.bridges.edge_computer import EdgeComputer, Interval, block_rows, feature_rows
from twin.bridges.passages import STANDARD_GRAVITY_MPS2, Passages, Passed, Seen
from twin.bridges.plan import HEADER_BYTES, BridgePlan
from twin.bridges.response import Floats, Response, lines_of
from twin.bridges.sensor_spec import ThermometerSpec
from twin.bridges.sensors import Channels
from twin.bridges.surroundings import Surroundings, SurroundingsBlock
from twin.bridges.weigh_in_motion import WeighInMotion, weigh_rows
from twin.kernel.reporting import FieldDevices
from twin.traffic.on_edges import OnEdges

Longs = npt.NDArray[np.int64]

NEAR_M: Final = 20.0
"""Vehicles are watched from this far before the deck on. Choice: more than anybody drives in half a second."""

SAMPLE_BYTES: Final = 2
"""Choice: whole numbers of 16 bits."""

FIGURE_BYTES: Final = 8
"""A figure of a report. Choice: double precision."""

FIGURES: Final = 9
"""Of a channel in a report of features, see table ``bridge_feature``."""

_EDGE_M: Final = 1e6
"""More than any edge is long."""


class Recorder(Protocol):
    """What takes rows of the log."""

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table."""


@dataclass(slots=True)
class _Block:
    """A block of samples: under way, or complete and waiting for what comes after it."""

    begin_us: int
    loads: Floats
    reported: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    eventful: bool = False


class MonitoredBridge:
    """One bridge of a run. Call ``look`` at each look; it closes the blocks that have become complete."""

    def __init__(
        self,
        plan: BridgePlan,
        loads: SwingingLoads,
        waveforms: WaveformsSpec,
        block_us: int,
        seed: int,
        start_hour: float,
        *,
        devices: FieldDevices,
        first_row: int,
        first_channel: int,
        recorder: Recorder,
    ) -> None:
        """Begin empty at time 0, which is ``start_hour`` (0 to 24) of the local day.

        Its sensors, stations and edge computer are the field devices from ``first_row`` on.
        """
        spec = plan.spec.monitoring
        self.plan, self.waveforms, self.block_us = plan, waveforms, block_us
        self.first_row, self.first_channel = first_row, first_channel
        watched = plan.channels
        self.channels = Channels(watched, seed, spec.rate_hz)
        self.period_us = self.channels.period_us
        asked = [plan.quantity(channel) for channel in watched]
        self._answers = np.array([one is not None for one in asked], np.bool_)
        quantities = [one for one in asked if one is not None]
        self.response = Response(lines_of(plan.structure, quantities), self.period_us)
        self.surroundings = Surroundings(plan.spec, plan.structure, quantities, seed, start_hour)
        stations_m = tuple(one.at_m for one in spec.weigh_in_motion)
        self.passages = Passages(plan.binding.length_m, loads, stations_m=stations_m, sway_at_mps=loads.at_mps)
        self.stations = tuple(WeighInMotion(plan.spec.name, one, seed) for one in spec.weigh_in_motion)
        self._devices, self._recorder = devices, recorder
        self._sensor = np.array([channel.sensor for channel in watched], np.int64)
        self._sensor_rows = first_row + np.arange(len(spec.sensors))
        self._station_rows = first_row + len(spec.sensors) + np.arange(len(self.stations))
        self._edge_row = first_row + len(spec.sensors) + len(self.stations)
        numbers = devices.numbers(self._sensor_rows)[self._sensor]
        self.edge = EdgeComputer(spec, watched, numbers, float(plan.structure.frequency_hz[0]), plan.design())
        self.truth = BridgeTruth(plan, recorder)
        self._block = _Block(0, self.response.empty(0, block_us))
        self._before: _Block | None = None
        self._eventful_before = False
        self._last_us = 0
        self._heavy_n = waveforms.heavy_t * 1e3 * STANDARD_GRAVITY_MPS2
        binding = plan.binding
        edge_of_point = np.repeat(np.arange(binding.edge.size), np.diff(binding.point_offset))
        self._point_at = binding.point_s_m + _EDGE_M * edge_of_point
        self._first_s_m = binding.point_s_m[binding.point_offset[:-1]]
        self._last_s_m = binding.point_s_m[binding.point_offset[1:] - 1]

    @property
    def edges(self) -> npt.NDArray[np.int32]:
        """Edges to look at."""
        return self.plan.binding.edge

    def seen(self, on: OnEdges) -> Seen:
        """Return the vehicles on the bridge's edges as fronts on its axis, those far from the deck left out."""
        binding = self.plan.binding
        row = np.searchsorted(binding.edge, on.edge)
        s_m = np.clip(on.s_m, self._first_s_m[row], self._last_s_m[row])
        direction = binding.direction[row].astype(np.float64)
        x_m = np.interp(_EDGE_M * row + s_m, self._point_at, binding.point_x_m) + direction * (on.s_m - s_m)
        ahead_m = np.where(direction > 0.0, x_m, binding.length_m - x_m)
        near = (ahead_m > -NEAR_M) & (ahead_m < binding.length_m + NEAR_M)
        return Seen(on.vehicle[near], on.klass[near], x_m[near], on.speed_mps[near], direction[near], on.lane[near])

    def look(self, t_us: int, on: OnEdges) -> None:
        """Take in who is where at ``t_us``, and close the block that is complete then."""
        motion, passed = self.passages.look(t_us, self.seen(on))
        if t_us > self._last_us:
            self.response.load(self._block.loads, self._block.begin_us, motion, self._last_us, t_us)
        self._last_us = t_us
        self._weigh(t_us, passed)
        gross_n = motion.force_n.sum(axis=1)
        self._block.eventful |= bool((gross_n >= self._heavy_n).any())
        self.truth.look(t_us, self.passages)
        if t_us - self._block.begin_us >= self.block_us:
            self._close_block(t_us)

    def finish(self, end_us: int) -> None:
        """Close what the end cuts short."""
        if end_us > self._block.begin_us:
            self._block.loads = self._block.loads[: self.response.empty(self._block.begin_us, end_us).shape[0]]
            self._close_block(end_us)
        if self._before is not None:
            self._keep(self._before, after=False)
        self.truth.finish(end_us)

    def _close_block(self, end_us: int) -> None:
        """Work out what the sensors make of the block, hand it to the edge computer, keep what is to be kept."""
        block = self._block
        samples = block.loads.shape[0]
        acting = self.surroundings.block(block.begin_us, self.period_us, samples)
        clean = self._clean(block, acting)
        up = self._devices.up
        works = up[self._sensor_rows][self._sensor] & ~self.plan.fallen(end_us)
        reported = self.channels.measure(block.begin_us, self.period_us, clean, acting.deck_c, up=works)
        heard = reported if up[self._edge_row] else np.full_like(reported, np.nan)
        block.reported = reported
        for interval in self.edge.add(block.begin_us, heard):
            block.eventful |= any(change.raised for change in interval.alarms)
            self._report(end_us, interval)
        block.eventful |= self.truth.close_block(block.begin_us, end_us, acting)
        if self._before is not None:
            self._keep(self._before, after=block.eventful)
        self._before = block
        self._block = _Block(end_us, self.response.empty(end_us, end_us + self.block_us))

    def _clean(self, block: _Block, acting: SurroundingsBlock) -> Floats:
        """Return what perfect sensors would show of the block, (channels, samples)."""
        modes = self.response.modes
        block.loads[:, :modes] += acting.modal[:, :modes]
        block.loads[:, modes:] += acting.static
        clean = np.empty((len(self.channels.channels), block.loads.shape[0]))
        clean[self._answers] = self.response.answer(block.loads, stiffness=acting.stiffness) + acting.direct.T
        warmth = {
            "air": acting.air_c,
            "deck": acting.deck_c,
            "top": acting.deck_c + 0.5 * acting.gradient_k,
            "bottom": acting.deck_c - 0.5 * acting.gradient_k,
        }
        for row in np.flatnonzero(~self._answers).tolist():
            spec = self.channels.channels[row].spec
            clean[row] = warmth[spec.of] if isinstance(spec, ThermometerSpec) else acting.wind_mps
        return clean

    def _keep(self, block: _Block, *, after: bool) -> None:
        """Send a block's samples where the scenario keeps them; ``after``: something happened in the block after it."""
        mode, minute = self.waveforms.keep, block.begin_us // MINUTE_US
        wanted = mode == "all" or (mode == "minutes" and minute % self.waveforms.every_minutes == 0)
        before = self._eventful_before
        self._eventful_before = block.eventful
        if wanted or (mode == "events" and (block.eventful or after or before)):
            self._send(block)
        else:
            self._devices.skip(self._sensor_rows)

    def _send(self, block: _Block) -> None:
        """Send a block of every sensor, one report each, as soon as the block after it is known; log what arrives."""
        stride = self.channels.stride
        size = block.reported.shape[1] // stride
        bytes_of = np.bincount(self._sensor, weights=HEADER_BYTES + SAMPLE_BYTES * size, minlength=self._sensor_rows.size)
        arrived_us = self._devices.send(self._last_us, self._sensor_rows, bytes_of.astype(np.int64), kind="periodic")
        rows = block_rows(
            block.begin_us,
            block.reported,
            self.channels.channels,
            self.channels.resolution,
            self.period_us,
            arrived_us[self._sensor],
            self.first_channel,
        )
        self._recorder.append("bridge_block", rows)

    def _report(self, t_us: int, interval: Interval) -> None:
        """Send what the edge computer made of an interval, and log what arrives and its alarms."""
        channels = len(self.channels.channels)
        size = HEADER_BYTES + FIGURES * FIGURE_BYTES * channels
        arrived_us = self._devices.send(t_us, [self._edge_row], [size], kind="periodic")
        rows = feature_rows(interval, np.repeat(arrived_us, channels), self.first_channel)
        self._recorder.append("bridge_feature", rows)
        self._alarm(interval.alarms)

    def _alarm(self, changes: tuple[AlarmChange, ...] | list[AlarmChange]) -> None:
        if changes:
            self._recorder.append("alarm", alarm_rows(changes))

    def _weigh(self, t_us: int, passed: Passed) -> None:
        """Weigh who passed a station, report it at ``t_us``, log what arrives."""
        for number, station in enumerate(self.stations):
            mine = np.flatnonzero(passed.station == number)
            row = self._station_rows[number]
            if not mine.size:
                continue
            axle_m, force_n = passed.axle_m[mine], passed.force_n[mine]
            there = force_n > 0.0
            offset = np.concatenate(([0], np.cumsum(there.sum(axis=1))))
            vehicle = passed.vehicle[mine].astype(np.int64)
            found = station.weigh(vehicle, passed.speed_mps[mine], offset, axle_m[there], force_n[there])
            if not found.index.size:
                continue
            size = HEADER_BYTES + FIGURE_BYTES * int(found.offset[-1])
            works = bool(self._devices.up[row])
            arrived_us = np.repeat(self._devices.send(t_us, [row], [size]), found.index.size)
            device = int(row + self._devices.first_number)
            lane = passed.lane[mine].astype(np.int64)[found.index]
            when = passed.t_us[mine][found.index]
            rows = weigh_rows(found, when, arrived_us, vehicle[found.index], lane, self.plan.number, device)
            self._recorder.append("weigh", rows)
            if works and self._devices.up[self._edge_row]:
                self._alarm(self.edge.weighed(t_us, device, found))
