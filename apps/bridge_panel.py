"""Bridges below the player: a vehicle that passes, temperature and frequency, one channel, alarms; in the language in use.

Nothing is read before it is looked at, and of samples no more than the stretch that is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import altair as alt
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.eventlog.reader import Run
from twin.messages import known, say
from twin.metrics.bridge_pictures import LEVEL_COLOURS, SHOWN, passage_us
from twin.metrics.told_alarms import told_alarms
from twin.metrics.waveforms import Blocks, Waveform, envelope
from twin.terminal.tables import ShownTable
from twin.units import US_PER_S

Rows = list[dict[str, Any]]

POINTS: Final = 1200
"""Points of a line at most: twice as many as a chart has pixels to tell apart."""

MOST_TRIES: Final = 50
"""Of the weighed vehicles, the heaviest ones first, so many are looked at for one whose passage the log has samples of."""

_HEIGHT_PX: Final = 190
"""Of a line, its title and its axis."""
_INK, _TRUTH, _BAND = "#1d4e89", "#9aa5b1", "#b9cbe4"
_PASSED = "#d55e00"
_WARM: Final = ("#d55e00", "#e69f00", "#cc79a7", "#009e73", "#56b4e9")


class BridgeView:
    """The bridges of one run, read as they are looked at."""

    def __init__(self, run: Run) -> None:
        """Ask ``run``; its dimensions alone are read now."""
        self._run = run
        bridges = run.table("bridge").to_pylist()
        self.names: dict[int, str] = {int(row["bridge"]): str(row["name"]) for row in bridges}
        """By number."""
        self._length_m = {int(row["bridge"]): float(row["length_m"]) for row in bridges}
        self._channels = run.table("bridge_channel").to_pylist()
        self._blocks = Blocks(run)
        self._alarms: dict[int, ShownTable] = {}

    @cached_property
    def _features(self) -> pa.Table:
        return self._run.table("bridge_feature").sort_by("t_us")

    def channels(self, bridge: int) -> dict[int, Mapping[str, Any]]:
        """Return the channels of a bridge by number: rows of table ``bridge_channel``."""
        return {int(row["channel"]): row for row in self._channels if row["bridge"] == bridge}

    def passage(self, bridge: int) -> dict[str, Any] | None:
        """Return the samples while the heaviest weighed vehicle passed of which there are any; None without such a vehicle.

        ``lines``: of each quantity of ``SHOWN``, in its unit, the channel that moved most, called ``names``; ``weighed``: what
        was weighed.
        """
        weighed = self._run.table("weigh")
        weighed = weighed.filter(pc.field("bridge") == bridge).sort_by([("gross_kg", "descending"), ("t_us", "ascending")])
        channels = self.channels(bridge)
        for row in weighed.slice(0, MOST_TRIES).to_pylist():
            begin_us, end_us = passage_us(row, self._length_m[bridge])
            lines = self._blocks.between([*channels], begin_us, end_us)
            shown = {
                quantity: best
                for quantity in SHOWN
                if (best := _liveliest([line for number, line in lines.items() if channels[number]["quantity"] == quantity]))
            }
            if shown:
                return {
                    "weighed": row,
                    "lines": {quantity: _points(line, SHOWN[quantity]) for quantity, line in shown.items()},
                } | {"names": {quantity: str(channels[line.channel]["name"]) for quantity, line in shown.items()}}
        return None

    def day(self, bridge: int) -> dict[str, Rows]:
        """Return the course of a bridge: ``temperature`` by channel, ``frequency`` as identified and of the model."""
        channels, features = self.channels(bridge), self._features
        warm = {number: row["name"] for number, row in channels.items() if row["quantity"] == "temperature"}
        own = features.filter(pc.field("channel").isin(pa.array([*channels], pa.int32())))
        temperature = [
            {"hour": _hour(row), "name": warm[row["channel"]], "value": row["mean"]}
            for row in own.select(["t_us", "interval_us", "channel", "mean"]).to_pylist()
            if row["channel"] in warm
        ]
        heard: dict[float, list[float]] = {}
        for row in own.select(["t_us", "interval_us", "frequency_hz"]).to_pylist():
            if row["frequency_hz"] is not None:
                heard.setdefault(_hour(row), []).append(row["frequency_hz"])
        load = self._run.table("bridge_load").filter(pc.field("bridge") == bridge).sort_by("t_us")
        true = load.select(["t_us", "interval_us", "frequency_hz"]).to_pylist()
        return {
            "temperature": temperature,
            "frequency": [{"hour": hour, "value": float(np.median(values))} for hour, values in heard.items()],
            "true": [{"hour": _hour(row), "value": row["frequency_hz"]} for row in true[:: max(1, len(true) // POINTS)]],
        }

    def course(self, channel: int) -> Rows:
        """Return the features of a channel over time: hour, mean, least, most and root mean square."""
        rows = self._features.filter(pc.field("channel") == channel)
        names = ("mean", "least", "most", "rms")
        return [{"hour": _hour(row)} | {name: row[name] for name in names} for row in rows.to_pylist()]

    def alarms(self, bridge: int) -> Rows:
        """Return the alarms of a bridge as ``told_alarms`` does, with hours in the place of instants."""
        return [
            {"device": one.device, "cause": one.cause, "level": one.level, "value": one.value, "event": one.event}
            | {"raised_h": _hours(one.raised_us), "cleared_h": None if one.cleared_us is None else _hours(one.cleared_us)}
            for one in told_alarms(self._run, bridge)
        ]


def channel_text(channel: Mapping[str, Any]) -> str:
    """Return how a channel is called: its name and its unit."""
    return f"{channel['name']} ({channel['unit']})" if channel["unit"] else str(channel["name"])


def passage_text(found: Mapping[str, Any]) -> str:
    """Return what was weighed in a passage."""
    weighed = found["weighed"]
    words = {"gross": weighed["gross_kg"] / 1e3, "axles": len(weighed["axle_kg"]), "true": weighed["true_gross_kg"] / 1e3}
    return say("bridge_report.passage", **words)


def passage_charts(found: Mapping[str, Any]) -> list[alt.LayerChart]:
    """Return the lines of a passage, to stand below each other, with when the vehicle was weighed."""
    passed = [{"t_s": found["weighed"]["t_us"] / US_PER_S}]
    charts: list[alt.LayerChart] = []
    for quantity, rows in found["lines"].items():
        last = len(charts) == len(found["lines"]) - 1
        base = alt.Chart({"values": rows}, title=alt.Title(found["names"][quantity], fontSize=12))
        line = base.mark_line(color=_INK, strokeWidth=1).encode(
            x=alt.X("t_s:Q", title=say("draw.bridge.s") if last else None, scale=alt.Scale(zero=False, nice=False)),
            y=alt.Y("value:Q", title=say(f"draw.bridge.{quantity}"), scale=_FREE, axis=_ALIGNED),
            tooltip=[alt.Tooltip("t_s:Q", format=".2f"), alt.Tooltip("value:Q", format=".4g")],
        )
        rule = alt.Chart({"values": passed}).mark_rule(color=_PASSED, strokeDash=[4, 3]).encode(x="t_s:Q")
        charts.append((line + rule).properties(height=_HEIGHT_PX, usermeta=_PLAIN))
    return charts


def day_charts(found: Mapping[str, Rows]) -> list[alt.Chart | alt.LayerChart]:
    """Return temperatures and the first frequency, to stand below each other; those that there are rows for."""
    charts: list[alt.Chart | alt.LayerChart] = []
    if found["temperature"]:
        charts.append(
            alt.Chart({"values": found["temperature"]}, title=say("bridge_report.day"))
            .mark_line(strokeWidth=1.4)
            .encode(
                x=alt.X("hour:Q", title=None),
                y=alt.Y("value:Q", title=say("draw.bridge.temperature"), scale=_FREE, axis=_ALIGNED),
                color=alt.Color("name:N", title=None, scale=alt.Scale(range=[*_WARM]), legend=_LEGEND),
                tooltip=["name:N", alt.Tooltip("hour:Q", format=".2f"), alt.Tooltip("value:Q", format=".2f")],
            )
            .properties(height=1.4 * _HEIGHT_PX, usermeta=_PLAIN)
        )
    names = {"frequency": say("draw.bridge.identified"), "true": say("draw.bridge.truth")}
    if found["frequency"]:
        colours = alt.Scale(domain=[*names.values()], range=[_INK, _TRUTH])

        def encoded(line: str) -> alt.Chart:
            rows = [row | {"line": names[line]} for row in found[line]]
            chart: alt.Chart = alt.Chart({"values": rows}).encode(
                x=alt.X("hour:Q", title=say("draw.bridge.hours")),
                y=alt.Y("value:Q", title=say("draw.bridge.frequency"), scale=_FREE, axis=_ALIGNED),
                color=alt.Color("line:N", title=None, scale=colours, legend=_LEGEND),
                tooltip=["line:N", alt.Tooltip("hour:Q", format=".2f"), alt.Tooltip("value:Q", format=".4f")],
            )
            return chart

        dots = encoded("frequency").mark_point(filled=True, size=22, opacity=0.9)
        both = encoded("true").mark_line(strokeWidth=1.8) + dots
        charts.append(both.properties(height=1.4 * _HEIGHT_PX, usermeta=_PLAIN))
    return charts


def course_chart(rows: Rows, channel: Mapping[str, Any], alarms: Rows) -> alt.LayerChart:
    """Return the features of a channel over time: a band from least to most, the mean; and when its device raised alarms."""
    base = alt.Chart({"values": rows}, title=say("bridge_report.course", name=channel["name"])).encode(
        x=alt.X("hour:Q", title=say("draw.bridge.hours"))
    )
    unit = say("bridge_report.quantity", quantity=_word("quantity", channel["quantity"]), unit=channel["unit"])
    hints = [alt.Tooltip("hour:Q", format=".2f"), *(alt.Tooltip(f"{name}:Q", format=".4g") for name in _FEATURES)]
    band = base.mark_area(color=_BAND, opacity=0.8).encode(
        y=alt.Y("least:Q", title=unit, scale=_FREE, axis=_ALIGNED), y2="most:Q", tooltip=hints
    )
    mean = base.mark_line(color=_INK, strokeWidth=1.4).encode(y=alt.Y("mean:Q", scale=_FREE), tooltip=hints)
    device = str(channel["name"])
    raised = [row for row in alarms if device == row["device"] or device.startswith(f"{row['device']}/")]
    levels = {level: say(f"bridge_report.{level}") for level in LEVEL_COLOURS}
    marks = [{"hour": row["raised_h"], "level": levels[row["level"]]} for row in raised if row["level"] in levels]
    rules = (
        alt.Chart({"values": marks})
        .mark_rule(strokeWidth=1.6)
        .encode(
            x="hour:Q",
            color=alt.Color(
                "level:N",
                title=None,
                scale=alt.Scale(domain=[*levels.values()], range=[*LEVEL_COLOURS.values()]),
                legend=_LEGEND if marks else None,
            ),
            tooltip=["level:N", alt.Tooltip("hour:Q", format=".2f")],
        )
    )
    chart: alt.LayerChart = (band + mean + rules).properties(height=1.7 * _HEIGHT_PX, usermeta=_PLAIN)
    return chart


def alarm_table(alarms: Sequence[Mapping[str, Any]]) -> ShownTable:
    """Return the alarms one by one: what raised them, when they stood, and what truly happened."""
    names = ("raised", "cleared", "device", "cause", "level", "value", "event")
    rows = [
        [
            _clock(row["raised_h"]),
            say("bridge_report.stands") if row["cleared_h"] is None else _clock(row["cleared_h"]),
            row["device"],
            _word("cause", row["cause"]),
            say(f"bridge_report.{row['level']}"),
            "-" if row["value"] is None else f"{row['value']:.3g}",
            say("bridge_report.false") if row["event"] is None else _word("event", row["event"]),
        ]
        for row in alarms
    ]
    title = say("bridge_report.title.alarms", alarms=len(rows))
    return ShownTable.of(title, [say(f"bridge_report.column.{name}") for name in names], rows, left=(2, 3, 4, 6))


_FEATURES: Final = ("mean", "least", "most", "rms")
_LEGEND: Final = alt.Legend(orient="bottom", columns=3)
_FREE: Final = alt.Scale(zero=False)
_ALIGNED: Final = alt.Axis(minExtent=46)
_PLAIN: Final = {"embedOptions": {"actions": False}}


def _liveliest(lines: Sequence[Waveform]) -> Waveform | None:
    """Return the line whose samples reach over the widest range; None where no sample is there."""
    heard = [line for line in lines if not np.isnan(line.value).all()]
    return max(heard, key=lambda line: float(np.nanmax(line.value) - np.nanmin(line.value)), default=None)


def _points(line: Waveform, factor: float) -> Rows:
    t_s, value = envelope(line.t_s, line.value, POINTS)
    pairs = zip(t_s.tolist(), (factor * value).tolist(), strict=True)
    return [{"t_s": at_s, "value": None if np.isnan(one) else one} for at_s, one in pairs]


def _hour(row: Mapping[str, Any]) -> float:
    return _hours(row["t_us"] + row["interval_us"] // 2)


def _hours(t_us: int) -> float:
    return t_us / US_PER_S / 3600.0


def _clock(hours: float) -> str:
    """Return hours since the start as h:mm:ss."""
    minutes, seconds = divmod(round(3600.0 * hours), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def _word(group: str, name: str) -> str:
    key = f"bridge_report.{group}.{name}"
    return say(key) if known(key) else name
