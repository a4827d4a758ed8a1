"""What it takes until something happens: imports, commands, first compilation, installed size.

    python benchmarks/startup.py [--repeats 5] [--json]
    python benchmarks/startup.py --demo [--json]

* ``cpu_s``, ``wall_s``: processes of their own, the least of ``--repeats``: ``import twin``, ``twin --help``, ``twin validate``
  and one second of the CBD, planning ``first_density`` as ``twin sweep`` does first. Kernels and map are in a cache.
* ``cold_cpu_s``: planning, and one second of the CBD, each once with an empty cache.
* ``compiled``: what the run of these compiled: number of kernels, processor time by kernel, that of callees not counted twice.
* ``installed_mb``: sizes by the RECORD of each distribution: of what a plain install asks for, what each extra adds, and all.

``--demo`` measures ``make demo`` of a copy of the last commit instead: from nothing (environment, downloads), and again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement

from main_job import spend

ROOT: Final = Path(__file__).resolve().parent.parent
CBD: Final = str(ROOT / "scenarios" / "tianhe_cbd.yaml")
SWEEP: Final = str(ROOT / "scenarios" / "sweeps" / "first_density.yaml")
TWIN: Final = ("-c", "from twin.cli import main; main()")
RUN: Final = (*TWIN, "run", CBD, "--quiet", "--set", "duration_s=1", "--set", "warm_up_s=0", "--overwrite", "--out")
PLAN: Final = ("-c", f"from pathlib import Path; from twin.sweeps.sweep import load_design; load_design(Path({SWEEP!r}))")
DISTRIBUTION: Final = "guangzhou-twin"
EXTRAS: Final = ("viewer", "cluster", "sumo", "pictures", "report", "run", "peers", "dev")
MB: Final = 1e6

WATCHED: Final = """
import json, sys, time
from twin.compilation import event
spent, inside = {}, []
class Watch(event.Listener):
    def on_start(self, one):
        inside.append([time.process_time(), 0.0])
    def on_end(self, one):
        began_s, callees_s = inside.pop()
        whole_s = time.process_time() - began_s
        if inside:
            inside[-1][1] += whole_s
        function = one.data["dispatcher"].py_func
        name = f"{function.__module__.removeprefix('twin.')}.{function.__qualname__}"
        spent.setdefault(name, []).append(whole_s - callees_s)
event.register("numba:compile", Watch())
from twin.cli import main
try:
    main()
finally:
    sys.stdout.write("\\n" + json.dumps(spent) + "\\n")
"""
"""A ``twin`` that ends with the processor time of each compilation by kernel (s)."""


def process(words: Sequence[str], cache: Path | None = None) -> tuple[float, float, str]:
    """Run Python with ``words``; return processor time (s), wall time (s) and what it printed."""
    variables = {"OMP_NUM_THREADS": "1"} | ({"TWIN_CACHE_DIR": str(cache)} if cache else {})
    with tempfile.TemporaryFile("w+") as out:
        spent = spend([sys.executable, *words], variables, out)
        out.seek(0)
        return spent.cpu_s, spent.wall_s, out.read()


def times(folder: Path, repeats: int) -> dict[str, dict[str, float]]:
    """Return processor and wall time of each command with everything in the cache, and processor time with nothing in it."""
    cache = folder / "cache"
    commands = {
        "import": ("-c", "import twin"),
        "help": (*TWIN, "--help"),
        "validate": (*TWIN, "validate", CBD),
        "plan": PLAN,
        "run": (*RUN, str(folder / "runs")),
    }
    cold = {name: process(commands[name], folder / f"cold-{name}")[0] for name in ("plan", "run")}
    for words in commands.values():
        process(words, cache)
    took: dict[str, list[tuple[float, float, str]]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, words in commands.items():
            took[name].append(process(words, cache))
    return {
        "cpu_s": {name: round(min(one[0] for one in rows), 3) for name, rows in took.items()},
        "wall_s": {name: round(min(one[1] for one in rows), 3) for name, rows in took.items()},
        "cold_cpu_s": {name: round(value, 1) for name, value in cold.items()},
    }


def compiled(folder: Path, most: int = 12) -> dict[str, Any]:
    """Return what one second of the CBD compiles with an empty cache; the ``most`` dearest kernels by name."""
    _, _, printed = process(("-c", WATCHED, *RUN[2:], str(folder / "watched")), folder / "cold-watched")
    spent: dict[str, list[float]] = json.loads(printed.strip().rpartition("\n")[2])
    dearest = sorted(spent, key=lambda name: -sum(spent[name]))[:most]
    return {
        "kernels": len(spent),
        "specialisations": sum(map(len, spent.values())),
        "cpu_s": round(sum(map(sum, spent.values())), 1),
        "twice": {name: len(rows) for name, rows in spent.items() if len(rows) > 1},
        "dearest_cpu_s": {name: round(sum(spent[name]), 2) for name in dearest},
    }


def closure(extras: Sequence[str]) -> set[str]:
    """Return the names of the installed distributions that the package asks for with ``extras``, directly or not."""
    found: set[str] = set()
    todo = [(DISTRIBUTION, frozenset(extras))]
    seen = set(todo)
    while todo:
        name, asked = todo.pop()
        try:
            requirements = [Requirement(text) for text in distribution(name).requires or ()]
        except PackageNotFoundError:
            continue
        found.add(name)
        for one in requirements:
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in (asked or {""})):
                following = (one.name.lower().replace("_", "-").replace(".", "-"), frozenset(one.extras))
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
    return found - {DISTRIBUTION}


def size_mb(name: str) -> float:
    """Return the size of a distribution's files by its RECORD."""
    return sum(file.size or 0 for file in distribution(name).files or ()) / MB


def installed() -> tuple[dict[str, float], dict[str, float]]:
    """Return megabytes of a plain install, of what each extra adds to it, of all; and those of the heaviest distributions."""
    plain = closure(())
    sizes = {name: size_mb(name) for name in closure(EXTRAS)}
    groups = {"plain": plain} | {extra: closure((extra,)) - plain for extra in EXTRAS} | {"all": set(sizes)}
    heaviest = Counter(sizes).most_common(16)
    return (
        {name: round(sum(sizes[one] for one in members), 1) for name, members in groups.items()},
        {f"{name}{'' if name in plain else ' (extra)'}": round(size, 1) for name, size in heaviest},
    )


def demo() -> dict[str, float]:
    """Return the wall time (s) of ``make demo`` of the last commit in an empty folder with an empty cache, and once more."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = folder / "source.tar"
        subprocess.run(["git", "archive", "-o", str(archive), "HEAD"], cwd=ROOT, check=True)  # noqa: S603, S607
        source = folder / "source"
        shutil.unpack_archive(archive, source)
        variables = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        variables["TWIN_CACHE_DIR"] = str(folder / "cache")
        found = {}
        for step in ("from_nothing_s", "again_s"):
            shutil.rmtree(source / "runs", ignore_errors=True)
            began_s = time.perf_counter()
            subprocess.run(["make", "demo"], cwd=source, env=variables, check=True, stdout=sys.stderr)  # noqa: S607
            found[step] = round(time.perf_counter() - began_s, 1)
        return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--demo", action="store_true", help="`make demo` from nothing instead: downloads the environment")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    given = parser.parse_args()
    if given.demo:
        found: dict[str, Any] = demo()
    else:
        with tempfile.TemporaryDirectory() as name:
            found = times(Path(name), given.repeats) | {"compiled": compiled(Path(name))}
        found["installed_mb"], found["heaviest_mb"] = installed()
    print(json.dumps(found) if given.json else json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
