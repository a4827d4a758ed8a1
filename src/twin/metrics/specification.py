"""What Guangzhou's technical specification asks of roadside perception, and whether a run met it.

Source of the requirements: 广州市车联网先导区建设总体技术规范 (March 2021): types of motor vehicles told right 90 %, of
non-motor vehicles and pedestrians 85 %; error of speed -6 to 0 km/h below 100 km/h; mean position error 1.5 m; output within
100 ms. The numbers are the specification's, the way they are read is said at each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twin.eventlog.reader import Run
from twin.metrics.links import US_PER_MS
from twin.metrics.selection import after_warm_up, codes, percentile, seeing_devices, share
from twin.metrics.truth import Truth, shown_vehicles, truth_of
from twin.units import CM_PER_M, MPS_PER_KMH

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

Requirement = Literal["class_motor", "class_other", "speed_inside", "speed_shifted", "position", "output"]

AT_LEAST: Final[dict[Requirement, float]] = {
    "class_motor": 0.90,
    "class_other": 0.85,
    "speed_inside": 0.95,
    "speed_shifted": 0.95,
}
"""Shares that must be reached. Assumption: 95 % of the speeds, for which the specification names no share."""

AT_MOST: Final[dict[Requirement, float]] = {"position": 1.5, "output": 100.0}
"""Mean position error (m); 95th percentile of the output's age (ms). Assumption: the 95th, as no percentile is named."""

NOT_MOTOR: Final = ("electric_bicycle", "pedestrian")
"""Classes that are no motor vehicles; an electric bicycle is a non-motor vehicle under GB 17761-2018."""

SPEED_ERROR_KMH: Final = (-6.0, 0.0)
FASTEST_KMH: Final = 100.0
"""Only vehicles that truly drive slower are asked about."""

FUSED: Final = "fused"
"""The list that a site makes of its devices' lists, beside the kinds of devices."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One requirement, held against what one kind of device, or the sites' fused lists, reported."""

    source: str
    """Kind of device, or ``FUSED``."""
    requirement: Requirement
    """``class_*``: of the reports of true motor vehicles, or of all others, the share with the very class (``unknown`` is
    wrong). ``speed_inside``: read literally, the share of reports whose speed is too low by 0 to 6 km/h. ``speed_shifted``:
    the share within 3 km/h of the median error, what a constant put on every speed would bring inside. ``position``: mean
    distance (m) from the truth. ``output``: age (ms) of a list when it was ready; of a fused one, of its newest data."""
    figure: float | None
    """None where nothing is there to form it."""
    n: int
    """Reports, of the output frames, that it is formed of."""

    @property
    def threshold(self) -> float:
        """What is asked for."""
        return AT_LEAST[self.requirement] if self.requirement in AT_LEAST else AT_MOST[self.requirement]

    @property
    def at_least(self) -> bool:
        """Whether the figure must reach the threshold, not stay below it."""
        return self.requirement in AT_LEAST

    @property
    def met(self) -> bool | None:
        """Whether the requirement is met; None where there is no figure."""
        if self.figure is None:
            return None
        return self.figure >= self.threshold if self.at_least else self.figure <= self.threshold


def specification_verdicts(run: Run, warm_up_s: float = 0.0, truth: Truth | None = None) -> tuple[Verdict, ...]:
    """Return the verdicts on ``run`` after ``warm_up_s``: by kind of device, then on the fused lists.

    Speeds and places are held against the truth at the very instant, so only reports of instants that stand in ``trajectory``
    count there; classes of all reports do. Reports are those of ``observation`` (every n-th frame of a device) and
    ``fused_object``; false objects have no truth to differ from and are left out. Empty where neither table has a row.
    """
    truth = truth_of(run, warm_up_s) if truth is None else truth
    vocabulary: dict[str, int] = {}
    klass = _classes(run, vocabulary)
    rows = seeing_devices(run).select(["device", "kind"]).to_pylist()
    kinds = sorted({str(row["kind"]) for row in rows})
    kind_of = np.full(max((row["device"] for row in rows), default=-1) + 1, -1, np.int64)
    kind_of[[row["device"] for row in rows]] = [kinds.index(row["kind"]) for row in rows]
    found: list[Verdict] = []
    columns = ("t_us", "x_cm", "y_cm", "speed_cmps", "class", "vehicle")
    seen = after_warm_up(run, "observation", (*columns, "device"), warm_up_s)
    frames = after_warm_up(run, "frame", ("device", "processing_us"), warm_up_s)
    of_report, of_frame = (kind_of[part.column("device").to_numpy()] for part in (seen, frames))
    reports = _reports(seen, truth, klass, vocabulary)
    ready_us = frames.column("processing_us").to_numpy()
    for number, kind in enumerate(kinds):
        found += _verdicts(kind, reports.of(of_report == number), ready_us[of_frame == number])
    if run.segments("fused_object"):
        fused = after_warm_up(run, "fused_object", (*columns, "age_us", "devices"), warm_up_s)
        fresh = fused.column("devices").to_numpy() > 0
        found += _verdicts(FUSED, _reports(fused, truth, klass, vocabulary), fused.column("age_us").to_numpy()[fresh])
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Reports:
    """Reports of true objects; arrays of shape (n,)."""

    motor: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]
    error_m: Floats
    """NaN where the truth of the instant is not known."""
    error_kmh: Floats
    """Reported less true speed; NaN there too, and for vehicles at ``FASTEST_KMH`` and above."""
    true: npt.NDArray[np.bool_]

    def of(self, chosen: npt.NDArray[np.bool_]) -> _Reports:
        """Return a part of them."""
        return _Reports(self.motor[chosen], self.right[chosen], self.error_m[chosen], self.error_kmh[chosen], self.true[chosen])


def _classes(run: Run, vocabulary: dict[str, int]) -> Longs:
    """Return the class of every vehicle by its number."""
    table = run.table("vehicle")
    number = table.column("vehicle").to_numpy().astype(np.int64)
    klass = np.full(int(number.max(initial=-1)) + 1, -1, np.int64)
    klass[number] = codes(table, "class", vocabulary)
    return klass


def _reports(table: pa.Table, truth: Truth, klass: Longs, vocabulary: dict[str, int]) -> _Reports:
    t_us, vehicle = table.column("t_us").to_numpy(), shown_vehicles(table)
    told = codes(table, "class", vocabulary)
    others = [vocabulary[name] for name in NOT_MOTOR if name in vocabulary]
    true = vehicle >= 0
    own = np.where(true, klass[np.maximum(vehicle, 0)], -1) if klass.size else np.full(vehicle.size, -1, np.int64)
    row = truth.rows(t_us, vehicle)
    there, at = row >= 0, np.maximum(row, 0)
    error_m, error_kmh = np.full(row.size, np.nan), np.full(row.size, np.nan)
    if truth.t_us.size:
        x_m, y_m, speed_mps = (table.column(name).to_numpy() / CM_PER_M for name in ("x_cm", "y_cm", "speed_cmps"))
        away_m = np.hypot(x_m - truth.x_m[at], y_m - truth.y_m[at])
        slow = truth.speed_mps[at] < FASTEST_KMH * MPS_PER_KMH
        error_m = np.where(there, away_m, np.nan)
        error_kmh = np.where(there & slow, (speed_mps - truth.speed_mps[at]) / MPS_PER_KMH, np.nan)
    return _Reports(~np.isin(own, others), told == own, error_m, error_kmh, true)


def _verdicts(source: str, reports: _Reports, ready_us: npt.NDArray[np.integer]) -> list[Verdict]:
    motor, other = reports.true & reports.motor, reports.true & ~reports.motor
    error_m = reports.error_m[~np.isnan(reports.error_m)]
    error_kmh = reports.error_kmh[~np.isnan(reports.error_kmh)]
    least, most = SPEED_ERROR_KMH
    inside = (error_kmh >= least) & (error_kmh <= most)
    near = np.abs(error_kmh - (np.median(error_kmh) if error_kmh.size else 0.0)) <= (most - least) / 2.0
    late_us = percentile(ready_us, 95)

    def part(chosen: npt.NDArray[np.bool_]) -> float | None:
        return share(int(chosen.sum()), chosen.size)

    return [
        Verdict(source, "class_motor", part(reports.right[motor]), int(motor.sum())),
        Verdict(source, "class_other", part(reports.right[other]), int(other.sum())),
        Verdict(source, "speed_inside", part(inside), error_kmh.size),
        Verdict(source, "speed_shifted", part(near), error_kmh.size),
        Verdict(source, "position", float(error_m.mean()) if error_m.size else None, error_m.size),
        Verdict(source, "output", None if late_us is None else late_us / US_PER_MS, ready_us.size),
    ]
