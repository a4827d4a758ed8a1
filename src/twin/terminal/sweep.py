"""What a person sees of a sweep before it begins and when it has ended."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from twin.messages import say
from twin.terminal.sweep_tables import comparison_text, frontier_text, target_text

if TYPE_CHECKING:
    from twin.sweeps.design import Design
    from twin.sweeps.sweep import SweepResult


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
    from twin.metrics.warm_up import may_settle

    needed_s, missing_s = [], []
    for number, run in enumerate(result.design.runs):
        found_s = (result.outcomes[number].summary or {}).get("warm_up_needed_s")
        if found_s is not None and may_settle(run.scenario.model_dump(mode="json", include={"demand", "incidents", "replay"})):
            needed_s.append(found_s)
            missing_s.append(found_s - run.scenario.warm_up_s)
    short = bool(missing_s) and statistics.median(missing_s) > 0.0
    return [say("sweep.warm_up", needed=statistics.median(needed_s))] if short else []
