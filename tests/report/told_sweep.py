"""A sweep of the small town with figures that are told, and one real run of each variant for maps and bills."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.sweeps.drawn import Drawn
from tests.sweeps.town_sweep import CENTRE, WEST, small_design

from twin.sweeps.results import SweepResults, read_results
from twin.sweeps.sweep import sweep
from twin.sweeps.task import Outcome, Task, execute

EAST = "{name: east, lon_deg: 113.321660, lat_deg: 23.119901, kit: pole}"

AXIS = f"""
  - name: poles
    values:
      - label: one
      - label: 两个
        set: {{deployment.sites: [{WEST}, {CENTRE}]}}
      - label: three
        set: {{deployment.sites: [{WEST}, {CENTRE}, {EAST}]}}
"""

METRICS = "metrics: [recall, perceived_share, sites, cost_cny]"

Figures = Callable[[int, int], Mapping[str, float]]
"""Figures of a run by its seed and its number of sites."""


def usual(seed: int, sites: int) -> dict[str, float]:
    """Return a share that flattens after two sites, a recall that has nothing to do with them, a million a site."""
    share = {1: 0.5, 2: 0.8, 3: 0.85}[sites] + 0.001 * seed
    recall = 0.9 + (0.01 if (seed + sites) % 2 else -0.01)
    return {"recall": recall, "perceived_share": share, "sites": sites, "cost_cny": 1e6 * sites}


class Told(Drawn):
    """Gives the figures told; makes the runs of the first ``real`` seeds for their folders."""

    def __init__(self, figures: Figures = usual, real: int = 0) -> None:
        """Make no run, or those of the first seeds."""
        super().__init__()
        self._figures, self._real = figures, real

    def outcomes(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Yield the outcomes."""
        for task in tasks:
            for order in task.orders:
                if order.scenario.seed <= self._real:
                    (made,) = execute(replace(task, orders=(order,)))
                    assert not made.error
                sites = len(order.scenario.deployment.sites)
                yield Outcome(order.number, self._figures(order.scenario.seed, sites))


def told_sweep(folder: Path, figures: Figures = usual, *, seeds: int = 2, real: int = 0, axes: str = AXIS) -> SweepResults:
    """Return the results of the sweep, its folder below ``folder``."""
    design = small_design(folder, axes=axes, rest=f"replications: {seeds}\n{METRICS}")
    return read_results(sweep(design, folder / "runs", Told(figures, real)).folder)
