"""Who was where along a road, and what its signals showed: the series of a time-space diagram, from the log alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.errors import InputError
from twin.eventlog.reader import Run
from twin.messages import say
from twin.metrics.named_road import Axis, axis_of
from twin.units import CM_PER_M, US_PER_S, to_us

Floats = npt.NDArray[np.float64]

BREAK_S = 3.0
"""A vehicle that was off the road for longer begins a new line. Assumption."""


@dataclass(frozen=True, slots=True)
class Red:
    """A signal on the road shows red (or yellow) for a while."""

    at_m: float
    """Metres along the road of the end of the edge whose stop line it is."""
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class TimeSpace:
    """Lines of vehicles along a road in one direction, and the reds that they met."""

    direction: str
    length_m: float
    lines: tuple[tuple[Floats, Floats], ...]
    """Of each vehicle while it was on the road: s after the scenario's start, metres along the road."""
    reds: tuple[Red, ...]
    stop_lines_m: tuple[float, ...]
    """Where the signals stand, metres along the road."""


def time_space(run: Run, road: str, direction: str, from_s: float, until_s: float) -> TimeSpace:
    """Return the diagram of ``road`` between two instants; ``direction`` as for ``axis_of``.

    Raises InputError without such a road or direction, or where nobody drove on it then.
    """
    axis = axis_of(run, road, direction)
    lines = _lines(run, axis, from_s, until_s)
    if not lines:
        raise InputError(say("draw.nobody", run=run.path, road=road))
    reds, places = _reds(run, axis, from_s, until_s)
    return TimeSpace(axis.direction, float(axis.s_m[-1]), lines, reds, places)


def _lines(run: Run, axis: Axis, from_s: float, until_s: float) -> tuple[tuple[Floats, Floats], ...]:
    names = ("t_us", "vehicle", "x_cm", "y_cm", "edge")
    parts = []
    for batch in run.batches("trajectory", names):
        t_us, edge = batch.column("t_us").to_numpy(), batch.column("edge").to_numpy()
        keep = (t_us >= to_us(from_s)) & (t_us < to_us(until_s)) & np.isin(edge, axis.edges)
        parts.append(np.column_stack([batch.column(name).to_numpy()[keep] for name in names[:-1]]).astype(np.int64))
    rows = np.concatenate(parts) if parts else np.zeros((0, 4), dtype=np.int64)
    rows = rows[np.lexsort((rows[:, 0], rows[:, 1]))]
    at_m = axis.along(rows[:, 2:4] / CM_PER_M)
    rows, at_m = rows[np.isfinite(at_m)], at_m[np.isfinite(at_m)]
    t_s = rows[:, 0] / US_PER_S
    begins = np.flatnonzero((np.diff(rows[:, 1]) != 0) | (np.diff(t_s) > BREAK_S)) + 1
    cut = zip(np.split(t_s, begins), np.split(at_m, begins), strict=True)
    return tuple((times_s, places_m) for times_s, places_m in cut if times_s.size > 1)


def _reds(run: Run, axis: Axis, from_s: float, until_s: float) -> tuple[tuple[Red, ...], tuple[float, ...]]:
    """Return when nobody may go at each stop line along the axis, and where these are."""
    place_m = dict(zip(axis.edges.tolist(), axis.end_m.tolist(), strict=True))
    shown: dict[tuple[int, int], float] = {}
    junctions = run.table("junction")
    for number, approaches, phases in zip(
        *(junctions.column(name).to_pylist() for name in ("junction", "approach_edge", "approach_phase")), strict=True
    ):
        for edge, phase in zip(approaches, phases, strict=True):
            if phase >= 0 and edge in place_m:
                shown[number, phase] = place_m[edge]
    reds: list[Red] = []
    since: dict[tuple[int, int], float] = {}
    for batch in run.batches("signal", ("t_us", "junction", "phase", "state")):
        columns = (batch.column(name).to_pylist() for name in ("t_us", "junction", "phase", "state"))
        for t_us, junction, phase, state in zip(*columns, strict=True):
            key, t_s = (junction, phase), t_us / US_PER_S
            if key not in shown:
                continue
            stops = state in {"red", "yellow"}
            if stops:
                since.setdefault(key, t_s)
            elif key in since:
                reds.append(Red(shown[key], since.pop(key), t_s))
    reds += [Red(shown[key], t_s, until_s) for key, t_s in since.items()]
    inside = [
        Red(red.at_m, max(red.from_s, from_s), min(red.to_s, until_s))
        for red in reds
        if red.to_s > from_s and red.from_s < until_s
    ]
    return tuple(inside), tuple(sorted(set(shown.values())))
