"""Kernels compiled once on each machine, before the runs begin there."""

from __future__ import annotations

import fcntl
import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from twin.compilation import CACHE_FOLDER
from twin.scenario.load import resolved
from twin.scenario.scenario import Scenario
from twin.simulation.run import run

WARM_UP_S: Final = 1.0
"""Simulated seconds after which every kernel that a scenario needs has been called."""


def is_warm(scenario: Scenario) -> bool:
    """Return whether this machine has the kernels of scenarios of this shape."""
    return _marker(scenario).exists()


def warm_up(scenario: Scenario, base: Path) -> bool:
    """Compile what a scenario of this shape needs, once on this machine; return whether there was anything to do.

    A short run into a folder that is thrown away, under a lock: workers that come meanwhile wait and find the kernels in the
    cache instead of compiling the same ones beside each other.
    """
    marker = _marker(scenario)
    if marker.exists():
        return False
    with (CACHE_FOLDER / "warm-up.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # freed by the kernel when its holder dies
        if marker.exists():
            return False
        short = scenario.model_copy(update={"duration_s": min(WARM_UP_S, scenario.duration_s), "warm_up_s": 0.0})
        with tempfile.TemporaryDirectory(prefix="twin-warm-up-") as folder:
            run(resolved(short, base, {}), Path(folder))
        marker.touch()
    return True


def shape_of(scenario: Scenario) -> str:
    """Return a hash over the kinds of parts that a scenario has: scenarios of one shape need the same kernels."""
    shape = json.dumps(_shape(scenario.model_dump(mode="json")), sort_keys=True)
    return hashlib.blake2b(shape.encode(), digest_size=8).hexdigest()


def _marker(scenario: Scenario) -> Path:
    return CACHE_FOLDER / f"warm-{shape_of(scenario)}"


def _shape(value: Any, key: str = "") -> Any:
    """Return the kinds of parts in ``value`` without its quantities: kernels are compiled for types, not for values."""
    if isinstance(value, Mapping):
        return {name: _shape(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(_shape(part), sort_keys=True) for part in value})
    return value if key == "kind" else type(value).__name__
