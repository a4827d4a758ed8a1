"""One run, from a scenario file to a finished run folder. This is the whole story; start reading here."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from twin.compilation import PROGRAM_HASH, CompileWatch
from twin.errors import ScenarioError
from twin.eventlog.manifest import Manifest, Projection, software_versions
from twin.eventlog.reader import Run
from twin.eventlog.recorder import Recorder
from twin.eventlog.run_folder import RunFolder, run_folder, run_hash
from twin.kernel.clock import Phase, every
from twin.messages import say
from twin.metrics.summary import summarise
from twin.roadnet.cache import load_network
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.load import Loaded
from twin.scenario.scenario import Scenario
from twin.sensors.site_tables import table_hashes
from twin.simulation import assembly
from twin.traffic.demand import file_hashes
from twin.traffic.replay import replay_hashes
from twin.units import to_s, to_us

Progress = Callable[[float, float], None]
"""Told (simulated seconds, total seconds) about once a simulated second."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run that is complete."""

    folder: Path
    manifest: Manifest
    reused: bool
    """True when it had been run before and nothing was done."""


def run(
    loaded: Loaded[Scenario],
    out: Path,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
    notice: Callable[[str], None] = lambda _: None,
) -> RunResult:
    """Run a scenario into ``out/<name>-<hash>/``; reuse it when it is there already.

    Raises ``ScenarioError`` with every problem of the file before anything is written, ``RunError`` when the folder cannot be
    written or another process writes it.
    """
    scenario, base = loaded.spec, loaded.path.parent
    for line in assembly.notices(scenario, base):
        notice(line)
    problems = assembly.check(scenario, base)
    if problems:
        raise ScenarioError(loaded.placed(problems))
    network = load_network(base / scenario.map)
    manifest, key = identity(loaded, network)
    with run_folder(out, key, manifest, overwrite=overwrite) as folder:
        if folder.reused:
            return RunResult(folder.path, folder.manifest, reused=True)
        began_s = time.perf_counter()
        with CompileWatch(on_first=lambda: notice(say("cli.compiling"))) as compiling:
            recorder = Recorder(folder.path)
            world = assembly.build(scenario, network, recorder, base)
            for line in world.traffic.notices():
                notice(line)
            _simulate(world, scenario, folder, progress)
        for line in world.traffic.closing_notices():
            notice(line)
        summary = summarise(Run(folder.path, folder.manifest), scenario.warm_up_s) | world.traffic.figures()
        folder.complete(
            simulated_s=scenario.duration_s,
            wall_s=time.perf_counter() - began_s,
            compile_s=compiling.seconds,
            rows=recorder.rows,
            summary=summary,
        )
        return RunResult(folder.path, folder.manifest, reused=False)


def identity(loaded: Loaded[Scenario], network: RoadNetwork) -> tuple[Manifest, str]:
    """Return the manifest that a run begins with, and its hash: the run's folder is ``<name>-<hash>``."""
    scenario, versions = loaded.spec, software_versions()
    resolved = scenario.model_dump(mode="json")
    manifest = Manifest(
        state="incomplete",
        name=scenario.name,
        scenario=resolved,
        overrides=loaded.overrides,
        seed=scenario.seed,
        versions=versions,
        map_sha256=network.provenance.sha256,
        projection=Projection(network.crs, *network.origin_m),
        start=scenario.start.isoformat(),
    )
    package = f"{versions['guangzhou-twin']} {PROGRAM_HASH}"
    base = loaded.path.parent
    files = {
        **table_hashes(scenario.deployment, base),
        **file_hashes((*scenario.demand.files, *scenario.signals.program_files), base),
        **replay_hashes(scenario.replay, base),
    }
    return manifest, run_hash(resolved, scenario.seed, network.provenance.sha256, files, package)


def _simulate(world: assembly.World, scenario: Scenario, folder: RunFolder, progress: Progress | None) -> None:
    env, recorder = world.env, world.recorder
    end_us, segment_us = to_us(scenario.duration_s), to_us(scenario.log.segment_s)

    def close_segment(t_us: int) -> None:
        recorder.close_segment()
        folder.checkpoint(to_s(t_us), recorder.rows)

    assembly.start(world, scenario)
    env.process(every(env, segment_us, Phase.SEGMENT, close_segment, first_us=segment_us))
    if progress is not None:
        env.process(every(env, assembly.PROGRESS_US, Phase.RECORDER, lambda t_us: progress(to_s(t_us), scenario.duration_s)))
    env.run(until=end_us)
    world.finish(end_us)
    close_segment(end_us)
