"""What a person sees of a sweep: a bar or plain lines while it runs, then each metric's table with paired differences."""

from __future__ import annotations

import contextlib
import math
import shlex
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, Protocol, Self

from twin.messages import say
from twin.metrics.statistics import LEVEL
from twin.terminal import PLAIN_LINE_EVERY_S, clock, grid, label, unit

if TYPE_CHECKING:
    from types import TracebackType

    from twin.metrics.statistics import Estimate
    from twin.sweeps.comparison import Comparison
    from twin.sweeps.design import Design
    from twin.sweeps.frontier import Frontier, Standing
    from twin.sweeps.precision import TargetOutcome
    from twin.sweeps.sweep import Progress, SweepResult

SIGNIFICANT: Final = 2
"""Digits of the smallest half width that are shown; all figures of a metric have as many decimals."""

MOST_DECIMALS: Final = 6

SMALLEST_P: Final = 0.001

ROUNDING: Final = 1e-9
"""Half widths below this share of a figure are what rounding leaves of a constant."""


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
    return [say("warm_up.short.sweep", needed=statistics.median(needed_s))] if short else []


def target_text(target: TargetOutcome, seeds: int) -> str:
    """Return whether a target of precision was met, in a line."""
    factor, shown_unit = unit(target.metric)

    def shown(half_width: float | None) -> str:
        return "-" if half_width is None else f"{factor * half_width:.3g} {shown_unit}".strip()

    return say(
        "sweep.target.met" if target.met else "sweep.target.missed",
        metric=label(target.metric),
        of=say(f"sweep.target.of.{target.of}"),
        widest=shown(target.widest),
        asked=shown(target.half_width),
        seeds=seeds,
        variant=" · ".join(target.labels) or "-",
    )


def comparison_text(comparisons: Sequence[Comparison], axes: Sequence[str], name: str, baseline: tuple[int, str] | None) -> str:
    """Return a table a metric and how to read them; ``name`` stands for the only variant of a sweep without axes."""
    blocks = [_block(metric, [*those], axes, name, baseline) for metric, those in groupby(comparisons, lambda one: one.metric)]
    differences = sum(one.p_value is not None for one in comparisons)
    notes = [say("sweep.note")]
    if differences > 1:
        notes.append(say("sweep.family", differences=differences, misses=f"{(1.0 - LEVEL) * differences:.1f}"))
    return "\n\n".join([*blocks, "\n".join(notes)])


def _block(
    metric: str, comparisons: Sequence[Comparison], axes: Sequence[str], name: str, baseline: tuple[int, str] | None
) -> str:
    factor, shown_unit = unit(metric)
    means = [factor * one.mean.mean for one in comparisons if one.mean]
    estimates = [estimate for one in comparisons for estimate in (one.mean, one.paired) if estimate]
    decimals = _decimals([factor * (estimate.half_width or 0.0) for estimate in estimates], means)

    def number(value: float, sign: str = "") -> str:
        return f"{factor * value:{sign},.{decimals}f}"

    def mean_of(estimate: Estimate | None) -> str:
        if estimate is None:
            return "-"
        return number(estimate.mean) + ("" if estimate.half_width is None else f" ± {number(estimate.half_width)}")

    def width_of(half_width: float | None) -> str:
        return "-" if half_width is None else f"± {number(half_width)}"

    def row_of(one: Comparison) -> list[str]:
        row = [" · ".join(one.labels) or name, mean_of(one.mean)]
        if one.paired is None:
            return [*row, "", "", "", "", "", ""]
        ends = one.paired_studentised
        return [
            *row,
            number(one.paired.mean, "+"),
            width_of(one.paired.half_width),
            "-" if ends is None else f"[{number(ends.low, '+')}, {number(ends.high, '+')}]",
            width_of(one.unpaired.half_width if one.unpaired else None),
            "-" if one.narrower is None else f"{one.narrower:.1f} x",
            p_value_text(one.p_holm),
        ]

    rows = [row_of(one) for one in comparisons]
    titles = [" · ".join(axes), say("sweep.mean")]
    if baseline is not None and any(one.baseline for one in comparisons):
        titles.append(say("sweep.difference", baseline=baseline[1]))
        titles += [say(f"sweep.{column}") for column in ("paired", "studentised", "unpaired", "narrower", "p_holm")]
    used = len(titles)
    title = label(metric) + (f" ({shown_unit})" if shown_unit else "")
    return title + "\n" + grid(titles, [row[:used] for row in rows], [False, *[True] * (used - 1)])


def frontier_text(frontiers: Sequence[Frontier]) -> str:
    """Return what each density costs and buys, which are on the front of cost, and where the knee is."""
    points = [point for frontier in frontiers for point in frontier.points]
    aims = list(dict.fromkeys(name for point in points for name in point.fronts))

    def standing(one: Standing) -> str:
        return f"{say('sweep.yes') if one.holds else say('sweep.no')} ({100.0 * one.share:.0f} %)"

    rows = []
    for point in points:
        per_site = None if point.marginal is None else point.marginal.per_site
        rows.append(
            [
                " · ".join(point.labels),
                f"{point.figures['sites']:,.0f}" if "sites" in point.figures else "-",
                f"{1e-6 * point.figures['cost_cny']:,.1f}",
                "-" if per_site is None else f"{100.0 * per_site:+.3f}",
                *(standing(point.fronts[aim]) for aim in aims),
                standing(point.knee),
            ]
        )
    fronts = [say("sweep.frontier.all") if aim == "all" else label(aim) for aim in aims]
    titles = [
        "",
        *(say(f"sweep.frontier.{column}") for column in ("sites", "cost", "per_site")),
        *(say("sweep.frontier.front", aim=aim) for aim in fronts),
        say("sweep.frontier.knee"),
    ]
    body = grid(titles, rows, [False, *[True] * (len(titles) - 1)])
    seeds = min(frontier.seeds for frontier in frontiers)
    return "\n".join([say("sweep.frontier"), body, say("sweep.frontier.note", seeds=seeds)])


def p_value_text(value: float | None) -> str:
    """Return a p-value with three decimals, those too small for that as a bound."""
    if value is None:
        return "-"
    return "< 0.001" if value < SMALLEST_P else f"{value:.3f}"


def _decimals(widths: Sequence[float], means: Sequence[float]) -> int:
    """Return how many decimals show two digits of the smallest half width, or three of the figures without any."""
    largest = max((abs(mean) for mean in means), default=0.0)
    spread = [width for width in widths if width > ROUNDING * largest]
    if not spread and largest == 0.0:
        return 0
    wanted = SIGNIFICANT - (math.floor(math.log10(min(spread))) + 1 if spread else math.floor(math.log10(largest)))
    return min(max(wanted, 0), MOST_DECIMALS)
