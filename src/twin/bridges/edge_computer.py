"""The edge computer of one bridge: takes reported samples, makes features, frequencies and damage, and raises alarms.

It never sees the truth. Blocks come in the order of time; an interval is closed by the block that reaches its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.bridges.alarms import AlarmBoard, AlarmChange
from twin.bridges.fatigue import damage
from twin.bridges.features import Features, features
from twin.bridges.identification import first_frequency_hz
from twin.bridges.monitoring_spec import MonitoringSpec
from twin.bridges.sensor_spec import Channel, ThermometerSpec
from twin.bridges.stiffness import Notice, StiffnessWatch
from twin.bridges.weigh_in_motion import Weighings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LIVE_LOAD: Final = ("displacement", "strain")


@dataclass(frozen=True, slots=True)
class Interval:
    """What was made of one interval, one row a channel."""

    t_us: int
    interval_us: int
    features: Features
    frequency_hz: Floats
    """(channels,): first frequency; NaN without."""
    cycles: Floats
    """(channels,): stress cycles; NaN where none are counted."""
    damage: Floats
    """(channels,): share of the fatigue life used; NaN where none is counted."""
    alarms: tuple[AlarmChange, ...]
    """Raised or withdrawn at its end."""
    notice: Notice | None
    """What the watch for lost stiffness says, where an observation has ended."""


class EdgeComputer:
    """Makes intervals of blocks."""

    def __init__(
        self,
        spec: MonitoringSpec,
        channels: Sequence[Channel],
        devices: npt.ArrayLike,
        expected_hz: float,
        design: npt.ArrayLike,
    ) -> None:
        """Watch ``channels``; ``devices``, (channels,), are their numbers in the log, for alarms.

        ``expected_hz`` is the first frequency that the designers give; ``design``, (channels,), what the design's lane load
        gives at each channel (``design_response``), NaN where nothing is watched so. Both are what is known of a bridge, not
        its truth.
        """
        self.spec, self.channels = spec, tuple(channels)
        self.devices = np.asarray(devices, np.int64)
        self._design = np.asarray(design, np.float64)
        self._band_hz = spec.identification.band_hz(expected_hz)
        quantity = np.array([one.quantity for one in self.channels])
        self._live = np.flatnonzero(np.isin(quantity, _LIVE_LOAD) & (self._design > 0.0))
        self._moves = np.flatnonzero((quantity == "displacement") & (self._design > 0.0))
        self._shakes = np.flatnonzero(quantity == "acceleration")
        self._strains = np.flatnonzero(quantity == "strain")
        deck = [row for row, one in enumerate(self.channels) if isinstance(one.spec, ThermometerSpec) and one.spec.of != "air"]
        self._warm = np.array(deck or np.flatnonzero(quantity == "temperature"), np.int64)
        self._stride = np.array([round(spec.rate_hz / one.spec.rate_hz) for one in self.channels], np.int64)
        self._samples = np.full((len(self.channels), spec.interval_us // spec.period_us), np.nan)
        self._from_us: int | None = None
        self._filled = 0
        self._mean: Floats | None = None
        self.board = AlarmBoard(spec.alarms)
        """Which alarms stand."""
        self.watch = StiffnessWatch(spec.stiffness)
        """The watch for lost stiffness, over the frequency of ``watched`` channels."""

    def add(self, t0_us: int, reported: Floats) -> list[Interval]:
        """Take a block, (channels, samples) from ``t0_us`` on, and return the intervals that it has closed."""
        closed: list[Interval] = []
        taken = 0
        while taken < reported.shape[1]:
            if self._from_us is None:
                self._from_us = t0_us + taken * self.spec.period_us
            part = min(reported.shape[1] - taken, self._samples.shape[1] - self._filled)
            self._samples[:, self._filled : self._filled + part] = reported[:, taken : taken + part]
            self._filled += part
            taken += part
            if self._filled == self._samples.shape[1]:
                closed.append(self._close(self._from_us))
                self._from_us, self._filled = None, 0
        return closed

    def weighed(self, t_us: int, device: int, weighings: Weighings) -> list[AlarmChange]:
        """Take what a weighing station told at ``t_us`` and return the alarms that this changes."""
        if not weighings.index.size:
            return []
        worst = float(np.max(weighings.gross_kg / weighings.limit_kg))
        return self.board.look(t_us, "overload", [device], [worst])

    def _close(self, t_us: int) -> Interval:
        spec, found = self.spec, features(self._samples)
        end_us = t_us + spec.interval_us
        size = len(self.channels)
        frequency, cycles, used = np.full((3, size), np.nan)
        for row in self._shakes.tolist():
            samples = self._taken(row, t_us)
            frequency[row] = first_frequency_hz(samples, self.channels[row].spec.rate_hz, self._band_hz, spec.identification)
        for row in self._strains.tolist():
            cycles[row], used[row] = damage(self._samples[row], spec.fatigue)
        changes = self._judge(end_us, found)
        notice = self._watch(t_us, found, frequency)
        if notice is not None and self._shakes.size:
            first = self.devices[self._shakes[:1]]
            changes += self.board.look(end_us, "stiffness", first, [notice.loss])
        return Interval(t_us, spec.interval_us, found, frequency, cycles, used, tuple(changes), notice)

    def _taken(self, row: int, t_us: int) -> Floats:
        """Return the samples that a channel of the interval took, those lost among them as NaN."""
        stride = int(self._stride[row])
        return self._samples[row, -(t_us // self.spec.period_us) % stride :: stride]

    def _judge(self, t_us: int, found: Features) -> list[AlarmChange]:
        look, devices = self.board.look, self.devices
        live, shakes, moves = self._live, self._shakes, self._moves
        changes = look(t_us, "load", devices[live], found.peak[live] / self._design[live])
        changes += look(t_us, "vibration", devices[shakes], found.rms[shakes])
        changes += look(t_us, "shock", devices[shakes], found.peak[shakes])
        if self._mean is not None:
            shift = np.abs(found.mean[moves] - self._mean[moves]) / self._design[moves]
            changes += look(t_us, "shift", devices[moves], shift)
        self._mean = found.mean
        return changes

    def _watch(self, t_us: int, found: Features, frequency_hz: Floats) -> Notice | None:
        """Hand the middle frequency and the mean temperature of the deck on to the watch."""
        heard = frequency_hz[~np.isnan(frequency_hz)]
        warm = found.mean[self._warm]
        warm = warm[~np.isnan(warm)]
        temperature_c = float(warm.mean()) if warm.size else float("nan")
        return self.watch.add(t_us, temperature_c, float(np.median(heard)) if heard.size else float("nan"))


def feature_rows(found: Interval, arrived_us: Ints, first_channel: int) -> dict[str, Any]:
    """Return rows of table ``bridge_feature`` of the channels that have samples and whose report arrived, (channels,) us or -1.

    Channels are numbered from ``first_channel``.
    """
    figures = found.features
    kept = np.flatnonzero((figures.samples > 0) & (arrived_us >= 0))

    def known(values: Floats) -> Any:
        missing = np.isnan(values[kept])
        return np.ma.masked_array(np.where(missing, 0.0, values[kept]), mask=missing)

    return {
        "t_us": found.t_us,
        "interval_us": found.interval_us,
        "arrived_us": arrived_us[kept],
        "channel": kept + first_channel,
        "samples": figures.samples[kept],
        "mean": figures.mean[kept],
        "rms": figures.rms[kept],
        "peak": figures.peak[kept],
        "least": figures.least[kept],
        "most": figures.most[kept],
        "p95": figures.p95[kept],
        "frequency_hz": known(found.frequency_hz),
        "cycles": known(found.cycles),
        "damage": known(found.damage),
    }


def block_rows(
    t0_us: int, reported: Floats, rates: Sequence[Channel], resolution: Floats, period_us: int, arrived_us: Ints, first: int
) -> dict[str, Any]:
    """Return rows of table ``bridge_block``: the samples of a block, (channels, n), of those whose report arrived.

    ``rates`` are the channels, ``resolution`` that of ``Channels``, ``arrived_us`` (channels,) us or -1; channels are numbered
    from ``first``. A row begins with the first sample that its channel takes within the block.
    """
    from twin.bridges.sensors import counts

    code, scale = counts(reported, resolution)
    kept, times, periods, samples = [], [], [], []
    for row in np.flatnonzero(arrived_us >= 0).tolist():
        stride = round(1e6 / rates[row].spec.rate_hz / period_us)
        begin = -(t0_us // period_us) % stride
        if begin < code.shape[1]:
            kept.append(row)
            times.append(t0_us + begin * period_us)
            periods.append(stride * period_us)
            samples.append(code[row, begin::stride])
    return {
        "t_us": np.array(times, np.int64),
        "arrived_us": arrived_us[kept],
        "channel": np.array(kept, np.int64) + first,
        "period_us": np.array(periods, np.int64),
        "scale": scale[kept],
        "samples": samples,
    }
