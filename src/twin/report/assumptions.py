"""The part of a document on assumptions: those that hold in its scenarios, and what a study of them has found."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyarrow.parquet as pq
from pydantic import ValidationError

from twin.errors import InputError
from twin.eventlog.reader import Run
from twin.messages import language, say
from twin.metrics.document_pictures import Form
from twin.metrics.uncertainty_pictures import draw_bands, draw_tornado, variant_of
from twin.report.amounts import shown_unit
from twin.report.content import Block, Heading, Paragraph, Picture, Points
from twin.scenario.reference import keys
from twin.scenario.scenario import Scenario
from twin.sensors.cost_spec import CostsSpec, PriceSpec
from twin.sweeps.frontier import PERCEIVED
from twin.sweeps.in_play import PRICES, Place, places
from twin.terminal.figures import label
from twin.terminal.sweep_tables import decimals_for
from twin.terminal.tables import ShownTable

_GROUPS: Final = (
    ("prices", re.compile(r"deployment\.costs\..*")),
    ("weather", re.compile(r"weather\..*|light.*|demand\.weather\..*|.*(rain|fog|by_light|glare|contrast).*")),
    ("sensors", re.compile(r"(deployment|decks|coverage|fusion|faults|self_check|adaptation|links)\..*")),
)
"""Groups whose assumptions a document lists, the first that fits; the others, of the traffic, are counted."""


def assumption_blocks(runs: Sequence[Run], study: Path | None) -> list[Block]:
    """Return the assumptions in play in the scenarios of ``runs``, and the findings in the folder of a study of them."""
    try:
        held = _in_play(runs)
    except ValidationError:
        return [Paragraph(say("document.assumptions.unreadable"))]
    blocks: list[Block] = [Paragraph(say("document.assumptions.intro"))]
    rest = [*held]
    for name, _ in reversed(_GROUPS):
        own = [place for place in rest if _group_of(place) == name]
        rest = [place for place in rest if place not in own]
        if own:
            blocks.append(_table(say(f"document.assumptions.{name}"), own))
    blocks.append(Paragraph(say("document.assumptions.rest", count=len(rest)), note=True))
    return [*blocks, *([] if study is None else study_blocks(study))]


def _group_of(place: Place) -> str:
    return next((name for name, rule in _GROUPS if rule.fullmatch(place.assumption)), "")


def _in_play(runs: Sequence[Run]) -> list[Place]:
    """Return each assumption once, with the first value that a scenario has; prices of what no bill has left out."""
    found: dict[str, Place] = {}
    for run in runs:
        scenario = Scenario.model_validate(dict(run.manifest.scenario))
        items = {str(item) for item in run.table("bill").column("item").to_pylist()}
        for place in places(scenario):
            if not place.assumption.startswith(PRICES) or _bought(place.assumption, items):
                found.setdefault(place.assumption, place)
    return [*found.values()]


def _bought(assumption: str, items: Container[str]) -> bool:
    """Return whether a price, or a power that is paid for, is of an item of the bill, or of the whole deployment."""
    name = assumption.rpartition(".")[2].removesuffix("_w")
    return name in items or not isinstance(getattr(CostsSpec(), name, None), PriceSpec)


def _table(title: str, own: Sequence[Place]) -> ShownTable:
    english = language() == "en"
    titles = [say(f"document.assumptions.{name}") for name in ("key", "low", "mid", "high", *(["meaning"] if english else []))]
    rows = []
    for place in own:
        price = place.mid if isinstance(place.mid, PriceSpec) else None
        ends = (price.low, price.mid, price.high) if price else (place.low, place.mid, place.high)
        meaning = [_meanings().get(place.assumption.replace("kits.*(", "kits.*[]("), "")] if english else []
        rows.append([place.assumption, *map(_shown, ends), *meaning])
    return ShownTable.of(title, titles, rows, left=(0, 4))


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_shown(part) for part in value)
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


@cache
def _meanings() -> dict[str, str]:
    """Return the first sentence on each key."""
    return {key.path: key.meaning.split(". ")[0].rstrip(".").replace("``", "") for key in keys(Scenario)}


def study_blocks(folder: Path) -> list[Block]:
    """Return what ``twin sweep --assumptions`` found in ``folder``; InputError where it is not the folder of such a study."""
    bands, sentences = (_read(folder, name) for name in ("bands", "sentences"))
    metrics = list(dict.fromkeys(row["metric"] for row in bands))
    metric = PERCEIVED if PERCEIVED in metrics else metrics[0]
    own = [row[language()] for row in sentences if row["metric"] == metric]
    blocks: list[Block] = [Heading(say("document.study")), Paragraph(say("document.study.intro", folder=folder.name))]
    blocks += [_bands(bands), Paragraph(say("document.study.note"), note=True), Points(tuple(own))]
    blocks.append(Picture(say("document.study.bands", metric=label(metric)), partial(_drawn, draw_bands, folder, metric)))
    swings = [row for row in _read(folder, "tornado") if row["metric"] == metric and row["at_low"] is not None]
    if any(row["at_low"] or row["at_high"] for row in swings):
        caption = say("document.study.tornado", metric=label(metric))
        blocks.append(Picture(caption, partial(_drawn, draw_tornado, folder, metric)))
    return blocks


def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    path = folder / f"{name}.parquet"
    if not path.is_file():
        raise InputError(say("document.study.missing", file=path))
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def _bands(rows: Sequence[dict[str, Any]]) -> ShownTable:
    """Return the two bands of every figure, that of chance alone and that with the assumptions, apart."""
    shown = []
    for row in rows:
        factor, unit_name, of_differences = shown_unit(row["metric"])
        half = row["chance_half_width"]
        decimals = decimals_for([factor * (row["high"] - row["low"]), factor * (half or 0.0)], [factor * row["mid"]])

        def number(value: float, factor: float = factor, decimals: int = decimals) -> str:
            return f"{factor * value:,.{decimals}f}"

        name = of_differences if row["minus"] else unit_name
        title = label(row["metric"]) + (f" ({name})" if name else "")
        chance = "-" if half is None else f"{number(row['mid'] - half)} … {number(row['mid'] + half)}"
        shown.append([title, variant_of(row), number(row["mid"]), chance, f"{number(row['low'])} … {number(row['high'])}"])
    names = [say(f"document.study.{name}") for name in ("metric", "variant", "mid", "chance", "both")]
    return ShownTable.of(say("document.study.title"), names, shown, left=(0, 1))


def _drawn(draw: Callable[[Path, str, Path], None], folder: Path, metric: str, form: Form) -> bytes:
    with TemporaryDirectory() as scratch:
        file = Path(scratch) / f"picture.{form}"
        draw(folder, metric, file)
        return file.read_bytes()
