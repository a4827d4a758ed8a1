"""Alarms of a bridge one by one: when they stood, what they told, and what happened that explains them."""

from __future__ import annotations

from dataclasses import dataclass

from twin.eventlog.reader import Run
from twin.metrics.bridges import explains, spans
from twin.units import to_us


@dataclass(frozen=True, slots=True)
class ToldAlarm:
    """One alarm of one device and cause, from when its first level was raised until its last one was withdrawn."""

    device: str
    """Its name."""
    cause: str
    level: str
    """The highest that was raised meanwhile."""
    value: float | None
    """Reported value that decided on that level."""
    raised_us: int
    cleared_us: int | None
    """None where it still stands at the end."""
    event: str | None
    """Cause of what truly happened and explains it; None for a false alarm."""


def told_alarms(run: Run, bridge: int) -> list[ToldAlarm]:
    """Return the alarms of a bridge in the order in which they were raised.

    Features are judged at the end of their interval: an event explains alarms until one interval after its end.
    """
    names = {
        int(row["device"]): str(row["name"])
        for row in run.table("municipal_device").to_pylist()
        if row["place"] == "bridge" and row["place_number"] == bridge
    }
    end_us = to_us(run.manifest.simulated_s)
    happened = spans(
        (
            (bridge, 0, str(row["cause"]), row["state"] == "begins", row["t_us"])
            for row in run.table("bridge_event").to_pylist()
            if row["bridge"] == bridge
        ),
        end_us,
    )
    interval_us = run.table("bridge_feature").column("interval_us").to_pylist()
    grace_us = max((one or 0 for one in interval_us), default=0)
    open_: dict[tuple[int, str], _Open] = {}
    found: list[_Open] = []
    for row in sorted(run.table("alarm").to_pylist(), key=lambda row: int(row["t_us"])):
        if row["device"] not in names:
            continue
        key = (int(row["device"]), str(row["cause"]))
        one = open_.get(key)
        if row["state"] == "raised":
            if one is None:
                one = open_[key] = _Open(key, int(row["t_us"]))
                found.append(one)
            one.levels.add(str(row["level"]))
            if str(row["level"]) >= one.highest:
                one.highest, one.value = str(row["level"]), row["value"]
        elif one is not None:
            one.levels.discard(str(row["level"]))
            if not one.levels:
                one.cleared_us = int(row["t_us"])
                del open_[key]
    return [one.told(names, bridge, happened, grace_us, end_us) for one in found]


class _Open:
    """An alarm while it is read."""

    def __init__(self, key: tuple[int, str], raised_us: int) -> None:
        self.device, self.cause = key
        self.raised_us = raised_us
        self.cleared_us: int | None = None
        self.levels: set[str] = set()
        self.highest = ""
        self.value: float | None = None

    def told(
        self, names: dict[int, str], bridge: int, happened: list[tuple[int, str, tuple[int, int]]], grace_us: int, end_us: int
    ) -> ToldAlarm:
        stood = (bridge, self.cause, (self.raised_us, end_us if self.cleared_us is None else self.cleared_us))
        event = next((event[1] for event in happened if explains(stood, event, grace_us)), None)
        name, value = names[self.device], self.value
        return ToldAlarm(name, self.cause, self.highest, value, self.raised_us, self.cleared_us, event)
