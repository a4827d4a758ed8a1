"""Bridges at the size of a day: how much faster than real time they run, and how large their log is.

    python benchmarks/bridges_scale.py [SCENARIO] [--minutes 60] [--from-s 27000] [--whole] [--json]

The scenario's traffic is simulated first, and who is on the bridges at each look is recorded. Then the bridges alone are fed
with that: axles, response, sensors, weighing, edge computers, delivery and the writing of the log, on one core. The stretch is
that of the morning peak, the dearest of the day. ``--whole`` runs the scenario itself over the same stretch as well.
Real-time factors are by processor time, as one core alone would have it; those by the wall clock stand beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.scenario.load import Loaded, load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.bridges import Bridges, build_bridges
from twin.simulation.field_devices import FieldFleet
from twin.simulation.preparation import Prepared, prepare
from twin.simulation.run import run
from twin.traffic.on_edges import OnEdges
from twin.traffic.process import Traffic
from twin.units import to_us

DEFAULT = Path(__file__).parent.parent / "scenarios" / "liede_bridge_day.yaml"
DAY_S = 86_400
COMPILED_S = 30.0
"""Fed before the clock starts, so that every kernel is compiled."""


@dataclass
class Recorded:
    """Who was on some edges at each look: stands in for the traffic."""

    looks: dict[tuple[bytes, int], OnEdges] = field(default_factory=dict)

    def on_edges(self, edges: npt.NDArray[np.int32], t_us: int) -> OnEdges:
        """Return what was recorded."""
        return self.looks[edges.tobytes(), t_us]


def recorded(prepared: Prepared) -> tuple[Recorded, float]:
    """Simulate the traffic alone; return who was on the bridges, and the processor time of the traffic."""
    scenario = prepared.scenario
    assert scenario.bridges is not None
    env, found = simpy.Environment(), Recorded()
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        traffic = Traffic(
            prepared.network,
            scenario.demand,
            scenario.signals,
            scenario.seed,
            to_us(scenario.duration_s),
            recorder,
            base=prepared.base,
            design=prepared.signals,
        )
        bridges = build_bridges(prepared, scenario.bridges, traffic, _fleet(scenario, recorder), recorder).bridges

    def look(t_us: int) -> None:
        for bridge in bridges:
            found.looks[bridge.edges.tobytes(), t_us] = traffic.on_edges(bridge.edges, t_us)

    traffic.start(env)
    env.process(every(env, to_us(scenario.bridges.look_s), Phase.SENSORS, look))
    began_s = time.process_time()
    env.run(until=to_us(scenario.duration_s))
    look(to_us(scenario.duration_s))
    return found, time.process_time() - began_s


def _fleet(scenario: Scenario, recorder: Recorder) -> FieldFleet:
    return FieldFleet(scenario.seed, recorder, 0, to_us(scenario.duration_s))


def fed(prepared: Prepared, traffic: Recorded, folder: Path, duration_s: float) -> tuple[float, float, Bridges, Recorder]:
    """Feed the bridges for a time; return wall and processor time of it, and what was built."""
    scenario = prepared.scenario
    assert scenario.bridges is not None
    env, recorder = simpy.Environment(), Recorder(folder)
    fleet = _fleet(scenario, recorder)
    bridges = build_bridges(prepared, scenario.bridges, traffic, fleet, recorder)  # type: ignore[arg-type]
    fleet.write()
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    for process in bridges.processes(env):
        env.process(process)
    fleet.start(env, to_us(scenario.log.interval_s))
    segment_us = to_us(scenario.log.segment_s)
    env.process(every(env, segment_us, Phase.SEGMENT, lambda _: recorder.close_segment(), first_us=segment_us))
    env.run(until=to_us(duration_s))
    bridges.finish(to_us(duration_s))
    fleet.finish(to_us(duration_s))
    recorder.close_segment()
    return time.perf_counter() - began_s, time.process_time() - began_cpu_s, bridges, recorder


def bytes_of(folder: Path) -> int:
    """Return the size of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(loaded: Loaded[Scenario]) -> dict[str, Any]:
    """Return the figures of the bridges alone."""
    prepared = prepare(loaded)
    duration_s = loaded.spec.duration_s
    traffic, traffic_cpu_s = recorded(prepared)
    with tempfile.TemporaryDirectory() as first:
        fed(prepared, traffic, Path(first), COMPILED_S)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wall_s, cpu_s, bridges, recorder = fed(prepared, traffic, folder, duration_s)
        log_bytes = bytes_of(folder)
        waveform_bytes = bytes_of(folder / "bridge_block")
    channels = [channel for bridge in bridges.bridges for channel in bridge.plan.channels]
    on = [looked.vehicle.size for looked in traffic.looks.values()]
    return {
        "scenario": loaded.spec.name,
        "bridges": len(bridges.bridges),
        "channels": len(channels),
        "channels_at_50_hz": sum(channel.spec.rate_hz >= 50.0 for channel in channels),
        "simulated_s": duration_s,
        "vehicles_on_edges_mean": round(float(np.mean(on)), 2),
        "real_time_factor": round(duration_s / cpu_s, 1),
        "real_time_factor_by_wall_clock": round(duration_s / wall_s, 1),
        "traffic_real_time_factor": round(duration_s / traffic_cpu_s, 1),
        "log_bytes": log_bytes,
        "log_gb_per_day": round(log_bytes * DAY_S / duration_s / 1e9, 3),
        "waveform_gb_per_day": round(waveform_bytes * DAY_S / duration_s / 1e9, 3),
        "rows": recorder.rows,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--from-s", type=float, default=27_000.0, help="where on the scenario's profile the stretch begins")
    parser.add_argument("--whole", action="store_true", help="run the scenario itself, too")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    spec = load_spec(options.scenario, Scenario).spec
    knots_s, factors = ([getattr(one, name) for one in spec.demand.profile] for name in ("at_s", "factor"))
    factor = float(np.interp(options.from_s, knots_s, factors))
    changes = {
        "duration_s": str(60.0 * options.minutes),
        "demand.profile": "[]",
        "demand.inflow_vph": str(spec.demand.inflow_vph * factor),
    }
    loaded = load_spec(options.scenario, Scenario, changes)
    out = measure(loaded)
    if options.whole:
        with tempfile.TemporaryDirectory() as name:
            began_s, began_cpu_s = time.perf_counter(), time.process_time()
            run(loaded, Path(name))
            out["whole_real_time_factor_by_wall_clock"] = round(loaded.spec.duration_s / (time.perf_counter() - began_s), 1)
            out["whole_real_time_factor"] = round(loaded.spec.duration_s / (time.process_time() - began_cpu_s), 1)
            out["whole_log_bytes"] = bytes_of(Path(name))
    print(json.dumps(out, ensure_ascii=False) if options.json else "\n".join(f"{key}: {value}" for key, value in out.items()))


if __name__ == "__main__":
    main()
