"""A thousand LiDARs at 10 Hz: speed, growth with pairs, and a planner's own sensor loop over SUMO on the same trajectories.

    python benchmarks/perception_scale.py [--json] [--devices 1000] [--frames 100] [--no-sumo]

A pair is a vehicle within range and field of view of a device, in one frame. Ours: occlusion by vehicles and buildings, noise,
draws, ``frame`` and ``detection_stat`` rows written to disk, on one core, kernels compiled before. The vehicles stand on the
streets of a generated grid, see ``lidar_scan.py``; for the growth, at several densities.

The loop over SUMO (``sumo_sensor_loop.py``): SUMO drives a 20 x 20 grid of signals inside of the process (libsumo); each step
the loop asks for the vehicles and, for each device, looks for the present ones with NumPy and for lines of sight with Shapely's
tree. The very positions that SUMO gave are then scanned by ours. The ratio is of the times a frame of one device; SUMO's own
step, and our reading of the positions, are in neither.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lidar_scan import grid_city, junction_devices
from peer_cases import grid_case
from sumo_sensor_loop import WARM_UP_S, drive_and_look, grid_buildings, grid_devices
from twin.eventlog.recorder import Recorder
from twin.kernel.weather import WeatherSpec
from twin.roadnet.road_network import Building
from twin.sensors.fleet import SensorFleet
from twin.sensors.lidar import LidarSpec
from twin.sensors.sites import Device
from twin.traffic.ground_truth import GroundTruth

SIDE = 31
"""Blocks along a side of the grid: 1,024 junctions."""
SPACINGS_M = (520.0, 260.0, 130.0, 65.0)
"""Mean distance between vehicles of a lane, for the growth."""
SUMO_RATE_PER_S = 5.5
"""Trips a second on SUMO's grid."""
BAR_SPACING_M = 130.0
"""Gives 30 vehicles in range of a device."""


def scan_frames(
    devices: list[Device], buildings: tuple[Building, ...], truths: list[GroundTruth], repeat: int
) -> tuple[float, int, int]:
    """Scan ``repeat`` times with all devices through ``truths``; return CPU seconds, pairs and detections."""
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        fleet = SensorFleet(devices, buildings, WeatherSpec(), 1, recorder)
        fleet.scan(truths[0])  # compiles
        fleet.close_interval(fleet.period_us)
        recorder.close_segment()
        pairs, detected = fleet.present, fleet.detected
        began_s = time.process_time()
        frame = 0
        for _ in range(repeat):
            for truth in truths:
                frame += 1
                fleet.scan(replace(truth, t_us=frame * fleet.period_us))
        fleet.close_interval((frame + 1) * fleet.period_us)
        recorder.close_segment()
        return time.process_time() - began_s, fleet.present - pairs, fleet.detected - detected


def growth(count: int, frames: int) -> list[dict[str, float]]:
    """Return, by density, pairs a device and frame and the time of a pair."""
    rows = []
    devices = junction_devices(count, SIDE, LidarSpec(kind="lidar"))
    for spacing_m in SPACINGS_M:
        truth, buildings = grid_city(SIDE, spacing_m, seed=1)
        spent_s, pairs, detected = scan_frames(devices, buildings, [truth], frames)
        rows.append(
            {
                "spacing_m": spacing_m,
                "pairs_per_device_and_frame": pairs / frames / count,
                "pairs_per_s": pairs / spent_s,
                "us_per_device_and_frame": 1e6 * spent_s / frames / count,
                "real_time_factor": frames * devices[0].spec.period_us / 1e6 / spent_s,
                "recall": detected / pairs,
            }
        )
    return rows


def linearity(rows: list[dict[str, float]]) -> float:
    """Return the exponent of the time of a device's frame over its pairs, by least squares of the logarithms."""
    pairs = np.log([row["pairs_per_device_and_frame"] for row in rows])
    spent = np.log([row["us_per_device_and_frame"] for row in rows])
    return float(np.polyfit(pairs, spent, 1)[0])


def beside_sumo(count: int, loop_devices: int, frames: int) -> dict[str, float]:
    """Return how our scan compares with the loop over SUMO on the same trajectories."""
    case = grid_case(SUMO_RATE_PER_S, WARM_UP_S + 10.0)
    devices = grid_devices(case.network, count, LidarSpec(kind="lidar"))
    found = drive_and_look(case, devices[:loop_devices], frames)
    spent_s, pairs, detected = scan_frames(devices, grid_buildings(case.network), found.truths, 10)
    ours_us = 1e6 * spent_s / (10 * frames * count)
    theirs_us = 1e6 * found.loop_s / (frames * loop_devices)
    return {
        "ratio_vs_sumo_loop": theirs_us / ours_us,
        "sumo_loop_us_per_device_and_frame": theirs_us,
        "ours_us_per_device_and_frame": ours_us,
        "sumo_loop_pairs_per_device_and_frame": found.pairs / frames / loop_devices,
        "ours_pairs_per_device_and_frame": pairs / (10 * frames) / count,
        "sumo_loop_recall": found.detected / found.pairs,
        "ours_recall": detected / pairs,
        "sumo_step_ms": 1e3 * found.step_s / frames,
        "sumo_read_ms": 1e3 * found.read_s / frames,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--loop-devices", type=int, default=50)
    parser.add_argument("--loop-frames", type=int, default=5)
    parser.add_argument("--no-sumo", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = growth(given.devices, given.frames)
    bar = rows[SPACINGS_M.index(BAR_SPACING_M)]
    result: dict[str, Any] = {
        "real_time_factor": bar["real_time_factor"],
        "pairs_per_s": bar["pairs_per_s"],
        "pairs_per_device_and_frame": bar["pairs_per_device_and_frame"],
        "exponent_of_time_over_pairs": linearity(rows),
        "growth": rows,
    }
    if not given.no_sumo:
        result |= beside_sumo(given.devices, given.loop_devices, given.loop_frames)
    if given.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        if name != "growth":
            print(f"{name:40s} {value:14.3f}")
    for row in rows:
        print("  ".join(f"{name} {value:.4g}" for name, value in row.items()))


if __name__ == "__main__":
    main()
