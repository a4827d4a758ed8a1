"""Measure every bar again: run what measures it, keep the figures, write them into the pages beside their goals.

    python benchmarks/bars.py                    # `make bench`: all but the long ones, half an hour on two cores
    python benchmarks/bars.py --only main_job --only startup
    python benchmarks/bars.py --long             # the long ones alone: another half hour
    python benchmarks/bars.py --quick            # small sizes, to see that all of it runs; nothing is kept
    python benchmarks/bars.py --pages-only       # write the pages from what is kept, without measuring

``bars.toml`` holds what is measured by which command, and every bar: goal, figure, reason where it is missed. What a command
gave is kept in ``results/NAME.json`` with commit, date and machine; docs/performance.md and docs/validation.md are written from
these files (``bar_pages.py``). What is no matter of time is measured last, one command a core. Commands are benchmarks, whose
last line is JSON, or tests, which record figures (pytest's ``record_property``). Ends with 1 when a command fails; a missed
bar is no failure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from bar_pages import RESULTS, ROOT, TESTS, Bar, Measurement, read_bars, read_results, write_pages

LIBRARIES: Final = ("numpy", "numba", "pyarrow", "simpy", "ray", "eclipse-sumo")


def cpu_model() -> str:
    """Return the processor's name, as Linux tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())


def machine() -> dict[str, Any]:
    """Return what the figures depend on beside the program: processor, memory, system, versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def commit() -> str:
    """Return the commit that is measured, with a + when files of the package or the benchmarks differ from it."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603, S607
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "benchmarks/*.py", "scenarios", "tests")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if changed else "")


def last_json(text: str) -> dict[str, Any]:
    """Return the JSON object in the last line of ``text``."""
    return dict(json.loads(text.strip().rpartition("\n")[2]))


def benchmark(words: Sequence[str]) -> dict[str, Any]:
    """Run a benchmark and return its figures."""
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"ended with {done.returncode}\n{done.stdout[-2000:]}")
    return last_json(done.stdout)


def tests(nodes: Sequence[str]) -> dict[str, Any]:
    """Run tests and return how many of each passed, and what they recorded."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tests.xml"
        options = ["-q", "-p", "no:cacheprovider", "-o", "junit_family=xunit1", f"--junitxml={file}"]
        command = [sys.executable, "-m", "pytest", *options, *nodes]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
        if not file.is_file():
            raise RuntimeError(f"pytest ended with {done.returncode}\n{done.stdout[-2000:]}")
        cases = list(ET.parse(file).getroot().iter("testcase"))
    ended: dict[str, dict[str, int]] = defaultdict(lambda: {"passed": 0, "failed": 0, "skipped": 0})
    recorded: dict[str, list[float]] = defaultdict(list)
    for case in cases:
        name = f"{case.get('file')}::{str(case.get('name')).partition('[')[0]}"
        kinds = {child.tag for child in case}
        ended[name]["failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"] += 1
        for one in case.iter("property"):
            recorded[str(one.get("name"))].append(float(str(one.get("value"))))
    return {"tests": ended, "recorded": recorded}


def measured(one: Measurement, bars: Sequence[Bar], *, quick: bool) -> dict[str, Any]:
    """Run a measurement and return its result, ready to be kept."""
    load, began_s = os.getloadavg()[0], time.perf_counter()
    words = (one.quick or one.command).split() if quick else one.command.split()
    nodes = list(dict.fromkeys(bar.test for bar in bars if bar.measurement == one.name and bar.test))
    figures = tests(nodes) if one.name.startswith(TESTS) else benchmark(words)
    return {
        "command": f"pytest ({len(nodes)} tests)" if nodes else f"python {' '.join(words)}",
        "commit": commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "wall_s": round(time.perf_counter() - began_s, 1),
        "load_before": round(load, 2),
        "machine": machine(),
        "figures": figures,
    }


def main() -> int:
    """Measure what is asked for, keep it, write the pages; return 1 when a command failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    measurements, bars = read_bars()
    parser.add_argument(
        "--only", action="append", choices=list(measurements), metavar="NAME", help="one measurement; may be given again"
    )
    parser.add_argument("--long", action="store_true", help="the long ones instead of the others")
    parser.add_argument("--quick", action="store_true", help="small sizes; nothing is kept")
    parser.add_argument("--pages-only", action="store_true", help="write the pages from what is kept")
    parser.add_argument("--list", action="store_true", help="name the measurements and stop")
    given = parser.parse_args()
    if given.list:
        print(*(f"{one.name:24}{'long  ' if one.long else '      '}{one.command}" for one in measurements.values()), sep="\n")
        return 0
    chosen = [] if given.pages_only else given.only or [one.name for one in measurements.values() if one.long == given.long]

    def ended_well(name: str) -> bool:
        try:
            result = measured(measurements[name], bars, quick=given.quick)
        except (RuntimeError, ValueError) as error:
            print(f"{name} failed: {error}", flush=True)
            return False
        print(f"{name}: {result['wall_s']:g} s", flush=True)
        if not given.quick:
            RESULTS.mkdir(exist_ok=True)
            file = RESULTS / f"{name}.json"
            file.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return True

    failed = [name for name in chosen if measurements[name].timed and not ended_well(name)]
    others = [name for name in chosen if not measurements[name].timed]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failed += [name for name, well in zip(others, pool.map(ended_well, others), strict=True) if not well]
    if not given.quick:
        for line in write_pages(bars, measurements, read_results(measurements)):
            print(line)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
