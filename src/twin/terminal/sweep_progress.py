"""What a person sees while a sweep is under way: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, Self

from twin.messages import say
from twin.terminal.figures import clock
from twin.terminal.progress import PLAIN_LINE_EVERY_S

if TYPE_CHECKING:
    from types import TracebackType

    from twin.sweeps.sweep import Progress


class SweepReporter(Protocol):
    """Told how far a sweep is; a context manager."""

    def advance(self, progress: Progress) -> None:
        """Hear how far it is."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End."""


class _Watch:
    """Wall time since the runs of a sweep began, the compiling before them left out."""

    def __init__(self) -> None:
        self._began_s = time.perf_counter()

    def elapsed_s(self, progress: Progress) -> float:
        """Return the time; it begins anew as long as nothing is done, as when a second sweep follows the first."""
        now_s = time.perf_counter()
        if not progress.done:
            self._began_s = now_s
        return now_s - self._began_s


class SweepLines:
    """A line on stderr when runs have ended, at most one every ten seconds, and one at the end."""

    def __init__(self) -> None:
        """Start the clock."""
        self._watch = _Watch()
        self._told_s = time.perf_counter()

    def advance(self, progress: Progress) -> None:
        """Write a line when it is time."""
        now_s, elapsed_s = time.perf_counter(), self._watch.elapsed_s(progress)
        last = progress.reused + progress.done == progress.total
        if last or progress.preparing or (progress.done and now_s - self._told_s >= PLAIN_LINE_EVERY_S):
            self._told_s = now_s
            print(line_of(progress, elapsed_s), file=sys.stderr, flush=True)  # noqa: T201

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

        self._watch = _Watch()
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[line]}", markup=False))
        self._bar = RichProgress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(name, total=None, line="")

    def advance(self, progress: Progress) -> None:
        """Move the bar."""
        line = line_of(progress, self._watch.elapsed_s(progress))
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
def planning(*, quiet: bool) -> Iterator[None]:
    """Say where a sweep is not planned at once because the kernels that place its devices are compiled first."""
    from twin.compilation import CompileWatch

    def say_so() -> None:
        if not quiet:
            print(say("cli.compiling"), file=sys.stderr, flush=True)  # noqa: T201

    with CompileWatch(on_first=say_so):
        yield


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
