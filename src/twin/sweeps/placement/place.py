"""The main flow of a placement: see who perceives whom, choose for every budget, judge on other traffic, write it down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from twin.metrics.statistics import Estimate, mean_estimate, paired_difference
from twin.sensors.deployment_spec import SiteSpec
from twin.sweeps.design import short_hash
from twin.sweeps.placement.baselines import Practice, Practices
from twin.sweeps.placement.evaluation import Floats, Roster, roster, seen, shares, weights_of
from twin.sweeps.placement.gains import Instance
from twin.sweeps.placement.greedy import Selection, select
from twin.sweeps.placement.incidence import Incidence, joined
from twin.sweeps.placement.merging import merged
from twin.sweeps.placement.plan import OPTIMISED, Plan

Progress = Callable[[float, float], None]
"""Told (simulated seconds, total seconds)."""

KEPT: Final = "benefits"
"""Folder, beside those of the placements, of the matrices that are reckoned once."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One way of spending one budget."""

    label: str
    budget_cny: float
    sites: tuple[SiteSpec, ...]
    """As they are written down: with the names by which they were judged."""
    cost_cny: float
    spacing_m: int | None
    trained_share: float | None
    """Share of the weighted vehicle-seconds of the training that ``seen_by`` sites perceive; of the optimised choice alone."""
    shares: tuple[float, ...]
    """The same of each seed of the evaluation."""
    mean: Estimate | None
    """Over these seeds."""
    lead: Estimate | None
    """Of the optimised choice for the same budget over this one, seed by seed; None for itself."""
    gain: Estimate | None
    """The same as a share of what this one perceives: 0.1 means that the optimised choice perceives 10 % more."""

    @property
    def optimised(self) -> bool:
        """Whether these are the chosen sites, not a practice to compare with."""
        return self.trained_share is not None


@dataclass(frozen=True, slots=True)
class PlacementResult:
    """What came of a placement."""

    plan: Plan
    key: str
    """Hash of everything that decides over it: the folder is ``<name>-<key>``."""
    selections: tuple[Selection, ...]
    """By budget; sites are rows of the plan's candidates, values weighted vehicle-seconds."""
    whole: float
    """Weighted vehicle-seconds of the training."""
    judged: tuple[Judged, ...]
    """By budget, the optimised choice first."""


def place(plan: Plan, out: Path, progress: Progress = lambda _done_s, _total_s: None) -> PlacementResult:
    """Choose sites for every budget of ``plan`` and judge them; matrices are kept in ``out/benefits`` and used again.

    Raises InputError where no candidate sees anything, ScenarioError where sites of a practice cannot be placed, RunError where
    nothing can be written.
    """
    clock = _Clock(plan, progress)
    kept = out / KEPT
    sites = plan.candidates.sites
    parts, keys = [], []
    for seed in plan.spec.training.seeds:
        matrix, key = seen(plan, plan.scenario, seed, sites, kept, clock.within)
        clock.next(plan.scenario.spec.duration_s)
        parts.append(matrix)
        keys.append(key)
    training = joined(parts)
    weights = weights_of(plan.spec.class_weights)
    instance = _instance(plan, training, weights)
    selections = tuple(select(instance, budget_cny) for budget_cny in plan.budgets_cny)
    practices = _practices(plan, training)
    every = roster([*_chosen(plan, selections), *(practice.sites for practice in practices)])
    found = np.empty((len(every.rows), 0))
    if plan.spec.evaluation is not None and plan.evaluated is not None:
        matrices = []
        for seed in plan.spec.evaluation.seeds:
            matrix, key = seen(plan, plan.evaluated, seed, every.sites, kept, clock.within)
            clock.next(plan.evaluated.spec.duration_s)
            matrices.append(matrix)
            keys.append(key)
        found = shares(matrices, every, weights, plan.spec.seen_by)
    trained = [training.perceived_share(one.sites, weights, plan.spec.seen_by) for one in selections]
    judged = _judged(plan, selections, practices, every, found, trained)
    whole = float(weights @ training.present_s)
    return PlacementResult(plan, _key(plan, keys), selections, whole, judged)


class _Clock:
    """Adds up the simulated seconds of one simulation after the other."""

    def __init__(self, plan: Plan, progress: Progress) -> None:
        self._total_s, self._done_s, self._progress = plan.simulated_s, 0.0, progress

    def within(self, simulated_s: float) -> None:
        self._progress(self._done_s + simulated_s, self._total_s)

    def next(self, simulated_s: float) -> None:
        self._done_s += simulated_s


def _instance(plan: Plan, training: Incidence, weights: Floats) -> Instance:
    found, weight = plan.candidates, weights[training.klass]
    return merged(training.offset, training.item, weight, plan.spec.seen_by, found.cost_cny, found.standing)


def _chosen(plan: Plan, selections: Sequence[Selection]) -> list[tuple[SiteSpec, ...]]:
    return [plan.candidates.rows(selection.sites) for selection in selections]


def _practices(plan: Plan, training: Incidence) -> list[Practice]:
    """Return what each practice builds, by budget and then by practice."""
    standing = plan.candidates.rows(np.flatnonzero(plan.candidates.standing).tolist())
    practices = Practices(plan.scenario.spec.deployment, standing, plan.network, plan.base, training.entries)
    return [practices.of(baseline, budget) for budget in plan.budgets_cny for baseline in plan.spec.baselines]


def _judged(
    plan: Plan,
    selections: Sequence[Selection],
    practices: Sequence[Practice],
    every: Roster,
    found: Floats,
    trained: Sequence[float],
) -> tuple[Judged, ...]:
    judged = []
    practice_of = iter(practices)
    row_of = iter(range(len(selections), len(every.rows)))
    for i, (selection, ours) in enumerate(zip(selections, found, strict=False)):
        cost_cny = float(plan.candidates.cost_cny[list(selection.sites)].sum())
        own = (every.deployment(i), cost_cny, None, trained[i])
        judged.append(Judged(OPTIMISED, selection.budget_cny, *own, _floats(ours), mean_estimate(ours), None, None))
        for baseline in plan.spec.baselines:
            practice, row = next(practice_of), next(row_of)
            theirs = found[row]
            other = (every.deployment(row), practice.cost_cny, practice.spacing_m, None)
            gain = mean_estimate(ours / theirs - 1.0) if theirs.all() else None
            estimates = (mean_estimate(theirs), paired_difference(ours, theirs), gain)
            judged.append(Judged(baseline.label, selection.budget_cny, *other, _floats(theirs), *estimates))
    return tuple(judged)


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(values.tolist())


def _key(plan: Plan, keys: Sequence[str]) -> str:
    parts = [plan.spec.model_dump(mode="json", exclude={"question"}), plan.budgets_cny, keys]
    return short_hash(parts)
