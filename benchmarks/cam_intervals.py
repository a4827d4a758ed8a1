"""How often vehicles send CAMs and BSMs in the traffic of a scenario, beside what test drives with real vehicles measured.

    python benchmarks/cam_intervals.py [SCENARIO] [--seconds 120] [--warm-up 300] [--json]

Every driven vehicle is taken as equipped; checks each 100 ms, as the traffic moves.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import simpy

from twin.eventlog.recorder import Recorder
from twin.roadnet.cache import load_network
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.traffic.process import Traffic
from twin.units import US_PER_S, to_us
from twin.v2x.vehicles.generation import BsmGenerator, CamGenerator

DEFAULT = Path(__file__).parent.parent / "scenarios" / "tianhe_cbd.yaml"
CHECK_US = 100_000
MEASURED = (0.021, 0.074, 0.162, 0.385, 0.049, 0.131, 0.032, 0.018, 0.011, 0.117)
"""Shares of the intervals 100, 200 ... 1000 ms, test drives of VW in cities (github.com/msepulcre/CAM-model); mean 490 ms."""


class Intervals:
    """Counts the intervals between a vehicle's messages, in checks."""

    def __init__(self, vehicles: int) -> None:
        """Begin for so many vehicles."""
        self.last_us = np.full(vehicles, -1, np.int64)
        self.count = np.zeros(20, np.int64)

    def add(self, t_us: int, sent: np.ndarray) -> None:
        """Take the vehicles that send now."""
        known = sent[self.last_us[sent] >= 0]
        checks = (t_us - self.last_us[known]) // CHECK_US
        self.count += np.bincount(np.minimum(checks, 19), minlength=20)
        self.last_us[sent] = t_us

    def mean_ms(self) -> float:
        """Return the mean interval."""
        return float((np.arange(20) * self.count).sum() / max(self.count.sum(), 1) * CHECK_US / 1000)

    def shares(self) -> list[float]:
        """Return the shares of 100 to 1000 ms."""
        return [round(float(x), 3) for x in self.count[1:11] / max(self.count.sum(), 1)]


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--warm-up", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    scenario = load_spec(options.scenario, Scenario).spec
    network = load_network(options.scenario.parent / scenario.map)
    end_s = options.warm_up + options.seconds
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        traffic = Traffic(network, scenario.demand, scenario.signals, scenario.seed, end_s * US_PER_S, recorder)
        env = simpy.Environment(initial_time=0)
        traffic.start(env)
        cam, bsm = CamGenerator(), BsmGenerator()
        of_cam, moving, of_bsm = (Intervals(traffic.trips.count) for _ in range(3))
        vehicles, speed = [], []
        for t_us in range(to_us(options.warm_up), end_s * US_PER_S, CHECK_US):
            env.run(until=t_us + 1)
            truth = traffic.now(t_us)
            here = truth.vehicle < traffic.trips.count
            number, x_m, y_m = truth.vehicle[here], truth.x_m[here], truth.y_m[here]
            due = cam.step(t_us, number, x_m, y_m, truth.speed_mps[here], truth.heading_rad[here])
            of_cam.add(t_us, number[due])
            driving = truth.speed_mps[here] > 1.0
            moving.last_us[number[~driving]] = -1
            moving.add(t_us, number[due & driving])
            of_bsm.add(t_us, number[bsm.step(t_us, number, x_m, y_m)])
            vehicles.append(number.size)
            speed.append(float(truth.speed_mps[here].mean()))
    figures = {
        "vehicles": round(float(np.mean(vehicles)), 1),
        "mean_speed_mps": round(float(np.mean(speed)), 2),
        "cam_shares": of_cam.shares(),
        "cam_mean_ms": round(of_cam.mean_ms(), 1),
        "cam_moving_shares": moving.shares(),
        "cam_moving_mean_ms": round(moving.mean_ms(), 1),
        "measured_shares": list(MEASURED),
        "bsm_shares": of_bsm.shares(),
        "bsm_mean_ms": round(of_bsm.mean_ms(), 1),
    }
    for name, value in figures.items():
        print(f"{name:22} {value}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
