"""How well loops measure flow, occupancy and speed, from the table ``loop_interval``: what they say beside the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.metrics.geh import geh
from twin.metrics.selection import after_warm_up, share
from twin.units import CM_PER_M, US_PER_S

_US_PER_H = 3600 * US_PER_S
_COLUMNS = ("t_us", "interval_us", "device", "edge", "count", "occupied_us", "mean_speed_cmps")
_TRUTH = ("true_count", "true_occupied_us", "true_mean_speed_cmps")

Bools = npt.NDArray[np.bool_]
Columns = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class LoopFigures:
    """Of one loop device, all its lanes together, or of several devices. A figure that nothing is there to form is None.

    Measured and true figures are over the same time: the intervals that were reported.
    """

    devices: int
    lanes: int
    reported_share: float | None
    """Share of the intervals of which a report left the device."""
    flow_vph: float | None
    """Vehicles counted an hour and device."""
    true_flow_vph: float | None
    count_bias_share: float | None
    """Counted too many, of those that came; negative: too few."""
    flow_mape: float | None
    """Mean absolute error of the flow of one device over one interval, as a share of the true one; intervals without vehicles
    are left out."""
    worst_geh: float | None
    """Greatest GEH of the devices, of hourly flows over the whole time; the UK's Design Manual for Roads and Bridges asks for
    less than 5 at 85 % of the places."""
    occupancy: float | None
    """Share of the time for which a lane's loop noticed a vehicle."""
    true_occupancy: float | None
    speed_mps: float | None
    """Mean of the speeds told, each lane and interval weighted by its count."""
    true_speed_mps: float | None
    """The same of the true speeds of the same lanes and intervals."""
    speed_bias_mps: float | None
    """Measured less true speed: negative where vehicles seem slower than they were."""
    speed_mape: float | None
    """Mean absolute error of a lane's mean speed over an interval, as a share of the true one, weighted as the speeds."""


@dataclass(frozen=True, slots=True)
class LoopsOfARun:
    """Loops of a run after its warm-up."""

    by_device: dict[int, LoopFigures]
    by_edge: dict[int, LoopFigures]
    by_preset: dict[str, LoopFigures]
    """In alphabetical order; ``loop`` for those without a preset."""


def loop_figures(run: Run, warm_up_s: float = 0.0) -> LoopsOfARun:
    """Return the figures of the loops of ``run``, from the intervals that begin after ``warm_up_s``."""
    table = after_warm_up(run, "loop_interval", (*_COLUMNS, *_TRUTH), warm_up_s)
    columns: Columns = {
        name: table.column(name).to_numpy().astype(np.float64)  # a null becomes NaN
        for name in ("interval_us", *_COLUMNS[4:], *_TRUTH)
    }
    columns |= {name: table.column(name).to_numpy() for name in ("t_us", "device", "edge")}
    preset_of = {row["device"]: row["preset"] or row["kind"] for row in run.table("device_spec").to_pylist()}
    preset = np.array([preset_of[number] for number in columns["device"].tolist()], np.str_)
    return LoopsOfARun(
        by_device={int(one): _figures(columns, columns["device"] == one) for one in np.unique(columns["device"])},
        by_edge={int(one): _figures(columns, columns["edge"] == one) for one in np.unique(columns["edge"])},
        by_preset={str(one): _figures(columns, preset == one) for one in np.unique(preset)},
    )


def _figures(columns: Columns, chosen: Bools) -> LoopFigures:
    every = {name: values[chosen] for name, values in columns.items()}
    reported = ~np.isnan(every["count"])
    part = {name: values[reported] for name, values in every.items()}
    keys, row = np.unique(np.stack((part["device"], part["t_us"]), axis=1), axis=0, return_inverse=True)
    row = row.reshape(-1)
    count, true = (np.bincount(row, part[name], len(keys)) for name in ("count", "true_count"))
    hours = np.zeros(len(keys))
    hours[row] = part["interval_us"] / _US_PER_H
    came = true > 0
    error = np.abs(count - true)[came] / true[came]
    told = ~np.isnan(part["mean_speed_cmps"]) & ~np.isnan(part["true_mean_speed_cmps"])
    speed, true_speed = (part[name][told] / CM_PER_M for name in ("mean_speed_cmps", "true_mean_speed_cmps"))
    weight = part["count"][told]
    off = np.abs(speed - true_speed) / np.maximum(true_speed, 1.0 / CM_PER_M)
    return LoopFigures(
        devices=np.unique(every["device"]).size,
        lanes=_lanes(every),
        reported_share=share(float(reported.sum()), float(reported.size)),
        flow_vph=share(float(count.sum()), float(hours.sum())),
        true_flow_vph=share(float(true.sum()), float(hours.sum())),
        count_bias_share=share(float(count.sum() - true.sum()), float(true.sum())),
        flow_mape=float(error.mean()) if error.size else None,
        worst_geh=max(
            (
                float(geh(count[at].sum() / hours[at].sum(), true[at].sum() / hours[at].sum()))
                for at in (keys[:, 0] == device for device in np.unique(keys[:, 0]))
            ),
            default=None,
        ),
        occupancy=share(float(part["occupied_us"].sum()), float(part["interval_us"].sum())),
        true_occupancy=share(float(part["true_occupied_us"].sum()), float(part["interval_us"].sum())),
        speed_mps=share(float((weight * speed).sum()), float(weight.sum())),
        true_speed_mps=share(float((weight * true_speed).sum()), float(weight.sum())),
        speed_bias_mps=share(float((weight * (speed - true_speed)).sum()), float(weight.sum())),
        speed_mape=share(float((weight * off).sum()), float(weight.sum())),
    )


def _lanes(rows: Columns) -> int:
    """Return how many loops there are: the rows of each device in its first interval."""
    return sum(
        int((rows["t_us"][mine] == rows["t_us"][mine].min()).sum())
        for mine in (rows["device"] == device for device in np.unique(rows["device"]))
    )
