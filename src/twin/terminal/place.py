"""``twin place``: the command, and what a person sees of a placement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.errors import TwinError
from twin.messages import say
from twin.terminal.errors import Debug, reporting
from twin.terminal.tables import grid
from twin.threads import use_one_thread

if TYPE_CHECKING:
    from twin.metrics.statistics import Estimate
    from twin.sweeps.placement.greedy import Selection
    from twin.sweeps.placement.place import Judged, PlacementResult
    from twin.sweeps.placement.plan import Plan


def place(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    budget: Annotated[list[float] | None, typer.Option(min=1.0, metavar="CNY", show_default=False)] = None,
    out: Annotated[Path, typer.Option(metavar="DIR")] = Path("runs"),
    *,
    quiet: Annotated[bool, typer.Option("--quiet")] = False,
    debug: Debug = False,
) -> None:
    """Choose the sites that perceive most for a budget."""
    with reporting(debug=debug):
        use_one_thread()
        from twin.sweeps.placement.output import write
        from twin.sweeps.placement.place import place as place_sites
        from twin.sweeps.placement.plan import load_plan
        from twin.terminal.interruption import Interruption
        from twin.terminal.progress import Quiet, reporter_for

        with Interruption() as interruption, Quiet() if quiet else reporter_for(file.stem) as reporter:
            plan = load_plan(file, budget or (), reporter.notice)
            if not quiet:
                typer.echo(plan_text(plan), err=True)
            result = place_sites(plan, out, interruption.heard(reporter.advance))
        folder = write(result, out)
        reason = _draw(result, folder)
        if not quiet:
            typer.echo(place_text(result, folder))
            if reason:
                typer.echo(say("placement.no_pictures", reason=reason), err=True)


def _draw(result: PlacementResult, folder: Path) -> str:
    """Draw both pictures into the folder; return why that cannot be, as without Matplotlib, else nothing."""
    from twin.sweeps.placement.pictures import draw_curve, draw_map

    try:
        draw_curve(result, folder / "curve.png")
        draw_map(result, folder / "map.png")
    except TwinError as error:
        return str(error)
    return ""


def plan_text(plan: Plan) -> str:
    """Return what is going to be done, before it is."""
    standing = int(plan.candidates.standing.sum())
    evaluation = plan.spec.evaluation
    return say(
        "placement.plan",
        candidates=len(plan.candidates.sites) - standing,
        standing=standing,
        budgets=len(plan.budgets_cny),
        training=len(plan.spec.training.seeds),
        evaluation=0 if evaluation is None else len(evaluation.seeds),
    )


def place_text(result: PlacementResult, folder: Path) -> str:
    """Return the closing table: a row a way of spending a budget, then how far from the best each choice can be at most."""
    from twin.money import money_unit

    spec, (_, unit) = result.plan.spec, money_unit()
    columns = ("budget", "choice", "sites", "cost", "training", "evaluation", "lead", "gain")
    names = [say(f"placement.column.{name}", unit=unit) for name in columns]
    right = [name != "choice" for name in columns]
    lines = [spec.question] if spec.question else []
    lines.append(grid(names, [_row(one) for one in result.judged], right))
    lines += [_bound_line(one, result.whole) for one in result.selections]
    if spec.seen_by > 1:
        lines.append(say("placement.in_part", seen_by=spec.seen_by))
    return "\n".join([*lines, say("placement.written", folder=folder), say("traffic.not_calibrated")])


def _row(one: Judged) -> list[str]:
    from twin.money import amount

    budget, cost = amount(one.budget_cny), amount(one.cost_cny)
    label = say("placement.optimised") if one.optimised else one.label
    trained = "" if one.trained_share is None else f"{100.0 * one.trained_share:.1f}"
    return [budget, label, str(len(one.sites)), cost, trained, _percent(one.mean), _percent(one.lead), _percent(one.gain)]


def _percent(found: Estimate | None) -> str:
    if found is None:
        return ""
    spread = "" if found.half_width is None else f" ± {100.0 * found.half_width:.1f}"
    return f"{100.0 * found.mean:.1f}{spread}"


def _bound_line(one: Selection, whole: float) -> str:
    from twin.money import money

    value, bound = (100.0 * figure / (whole or 1.0) for figure in (one.value, one.bound))
    gap = 100.0 * one.gap_share
    return say("placement.bound", budget=money(one.budget_cny), value=value, bound=min(bound, 100.0), gap=gap)
