"""What a worker does: runs of a sweep, from their scenarios to their folders; only a few figures go back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from twin.errors import RunInUseError, TwinError
from twin.messages import say, use_language
from twin.scenario.load import Loaded, resolved
from twin.scenario.scenario import Scenario
from twin.simulation.preparation import Prepared, prepare
from twin.simulation.run import RunResult, run, run_together
from twin.sweeps.store import open_store
from twin.sweeps.warm_up import shape_of, warm_up
from twin.threads import use_one_thread

WAIT_FOR_WRITER_S: Final = 5.0
"""How long a run that somebody else is writing is waited for: a worker whose driver was killed takes a moment to end."""

_ASK_AGAIN_S: Final = 0.2

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Order:
    """One run to be made."""

    number: int
    """Position in the sweep's design."""
    scenario: Scenario
    overrides: dict[str, str]
    folder: str
    """Name that its run folder is to have."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is given at a time, complete in itself: one run, or several over one traffic."""

    orders: tuple[Order, ...]
    base: Path
    """Folder that the scenarios' paths are relative to."""
    store: str
    """Where the run folders are to be, as ``open_store`` takes it."""
    language: str

    @property
    def number(self) -> int:
        """Position of its first run in the sweep's design."""
        return self.orders[0].number

    def lost(self, error: str) -> tuple[Outcome, ...]:
        """Return what is known of its runs when it did not come to an end."""
        return tuple(Outcome(order.number, None, error) for order in self.orders)

    def parts(self) -> list[Task]:
        """Return tasks of one run each: of several runs one may be what killed the worker."""
        return [replace(self, orders=(order,)) for order in self.orders]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run."""

    number: int
    summary: Mapping[str, Any] | None
    """Closing figures of the run; None when it failed."""
    error: str = ""
    """What it failed by."""
    wall_s: float = 0.0
    """What the worker spent on it."""


def execute(task: Task) -> tuple[Outcome, ...]:
    """Make the runs of ``task`` and return the figures of each; an error becomes part of the outcome.

    Where one of several runs over one traffic fails, each is made by itself, so that only the one at fault is lost.
    """
    use_language(task.language)
    use_one_thread()
    try:
        with open_store(task.store).working_folder() as out:
            if len(task.orders) > 1:
                with contextlib.suppress(Exception):
                    return _together(task, out)
            return tuple(_alone(task, order, out) for order in task.orders)
    except TwinError as error:  # the store refuses what was made
        return task.lost(str(error))


def _together(task: Task, out: Path) -> tuple[Outcome, ...]:
    began_s = time.perf_counter()
    warm_up(task.orders[0].scenario, task.base)
    runs: list[Prepared] = []
    for order in task.orders:
        runs.append(prepare(_loaded(task, order), like=runs[-1] if runs else None))
    results = _when_free(lambda: run_together(runs, out))
    wall_s = (time.perf_counter() - began_s) / len(runs)
    return tuple(_outcome(order, result, wall_s) for order, result in zip(task.orders, results, strict=True))


def _alone(task: Task, order: Order, out: Path) -> Outcome:
    began_s = time.perf_counter()
    try:
        warm_up(order.scenario, task.base)
        result = _when_free(lambda: run(_loaded(task, order), out))
    except TwinError as error:
        return Outcome(order.number, None, str(error), time.perf_counter() - began_s)
    except Exception as error:  # noqa: BLE001  (one run's fault does not stop the others)
        return Outcome(order.number, None, f"{type(error).__name__}: {error}", time.perf_counter() - began_s)
    return _outcome(order, result, time.perf_counter() - began_s)


def _outcome(order: Order, result: RunResult, wall_s: float) -> Outcome:
    if result.folder.name != order.folder:
        other = say("sweep.other_program", made=result.folder.name, planned=order.folder)
        return Outcome(order.number, None, other, wall_s)
    return Outcome(order.number, dict(result.manifest.summary), "", wall_s)


def of_each_shape(tasks: Iterable[Task]) -> list[Task]:
    """Return one task of one run for each set of kernels that ``tasks`` need."""
    return list({shape_of(part.orders[0].scenario): part for task in tasks for part in task.parts()}.values())


def compile_for(tasks: Sequence[Task]) -> None:
    """Compile what ``tasks`` need; what is wrong with one of them is left to its own run to say."""
    use_one_thread()
    for task in tasks:
        with contextlib.suppress(Exception):
            for order in task.orders:
                warm_up(order.scenario, task.base)


def _loaded(task: Task, order: Order) -> Loaded[Scenario]:
    return resolved(order.scenario, task.base, order.overrides)


def _when_free(make: Callable[[], Made]) -> Made:
    """Return what ``make`` makes, waiting a moment for somebody else who is writing it."""
    until_s = time.monotonic() + WAIT_FOR_WRITER_S
    while True:
        try:
            return make()
        except RunInUseError:
            if time.monotonic() > until_s:
                raise
            time.sleep(_ASK_AGAIN_S)
