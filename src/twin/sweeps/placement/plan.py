"""From the YAML of a placement to what is to be simulated: resolved and checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from twin.errors import Problem, ScenarioError
from twin.messages import say
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.load import Loaded, load_spec
from twin.scenario.scenario import Scenario
from twin.sensors.deployment_spec import SiteSpec
from twin.sensors.placing import unknown_kit
from twin.simulation.preparation import prepare
from twin.simulation.run import identity
from twin.sweeps.design import doubled
from twin.sweeps.placement.candidates import Candidates, candidates, given, with_rules
from twin.sweeps.placement.placement_spec import EvaluationSpec, PlacementSpec

OPTIMISED: Final = "optimised"
"""Label of the chosen sites in every table."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A placement that can be made."""

    spec: PlacementSpec
    budgets_cny: tuple[float, ...]
    """Rising."""
    scenario: Loaded[Scenario]
    """With the deployment of all candidates, as rules."""
    evaluated: Loaded[Scenario] | None
    """As it is in evaluation."""
    network: RoadNetwork
    base: Path
    """Folder that the scenario's paths are relative to."""
    candidates: Candidates

    def traffic(self, loaded: Loaded[Scenario], seed: int, sites: Sequence[SiteSpec]) -> tuple[Loaded[Scenario], str]:
        """Return the scenario of one seed with nothing but ``sites``, and the hash of the run that it would be."""
        deployment = given(loaded.spec.deployment, sites)
        of_seed = replace(loaded, spec=loaded.spec.model_copy(update={"seed": seed, "deployment": deployment}))
        return of_seed, identity(of_seed, self.network)[1]

    @property
    def simulated_s(self) -> float:
        """Simulated seconds of all training and evaluation."""
        training_s = len(self.spec.training.seeds) * self.scenario.spec.duration_s
        if self.evaluated is None or self.spec.evaluation is None:
            return training_s
        return training_s + len(self.spec.evaluation.seeds) * self.evaluated.spec.duration_s


def load_plan(file: Path, budgets_cny: Sequence[float] = (), notice: Callable[[str], None] = lambda _: None) -> Plan:
    """Return what a placement file says, with other budgets where given; ScenarioError with everything wrong with it.

    ``notice`` is told what a planner should know although it can be done.
    """
    loaded = load_spec(file, PlacementSpec)
    problems = loaded.placed(_problems(loaded))
    if problems:
        raise ScenarioError(problems)
    spec = loaded.spec
    path = file.parent / spec.scenario
    base = path.parent.resolve()
    common = loaded.overrides_at(("set",))
    scenario = _with_candidates(load_spec(path, Scenario, common), spec)
    try:
        prepared = prepare(scenario, notice)
        evaluated = None
        if spec.evaluation is not None:
            different = {**common, **loaded.overrides_at(("evaluation", "set"))}
            evaluated = _with_candidates(load_spec(path, Scenario, different), spec)
            listens = prepare(evaluated, like=prepared).listens
    except ScenarioError as error:
        raise ScenarioError(_where(loaded, scenario, error.problems)) from None
    if prepared.listens or (evaluated is not None and listens):
        closed = Problem("", "scenario", say("placement.closed.found"), say("placement.closed.remedy"))
        raise ScenarioError(loaded.placed([closed]))
    kits = scenario.spec.deployment
    unknown = [
        unknown_kit(kits, baseline.kit, "", f"baselines[{i}].kit")
        for i, baseline in enumerate(spec.baselines)
        if baseline.kit not in kits.kits
    ]
    if unknown:
        raise ScenarioError(loaded.placed(unknown))
    network = prepared.network
    found = candidates(scenario.spec.deployment, network, base)
    if found.standing.all():
        raise ScenarioError(
            loaded.placed([Problem("", "candidates", say("placement.none.found"), say("placement.none.remedy"))])
        )
    return Plan(spec, tuple(sorted({*(budgets_cny or spec.budgets_cny)})), scenario, evaluated, network, base, found)


def _with_candidates(loaded: Loaded[Scenario], spec: PlacementSpec) -> Loaded[Scenario]:
    if not spec.candidates:
        return loaded
    deployment = with_rules(loaded.spec.deployment, spec.candidates)
    return replace(loaded, spec=loaded.spec.model_copy(update={"deployment": deployment}))


def _where(loaded: Loaded[PlacementSpec], scenario: Loaded[Scenario], problems: list[Problem]) -> list[Problem]:
    """Return problems of the scenario at their places: those of candidates stand in the placement file."""
    kept = len(scenario.spec.deployment.rules) - len(loaded.spec.candidates)
    ours, theirs = [], []
    for problem in problems:
        number, bracket, rest = problem.key.removeprefix("deployment.rules[").partition("]")
        of_rule = bool(loaded.spec.candidates) and problem.key.startswith("deployment.rules[") and bool(bracket)
        if of_rule and int(number) >= kept:  # not where the scenario file has its rules
            ours.append(replace(problem, where="", key=f"candidates[{int(number) - kept}]{rest}"))
        else:
            theirs.append(problem)
    return [*loaded.placed(ours), *scenario.placed(theirs)]


def _problems(loaded: Loaded[PlacementSpec]) -> Iterator[Problem]:
    """Yield what is wrong with the placement itself; ``where`` is left to the loader."""
    spec, path = loaded.spec, loaded.path.parent / loaded.spec.scenario
    if not path.is_file():
        yield Problem("", "scenario", say("sweep.scenario.found", file=path), say("sweep.scenario.remedy"))
    yield from doubled("budgets_cny", spec.budgets_cny)
    yield from doubled("training.seeds", spec.training.seeds)
    labels = [baseline.label for baseline in spec.baselines]
    yield from doubled("baselines", labels)
    for i, label in enumerate(labels):
        if label == OPTIMISED:
            yield Problem("", f"baselines[{i}].label", say("sweep.name.found", name=label), say("sweep.name.remedy"))
    for key in spec.set:
        if key == "seed":
            yield Problem("", "set", say("sweep.seed_key.found"), say("sweep.seed_key.remedy"))
    if spec.evaluation is not None:
        yield from _wrong_evaluation(spec.evaluation, spec.training.seeds)


def _wrong_evaluation(evaluation: EvaluationSpec, trained: Sequence[int]) -> Iterator[Problem]:
    yield from doubled("evaluation.seeds", evaluation.seeds)
    for i, seed in enumerate(evaluation.seeds):
        if seed in trained:
            found, remedy = say("placement.seen.found", seed=seed), say("placement.seen.remedy")
            yield Problem("", f"evaluation.seeds[{i}]", found, remedy)
    for key in evaluation.set:
        if key.split(".")[0].split("[")[0] in {"seed", "map", "deployment"}:
            yield Problem("", "evaluation.set", say("placement.evaluation.found", name=key), say("placement.evaluation.remedy"))
