"""How busy single lines of the links were, from ``link_state``: sites, edge computers and their lines, regional clouds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.eventlog.reader import Run
from twin.metrics.links import HOPS
from twin.metrics.selection import after_warm_up, codes, share

_STATION_KINDS = {"mec_compute": "mec", "mec_to_cloud": "mec", "cloud_to_central": "regional_cloud"}

_COUNTS = ("offered", "delivered", "lost_overflow", "lost_error", "lost_outage")


@dataclass(frozen=True, slots=True)
class LineFigures:
    """One line, or the workers of one edge computer, after the warm-up."""

    hop: str
    line: int
    name: str
    """Of the site, edge computer or regional cloud that it leads from; its number where the log has no name."""
    offered: int
    delivered: int
    lost: int
    utilisation: float | None
    """Share of the time, of one worker, spent in transmission or at work; intervals in which it had nothing to do count as
    idle. None for a run that ends with its warm-up."""
    utilisation_max: float
    """The same in its busiest interval."""
    queue_max: int
    """The most messages that one found there, waiting and in transmission."""


def line_figures(run: Run, warm_up_s: float = 0.0) -> list[LineFigures]:
    """Return the lines of ``run`` in the order of the way and of their numbers, from the intervals after ``warm_up_s``."""
    names = ("hop", "line", *_COUNTS, "busy_us", "interval_us", "queue_max")
    table = after_warm_up(run, "link_state", names, warm_up_s)
    vocabulary = {hop: number for number, hop in enumerate(HOPS)}
    keys = np.stack([codes(table, "hop", vocabulary), table.column("line").to_numpy()], axis=1)
    lines, row = np.unique(keys, axis=0, return_inverse=True)
    values = {name: table.column(name).to_numpy().astype(np.int64) for name in names[2:]}
    workers = np.array([_workers(run) if hop == "mec_compute" else 1 for hop in vocabulary], np.float64)[keys[:, 0]]
    busy_us = values["busy_us"] / workers
    most, longest = np.zeros(len(lines)), np.zeros(len(lines), np.int64)
    np.maximum.at(most, row.ravel(), busy_us / np.maximum(values["interval_us"], 1))
    np.maximum.at(longest, row.ravel(), values["queue_max"])
    busy_s = np.bincount(row.ravel(), busy_us, len(lines)) / 1e6
    counts = {name: np.bincount(row.ravel(), values[name], len(lines)).astype(np.int64) for name in _COUNTS}
    called = _names(run)
    hops = list(vocabulary)
    return [
        LineFigures(
            hop=hops[hop],
            line=line,
            name=called.get((hops[hop], line), str(line)),
            offered=int(counts["offered"][at]),
            delivered=int(counts["delivered"][at]),
            lost=int(sum(counts[name][at] for name in _COUNTS[2:])),
            utilisation=share(float(busy_s[at]), max(run.manifest.simulated_s - warm_up_s, 0.0)),
            utilisation_max=float(most[at]),
            queue_max=int(longest[at]),
        )
        for at, (hop, line) in enumerate(lines.tolist())
    ]


def _workers(run: Run) -> int:
    compute = run.manifest.scenario.get("links", {}).get("compute") or {}
    return int(compute.get("servers", 1))


def _names(run: Run) -> dict[tuple[str, int], str]:
    """Return what the lines lead from, by hop and number."""
    sites = run.table("site").select(["site", "name"]).to_pylist()
    found = {("site_to_mec", int(row["site"])): str(row["name"]) for row in sites}
    stations = run.table("station").select(["station", "kind", "name"]).to_pylist()
    for hop, kind in _STATION_KINDS.items():
        own = sorted((int(row["station"]), str(row["name"])) for row in stations if row["kind"] == kind)
        found |= {(hop, number): name for number, (_, name) in enumerate(own)}
    return found
