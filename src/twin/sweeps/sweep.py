"""One sweep, from its design to a table of results. The whole story; see ``design`` for what comes before."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from twin.errors import InputError, TwinError
from twin.eventlog.manifest import software_versions
from twin.messages import say
from twin.scenario.load import load_spec
from twin.sweeps.comparison import Comparison, compare, comparison_table
from twin.sweeps.design import Design, plan
from twin.sweeps.executor import Executor
from twin.sweeps.frontier import Frontier, frontier_table, frontiers
from twin.sweeps.grouping import tasks_of
from twin.sweeps.precision import TargetOutcome, next_round, target_outcomes
from twin.sweeps.rounds import more_seeds
from twin.sweeps.store import LocalStore, Store, open_store
from twin.sweeps.sweep_spec import SweepSpec
from twin.sweeps.table import COMPARISON, FRONTIER, RESULTS, results_table, write_manifest, write_table
from twin.sweeps.task import Outcome, Task


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is."""

    total: int
    reused: int
    """Runs that were there already."""
    done: int
    """Runs made by now, failed ones included."""
    failed: int
    running: int
    """Runs of the tasks that are in hand; those over one traffic end together."""
    preparing: bool = False
    """True while machines compile, before the first run."""
    retries: int = 0
    """Tasks tried again because their worker or machine was lost."""


class _Count:
    """Counts what ends, so that telling it takes no look at all the runs."""

    def __init__(
        self, tasks: Sequence[Task], executor: Executor, total: int, reused: int, outcomes: Mapping[int, Outcome]
    ) -> None:
        """Begin a round of ``tasks``, in which they are handed out; ``outcomes`` are those of before."""
        self._executor, self._total, self._reused = executor, total, reused
        self._ended = len(outcomes)
        self._failed = sum(outcome.summary is None for outcome in outcomes.values())
        self._task_of = {order.number: place for place, task in enumerate(tasks) for order in task.orders}
        self._left = {place: len(task.orders) for place, task in enumerate(tasks)}

    def hear(self, outcome: Outcome) -> None:
        """Hear that a run has ended."""
        self._ended += 1
        self._failed += outcome.summary is None
        place = self._task_of[outcome.number]
        self._left[place] -= 1
        if not self._left[place]:
            del self._left[place]

    def now(self) -> Progress:
        """Return how far the sweep is; the runs of the first tasks that are not through count as running."""
        workers, done = self._executor.workers, self._ended - self._reused
        running = sum(islice(self._left.values(), workers))
        return Progress(self._total, self._reused, done, self._failed, running, retries=self._executor.retries)


@dataclass(frozen=True, slots=True)
class SweepResult:
    """A sweep whose runs have all been tried."""

    store: Store
    """Folder of the sweep's own files."""
    design: Design
    """With the seeds of all rounds."""
    table: pa.Table
    comparisons: list[Comparison]
    frontiers: list[Frontier]
    """Which densities are worth their money; none where the sweep does not have cost and perceived share."""
    targets: tuple[TargetOutcome, ...]
    """What the design asked for in precision, and what was reached."""
    outcomes: dict[int, Outcome]
    """By position in the design; runs that were there already cost no wall time."""
    reused: int

    @property
    def folder(self) -> Path:
        """Path of the sweep's folder; ``TwinError`` for one in a remote store."""
        if isinstance(self.store, LocalStore):
            return self.store.path
        raise TwinError(say("sweep.store.no_path", store=self.store))

    @property
    def failed(self) -> int:
        """How many runs failed."""
        return sum(outcome.summary is None for outcome in self.outcomes.values())


def load_design(file: Path) -> Design:
    """Return what a sweep file says; ``ScenarioError`` with everything wrong with it or with any of its scenarios."""
    return plan(load_spec(file, SweepSpec))


def sweep(
    design: Design, out: Path | str, executor: Executor, progress: Callable[[Progress], None] = lambda _: None
) -> SweepResult:
    """Make every run of ``design`` that is not in ``out`` yet; write and return the table of results.

    ``out`` is a folder or a URI, see ``open_store``. Each run gets its own folder in it, as ``twin run`` makes it, so a sweep
    that was interrupted goes on where it was. ``out/<name>-<hash>`` takes the results. A run that fails is a row of the table
    and does not stop the others. Where the design asks for a precision, rounds of further seeds follow. Raises ``RunError``
    when nothing can be written, before anything runs, and what the executor raises when it cannot start.
    """
    began_s = time.perf_counter()
    store = open_store(out)
    store.check()
    folder = store.below(design.folder)
    _describe(folder, design, state="incomplete")
    outcomes: dict[int, Outcome] = {}
    reused, started = 0, False
    with contextlib.ExitStack() as stack:
        while True:
            there = finished(design, store, outcomes)
            outcomes |= there
            reused += len(there)
            missing = [number for number in range(len(design.runs)) if number not in outcomes]
            if missing:
                if not started:
                    stack.enter_context(executor)
                    started = True
                tasks = tasks_of(design, missing, store.uri, executor.workers)
                count = _Count(tasks, executor, len(design.runs), reused, outcomes)
                progress(replace(count.now(), preparing=True))
                executor.prepare(tasks)
                progress(count.now())
                for outcome in executor.outcomes(tasks):
                    outcomes[outcome.number] = outcome
                    count.hear(outcome)
                    progress(count.now())
            table = results_table(design, outcomes)
            comparisons = compare(table, design.axes, design.metrics, design.baseline)
            targets = target_outcomes(design.precision, comparisons)
            wanted = next_round(targets, len(design.seeds), design.most_seeds)
            if wanted <= len(design.seeds):
                break
            design, outcomes = more_seeds(design, outcomes, wanted)
    write_table(folder, RESULTS, table)
    write_table(folder, COMPARISON, comparison_table(comparisons, design.axes))
    found = frontiers(table, design.axes, design.baseline, design.budget_cny, design.not_nested)
    if found:
        write_table(folder, FRONTIER, frontier_table(found, design.axes))
    result = SweepResult(folder, design, table, comparisons, found, targets, outcomes, reused)
    closing: dict[str, Any] = {"reused": reused, "failed": result.failed, "retries": executor.retries}
    if targets:
        closing["precision"] = [asdict(target) | {"met": target.met} for target in targets]
    state = "failed" if result.failed else "complete"
    _describe(folder, design, state=state, **closing, wall_s=time.perf_counter() - began_s)
    return result


def finished(design: Design, store: Store, known: Container[int] = ()) -> dict[int, Outcome]:
    """Return the outcomes of the runs that are complete in ``store``, by position in the design; not of those ``known``."""
    missing = {number: run.folder for number, run in enumerate(design.runs) if number not in known}
    there = store.complete_runs([*missing.values()])
    return {number: Outcome(number, dict(there[folder].summary)) for number, folder in missing.items() if folder in there}


def check_resumable(design: Design, out: Path | str) -> int:
    """Return how many runs of a sweep that was begun in ``out`` are left; ``InputError`` when it was not begun there."""
    store = open_store(out)
    if not store.below(design.folder).exists():
        raise InputError(say("sweep.resume.nothing", folder=design.folder, store=store))
    return len(design.runs) - len(finished(design, store))


def _describe(folder: Store, design: Design, *, state: str, **more: Any) -> None:
    """Write ``sweep.json``: what the sweep is, and whether it is finished."""
    baseline = None if design.baseline is None else design.baseline[1]
    manifest = {
        "state": state,
        "name": design.name,
        "question": design.question,
        "file": design.file,
        "file_sha256": design.file_sha256,
        "axes": {axis: list(dict.fromkeys(run.labels[i] for run in design.runs)) for i, axis in enumerate(design.axes)},
        "baseline": baseline,
        "baseline_axis": None if design.baseline is None else design.axes[design.baseline[0]],
        "seeds": list(design.seeds),
        "metrics": list(design.metrics),
        "budget_cny": design.budget_cny,
        "not_nested": [list(map(list, pair)) for pair in design.not_nested],
        "runs": len(design.runs),
        "versions": software_versions(),
    }
    write_manifest(folder, manifest | more)
