"""How long it takes to choose sites for a budget, once it is known who perceives whom.

Usage: python benchmarks/placement_speed.py [--sites 2000] [--vehicles 1700] [--seconds 3600] [--budget-share 0.1] [--json]
The matrix is made up: vehicles drive along the streets of a square grid, wait at junctions, and are perceived by every site
within its range in 90 of 100 seconds, each site for itself, so that hardly two vehicle-seconds are alike (in a simulation most
are, which makes it faster). The defaults give 2,000 candidate sites and an hour of traffic, about 6 million vehicle-seconds and
60 million perceptions. Kernels are compiled before.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from twin.sweeps.placement.greedy import select
from twin.sweeps.placement.incidence import Incidence, incidence, joined
from twin.sweeps.placement.merging import merged

BLOCK_M = 250.0
PRICE_CNY = 725_000.0


def traffic(vehicles: int, seconds: int, city_m: float, rng: np.random.Generator) -> list[npt.NDArray[np.float64]]:
    """Return where the vehicles are, (vehicles, 2), second by second: straight on, a turn at a junction, or a wait there."""
    blocks = int(city_m / BLOCK_M)
    place_m = rng.integers(0, blocks, (vehicles, 2)) * BLOCK_M
    heading, left_m, wait_s = rng.integers(0, 4, vehicles), np.full(vehicles, BLOCK_M), np.zeros(vehicles, np.int64)
    steps_m = np.array([[11.0, 0.0], [0.0, 11.0], [-11.0, 0.0], [0.0, -11.0]])
    found: list[npt.NDArray[np.float64]] = []
    for _ in range(seconds):
        drives = wait_s == 0
        wait_s[~drives] -= 1
        place_m[drives] = (place_m[drives] + steps_m[heading[drives]]) % city_m
        left_m[drives] -= 11.0
        there = left_m <= 0.0
        turn = rng.random(there.sum()) < 0.3
        heading[there] = np.where(turn, rng.integers(0, 4, turn.size), heading[there])
        wait_s[there] = np.where(rng.random(turn.size) < 0.5, rng.integers(5, 45, turn.size), 0)
        left_m[there] = BLOCK_M
        found.append(place_m.astype(np.float64))
    return found


def matrix(sites: int, vehicles: int, seconds: int, city_m: float, range_m: float) -> Incidence:
    """Return who perceives whom, cut into minutes and joined again."""
    rng = np.random.default_rng(1)
    tree = KDTree(rng.random((sites, 2)) * city_m)
    parts = []
    places = traffic(vehicles, seconds, city_m, rng)
    nothing = np.zeros(7, np.int64)
    for begin in range(0, seconds, 60):
        at = np.concatenate(places[begin : begin + 60])
        pairs = tree.sparse_distance_matrix(KDTree(at), range_m, output_type="coo_matrix")
        site, item = pairs.row, pairs.col
        seen = rng.random(site.size) < 0.9
        klass = np.zeros(len(at), np.int8)
        parts.append(incidence(site[seen], item[seen], klass, nothing, nothing, sites))
    return joined(parts)


def main() -> None:
    """Make the matrix, choose, and print how long that took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=2000)
    parser.add_argument("--vehicles", type=int, default=1700)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--budget-share", type=float, default=0.1, help="of what all sites together cost")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    _choose(matrix(20, 20, 60, 1000.0, 150.0), given.budget_share)  # compiles
    city_m = 150.0 * np.sqrt(np.pi * given.sites / 11.0)  # so that about ten sites perceive a vehicle at once
    found = matrix(given.sites, given.vehicles, given.seconds, float(city_m), 150.0)
    began_s, began_processor_s = time.perf_counter(), time.process_time()
    chosen, gap_share = _choose(found, given.budget_share)
    figures = {
        "sites": given.sites,
        "vehicle_seconds": int(found.klass.size),
        "perceptions": int(found.item.size),
        "chosen": chosen,
        "gap_share": round(gap_share, 4),
        "placement_s": round(time.perf_counter() - began_s, 2),
        "placement_processor_s": round(time.process_time() - began_processor_s, 2),
    }
    print(json.dumps(figures) if given.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))


def _choose(found: Incidence, budget_share: float) -> tuple[int, float]:
    cost_cny = np.full(found.sites, PRICE_CNY)
    nowhere = np.zeros(found.sites, np.bool_)
    instance = merged(found.offset, found.item, np.ones(found.klass.size), 1, cost_cny, nowhere)
    selection = select(instance, budget_share * float(cost_cny.sum()))
    return len(selection.sites), selection.gap_share


if __name__ == "__main__":
    main()
