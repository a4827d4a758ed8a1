"""What a sweep costs beside its runs: start-up, efficiency and overhead per run, on Ray and on plain processes.

    python benchmarks/sweep_overhead.py [--workers N] [--json]
    python benchmarks/sweep_overhead.py --scaling [--json]

Sweeps of the command line, each run of a scenario of ``first_density``'s three densities, kernels compiled before:

* ``startup_s``: from the command to the beginning of the first run (its folder appears); Python, planning, workers included.
* ``efficiency``: wall time of the single runs, each by itself, one after the other in one process, divided by the cores and by
  the wall time from the first run's beginning to the last one's end; runs of ``--duration`` simulated seconds. Above 1 where
  sharing the traffic saves more than the sweep costs.
* ``task_efficiency``: the same against the tasks of the sweep one by one, which share their traffic as well.
* ``overhead_s_per_run``: cores times that wall time less what the runs' manifests call simulation, a run; runs of
  ``--short`` simulated seconds. Beside that, ``alone_overhead_s_per_run`` is what a single process spends around a simulation.

``--scaling`` hands tasks that end at once to the same executors, which gives the driver's own cost of a task (processor time of
all its threads), and simulates a driver that serves up to 1,000 workers one after the other at that cost.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import simpy

from twin.eventlog.manifest import read_manifest
from twin.eventlog.run_folder import find_runs
from twin.sweeps.executor import Executor
from twin.sweeps.grouping import tasks_of
from twin.sweeps.local_executor import LocalPool
from twin.sweeps.ray_executor import RayExecutor
from twin.sweeps.sweep import load_design
from twin.sweeps.task import execute
from twin.threads import use_one_thread

SWEEP: Final = Path(__file__).parent.parent / "scenarios" / "sweeps" / "first_density.yaml"
EXECUTORS: Final = ("ray", "local")
LOOK_EVERY_S: Final = 0.01
EMPTY_TASKS: Final = 3000
SIMULATED_WORKERS: Final = (1, 10, 100, 300, 1000)
RUNS_PER_WORKER: Final = 10
RUN_S: Final = (5.0, 30.0, 300.0)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one sweep took."""

    startup_s: float
    wall_s: float
    """From the first run's beginning to the last one's end."""
    simulation_s: float
    """Sum of the runs' own wall times."""
    runs: int


def sweep_file(folder: Path, duration_s: float, seeds: int) -> Path:
    """Write ``first_density`` with other seeds and another duration below ``folder`` and return it."""
    text = SWEEP.read_text(encoding="utf-8")
    scenario = re.search(r"(?m)^scenario: (.*)$", text)
    if scenario is None:
        raise SystemExit(f"{SWEEP} names no scenario")
    for pattern, line in (
        (r"scenario: .*", f"scenario: {json.dumps(str((SWEEP.parent / scenario[1]).resolve()))}"),
        (r"seeds: .*", f"replications: {seeds}"),
        (r"  duration_s: .*", f"  duration_s: {duration_s}"),
        (r"  warm_up_s: .*", "  warm_up_s: 0.0"),
    ):
        text, count = re.subn(f"(?m)^{pattern}$", line, text)
        if count != 1:
            raise SystemExit(f"{SWEEP} has no line {pattern!r}")
    file = folder / f"sweep-{duration_s:g}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def swept(file: Path, executor: str, workers: int) -> Spent:
    """Run ``twin sweep`` as a person does and say what it took; leave the program when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", "from twin.cli import main; main()", "sweep", str(file), "--out", folder, "--quiet"]
        command += ["--executor", executor, "--workers", str(workers)]
        began_s = time.time()
        with subprocess.Popen(command) as process:  # noqa: S603
            while not [*Path(folder).glob("*/edge")] and process.poll() is None:
                time.sleep(LOOK_EVERY_S)
            first_s = time.time()
            if process.wait():
                raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
        runs = find_runs(Path(folder))
        last_s = max((run / "manifest.json").stat().st_mtime for run in runs)
        return Spent(first_s - began_s, last_s - first_s, sum(read_manifest(run).wall_s for run in runs), len(runs))


def alone(file: Path, workers: int, *, together: bool = True) -> Spent:
    """Make the same tasks, those for so many workers, one by one in this process; ``together`` or each run by itself."""
    design = load_design(file)
    with tempfile.TemporaryDirectory() as folder:
        execute(tasks_of(design, [0], folder, 1)[0])  # whatever a process does once
    with tempfile.TemporaryDirectory() as folder:
        began_s = time.perf_counter()
        tasks = tasks_of(design, range(len(design.runs)), folder, workers)
        for task in tasks if together else [part for whole in tasks for part in whole.parts()]:
            for outcome in execute(task):
                if outcome.summary is None:
                    raise SystemExit(outcome.error)
        wall_s = time.perf_counter() - began_s
        runs = find_runs(Path(folder))
        return Spent(0.0, wall_s, sum(read_manifest(run).wall_s for run in runs), len(runs))


def measured(workers: int, duration_s: float, short_s: float, seeds: int) -> dict[str, Any]:
    """Return the figures of both executors."""
    found: dict[str, Any] = {"workers": workers, "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as folder:
        long, short = sweep_file(Path(folder), duration_s, seeds), sweep_file(Path(folder), short_s, seeds)
        for file in (long, short):
            swept(file, "local", workers)  # kernels, maps
        single, tasks, brief = alone(long, workers, together=False), alone(long, workers), alone(short, workers)
        found["runs"] = single.runs
        found["single_run_wall_s"] = single.wall_s / single.runs
        found["shared_run_wall_s"] = tasks.wall_s / tasks.runs
        found["alone_overhead_s_per_run"] = (brief.wall_s - brief.simulation_s) / brief.runs
        for executor in EXECUTORS:
            whole, parts = swept(long, executor, workers), swept(short, executor, workers)
            found[executor] = {
                "startup_s": parts.startup_s,
                "efficiency": single.wall_s / workers / whole.wall_s,
                "task_efficiency": tasks.wall_s / workers / whole.wall_s,
                "busy": whole.simulation_s / workers / whole.wall_s,
                "overhead_s_per_run": (workers * parts.wall_s - parts.simulation_s) / parts.runs,
            }
    found.update(found["ray"])
    return found


def driver_cost_s(executor: Executor, file: Path) -> float:
    """Return the driver's processor time for a task that ends at once, in this process."""
    (task,) = tasks_of(load_design(file), [0], "/nonexistent/store", 1)
    tasks = [replace(task, orders=(replace(task.orders[0], number=number),)) for number in range(EMPTY_TASKS)]
    with executor:
        for _ in executor.outcomes(tasks[: 2 * executor.workers]):
            pass
        if isinstance(executor, RayExecutor):
            executor.workers = max(SIMULATED_WORKERS)  # as many tasks in hand as a large cluster has
        began_s = time.process_time()
        for _ in executor.outcomes(tasks):
            pass
        return (time.process_time() - began_s) / len(tasks)


def simulated_efficiency(workers: int, run_s: float, overhead_s: float, driver_s: float) -> float:
    """Return the share of their time that ``workers`` spend in runs when one driver serves them first come, first served."""
    env = simpy.Environment()
    driver = simpy.Resource(env)
    left = [RUNS_PER_WORKER * workers]

    def worker() -> Generator[simpy.Event, Any, None]:
        while left[0]:
            left[0] -= 1
            with driver.request() as turn:
                yield turn
                yield env.timeout(driver_s)
            yield env.timeout(run_s + overhead_s)

    for _ in range(workers):
        env.process(worker())
    env.run()
    return RUNS_PER_WORKER * run_s / env.now


def scaling(workers: int, overhead_s: float) -> dict[str, Any]:
    """Return the efficiency over the number of workers, at the measured costs."""
    with tempfile.TemporaryDirectory() as folder:
        file = sweep_file(Path(folder), 10.0, 1)
        costs = {"ray": driver_cost_s(RayExecutor("local", workers), file), "local": driver_cost_s(LocalPool(workers), file)}
    table = [
        {"run_s": run_s, "workers": count, "efficiency": simulated_efficiency(count, run_s, overhead_s, costs["ray"])}
        for run_s in RUN_S
        for count in SIMULATED_WORKERS
    ]
    return {"driver_s_per_task": costs, "overhead_s_per_run": overhead_s, "scaling": table}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--duration", type=float, default=120.0, help="simulated seconds of the runs for the efficiency")
    parser.add_argument("--short", type=float, default=5.0, help="simulated seconds of the runs for the overhead")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--overhead", type=float, default=0.3, help="seconds around a run, for --scaling")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    given = parser.parse_args()
    use_one_thread()
    if given.scaling:
        found = scaling(given.workers, given.overhead)
    else:
        found = measured(given.workers, given.duration, given.short, given.seeds)
    print(json.dumps(found) if given.json else json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
