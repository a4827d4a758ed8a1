"""The deployments of a sweep or a run: which there are, where their sites are, what they cost. From the logs of runs alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from twin.eventlog.reader import Run, open_run
from twin.messages import known, language, say
from twin.metrics.costs import CostRange, cost_figures
from twin.metrics.document_pictures import draw_maps
from twin.report.amounts import wan
from twin.report.content import Block, Heading, Paragraph, Picture
from twin.report.sentences import name_of
from twin.scenario.reference import MARK
from twin.sensors.cost_spec import CostsSpec, PriceSpec
from twin.sensors.price_table import shipped_rows
from twin.sweeps.results import SweepResults
from twin.terminal.tables import ShownTable

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
        return [Paragraph(say("investment.none"))]
    bills = [one.run.table("bill").to_pylist() for one in deployments]
    if not any(bills):
        return [Paragraph(say("investment.nothing"))]
    kinds = _kinds(deployments[0].run)
    blocks: list[Block] = [Heading(say("investment.bill"))]
    for first in range(0, len(deployments), DEPLOYMENTS_ABREAST):
        part = slice(first, first + DEPLOYMENTS_ABREAST)
        blocks.append(_bill([one.name for one in deployments[part]], bills[part], kinds))
    blocks += [Heading(say("investment.estimate")), _estimate(deployments)]
    return [*blocks, Paragraph(say("investment.note"), note=True)]


def _bill(names: Sequence[str], bills: Sequence[Sequence[dict[str, Any]]], kinds: Mapping[str, str]) -> ShownTable:
    """Return a row an item: its price as a range, where that comes from, how many each deployment has."""
    counts: dict[tuple[Any, ...], list[int]] = {}
    for place, bill in enumerate(bills):
        for row in bill:
            key = (row["item"], row["preset"], row["unit_low_cny"], row["unit_cny"], row["unit_high_cny"])
            counts.setdefault(key, [0] * len(bills))[place] += row["count"]
    rows = [
        [
            _item_name(item, kinds) + (f" ({preset})" if preset else ""),
            *(wan(price) for price in prices),
            _basis(item, prices),
            *(f"{count:,}" for count in of_each),
        ]
        for (item, preset, *prices), of_each in counts.items()
    ]
    titles = [say("investment.item"), *(say(f"investment.price.{end}") for end in _ENDS), say("investment.basis")]
    return ShownTable.of(say("investment.bill.title"), [*titles, *names], rows, left=(0, 4))


def _basis(item: str, prices: Sequence[float]) -> str:
    """Return whether a price, low to high, is the package's with or without a source, or the scenario's own."""
    default = getattr(CostsSpec(), item, None)
    if not isinstance(default, PriceSpec) or [default.low, default.mid, default.high] != [*prices]:
        return say("investment.basis.given")
    return say("investment.basis.assumed" if _sources().get(item, "").startswith(MARK) else "investment.basis.partly")


@cache
def _sources() -> dict[str, str]:
    """Return what the package's table of prices says of the source of each item."""
    return {row.texts["item"]: row.texts.get("source", MARK) for row in shipped_rows() if "preset" not in row.texts}


def _kinds(run: Run) -> dict[str, str]:
    """Return what the log calls each kind of device on a bill."""
    names = {}
    for row in run.table("device_kind").to_pylist():
        name = row[f"name_{language()}"]
        names[row["kind"]] = say("investment.item.per_lane", name=name) if row["priced_by"] == "lane" else name
    return names


def _item_name(item: str, kinds: Mapping[str, str]) -> str:
    key = f"investment.item.{item}"
    return kinds.get(item) or (say(key) if known(key) else item)


def _estimate(deployments: Sequence[Deployed]) -> ShownTable:
    """Return a row a deployment: investment, yearly cost, life-cycle cost over its horizon; low, middle, high."""
    rows = []
    for one in deployments:
        costs = cost_figures(one.run, one.run.warm_up_s)
        spans = (_span(costs.investment_cny), _span(costs.yearly_cny), _span(costs.life_cycle_cny))
        given = one.run.manifest.scenario.get("deployment", {}).get("costs", {})
        ahead = f"{given['horizon_years']:g} ({given['discount_rate']:.1%})" if costs.life_cycle_cny else "-"
        rows.append([one.name, f"{one.run.table('site').num_rows:,}", *spans, ahead])
    names = ("deployment", "site_count", "investment", "yearly", "life_cycle", "years")
    return ShownTable.of(say("investment.estimate.title"), [say(f"investment.estimate.{name}") for name in names], rows)


def _span(cost: CostRange | None) -> str:
    return "-" if cost is None else f"{wan(cost.mid)} ({wan(cost.low)} – {wan(cost.high)})"
