"""How many times faster than real time one core fuses the object lists of many sites.

Usage: python benchmarks/site_fusion.py [--sites 200] [--objects 40] [--devices 4] [--instants 100] [--json]
Vehicles drive along two roads of four lanes each at every site, at 4 to 10 m/s. Every device sees all of them, 90 % of the
time, with the errors of a LiDAR or, every second device, of a radar.
"""

from __future__ import annotations

import argparse
import json
import math
import time

import numpy as np

from twin.sensors.fusion import SiteFusion
from twin.sensors.fusion_spec import FusionSpec
from twin.sensors.reports import Reports, position_covariance

CLASSES = 8


def lists(t_us: int, sites: int, objects: int, kinds: list[str], rng: np.random.Generator) -> Reports:
    """Return one list of each device: the same street at every site, errors of their own."""
    k = np.arange(objects)
    lane = k % 8
    speed = np.where(lane % 2 == 0, 10.0, 3.0 + 0.5 * lane)
    along = ((k // 8) * 20.0 + 7.0 * (lane % 3) + speed * t_us * 1e-6 + 60.0) % 120.0 - 60.0
    across = (lane % 4) * 3.5 - 5.25
    east = lane < 4
    x, y = np.where(east, along, across + 20.0), np.where(east, across - 70.0, along)
    heading = np.where(east, 0.0, 0.5 * math.pi)
    count = sites * len(kinds)
    seen = rng.random((count, objects)) < 0.9
    device, vehicle = np.nonzero(seen)
    radar = np.array([kind == "radar" for kind in kinds])[device % len(kinds)]
    n = device.size
    deviation_m = np.where(radar, 0.5, 0.2)
    lateral_m = np.where(radar, 0.8, 0.2)
    xx, xy, yy = position_covariance(x[vehicle], y[vehicle], deviation_m, lateral_m)
    away = np.hypot(x[vehicle], y[vehicle])
    c, s = x[vehicle] / away, y[vehicle] / away
    a, b = deviation_m * rng.standard_normal(n), lateral_m * rng.standard_normal(n)
    return Reports(
        device=np.arange(count, dtype=np.int32),
        t_us=np.full(count, t_us, np.int64),
        offset=np.concatenate(([0], np.cumsum(seen.sum(axis=1)))).astype(np.int64),
        x_m=x[vehicle] + a * c - b * s + 1000.0 * (device // len(kinds)),
        y_m=y[vehicle] + a * s + b * c,
        xx_m2=xx,
        xy_m2=xy,
        yy_m2=yy,
        speed_mps=np.where(radar, speed[vehicle] + 0.2 * rng.standard_normal(n), math.nan),
        speed_variance=np.full(n, 0.04),
        heading_rad=heading[vehicle] + 0.07 * rng.standard_normal(n),
        heading_variance=np.full(n, 0.005),
        length_m=np.full(n, 4.6),
        width_m=np.full(n, 1.8),
        size_variance_m2=np.full(n, 0.1),
        klass=np.zeros(n, np.int8),
        class_weight=np.ones(n),
        vehicle=(vehicle + objects * (device // len(kinds))).astype(np.int32),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--objects", type=int, default=40)
    parser.add_argument("--devices", type=int, default=4)
    parser.add_argument("--instants", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    kinds = ["radar" if k % 2 else "lidar" for k in range(given.devices)]
    spec = FusionSpec()
    site = np.repeat(np.arange(given.sites), given.devices)
    fusion = SiteFusion(
        spec, given.sites, site.tolist(), kinds * given.sites, (1000.0 * site).tolist(), (0.0 * site).tolist(), CLASSES
    )
    rng = np.random.default_rng(1)
    spent_s, taken, reported, switched = 0.0, 0, 0, 0
    warm_up = 10
    known: dict[tuple[int, int], int] = {}
    for instant in range(warm_up + given.instants):
        t_us = instant * spec.period_us
        reports = lists(t_us, given.sites, given.objects, kinds, rng)
        if instant == warm_up:
            clusters = fusion.clusters
        began_s = time.process_time()
        fused = fusion.fuse(t_us, reports)
        if instant >= warm_up:
            spent_s += time.process_time() - began_s
            taken += reports.x_m.size
            reported += fused.track.size
            for key, vehicle in zip(
                zip(fused.site.tolist(), fused.track.tolist(), strict=True), fused.vehicle.tolist(), strict=True
            ):
                switched += known.get(key, vehicle) != vehicle
                known[key] = vehicle
    result = {
        "real_time_factor": given.instants * spec.period_s / spent_s,
        "objects_per_s": taken / spent_s,
        "objects_per_instant": taken / given.instants,
        "tracks_per_instant": reported / given.instants,
        "assignments_per_instant": (fusion.clusters - clusters) / given.instants,
        "tracks_that_change_vehicle": float(switched),
    }
    if given.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:28s} {value:14.3f}")


if __name__ == "__main__":
    main()
