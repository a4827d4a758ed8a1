"""Parking below the player: how full facilities are, how long searches take; in the language in use."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import numpy as np

from twin.eventlog.reader import Run
from twin.messages import say
from twin.metrics.parking import parking_figures
from twin.metrics.parking_pictures import KIND_COLOURS
from twin.metrics.parking_series import OccupancyCourse, ParkingSeries, SearchBin
from twin.metrics.selection import after_warm_up
from twin.terminal.parking_tables import facility_table, parking_tables
from twin.terminal.tables import ShownTable

Rows = list[dict[str, Any]]

WHOLE: Final = ("", "on_street", "off_street", "underground")
"""What can be chosen besides single facilities: all of them, or those of a kind."""

SEARCH_BIN_S: Final = 30
"""Width of the bars of search times. Choice: narrower than the time for a block."""

_HEIGHT_PX: Final = 280
_TRUE, _HELD = "#0072b2", "#e69f00"


@dataclasses.dataclass(frozen=True, slots=True)
class ParkingView:
    """What the panel shows of a run, free of any language."""

    figures: dict[str, Any]
    series: ParkingSeries
    searches: list[SearchBin]
    search_s: list[float]


def parking_view(run: Run) -> ParkingView | None:
    """Return what there is to show; None where nobody parks."""
    found = parking_figures(run, run.warm_up_s)
    if found is None:
        return None
    series = ParkingSeries(run)
    took = after_warm_up(run, "parking", ["search_s"], run.warm_up_s, time="began_us").column("search_s").drop_null()
    return ParkingView(dataclasses.asdict(found), series, series.searches_by_occupancy(run.warm_up_s), took.to_numpy().tolist())


def choices(view: ParkingView) -> list[str]:
    """Return what can be looked at: all facilities, kinds that there are, and each facility."""
    return [one for one in WHOLE if not one or one in view.series.kinds] + view.series.names


def choice_text(choice: str) -> str:
    """Return how a choice is called."""
    if not choice:
        return say("parking_report.all")
    return say(f"parking_report.kind.{choice}") if choice in KIND_COLOURS else choice


def course(view: ParkingView, choice: str) -> OccupancyCourse:
    """Return the course of what was chosen."""
    series = view.series
    names = series.kinds if choice in KIND_COLOURS else series.names
    return series.course(choice, [row for row, name in enumerate(names) if choice in ("", name)])


def tables(view: ParkingView) -> list[ShownTable]:
    """Return the tables of ``twin report`` on parking, and one of all facilities."""
    return [*parking_tables(view.figures), facility_table(view.figures)]


def charts(view: ParkingView, choice: str) -> list[alt.Chart]:
    """Return the charts that there are rows for: occupancy of what was chosen, search times, search time by occupancy."""
    made = [_occupancy(course(view, choice))]
    if view.search_s:
        made.append(_search_times(view.search_s))
    if view.searches:
        made.append(_search_by_occupancy(view.searches))
    return [chart.properties(height=_HEIGHT_PX, usermeta={"embedOptions": {"actions": False}}) for chart in made]


def _occupancy(found: OccupancyCourse) -> alt.Chart:
    names = {"true": say("parking_report.picture.true"), "held": say("parking_report.picture.held")}
    lines = (("true", found.true_share), ("held", found.held_share))
    rows = [
        {"minute": t_s / 60.0, "line": names[line], "share": share}
        for line, shares in lines
        for t_s, share in zip(found.t_s.tolist(), shares.tolist(), strict=True)
        if not np.isnan(share)
    ]
    colours = alt.Scale(domain=list(names.values()), range=[_TRUE, _HELD])
    dashes = alt.Scale(domain=list(names.values()), range=[[1, 0], [6, 3]])
    title = say("parking_report.picture.course", name=choice_text(found.name), bays=found.capacity)
    chart: alt.Chart = (
        alt.Chart({"values": rows}, title=title)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("minute:Q", title=say("parking_report.picture.minutes")),
            y=alt.Y("share:Q", title=say("parking_report.picture.share"), axis=alt.Axis(format="%"), scale=_scale(rows)),
            color=alt.Color("line:N", title=None, scale=colours, legend=alt.Legend(orient="bottom")),
            strokeDash=alt.StrokeDash("line:N", title=None, legend=None, scale=dashes),
            tooltip=["line:N", alt.Tooltip("minute:Q", format=".1f"), alt.Tooltip("share:Q", format=".1%")],
        )
    )
    return chart


def _scale(rows: Rows) -> alt.Scale:
    """Return the axis of shares: from a round tenth below the least, so that busy facilities can be told apart."""
    least = min((row["share"] for row in rows), default=0.0)
    most = max((row["share"] for row in rows), default=1.0)
    return alt.Scale(domain=[max(0.0, np.floor(10.0 * least) / 10.0), max(1.0, most)])


def _search_times(took_s: Sequence[float]) -> alt.Chart:
    at = np.floor(np.asarray(took_s) / SEARCH_BIN_S).astype(np.int64)
    counts = np.bincount(at)
    rows = [
        {"from_s": SEARCH_BIN_S * place, "to_s": SEARCH_BIN_S * (place + 1), "searches": int(count)}
        for place, count in enumerate(counts.tolist())
    ]
    chart: alt.Chart = (
        alt.Chart({"values": rows}, title=say("parking_report.picture.times"))
        .mark_bar(color="#56b4e9", binSpacing=0, stroke="white", strokeWidth=0.5, orient="vertical")
        .encode(
            x=alt.X("from_s:Q", title=say("parking_report.picture.search_s"), scale=alt.Scale(nice=False, domainMin=0)),
            x2="to_s:Q",
            y=alt.Y("searches:Q", title=say("parking_report.search.searches")),
            tooltip=["from_s:Q", "to_s:Q", "searches:Q"],
        )
    )
    return chart


def _search_by_occupancy(bins: Sequence[SearchBin]) -> alt.Chart:
    rows = [
        {
            "full": f"{100.0 * one.from_share:g}-{100.0 * one.to_share:g} %",
            "order": place,
            "mean_s": float(one.search_s.mean()),
            "p5_s": float(np.percentile(one.search_s, 5)),
            "p95_s": float(np.percentile(one.search_s, 95)),
            "searches": int(one.search_s.size),
        }
        for place, one in enumerate(bins)
    ]
    x = alt.X("full:O", title=say("parking_report.picture.near_occupancy"), sort=alt.SortField("order"), axis=_UPRIGHT)
    hints = [alt.Tooltip(f"{name}:Q", format=",.0f") for name in ("mean_s", "p5_s", "p95_s", "searches")]
    base = alt.Chart({"values": rows}, title=say("parking_report.picture.by_occupancy"))
    y = alt.Y("p5_s:Q", title=say("parking_report.picture.search_s"))
    bars = base.mark_bar(color="#9aa5b1", width=8).encode(x=x, y=y, y2="p95_s:Q", tooltip=hints)
    dots = base.mark_point(filled=True, color=_TRUE, size=70, opacity=1).encode(x=x, y="mean_s:Q", tooltip=hints)
    chart: alt.Chart = bars + dots
    return chart


_UPRIGHT: Final = alt.Axis(labelAngle=0)
