"""Speed advice at signals over real links: ``python benchmarks/services_run.py [--seeds 3] [--duration-s 420] [--json]``.

The CBD with a LiDAR and a roadside unit at each signalised junction. Vehicles hear SPAT by direct radio, queues are those
that the edge computers know, drivers follow by the defaults. Trips and signals of a seed are the same at every share of
equipped vehicles; what differs is paired. ``services_study.py`` has the same with perfect reception.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from twin.eventlog.reader import Run, open_run
from twin.metrics.selection import after_warm_up
from twin.metrics.statistics import paired_difference
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run

ROOT = Path(__file__).parent.parent
SHARES = (0.0, 0.3, 1.0)
WARM_UP_S = 60.0


def figures(finished: Run) -> dict[str, float]:
    """Return what is compared: share of the vehicle time below 1.4 m/s, mean speed, pieces of advice a vehicle-hour."""
    table = after_warm_up(finished, "edge_state", ("vehicle_s", "halted_s", "distance_m"), WARM_UP_S)
    total_s, halted_s, distance_m = (
        float(table.column(name).to_numpy().astype(np.float64).sum()) for name in ("vehicle_s", "halted_s", "distance_m")
    )
    advised = after_warm_up(finished, "guidance", ("vehicle",), WARM_UP_S).num_rows
    return {
        "halted_share": halted_s / total_s,
        "mean_speed_kmh": 3.6 * distance_m / total_s,
        "advice_per_vehicle_h": 3600.0 * advised / total_s,
    }


def one(share: float, seed: int, duration_s: float, folder: Path) -> dict[str, float]:
    """Run once and return its figures."""
    overrides = {
        "name": "services",
        "seed": str(seed),
        "duration_s": str(duration_s),
        "warm_up_s": str(WARM_UP_S),
        "connected.share": str(share),
        "connected.always": "[]",
        "attacks": "[]",
        "links.outages": "[]",
        "services": "{signal_advice: {}}",
        "log.observation_every_n_frames": "0",
        "log.vehicle_report_every_n": "0",
    }
    loaded = load_spec(ROOT / "scenarios" / "tianhe_connected.yaml", Scenario, overrides)
    return figures(open_run(run(loaded, folder).folder))


def main() -> None:
    """Run all and print them."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--duration-s", type=float, default=420.0)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    args = parser.parse_args()
    found: dict[str, dict[float, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for share in SHARES:
            for seed in range(1, args.seeds + 1):
                for name, value in one(share, seed, args.duration_s, Path(folder)).items():
                    found.setdefault(name, {}).setdefault(share, []).append(value)
    result: dict[str, Any] = {"seeds": args.seeds, "duration_s": args.duration_s}
    for name, by_share in found.items():
        for share, values in by_share.items():
            told: dict[str, float | None] = {"mean": float(np.mean(values))}
            difference = paired_difference(values, by_share[0.0]) if share else None
            if difference is not None:
                told |= {"difference": difference.mean, "half_width": difference.half_width}
            result.setdefault(name, {})[str(share)] = told
            print(f"{name:22} {share:4.0%} {told}")
    if args.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
