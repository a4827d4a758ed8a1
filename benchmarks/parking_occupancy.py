"""How long drivers search in the Tianhe CBD, by how full its parking is at the start, without guidance.

    python benchmarks/parking_occupancy.py [--seeds 1] [--duration-s 1800] [--json] [--picture docs/images/parking.png]

Runs ``scenarios/parking_cbd.yaml`` with all facilities as full at the start as each row says, and once without parking; trips
that park are the same in all of them. Searches count that begin after 300 s and end in a bay.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Final

import numpy as np

from twin.eventlog.reader import Run, open_run
from twin.metrics.parking import parking_figures
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run
from twin.threads import use_one_thread

SCENARIO: Final = Path(__file__).parent.parent / "scenarios" / "parking_cbd.yaml"
WARM_UP_S: Final = 300.0
LEVELS: Final = (0.6, 0.75, 0.85, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Row:
    """One run."""

    at_start: float | None
    """Share of the bays taken; None without parking."""
    occupancy: float | None
    search_s: tuple[float, ...]
    """Time of each search that ended in a bay."""
    searched_m: float | None
    cruising_share: float | None
    failed_share: float | None
    real_time_factor: float


def overrides(at_start: float | None, seed: int, duration_s: float) -> dict[str, str]:
    """Return what a row changes in the scenario."""
    changed = {"seed": str(seed), "duration_s": str(duration_s), "warm_up_s": str(WARM_UP_S)}
    if at_start is None:
        return changed | {"parking": "null"}
    spec = load_spec(SCENARIO, Scenario).spec.parking
    kerbs = [one.model_dump(mode="json") | {"occupancy": at_start} for one in (spec.facilities if spec else ())]
    return changed | {"parking.from_map.occupancy": str(at_start), "parking.facilities": json.dumps(kerbs, ensure_ascii=False)}


def measure(at_start: float | None, seed: int, duration_s: float, out: Path) -> Row:
    """Make one run and return its figures."""
    result = run(load_spec(SCENARIO, Scenario, overrides(at_start, seed, duration_s)), out)
    manifest = result.manifest
    speed = duration_s / max(manifest.wall_s - manifest.compile_s, 1e-9)
    log = open_run(result.folder)
    figures = parking_figures(log, WARM_UP_S) if at_start is not None else None
    if figures is None:
        return Row(None, None, (), None, None, None, speed)
    search = figures.search
    return Row(
        at_start, figures.total.occupancy, _search_s(log), search.mean_m, figures.cruising_share, search.failed_share, speed
    )


def _search_s(log: Run) -> tuple[float, ...]:
    rows = log.table("parking").to_pylist()
    return tuple(row["search_s"] for row in rows if row["outcome"] == "parked" and row["began_us"] >= WARM_UP_S * 1e6)


def draw(path: Path, rows: list[Row]) -> None:
    """Write the picture of search times by occupancy, with 1 / (1 - p) beside them."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    axes = figure.subplots()
    parked = [row for row in rows if row.occupancy is not None and row.search_s]
    place = [100.0 * (row.occupancy or 0.0) for row in parked]
    times = [np.array(row.search_s) for row in parked]
    for x, values in zip(place, times, strict=True):
        axes.plot((x, x), np.percentile(values, (5, 95)), color="#9aa5b1", linewidth=6, solid_capstyle="butt")
    axes.plot(place, [values.mean() for values in times], "o-", color="#1d4e89", label="mean, 5 to 95 % of the drivers")
    share = np.linspace(min(place), max(place), 100)
    naive = times[0].mean() * (1.0 - place[0] / 100.0) / (1.0 - share / 100.0)
    axes.plot(share, naive, "--", color="#d55e00", label="in proportion to 1 / (1 - occupancy)")
    axes.set(xlabel="bays taken, mean of the run, %", ylabel="time to find a space, s", ylim=(0, None))
    axes.grid(color="0.92")
    axes.legend(frameon=False, loc="upper left")
    figure.savefig(path, dpi=110)


def main() -> None:
    """Run all levels and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--duration-s", type=float, default=1800.0)
    parser.add_argument("--picture", type=Path, help="write the picture of search times")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    use_one_thread()
    pooled: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for level in (None, *LEVELS):
            found = [measure(level, seed, options.duration_s, Path(folder)) for seed in range(1, options.seeds + 1)]
            pooled.append(
                Row(
                    level,
                    _mean([row.occupancy for row in found]),
                    tuple(value for row in found for value in row.search_s),
                    _mean([row.searched_m for row in found]),
                    _mean([row.cruising_share for row in found]),
                    _mean([row.failed_share for row in found]),
                    fmean(row.real_time_factor for row in found),
                )
            )
            print(f"{level}: {len(pooled[-1].search_s)} parked", file=sys.stderr, flush=True)
    if options.picture:
        draw(options.picture, pooled)
    print(json.dumps([_told(row) for row in pooled], indent=1) if options.json else _table(pooled))


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _told(row: Row) -> dict[str, float | int | None]:
    times = np.array(row.search_s)
    return {
        "at_start": row.at_start,
        "occupancy": row.occupancy,
        "parked": len(row.search_s),
        "search_s": float(times.mean()) if times.size else None,
        "search_p95_s": float(np.percentile(times, 95)) if times.size else None,
        "search_m": row.searched_m,
        "cruising_share": row.cruising_share,
        "failed_share": row.failed_share,
        "real_time_factor": row.real_time_factor,
    }


def _table(rows: list[Row]) -> str:
    told = [_told(row) for row in rows]
    lines = [" | ".join(told[0]), " | ".join("---" for _ in told[0])]
    lines += [" | ".join("-" if value is None else f"{value:.3g}" for value in row.values()) for row in told]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
