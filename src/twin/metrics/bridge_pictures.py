"""Pictures of bridges from a run's log: a weighed vehicle that passes, a day of temperature and frequency, an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.errors import InputError
from twin.eventlog.reader import Run
from twin.messages import say
from twin.metrics.bridges import EXPLAINED_BY
from twin.metrics.pictures import Sheet, check_form
from twin.metrics.waveforms import Blocks, envelope
from twin.units import CM_PER_M, US_PER_S, to_us

Floats = npt.NDArray[np.float64]
Row = Mapping[str, Any]

SHOWN: Final[Mapping[str, float]] = {"displacement": 1e3, "strain": 1e6, "acceleration": 1.0}
"""Quantities of a passage, and by what their unit is multiplied: mm, 1e-6, m/s2."""

BEFORE_S: Final = 15.0
AFTER_S: Final = 15.0
"""How much is drawn before a vehicle is weighed, and after the time that it needs for the deck. Choice: some swings' decay."""

LEVEL_COLOURS: Final[Mapping[str, str]] = {"level_1": "#e69f00", "level_2": "#d55e00", "level_3": "#a00000"}
"""Of alarms by level. Source: Okabe and Ito (2008), readable with colour-blind eyes, and a dark red."""

_FEATURE: Final[Mapping[str, tuple[str, float]]] = {
    "load": ("peak", 1.0),
    "vibration": ("rms", 1.0),
    "shock": ("peak", 1.0),
    "shift": ("mean", 1.0),
    "stiffness": ("frequency_hz", 1.0),
}
"""Figures that alarms of a cause look at."""

_INK, _TRUTH, _MOST_POINTS = "#1d4e89", "#9aa5b1", 6000


def passage_us(weighed: Row, length_m: float) -> tuple[int, int]:
    """Return when the picture of a passage over a deck begins and ends; ``weighed`` is a row of table ``weigh``."""
    driven_s = length_m / max(weighed["speed_cmps"] / CM_PER_M, 1.0)
    return weighed["t_us"] - to_us(BEFORE_S), weighed["t_us"] + to_us(driven_s + AFTER_S)


def draw_passage(run: Run, out: Path, bridge: str = "", at_s: float | None = None) -> None:
    """Draw what sensors of a bridge reported while the heaviest weighed vehicle passed, or the one next to ``at_s``.

    Of each quantity the channel that moved most. ``bridge`` is a name, empty for the first. Raises InputError without such a
    bridge, weighed vehicle or samples, or where ``out`` ends in none of ``FORMS``; TwinError without Matplotlib.
    """
    check_form(out)
    chosen = _bridge(run, bridge)
    weighed = [row for row in run.table("weigh").to_pylist() if row["bridge"] == chosen["bridge"]]
    channels = [row for row in run.table("bridge_channel").to_pylist() if row["bridge"] == chosen["bridge"]]
    blocks = Blocks(run)
    order = sorted(weighed, key=lambda row: -row["gross_kg"] if at_s is None else abs(row["t_us"] / US_PER_S - at_s))
    for one in order:
        begin_us, end_us = passage_us(one, chosen["length_m"])
        lines = blocks.between([row["channel"] for row in channels], begin_us, end_us) if blocks.has(begin_us, end_us) else {}
        best = {}
        for quantity in SHOWN:
            own = [row["channel"] for row in channels if row["quantity"] == quantity and row["channel"] in lines]
            own = [channel for channel in own if not np.isnan(lines[channel].value).all()]
            if own:
                best[quantity] = max(own, key=lambda channel: np.nanmax(lines[channel].value) - np.nanmin(lines[channel].value))
        if best:
            break
    else:
        raise InputError(say("draw.bridge.passage.nothing", run=run.path))
    names = {row["channel"]: row["name"] for row in channels}
    with Sheet(out, str(chosen["name"]), "draw.bridge.passage", rows=len(SHOWN)) as (_, rows):
        passed_s, gross_t = one["t_us"] / US_PER_S, one["gross_kg"] / 1e3
        for axes, (quantity, factor) in zip(rows, SHOWN.items(), strict=True):
            axes.set_ylabel(say(f"draw.bridge.{quantity}"))
            axes.axvline(passed_s, color=LEVEL_COLOURS["level_2"], linestyle="--", linewidth=0.9)
            if quantity in best:
                line = lines[best[quantity]]
                axes.plot(line.t_s, factor * line.value, color=_INK, linewidth=0.8)
                axes.annotate(names[line.channel], (0.99, 0.96), xycoords="axes fraction", ha="right", va="top", fontsize=8)
        words = say("draw.bridge.weighed", gross=gross_t, axles=len(one["axle_kg"]), true=one["true_gross_kg"] / 1e3)
        place = {"xycoords": "axes fraction", "fontsize": 8, "ha": "left", "va": "top"}
        rows[0].annotate(words, (0.01, 0.96), color=LEVEL_COLOURS["level_2"], **place)
        rows[-1].set_xlabel(say("draw.bridge.s"))


def draw_day(run: Run, out: Path, bridge: str = "") -> None:
    """Draw temperatures of a bridge and its first frequency as identified over time, with the model's. Raises as above."""
    check_form(out)
    chosen = _bridge(run, bridge)
    channels = [row for row in run.table("bridge_channel").to_pylist() if row["bridge"] == chosen["bridge"]]
    warm = {row["channel"]: row["name"] for row in channels if row["quantity"] == "temperature"}
    own = {row["channel"] for row in channels}
    features = [row for row in run.table("bridge_feature").to_pylist() if row["channel"] in own]
    heard = [row for row in features if row["frequency_hz"] is not None]
    if not heard:
        raise InputError(say("draw.bridge.day.nothing", run=run.path))
    truth = sorted(
        (_hours(row), row["frequency_hz"]) for row in run.table("bridge_load").to_pylist() if row["bridge"] == chosen["bridge"]
    )
    with Sheet(out, str(chosen["name"]), "draw.bridge.day", rows=2) as (_, (above, below)):
        for channel, name in warm.items():
            course = sorted((_hours(row), row["mean"]) for row in features if row["channel"] == channel)
            if course:
                above.plot(*zip(*course, strict=True), linewidth=1.2, label=name)
        above.set_ylabel(say("draw.bridge.temperature"))
        if above.lines:
            above.legend(fontsize=8, loc="upper right")
        times = sorted({_hours(row) for row in heard})
        middle = [float(np.median([row["frequency_hz"] for row in heard if _hours(row) == hour])) for hour in times]
        below.plot(times, middle, ".", color=_INK, markersize=4, label=say("draw.bridge.identified"))
        if truth:
            below.plot(*zip(*truth, strict=True), color=_TRUTH, linewidth=1.4, zorder=0, label=say("draw.bridge.truth"))
        below.set_ylabel(say("draw.bridge.frequency"))
        below.set_xlabel(say("draw.bridge.hours"))
        below.legend(fontsize=8, loc="upper right")


def draw_alarm(run: Run, out: Path, bridge: str = "", cause: str = "") -> None:
    """Draw the worst alarm of a bridge, or the worst one of a ``cause``: what it looked at over time, and samples about it.

    Shaded is when something happened that such an alarm should tell. Raises as above.
    """
    check_form(out)
    chosen = _bridge(run, bridge)
    channels = [row for row in run.table("bridge_channel").to_pylist() if row["bridge"] == chosen["bridge"]]
    devices = {row["device"] for row in channels}
    devices |= {row["device"] for row in run.table("weigh").to_pylist() if row["bridge"] == chosen["bridge"]}
    alarms = [row for row in run.table("alarm").to_pylist() if row["device"] in devices and cause in ("", row["cause"])]
    raised = [row for row in alarms if row["state"] == "raised"]
    if not raised:
        raise InputError(say("draw.bridge.alarm.nothing", run=run.path))
    worst = max(raised, key=lambda row: (row["level"], row["cause"] != "overload", -row["t_us"]))
    changes = [row for row in alarms if row["device"] == worst["device"] and row["cause"] == worst["cause"]]
    mine = [row for row in channels if row["device"] == worst["device"]]
    lines = Blocks(run).between([row["channel"] for row in mine], worst["t_us"] - to_us(600.0), worst["t_us"]) if mine else {}
    title = {"cause": f"draw.bridge.{worst['cause']}"}
    with Sheet(out, str(chosen["name"]), "draw.bridge.alarm", rows=1 + bool(lines), shared=False, **title) as (_, sheet):
        rows = sheet if lines else [sheet]
        times, values = _looked_at(run, worst, mine)
        single = worst["cause"] == "overload"
        rows[0].plot(times, values, "." if single else ".-", color=_INK, linewidth=0.8, markersize=4)
        rows[0].set_ylabel(say(f"draw.bridge.{worst['cause']}.value"))
        for begin_s, end_s in _events(run, chosen["bridge"], str(worst["cause"])):
            happened = say("draw.bridge.happened")
            rows[0].axvspan(begin_s / 3600.0, end_s / 3600.0, color=_TRUTH, alpha=0.35, linewidth=0, label=happened)
        for row in changes:
            colour, is_raised = LEVEL_COLOURS[row["level"]], row["state"] == "raised"
            words = say("draw.bridge.raised" if is_raised else "draw.bridge.cleared", level=str(row["level"])[-1])
            style = {"color": colour, "linestyle": "-" if is_raised else ":", "linewidth": 1.2, "label": words}
            rows[0].axvline(row["t_us"] / US_PER_S / 3600.0, **style)
        once = dict(zip(*reversed(rows[0].get_legend_handles_labels()), strict=True))
        rows[0].legend(once.values(), once.keys(), fontsize=8, loc="upper left")
        rows[0].set_xlabel(say("draw.bridge.hours"))
        if lines:
            line = max(lines.values(), key=lambda one: float(np.nanmax(np.abs(one.value - np.nanmean(one.value)), initial=0.0)))
            t_s, value = envelope(line.t_s, line.value, _MOST_POINTS)
            quantity = next(row["quantity"] for row in mine if row["channel"] == line.channel)
            rows[1].plot(t_s, SHOWN.get(quantity, 1.0) * value, color=_INK, linewidth=0.6)
            rows[1].set_ylabel(say(f"draw.bridge.{quantity}") if quantity in SHOWN else quantity)
            rows[1].set_xlabel(say("draw.bridge.s"))


def _bridge(run: Run, name: str) -> Row:
    """Return the row of table ``bridge`` with a name, of the first one where it is empty."""
    bridges = run.table("bridge").to_pylist()
    if not bridges:
        raise InputError(say("draw.bridge.none", run=run.path))
    chosen = [row for row in bridges if name in ("", row["name"])]
    if not chosen:
        names = ", ".join(str(row["name"]) for row in bridges)
        raise InputError(say("draw.bridge.unknown", run=run.path, name=name, names=names))
    return chosen[0]


def _hours(row: Row) -> float:
    return float((row["t_us"] + 0.5 * row["interval_us"]) / US_PER_S / 3600.0)


def _looked_at(run: Run, alarm: Row, channels: list[Any]) -> tuple[list[float], list[float]]:
    """Return when (hours) and at what an alarm looked: a feature of its device's channels, or weights over what is legal."""
    if alarm["cause"] == "overload":
        weighed = [row for row in run.table("weigh").to_pylist() if row["device"] == alarm["device"]]
        return [row["t_us"] / US_PER_S / 3600.0 for row in weighed], [row["gross_kg"] / row["limit_kg"] for row in weighed]
    name, factor = _FEATURE[alarm["cause"]]
    own = {row["channel"]: SHOWN.get(row["quantity"], 1.0) for row in channels}
    found = [
        (_hours(row), row[name] * factor * (1.0 if name == "frequency_hz" else own[row["channel"]]))
        for row in run.table("bridge_feature").to_pylist()
        if row["channel"] in own and row[name] is not None
    ]
    return [hour for hour, _ in sorted(found)], [value for _, value in sorted(found)]


def _events(run: Run, bridge: int, cause: str) -> list[tuple[float, float]]:
    """Return from when until when (s) something happened on a bridge that explains alarms of a cause."""
    open_: dict[str, float] = {}
    found = []
    for row in sorted(run.table("bridge_event").to_pylist(), key=lambda one: one["t_us"]):
        if row["bridge"] == bridge and row["cause"] in EXPLAINED_BY.get(cause, ()):
            if row["state"] == "begins":
                open_.setdefault(row["cause"], row["t_us"] / US_PER_S)
            elif row["cause"] in open_:
                found.append((open_.pop(row["cause"]), row["t_us"] / US_PER_S))
    return found + [(begin_s, run.manifest.simulated_s) for begin_s in open_.values()]
