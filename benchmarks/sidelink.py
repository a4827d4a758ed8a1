"""The sidelink against its published curves, in a city more or less equipped, and how fast a tick is decided.

Seconds are those of the processor, so that a shared machine does not count.

Usage: python benchmarks/sidelink.py [--json] [--picture FILE.png]
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from lidar_scan import grid_city
from twin.geometry.walls import outline_walls
from twin.metrics.document_pictures import Curve, draw_curves
from twin.v2x.pc5 import delivery_parts, packet_delivery_ratio
from twin.v2x.radio.blockers import tall_vehicles
from twin.v2x.radio.delivery_table import DeliveryTable
from twin.v2x.radio.reception import pairs_in_range
from twin.v2x.radio.resource_selection import select
from twin.v2x.radio.sidelink import Sidelink

DISTANCES_M = np.array([50.0, 100.0, 200.0, 300.0, 400.0, 500.0])

PUBLISHED = {
    (0.1, 10.0, 20.0, 2): (0.9737, 0.9609, 0.9216, 0.8010, 0.5878, 0.2416),
    (0.1, 10.0, 20.0, 4): (0.9822, 0.9766, 0.9545, 0.8875, 0.6918, 0.2938),
    (0.1, 20.0, 20.0, 4): (0.9695, 0.9618, 0.9156, 0.7804, 0.5660, 0.2308),
    (0.2, 10.0, 20.0, 4): (0.9685, 0.9539, 0.9007, 0.7648, 0.5538, 0.2258),
    (0.2, 10.0, 23.0, 4): (0.9679, 0.9535, 0.9183, 0.8037, 0.6657, 0.4530),
    (0.3, 10.0, 20.0, 4): (0.9560, 0.9329, 0.8439, 0.6534, 0.4402, 0.1724),
}
"""(vehicles/m, messages/s, dBm, sub-channels): analytical delivery. Source: Gonzalez-Martin et al., IEEE TVT 68(2) 2019."""

SPACING_M = 25.0
"""Between vehicles on each of the four lanes of the city's streets, 200 m apart: some 0.16 a metre of street."""

RANGE_M = 500.0


def deviations() -> dict[str, float]:
    """Return the mean absolute difference from each published curve, percentage points."""
    return {
        str(key): float(100.0 * np.abs(packet_delivery_ratio(DISTANCES_M, *key) - ratio).mean())
        for key, ratio in PUBLISHED.items()
    }


def draw(file: Path) -> None:
    """Write the picture of the published points and the lines of this package."""
    distance = np.arange(5.0, 551.0, 5.0)
    curves = [
        Curve(
            f"{density:g} veh/m, {rate:g} Hz, {power:g} dBm, {subchannels} sub-channels",
            distance,
            packet_delivery_ratio(distance, density, rate, power, subchannels),
            DISTANCES_M,
            np.array(ratio),
        )
        for (density, rate, power, subchannels), ratio in PUBLISHED.items()
    ]
    file.write_bytes(draw_curves(curves, ("distance, m", "packet delivery ratio"), "png"))


def city(share: float, ticks: int) -> dict[str, Any]:
    """Return what 81 units in a grid city receive when so many of its vehicles send 10 times a second, and how fast."""
    truth, buildings = grid_city(12, SPACING_M, 1)
    rng = np.random.default_rng(2)
    equipped = np.flatnonzero(rng.random(truth.x_m.size) < share)
    crossings = 200.0 * np.arange(2.0, 11.0)
    x, y = (part.ravel() for part in np.meshgrid(crossings + 12.0, crossings + 12.0))
    walls = outline_walls([(b.x_m, b.y_m, b.height_m) for b in buildings])
    table = DeliveryTable(10.0, 23.0, 4, range_m=RANGE_M)
    names = [f"rsu-{k}" for k in range(x.size)]
    began = time.process_time()
    sidelink = Sidelink(1, names, x, y, np.full(x.size, 5.5), walls, table, range_m=RANGE_M, correlation_m=10.0)
    built_s = time.process_time() - began
    tall = tall_vehicles(truth.x_m, truth.y_m, truth.heading_rad, truth.length_m, truth.width_m, truth.height_m)
    senders = truth.x_m[equipped], truth.y_m[equipped], equipped.astype(np.int64)
    found = sidelink.receive(0, *senders, tall)
    began = time.process_time()
    for frame in range(ticks):
        found = sidelink.receive(frame, *senders, tall)
    pairs_per_s = ticks * found.sender.size / (time.process_time() - began)
    chosen = select(float(found.density_vpm.mean()), 10.0, 23.0, 4, "winner_b1")
    clear = found.extra_loss_db == 0.0
    ring = [(found.outcome[clear & (np.abs(found.distance_m - d) < 25.0)] == 0).mean() for d in DISTANCES_M[:5]]
    return {
        "share": share,
        "senders": int(equipped.size),
        "pairs": int(found.sender.size),
        "density_vpm": float(found.density_vpm.mean()),
        "busy_ratio": chosen.busy_ratio,
        "in_sight": float(clear.mean()),
        "delivered_in_sight": [float(one) for one in ring],
        "delivered": float((found.outcome == 0).mean()),
        "outcomes": np.bincount(found.outcome, minlength=5).tolist(),
        "pairs_per_s": pairs_per_s,
        "prepare_s": built_s,
    }


def kernel_pairs_per_s(ticks: int = 50) -> float:
    """Return how many pairs a second are found and decided where all are in sight: grid and reception, one core."""
    from twin.rng import stream_key
    from twin.v2x.radio.reception import receive
    from twin.v2x.radio.shadowing import shadow_fields

    rng = np.random.default_rng(3)
    x, y = rng.uniform(0.0, 4000.0, (2, 12_000))
    unit_x, unit_y = rng.uniform(0.0, 4000.0, (2, 100))
    names = [str(k) for k in range(100)]
    fields = shadow_fields(1, "s", names, 10.0, RANGE_M)
    key = np.array([stream_key(1, "p", name) for name in names])
    density = np.full(100, 0.2)
    table = DeliveryTable(10.0, 23.0, 4, range_m=RANGE_M).prepare(density)
    vehicle = np.arange(x.size)
    count = 0
    for frame in range(-1, ticks):
        if frame == 0:
            count, began = 0, time.process_time()
        pairs = pairs_in_range(x, y, unit_x, unit_y, RANGE_M)
        receive(pairs, np.zeros(pairs[0].size), x, y, vehicle, key, density, max(frame, 0), fields, table)
        count += pairs[0].size
    return count / (time.process_time() - began)


def main() -> None:
    """Print the tables, or all figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    if given.picture:
        draw(given.picture)
    cities = [city(share, 20) for share in (0.1, 0.3, 0.6, 1.0)]
    figures: dict[str, Any] = {"deviation_pp": deviations(), "city": cities, "kernel_pairs_per_s": kernel_pairs_per_s()}
    if given.json:
        print(json.dumps(figures))
        return
    for key, value in deviations().items():
        print(f"| {key} | {value:.2f} |")
    for one in cities:
        ratio = " | ".join(f"{100.0 * share:.1f}" for share in one["delivered_in_sight"])
        load = f"{100.0 * one['share']:.0f} % | {one['density_vpm']:.2f} | {100.0 * one['busy_ratio']:.0f} %"
        print(f"| {load} | {ratio} | {100.0 * one['delivered']:.1f} | {one['pairs_per_s'] / 1e6:.2f} M/s")
    parts = delivery_parts(DISTANCES_M, 0.3, 10.0, 23.0, 4)
    print("parts at 0.3/m:", {name: np.round(part, 4).tolist() for name, part in zip(parts._fields, parts, strict=True)})
    print(f"kernel: {figures['kernel_pairs_per_s'] / 1e6:.1f} M pairs/s; in sight {cities[0]['in_sight']:.2f}")


if __name__ == "__main__":
    main()
