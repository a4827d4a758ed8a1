"""Measure which lines and branches of the package the tests run through, and write the table by package.

    make coverage                                   every piece (a good half hour on two quiet cores)
    python tests/measure_coverage.py PIECE...       these pieces again; the others keep their data
    python tests/measure_coverage.py --page         only combine and write the page
    python tests/measure_coverage.py --missing      only list what no test runs through

Compiled code runs past the tool that counts. So pieces whose name begins with ``plain`` run without the compiler: kernels in
plain Python, some hundred times slower, each test file for ``PLAIN_S`` at most. A line counts as run when any piece ran it. Not
counted is what happens in other processes: commands that tests start, workers of a sweep, Ray, the browser's viewer.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
WORK = ROOT / "cache" / "coverage"
PAGE = ROOT / "docs" / "coverage.md"

PIECES = {
    "base": ("tests/geometry", "tests/kernel", "tests/eventlog", "tests/test_rng.py", "tests/test_compilation.py"),
    "metrics": ("tests/metrics", "tests/playback", "tests/report"),
    "roadnet": ("tests/roadnet", "tests/v2x"),
    "scenario": ("tests/scenario", "tests/test_bad_input.py", "tests/test_fuzz_scenarios.py"),
    "sensors": ("tests/sensors",),
    "simulation": ("tests/simulation", "tests/golden"),
    "traffic": ("tests/traffic",),
    "sweeps": ("tests/sweeps",),
    "top": (
        *("tests/test_cli.py", "tests/terminal", "tests/apps", "tests/test_docs_pages.py", "tests/test_docs_queries.py"),
        *("tests/test_house.py", "tests/test_readmes.py", "tests/test_scenarios.py"),
    ),
    "verification": ("tests/verification",),
    "plain base": ("tests/test_rng.py", "tests/geometry", "tests/metrics/test_resampling.py"),
    "plain roadnet": (
        "tests/roadnet/test_lane_graph.py",
        "tests/roadnet/test_lane_conflicts.py",
        "tests/roadnet/test_routing.py",
    ),
    "plain v2x": ("tests/v2x",),
    "plain sensors": (
        *("tests/sensors/test_fleet.py", "tests/sensors/test_fusion.py", "tests/sensors/test_tracks.py"),
        *("tests/sensors/test_loop_fleet.py", "tests/sensors/test_radar_cells.py", "tests/sensors/test_faults.py"),
        *("tests/sensors/test_perceived.py", "tests/sensors/test_coverage.py", "tests/sensors/test_storeys.py"),
    ),
    "plain traffic": (
        *("tests/traffic/test_car_following.py", "tests/traffic/test_movement.py", "tests/traffic/test_right_of_way.py"),
        *("tests/traffic/test_pedestrians.py", "tests/traffic/test_positions.py", "tests/traffic/test_interventions.py"),
        *("tests/traffic/test_route_choice.py", "tests/verification/test_priority.py", "tests/verification/test_engine.py"),
    ),
    "plain placement": ("tests/sweeps/placement/test_greedy.py",),
}
"""What is measured together; folders of plain pieces are taken file by file."""

PLAIN_S = 180
"""Of a test file without the compiler; what it ran through until then counts."""

HEAD = """# What the tests run through

Written by `make coverage`; not to be edited by hand.

Lines and branches of the package that some test runs through. Kernels are counted in plain Python (`NUMBA_DISABLE_JIT=1`), for
compiled code cannot be counted: the test files named under `plain` in `tests/measure_coverage.py`, each for {plain} s at most.
Not counted is what happens in other processes: commands that tests start, workers of a sweep, Ray's workers, the viewer in the
browser. A line that is run is not yet tested: whether the tests bite is another question, see [mutations.md](mutations.md).

Measured at commit {commit}.
"""


def main() -> int:
    """Measure what the command line asks for, then write the page; return 1 where a test failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pieces", nargs="*", metavar="PIECE", help=", ".join(PIECES))
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--missing", action="store_true")
    asked = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    failed = []
    if not (asked.page or asked.missing):
        for name in asked.pieces or PIECES:
            failed += _measure(name)
    report = _combined()
    if asked.missing:
        for name, file in report["files"].items():
            if file["missing_lines"]:
                print(f"{name}: {', '.join(map(str, file['missing_lines']))}")  # noqa: T201
        return 0
    PAGE.write_text("\n".join(_lines(report)) + "\n")
    for name in failed:
        print(f"error: {name}: a test failed; see {WORK / f'{name}.log'}", file=sys.stderr)  # noqa: T201
    return 1 if failed else 0


def _measure(piece: str) -> Iterator[str]:
    """Run the tests of a piece; yield those parts of it in which one failed."""
    plain = piece.startswith("plain")
    tests: list[str] = []
    for path in PIECES[piece]:
        files = sorted((ROOT / path).rglob("test_*.py")) if plain and (ROOT / path).is_dir() else [ROOT / path]
        tests += [file.relative_to(ROOT).as_posix() for file in files]
    parts = {f"{piece} {Path(test).stem}": [test] for test in tests} if plain else {piece: tests}
    for name, paths in parts.items():
        data = WORK / f"data.{name.replace(' ', '_')}"
        command = [
            sys.executable,
            "-m",
            "coverage",
            "run",
            f"--data-file={data}",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
        ]
        settings = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA", "ARROW")}
        settings |= {"RAY_USAGE_STATS_ENABLED": "0"} | ({"NUMBA_DISABLE_JIT": "1"} if plain else {})
        with (WORK / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                [*command, "-m", "not browser", *paths], cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log
            )
            try:
                code = process.wait(PLAIN_S if plain else None)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT)  # the data is written all the same
                process.wait()
                code = 0
        if code and not plain:
            yield name


def _combined() -> dict[str, Any]:
    """Return the tool's report on the data of all pieces."""
    for command in (
        ["combine", "--keep", f"--data-file={WORK / 'all'}", *map(str, sorted(WORK.glob("data.*")))],
        ["json", "-q", f"--data-file={WORK / 'all'}", "-o", str(WORK / "all.json")],
    ):
        subprocess.run([sys.executable, "-m", "coverage", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads((WORK / "all.json").read_text())
    return found


def _lines(report: dict[str, Any]) -> Iterator[str]:
    command = ["git", "rev-parse", "--short", "HEAD"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    yield HEAD.format(plain=PLAIN_S, commit=told.stdout.strip() or "unknown")
    left = [f"`{name}`" for name in PIECES if not any(WORK.glob(f"data.{name.replace(' ', '_')}*"))]
    if left:
        yield f"**Not measured yet, and so missing below: the pieces {', '.join(left)}.**\n"
    yield "| part | lines | run through | branches | taken | both |\n|---|---:|---:|---:|---:|---:|"
    packages: dict[str, list[dict[str, int]]] = {}
    for name, file in report["files"].items():
        parts = Path(name).parts
        inside = parts[parts.index("twin") + 1 :]
        packages.setdefault(inside[0] if len(inside) > 1 else "modules of `twin` itself", []).append(file["summary"])
    for package, files in sorted(packages.items()):
        yield _row(package, files)
    yield _row("**all**", [file for files in packages.values() for file in files])


def _row(name: str, files: list[dict[str, int]]) -> str:
    lines, run, branches, taken = (
        sum(file[key] for file in files) for key in ("num_statements", "covered_lines", "num_branches", "covered_branches")
    )
    both = 100.0 * (run + taken) / (lines + branches)
    part = f"{100.0 * taken / branches:.1f} %" if branches else "-"
    return f"| {name} | {lines:,} | {100.0 * run / lines:.1f} % | {branches:,} | {part} | {both:.1f} % |"


if __name__ == "__main__":
    sys.exit(main())
