"""How soon a loss of stiffness is found through the temperature that masks it, and how often one is told that is none.

    python benchmarks/stiffness_detection.py [--json] [--bridges 100] [--scatter 0.003]

Bridges of one kind, each with its own weather and its own scatter of identified frequencies (``--scatter``, relative, of ten
minutes; that of first frequencies identified from ambient vibration of 1 % damping is 0.002 to 0.003). Temperatures and their
effect are those of the shipped defaults, thermometers have their usual errors; to the days' weather a season is added, which
every bridge meets elsewhere. Training takes 30 days; at day 60 stiffness is lost at once, or from then on evenly over 30 days.
Without a loss the same bridges are watched for a year. Three ways are compared: hourly means with temperature regressed, hourly
means and daily means without.
"""

from __future__ import annotations

import argparse
import json
import math
from typing import Any

import numpy as np

from twin.bridges.loads_temperature import Temperature, TemperatureSpec
from twin.bridges.sensor_spec import ThermometerSpec, channels_of
from twin.bridges.sensors import Channels
from twin.bridges.stiffness import StiffnessWatch, StiffnessWatchSpec, limit_for, run_length

TEN_MINUTES_US = 600_000_000
DAY_US = 86_400_000_000
TRAINING_DAYS, LOSS_DAY, WATCHED_DAYS, QUIET_DAYS = 30, 60, 120, 365
LOSSES = (0.01, 0.02, 0.05)
FIRST_HZ = 1.5
SEASON_K = 7.0
"""Half of the difference between the warmest and the coldest month. Assumption: some 14 degrees in January, 28 in July."""

WAYS: dict[str, dict[str, float]] = {
    "temperature regressed, hourly": {"compensate": True},
    "temperature ignored, hourly": {"compensate": False},
    "temperature ignored, daily": {"compensate": False, "observation_s": 86400.0},
}


def frequency_of(day: np.ndarray, deck_c: np.ndarray, spec: TemperatureSpec, loss: float, over_days: float) -> np.ndarray:
    """Return true first frequencies: temperature as in the model, and the square root of the stiffness that is left."""
    lost = loss * np.clip((day - LOSS_DAY) / max(over_days, 1e-9), 0.0, 1.0)
    return FIRST_HZ * (1.0 - spec.frequency_per_k * (deck_c - spec.reference_c)) * np.sqrt(1.0 - lost)


def first_alarm_day(number: int, days: int, scatter: float, loss: float, over_days: float, way: str) -> float:
    """Return the day on which a bridge's watch first alarms; infinity where it does not."""
    t_us = np.arange(days * 144, dtype=np.int64) * TEN_MINUTES_US
    spec = TemperatureSpec()
    season = SEASON_K * np.cos(2.0 * np.pi * (t_us / DAY_US / 365.0 + 0.618 * number))
    deck_c = Temperature(spec, number, "bridge", 0.0).deck_c(t_us) + season
    true_hz = frequency_of(t_us / DAY_US, deck_c, spec, loss, over_days)
    read_hz = true_hz * (1.0 + scatter * np.random.default_rng(number).normal(size=t_us.size))
    sensor = ThermometerSpec(kind="temperature", id="t", rate_hz=1.0 / 600.0, dropout_share=0.0)
    read_c = Channels(channels_of("bridge", (sensor,)), number, 1.0 / 600.0).measure(0, TEN_MINUTES_US, deck_c[None, :])[0]
    watch = StiffnessWatch(StiffnessWatchSpec.model_validate({"training_days": TRAINING_DAYS, **WAYS[way]}))
    for at_us, celsius, hertz in zip(t_us.tolist(), read_c.tolist(), read_hz.tolist(), strict=True):
        notice = watch.add(at_us, celsius, hertz)
        if notice is not None and notice.alarm:
            return notice.t_us / DAY_US
    return math.inf


def detection(bridges: int, scatter: float) -> list[dict[str, Any]]:
    """Return a row for each loss, course and way: what share was found, how late, and what share was told before."""
    rows = []
    for loss in LOSSES:
        for over_days in (0.0, 30.0):
            for way in WAYS:
                days = np.array(
                    [first_alarm_day(number, WATCHED_DAYS, scatter, loss, over_days, way) for number in range(bridges)]
                )
                found = days[(days > LOSS_DAY) & np.isfinite(days)] - LOSS_DAY
                rows.append(
                    {
                        "loss": loss,
                        "over_days": over_days,
                        "way": way,
                        "told_before": float(np.mean(days <= LOSS_DAY)),
                        "found": float(np.mean((days > LOSS_DAY) & np.isfinite(days))),
                        "delay_median_h": float(24.0 * np.median(found)) if found.size else None,
                        "delay_p95_h": float(24.0 * np.quantile(found, 0.95)) if found.size else None,
                    }
                )
    return rows


def quiet(bridges: int, scatter: float) -> list[dict[str, Any]]:
    """Return how many bridges without a loss are told to have one within a year of watching, and the wanted share."""
    rows = []
    watched = QUIET_DAYS - TRAINING_DAYS
    wanted = StiffnessWatchSpec().false_alarm_days
    for way in WAYS:
        days = np.array([first_alarm_day(number, QUIET_DAYS, scatter, 0.0, 0.0, way) for number in range(bridges)])
        told = np.isfinite(days)
        rows.append(
            {
                "way": way,
                "told_share": float(np.mean(told)),
                "wanted_share": 1.0 - math.exp(-watched / wanted),
                "days_to_false_alarm": float(np.sum(np.where(told, days, QUIET_DAYS) - TRAINING_DAYS) / max(told.sum(), 1)),
            }
        )
    return rows


def simulated_run_length(wanted: float, runs: int = 4000) -> dict[str, float]:
    """Return the mean run length of a cumulative sum of independent standard normals whose limit is for ``wanted``."""
    spec = StiffnessWatchSpec()
    limit = limit_for(wanted, spec.slack)
    rng = np.random.default_rng(1)
    total, length, alive = np.zeros(runs), np.zeros(runs), np.ones(runs, np.bool_)
    while alive.any():
        total[alive] = np.maximum(0.0, total[alive] + rng.normal(size=int(alive.sum())) - spec.slack)
        length[alive] += 1.0
        alive &= total <= limit
    return {
        "wanted": wanted,
        "limit": limit,
        "by_equation": run_length(limit, spec.slack),
        "simulated": float(length.mean()),
        "standard_error": float(length.std() / math.sqrt(runs)),
    }


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--bridges", type=int, default=100)
    parser.add_argument("--scatter", type=float, default=0.003)
    asked = parser.parse_args()
    found = {
        "bridges": asked.bridges,
        "scatter": asked.scatter,
        "run_length": simulated_run_length(500.0),
        "quiet": quiet(asked.bridges, asked.scatter),
        "detection": detection(asked.bridges, asked.scatter),
    }
    if asked.json:
        print(json.dumps(found, indent=1))
        return
    print(found["run_length"])
    for row in (*found["quiet"], *found["detection"]):
        print(
            "  ".join(f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in row.items())
        )


if __name__ == "__main__":
    main()
