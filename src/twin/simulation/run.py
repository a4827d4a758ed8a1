"""One run, from a scenario file to a finished run folder. This is the whole story; start reading here."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from twin.compilation import PROGRAM_HASH, CompileWatch
from twin.eventlog.manifest import Manifest, Projection, software_versions
from twin.eventlog.reader import Run
from twin.eventlog.run_folder import RunFolder, run_folder, run_hash
from twin.kernel.clock import Phase, every
from twin.messages import say
from twin.metrics.summary import summarise
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.load import Loaded
from twin.scenario.scenario import Scenario
from twin.simulation import assembly
from twin.simulation.preparation import Prepared, prepare
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
    (result,) = run_together([prepare(loaded, notice)], out, overwrite=overwrite, progress=progress, notice=notice)
    return result


def run_together(
    runs: Sequence[Prepared],
    out: Path,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
    notice: Callable[[str], None] = lambda _: None,
) -> list[RunResult]:
    """Make runs that differ in their devices over one simulated traffic: the same bytes as one by one, in less time.

    Raises ``ValueError`` for runs of different traffic, else what ``run`` raises; then several leave nothing behind, since
    which of them is at fault only shows when each is made alone.
    """
    if len(runs) > 1 and (any(one.listens for one in runs) or len({_traffic_of(one) for one in runs}) > 1):
        raise ValueError("runs of different traffic, or of one that listens to devices, cannot be made together")
    with contextlib.ExitStack() as opened:
        folders = [opened.enter_context(_folder(one, out, overwrite=overwrite, keep_failed=len(runs) == 1)) for one in runs]
        missing = [number for number, folder in enumerate(folders) if not folder.reused]
        if missing:
            _make([runs[i] for i in missing], [folders[i] for i in missing], progress, notice)
        return [RunResult(folder.path, folder.manifest, reused=folder.reused) for folder in folders]


def _traffic_of(prepared: Prepared) -> tuple[Path, str]:
    return prepared.base.resolve(), assembly.traffic_key(prepared.scenario)


def _folder(prepared: Prepared, out: Path, *, overwrite: bool, keep_failed: bool) -> AbstractContextManager[RunFolder]:
    manifest, key = identity(prepared.loaded, prepared.network)
    return run_folder(out, key, manifest, overwrite=overwrite, keep_failed=keep_failed)


def _make(
    runs: Sequence[Prepared], folders: Sequence[RunFolder], progress: Progress | None, notice: Callable[[str], None]
) -> None:
    began_s = time.perf_counter()
    with CompileWatch(on_first=lambda: notice(say("cli.compiling"))) as compiling:
        world = assembly.build(runs, [folder.path for folder in folders])
        for line in world.traffic.notices():
            notice(line)
        _simulate(world, runs, folders, progress)
    for line in world.traffic.closing_notices():
        notice(line)
    share_s = (time.perf_counter() - began_s) / len(runs)
    for number, (one, folder) in enumerate(zip(runs, folders, strict=True)):
        began_s = time.perf_counter()
        summary = summarise(Run(folder.path, folder.manifest), one.scenario.warm_up_s) | world.traffic.figures()
        folder.complete(
            simulated_s=one.scenario.duration_s,
            wall_s=share_s + time.perf_counter() - began_s,
            compile_s=compiling.seconds / len(runs),
            rows=world.rows(number),
            summary=summary,
        )


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
    files = _hashes(scenario.files, loaded.path.parent)
    return manifest, run_hash(resolved, scenario.seed, network.provenance.sha256, files, package)


def _hashes(files: Iterable[str], base: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that can be read, by its name: what a run depends on besides the scenario."""
    hashes = {}
    for file in files:
        with contextlib.suppress(OSError):
            hashes[file] = hashlib.sha256((base / file).read_bytes()).hexdigest()
    return hashes


def _simulate(world: assembly.World, runs: Sequence[Prepared], folders: Sequence[RunFolder], progress: Progress | None) -> None:
    env, scenario = world.env, runs[0].scenario
    end_us, segment_us = to_us(scenario.duration_s), to_us(scenario.log.segment_s)

    def close_segment(t_us: int) -> None:
        world.close_segment()
        for number, folder in enumerate(folders):
            folder.checkpoint(to_s(t_us), world.rows(number))

    assembly.start(world, runs)
    env.process(every(env, segment_us, Phase.SEGMENT, close_segment, first_us=segment_us))
    if progress is not None:
        env.process(every(env, assembly.PROGRESS_US, Phase.RECORDER, lambda t_us: progress(to_s(t_us), scenario.duration_s)))
    env.run(until=end_us)
    world.finish(end_us)
    close_segment(end_us)
