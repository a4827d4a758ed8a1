"""Samples of bridges' channels over a stretch of time, read from the blocks that meet it alone; thinned to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

from twin.eventlog.reader import Run
from twin.eventlog.tables import TABLES
from twin.units import US_PER_S

MISSING: Final = -32768
"""In the place of a sample that is missing (table ``bridge_block``)."""

LONGEST_US: Final = 120 * US_PER_S
"""No block is longer. Choice: twice the longest segment of a log."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Waveform:
    """Samples of one channel, in the order of time."""

    channel: int
    t_s: Floats
    """(n,): seconds since the scenario's start."""
    value: Floats
    """(n,): in the channel's unit; NaN where a sample is missing."""


class Blocks:
    """The blocks of samples of one run. What a question needs of the segments of the log is read; the others are not opened."""

    def __init__(self, run: Run) -> None:
        """Ask ``run``, which is not read yet."""
        self._run = run

    @cached_property
    def _spans(self) -> npt.NDArray[np.int64]:
        """First and last begin of a block in each segment, (segments, 2); of each segment one column is read."""
        spans = []
        for segment in self._run.segments("bridge_block"):
            t_us = self._read(segment, ("t_us",)).column("t_us").to_numpy()
            spans.append((t_us.min(), t_us.max()))
        return np.array(spans, np.int64).reshape(-1, 2)

    def between(self, channels: Sequence[int], begin_us: int, end_us: int) -> dict[int, Waveform]:
        """Return what there is of ``channels`` from ``begin_us`` until ``end_us``, by channel; those without are left out."""
        first_us = begin_us - LONGEST_US
        meets = (self._spans[:, 0] < end_us) & (self._spans[:, 1] >= first_us)
        segments = self._run.segments("bridge_block")
        columns = ("t_us", "channel", "period_us", "scale", "samples")
        parts: dict[int, list[tuple[Floats, Floats]]] = {}
        wanted = pa.array(list(channels), pa.int32())
        for place in np.flatnonzero(meets).tolist():
            meet = (pc.field("t_us") < end_us) & (pc.field("t_us") >= first_us) & pc.field("channel").isin(wanted)
            table = self._read(segments[place], columns).filter(meet)
            names = zip(*(table.column(name).to_pylist() for name in columns[:-1]), strict=True)
            for (t_us, channel, period_us, scale), samples in zip(names, table.column("samples"), strict=True):
                code = np.asarray(samples.values.to_numpy())
                own_us = t_us + period_us * np.arange(code.size)
                inside = (own_us >= begin_us) & (own_us < end_us)
                value = np.where(code == MISSING, np.nan, code * scale)
                parts.setdefault(channel, []).append((own_us[inside] / US_PER_S, value[inside]))
        found = {}
        for channel in channels:
            pieces = sorted((piece for piece in parts.get(channel, []) if piece[0].size), key=lambda piece: float(piece[0][0]))
            if pieces:
                t_s, value = (np.concatenate(part) for part in zip(*pieces, strict=True))
                found[channel] = Waveform(channel, t_s, value)
        return found

    def has(self, begin_us: int, end_us: int) -> bool:
        """Return whether the log has a segment with blocks that may meet a stretch of time."""
        return bool(((self._spans[:, 0] < end_us) & (self._spans[:, 1] >= begin_us - LONGEST_US)).any())

    @staticmethod
    def _read(segment: object, columns: Sequence[str]) -> pa.Table:
        names = [column.name for column in TABLES["bridge_block"].columns]
        fields = [names.index(name) for name in columns]
        options = ipc.IpcReadOptions(use_threads=False, included_fields=fields)
        with pa.memory_map(str(segment)) as source, ipc.open_file(source, options=options) as reader:
            return reader.read_all()


def envelope(t_s: Floats, value: Floats, most: int) -> tuple[Floats, Floats]:
    """Return at most ``most`` points that draw the same line: of each stretch its least and its largest value, in their order.

    Missing samples make a gap where a whole stretch is missing. ``most`` is at least 2; shorter lines come back as they are.
    """
    if t_s.size <= most:
        return t_s, value
    edges = np.linspace(0, t_s.size, most // 2 + 1).astype(np.int64)
    kept = []
    for first, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        part = value[first:end]
        if np.isnan(part).all():
            kept.append(first)
        else:
            kept += sorted({first + int(np.nanargmin(part)), first + int(np.nanargmax(part))})
    rows = np.array(kept, np.int64)
    return t_s[rows], value[rows]
