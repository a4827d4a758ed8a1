"""``twin compare``: two or more runs side by side, or the tables of a finished sweep anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.errors import InputError
from twin.messages import say
from twin.terminal.errors import Debug, reporting
from twin.terminal.figures import figure, label, unit
from twin.terminal.tables import grid

if TYPE_CHECKING:
    from twin.metrics.run_comparison import RunComparison
    from twin.sweeps.results import SweepResults


def compare(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN|SWEEP", show_default=False)],
    baseline: Annotated[str | None, typer.Option(metavar="NAME", show_default=False)] = None,
    metric: Annotated[list[str] | None, typer.Option(metavar="NAME", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", show_default=False)] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    debug: Debug = False,
) -> None:
    """Compare runs, or the variants of a sweep."""
    with reporting(debug=debug):
        from twin.sweeps.results import is_sweep

        sweeps = [folder for folder in folders if is_sweep(folder)]
        if sweeps and len(folders) > 1:
            raise InputError(say("compare.mixed", folder=sweeps[0]))
        for folder in folders:
            if folder not in sweeps and not (folder / "manifest.json").is_file():
                raise InputError(say("compare.neither", folder=folder))
        text = _sweep(folders[0], baseline, metric, out, as_json) if sweeps else _runs(folders, baseline, metric, out, as_json)
        typer.echo(text)


def _sweep(folder: Path, baseline: str | None, metrics: list[str] | None, out: Path | None, as_json: bool) -> str:  # noqa: FBT001
    from twin.sweeps.comparison import comparison_table
    from twin.sweeps.frontier import frontier_table
    from twin.sweeps.results import read_results
    from twin.sweeps.store import LocalStore
    from twin.sweeps.table import COMPARISON, FRONTIER, write_table

    found = read_results(folder, baseline, metrics)
    tables = {COMPARISON: comparison_table(found.comparisons, found.axes)}
    if found.frontiers:
        tables[FRONTIER] = frontier_table(found.frontiers, found.axes)
    if out is not None:
        for name, table in tables.items():
            write_table(LocalStore(out), name, table)
    if as_json:
        return _json({"sweep": found.name} | {name: table.to_pylist() for name, table in tables.items()})
    return _sweep_text(found)


def _sweep_text(found: SweepResults) -> str:
    from twin.terminal.sweep_tables import comparison_text, frontier_text, target_text

    parts = [*([found.question] if found.question else [])]
    parts.append(comparison_text(found.comparisons, found.axes, found.name, found.baseline))
    parts += [frontier_text(found.frontiers)] if found.frontiers else []
    parts += [target_text(target, len(found.seeds)) for target in found.targets if target.metric in found.metrics]
    return "\n\n".join(parts)


def _runs(folders: list[Path], baseline: str | None, metrics: list[str] | None, out: Path | None, as_json: bool) -> str:  # noqa: FBT001
    from twin.metrics.run_comparison import compare_runs

    found = compare_runs(folders, baseline, metrics)
    if out is not None:
        from twin.sweeps.store import LocalStore
        from twin.sweeps.table import COMPARISON, write_table

        write_table(LocalStore(out), COMPARISON, found.table())
    if as_json:
        return _json(
            {"baseline": found.names[found.baseline], "differ_in": found.differ_in, "figures": found.table().to_pylist()}
        )
    return _runs_text(found)


def _runs_text(found: RunComparison) -> str:
    letters = [chr(ord("A") + place) if place < 26 else f"A{place}" for place in range(len(found.names))]
    others = [place for place in range(len(found.names)) if place != found.baseline]
    rows = []
    for name, values in found.figures.items():
        factor, shown = unit(name)
        shown = say("compare.points") if shown == "%" else shown
        base = values[found.baseline]

        def difference(value: float | None, factor: float = factor, shown: str = shown, base: float | None = base) -> str:
            return "-" if value is None or base is None else f"{factor * (value - base):+,.4g} {shown}".strip()

        rows.append([label(name), *(figure(name, value) for value in values), *(difference(values[place]) for place in others)])
    titles = ["", *letters, *(f"{letters[place]} - {letters[found.baseline]}" for place in others)]
    legend = [f"{letter} = {name}" for letter, name in zip(letters, found.names, strict=True)]
    notes = [say("compare.differ", keys="; ".join(found.differ_in))] if found.differ_in else [say("compare.same")]
    notes.append(say("compare.one_seed"))
    return "\n\n".join(["\n".join(legend), grid(titles, rows, [False, *[True] * (len(titles) - 1)]), "\n".join(notes)])


def _json(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, allow_nan=False, indent=2)
