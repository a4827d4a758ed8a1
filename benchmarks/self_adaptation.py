"""What self-diagnosis finds and what self-adaptation is worth, in runs of four junctions of the CBD.

    python benchmarks/self_adaptation.py [--json] [--duration-s 1200]

Four LiDARs at the corners of each junction, whose lists their site fuses. Recalibration: the first one turned by 2 degrees,
mean distance of fused objects from their vehicles. Reduced rates: uplinks of 0.1 Mbit/s. Buffering: all uplinks out for half a
minute of two. Alarms: each cause every two hours a device, repaired after nine minutes on average, for ``--duration-s``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from twin.eventlog.reader import Run, open_run
from twin.metrics.alarms import alarm_figures
from twin.metrics.links import link_figures
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.sensors.fault_effects import CAUSES
from twin.simulation.run import run

SCENARIO = Path(__file__).parent.parent / "scenarios" / "huacheng_junction.yaml"
PLACES = ((113.31582, 23.12206), (113.31302, 23.12222), (113.31586, 23.12484), (113.31297, 23.12029))
SITES = ", ".join(f"{{name: j{i}, lon_deg: {lon}, lat_deg: {lat}, kit: corners}}" for i, (lon, lat) in enumerate(PLACES))
BASE = {
    "deployment.kits": "{corners: {mounts: [{at: corner, devices: [{kind: lidar, range_m: 120}]}]}}",
    "deployment.sites": f"[{SITES}]",
    "fusion": "{}",
    "self_check": "{window_s: 30, learning_s: 300}",
    "warm_up_s": "60",
    "log": "{trajectory_period_s: 1, observation_every_n_frames: 0}",
}
TURNED = "{scheduled: [{device: j0/lidar-0, cause: misalignment, size: 2.0, from_s: 0, until_s: 100000}]}"
OFTEN = {"dirt": {"ramp_s": 0}, "clock_drift": {"drift_ppm": 1000}}
"""Dirt that comes at once and a clock that needs ten seconds for what takes a free one eight minutes."""


def fused_error_m(finished: Run, site: int, from_s: float) -> tuple[float, float]:
    """Return, of a site's fused objects after ``from_s``, the mean distance from their vehicles, and tracks a vehicle."""
    truth = finished.table("trajectory").to_pandas().set_index(["t_us", "vehicle"])[["x_cm", "y_cm"]].add_suffix("_true")
    tracks = finished.table("fused_object").to_pandas().dropna(subset=["vehicle"]).astype({"vehicle": int})
    joined = tracks[(tracks["site"] == site) & (tracks["t_us"] >= from_s * 1e6)].join(
        truth, on=["t_us", "vehicle"], how="inner"
    )
    off_cm = np.hypot(joined["x_cm"] - joined["x_cm_true"], joined["y_cm"] - joined["y_cm_true"])
    return float(off_cm.mean()) / 100.0, len(joined) / joined.groupby(["t_us", "vehicle"]).ngroups


def finished(folder: Path, **overrides: str) -> Run:
    """Run the junctions below ``folder`` with some keys replaced."""
    return open_run(run(load_spec(SCENARIO, Scenario, BASE | overrides), folder, overwrite=True).folder)


def recalibration(folder: Path) -> list[dict[str, Any]]:
    """Return error and doubles at the site of the turned device, without a fault, with it, and recalibrated."""
    rows = []
    for name, keys in {
        "no fault": {},
        "turned by 2 degrees": {"faults": TURNED},
        "recalibrated": {"faults": TURNED, "adaptation": "{recalibrate: true}"},
    }.items():
        error_m, tracks = fused_error_m(finished(folder, duration_s="180", **keys), 0, 60.0)
        rows.append({"case": name, "mean_error_m": error_m, "tracks_per_vehicle": tracks})
    return rows


def links(folder: Path, case: str, **overrides: str) -> dict[str, Any]:
    """Return what arrives at the edge computers, how old, and what is lost on the way."""
    figures = link_figures(finished(folder, duration_s="180", **overrides), 60.0)
    return {
        "case": case,
        "sent_per_s": figures.messages / 120.0,
        "delivered_share": figures.mec.delivered / figures.messages,
        "age_p50_ms": figures.mec.p50_ms,
        "age_p95_ms": figures.mec.p95_ms,
    }


def alarms(folder: Path, duration_s: float) -> list[dict[str, Any]]:
    """Return what the self-check found of faults that come by chance, by cause."""
    faults: dict[str, Any] = {cause: {"mtbf_h": 2.0, "mttr_h": 0.15} | OFTEN.get(cause, {}) for cause in CAUSES}
    told = json.dumps({"random": True, "start": "up"} | faults)
    scores = alarm_figures(finished(folder, duration_s=str(duration_s), faults=told))
    return [
        {
            "cause": score.cause,
            "faults": score.faults,
            "found": score.found,
            "noticed": score.noticed,
            "median_delay_s": score.median_delay_s if score.found else None,
            "false_alarms": score.false,
            "mistaken": score.mistaken,
            "false_per_device_day": score.false_per_device_day,
        }
        for score in scores.values()
    ]


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--duration-s", type=float, default=1200.0)
    options = parser.parse_args()
    narrow = {"links.site_to_mec.rate_mbps": "0.1"}
    out = {"links.outages": "[{hop: site_to_mec, from_s: 90, until_s: 120}]"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = {
            "recalibration": recalibration(folder),
            "rates": [
                links(folder, "all frames", **narrow),
                links(folder, "reduced rate", **narrow, adaptation="{reduce_rate: true}"),
            ],
            "outage": [
                links(folder, during, **out, **{"links.site_to_mec.during_outage": during}) for during in ("store", "drop")
            ],
            "alarms": alarms(folder, options.duration_s),
        }
    if options.json:
        print(json.dumps(found))
        return
    for title, rows in found.items():
        print(title)
        for row in rows:
            print(
                "  "
                + ", ".join(
                    f"{key} {value:.3g}" if isinstance(value, float) else f"{key} {value}" for key, value in row.items()
                )
            )


if __name__ == "__main__":
    main()
