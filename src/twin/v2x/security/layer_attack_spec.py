"""Attacks on access, data and applications as data: forged senders, altered reports, clients that ask for too much."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.assumed import Assumed
from twin.kernel.timed import TimedSpec


class _Forger(TimedSpec):
    """Somebody who sends object lists over the line of a site."""

    site: str = Field(min_length=1)
    """Site whose line to the edge computer is used: its id."""

    rate_hz: Annotated[float, Assumed.times(0.2, 5.0), Field(gt=0.0, le=1000.0)] = 10.0
    """Lists a second. Assumption: as a usual device."""

    objects: Annotated[int, Assumed.times(0.2, 5.0), Field(ge=0, le=1000)] = 10
    """Objects in each list, which decide its size. Assumption: as at a junction."""


class RogueDevice(_Forger):
    """A device that is not registered sends lists under a name of its own."""

    kind: Literal["rogue_device"]
    """Selects it."""

    name: str = Field(default="rogue", min_length=1)
    """Name that it gives."""


class ClonedDevice(_Forger):
    """A second sender uses a registered device's name, between the lists of the real one."""

    kind: Literal["cloned_device"]
    """Selects it."""

    device: str = Field(min_length=1)
    """Name of the device that is cloned."""

    in_step: bool = False
    """Whether its lists carry the instants of the real ones, so that each stands twice; else instants in between."""


class TamperedReport(TimedSpec):
    """Reports of devices are altered between the device and the platform.

    Today these are the counts of loops; parking bays and bridges report in the same way once they are there.
    """

    kind: Literal["tampered_report"]
    """Selects it."""

    devices: tuple[str, ...] = ()
    """Devices whose reports are altered, by name; left out, those that ``share`` draws."""

    share: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    """Share of the reporting devices, drawn by name, where none is named."""

    change: Literal["scale", "offset", "freeze", "replay"] = "scale"
    """``scale``: values times ``factor``; ``offset``: values plus ``offset``; ``freeze``: the last value before the attack
    again and again; ``replay``: values of ``replay_s`` ago."""

    factor: Annotated[float, Assumed.between(0.0, 3.0), Field(ge=0.0, le=1000.0)] = 0.3
    """Of ``scale``. Assumption: a jam, or free bays, are feigned."""

    offset: Annotated[float, Assumed.plus(-20.0, 20.0), Field(ge=-1e9, le=1e9)] = 10.0
    """Of ``offset``, in the unit of the value. Assumption: as much as the value itself."""

    replay_s: Annotated[float, Assumed.between(60.0, 86_400.0), Field(gt=0.0, le=604_800.0)] = 86_400.0
    """Of ``replay``. Assumption: yesterday's values; before there are any, reports are not altered."""

    holds_key: bool = False
    """Whether the attacker has the device's key and signs what he alters: then only plausibility is left."""


class ReadBeyond(TimedSpec):
    """A client asks for more than it should: for what is closed to it, or for ever more of what is open."""

    kind: Literal["read_beyond"]
    """Selects it."""

    client: str = Field(min_length=1)
    """Client that does so, by name."""

    way: Literal["closed", "widening"] = "closed"
    """``closed``: tables and regions that its department may not read; ``widening``: all that it may read, ever more often."""

    per_min: Annotated[float, Assumed.times(0.1, 10.0), Field(gt=0.0, le=60_000.0)] = 6.0
    """Further requests a minute, at the beginning. Assumption: one in ten seconds, so as not to be noticed."""

    growth_per_min: Annotated[float, Assumed.times(0.2, 5.0), Field(ge=0.0, le=10.0)] = 0.2
    """Share by which ``widening`` grows in a minute. Assumption: a fifth, which no threshold on a single minute notices."""


AccessAttack = RogueDevice | ClonedDevice
LayerAttack = RogueDevice | ClonedDevice | TamperedReport | ReadBeyond
"""Those there are."""
