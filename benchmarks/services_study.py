"""What warnings back to equipped vehicles change: speed advice at signals, warnings of a broken-down vehicle.

    python benchmarks/services_study.py [--seeds 10] [--place road|cbd] [--inflow 2400] [--compliance 1] [--json]

Reception is perfect here: every equipped vehicle has each SPAT and RSI at once, and the picture that queues and hazards are
found in is the traffic itself. So these figures bound what the services can do; links, sensors and their errors come off them.
Equipped vehicles at a share of 30 % are among those at 100 %; drivers follow by the defaults of the specification (or all of
them, ``--compliance 1``). Trips and signals of a seed are the same at every share: differences are paired, with intervals of
95 % by Student's t. Each trip that begins within the counted time counts, up to the end of the run where it has not arrived.

``road``: a road of 2 x 2 lanes with five signalised crossings 400 m apart, offsets drawn, 1,800 s. ``cbd``: the shipped
scenario of the Tianhe CBD, 900 s. The broken-down vehicle stands on the right lane of the road's third section, between two
crossings, for 10 minutes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy
from pydantic import TypeAdapter

from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.metrics.statistics import paired_difference
from twin.rng import stream_key, uniforms
from twin.roadnet.cache import load_network
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.traffic.demand import DemandSpec
from twin.traffic.incidents import IncidentSpec
from twin.traffic.process import Traffic
from twin.traffic.signal_spec import SignalsSpec
from twin.units import to_us
from twin.v2x.services.compliance import lowest
from twin.v2x.services.hazard_warning import HazardWarnings
from twin.v2x.services.lane_queues import LaneQueues
from twin.v2x.services.service_spec import HazardWarningSpec, SignalAdviceSpec
from twin.v2x.services.signal_advice import SignalAdvice

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
SHARES = (0.0, 0.3, 1.0)
LOOK_S = 0.5
SECTION_M = 400.0
CROSSINGS = 5
STANDS_MPS, MOVES_MPS = 0.5, 3.0
HARD_MPS2 = 3.0


def road() -> RoadNetwork:
    """Return the road with its crossings; edge numbers ascend along it, so that way 5 is the third section eastwards."""
    nodes = [(SECTION_M * k, 0.0) for k in range(CROSSINGS + 2)]
    edges = [pair for k in range(CROSSINGS + 1) for pair in ((k, k + 1, 2), (k + 1, k, 2))]
    entries, exits = [0, 2 * CROSSINGS + 1], [1, 2 * CROSSINGS]
    for k in range(1, CROSSINGS + 1):
        for y_m in (-300.0, 300.0):
            nodes.append((SECTION_M * k, y_m))
            entries.append(len(edges))
            exits.append(len(edges) + 1)
            edges += [(len(nodes) - 1, k, 1), (k, len(nodes) - 1, 1)]
    build = importlib.import_module("tests.traffic.networks").build
    network: RoadNetwork = build(
        nodes, edges, entries=entries, exits=exits, junctions=[(k, True) for k in range(1, CROSSINGS + 1)]
    )
    return network


class Watch:
    """Counts stops and braking of those on the network, look by look."""

    def __init__(self, traffic: Traffic, zone: tuple[int, float, float] | None) -> None:
        """``zone``: edge and part of it on which braking counts; everywhere without one."""
        self._traffic, self._zone = traffic, zone
        size = traffic.trips.count
        self.stops = np.zeros(size, np.int64)
        self._stood = np.zeros(size, np.bool_)
        self._speed_mps = np.full(size, np.nan)
        self.hardest_mps2 = np.full(size, np.nan)
        self.looks = self.hard = 0
        self._sum = self._squares = 0.0

    def look(self, t_us: int) -> None:
        """Take note of the instant."""
        truth = self._traffic.now(t_us)
        mine = truth.vehicle < self._speed_mps.size
        i, speed = truth.vehicle[mine], truth.speed_mps[mine]
        stands = speed < STANDS_MPS
        self.stops[i] += stands & ~self._stood[i]
        self._stood[i] = np.where(stands, True, np.where(speed > MOVES_MPS, False, self._stood[i]))
        braking = (self._speed_mps[i] - speed) / LOOK_S
        self._speed_mps[i] = speed
        counted = ~np.isnan(braking)
        if self._zone is not None:
            edge, begin_m, end_m = self._zone
            s_m = truth.s_m[mine]
            counted &= (truth.edge[mine] == edge) & (s_m >= begin_m) & (s_m < end_m)
        self.looks += int(counted.sum())
        self.hard += int((braking[counted] > HARD_MPS2).sum())
        self.hardest_mps2[i[counted]] = np.fmax(self.hardest_mps2[i[counted]], braking[counted])
        self._sum += float(speed[counted].sum())
        self._squares += float((speed[counted] ** 2).sum())

    @property
    def speed_variance_m2ps2(self) -> float:
        """Variance of the counted speeds."""
        return self._squares / self.looks - (self._sum / self.looks) ** 2


def traffic_of(place: str, seed: int, seconds: int, inflow_vph: float, *, hazard: bool) -> Traffic:
    """Return the traffic of a seed."""
    recorder = Recorder(Path())
    recorder.append = lambda *_: None  # type: ignore[method-assign]
    if place == "cbd":
        file = ROOT / "scenarios" / "tianhe_cbd.yaml"
        scenario = load_spec(file, Scenario).spec
        network = load_network(file.parent / scenario.map)
        return Traffic(network, scenario.demand, scenario.signals, seed, to_us(float(seconds)), recorder, base=file.parent)
    stalled = {"kind": "stalled_vehicle", "way": 5, "lane": 0, "from_s": 600, "to_s": 1200}
    incidents = TypeAdapter(tuple[IncidentSpec, ...]).validate_python([stalled] if hazard else [])
    shares = {"inbound_share": 0.0, "outbound_share": 0.0, "internal_share": 0.0}
    demand = DemandSpec.model_validate({"inflow_vph": inflow_vph, "prefill_s": 120.0, "shortest_trip_m": 0.0} | shares)
    return Traffic(road(), demand, SignalsSpec(), seed, to_us(float(seconds)), recorder, incidents=incidents)


def run(place: str, seed: int, share: float, compliance: float | None, inflow_vph: float, *, hazard: bool) -> dict[str, float]:
    """Return the figures of one run."""
    seconds, warm_s = (900, 120) if place == "cbd" else (1800, 300)
    traffic = traffic_of(place, seed, seconds, inflow_vph, hazard=hazard)
    follow = {} if compliance is None else {"compliance": compliance}
    equipped = uniforms(stream_key(seed, "study/equipped"), np.arange(traffic.trips.count + 8, dtype=np.int64))[:, 0] < share
    watch = Watch(traffic, (4, 0.0, 0.5 * SECTION_M) if hazard else None)
    advice = None if hazard else SignalAdvice(SignalAdviceSpec(**follow), traffic, seed)
    warnings = HazardWarnings(HazardWarningSpec(**follow), traffic, seed) if hazard else None
    told = {"found_s": np.nan, "false": 0, "service_s": 0.0}

    def serve(t_us: int) -> None:
        truth = traffic.now(t_us)
        began_s = time.perf_counter()
        received = equipped[np.minimum(truth.vehicle, equipped.size - 1)] & (truth.vehicle < traffic.trips.count)
        given = []
        if advice is not None:
            queues = LaneQueues(truth.edge, truth.lane, truth.s_m, truth.speed_mps)
            given.append(advice.step(t_us, truth, received, queues))
        if warnings is not None:
            found = warnings.detect(t_us, truth.edge, truth.s_m, truth.speed_mps)
            right = (found.edge == 4) & (np.abs(found.s_m - 0.5 * SECTION_M) < 10.0)
            told["false"] += int((~right).sum())
            if right.any() and np.isnan(told["found_s"]):
                told["found_s"] = t_us / 1e6 - 600.0
            given.append(warnings.advise(t_us, truth, received, found))
        told["service_s"] += time.perf_counter() - began_s
        traffic.advise(lowest(t_us, *given))

    env = simpy.Environment()
    traffic.start(env)
    if share > 0.0:
        env.process(every(env, to_us(1.0), Phase.PLATFORM, serve))
    first_us = to_us(620.0 if hazard else float(warm_s))
    env.process(every(env, to_us(LOOK_S), Phase.RECORDER, watch.look, first_us=first_us))
    env.run(until=to_us(1200.0 if hazard else float(seconds)))
    end_us = int(env.now)
    traffic.step_to(end_us)
    rows = traffic.engine.vehicles.all.view(np.ndarray)
    counted = (rows["depart_us"] >= first_us) & (rows["depart_us"] < end_us - to_us(120.0))
    left_us = np.where(rows["arrive_us"] > 0, rows["arrive_us"], end_us)
    hardest: npt.NDArray[Any] = watch.hardest_mps2[~np.isnan(watch.hardest_mps2)]
    return {
        "trip_s": float(np.mean((left_us - rows["depart_us"])[counted])) / 1e6,
        "stops": float(np.mean(watch.stops[counted])),
        "variance": watch.speed_variance_m2ps2,
        "hard_per_1000_s": 1000.0 * watch.hard / (watch.looks * LOOK_S),
        "hardest_mps2": float(np.mean(hardest)),
        "trips": float(counted.sum()),
        "found_s": float(told["found_s"]),
        "false_s": float(told["false"]),
        "service_ms": 1000.0 * float(told["service_s"]) / (end_us / 1e6),
    }


def main() -> None:
    """Run the pairs and print means and differences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--place", choices=("road", "cbd"), default="road")
    parser.add_argument("--inflow", type=float, default=2400.0, help="veh/h that enter the road")
    parser.add_argument("--only", choices=("advice", "hazard"))
    parser.add_argument(
        "--compliance", type=float, help="share of drivers that follow; the default of each service if left out"
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON, all figures in it")
    options = parser.parse_args()
    answer: dict[str, Any] = {"seeds": options.seeds, "place": options.place}
    for name, hazard in (("advice", False), ("hazard", True)):
        if options.only not in (None, name) or (hazard and options.place == "cbd"):
            continue
        runs = {
            share: [
                run(options.place, seed, share, options.compliance, options.inflow, hazard=hazard)
                for seed in range(1, options.seeds + 1)
            ]
            for share in SHARES
        }
        print(f"{name}: trips counted a run {np.mean([one['trips'] for one in runs[0.0]]):.0f}")
        answer[name] = {}
        for key in runs[0.0][0]:
            base = [one[key] for one in runs[0.0]]
            line = [f"{key:16s} {np.mean(base):9.3f}"]
            answer[name][key] = {"0": float(np.mean(base))}
            for share in SHARES[1:]:
                values = [one[key] for one in runs[share]]
                answer[name][key][f"{share:g}"] = float(np.mean(values))
                found = paired_difference(values, base)
                half = None if found is None else found.half_width
                if found is None or half is None or not np.isfinite(found.mean):
                    line.append(f"{share:4.0%} {values[0]:9.3f}")
                    continue
                line.append(f"{share:4.0%} {np.mean(values):9.3f} ({found.mean:+.3f} +- {half:.3f})")
                answer[name][key][f"{share:g} difference"] = [found.mean, half]
            print("  ".join(line), flush=True)
    if options.json:
        print(json.dumps(answer))


if __name__ == "__main__":
    main()
