"""What a worker does: one run of a sweep, from its scenario to its folder; only a few figures go back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin.errors import RunInUseError, TwinError
from twin.messages import say, use_language
from twin.scenario.load import Loaded
from twin.scenario.scenario import Scenario
from twin.scenario.yaml_tree import Node
from twin.simulation.run import RunResult, run
from twin.sweeps.store import open_store
from twin.sweeps.warm_up import shape_of, warm_up
from twin.threads import use_one_thread

WAIT_FOR_WRITER_S: Final = 5.0
"""How long a run that somebody else is writing is waited for: a worker whose driver was killed takes a moment to end."""

_ASK_AGAIN_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Task:
    """One run to be made, complete in itself."""

    number: int
    """Position in the sweep's design."""
    scenario: Scenario
    base: Path
    """Folder that the scenario's paths are relative to."""
    overrides: dict[str, str]
    store: str
    """Where its folder is to be, as ``open_store`` takes it."""
    folder: str
    """Name that its run folder is to have."""
    language: str

    def lost(self, error: str) -> tuple[Outcome, ...]:
        """Return what is known of its runs when it did not come to an end."""
        return (Outcome(self.number, None, error),)


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
    """Make the runs of ``task`` and return the figures of each; an error becomes part of the outcome."""
    began_s = time.perf_counter()
    use_language(task.language)
    use_one_thread()
    try:
        warm_up(task.scenario, task.base)
        with open_store(task.store).working_folder() as out:
            result = _run(task, out)
    except TwinError as error:
        return (Outcome(task.number, None, str(error), time.perf_counter() - began_s),)
    except Exception as error:  # noqa: BLE001  (one run's fault does not stop the others)
        return (Outcome(task.number, None, f"{type(error).__name__}: {error}", time.perf_counter() - began_s),)
    wall_s = time.perf_counter() - began_s
    if result.folder.name != task.folder:
        return (Outcome(task.number, None, say("sweep.other_program", made=result.folder.name, planned=task.folder), wall_s),)
    return (Outcome(task.number, dict(result.manifest.summary), "", wall_s),)


def of_each_shape(tasks: Iterable[Task]) -> list[Task]:
    """Return one task for each set of kernels that ``tasks`` need."""
    return list({shape_of(task.scenario): task for task in tasks}.values())


def prepare(tasks: Sequence[Task]) -> None:
    """Compile what ``tasks`` need; what is wrong with one of them is left to its own run to say."""
    use_one_thread()
    for task in tasks:
        with contextlib.suppress(Exception):
            warm_up(task.scenario, task.base)


def _run(task: Task, out: Path) -> RunResult:
    loaded = Loaded(task.base / "-", task.scenario, task.overrides, Node(task.scenario.name, {}))
    until_s = time.monotonic() + WAIT_FOR_WRITER_S
    while True:
        try:
            return run(loaded, out)
        except RunInUseError:
            if time.monotonic() > until_s:
                raise
            time.sleep(_ASK_AGAIN_S)
