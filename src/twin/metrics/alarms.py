"""How well the self-check does: alarms of devices held against the faults that they had."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.eventlog.reader import Run
from twin.metrics.selection import seeing_devices
from twin.units import US_PER_S, to_us

DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class AlarmScore:
    """The alarms for one cause, over all devices of a run."""

    cause: str
    faults: int
    """Faults that began, or were there at the start."""
    found: int
    """Of these, faults during which an alarm for this cause stood."""
    noticed: int
    """Of these, faults during which any alarm of the device stood, whatever cause it named."""
    delays_s: tuple[float, ...]
    """From the onset (or the start of the run) to the alarm, of the found ones, in the order of the onsets."""
    false: int
    """Alarms raised while the device had no fault of any cause."""
    mistaken: int
    """Alarms raised while the device had another fault only."""
    device_days: float
    """Devices times simulated days."""

    @property
    def recall(self) -> float:
        """Found of faults; NaN without any."""
        return self.found / self.faults if self.faults else math.nan

    @property
    def median_delay_s(self) -> float:
        """Median of the delays; NaN without any."""
        return float(np.median(self.delays_s)) if self.delays_s else math.nan

    @property
    def false_per_device_day(self) -> float:
        """False alarms a device and day."""
        return self.false / self.device_days


Row = Mapping[str, Any]
Span = tuple[int, int]


def score_alarms(
    device: Iterable[Row], alarm: Iterable[Row], devices: int, end_us: int, grace_us: int = 0
) -> dict[str, AlarmScore]:
    """Return the score by cause, of the rows of tables ``device`` and ``alarm`` up to ``end_us``.

    ``devices``: how many are watched; ``grace_us``: how long after a repair an alarm still counts for the fault, since a
    window that holds part of the fault is judged at its end. Raises ValueError without devices or time.
    """
    if devices < 1 or end_us < 1:
        raise ValueError(f"there is nothing to score for {devices} devices over {end_us} us")
    faults = _spans(device, "fault", end_us)
    alarms = _spans(alarm, "raised", end_us)
    anything = {number: [span for spans in by_cause.values() for span in spans] for number, by_cause in faults.items()}
    warned = {number: [span for spans in by_cause.values() for span in spans] for number, by_cause in alarms.items()}
    causes = sorted({cause for spans in (faults, alarms) for by_cause in spans.values() for cause in by_cause})
    scores = {}
    for cause in causes:
        delays: list[tuple[int, float]] = []
        count = noticed = false = mistaken = 0
        for number, by_cause in faults.items():
            for begin, end in by_cause.get(cause, []):
                count += 1
                meeting = [span for span in alarms[number].get(cause, []) if _meet(span, begin, end + grace_us)]
                if meeting:
                    delays.append((begin, max(min(span[0] for span in meeting) - max(begin, 0), 0) / US_PER_S))
                noticed += any(_meet(span, begin, end + grace_us) for span in warned.get(number, []))
        for number, by_cause in alarms.items():
            for at, _ in by_cause.get(cause, []):
                if any(begin <= at <= end + grace_us for begin, end in faults[number].get(cause, [])):
                    continue
                other = any(begin <= at <= end + grace_us for begin, end in anything.get(number, []))
                mistaken += other
                false += not other
        ordered = tuple(delay for _, delay in sorted(delays))
        scores[cause] = AlarmScore(cause, count, len(delays), noticed, ordered, false, mistaken, devices * end_us / DAY_US)
    return scores


def alarm_figures(run: Run) -> dict[str, AlarmScore]:
    """Return the score of a run's alarms by cause, from its tables ``device``, ``alarm`` and ``device_spec``.

    An alarm counts for a fault until one window of the self-check after its repair. Without self-check every fault is missed.
    Loops, which no self-check watches, and their faults are left out.
    Raises ValueError for a run without devices.
    """
    check = run.manifest.scenario.get("self_check")
    watched = set(seeing_devices(run).column("device").to_pylist())
    return score_alarms(
        [row for row in run.table("device").to_pylist() if row["device"] in watched],
        [row for row in run.table("alarm").to_pylist() if row["device"] in watched],
        len(watched),
        to_us(run.manifest.simulated_s),
        to_us(check["window_s"]) if check else 0,
    )


def _meet(span: Span, begin: int, end: int) -> bool:
    return span[0] <= end and span[1] >= begin


def _spans(rows: Iterable[Row], opening: str, end_us: int) -> dict[int, dict[str, list[Span]]]:
    """Return (begin, end) of every state that ``opening`` begins and any other state ends, by device and cause.

    Of one that is begun again before it has ended, as two faults of one cause may overlap, the span is that of both.
    """
    found: dict[int, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    open_: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: int(row["t_us"])):
        number, cause = int(row["device"]), str(row["cause"])
        begun = open_[number, cause]
        if row["state"] == opening:
            begun.append(int(row["t_us"]))
        elif begun:
            first = begun[0]
            begun.pop()
            if not begun:
                found[number][cause].append((first, int(row["t_us"])))
    for (number, cause), begun in open_.items():
        if begun:
            found[number][cause].append((begun[0], end_us))
    return found
