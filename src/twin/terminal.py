"""What a person sees while a run is under way and when it ends: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from twin.messages import known, say

if TYPE_CHECKING:
    from rich.progress import Task
    from rich.text import Text

    from twin.eventlog.manifest import Manifest

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


class Interruption:
    """Keeps Ctrl-C from getting lost: a context manager around work that compiles.

    LLVM calls back into Python while kernels are compiled and loaded; an exception raised there is printed and dropped, and
    what LLVM does next fails or goes on. So the interruption is remembered and raised again at the next report of progress.
    """

    def __init__(self) -> None:
        """Stand by."""
        self.asked = False
        self._undo: list[Callable[[], object]] = []

    def heard(self, advance: Callable[[float, float], None]) -> Callable[[float, float], None]:
        """Return ``advance`` so that it raises KeyboardInterrupt after a Ctrl-C."""

        def advance_or_stop(simulated_s: float, total_s: float) -> None:
            if self.asked:
                raise KeyboardInterrupt
            advance(simulated_s, total_s)

        return advance_or_stop

    def __enter__(self) -> Self:
        """Listen."""
        handler, hook = signal.getsignal(signal.SIGINT), sys.unraisablehook
        if callable(handler):  # not where interruptions are ignored, as behind nohup
            signal.signal(signal.SIGINT, self._interrupt)
            self._undo.append(lambda: signal.signal(signal.SIGINT, handler))
        sys.unraisablehook = lambda dropped: None if isinstance(dropped.exc_value, KeyboardInterrupt) else hook(dropped)
        self._undo.append(lambda: setattr(sys, "unraisablehook", hook))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop listening; what failed after a Ctrl-C failed because of it."""
        while self._undo:
            self._undo.pop()()
        if self.asked and isinstance(error, Exception):
            raise KeyboardInterrupt from error

    def _interrupt(self, *_: object) -> None:
        self.asked = True
        raise KeyboardInterrupt


class Quiet:
    """Says nothing."""

    def advance(self, simulated_s: float, total_s: float) -> None:
        """Say nothing."""

    def notice(self, text: str) -> None:
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


def clock(seconds: float) -> str:
    """Return a duration as ``1:02:03`` or ``2:03``."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


_UNITS: Final = (
    ("_mps", 3.6, "km/h", ".1f"),
    ("_kmh", 1.0, "km/h", ".1f"),
    ("delivered_share", 100.0, "%", ".3f"),  # to be held against 99.9 %
    ("lost_share", 100.0, "%", ".3f"),
    ("_share", 100.0, "%", ".1f"),
    ("recall", 100.0, "%", ".1f"),
    ("miss_rate", 100.0, "%", ".1f"),
    ("precision", 100.0, "%", ".1f"),
    ("_km", 1.0, "km", ",.0f"),
    ("_ms", 1.0, "ms", ".1f"),
    ("_us", 1e-3, "ms", ".1f"),
    ("_m", 1.0, "m", ",.1f"),
    ("_s", 1.0, "s", ",.1f"),
    ("hour_cny", 1.0, "CNY", ",.2f"),
    ("_cny", 1.0, "CNY", ",.0f"),
    ("bytes", 1e-6, "MB", ",.1f"),
)
"""Ending of a name, factor to the unit shown, that unit, its format."""


def figure(name: str, value: Any) -> str:
    """Return a figure of the summary with the unit that the ending of its name tells."""
    if value is None:
        return "-"
    if isinstance(value, bool | str):
        return str(value)
    for ending, factor, unit, form in _UNITS:
        if name.endswith(ending):
            return f"{value * factor:{form}} {unit}"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def unit(name: str) -> tuple[float, str]:
    """Return (factor, unit shown) of a figure, by the ending of its name."""
    return next(((factor, shown) for ending, factor, shown, _ in _UNITS if name.endswith(ending)), (1.0, ""))


def label(name: str) -> str:
    """Return the words for a figure: the catalogue's, else its name without underscores."""
    return say(f"summary.{name}") if known(f"summary.{name}") else name.replace("_", " ")


def table(figures: Mapping[str, str]) -> str:
    """Return label and figure in two aligned columns (a Chinese character is two cells wide)."""
    from rich.cells import cell_len

    width = max((cell_len(name) for name in figures), default=0)
    return "\n".join(f"  {name}{' ' * (width - cell_len(name))}  {value}" for name, value in figures.items())


WIDEST_CELL: Final = 80
"""Cells of the terminal after which a value of a grid is cut."""


def grid(names: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    """Return rows below their names, aligned in cells of the terminal; ``right`` says which columns stand at the right.

    What would move the cursor is shown as a space, and a long value is cut.
    """
    from rich.cells import cell_len, set_cell_size

    def cut(text: str) -> str:
        shown = "".join(letter if letter.isprintable() else " " for letter in text)
        return shown if cell_len(shown) <= WIDEST_CELL else set_cell_size(shown, WIDEST_CELL - 1) + "…"

    lines = [[cut(text) for text in row] for row in (names, *rows)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(names))]

    def line_of(cells: Sequence[str]) -> str:
        padded = [
            " " * (width - cell_len(text)) + text if at_right else text + " " * (width - cell_len(text))
            for text, width, at_right in zip(cells, widths, right, strict=True)
        ]
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line_of(lines[0]), rule, *(line_of(line) for line in lines[1:])])


def summary(manifest: Manifest, folder: Path) -> str:
    """Return the closing table of a run from its manifest."""
    figures = {label(name): figure(name, value) for name, value in manifest.summary.items()}
    figures[label("simulated")] = clock(manifest.simulated_s)
    figures[label("wall")] = figure("wall_s", manifest.wall_s)
    figures[label("compile")] = figure("compile_s", manifest.compile_s)
    if manifest.wall_s > manifest.compile_s:
        figures[label("factor")] = f"{manifest.simulated_s / (manifest.wall_s - manifest.compile_s):.1f} x"
    figures[label("folder")] = str(folder)
    notes = [*warm_up_notes(manifest.summary, manifest.scenario.get("warm_up_s")), say("traffic.not_calibrated")]
    return "\n  ".join([table(figures), *notes])


def warm_up_notes(figures: Mapping[str, Any], stated_s: float | None) -> list[str]:
    """Return a line where the warm-up of a run is shorter than what its log asks for."""
    needed_s = figures.get("warm_up_needed_s")
    short = needed_s is not None and stated_s is not None and needed_s > stated_s
    return [say("run.warm_up", stated=stated_s, needed=needed_s)] if short else []
