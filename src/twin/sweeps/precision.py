"""Sequential stopping: seeds are added in rounds until the intervals asked for are narrow enough.

Y. S. Chow and H. Robbins, "On the asymptotic theory of fixed-width sequential confidence intervals for the mean", Annals of
Mathematical Statistics 36 (1965), 457-462. To stop because the interval happens to be narrow makes it hold the truth a little
less often than it says: measured in docs/statistics.md, and the reason for five seeds in the first round.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from twin.errors import Problem
from twin.messages import say
from twin.metrics.statistics import Estimate
from twin.sweeps.comparison import Comparison
from twin.sweeps.sweep_spec import PrecisionSpec, SweepSpec

FEWEST_FIRST: Final = 5
"""Seeds of the first round at least: fewer tell too little of the spread to stop by it."""

GROWTH: Final = 2
"""A round at most doubles the seeds: a spread taken from few seeds may be far too large."""


def precision_problems(spec: SweepSpec, metrics: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with the targets of a sweep file; ``where`` is left to the loader."""
    if not spec.precision:
        if spec.max_replications is not None:
            yield Problem("", "max_replications", say("sweep.precision.idle"), say("sweep.precision.idle.remedy"))
        return
    seen: list[tuple[str, str]] = []
    for i, target in enumerate(spec.precision):
        key = f"precision[{i}]"
        if target.metric not in metrics:
            found = say("sweep.precision.metric", name=target.metric)
            yield Problem("", f"{key}.metric", found, say("remedy.one_of", names=", ".join(metrics)))
        if target.of == "difference" and not spec.axes:
            yield Problem("", f"{key}.of", say("sweep.precision.alone"), say("sweep.precision.alone.remedy"))
        if (target.metric, target.of) in seen:
            yield Problem("", key, say("sweep.twice.found", what=target.metric), say("sweep.twice.remedy"))
        seen.append((target.metric, target.of))
    remedy = say("sweep.precision.first.remedy", fewest=FEWEST_FIRST)
    if spec.replications is None:
        yield Problem("", "precision", say("sweep.precision.seeds"), remedy)
    elif spec.replications < FEWEST_FIRST:
        yield Problem("", "replications", say("sweep.precision.few", count=spec.replications), remedy)
    if spec.max_replications is None or spec.max_replications < (spec.replications or 1):
        key = "precision" if spec.max_replications is None else "max_replications"
        yield Problem("", key, say("sweep.precision.limit"), say("sweep.precision.limit.remedy"))


@dataclass(frozen=True, slots=True)
class TargetOutcome:
    """Whether one target was met, by its widest interval."""

    metric: str
    of: str
    """``mean`` or ``difference``."""
    half_width: float
    """What was asked for, in the unit of the metric."""
    widest: float | None
    """Half width of the widest interval; None where no run has the figure, or only one."""
    labels: tuple[str, ...]
    """Variant that has it."""

    @property
    def met(self) -> bool:
        """Return whether every interval is as narrow as asked for."""
        return self.widest is not None and self.widest <= self.half_width


def target_outcomes(targets: Sequence[PrecisionSpec], comparisons: Sequence[Comparison]) -> tuple[TargetOutcome, ...]:
    """Return how far each target is, by Student's half widths of all variants, or of their paired differences."""
    return tuple(_outcome(target, [one for one in comparisons if one.metric == target.metric]) for target in targets)


def _outcome(target: PrecisionSpec, comparisons: Sequence[Comparison]) -> TargetOutcome:
    def estimate(one: Comparison) -> Estimate | None:
        return one.mean if target.of == "mean" else one.paired

    found = [(width.half_width, one.labels) for one in comparisons if (width := estimate(one)) and width.half_width is not None]
    widest, labels = max(found, key=lambda pair: pair[0], default=(None, ()))
    return TargetOutcome(target.metric, target.of, target.half_width, widest, labels)


def seeds_wanted(count: int, half_width: float, target: float, limit: int) -> int:
    """Return how many seeds the next round is to reach: n (half width / target)^2, within one more and twice as many.

    The half width goes as 1/sqrt(n): A. M. Law, Simulation Modeling and Analysis (2015), section 9.4.1.
    """
    wanted = math.ceil(min(count * (half_width / target) ** 2, GROWTH * count))
    return min(max(wanted, count + 1), limit)


def next_round(outcomes: Sequence[TargetOutcome], count: int, limit: int) -> int:
    """Return how many seeds the next round is to reach; ``count``, those of this one, when there is nothing more to do.

    That is when every target is met, ``limit`` seeds are reached, or what is missed has no interval that seeds would narrow.
    """
    missed = [(one.widest, one.half_width) for one in outcomes if one.widest is not None and not one.met]
    return max((seeds_wanted(count, widest, target, limit) for widest, target in missed), default=count)
