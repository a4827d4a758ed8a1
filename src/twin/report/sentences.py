"""The conclusion of a sweep in plain sentences, made from its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from twin.messages import say
from twin.metrics.statistics import Estimate
from twin.report.amounts import shown_unit
from twin.sweeps.comparison import Comparison
from twin.sweeps.frontier import ALL, PERCEIVED, Frontier, FrontierPoint
from twin.sweeps.results import SweepResults
from twin.terminal.figures import label
from twin.terminal.sweep_tables import ROUNDING, budget_lines, decimals_for

CERTAIN: Final = 0.95
"""Share of the resamples from which on a statement is made without a word of caution."""


def metric_sentences(found: SweepResults) -> list[str]:
    """Return a sentence a metric: the baseline's figure, then how every variant differs from it, with its interval."""
    return [
        sentence
        for metric, own in groupby(found.comparisons, lambda one: one.metric)
        for sentence in _sentences(metric, [*own], found)
    ]


def value_sentences(found: SweepResults) -> list[str]:
    """Return which variants are worth their money: the knee and the front of cost against perceived vehicle time."""
    if not found.frontiers:
        return [say("document.value.none")]
    return [sentence for frontier in found.frontiers for sentence in _value(frontier, len(found.frontiers) > 1, found)]


def undecided_sentences(found: SweepResults) -> list[str]:
    """Return what the seeds do not tell from the baseline: the differences whose interval contains zero."""
    open_ones = [
        say("document.undecided.one", metric=label(one.metric), variant=name_of(one.labels, found))
        for one in found.comparisons
        if one.paired is not None and undecided(one.paired)
    ]
    lines = [say("document.undecided", seeds=len(found.seeds), which=say("document.semicolon").join(open_ones))]
    if not open_ones:
        lines = [say("document.decided")] if any(one.paired and one.paired.half_width for one in found.comparisons) else []
    if len(found.seeds) == 1:
        lines.append(say("document.one_seed"))
    failed = found.table["state"].to_pylist().count("failed")
    return [*lines, *([say("document.failed", failed=failed, runs=found.table.num_rows)] if failed else [])]


def undecided(difference: Estimate) -> bool:
    """Return whether the interval of a difference contains zero and has a width."""
    width = difference.half_width
    return width is not None and width > ROUNDING * abs(difference.mean) and abs(difference.mean) <= width


def name_of(labels: Sequence[str], found: SweepResults) -> str:
    """Return what a variant is called."""
    return " · ".join(labels) or found.name


def _sentences(metric: str, own: list[Comparison], found: SweepResults) -> Iterator[str]:
    factor, unit_name, of_differences = shown_unit(metric)
    means = [factor * one.mean.mean for one in own if one.mean]
    estimates = [estimate for one in own for estimate in (one.mean, one.paired) if estimate]
    decimals = decimals_for([factor * (estimate.half_width or 0.0) for estimate in estimates], means)

    def number(value: float, sign: str = "") -> str:
        return f"{factor * value:{sign},.{decimals}f}"

    told: set[tuple[float, ...]] = set()
    for base in (one for one in own if one.baseline is None):
        constant = _constant(base, own)
        if constant in told:
            continue  # sites and money are the same in every weather
        told |= {constant} if constant else set()
        if base.mean is None:
            yield say("document.metric.nothing", metric=label(metric), variant=name_of(base.labels, found))
            continue
        width = base.mean.half_width
        interval = "" if width is None or width <= ROUNDING * abs(base.mean.mean) else f" ± {number(width)}"
        value = f"{number(base.mean.mean)}{interval} {unit_name}".strip()
        clauses = []
        for one in own:
            if one.baseline != base.labels or one.paired is None:
                continue
            difference, half = one.paired.mean, one.paired.half_width
            words = {"variant": name_of(one.labels, found), "unit": of_differences, "size": number(abs(difference))}
            if half is not None:
                words |= {"low": number(difference - half, "+"), "high": number(difference + half, "+")}
            clauses.append(say(f"document.metric.{_kind(one.paired)}", **words).replace("  ", " "))
        yield say(
            "document.metric" if clauses else "document.metric.alone",
            metric=label(metric),
            value=value,
            variant=name_of(base.labels, found),
            clauses=say("document.semicolon").join(clauses),
        )


def _constant(base: Comparison, own: Sequence[Comparison]) -> tuple[float, ...]:
    """Return the mean of a baseline and the differences to it where none of them varies over the seeds, else nothing."""
    estimates = [base.mean, *(one.paired for one in own if one.baseline == base.labels)]
    if any(one is None or one.half_width is None or one.half_width > ROUNDING * abs(one.mean) for one in estimates):
        return ()
    return tuple(one.mean for one in estimates if one is not None)


def _kind(difference: Estimate) -> str:
    """Return which sentence says a difference."""
    width = difference.half_width
    if difference.mean == 0.0 and not width:
        return "same"
    if undecided(difference):
        return "undecided"
    side = "higher" if difference.mean > 0.0 else "lower"
    if width is None:
        return f"{side}.one_seed"
    return side if width > ROUNDING * abs(difference.mean) else f"{side}.fixed"


def _value(frontier: Frontier, several: bool, found: SweepResults) -> Iterator[str]:  # noqa: FBT001
    points = frontier.points
    where = ""
    if several and found.baseline is not None:
        axis = found.baseline[0]
        others = [label for place, label in enumerate(points[0].labels) if place != axis]
        where = say("document.value.where", where=" · ".join(others))
    yield from budget_lines(frontier)
    knees = [point for point in points if point.knee.holds]
    if PERCEIVED not in points[0].fronts:
        yield where + say("document.value.unknown")
        return
    for point in knees:
        yield where + say("document.value.knee", variant=name_of(point.labels, found), share=100.0 * point.knee.share)
        yield from (where + line for line in _before_and_after(point, points))
    if not knees:
        yield where + say("document.value.no_knee")
    for holds, key in ((True, "front"), (False, "behind")):
        names = [name_of(point.labels, found) for point in points if point.fronts[PERCEIVED].holds is holds]
        if names:
            yield where + say(f"document.value.{key}", names=say("document.semicolon").join(names))
    shaky = [point for point in points if point.fronts[PERCEIVED].share < CERTAIN and point.fronts[PERCEIVED].holds]
    for point in shaky:
        share = 100.0 * point.fronts[PERCEIVED].share
        yield where + say("document.value.shaky", variant=name_of(point.labels, found), share=share)
    behind = [point for point in points if ALL in point.fronts and not point.fronts[ALL].holds]
    if behind:
        joined = say("document.semicolon").join(name_of(point.labels, found) for point in behind)
        yield where + say("document.value.behind_all", names=joined)


def _before_and_after(knee: FrontierPoint, points: Sequence[FrontierPoint]) -> Iterator[str]:
    """Yield what an added site buys up to the knee and beyond it, in percentage points of perceived vehicle time."""
    after = next((point.marginal for point in points if point.marginal and point.marginal.sparser == knee.labels), None)
    before = knee.marginal
    if before is not None and after is not None and before.per_site is not None and after.per_site is not None:
        yield say("document.value.per_site", before=100.0 * before.per_site, after=100.0 * after.per_site)
