"""From the YAML of a sweep to the list of its runs: every scenario resolved and checked before anything runs."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from twin.errors import Problem, ScenarioError
from twin.messages import say
from twin.metrics.summary import FIGURES
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.load import Loaded, load_spec, resolved
from twin.scenario.scenario import Scenario
from twin.simulation.assembly import traffic_key
from twin.simulation.preparation import Prepared, prepare
from twin.simulation.run import identity
from twin.sweeps.axes import Axis, axes_of, axis_problems
from twin.sweeps.comparison import comparison_table
from twin.sweeps.frontier import COST, PERCEIVED, frontier_table
from twin.sweeps.nesting import not_nested
from twin.sweeps.precision import precision_problems
from twin.sweeps.sweep_spec import PrecisionSpec, SweepSpec

MAX_RUNS: Final = 100_000
"""Runs of one sweep; more is a mistake."""

TABLE_COLUMNS: Final = ("seed", "state", "folder", "error")
"""Columns of the table of results beside axes and metrics."""

TABLE_VERSION: Final = 1
"""Version of the table of results; part of a sweep's hash."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a sweep, complete in itself."""

    labels: tuple[str, ...]
    """Value of each axis."""
    seed: int
    scenario: Scenario
    base: Path
    """Folder that the scenario's paths are relative to."""
    overrides: dict[str, str]
    """What was changed in the scenario file, as the run's manifest keeps it."""
    folder: str
    """Name of its run folder, ``<name>-<hash>``."""
    traffic: str = ""
    """Runs that have this in common differ in their devices alone and can be made over one traffic; empty for a run whose
    traffic listens to its devices."""


@dataclass(frozen=True, slots=True)
class Design:
    """All runs of a sweep, in the order of its table: axes as written, the last one fastest, seeds fastest of all."""

    name: str
    question: str
    axes: tuple[str, ...]
    baseline: tuple[int, str] | None
    """Axis and label that the axis' other values are compared with; None without axes."""
    metrics: tuple[str, ...]
    runs: tuple[PlannedRun, ...]
    key: str
    """Hash of everything that decides over the table; the sweep's folder is ``<name>-<key>``."""
    notices: tuple[str, ...] = ()
    """What a planner should know of the scenarios although they can be run."""
    not_nested: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    """Pairs (sparser, denser) of neighbours along the baseline's axis of which the denser one lacks sites of the sparser."""
    memory_gb: float | None = None
    """Memory that one task is given, 10^9 bytes."""
    budget_cny: float | None = None
    """What may be built."""
    outputs: tuple[Literal["html", "docx"], ...] = ()
    """Documents to be written in the end."""
    precision: tuple[PrecisionSpec, ...] = ()
    """Half widths to reach by further rounds of seeds."""
    most_seeds: int = 0
    """Seeds at which further rounds end."""
    file: str = ""
    """The sweep file as it was named, and the SHA-256 of its bytes: they decide over nothing, and tell how to repeat it."""
    file_sha256: str = ""

    @property
    def folder(self) -> str:
        """Name of the sweep's folder."""
        return f"{self.name}-{self.key}"

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds that every variant is run with."""
        return tuple(dict.fromkeys(run.seed for run in self.runs))


def plan(loaded: Loaded[SweepSpec]) -> Design:
    """Return the runs of a sweep; raise ``ScenarioError`` with every problem of the sweep file and of every scenario in it."""
    spec = loaded.spec
    axes = axes_of(loaded)
    problems = loaded.placed(_problems(loaded, axes))
    if problems:
        raise ScenarioError(problems)
    told: dict[str, None] = {}
    variants = _variants(loaded, axes, told.setdefault)
    first = variants[0][1].scenario.seed
    seeds = spec.seeds or [first + i for i in range(spec.replications or 1)]
    runs = [run for labels, variant in variants for run in _replications(labels, variant, seeds)]
    same = _same_runs(runs, axes)
    if same:
        raise ScenarioError(loaded.placed(same))
    names = tuple(axis.name for axis in axes)
    baseline, metrics = _baseline(spec, axes), tuple(spec.metrics or FIGURES)
    parts = [TABLE_VERSION, spec.name, names, baseline, metrics, [(run.labels, run.seed, run.folder) for run in runs]]
    if spec.precision:
        parts.append([[target.model_dump() for target in spec.precision], spec.max_replications])
    key = short_hash(parts)
    placed = [(labels, variant.deployment.sites) for labels, variant in variants]
    return Design(
        name=spec.name,
        question=spec.question,
        axes=names,
        baseline=baseline,
        metrics=metrics,
        runs=tuple(runs),
        key=key,
        notices=tuple(told),
        not_nested=() if baseline is None else not_nested(placed, baseline[0]),
        memory_gb=spec.memory_gb,
        budget_cny=spec.budget_cny,
        outputs=tuple(dict.fromkeys(spec.outputs)),
        precision=tuple(spec.precision),
        most_seeds=spec.max_replications or 0,
        file=loaded.path.as_posix(),
        file_sha256=hashlib.sha256(loaded.path.read_bytes()).hexdigest(),
    )


def _problems(loaded: Loaded[SweepSpec], axes: tuple[Axis, ...]) -> Iterator[Problem]:
    """Yield what is wrong with the sweep itself; ``where`` is left to the loader."""
    spec, path = loaded.spec, loaded.path.parent / loaded.spec.scenario
    if not path.is_file():
        yield Problem("", "scenario", say("sweep.scenario.found", file=path), say("sweep.scenario.remedy"))
    yield from _wrong_names(spec, axes)
    yield from _wrong_seeds(spec)
    yield from precision_problems(spec, spec.metrics or FIGURES)
    yield from _wrong_baseline(spec, axes)
    if spec.budget_cny is not None:
        for name in (COST, PERCEIVED):
            if name not in (spec.metrics or FIGURES):
                yield Problem("", "budget_cny", say("sweep.budget.found", name=name), say("sweep.budget.remedy", name=name))
    yield from axis_problems(loaded, axes)
    count = math.prod(len(axis.values) for axis in axes) * (
        len(spec.seeds or ()) or spec.max_replications or spec.replications or 1
    )
    if count > MAX_RUNS:
        yield Problem("", "axes", say("sweep.many.found", count=count), say("sweep.many.remedy", limit=MAX_RUNS))


def _wrong_names(spec: SweepSpec, axes: tuple[Axis, ...]) -> Iterator[Problem]:
    metrics = spec.metrics or list(FIGURES)
    yield from doubled("metrics", metrics)
    for i, metric in enumerate(metrics):
        if metric not in FIGURES:
            remedy = say("remedy.one_of", names=", ".join(FIGURES))
            yield Problem("", f"metrics[{i}]", say("sweep.metric.found", name=metric), remedy)
    taken = {*TABLE_COLUMNS, *comparison_table([], ()).column_names, *frontier_table([], ()).column_names, *metrics}
    for axis in axes:
        if axis.name in taken:
            yield Problem("", f"{axis.key}.name", say("sweep.name.found", name=axis.name), say("sweep.name.remedy"))
        taken.add(axis.name)


def _wrong_seeds(spec: SweepSpec) -> Iterator[Problem]:
    yield from doubled("seeds", spec.seeds or [])
    if (spec.seeds is None) == (spec.replications is None):
        key, what = ("", "none") if spec.seeds is None else ("replications", "both")
        yield Problem("", key, say(f"sweep.seeds.{what}"), say("sweep.seeds.remedy"))


def doubled(key: str, names: Sequence[object]) -> Iterator[Problem]:
    """Yield a problem for each entry of the list at ``key`` that stands there before."""
    for i, name in enumerate(names):
        if name in names[:i]:
            yield Problem("", f"{key}[{i}]", say("sweep.twice.found", what=name), say("sweep.twice.remedy"))


def _wrong_baseline(spec: SweepSpec, axes: tuple[Axis, ...]) -> Iterator[Problem]:
    if spec.baseline is None:
        return
    labels = Counter(value.label for axis in axes for value in axis.values)
    if labels[spec.baseline] != 1:
        what = "unknown" if labels[spec.baseline] == 0 else "ambiguous"
        found = say(f"sweep.baseline.{what}", label=spec.baseline)
        yield Problem("", "baseline", found, say("remedy.one_of", names=", ".join(labels) or "-"))


def _baseline(spec: SweepSpec, axes: tuple[Axis, ...]) -> tuple[int, str] | None:
    chosen = ((i, value.label) for i, axis in enumerate(axes) for value in axis.values)
    return next(((i, label) for i, label in chosen if spec.baseline in (None, label)), None)


def _variants(
    loaded: Loaded[SweepSpec], axes: tuple[Axis, ...], notice: Callable[[str], None]
) -> list[tuple[tuple[str, ...], Prepared]]:
    """Return every combination as a scenario; raise ``ScenarioError`` with what is wrong with any of them."""
    path = loaded.path.parent / loaded.spec.scenario
    common = loaded.overrides_at(("set",))
    found: dict[Problem, list[str]] = {}
    variants: list[tuple[tuple[str, ...], Prepared]] = []
    for values in itertools.product(*(axis.values for axis in axes)):
        overrides = dict(common)
        for value in values:
            overrides |= value.overrides
        labels = tuple(value.label for value in values)
        before = variants[-1][1] if variants else None
        try:
            variants.append((labels, prepare(load_spec(path, Scenario, overrides), notice, before)))
        except ScenarioError as error:
            for problem in error.problems:
                found.setdefault(problem, []).append(", ".join(labels))
    if found:
        count = math.prod(len(axis.values) for axis in axes)
        raise ScenarioError([_of(problem, names, count) for problem, names in found.items()])
    return variants


def _of(problem: Problem, names: list[str], all_of_them: int) -> Problem:
    """Say of which variants a problem is, unless all have it."""
    if len(names) == all_of_them:
        return problem
    shown = "; ".join(names[:3]) + (" …" if len(names) > 3 else "")
    return replace(problem, found=say("sweep.variant.found", found=problem.found, names=shown))


def _replications(labels: tuple[str, ...], variant: Prepared, seeds: list[int]) -> Iterator[PlannedRun]:
    for seed in seeds:
        scenario = variant.scenario.model_copy(update={"seed": seed})
        overrides = {**variant.loaded.overrides, "seed": str(seed)}
        yield planned_run(labels, scenario, variant.base.resolve(), overrides, variant.network, listens=variant.listens)


def planned_run(
    labels: tuple[str, ...], scenario: Scenario, base: Path, overrides: dict[str, str], network: RoadNetwork, *, listens: bool
) -> PlannedRun:
    """Return the run of a scenario; ``listens`` where its traffic hears its devices."""
    manifest, key = identity(resolved(scenario, base, overrides), network)
    traffic = "" if listens else traffic_key(scenario)
    return PlannedRun(labels, scenario.seed, scenario, base, overrides, f"{manifest.name}-{key}", traffic)


def short_hash(parts: object) -> str:
    """Return twelve hexadecimal digits over JSON values: what a folder is called after."""
    return hashlib.blake2b(json.dumps(parts, ensure_ascii=False).encode(), digest_size=6).hexdigest()


def _same_runs(runs: list[PlannedRun], axes: tuple[Axis, ...]) -> list[Problem]:
    """Return the variants that are the same scenario as one before."""
    first: dict[str, PlannedRun] = {}
    problems: dict[tuple[str, ...], Problem] = {}
    for run in runs:
        other = first.setdefault(run.folder, run)
        if other is not run:
            number = next(i for i, labels in enumerate(zip(run.labels, other.labels, strict=True)) if labels[0] != labels[1])
            value = next(value for value in axes[number].values if value.label == run.labels[number])
            found = say("sweep.same.found", this=", ".join(run.labels), other=", ".join(other.labels))
            problems.setdefault(run.labels, Problem("", value.key, found, say("sweep.same.remedy")))
    return list(problems.values())
