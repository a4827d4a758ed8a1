"""What a person sees of a sweep: a bar or plain lines while it runs, then its tables."""

from __future__ import annotations

import contextlib
import shlex
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, Self

from twin.messages import say
from twin.terminal import PLAIN_LINE_EVERY_S, clock
from twin.terminal_comparison import comparison_text, frontier_text, target_text

if TYPE_CHECKING:
    from types import TracebackType

    from twin.sweeps.design import Design
    from twin.sweeps.sweep import Progress, SweepResult


class SweepReporter(Protocol):
    """Told how far a sweep is; a context manager."""

    def advance(self, progress: Progress) -> None:
        """Hear how far it is."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End."""


class QuietSweep:
    """Says nothing."""

    def advance(self, progress: Progress) -> None:
        """Say nothing."""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""


class SweepLines:
    """A line on stderr when runs have ended, at most one every ten seconds, and one at the end."""

    def __init__(self) -> None:
        """Start the clock."""
        self._began_s = time.perf_counter()
        self._told_s = self._began_s

    def advance(self, progress: Progress) -> None:
        """Write a line when it is time."""
        now_s = time.perf_counter()
        last = progress.reused + progress.done == progress.total
        if last or progress.preparing or (progress.done and now_s - self._told_s >= PLAIN_LINE_EVERY_S):
            self._told_s = now_s
            print(line_of(progress, now_s - self._began_s), file=sys.stderr, flush=True)  # noqa: T201

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""


class SweepBar:
    """A bar on stderr that disappears at the end."""

    def __init__(self, name: str) -> None:
        """Show ``name`` before the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self._began_s = time.perf_counter()
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[line]}", markup=False))
        self._bar = RichProgress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(name, total=None, line="")

    def advance(self, progress: Progress) -> None:
        """Move the bar."""
        line = line_of(progress, time.perf_counter() - self._began_s)
        self._bar.update(self._task, completed=progress.reused + progress.done, total=progress.total, line=line)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        self._bar.stop()


def sweep_reporter_for(name: str) -> SweepReporter:
    """Return a bar on a terminal, plain lines elsewhere."""
    return SweepBar(name) if sys.stderr.isatty() else SweepLines()


@contextlib.contextmanager
def going_on(command: Sequence[str]) -> Iterator[None]:
    """Say after Ctrl-C how the sweep that ``command`` (as ``sys.argv``) began is gone on with."""
    try:
        yield
    except KeyboardInterrupt:
        arguments = [*command[1:], *([] if "--resume" in command else ["--resume"])]
        print(say("sweep.go_on", command=shlex.join(["twin", *arguments])), file=sys.stderr)  # noqa: T201
        raise


def line_of(progress: Progress, elapsed_s: float) -> str:
    """Return how far a sweep is in one line: runs ended, running and failed, rate, time left."""
    counts = {"ended": progress.reused + progress.done, "total": progress.total, "running": progress.running}
    text = say("sweep.progress", **counts, failed=progress.failed)
    if progress.retries:
        text += say("sweep.retries", count=progress.retries)
    if progress.preparing:
        return text + say("sweep.preparing")
    if not progress.done or elapsed_s <= 0.0:
        return text
    left_s = (progress.total - progress.reused - progress.done) * elapsed_s / progress.done
    return text + say("sweep.rate", rate=60.0 * progress.done / elapsed_s, left=clock(left_s))


def sweep_plan(design: Design) -> str:
    """Return what a sweep is about to do, and what to know of its scenarios, in a few lines."""
    variants = len({run.labels for run in design.runs})
    plan = [say("sweep.plan", variants=variants, seeds=len(design.runs) // variants, runs=len(design.runs))]
    if design.precision:
        most = design.most_seeds
        plan.append(say("sweep.precision.plan", targets=len(design.precision), most=most, runs=variants * most))
    return "\n".join([*([design.question] if design.question else []), *plan, *design.notices])


def sweep_summary(result: SweepResult) -> str:
    """Return the closing tables: a block a metric, the failed runs, the targets of precision, where everything is."""
    design = result.design
    failures = [
        say("sweep.failed_run", name=" · ".join((*run.labels, f"seed {run.seed}")), error=result.outcomes[number].error)
        for number, run in enumerate(design.runs)
        if result.outcomes[number].summary is None
    ]
    closing = _warm_up_notes(result)
    closing += [target_text(target, len(design.seeds)) for target in result.targets]
    closing += [say("sweep.reused", count=result.reused)] if result.reused else []
    closing.append(say("sweep.folder", folder=result.store))
    tables = comparison_text(result.comparisons, design.axes, design.name, design.baseline)
    blocks = [tables, *([frontier_text(result.frontiers)] if result.frontiers else [])]
    return "\n\n".join([*blocks, *(["\n".join(failures)] if failures else []), "\n".join(closing)])


def _warm_up_notes(result: SweepResult) -> list[str]:
    """Return a line where in half of the runs the warm-up is shorter than what their logs ask for."""
    needed_s, missing_s = [], []
    for number, run in enumerate(result.design.runs):
        found_s = (result.outcomes[number].summary or {}).get("warm_up_needed_s")
        if found_s is not None:
            needed_s.append(found_s)
            missing_s.append(found_s - run.scenario.warm_up_s)
    short = bool(missing_s) and statistics.median(missing_s) > 0.0
    return [say("sweep.warm_up", needed=statistics.median(needed_s))] if short else []
