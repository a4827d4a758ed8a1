"""The deployments of a sweep or a run: which there are, where their sites are, what they cost. From the logs of runs alone."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from twin.eventlog.reader import Run, open_run
from twin.messages import known, say
from twin.metrics.costs import CostRange, cost_figures
from twin.metrics.document_pictures import draw_maps
from twin.report.amounts import wan
from twin.report.content import Block, Heading, Paragraph, Picture
from twin.report.sentences import name_of
from twin.sensors.cost_spec import CostsSpec, PriceSpec
from twin.sweeps.results import SweepResults
from twin.terminal_tables import ShownTable

MAPS_ON_A_PAGE: Final = 6
DEPLOYMENTS_ABREAST: Final = 5
"""Columns of the bill of quantities."""

_ENDS: Final = ("low", "mid", "high")


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment, and a run that has it."""

    name: str
    """Of the first variant that has it."""
    run: Run


def deployments_of(found: SweepResults) -> list[Deployed]:
    """Return the different deployments of a sweep in the order of its table, each with the first of its runs that is there.

    The runs lie beside the sweep's folder; those that are not there, as in a remote store, are left out.
    """
    first: dict[str, Deployed] = {}
    taken: set[tuple[str, ...]] = set()
    for row in found.table.to_pylist():
        labels, path = tuple(str(row[axis]) for axis in found.axes), found.folder.parent / row["folder"]
        if labels in taken or not (path / "manifest.json").is_file():
            continue
        run = open_run(path)
        if run.complete:
            taken.add(labels)
            scenario = run.manifest.scenario
            key = json.dumps([scenario.get("deployment"), run.manifest.map_sha256], sort_keys=True)
            first.setdefault(key, Deployed(name_of(labels, found), run))
    return [*first.values()]


def map_blocks(deployments: Sequence[Deployed]) -> list[Block]:
    """Return the maps, or that there are none."""
    if not deployments:
        return [Paragraph(say("document.map.none"))]
    pages = [deployments[first : first + MAPS_ON_A_PAGE] for first in range(0, len(deployments), MAPS_ON_A_PAGE)]
    pictures = [Picture(say("document.map"), partial(draw_maps, [(one.name, one.run) for one in page])) for page in pages]
    return [*pictures, Paragraph(say("document.map.note"), note=True)]


def investment_blocks(deployments: Sequence[Deployed]) -> list[Block]:
    """Return the bills of quantities and what they come to, or that there is nothing to reckon from."""
    if not deployments:
        return [Paragraph(say("document.investment.none"))]
    bills = [one.run.table("bill").to_pylist() for one in deployments]
    if not any(bills):
        return [Paragraph(say("document.investment.nothing"))]
    blocks: list[Block] = [Heading(say("document.bill"))]
    for first in range(0, len(deployments), DEPLOYMENTS_ABREAST):
        part = slice(first, first + DEPLOYMENTS_ABREAST)
        blocks.append(_bill([one.name for one in deployments[part]], bills[part], deployments[first].run))
    blocks += [Heading(say("document.estimate")), _estimate(deployments, bills)]
    return [*blocks, Paragraph(say("document.investment.note"), note=True)]


def _bill(names: Sequence[str], bills: Sequence[Sequence[dict[str, Any]]], run: Run) -> ShownTable:
    """Return a row an item: its price as a range, where that comes from, how many each deployment has."""
    counts: dict[tuple[Any, ...], list[int]] = {}
    for place, bill in enumerate(bills):
        for row in bill:
            key = (row["item"], row["preset"], row["unit_low_cny"], row["unit_cny"], row["unit_high_cny"])
            counts.setdefault(key, [0] * len(bills))[place] += row["count"]
    given = run.manifest.scenario.get("deployment", {}).get("costs", {})
    rows = [
        [
            item_name(item) + (f" ({preset})" if preset else ""),
            *(wan(price) for price in prices),
            _basis(item, preset, given),
            *(f"{count:,}" for count in of_each),
        ]
        for (item, preset, *prices), of_each in counts.items()
    ]
    titles = [say("document.item"), *(say(f"document.price.{end}") for end in _ENDS), say("document.basis")]
    return ShownTable.of(say("document.bill.title"), [*titles, *names], rows, left=(0, 4))


def _basis(item: str, preset: str, given: dict[str, Any]) -> str:
    """Return whether a price has a source, is assumed, or was put into the scenario."""
    field = CostsSpec.model_fields.get(item)
    default = field.default if field is not None else None
    if preset in given.get("by_preset", {}) or not isinstance(default, PriceSpec) or given.get(item) != default.model_dump():
        return say("document.basis.given")
    text = (field.description or "") if field is not None else ""
    return say("document.basis.partly" if "Source:" in text else "document.basis.assumed")


def item_name(item: str) -> str:
    """Return the words for an item of a bill."""
    key = f"document.item.{item}"
    return say(key) if known(key) else item


def _estimate(deployments: Sequence[Deployed], bills: Sequence[Sequence[dict[str, Any]]]) -> ShownTable:
    """Return a row a deployment: investment, yearly cost, and both over the life of the equipment; low, middle, high."""
    rows = []
    for one, bill in zip(deployments, bills, strict=True):
        costs = cost_figures(one.run, float(one.run.manifest.scenario.get("warm_up_s", 0.0)))
        years = max((row["life_years"] for row in bill), default=0.0)
        over_life = life_cycle_cost(bill, costs.yearly_cny, years)
        spans = (_span(costs.investment_cny), _span(costs.yearly_cny), _span(over_life))
        rows.append([one.name, f"{one.run.table('site').num_rows:,}", *spans, f"{years:g}"])
    names = ("deployment", "site_count", "investment", "yearly", "life_cycle", "years")
    return ShownTable.of(say("document.estimate.title"), [say(f"document.estimate.{name}") for name in names], rows)


def life_cycle_cost(bill: Sequence[dict[str, Any]], yearly_cny: CostRange, years: float) -> CostRange:
    """Return what ``years`` of a deployment cost, CNY: running it, and each line of its bill as often as its life asks for.

    Shares of a life count as shares of its price; without interest and without inflation.
    """

    def over(ending: str, yearly: float) -> float:
        return math.fsum(row["count"] * row[f"unit{ending}"] * years / row["life_years"] for row in bill) + years * yearly

    low, mid, high = over("_low_cny", yearly_cny.low), over("_cny", yearly_cny.mid), over("_high_cny", yearly_cny.high)
    return CostRange(low, mid, high)


def _span(cost: CostRange) -> str:
    return f"{wan(cost.mid)} ({wan(cost.low)} – {wan(cost.high)})"
