"""What parking guidance and the density of parking sensors buy in the Tianhe CBD: search, distance, cruising, failures.

    python benchmarks/parking_study.py [--out build/bench] [--seeds 5] [--duration-s 1500] [--app-share 0.5] [--json]

Runs ``scenarios/parking_cbd.yaml`` without guidance, with perfect information (the truth without delay), and with what sensors
report over their networks, at a quarter, half and all of the bays and car parks. Trips, stays, guesses and app users of a seed
are the same in all of them (common random numbers), although traffic answers to where drivers go. Differences to no guidance,
and of each density to the next lower one, are paired over the seeds, with Student's intervals at 95 %
(``twin.metrics.statistics``). Searches count that begin after 300 s. ``searched_s`` has the time of all searches, those that
the end of the run cut off up to that end and those that were given up in full patience; ``search_s`` only of those who parked.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from twin.eventlog.reader import Run, open_run
from twin.metrics.parking import parking_figures
from twin.metrics.statistics import Estimate, mean_estimate, paired_difference
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run
from twin.threads import use_one_thread

SCENARIO: Final = Path(__file__).parent.parent / "scenarios" / "parking_cbd.yaml"
WARM_UP_S: Final = 300.0
DENSITIES: Final = (0.25, 0.5, 1.0)
VARIANTS: Final = ("none", "perfect", *(f"reported {density:g}" for density in DENSITIES))
DIFFERENCES: Final = (
    *((one, "none") for one in VARIANTS[1:]),
    ("reported 0.5", "reported 0.25"),
    ("reported 1", "reported 0.5"),
    ("reported 1", "perfect"),
)
COLUMNS: Final = (
    ("searched_s", "time of all searches, s", 1.0, 1),
    ("search_s", "of those who parked, s", 1.0, 1),
    ("search_p95_s", "p95, s", 1.0, 0),
    ("search_m", "distance of a search, m", 1.0, 0),
    ("cruising_share", "traffic that searches, %", 100.0, 2),
    ("turned_away", "car parks that turned a driver away", 1.0, 3),
    ("loops", "edges entered again", 1.0, 2),
    ("failed_share", "failed, %", 100.0, 1),
    ("walk_m", "walk, m", 1.0, 0),
    ("bay_wrong_share", "bay time wrong, %", 100.0, 2),
)
"""Figure, its title, factor to what is shown, decimals."""


def overrides(variant: str, seed: int, duration_s: float, app_share: float) -> dict[str, str]:
    """Return what a variant changes in the scenario."""
    kind, _, density = variant.partition(" ")
    chosen = {"seed": str(seed), "duration_s": str(duration_s), "warm_up_s": str(WARM_UP_S)}
    chosen["parking.guidance"] = f"{{information: {kind}, app_share: {app_share}}}"
    if density:
        kerb = f"{{sensor: {{kind: geomagnetic}}, at: [on_street], density: {density}, network: nb_iot}}"
        gate = f"{{sensor: {{kind: gate_counter}}, density: {density}, network: fibre}}"
        chosen["parking.sensors"] = f"{{rules: [{kerb}, {gate}]}}"
    return chosen


def figures(found: Run) -> dict[str, float]:
    """Return the figures of one run."""
    parking = parking_figures(found, WARM_UP_S)
    if parking is None:
        raise ValueError("nobody parks")
    search, reported = parking.search, parking.reported
    patience_s = float(found.manifest.scenario["parking"]["search"]["patience_s"])
    visits = found.table("parking")
    began_s = 1e-6 * visits.column("began_us").to_numpy()
    counted = began_s >= WARM_UP_S
    took_s = np.array([np.nan if one is None else one for one in visits.column("search_s").to_pylist()])
    most_s = np.minimum(found.manifest.simulated_s - began_s, patience_s)
    values = {
        "searched_s": float(np.where(np.isnan(took_s), most_s, took_s)[counted].mean()),
        "search_s": search.mean_s,
        "search_p95_s": search.p95_s,
        "search_m": search.vehicle_m / search.searches,
        "cruising_share": parking.cruising_share,
        "turned_away": float(visits.column("turned_away").to_numpy()[counted].mean()),
        "loops": search.mean_loops,
        "failed_share": search.failed_share,
        "walk_m": search.mean_walk_m,
        "bay_wrong_share": None if reported is None else reported.wrong_share,
        "searches": search.searches,
        "occupancy": parking.total.occupancy,
    }
    return {name: float("nan") if value is None else float(value) for name, value in values.items()}


def study(out: Path, seeds: Sequence[int], duration_s: float, app_share: float) -> dict[str, dict[str, list[float]]]:
    """Return the figures seed by seed, by variant and name."""
    found: dict[str, dict[str, list[float]]] = {variant: {} for variant in VARIANTS}
    for seed in seeds:
        for variant in VARIANTS:
            began_s = time.perf_counter()
            loaded = load_spec(SCENARIO, Scenario, overrides(variant, seed, duration_s, app_share))
            row = figures(open_run(run(loaded, out).folder))
            for name, value in row.items():
                found[variant].setdefault(name, []).append(value)
            took_s = time.perf_counter() - began_s
            print(f"seed {seed}, {variant}: {row['searched_s']:.1f} s a search ({took_s:.0f} s)", file=sys.stderr, flush=True)
    return found


def in_words(estimate: Estimate | None, factor: float, decimals: int, sign: str = "") -> str:
    """Return a mean with half its interval's width."""
    if estimate is None or np.isnan(estimate.mean):
        return "-"
    text = f"{factor * estimate.mean:{sign}.{decimals}f}"
    return text if estimate.half_width is None else f"{text} ± {factor * estimate.half_width:.{decimals}f}"


def tables(found: dict[str, dict[str, list[float]]]) -> str:
    """Return means and paired differences as Markdown."""
    heads = [title for _, title, _, _ in COLUMNS]
    lines = [f"| information | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for variant, own in found.items():
        cells = [in_words(mean_estimate(own[name]), factor, digits) for name, _, factor, digits in COLUMNS]
        lines.append(f"| {variant} | {' | '.join(cells)} |")
    lines += ["", f"| difference | {' | '.join(heads[:-2])} |", "|---" * (len(heads) - 1) + "|"]
    for one, other in DIFFERENCES:
        cells = [
            in_words(paired_difference(found[one][name], found[other][name]), factor, digits, "+")
            for name, _, factor, digits in COLUMNS[:-2]
        ]
        lines.append(f"| {one} - {other} | {' | '.join(cells)} |")
    return "\n".join(lines)


def as_json(found: dict[str, dict[str, list[float]]], seeds: Sequence[int], wall_s: float) -> dict[str, Any]:
    """Return what is kept: means and differences with their intervals."""

    def estimate(one: Estimate | None) -> dict[str, float] | None:
        if one is None or np.isnan(one.mean) or one.half_width is None:
            return None
        ends = {"low": one.mean - one.half_width, "high": one.mean + one.half_width}
        return {"mean": one.mean, "half_width": one.half_width} | ends

    return {
        "seeds": list(seeds),
        "means": {
            variant: {name: estimate(mean_estimate(values)) for name, values in own.items()} for variant, own in found.items()
        },
        "differences": {
            f"{one} - {other}": {
                name: estimate(paired_difference(found[one][name], found[other][name])) for name, *_ in COLUMNS[:-1]
            }
            for one, other in DIFFERENCES
        },
        "wall_s": round(wall_s, 1),
    }


def main() -> int:
    """Make the runs and print what they say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--duration-s", type=float, default=1500.0)
    parser.add_argument("--app-share", type=float, default=0.5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    use_one_thread()
    seeds = [*range(1, asked.seeds + 1)]
    began_s = time.perf_counter()
    found = study(asked.out, seeds, asked.duration_s, asked.app_share)
    print(tables(found))
    if asked.json:
        print(json.dumps(as_json(found, seeds, time.perf_counter() - began_s)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
