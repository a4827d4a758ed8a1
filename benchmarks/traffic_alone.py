"""Traffic of a scenario alone, for hours: how much faster than real time it runs, and whether it comes to a lasting stop.

    python benchmarks/traffic_alone.py [SCENARIO] [--hours 2] [--step 0.1] [--inflow VPH] [--json]

No sensors, no log; signals, pedestrians and demand as shipped, on one core. Gridlock is lasting when in the second half fewer
than 97 % as many trips arrive as begin, or when at the end the first vehicle of some lane has stood for ten minutes without a
red light in front of it.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import simpy

from twin.eventlog.recorder import Recorder
from twin.roadnet.cache import load_network
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.traffic.process import Traffic
from twin.traffic.roads import NONE
from twin.units import to_us

DEFAULT = Path(__file__).parent.parent / "scenarios" / "tianhe_cbd.yaml"
FLOWS = 0.97
STOOD_S = 600.0
LOOK_S = 300


def look(traffic: Traffic, t_s: int) -> dict[str, Any]:
    """Return who is on the road now and how well it flows."""
    engine = traffic.engine
    truth = engine.now(to_us(float(t_s)))
    occupied = engine.roads.count > 0
    return {
        "t_s": t_s,
        "active": traffic.active,
        "waiting": traffic.waiting,
        "begun": traffic.begun,
        "arrived": traffic.arrived,
        "mean_speed_kmh": round(3.6 * float(truth.speed_mps.mean()), 1) if truth.speed_mps.size else None,
        "longest_stood_s": round(float(engine.roads.lanes.stood[occupied].max(initial=0.0)), 1),
        "stood_two_minutes": int(np.count_nonzero(engine.roads.lanes.stood[occupied] > 120.0)),
    }


def worst_places(traffic: Traffic, most: int = 5) -> list[dict[str, Any]]:
    """Return the lanes whose first vehicle has stood longest without red."""
    lanes, count = traffic.engine.roads.lanes, traffic.engine.roads.count
    stood = np.where(count > 0, lanes.stood, 0.0)
    return [
        {
            "lane": lane,
            "edge": int(lanes.edge[lane]),
            "road": traffic.network.edge_name[int(lanes.edge[lane])],
            "connector": bool(lanes.connector[lane] != NONE),
            "stood_s": round(float(stood[lane]), 1),
            "vehicles": int(count[lane]),
        }
        for lane in np.argsort(-stood)[:most].tolist()
        if stood[lane] > 0.0
    ]


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--step", type=float, default=0.1, help="s")
    parser.add_argument("--inflow", type=float, help="veh/h instead of the shipped one")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON, all figures in it")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    end_s = round(options.hours * 3600.0)
    scenario = load_spec(options.scenario, Scenario).spec
    network = load_network(options.scenario.parent / scenario.map)
    driving = scenario.demand.driving.model_copy(update={"step_s": options.step})
    changed: dict[str, Any] = {"driving": driving} | ({"inflow_vph": options.inflow} if options.inflow else {})
    traffic = Traffic(
        network,
        scenario.demand.model_copy(update=changed),
        scenario.signals,
        scenario.seed,
        to_us(float(end_s)),
        Recorder(Path()),
        base=options.scenario.parent,
    )
    env = simpy.Environment()
    traffic.start(env)
    env.run(until=to_us(1.0))  # the kernels are compiled
    traffic.step_to(to_us(1.0))
    updates, wall_s, cpu_s = traffic.updates, 0.0, 0.0
    looks = []
    for t_s in range(LOOK_S, end_s + 1, LOOK_S):
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        env.run(until=to_us(float(t_s)))
        traffic.step_to(to_us(float(t_s)))
        wall_s += time.perf_counter() - began_s
        cpu_s += time.process_time() - began_cpu_s
        looks.append(look(traffic, t_s))
        if not options.json:
            print(looks[-1], flush=True)
    half, last = looks[len(looks) // 2 - 1], looks[-1]
    share = (last["arrived"] - half["arrived"]) / max(last["begun"] - half["begun"], 1)
    out = {
        "scenario": scenario.name,
        "step_s": options.step,
        "simulated_s": end_s,
        "real_time_factor": round(end_s / wall_s, 1),
        "real_time_factor_by_processor_time": round(end_s / cpu_s, 1),
        "updates_per_processor_s": round((traffic.updates - updates) / cpu_s),
        "most_at_once": max(row["active"] for row in looks),
        "arrived_of_begun_second_half": round(share, 4),
        "longest_stood_at_end_s": last["longest_stood_s"],
        "removed": traffic.engine.removed,
        "lasting_gridlock": bool(share < FLOWS or last["longest_stood_s"] >= STOOD_S),
        "worst_places": worst_places(traffic),
        "looks": looks,
    }
    print(json.dumps({key: value for key, value in out.items() if options.json or key != "looks"}, ensure_ascii=False))


if __name__ == "__main__":
    main()
