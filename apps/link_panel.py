"""Links and platform below the player: charts, from the log through ``twin.metrics``; in the language in use."""

from __future__ import annotations

from typing import Any, Final

import altair as alt

from twin.eventlog.reader import Run
from twin.messages import say
from twin.metrics.delivery import CAUSES
from twin.metrics.known import age_curves
from twin.metrics.link_pictures import COLOURS, TIER_COLOURS
from twin.metrics.link_report import link_report

Rows = list[dict[str, Any]]

CURVE_POINTS: Final = 400
"""Points of a curve at most: more than a chart has pixels to tell apart."""

LEAST_MS: Final = 10.0
"""Where the axis of ages begins; younger news are counted there."""

_HEIGHT_PX: Final = 300


def link_rows(run: Run) -> dict[str, Any] | None:
    """Return what tables and charts show, free of any language; None where nothing was sent.

    Keys: those of ``link_report``, and ``age_curves``, rows with tier, age and share.
    """
    found = link_report(run, run.warm_up_s)
    if found is None:
        return None
    curves: Rows = []
    for tier, (age_ms, share) in age_curves(run, run.warm_up_s).items():
        step = max(1, -(-age_ms.size // CURVE_POINTS))
        kept = sorted({*range(0, age_ms.size, step), age_ms.size - 1})
        curves += [{"tier": tier, "age_ms": max(float(age_ms[at]), LEAST_MS), "share": float(share[at])} for at in kept]
    return found | {"age_curves": curves}


def charts(found: dict[str, Any]) -> list[alt.Chart]:
    """Return the charts that there are rows for."""
    made = []
    if found["delivery"]:
        made.append(_delivery(found["delivery"]))
    if found["age_curves"]:
        made.append(_ages(found["age_curves"]))
    return [chart.properties(height=_HEIGHT_PX, usermeta={"embedOptions": {"actions": False}}) for chart in made]


def _delivery(bins: Rows) -> alt.Chart:
    fates = ("delivered", *CAUSES)
    names = {fate: say(f"platform.column.{fate}") for fate in fates}
    rows = [
        {"range_m": row["from_m"], "fate": names[fate], "place": place, "share": row[fate] / row["sent"]}
        for row in bins
        if row["sent"]
        for place, fate in enumerate(fates)
    ]
    colours = alt.Scale(domain=[*names.values()], range=[COLOURS[fate] for fate in fates])
    title = say("platform.title.delivery")
    chart: alt.Chart = (
        alt.Chart({"values": rows}, title=title)
        .mark_bar()
        .encode(
            x=alt.X("range_m:O", title=say("platform.picture.distance"), axis=alt.Axis(labelAngle=0)),
            y=alt.Y("share:Q", title=say("platform.picture.share"), axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("fate:N", title=None, scale=colours, legend=alt.Legend(orient="bottom", columns=3)),
            order="place:O",
            tooltip=["range_m:O", "fate:N", alt.Tooltip("share:Q", format=".2%")],
        )
    )
    return chart


def _ages(curves: Rows) -> alt.Chart:
    tiers = list(dict.fromkeys(row["tier"] for row in curves))
    names = {tier: say(f"platform.tier.{tier}") for tier in tiers}
    rows = [row | {"tier": names[row["tier"]]} for row in curves]
    colours = alt.Scale(domain=[*names.values()], range=[TIER_COLOURS[tier] for tier in tiers])
    chart: alt.Chart = (
        alt.Chart({"values": rows}, title=say("platform.picture.age"))
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("age_ms:Q", title=say("platform.picture.age_ms"), scale=alt.Scale(type="log")),
            y=alt.Y(
                "share:Q", title=say("platform.picture.vehicles"), axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])
            ),
            color=alt.Color("tier:N", title=None, scale=colours, legend=alt.Legend(orient="bottom")),
            strokeDash=alt.StrokeDash("tier:N", title=None, legend=None),
            tooltip=["tier:N", alt.Tooltip("age_ms:Q", format=",.0f"), alt.Tooltip("share:Q", format=".1%")],
        )
    )
    return chart
