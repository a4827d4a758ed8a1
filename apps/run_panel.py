"""What stands below the player: the run's figures, the sensors' rows, the charts. From the log, through ``twin.metrics``."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, Final

import altair as alt

from twin.eventlog.reader import Run
from twin.metrics.perception import perception_figures
from twin.metrics.sensors import sensor_figures
from twin.metrics.series import latency_bins, speed_over_time

Rows = list[dict[str, Any]]

GROUPS: Final = {
    "traffic": ("vehicles", "trips_finished", "trips_waiting", "vehicle_km", "mean_speed_kmh", "mean_delay_s"),
    "sensing": (
        *("detections", "visible_share", "recall", "precision", "position_error_rms_m"),
        *("perceived_share", "perceived_twice_share", "coverage_share", "coverage_twice_share"),
        *("known_edge_100ms_share", "known_regional_200ms_share"),
    ),
    "costs": ("cost_cny", "cost_per_perceived_vehicle_hour_cny"),
    "links": (
        *("messages", "delivered_share", "mec_age_p50_ms", "mec_age_p95_ms", "cloud_age_p50_ms", "cloud_age_p95_ms"),
        *("sidelink_300m_delivered_share", "alerts", "accused_precision", "accused_recall"),
    ),
    "parking": (
        *("parking_occupancy_share", "parking_search_s", "parking_search_p95_s", "parking_search_m", "parking_failed_share"),
        *("cruising_share", "bay_wrong_share", "bay_delay_p95_s"),
    ),
    "bridges": (
        *("bridge_alarms", "bridge_false_alarm_share", "bridge_missed_event_share", "bridge_frequency_error_share"),
        *("weighed", "weighed_gross_error_share", "overloaded_precision", "overloaded_recall"),
    ),
}
"""Which of the run's closing figures stand together."""

CLASS_COLOURS: Final = {
    "car": "#56b4e9",
    "taxi": "#d9c61e",
    "bus": "#009e73",
    "light_truck": "#cc79a7",
    "heavy_truck": "#e69f00",
    "autonomous_taxi": "#0072b2",
    "electric_bicycle": "#d55e00",
    "pedestrian": "#999933",
    "all": "#5b6b8c",
}
"""The player's colours (Okabe and Ito, 2008; the yellow darker, for a white page)."""

_HEIGHT_PX: Final = 300
_LEGEND: Final = alt.Legend(orient="bottom", columns=3)

FIGURES_CSS: Final = """<style>
.twin-figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:.8rem}
.twin-figures section{border:1px solid rgba(128,140,170,.35);border-radius:10px;padding:.55rem .9rem}
.twin-figures h4{margin:0 0 .2rem;padding:0;font-size:.95rem}
.twin-figures dl{margin:0!important;padding:0!important;display:grid;grid-template-columns:1fr auto}
.twin-figures dl{gap:.1rem .8rem;font-size:.86rem}
.twin-figures dt{margin:0!important;padding:0!important;font-weight:400;opacity:.75}
.twin-figures dd{margin:0!important;text-align:right;font-weight:600;font-variant-numeric:tabular-nums}
</style>"""


def shown(key: str, value: object) -> str:
    """Return a figure as a reader wants it: shares in percent, whole numbers with separators, else three significant digits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–" if value is None else str(value)
    if key.endswith(("delivered_share", "lost_share")):
        return f"{value:.3%}"  # to be held against 99.9 %
    if key.endswith(("_share", "recall", "precision")):
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}" if abs(value) < 1000.0 else f"{value:,.0f}"


def figures_html(summary: Mapping[str, object], words: Mapping[str, str]) -> str:
    """Return the closing figures in their groups; groups that have nothing but zeros and nothing are left out."""
    sections = []
    for group, keys in GROUPS.items():
        entries = [
            f"<dt>{html.escape(words[f'figure_{key}'])}</dt><dd>{html.escape(shown(key, summary[key]))}</dd>"
            for key in keys
            if key in summary
        ]
        if entries and any(summary.get(key) for key in keys):
            sections.append(f"<section><h4>{html.escape(words[f'group_{group}'])}</h4><dl>{''.join(entries)}</dl></section>")
    return f"{FIGURES_CSS}<div class='twin-figures'>{''.join(sections)}</div>" if sections else ""


def warm_up_s(run: Run) -> float:
    """Return the seconds that the run's figures leave out."""
    given = run.manifest.scenario.get("warm_up_s", 0.0)
    return float(given) if isinstance(given, int | float) else 0.0


def sensor_rows(run: Run) -> Rows:
    """Return one row a sensor, by the names of the table's columns."""
    return [
        {
            "device": sensor.device,
            "name": sensor.name,
            "site": sensor.site,
            "kind": sensor.kind,
            "junction": sensor.junction,
            "present": sensor.counts.present,
            "visible": sensor.counts.visible,
            "detected": sensor.counts.detected,
            "recall": sensor.counts.recall,
            "precision": sensor.counts.precision,
            "mean_error_m": sensor.counts.mean_error_m,
            "latency_p95_ms": sensor.latency_p95_ms,
            "delivered_share": sensor.delivered_share,
        }
        for sensor in sensor_figures(run, warm_up_s(run))
    ]


def chart_rows(run: Run) -> dict[str, Rows]:
    """Return what the charts show, free of any language: ``recall``, ``latency`` and ``speed``."""
    skipped_s = warm_up_s(run)
    seen = perception_figures(run, skipped_s)
    recall = [
        {"class": name, "range_m": range_m, "recall": counts.recall, "present": counts.present}
        for (name, range_m), counts in seen.by_class_and_range_m.items()
        if counts.present
    ]
    recall += [
        {"class": "all", "range_m": range_m, "recall": counts.recall, "present": counts.present}
        for range_m, counts in seen.by_range_m.items()
        if counts.present
    ]
    bins = latency_bins(run, skipped_s)
    delivered = {place: sum(one.messages for one in bins if one.place == place) for place in ("mec", "cloud")}
    return {
        "recall": recall,
        "latency": [
            {"place": one.place, "from_ms": one.from_ms, "to_ms": one.to_ms, "share": one.messages / delivered[one.place]}
            for one in bins
            if delivered[one.place]
        ],
        "speed": [{"minute": point.from_s / 60.0, "speed_kmh": point.speed_kmh} for point in speed_over_time(run)],
    }


def charts(rows: Mapping[str, Rows], words: Mapping[str, str]) -> list[alt.Chart]:
    """Return the charts that there are rows for, labelled in one language."""
    made = []
    if rows["recall"]:
        made.append(_recall(rows["recall"], words))
    if rows["latency"]:
        made.append(_latency(rows["latency"], words))
    if rows["speed"]:
        made.append(_speed(rows["speed"], words))
    # Without the menu, whose entries are in English only.
    return [
        chart.properties(height=_HEIGHT_PX, usermeta={"embedOptions": {"actions": False}}).configure_axis(labelFlush=False)
        for chart in made
    ]


def _recall(rows: Rows, words: Mapping[str, str]) -> alt.Chart:
    named = [{**row, "class": words.get(f"class_{row['class']}", row["class"])} for row in rows]
    kinds = [kind for kind in CLASS_COLOURS if any(row["class"] == kind for row in rows)]
    colours = alt.Scale(domain=[words[f"class_{kind}"] for kind in kinds], range=[CLASS_COLOURS[kind] for kind in kinds])
    chart: alt.Chart = (
        alt.Chart({"values": named}, title=words["chart_recall"])
        .mark_line(point=True)
        .encode(
            x=alt.X("range_m:Q", title=words["axis_range"]),
            y=alt.Y("recall:Q", title=words["axis_recall"], scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
            color=alt.Color("class:N", title=words["legend_class"], scale=colours, legend=_LEGEND),
            tooltip=[
                alt.Tooltip("class:N", title=words["legend_class"]),
                alt.Tooltip("range_m:Q", title=words["axis_range"]),
                alt.Tooltip("recall:Q", title=words["axis_recall"], format=".1%"),
                alt.Tooltip("present:Q", title=words["column_present"], format=","),
            ],
        )
    )
    return chart


def _latency(rows: Rows, words: Mapping[str, str]) -> alt.Chart:
    named = [{**row, "place": words[f"place_{row['place']}"]} for row in rows]
    colours = alt.Scale(domain=[words["place_mec"], words["place_cloud"]], range=["#009e73", "#0072b2"])
    chart: alt.Chart = (
        alt.Chart({"values": named}, title=words["chart_latency"])
        .mark_bar(opacity=0.6, binSpacing=0, orient="vertical")
        .encode(
            x=alt.X("from_ms:Q", title=words["axis_latency"], scale=alt.Scale(nice=False, domainMin=0)),
            x2="to_ms:Q",
            y=alt.Y("share:Q", title=words["axis_message_share"], axis=alt.Axis(format="%")).stack(None),
            color=alt.Color("place:N", title=words["legend_place"], scale=colours, legend=_LEGEND),
            tooltip=[
                alt.Tooltip("place:N", title=words["legend_place"]),
                alt.Tooltip("from_ms:Q", title=words["axis_latency"]),
                alt.Tooltip("share:Q", title=words["axis_message_share"], format=".1%"),
            ],
        )
    )
    return chart


def _speed(rows: Rows, words: Mapping[str, str]) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart({"values": rows}, title=words["chart_speed"])
        .mark_line(point=True, color="#0072b2")
        .encode(
            x=alt.X("minute:Q", title=words["axis_time"]),
            y=alt.Y("speed_kmh:Q", title=words["axis_speed"], scale=alt.Scale(zero=True)),
            tooltip=[
                alt.Tooltip("minute:Q", title=words["axis_time"], format=".1f"),
                alt.Tooltip("speed_kmh:Q", title=words["axis_speed"], format=".1f"),
            ],
        )
    )
    return chart
