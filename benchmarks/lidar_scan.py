"""How many sensor-vehicle pairs a second one core scans: occlusion, noise, draws and the log's rows included.

Usage: python benchmarks/lidar_scan.py [--devices 1000] [--frames 100] [--column-deg 3.0] [--json]
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from twin.eventlog.recorder import Recorder
from twin.kernel.weather import WeatherSpec
from twin.roadnet.road_network import Building
from twin.sensors.fleet import SensorFleet
from twin.sensors.lidar import LidarSpec
from twin.sensors.sites import Device
from twin.traffic.ground_truth import GroundTruth

BLOCK_M = 200.0
"""Distance between the streets of the grid city."""
HALF_STREET_M = 18.0


def grid_city(side: int, spacing_m: float, seed: int) -> tuple[GroundTruth, tuple[Building, ...]]:
    """Return vehicles in two lanes a direction on a street grid of ``side`` x ``side`` blocks, and its blocks as buildings."""
    rng = np.random.default_rng(seed)
    length_m = side * BLOCK_M
    x, y, heading = [], [], []
    for street in range(side + 1):
        for lane, offset in enumerate((-5.25, -1.75, 1.75, 5.25)):
            along = np.arange(0.0, length_m, spacing_m)
            along = along + rng.uniform(0.0, 0.4 * spacing_m, along.size)
            across = np.full(along.size, street * BLOCK_M + offset)
            x += [along, across]
            y += [across, along]
            direction = 0.0 if lane < 2 else math.pi
            heading += [np.full(along.size, direction), np.full(along.size, direction - 0.5 * math.pi)]
    x_m, y_m, heading_rad = np.concatenate(x), np.concatenate(y), np.concatenate(heading)
    n = x_m.size
    tall = rng.random(n) < 0.1
    zero = np.zeros(n)
    truth = GroundTruth(
        t_us=0,
        vehicle=np.arange(n, dtype=np.int32),
        klass=np.where(tall, 2, 0).astype(np.int8),
        x_m=x_m,
        y_m=y_m,
        level=np.zeros(n, np.int8),
        heading_rad=heading_rad,
        speed_mps=zero,
        length_m=np.where(tall, 12.0, 4.6),
        width_m=np.where(tall, 2.55, 1.8),
        height_m=np.where(tall, 3.2, 1.5),
        edge=np.zeros(n, np.int32),
        lane=np.zeros(n, np.int8),
        s_m=zero,
    )
    buildings = []
    for i in range(side):
        for j in range(side):
            west, south = i * BLOCK_M + HALF_STREET_M, j * BLOCK_M + HALF_STREET_M
            east, north = west + BLOCK_M - 2 * HALF_STREET_M, south + BLOCK_M - 2 * HALF_STREET_M
            outline_x, outline_y = np.array([west, east, east, west]), np.array([south, south, north, north])
            buildings.append(Building(outline_x, outline_y, 30.0))
    return truth, tuple(buildings)


def junction_devices(count: int, side: int, spec: LidarSpec) -> list[Device]:
    """Return ``count`` LiDARs at corners of the grid's junctions, several a junction where there are more than junctions."""
    devices = []
    for k in range(count):
        at = k % (side + 1) ** 2
        x_m = (at % (side + 1)) * BLOCK_M + 9.0 + 0.01 * (k // (side + 1) ** 2)
        y_m = (at // (side + 1)) * BLOCK_M + 9.0
        devices.append(Device(k, f"site-{k}/lidar-0", k, x_m, y_m, 0, 0.0, spec))
    return devices


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--column-deg", type=float, default=3.0)
    parser.add_argument("--spacing-m", type=float, default=130.0)
    parser.add_argument("--side", type=int, default=31)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    truth, buildings = grid_city(given.side, given.spacing_m, seed=1)
    spec = LidarSpec(kind="lidar", occlusion_column_deg=given.column_deg)
    devices = junction_devices(given.devices, given.side, spec)
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        began_s = time.process_time()
        fleet = SensorFleet(devices, buildings, WeatherSpec(), 1, recorder)
        set_up_s = time.process_time() - began_s
        fleet.scan(truth)  # compiles
        fleet.close_interval(fleet.period_us)
        recorder.close_segment()
        before = fleet.present
        began_s = time.process_time()
        for frame in range(1, given.frames + 1):
            fleet.scan(replace(truth, t_us=frame * fleet.period_us))
        fleet.close_interval((given.frames + 1) * fleet.period_us)
        recorder.close_segment()
        spent_s = time.process_time() - began_s
    pairs = fleet.present - before
    result = {
        "pairs_per_s": pairs / spent_s,
        "pairs_per_scan_and_device": pairs / given.frames / given.devices,
        "real_time_factor": given.frames * fleet.period_us / 1e6 / spent_s,
        "set_up_s": set_up_s,
        "recall": fleet.detected / fleet.present,
    }
    if not given.json:
        for name, value in result.items():
            print(f"{name:28s} {value:14.3f}")
    else:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
