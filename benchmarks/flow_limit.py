"""At which inflow does the CBD stop flowing? Traffic alone, an hour at each of a list of constant inflows.

    python benchmarks/flow_limit.py [INFLOW_VPH ...] [--scenario FILE] [--json]
    python benchmarks/flow_limit.py --sumo [INFLOW_VPH ...] [--json]

An inflow flows when, over the second half of the hour, at least 97 % as many trips arrive as begin. It also prints how much
faster than real time traffic alone runs, and its vehicle updates a second. With ``--sumo`` it asks SUMO instead, with the same
network, trips, routes and fixed-time plans as in ``traffic_vs_sumo.py``, at half-second steps: vehicles are moved through a jam
by SUMO after five minutes (its teleports). With ``--json`` a last line with what arrived of what began, by inflow, and the
greatest inflow that flows.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import simpy

from twin.eventlog.recorder import Recorder
from twin.roadnet.cache import load_network
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.traffic.process import Traffic
from twin.units import to_us

DEFAULT = Path(__file__).parent.parent / "scenarios" / "tianhe_cbd.yaml"
INFLOWS_VPH = (3000, 3500, 4000, 4500, 5000, 5500, 6000)
HOUR_S = 3600
FLOWS = 0.97


def sumo_flows(inflows_vph: list[float]) -> dict[float, float]:
    """Print one line per inflow of the shipped CBD on SUMO; return what arrived of what began, by inflow."""
    from peer_cases import cbd_case
    from sumo_peer import run_sumo, write_case

    print("inflow_vph  arrived/begun  waiting@60min  teleports  verdict")
    shares = {}
    for inflow_vph in inflows_vph:
        case = cbd_case(float(HOUR_S), inflow_vph)
        with tempfile.TemporaryDirectory() as work:
            write_case(case, Path(work))
            result = run_sumo(case, Path(work), 0.5)
        arrives_s = case.trips.depart_s + result.depart_delay_s + result.travel_s
        share = float((arrives_s > HOUR_S / 2).sum() / (case.trips.depart_s > HOUR_S / 2).sum())
        shares[inflow_vph] = share
        verdict = "flows" if share >= FLOWS else "stops flowing"
        print(f"{inflow_vph:10.0f}  {share:13.3f}  {result.waiting:13d}  {result.teleports:9d}  {verdict}", flush=True)
    return shares


def flows(path: Path, inflows_vph: list[float]) -> dict[float, float]:
    """Print one line per inflow of a scenario; return what arrived of what began, by inflow."""
    shares = {}
    scenario = load_spec(path, Scenario).spec
    network = load_network(path.parent / scenario.map)
    print("inflow_vph  on_network@30min  @60min  waiting@60min  speed_kmh  arrived/begun  real_time  updates_per_s  verdict")
    for inflow_vph in inflows_vph:
        demand = scenario.demand.model_copy(update={"inflow_vph": inflow_vph, "profile": ()})
        traffic = Traffic(network, demand, scenario.signals, scenario.seed, to_us(HOUR_S), Recorder(Path()))
        env = simpy.Environment()
        traffic.start(env)
        traffic.step_to(to_us(1))  # the kernels are ready
        began_s = time.perf_counter()
        env.run(until=to_us(HOUR_S / 2))
        traffic.step_to(to_us(HOUR_S / 2))
        half, arrived, waiting, begun = traffic.active, traffic.arrived, traffic.waiting, traffic.begun
        env.run(until=to_us(HOUR_S))
        traffic.step_to(to_us(HOUR_S))
        wall_s = time.perf_counter() - began_s
        speed_kmh = 3.6 * float(traffic.now(to_us(HOUR_S)).speed_mps.mean())
        share = shares[inflow_vph] = (traffic.arrived - arrived) / (traffic.begun - begun)
        print(
            f"{inflow_vph:10.0f}  {half:16d}  {traffic.active:6d}  {traffic.waiting:13d}  {speed_kmh:9.1f}  {share:13.3f}"
            f"  {HOUR_S / wall_s:9.0f}  {traffic.updates / wall_s:13.3g}  {'flows' if share >= FLOWS else 'stops flowing'}"
            f"{f' ({waiting} waited at 30 min)' if waiting else ''}",
            flush=True,
        )
    return shares


def main() -> None:
    """Print one line per inflow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inflows_vph", nargs="*", type=float, default=INFLOWS_VPH, metavar="INFLOW_VPH")
    parser.add_argument("--scenario", type=Path, default=DEFAULT)
    parser.add_argument("--sumo", action="store_true", help="the shipped CBD on SUMO instead")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    given = parser.parse_args()
    inflows_vph = sorted(given.inflows_vph)
    shares = sumo_flows(inflows_vph) if given.sumo else flows(given.scenario, inflows_vph)
    if given.json:
        flowing = [inflow_vph for inflow_vph, share in shares.items() if share >= FLOWS]
        arrived = {f"{inflow_vph:g}": round(share, 3) for inflow_vph, share in shares.items()}
        print(json.dumps({"flows_up_to_vph": max(flowing, default=0.0), "arrived_of_begun": arrived}))


if __name__ == "__main__":
    main()
