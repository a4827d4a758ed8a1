"""Alerts of a run by layer and level, and how well each level tells the senders that lied from the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import pyarrow.compute as pc

from twin.eventlog.reader import Run
from twin.metrics.security import DetectionScore, sender_figures
from twin.metrics.selection import after_warm_up
from twin.units import to_us

LEVELS: Final = ("notice", "warning", "critical")
"""Levels of an alert, from the least sure on."""

ACCUSED: Final = "warning"
"""Level from which on a sender is not listened to any more."""


@dataclass(frozen=True, slots=True)
class AlertCount:
    """Alerts of one layer and level after the warm-up."""

    alerts: int
    true: int
    """Of these, about an attack that there was."""
    senders: int
    """Vehicles' ids and clients that they are about."""


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """Of a run."""

    counts: dict[tuple[str, str], AlertCount]
    """By layer, in alphabetical order, and level, rising; only those with alerts."""
    senders: dict[str, DetectionScore]
    """By level: senders of messages with an alert of this level or a higher one, held against the truth; empty where no
    message was labelled as a lie."""

    @property
    def total(self) -> int:
        """All alerts."""
        return sum(one.alerts for one in self.counts.values())


def alert_figures(run: Run, warm_up_s: float = 0.0) -> AlertFigures | None:
    """Return the alerts of ``run``; None where nobody looks for attacks: without connected vehicles and without alerts.

    A level that is reached is an alert of its own. Attacks that are not labelled in ``vehicle_report`` have no score here.
    """
    if not run.manifest.scenario.get("connected") and "alert" not in run.tables:
        return None
    rows = after_warm_up(run, "alert", ("layer", "level", "sender", "attack"), warm_up_s).to_pylist()
    every = Counter((str(row["layer"]), str(row["level"])) for row in rows)
    true = Counter((str(row["layer"]), str(row["level"])) for row in rows if row["attack"] is not None)
    who = {(row["layer"], row["level"], row["sender"]) for row in rows if row["sender"] is not None}
    senders = Counter((layer, level) for layer, level, _ in who)
    order = sorted(every, key=lambda key: (key[0], LEVELS.index(key[1])))
    return AlertFigures(
        {key: AlertCount(every[key], true[key], senders[key]) for key in order},
        {level: sender_figures(run, LEVELS[at:], to_us(warm_up_s)) for at, level in enumerate(LEVELS)}
        if _labelled(run)
        else {},
    )


def _labelled(run: Run) -> bool:
    return any(pc.any(pc.is_valid(batch.column("attack"))).as_py() for batch in run.batches("vehicle_report", ("attack",)))
