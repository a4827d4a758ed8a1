"""What a worker does: one run of a sweep, from its scenario to its folder; only a few figures go back."""

from __future__ import annotations

import fcntl
import hashlib
import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin.compilation import CACHE_FOLDER
from twin.errors import TwinError
from twin.messages import say, use_language
from twin.scenario.load import Loaded
from twin.scenario.scenario import Scenario
from twin.scenario.yaml_tree import Node
from twin.simulation.run import RunResult, run
from twin.threads import use_one_thread

WARM_UP_S: Final = 1.0
"""Simulated seconds after which every kernel that a scenario needs has been called."""


@dataclass(frozen=True, slots=True)
class Task:
    """One run to be made, complete in itself."""

    number: int
    """Position in the sweep's design."""
    scenario: Scenario
    base: Path
    """Folder that the scenario's paths are relative to."""
    overrides: dict[str, str]
    out: Path
    """Parent of the run folders."""
    folder: str
    """Name that its run folder is to have."""
    language: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task."""

    number: int
    summary: Mapping[str, Any] | None
    """Closing figures of the run; None when it failed."""
    error: str = ""
    """What it failed by."""
    wall_s: float = 0.0
    """What the worker spent on it."""


def execute(task: Task) -> Outcome:
    """Make the run of ``task`` and return its figures; an error becomes part of the outcome."""
    began_s = time.perf_counter()
    use_language(task.language)
    use_one_thread()
    try:
        warm_up(task.scenario, task.base)
        result = _run(task.scenario, task.base, task.overrides, task.out)
    except TwinError as error:
        return Outcome(task.number, None, str(error), time.perf_counter() - began_s)
    except Exception as error:  # noqa: BLE001  (one run's fault does not stop the others)
        return Outcome(task.number, None, f"{type(error).__name__}: {error}", time.perf_counter() - began_s)
    wall_s = time.perf_counter() - began_s
    if result.folder.name != task.folder:
        return Outcome(task.number, None, say("sweep.other_program", made=result.folder.name, planned=task.folder), wall_s)
    return Outcome(task.number, dict(result.manifest.summary), "", wall_s)


def warm_up(scenario: Scenario, base: Path) -> bool:
    """Compile what a scenario of this shape needs, once on this machine; return whether there was anything to do.

    A short run into a folder that is thrown away, under a lock: workers that come meanwhile wait and find the kernels in the
    cache instead of compiling the same ones beside each other.
    """
    marker = CACHE_FOLDER / f"warm-{_shape_hash(scenario)}"
    if marker.exists():
        return False
    with (CACHE_FOLDER / "warm-up.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # freed by the kernel when its holder dies
        if marker.exists():
            return False
        short = scenario.model_copy(update={"duration_s": min(WARM_UP_S, scenario.duration_s), "warm_up_s": 0.0})
        with tempfile.TemporaryDirectory(prefix="twin-warm-up-") as folder:
            _run(short, base, {}, Path(folder))
        marker.touch()
    return True


def _run(scenario: Scenario, base: Path, overrides: dict[str, str], out: Path) -> RunResult:
    return run(Loaded(base / "-", scenario, overrides, Node(scenario.name, {})), out)


def _shape_hash(scenario: Scenario) -> str:
    shape = json.dumps(_shape(scenario.model_dump(mode="json")), sort_keys=True)
    return hashlib.blake2b(shape.encode(), digest_size=8).hexdigest()


def _shape(value: Any, key: str = "") -> Any:
    """Return the kinds of parts in ``value`` without its quantities: kernels are compiled for types, not for values."""
    if isinstance(value, Mapping):
        return {name: _shape(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(_shape(part), sort_keys=True) for part in value})
    return value if key == "kind" else type(value).__name__
