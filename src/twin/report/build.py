"""The document of a sweep, and that of a single run: the same parts in the same order."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from twin.eventlog.reader import Run
from twin.messages import language, say
from twin.metrics.document_pictures import Mark, PricedMark, draw_front, draw_intervals
from twin.metrics.link_pictures import draw_ages, draw_delivery
from twin.metrics.link_report import Figures
from twin.metrics.parking_pictures import draw_occupancy, draw_search
from twin.metrics.report import report
from twin.report.amounts import shown_unit
from twin.report.assumptions import assumption_blocks
from twin.report.bridges import bridge_pictures
from twin.report.calibration import Calibration
from twin.report.content import PARTS, Block, Command, Document, Heading, Paragraph, Part, Picture, Points
from twin.report.deployments import Deployed, deployments_of, investment_blocks, map_blocks
from twin.report.sentences import metric_sentences, name_of, undecided_sentences, value_sentences
from twin.sweeps.frontier import COST, PERCEIVED, Frontier
from twin.sweeps.results import SweepResults
from twin.terminal.bridge_tables import bridge_tables
from twin.terminal.field_tables import field_tables
from twin.terminal.figures import label, present, warm_up_notes
from twin.terminal.link_tables import link_tables
from twin.terminal.parking_tables import parking_tables
from twin.terminal.run_report import conditions, report_tables, state_text
from twin.terminal.sweep_tables import comparison_notes, comparison_tables, frontier_note, frontier_table, target_text
from twin.terminal.tables import ShownTable

LIMITS: Final = 8
"""Sentences on what the model leaves out; in the catalogue as ``document.limits.1`` and so on."""

Blocks = dict[str, list[Block]]


def sweep_document(found: SweepResults, calibration: Calibration | None = None, study: Path | None = None) -> Document:
    """Return the document of a sweep in the language in use.

    ``study`` is the folder of ``twin sweep --assumptions``. Raises InputError where that folder is none.
    """
    deployments = deployments_of(found)
    runs = [one.run for one in deployments]
    blocks: Blocks = {
        "conclusion": [
            Points(tuple(value_sentences(found))),
            Heading(say("document.by_metric")),
            Points(tuple(metric_sentences(found))),
            *(Paragraph(text) for text in undecided_sentences(found)),
            *(Paragraph(target_text(target, len(found.seeds))) for target in found.targets),
        ],
        "map": map_blocks(deployments),
        "comparison": _comparison(found),
        "investment": investment_blocks(deployments),
        "assumptions": assumption_blocks(runs, study),
        "repeat": _repeat_sweep(found),
    }
    manifest = found.manifest
    axes = [f"{axis}: {', '.join(labels)}" for axis, labels in manifest["axes"].items()]
    failed = manifest.get("failed", 0)
    facts = {
        say("document.fact.sweep"): f"{found.folder.name} ({state_text(manifest['state'])})",
        say("document.fact.variants"): "; ".join(axes) or "-",
        say("document.fact.seeds"): _seeds(found.seeds),
        say("document.fact.runs"): say("document.fact.failed", runs=manifest["runs"], failed=failed),
        **_conditions(runs),
    }
    return _document(found.name, found.question, found.folder.name, manifest["versions"], facts, blocks, calibration)


def run_document(run: Run, calibration: Calibration | None = None) -> Document:
    """Return the document of one run in the language in use; what compares is left to the document of a sweep."""
    found = report(run)
    manifest = run.manifest
    tables = report_tables(found)
    figures = [[name, value] for name, value in present(found["summary"]).items()]
    summary = ShownTable.of("", [say("report.figure"), say("report.value")], figures)
    short = warm_up_notes(found["summary"], found["warm_up_s"], may_settle=found["may_settle"])
    notes = [Paragraph(text, note=True) for text in short]
    deployments = [Deployed(manifest.name, run)]
    municipal = [*_parking(run, found["parking"]), *_bridges(run, found["bridges"]), *_field(found["field_devices"])]
    measured = [*tables, *_links(run, found["links"]), *municipal]
    blocks: Blocks = {
        "conclusion": [Paragraph(say("document.run.alone")), summary, *notes],
        "map": map_blocks(deployments),
        "comparison": measured or [Paragraph(say("document.run.no_tables"))],
        "investment": investment_blocks(deployments),
        "assumptions": assumption_blocks([run], None),
        "repeat": _repeat_run(run),
    }
    facts = {
        say("document.fact.run"): f"{run.path.name} ({state_text(manifest.state)})",
        say("document.fact.seeds"): str(manifest.seed),
        **_conditions([run]),
        **conditions(found),
    }
    question = str(manifest.scenario.get("question", ""))
    return _document(manifest.name, question, run.path.name, manifest.versions, facts, blocks, calibration)


def _document(
    name: str,
    question: str,
    folder: str,
    versions: Mapping[str, str],
    facts: Mapping[str, str],
    blocks: Blocks,
    calibration: Calibration | None,
) -> Document:
    program = say("document.program", version=versions["guangzhou-twin"], schema=versions["schema"])
    attached = {}
    if calibration is not None:
        attached[say("document.fact.calibration")] = f"{calibration.name}, SHA-256 {calibration.sha256}"
        text = say("document.calibration.says", text=" ".join(calibration.summary))
        blocks = blocks | {"assumptions": [Paragraph(text), *blocks["assumptions"]]}
    limits = [say("document.limits.attached" if calibration else "document.limits.uncalibrated")]
    limits += [say(f"document.limits.{number}") for number in range(1, LIMITS + 1)]
    blocks = blocks | {"limits": [Points(tuple(limits))]}
    mark = say("traffic.not_calibrated") if calibration is None else say("document.calibrated", name=calibration.name)
    return Document(
        language=language(),
        title=name,
        question=question,
        mark=mark,
        calibrated=calibration is not None,
        facts=tuple(({**facts, **attached} | {say("document.fact.program"): program}).items()),
        footer=f"{folder} · {program}",
        parts=tuple(Part(key, say(f"document.part.{key}"), tuple(blocks[key])) for key in PARTS),
    )


def _links(run: Run, found: Figures | None) -> list[Block]:
    """Return what links and platform did, tables before pictures; nothing where nothing was sent."""
    if found is None:
        return []
    blocks: list[Block] = [Heading(say("platform.heading")), *link_tables(found)]
    if found["delivery"]:
        blocks.append(Picture(say("platform.picture.delivery"), partial(draw_delivery, run)))
    if any(tier["known"] for tier in found["known"].values()):
        blocks.append(Picture(say("platform.picture.age"), partial(draw_ages, run)))
    return blocks


def _field(found: Figures | None) -> list[Block]:
    """Return how field devices did; nothing where there are none."""
    return [] if found is None else [Heading(say("field_report.heading")), *field_tables(found)]


def _parking(run: Run, found: Figures | None) -> list[Block]:
    """Return how parking went; nothing where nobody parks."""
    if found is None:
        return []
    blocks: list[Block] = [Heading(say("parking_report.heading")), *parking_tables(found)]
    blocks.append(Picture(say("parking_report.picture.taken"), partial(draw_occupancy, run)))
    if found["search"]["outcomes"]["parked"]:
        blocks.append(Picture(say("parking_report.picture.search"), partial(draw_search, run)))
    return blocks


def _bridges(run: Run, found: Figures | None) -> list[Block]:
    """Return how bridges are watched; nothing without bridges."""
    if found is None:
        return []
    tables = bridge_tables(found)
    return [Heading(say("bridge_report.heading")), *tables, *bridge_pictures(run, list(found["by_bridge"]))]


def _seeds(seeds: Sequence[int]) -> str:
    if len(seeds) > 4 and list(seeds) == [*range(seeds[0], seeds[-1] + 1)]:
        return f"{seeds[0]} … {seeds[-1]} ({len(seeds)})"
    return ", ".join(map(str, seeds))


def _conditions(runs: Sequence[Run]) -> dict[str, str]:
    """Return map and simulated time of the first run; what a sweep varies is among its variants."""
    if not runs:
        return {}
    scenario = runs[0].manifest.scenario
    span = {"start": scenario["start"], "duration": scenario["duration_s"] / 60.0, "warm_up": scenario["warm_up_s"] / 60.0}
    return {
        say("document.fact.map"): f"{Path(scenario['map']).name}, SHA-256 {runs[0].manifest.map_sha256[:16]}…",
        say("document.fact.time"): say("document.fact.span", **span),
    }


def _comparison(found: SweepResults) -> list[Block]:
    blocks: list[Block] = []
    metric = PERCEIVED if PERCEIVED in found.metrics else found.metrics[0]
    pictures = _intervals(metric, found)
    blocks += pictures
    for frontier in found.frontiers:
        blocks += _front(frontier, found)
    if found.frontiers:
        blocks += [frontier_table(found.frontiers), Paragraph(frontier_note(found.frontiers), note=True)]
    blocks.append(Heading(say("document.tables")))
    tables = comparison_tables(found.comparisons, found.axes, found.name, found.baseline, lambda metric: shown_unit(metric)[:2])
    return [*blocks, *tables, *(Paragraph(text, note=True) for text in comparison_notes(found.comparisons))]


def _intervals(metric: str, found: SweepResults) -> list[Block]:
    factor, unit_name, of_differences = shown_unit(metric)
    means, differences = [], []
    for one in found.comparisons:
        if one.metric == metric and one.mean:
            name = name_of(one.labels, found)
            means.append(Mark(name, factor * one.mean.mean, factor * (one.mean.half_width or 0.0)))
            if one.paired is not None:
                differences.append(Mark(name, factor * one.paired.mean, factor * (one.paired.half_width or 0.0)))
    if not means:
        return []
    words = [f"{label(metric)}, {unit_name}".rstrip(", ")]
    words.append(say("document.difference_axis", baseline=found.baseline[1] if found.baseline else "", unit=of_differences))
    caption = say("document.intervals", metric=label(metric))
    return [Picture(caption, partial(draw_intervals, means, differences, (words[0], words[1])))]


def _front(frontier: Frontier, found: SweepResults) -> list[Block]:
    """Return the picture of cost against perceived vehicle time; nothing for a single variant, or without that figure."""
    if len(frontier.points) < 2 or PERCEIVED not in frontier.points[0].fronts:
        return []
    widths = {one.labels: one.mean and one.mean.half_width for one in found.comparisons if one.metric == PERCEIVED}
    factor, unit_name, _ = shown_unit(COST)
    marks = [
        PricedMark(
            name_of(point.labels, found),
            100.0 * point.figures[PERCEIVED],
            100.0 * (widths.get(point.labels) or 0.0),
            factor * point.figures[COST],
            point.fronts[PERCEIVED].holds,
            point.knee.holds,
        )
        for point in frontier.points
    ]
    words = (f"{label(COST)}, {unit_name}", f"{label(PERCEIVED)}, %")
    return [Picture(say("document.front_caption"), partial(draw_front, marks, words))]


def _repeat_sweep(found: SweepResults) -> list[Block]:
    """Return what makes the same tables and this document again."""
    manifest = found.manifest
    file = manifest.get("file")
    name = file or f"{found.name}.yaml"
    lines = [
        f"twin sweep {shlex.quote(name)}",
        f"twin report {shlex.quote(f'runs/{found.folder.name}')} --to html --lang {language()}",
    ]
    note = say("document.repeat.hash", sha256=manifest["file_sha256"]) if file else say("document.repeat.no_file")
    blocks: list[Block] = [Paragraph(say("document.repeat.intro")), Command("\n".join(lines)), Paragraph(note)]
    blocks.append(Paragraph(say("document.repeat.seeds", seeds=", ".join(map(str, found.seeds)))))
    return [*blocks, _versions(manifest["versions"])]


def _repeat_run(run: Run) -> list[Block]:
    manifest = run.manifest
    settings = {key: value for key, value in manifest.overrides.items() if key != "seed"}
    parts = ["twin run", shlex.quote(f"{manifest.scenario['name']}.yaml")]
    parts += [f"--set {shlex.quote(f'{key}={value}')}" for key, value in settings.items()]
    lines = [" ".join([*parts, f"--seed {manifest.seed}"])]
    lines.append(f"twin report {shlex.quote(f'runs/{run.path.name}')} --to html --lang {language()}")
    intro = Paragraph(say("document.repeat.run", folder=run.path.name))
    return [intro, Command("\n".join(lines)), _versions(manifest.versions)]


def _versions(versions: Mapping[str, Any]) -> Paragraph:
    return Paragraph(say("document.repeat.versions", versions=", ".join(f"{name} {text}" for name, text in versions.items())))
