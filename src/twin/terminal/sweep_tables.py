"""The tables of a finished sweep: each metric's with paired differences, and what each density costs and buys."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from twin.messages import say
from twin.metrics.statistics import LEVEL
from twin.money import amount, money, money_unit
from twin.terminal.figures import label, unit
from twin.terminal.tables import ShownTable

if TYPE_CHECKING:
    from twin.metrics.statistics import Estimate
    from twin.sweeps.comparison import Comparison
    from twin.sweeps.frontier import Frontier, Standing
    from twin.sweeps.precision import TargetOutcome

SIGNIFICANT: Final = 2
"""Digits of the smallest half width that are shown; all figures of a metric have as many decimals."""

MOST_DECIMALS: Final = 6

SMALLEST_P: Final = 0.001

ROUNDING: Final = 1e-9
"""Half widths below this share of a figure are what rounding leaves of a constant."""


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
    blocks = [table.text() for table in comparison_tables(comparisons, axes, name, baseline)]
    return "\n\n".join([*blocks, "\n".join(comparison_notes(comparisons))])


def comparison_notes(comparisons: Sequence[Comparison]) -> list[str]:
    """Return how the tables of a comparison are read, a line each."""
    differences = sum(one.p_value is not None for one in comparisons)
    if differences <= 1:
        return [say("sweep.note")]
    return [say("sweep.note"), say("sweep.family", differences=differences, misses=f"{(1.0 - LEVEL) * differences:.1f}")]


def comparison_tables(
    comparisons: Sequence[Comparison],
    axes: Sequence[str],
    name: str,
    baseline: tuple[int, str] | None,
    shown: Callable[[str], tuple[float, str]] = unit,
) -> list[ShownTable]:
    """Return a table a metric; ``name`` stands for the only variant of a sweep without axes.

    ``shown`` returns factor and unit that a metric is shown with.
    """
    by_metric = groupby(comparisons, lambda one: one.metric)
    return [_table(metric, [*those], axes, name, baseline, shown(metric)) for metric, those in by_metric]


def _table(
    metric: str,
    comparisons: Sequence[Comparison],
    axes: Sequence[str],
    name: str,
    baseline: tuple[int, str] | None,
    shown: tuple[float, str],
) -> ShownTable:
    factor, shown_unit = shown
    means = [factor * one.mean.mean for one in comparisons if one.mean]
    estimates = [estimate for one in comparisons for estimate in (one.mean, one.paired) if estimate]
    decimals = decimals_for([factor * (estimate.half_width or 0.0) for estimate in estimates], means)

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
    return ShownTable.of(title, titles, [row[:used] for row in rows])


def frontier_text(frontiers: Sequence[Frontier]) -> str:
    """Return what each density costs and buys, which are on the front of cost, and where the knee is."""
    return f"{frontier_table(frontiers).text()}\n{frontier_note(frontiers)}"


def frontier_note(frontiers: Sequence[Frontier]) -> str:
    """Return what front and knee mean, and of how many seeds; then what the budget pays for."""
    note = say("sweep.frontier.note", seeds=min(frontier.seeds for frontier in frontiers))
    moved = [
        say("sweep.frontier.not_nested", variant=" · ".join(point.labels), sparser=" · ".join(point.marginal.sparser))
        for frontier in frontiers
        for point in frontier.points
        if point.marginal is not None and not point.marginal.nested
    ]
    return "\n".join([note, *moved, *(line for frontier in frontiers for line in budget_lines(frontier))])


def budget_lines(frontier: Frontier) -> list[str]:
    """Return a line that says which variant perceives most for the budget; nothing without a budget."""
    if frontier.budget_cny is None:
        return []
    from twin.sweeps.frontier import COST, PERCEIVED

    best = frontier.best_within_budget
    shown = frontier.points[0] if best is None else best
    budget, cost = money(frontier.budget_cny), money(shown.figures[COST])
    words = {"variant": " · ".join(shown.labels), "budget": budget, "cost": cost}
    if best is None:
        return [say("sweep.budget.none", **words)]
    return [say("sweep.budget.best", share=100.0 * best.figures[PERCEIVED], **words)]


def frontier_table(frontiers: Sequence[Frontier]) -> ShownTable:
    """Return the same as a table, without the note."""
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
                amount(point.figures["cost_cny"]),
                "-" if per_site is None else f"{100.0 * per_site:+.3f}",
                *(standing(point.fronts[aim]) for aim in aims),
                standing(point.knee),
            ]
        )
    fronts = [say("sweep.frontier.all") if aim == "all" else label(aim) for aim in aims]
    titles = [
        "",
        say("sweep.frontier.sites"),
        money_unit()[1],
        say("sweep.frontier.per_site"),
        *(say("sweep.frontier.front", aim=aim) for aim in fronts),
        say("sweep.frontier.knee"),
    ]
    return ShownTable.of(say("sweep.frontier"), titles, rows)


def p_value_text(value: float | None) -> str:
    """Return a p-value with three decimals, those too small for that as a bound."""
    if value is None:
        return "-"
    return f"< {SMALLEST_P:g}" if value < SMALLEST_P else f"{value:.3f}"


def decimals_for(widths: Sequence[float], means: Sequence[float]) -> int:
    """Return how many decimals show two digits of the smallest half width, or three of the figures without any."""
    largest = max((abs(mean) for mean in means), default=0.0)
    spread = [width for width in widths if width > ROUNDING * largest]
    if not spread and largest == 0.0:
        return 0
    wanted = SIGNIFICANT - (math.floor(math.log10(min(spread))) + 1 if spread else math.floor(math.log10(largest)))
    return min(max(wanted, 0), MOST_DECIMALS)
