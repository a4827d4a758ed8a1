"""How well bridges are watched: frequencies against the model's, weights against the scales, alarms against what happened."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from twin.eventlog.reader import Run
from twin.metrics.weighing import AccuracyClass, measured_class, relative_errors
from twin.units import CM_PER_M, to_us

DAY_US: Final = 86_400_000_000

EXPLAINED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "load": ("overload", "ship_impact"),
    "vibration": ("vortex", "ship_impact"),
    "shock": ("ship_impact",),
    "shift": ("ship_impact",),
    "overload": ("overload",),
    "stiffness": ("stiffness_loss",),
}
"""Causes of alarms, and the events of table ``bridge_event`` that each may rightly tell of."""

Span = tuple[int, int]
ToldSpan = tuple[int, str, Span]
"""Bridge, cause, from and until: of an alarm, or of something that happened."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BridgeAlarmScore:
    """Alarms and events of one or more bridges."""

    alarms: int
    """Times that an alarm was raised, at whichever level, once until it was withdrawn."""
    false: int
    """Of these, without an event that explains it."""
    events: int
    """What happened that an alarm should tell."""
    missed: int
    """Of these, without an alarm that tells it."""
    delays_s: tuple[float, ...]
    """From the beginning to the first alarm, of the events that were told, in their order."""
    bridge_days: float

    @property
    def false_share(self) -> float | None:
        """False of all alarms; None without any."""
        return self.false / self.alarms if self.alarms else None

    @property
    def missed_share(self) -> float | None:
        """Missed of all events; None without any."""
        return self.missed / self.events if self.events else None

    @property
    def false_per_bridge_day(self) -> float:
        """False alarms a bridge and day."""
        return self.false / self.bridge_days

    @property
    def median_delay_s(self) -> float | None:
        """Median of the delays; None without any."""
        return float(np.median(self.delays_s)) if self.delays_s else None


@dataclass(frozen=True, slots=True)
class WeighingScore:
    """What the weighing stations of one or more bridges measured."""

    weighed: int
    gross_error_rms: float | None
    """Root mean square of the relative errors of gross weights."""
    accuracy: AccuracyClass | None
    """Class of COST 323 that the errors are of; None where they are of none."""
    overloaded: int
    """Weighed vehicles above what is legal."""
    told: int
    """Vehicles told to be overloaded."""
    rightly: int
    """Of these, vehicles above what is legal."""

    @property
    def recall(self) -> float | None:
        """Told of those above what is legal; None without any."""
        return self.rightly / self.overloaded if self.overloaded else None

    @property
    def precision(self) -> float | None:
        """Rightly told of those told; None without any."""
        return self.rightly / self.told if self.told else None


@dataclass(frozen=True, slots=True)
class BridgeFigures:
    """One bridge."""

    name: str
    channels: int
    frequency_hz: float | None
    """Median of the first frequencies that were identified."""
    frequency_error: float | None
    """Root mean square of their relative errors, against the model's at that temperature and stiffness."""
    damage: float | None
    """Largest sum of fatigue damage of a channel."""
    weighing: WeighingScore
    alarms: BridgeAlarmScore


def bridge_figures(run: Run, warm_up_s: float = 0.0) -> dict[int, BridgeFigures]:
    """Return the figures of each bridge by its number, of what began at ``warm_up_s`` or later; none without bridges."""
    from_us = to_us(warm_up_s)
    channels = run.table("bridge_channel").to_pylist()
    found = {}
    for bridge in run.table("bridge").to_pylist():
        number = int(bridge["bridge"])
        own = [int(row["channel"]) for row in channels if row["bridge"] == number]
        frequency, error, damage = _features(run, number, own, from_us)
        found[number] = BridgeFigures(
            str(bridge["name"]), len(own), frequency, error, damage, weighing_score(run, (number,), from_us),
            alarm_score(run, (number,), from_us),
        )  # fmt: skip
    return found


def bridge_report(run: Run, warm_up_s: float = 0.0) -> dict[str, Any] | None:
    """Return the same as data that JSON can hold: ``by_bridge``, with medians and ratios; None without bridges."""
    found = bridge_figures(run, warm_up_s)
    if not found:
        return None
    rows = {one.name: dataclasses.asdict(one) for one in found.values()}
    for one in found.values():
        ratios = {"precision": one.weighing.precision, "recall": one.weighing.recall}
        rows[one.name]["weighing"] |= ratios
        rows[one.name]["alarms"] |= {
            "median_delay_s": one.alarms.median_delay_s,
            "false_per_day": one.alarms.false_per_bridge_day,
        }
    return {"by_bridge": rows}


def _features(run: Run, bridge: int, channels: Sequence[int], from_us: int) -> tuple[float | None, float | None, float | None]:
    columns = ["t_us", "interval_us", "channel", "frequency_hz", "damage"]
    rows = run.table("bridge_feature").select(columns).to_pylist()
    own = [row for row in rows if row["t_us"] >= from_us and row["channel"] in set(channels)]
    heard = [row for row in own if row["frequency_hz"] is not None]
    used: dict[int, float] = {}
    for row in own:
        if row["damage"] is not None:
            used[row["channel"]] = used.get(row["channel"], 0.0) + row["damage"]
    truth = sorted(
        (row["t_us"], row["frequency_hz"]) for row in run.table("bridge_load").to_pylist() if row["bridge"] == bridge
    )
    errors = []
    for row in heard:
        true = [value for t_us, value in truth if row["t_us"] <= t_us < row["t_us"] + row["interval_us"]]
        errors += [row["frequency_hz"] / float(np.mean(true)) - 1.0] if true else []
    return (
        float(np.median([row["frequency_hz"] for row in heard])) if heard else None,
        float(np.sqrt(np.mean(np.square(errors)))) if errors else None,
        max(used.values()) if used else None,
    )


def weighing_score(run: Run, bridges: Iterable[int], from_us: int = 0) -> WeighingScore:
    """Return the score of the weighing stations of some bridges together."""
    chosen = set(bridges)
    rows = [row for row in run.table("weigh").to_pylist() if row["bridge"] in chosen and row["t_us"] >= from_us]
    offset = np.concatenate(([0], np.cumsum([len(row["axle_kg"]) for row in rows], dtype=np.int64))).astype(np.int64)
    behind_m = np.array([x for row in rows for x in (0.0, *(np.cumsum(row["spacing_cm"]) / CM_PER_M))])
    measured, true = (np.array([kg for row in rows for kg in row[name]], np.float64) for name in ("axle_kg", "true_axle_kg"))
    errors = relative_errors(offset, behind_m, true, measured)
    told = sum(row["overloaded"] for row in rows)
    return WeighingScore(
        len(rows),
        float(np.sqrt(np.mean(errors["gross"] ** 2))) if rows else None,
        measured_class(errors),
        sum(row["truly_overloaded"] for row in rows),
        told,
        sum(row["overloaded"] and row["truly_overloaded"] for row in rows),
    )


def alarm_score(run: Run, bridges: Iterable[int], from_us: int = 0) -> BridgeAlarmScore:
    """Return the score of the alarms of some bridges together.

    Features are judged at the end of their interval: an alarm counts for an event until one interval after its end, and an
    event explains alarms that are raised as late.
    """
    chosen, end_us = set(bridges), to_us(run.manifest.simulated_s)
    bridge_of = {row["device"]: row["bridge"] for row in run.table("bridge_channel").to_pylist()}
    for row in run.table("municipal_device").to_pylist():
        if row["place"] == "bridge":
            bridge_of.setdefault(row["device"], row["place_number"])
    longest_us = max((int(row["interval_us"]) for row in run.table("bridge_feature").to_pylist()), default=0)
    alarms = spans(
        (
            (bridge_of[row["device"]], row["device"], str(row["cause"]), row["state"] == "raised", row["t_us"])
            for row in run.table("alarm").to_pylist()
            if row["level"] == "level_1" and bridge_of.get(row["device"]) in chosen
        ),
        end_us,
    )
    events = spans(
        (
            (row["bridge"], 0, str(row["cause"]), row["state"] == "begins", row["t_us"])
            for row in run.table("bridge_event").to_pylist()
            if row["bridge"] in chosen
        ),
        end_us,
    )
    raised = [one for one in alarms if one[2][0] >= from_us]
    happened = [one for one in events if one[2][1] >= from_us]
    false = sum(not any(explains(one, event, longest_us) for event in events if event[0] == one[0]) for one in raised)
    delays = []
    for event in sorted(happened, key=lambda one: one[2]):
        telling = [one[2][0] for one in alarms if one[0] == event[0] and explains(one, event, longest_us)]
        delays += [max(min(telling) - event[2][0], 0) / 1e6] if telling else []
    days = max(len(chosen), 1) * max(end_us - from_us, 1) / DAY_US
    return BridgeAlarmScore(len(raised), false, len(happened), len(happened) - len(delays), tuple(delays), days)


def explains(alarm: ToldSpan, event: ToldSpan, grace_us: int) -> bool:
    """Return whether an alarm may rightly tell of an event of the same bridge, so long after its end at the latest."""
    begin, end = event[2]
    return event[1] in EXPLAINED_BY.get(alarm[1], ()) and alarm[2][0] <= end + grace_us and alarm[2][1] >= begin


def spans(rows: Iterable[tuple[int, int, str, bool, int]], end_us: int) -> list[ToldSpan]:
    """Return what was begun and ended, from (bridge, device, cause, begins, instant); open ones last to the run's end."""
    open_: dict[tuple[int, int, str], int] = {}
    found: list[ToldSpan] = []
    for bridge, device, cause, begins, t_us in sorted(rows, key=lambda row: row[4]):
        key = (bridge, device, cause)
        if begins:
            open_.setdefault(key, t_us)
        elif key in open_:
            found.append((bridge, cause, (open_.pop(key), t_us)))
    return found + [(bridge, cause, (t_us, end_us)) for (bridge, _, cause), t_us in open_.items()]


def bridge_summary(run: Run, warm_up_s: float = 0.0) -> dict[str, float | int | None]:
    """Return the closing figures of all bridges together, ``BRIDGE_FIGURES``; None where nothing is there to form one."""
    bridges = [int(row["bridge"]) for row in run.table("bridge").to_pylist()]
    if not bridges:
        return dict.fromkeys(BRIDGE_FIGURES)
    each = bridge_figures(run, warm_up_s).values()
    alarms = alarm_score(run, bridges, to_us(warm_up_s))
    weighing = weighing_score(run, bridges, to_us(warm_up_s))
    errors = [one.frequency_error for one in each if one.frequency_error is not None]
    return {
        "bridge_alarms": alarms.alarms,
        "bridge_false_alarm_share": alarms.false_share,
        "bridge_missed_event_share": alarms.missed_share,
        "bridge_frequency_error_share": math.sqrt(float(np.mean(np.square(errors)))) if errors else None,
        "weighed": weighing.weighed,
        "weighed_gross_error_share": weighing.gross_error_rms,
        "overloaded_precision": weighing.precision,
        "overloaded_recall": weighing.recall,
    }


BRIDGE_FIGURES: Final = (
    "bridge_alarms",
    "bridge_false_alarm_share",
    "bridge_missed_event_share",
    "bridge_frequency_error_share",
    "weighed",
    "weighed_gross_error_share",
    "overloaded_precision",
    "overloaded_recall",
)
"""Names of the closing figures about bridges, in their order."""
