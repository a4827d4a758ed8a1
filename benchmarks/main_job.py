"""The main job, as a planner starts it: the CBD's morning peak from the command line, twice on one core with a fresh cache.

    python benchmarks/main_job.py [SCENARIO] [--json]

The first run reads the map and compiles; what counts is the second (``--overwrite``). Prints a table of what the two took, of
how big the log is, and of how fast ``twin --help`` answers; with ``--json`` one line with the figures that have a bar.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np

from twin import open_run
from twin.eventlog.reader import Run
from twin.eventlog.run_folder import find_runs

DEFAULT: Final = Path(__file__).parent.parent / "scenarios" / "tianhe_cbd.yaml"
HELP_CALLS: Final = 5
ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS"), "1"
)
MB: Final = 1e6
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""Bytes in a unit of ``ru_maxrss``: kibibytes on Linux, bytes on macOS (getrusage(2) of each)."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took, from its start to its end."""

    wall_s: float
    cpu_s: float
    peak_rss_mb: float


def command_line() -> str:
    """Return the ``twin`` command beside this interpreter, else the one on the path."""
    beside = Path(sys.executable).with_name("twin")
    found = str(beside) if beside.exists() else shutil.which("twin")
    if found is None:
        raise SystemExit("there is no `twin` command: install the package (make setup)")
    return found


def spend(command: Sequence[str], variables: dict[str, str], out: IO[str] | int = subprocess.DEVNULL) -> Spent:
    """Run a command and say what it took; leave the program when it fails."""
    began_s = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | variables, stdout=out)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - began_s
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Spent(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT / MB)


def use_one_core() -> str:
    """Keep this process and its children on one core where the system can; say which."""
    if not hasattr(os, "sched_setaffinity"):
        return "any (this system cannot pin)"
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"{core} alone"


def trajectory_bytes(run: Run) -> tuple[float, float]:
    """Return the bytes a row of ``trajectory``, and at most a row of a moving vehicle (standing ones taken to cost nothing)."""
    size = sum(segment.stat().st_size for segment in run.segments("trajectory"))
    speed = run.table("trajectory").column("speed_cmps").to_numpy()
    return size / max(speed.size, 1), size / max(int(np.count_nonzero(speed)), 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    given = parser.parse_args()
    core = use_one_core()
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "runs"
        variables = {**ONE_THREAD, "TWIN_CACHE_DIR": str(Path(scratch) / "cache")}
        arguments = ["run", str(given.scenario), "--quiet", "--out", str(out)]
        first = spend([command_line(), *arguments], variables)
        (folder,) = find_runs(out)
        compile_s = open_run(folder).manifest.compile_s
        second = spend([command_line(), *arguments, "--overwrite"], variables)
        if find_runs(out) != [folder]:
            raise SystemExit("the package was changed between the two runs: measure again")
        run = open_run(folder)
        help_s = statistics.median(spend([command_line(), "--help"], variables).wall_s for _ in range(HELP_CALLS))
        log_mb = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MB
        per_row, per_moving_row = trajectory_bytes(run)
        manifest, summary = run.manifest, run.manifest.summary
    rows = [
        ("scenario", f"{manifest.name}, {manifest.simulated_s:g} s, {summary['vehicles']} vehicles"),
        ("core", core),
        ("first run, whole process", f"{first.wall_s:.1f} s wall, {first.cpu_s:.1f} s CPU, {first.peak_rss_mb:.0f} MB peak"),
        ("  of it compiling", f"{compile_s:.1f} s"),
        (
            "second run, whole process",
            f"{second.wall_s:.1f} s wall, {second.cpu_s:.1f} s CPU, {second.peak_rss_mb:.0f} MB peak",
        ),
        ("  simulated / wall", f"{manifest.simulated_s / second.wall_s:.1f} x real time"),
        ("  simulated / CPU", f"{manifest.simulated_s / second.cpu_s:.1f} x real time"),
        ("  by the manifest", f"{manifest.simulated_s / manifest.wall_s:.1f} x real time ({manifest.wall_s:.1f} s)"),
        ("  compiling", f"{manifest.compile_s:.1f} s"),
        ("twin --help", f"{help_s:.3f} s (median of {HELP_CALLS})"),
        ("log", f"{log_mb:.1f} MB, {summary['rows']} rows"),
        ("  a trajectory row", f"{per_row:.2f} B, at most {per_moving_row:.2f} B of a moving vehicle"),
    ]
    for name, text in rows:
        print(f"{name:<26} {text}")
    if given.json:
        figures = {
            "real_time_factor": round(manifest.simulated_s / second.wall_s, 3),
            "peak_rss_mb": round(second.peak_rss_mb, 1),
            "help_s": round(help_s, 4),
            "log_mb": round(log_mb, 3),
            "bytes_per_trajectory_row": round(per_row, 3),
            "bytes_per_moving_row": round(per_moving_row, 3),
            "first_run_s": round(first.wall_s, 1),
            "first_peak_rss_mb": round(first.peak_rss_mb, 1),
            "compile_s": round(compile_s, 1),
        }
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
