"""Further rounds of a sweep: the same variants with more seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from twin.roadnet.cache import load_network
from twin.sweeps.design import Design, PlannedRun, planned_run
from twin.sweeps.task import Outcome


def more_seeds(design: Design, outcomes: Mapping[int, Outcome], seeds: int) -> tuple[Design, dict[int, Outcome]]:
    """Return the design with more seeds, and the outcomes by their positions in it."""
    by_folder = {design.runs[number].folder: outcome for number, outcome in outcomes.items()}
    wider = with_seeds(design, seeds)
    kept = ((number, by_folder.get(run.folder)) for number, run in enumerate(wider.runs))
    return wider, {number: replace(outcome, number=number) for number, outcome in kept if outcome is not None}


def with_seeds(design: Design, count: int) -> Design:
    """Return ``design`` with ``count`` seeds a variant, counted up from the first; its folder stays the same."""
    had = len(design.seeds)
    further = [design.seeds[0] + i for i in range(had, count)]
    runs: list[PlannedRun] = []
    for first in range(0, len(design.runs), had):
        own = design.runs[first : first + had]
        runs += [*own[:count], *(_with_seed(own[0], seed) for seed in further)]
    return replace(design, runs=tuple(runs))


def _with_seed(run: PlannedRun, seed: int) -> PlannedRun:
    scenario = run.scenario.model_copy(update={"seed": seed})
    overrides = {**run.overrides, "seed": str(seed)}
    network = load_network(run.base / scenario.map)
    return planned_run(run.labels, scenario, run.base, overrides, network, listens=not run.traffic)
