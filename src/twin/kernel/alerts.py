"""Alerts of devices, accesses, reports and clients: one form for all of them, as rows of table ``alert``."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from twin.assumed import OF_THE_DESIGN
from twin.spec import Spec
from twin.units import to_us

Layer = Literal["sensing", "access", "data", "application"]
Level = Literal["notice", "warning", "critical"]
LEVELS: Final[tuple[Level, ...]] = ("notice", "warning", "critical")


@dataclass(frozen=True, slots=True)
class LayerAlert:
    """Somebody becomes suspicious, or more so: one row of table ``alert``."""

    t_us: int
    layer: Layer
    detectors: int
    """Detectors that found fault, a bit each, in the order in which the layer names them."""
    level: Level
    response: Literal["notify", "quarantine", "block"]
    device: int | None = None
    sender: int | None = None
    attack: str | None = None
    """Truth: the kind of attack that it is; None for a false alert."""


def alert_rows(alerts: Sequence[LayerAlert]) -> dict[str, Any]:
    """Return alerts as columns of table ``alert``."""
    columns = ("t_us", "layer", "device", "sender", "detectors", "level", "response", "attack")
    rows: dict[str, Any] = {name: [getattr(alert, name) for alert in alerts] for name in columns}
    return rows | {"vehicle": [None] * len(alerts)}


class EscalationSpec(Spec):
    """How many findings against one device, name or client make which level."""

    warning_after: Annotated[int, OF_THE_DESIGN, Field(ge=1, le=1000)] = 5
    """The first finding is a notice, the one of this number within ``within_s`` a warning. Assumption: half a second of
    lists."""

    critical_after: Annotated[int, OF_THE_DESIGN, Field(ge=1, le=1000)] = 20
    """The finding of this number within ``within_s`` is critical. Assumption: two seconds of lists."""

    within_s: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=86_400.0)] = 10.0
    """So long a finding counts; after as long without any, the next one is a new notice. Assumption: as for messages."""


class Escalation:
    """Counts findings by whom they are held against, and tells when a level is reached for the first time."""

    def __init__(self, spec: EscalationSpec) -> None:
        """Begin with nothing against anybody."""
        self._needed = (1, spec.warning_after, spec.critical_after)
        self._within_us = to_us(spec.within_s)
        self._times: dict[object, deque[int]] = {}
        self._reached: dict[object, int] = {}

    def find(self, whom: object, t_us: int) -> Level | None:
        """Take a finding against ``whom``; return the level where it is a new or a higher one, None otherwise."""
        times = self._times.setdefault(whom, deque(maxlen=max(self._needed)))
        while times and times[0] <= t_us - self._within_us:
            times.popleft()
        if not times:
            self._reached[whom] = 0
        times.append(t_us)
        level = sum(len(times) >= needed for needed in self._needed)
        if level <= self._reached[whom]:
            return None
        self._reached[whom] = level
        return LEVELS[level - 1]
