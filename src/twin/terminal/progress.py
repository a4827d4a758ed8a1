"""What a person sees while a run is under way: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self

from twin.messages import say
from twin.terminal.figures import clock

if TYPE_CHECKING:
    from rich.progress import Task
    from rich.text import Text

PLAIN_LINE_EVERY_S: Final = 10.0
"""Wall time between two plain lines of progress."""

PACE_OVER_S: Final = 10.0
"""Wall time over which the rate is taken: long enough to be steady, short enough to forget the compiling."""


class Reporter(Protocol):
    """Told how far a run is; a context manager."""

    def advance(self, simulated_s: float, total_s: float) -> None:
        """Hear that ``simulated_s`` of ``total_s`` are done."""

    def notice(self, text: str) -> None:
        """Hear something that the user should know."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End."""


class Quiet:
    """Says nothing, of a run or of a sweep."""

    def advance(self, *_: object) -> None:
        """Say nothing."""

    def notice(self, _: str) -> None:
        """Say nothing."""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""


class PlainLines:
    """A line every ten seconds on stderr, for logs and pipes."""

    def __init__(self) -> None:
        """Start the clock at the first advance, so that compiling does not count."""
        self._pace = Pace()
        self._told_s: float | None = None

    def advance(self, simulated_s: float, total_s: float) -> None:
        """Write a line when ten seconds have passed since the last."""
        factor, left_s = self._pace.at(simulated_s, total_s)
        now_s = time.perf_counter()
        if self._told_s is None:
            self._told_s = now_s
        if factor and now_s - self._told_s >= PLAIN_LINE_EVERY_S:
            self._told_s = now_s
            share = 100.0 * simulated_s / total_s
            self.notice(say("cli.progress", share=share, factor=factor, left=clock(left_s)))

    def notice(self, text: str) -> None:
        """Write the text on a line of its own."""
        print(text, file=sys.stderr, flush=True)  # noqa: T201

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""


class Bar:
    """A bar with rate and time left on stderr; it disappears at the end."""

    def __init__(self, name: str) -> None:
        """Show ``name`` before the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
        from rich.text import Text

        pace = self._pace = Pace()

        class _Rate(ProgressColumn):
            max_refresh = 0.5

            def render(self, task: Task) -> Text:  # noqa: ARG002  (Rich's interface)
                return Text(say("cli.rate", factor=pace.factor, left=clock(pace.left_s)) if pace.factor else "")

        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            _Rate(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task(name, total=None)

    def advance(self, simulated_s: float, total_s: float) -> None:
        """Move the bar."""
        self._pace.at(simulated_s, total_s)
        self._progress.update(self._task, completed=simulated_s, total=total_s)

    def notice(self, text: str) -> None:
        """Write the text above the bar."""
        self._progress.console.print(text, markup=False, highlight=False)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        self._progress.stop()


class Pace:
    """Simulated seconds a second over the last ten seconds, and the wall time left at that pace."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.factor = 0.0
        self.left_s = 0.0
        self._seen: deque[tuple[float, float]] = deque()

    def at(self, simulated_s: float, total_s: float) -> tuple[float, float]:
        """Return (times real time, wall seconds left) now that ``simulated_s`` of ``total_s`` are done.

        The clock starts with the first simulated second: until then kernels may have been compiled.
        """
        if simulated_s <= 0.0:
            return self.factor, self.left_s
        now_s = time.perf_counter()
        self._seen.append((now_s, simulated_s))
        while len(self._seen) > 2 and self._seen[1][0] <= now_s - PACE_OVER_S:
            self._seen.popleft()
        began_s, from_s = self._seen[0]
        if now_s > began_s and simulated_s > from_s:
            self.factor = (simulated_s - from_s) / (now_s - began_s)
            self.left_s = (total_s - simulated_s) / self.factor
        return self.factor, self.left_s


def reporter_for(name: str) -> Reporter:
    """Return a bar on a terminal, plain lines elsewhere."""
    return Bar(name) if sys.stderr.isatty() else PlainLines()
