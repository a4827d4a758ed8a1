"""``twin sweep --assumptions``, top to bottom: runs at the middle and with drawn assumptions, then one assumption at a time.

Both are sweeps like any other, with one more axis each: ``draw`` and ``assumption``. Their first value, ``mid``, is the sweep
as it stands; every variant gets the same draws and the same seeds, so that all comparisons are in pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.errors import Problem, ScenarioError
from twin.messages import say
from twin.roadnet.cache import load_network
from twin.scenario.load import load_spec
from twin.sweeps.assumptions import HIGH, LOW, at, chosen, in_play, is_price, pattern_problems
from twin.sweeps.design import MAX_RUNS, Design, PlannedRun, plan, planned_run, short_hash
from twin.sweeps.executor import Executor
from twin.sweeps.latin_hypercube import latin_hypercube
from twin.sweeps.prices import Repricing
from twin.sweeps.store import Store
from twin.sweeps.sweep import Progress, SweepResult, sweep
from twin.sweeps.sweep_spec import AssumptionsSpec, SweepSpec
from twin.sweeps.uncertainty import COLUMNS, leading, rank_correlations

DRAW: Final = "draw"
ASSUMPTION: Final = "assumption"
MID: Final = "mid"

Floats = npt.NDArray[np.float64]
Key = tuple[tuple[str, ...], str, int]
"""Labels of a variant, label of a draw or of an assumption's end, seed."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A sweep whose runs are known, every scenario resolved; the same run is made once, whoever asks for it."""

    design: Design
    folders: Mapping[Key, str]


@dataclass(frozen=True, slots=True)
class Study:
    """What is to be varied, and the draws."""

    design: Design
    """The sweep as it stands."""
    spec: AssumptionsSpec
    names: tuple[str, ...]
    """Assumptions in play."""
    shares: Floats
    """(draws, assumptions): share of the probability that lies below the drawn value."""
    drawn: Planned

    @property
    def variants(self) -> tuple[tuple[str, ...], ...]:
        """Labels of the variants, in the order of the table."""
        return tuple(dict.fromkeys(run.labels for run in self.design.runs))

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of every variant."""
        return self.design.seeds


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure in all runs; NaN where a run has none."""

    mid: Floats
    """(variants, seeds)."""
    drawn: Floats
    """(variants, draws, seeds)."""
    ends: Mapping[str, Floats]
    """By assumption: (variants, 2, seeds), at its low and at its high end, the others at their middle."""


@dataclass(frozen=True, slots=True)
class StudyResult:
    """All runs of a study, gathered by figure."""

    study: Study
    figures: dict[str, Measured]
    drawn: SweepResult
    single: SweepResult | None
    """The runs with one assumption at an end; None where there are none."""
    looked_at: tuple[str, ...]
    """Assumptions that were run one at a time, or reckoned so where they are prices."""

    @property
    def store(self) -> Store:
        """Where the tables lie."""
        return self.drawn.store

    @property
    def failed(self) -> int:
        """How many runs failed."""
        return sum(sweep.failed for sweep in self._sweeps)

    @property
    def runs(self) -> int:
        """How many runs there are; those that both sweeps have count twice."""
        return sum(len(sweep.outcomes) for sweep in self._sweeps)

    @property
    def _sweeps(self) -> list[SweepResult]:
        return [self.drawn, *([] if self.single is None else [self.single])]


def load_study(file: Path) -> Study:
    """Return what a sweep file's assumptions say; ``ScenarioError`` with everything wrong with them.

    ``InputError`` where drawn values do not go together.
    """
    loaded = load_spec(file, SweepSpec)
    design, spec = plan(loaded), loaded.spec.assumptions
    known = in_play(run.scenario for run in design.runs if run.seed == design.seeds[0])
    problems = loaded.placed([*_problems(design, spec), *pattern_problems(spec, known)])
    if problems:
        raise ScenarioError(problems)
    names = chosen(spec, known)
    shares = latin_hypercube(names, spec.draws, spec.seed, "assumptions")
    return Study(design, spec, names, shares, _planned(design, DRAW, _points(names, shares)))


def _problems(design: Design, spec: AssumptionsSpec) -> Iterator[Problem]:
    """Yield names of axes that the tables need, and too many runs; ``where`` is left to the loader."""
    taken = {DRAW, ASSUMPTION}.union(*COLUMNS.values())
    for i, name in enumerate(design.axes):
        if name in taken:
            yield Problem("", f"axes[{i}].name", say("sweep.name.found", name=name), say("sweep.name.remedy"))
    count = len(design.runs) * (1 + spec.draws)
    if count > MAX_RUNS:
        yield Problem("", "assumptions.draws", say("sweep.many.found", count=count), say("sweep.many.remedy", limit=MAX_RUNS))


def idle_keys(design: Design) -> list[str]:
    """Return the keys of a sweep file that say something about the sweep as it stands and nothing about its assumptions."""
    given = {"precision": design.precision, "budget_cny": design.budget_cny, "outputs": design.outputs}
    return [key for key, value in given.items() if value]


def _points(names: Sequence[str], shares: Floats) -> dict[str, dict[str, float]]:
    """Return the shares of every draw by its label, none for the middle."""
    width = len(str(len(shares)))
    drawn = {f"{number + 1:0{width}}": _by_name(names, row) for number, row in enumerate(shares)}
    return {MID: {}, **drawn}


def _by_name(names: Sequence[str], shares: Floats) -> dict[str, float]:
    return dict(zip(names, map(float, shares), strict=True))


def _planned(design: Design, axis: str, points: Mapping[str, Mapping[str, float]]) -> Planned:
    """Return ``design`` with an axis more, whose values put assumptions at shares of their probability."""
    folders: dict[Key, str] = {}
    runs: dict[str, PlannedRun] = {}
    for labels, own in groupby(design.runs, lambda run: run.labels):
        replications = [*own]
        for point, shares in points.items():
            for run in replications:
                made = _run_at(run, point, shares) if shares else replace(run, labels=(*labels, point))
                folders[labels, point, run.seed] = made.folder
                runs.setdefault(made.folder, made)
    parts = [design.key, axis, [(*key[0], *key[1:], folder) for key, folder in folders.items()]]
    key = short_hash(parts)
    whole = replace(
        design,
        name=f"{design.name}.{axis}s",
        axes=(*design.axes, axis),
        baseline=None,
        runs=tuple(runs.values()),
        key=key,
        not_nested=(),
        budget_cny=None,
        outputs=(),
        precision=(),
        most_seeds=0,
    )
    return Planned(whole, folders)


def _run_at(run: PlannedRun, point: str, shares: Mapping[str, float]) -> PlannedRun:
    scenario, overrides = at(run, shares)
    network = load_network(run.base / scenario.map)
    return planned_run((*run.labels, point), scenario, run.base, overrides, network, listens=not run.traffic)


def run_study(
    study: Study, out: Path | str, executor: Executor, progress: Callable[[Progress], None] = lambda _: None
) -> StudyResult:
    """Make every run of ``study`` that is not in ``out`` yet, and gather its figures. Raises as ``sweep`` does."""
    drawn = sweep(study.drawn.design, out, executor, progress)
    bills = [Repricing(run) for run in study.design.runs if run.seed == study.seeds[0]]
    points = _points(study.names, study.shares)
    raw = _gathered(study, study.drawn, drawn, points)
    values = _priced(raw, points, bills)
    looked_at = _looked_at(study, raw)
    single_points: dict[str, dict[str, float]] = {MID: {}}
    single_points |= {_end(name, end): {name: share} for name in looked_at for end, share in _ENDS.items()}
    planned = _planned(study.design, ASSUMPTION, single_points)
    single = sweep(planned.design, out, executor, progress) if any(not is_price(name) for name in looked_at) else None
    ends = _priced(_gathered(study, planned, single or drawn, single_points), single_points, bills)
    figures = {
        metric: Measured(
            found[:, 0],
            found[:, 1:],
            {name: ends[metric][:, 1 + 2 * n : 3 + 2 * n] for n, name in enumerate(looked_at)},
        )
        for metric, found in values.items()
    }
    return StudyResult(study, figures, drawn, single, looked_at)


def _looked_at(study: Study, raw: Mapping[str, Floats]) -> tuple[str, ...]:
    """Return the assumptions to run one at a time: those whose draws say most, and every price, which costs nothing."""
    runs = [n for n, name in enumerate(study.names) if not is_price(name)]
    tables = [values[:, 1:] for values in raw.values()]
    correlations = np.stack([rank_correlations(study.shares[:, runs], drawn) for table in tables for drawn in table])
    ours = [study.names[runs[number]] for number in leading(correlations, study.spec.tornado)]
    return (*ours, *(name for name in study.names if is_price(name)))


_ENDS: Final = {"low": LOW, "high": HIGH}


def _end(assumption: str, end: str) -> str:
    return f"{assumption} {end}"


def _gathered(
    study: Study,
    planned: Planned,
    result: SweepResult,
    points: Iterable[str],
) -> dict[str, Floats]:
    """Return (variants, points, seeds) of every metric, as the runs say."""
    rows = {folder: row for row, folder in enumerate(result.table["folder"].to_pylist())}
    keys = [(labels, point, seed) for labels in study.variants for point in points for seed in study.seeds]
    at_row = [rows[planned.folders[key]] for key in keys]
    shape = (len(study.variants), -1, len(study.seeds))
    return {
        metric: np.asarray(result.table[metric].to_numpy(), dtype=np.float64)[at_row].reshape(shape)
        for metric in study.design.metrics
    }


def _priced(
    raw: Mapping[str, Floats], points: Mapping[str, Mapping[str, float]], bills: Sequence[Repricing]
) -> dict[str, Floats]:
    """Return the figures with the prices of each point."""

    def of(metric: str, values: Floats) -> Floats:
        by_point = [
            [repricing.figures(metric, by_seed, shares) for by_seed, shares in zip(row, points.values(), strict=True)]
            for repricing, row in zip(bills, values, strict=True)
        ]
        return np.array(by_point)

    return {metric: of(metric, values) for metric, values in raw.items()}
