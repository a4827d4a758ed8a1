"""Pictures of a sweep with assumptions, from its tables: bands with and without them, and the tornado."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet

from twin.errors import InputError
from twin.messages import say
from twin.metrics.pictures import Sheet, check_form

CHANCE_COLOUR: Final = "#1f4e79"
ASSUMPTIONS_COLOUR: Final = "#f0a030"
LOW_COLOUR: Final = "#5b8db8"
HIGH_COLOUR: Final = "#d9795d"

MOST_BARS: Final = 12
"""Bars of a tornado; smaller ones are left out."""


def draw_bands(folder: Path, metric: str, out: Path) -> None:
    """Draw each variant's ``metric`` with both bands, that of chance alone inside that with the assumptions, into ``out``.

    ``folder`` is the one that ``twin sweep --assumptions`` names. Raises InputError without its tables or the metric in them,
    and as ``check_form``.
    """
    check_form(out)
    rows = [row for row in _rows(folder, "bands", metric) if not row["minus"]]
    with Sheet(out, metric, "draw.bands") as (_, axes):
        for place, row in enumerate(rows):
            named = place == 0
            axes.plot(
                [row["low"], row["high"]],
                [place, place],
                color=ASSUMPTIONS_COLOUR,
                linewidth=11,
                solid_capstyle="butt",
                label=say("draw.bands.assumptions") if named else None,
            )
            if row["chance_half_width"] is not None:
                ends = [row["mid"] - row["chance_half_width"], row["mid"] + row["chance_half_width"]]
                axes.plot(
                    ends,
                    [place, place],
                    color=CHANCE_COLOUR,
                    linewidth=4,
                    solid_capstyle="butt",
                    label=say("draw.bands.chance") if named else None,
                )
            axes.plot(row["mid"], place, "o", color="black", markersize=5, label=say("draw.bands.mid") if named else None)
        axes.set_yticks(range(len(rows)), [variant_of(row) for row in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlabel(metric)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, frameon=False)


def draw_tornado(folder: Path, metric: str, out: Path, variant: str = "") -> None:
    """Draw what each assumption at its ends does to ``metric`` of ``variant``, largest first, into ``out``.

    ``variant`` is its labels joined by `` · ``, the first one where empty; ``A - B`` for the difference of two. Raises as
    above, and InputError for a variant that the table does not have or where no assumption was run one at a time.
    """
    check_form(out)
    rows = _rows(folder, "tornado", metric)
    names = list(dict.fromkeys(variant_of(row) for row in rows))
    wanted = variant or names[0]
    if wanted not in names:
        raise InputError(say("draw.tornado.variant", name=wanted, names=", ".join(names)))
    bars = [
        row for row in rows if variant_of(row) == wanted and row["at_low"] is not None and (row["at_low"] or row["at_high"])
    ]
    if not bars:
        raise InputError(say("draw.tornado.nothing", metric=metric, name=wanted))
    bars = bars[:MOST_BARS]
    with Sheet(out, f"{metric}, {wanted}", "draw.tornado") as (_, axes):
        for place, row in enumerate(bars):
            for end, colour in (("low", LOW_COLOUR), ("high", HIGH_COLOUR)):
                error = row[f"at_{end}_half_width"]
                axes.barh(
                    place,
                    row[f"at_{end}"],
                    height=0.7 if end == "low" else 0.45,
                    color=colour,
                    xerr=error if error is not None else 0.0,
                    error_kw={"elinewidth": 0.8, "capsize": 2.0},
                    label=say(f"draw.tornado.{end}") if place == 0 else None,
                )
        texts = [f"{row['assumption'].replace('deployment.', '')}\n{row['low_value']} … {row['high_value']}" for row in bars]
        axes.set_yticks(range(len(bars)), texts, fontsize=7.5)
        axes.set_ylim(len(bars) - 0.4, -0.6)
        axes.axvline(0.0, color="black", linewidth=0.8)
        axes.set_xlabel(say("draw.tornado.x", metric=metric))
        axes.legend(loc="best", framealpha=0.9)


def _rows(folder: Path, table: str, metric: str) -> list[dict[str, Any]]:
    file = folder / f"{table}.parquet"
    if not file.is_file():
        raise InputError(say("draw.uncertainty.table", file=file))
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(file).to_pylist()
    found = [row for row in rows if row["metric"] == metric]
    if not found:
        names = ", ".join(dict.fromkeys(row["metric"] for row in rows))
        raise InputError(say("draw.uncertainty.metric", metric=metric, names=names))
    return found


def variant_of(row: Mapping[str, Any]) -> str:
    """Return the variant, or ``A - B`` for the difference of two, that a row of a study's table is about."""
    columns = list(row)
    labels = " · ".join(row[column] for column in columns[1 : columns.index("minus")])  # the axes stand between the two
    return f"{labels} - {row['minus']}" if row["minus"] else labels
