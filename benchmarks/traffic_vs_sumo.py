"""Traffic beside SUMO and UXsim: same network, trips, routes, signals, vehicle sizes and Intelligent Driver Model.

    python benchmarks/traffic_vs_sumo.py [--json] [--cases grid,cbd] [--steps 0.1,0.5] [--grid-rate 5.5] [--end 1800]

Two cases: a 20 x 20 grid of signals with more than 5,000 vehicles at once, and the CBD at its shipped demand. Each is run at
each step by this engine and by SUMO, in turn, on one core, kernels compiled before, routes loaded before. SUMO's wall time
leaves out reading the network; ours, building the tables. Time loss is travel time less the time the trip would take alone at
the driver's own desired speed, over the trips that both finished; SUMO's own count of it stands beside. A cell is a fair
comparison when SUMO had no teleport and lost at least 40 % of the travel time. With several steps it is also said how well each
program's trips at the first agree with its own at the last, and ours at the last with SUMO's at the first. UXsim moves platoons
on links: trips a second only.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from our_peer import run_ours
from peer_cases import PeerCase, PeerResult, cbd_case, grid_case
from sumo_peer import run_sumo, write_case

LEAST_LOSS = 0.4


def compared(case: PeerCase, step_s: float, ours: PeerResult, sumo: PeerResult) -> dict[str, Any]:
    """Return the figures of one cell."""
    both = np.isfinite(ours.travel_s) & np.isfinite(sumo.travel_s)
    mine, theirs = ours.travel_s[both], sumo.travel_s[both]
    free = case.free_flow_s[both]
    with np.errstate(invalid="ignore"):
        off = ours.edge_speed_mps - sumo.edge_speed_mps
    return {
        "case": case.name,
        "step_s": step_s,
        "trips": int(both.size),
        "trips_of_both": int(both.sum()),
        "updates_per_s": round(ours.updates_per_s),
        "updates_per_s_sumo": round(sumo.updates_per_s),
        "updates_per_s_ratio": round(ours.updates_per_s / sumo.updates_per_s, 2),
        "real_time_factor": round(case.end_s / ours.wall_s, 1),
        "real_time_factor_sumo": round(case.end_s / sumo.wall_s, 1),
        "trips_per_s": round(ours.arrived / ours.wall_s, 1),
        "trips_per_s_sumo": round(sumo.arrived / sumo.wall_s, 1),
        "most_at_once": ours.most_at_once,
        "most_at_once_sumo": sumo.most_at_once,
        "arrived": ours.arrived,
        "arrived_sumo": sumo.arrived,
        "waiting": ours.waiting,
        "waiting_sumo": sumo.waiting,
        "taken_off": ours.teleports,
        "teleports_sumo": sumo.teleports,
        "collisions_sumo": sumo.collisions,
        "time_loss_share": round(1.0 - float(free.sum() / mine.sum()), 4),
        "time_loss_share_sumo": round(1.0 - float(free.sum() / theirs.sum()), 4),
        "time_loss_share_sumo_by_itself": round(float(sumo.own_time_loss_s[both].sum() / theirs.sum()), 4),
        "time_loss_ratio": round(float((mine - free).sum() / (theirs - free).sum()), 4),
        "trip_correlation": agreement(ours, sumo),
        "edge_speed_rmse_mps": round(float(np.sqrt(np.nanmean(off * off))), 3),
        "fair": bool(sumo.teleports == 0 and 1.0 - free.sum() / theirs.sum() >= LEAST_LOSS),
    }


def agreement(one: PeerResult, other: PeerResult) -> float:
    """Return the correlation of the travel times of the trips that both finished."""
    both = np.isfinite(one.travel_s) & np.isfinite(other.travel_s)
    return round(float(np.corrcoef(one.travel_s[both], other.travel_s[both])[0, 1]), 4)


def line(cell: dict[str, Any]) -> str:
    """Return a cell in one line."""
    return (
        f"{cell['case']:7} {cell['step_s']:4g} s  "
        f"{cell['updates_per_s'] / 1e6:6.2f} M / {cell['updates_per_s_sumo'] / 1e3:5.0f} k updates/s "
        f"= {cell['updates_per_s_ratio']:6.1f}x  at once {cell['most_at_once']:5} / {cell['most_at_once_sumo']:5}  "
        f"time loss {cell['time_loss_share']:.0%} / {cell['time_loss_share_sumo']:.0%}, ratio {cell['time_loss_ratio']:.3f}  "
        f"trips r = {cell['trip_correlation']:.3f}  edges {cell['edge_speed_rmse_mps']:.2f} m/s  "
        f"teleports {cell['teleports_sumo']}{'' if cell['fair'] else '  (not a fair cell)'}"
    )


def totals(cells: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the closing figures: the worst of all cells."""
    out: dict[str, Any] = {}
    for name in ("grid", "cbd"):
        ratios = [cell["updates_per_s_ratio"] for cell in cells if cell["case"].startswith(name)]
        out[f"updates_per_s_ratio_{name}"] = min(ratios) if ratios else None
    out["time_loss_ratio"] = max((cell["time_loss_ratio"] for cell in cells), key=lambda ratio: abs(ratio - 1.0))
    out["trip_correlation"] = min(cell["trip_correlation"] for cell in cells)
    return out


def main() -> None:
    """Run the cells and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead")
    parser.add_argument("--cases", default="grid,cbd")
    parser.add_argument("--steps", default="0.1,0.5", help="time steps, s")
    parser.add_argument("--grid-rate", type=float, default=5.5, help="vehicles a second into the grid")
    parser.add_argument("--grid-size", type=int, default=20)
    parser.add_argument("--cbd-inflow", type=float, default=None, help="veh/h into the CBD; by default the shipped demand")
    parser.add_argument("--end", type=float, default=1800.0, help="simulated s")
    parser.add_argument("--without-uxsim", action="store_true")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core for us and for the programs we start
    cells, peers, between_steps = [], [], []
    for name in options.cases.split(","):
        case = (
            grid_case(options.grid_rate, options.end, options.grid_size)
            if name == "grid"
            else cbd_case(options.end, options.cbd_inflow)
        )
        with tempfile.TemporaryDirectory() as work:
            write_case(case, Path(work))
            made = []
            for step_s in (float(word) for word in options.steps.split(",")):
                made.append((run_ours(case, step_s), run_sumo(case, Path(work), step_s)))
                cells.append(compared(case, step_s, *made[-1]))
                if not options.json:
                    print(line(cells[-1]), flush=True)
            if len(made) > 1:
                (our_first, first), (our_last, last) = made[0], made[-1]
                told = {"ours": agreement(our_first, our_last), "sumo": agreement(first, last)}
                between_steps.append({"case": case.name, **told, "ours_last_sumo_first": agreement(our_last, first)})
        if not options.without_uxsim:
            from uxsim_peer import run_uxsim

            finished, wall_s = run_uxsim(case)
            peers.append({"case": case.name, "uxsim_trips": finished, "uxsim_trips_per_s": round(finished / wall_s, 1)})
            if not options.json:
                print(f"{case.name:7} UXsim  {finished} trips, {finished / wall_s:.1f} trips/s", flush=True)
    if options.json:
        print(json.dumps({**totals(cells), "cells": cells, "between_steps": between_steps, "uxsim": peers}))
    else:
        print(totals(cells), *between_steps, sep="\n")


if __name__ == "__main__":
    main()
