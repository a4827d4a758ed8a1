"""From verdicts to alerts: when a sender is reported, no longer used and shut out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, get_args

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.assumed import OF_THE_DESIGN
from twin.compilation import kernel
from twin.messages import say
from twin.spec import Spec
from twin.units import to_us
from twin.v2x.security.detector_spec import DETECTORS, Detector, DetectorsSpec
from twin.v2x.security.detectors import bits_of
from twin.v2x.security.state_table import EVERYWHERE, Slots, StateTable, known_slot, slot_of
from twin.v2x.security.vehicle_messages import Ints, Received

Level = Literal["notice", "warning", "critical"]
"""How sure it is."""

Response = Literal["notify", "quarantine", "block"]
"""What is done: people are told; besides, its messages are kept and not used; besides, they are thrown away for a time."""

LEVELS: Final[tuple[Level, ...]] = get_args(Level)
RESPONSES: Final[tuple[Response, ...]] = get_args(Response)

LEVEL_COLUMN, SINCE_US, UNTIL_US, NEXT, TIMES = 0, 1, 2, 3, 4
"""Columns of a sender's state: its level (0 none), since when, until when its response holds, where in the ring the next
suspicious message is noted, and the ring of their instants."""

_NEVER: Final = -(2**62)
"""In the ring: no message yet."""


class LevelSpec(Spec):
    """When a sender reaches a level, and what is done then."""

    messages: Annotated[int, Field(ge=1, le=1000)]
    """Suspicious messages …"""

    within_s: Annotated[float, Field(gt=0.0, le=3600.0)]
    """… within so long."""

    response: Response
    """What is done."""

    hold_s: Annotated[float, Field(gt=0.0, le=604_800.0)]
    """For so long after the last suspicious message it stays at the level."""


class AlertsSpec(Spec):
    """How verdicts become alerts. A message is suspicious where one of the ``counted`` detectors has found something."""

    counted: tuple[Detector, ...] = DETECTORS
    """Detectors whose findings count."""

    notice: Annotated[LevelSpec, OF_THE_DESIGN] = LevelSpec(messages=2, within_s=1.0, response="notify", hold_s=10.0)
    """First level. Assumption: one finding alone is more often an error of an honest sensor."""

    warning: Annotated[LevelSpec, OF_THE_DESIGN] = LevelSpec(messages=5, within_s=2.0, response="quarantine", hold_s=30.0)
    """Second level. Assumption: half a second of lies."""

    critical: Annotated[LevelSpec, OF_THE_DESIGN] = LevelSpec(messages=20, within_s=10.0, response="block", hold_s=300.0)
    """Third level. Assumption: two seconds of lies."""

    @property
    def levels(self) -> tuple[LevelSpec, LevelSpec, LevelSpec]:
        """Return the levels from the lowest on."""
        return self.notice, self.warning, self.critical

    @model_validator(mode="after")
    def _rising(self) -> AlertsSpec:
        counts = [level.messages for level in self.levels]
        if counts != sorted(set(counts)):
            raise ValueError(say("spec.alerts.levels", counts=", ".join(map(str, counts))))
        return self


class SecuritySpec(Spec):
    """What receivers of vehicles' messages do against forged ones."""

    detectors: DetectorsSpec = DetectorsSpec()
    """What they look at."""

    alerts: AlertsSpec = AlertsSpec()
    """When they tell, and what they do then."""


@dataclass(frozen=True, slots=True, eq=False)
class AlertRows:
    """Alerts of one batch, one row each time a sender reaches a higher level, (n,): columns of table ``alert``."""

    t_us: Ints
    """When the message was received that made it so."""
    receiver: npt.NDArray[np.int32]
    sender: Ints
    detectors: npt.NDArray[np.uint16]
    """Bits of the verdict of that message."""
    level: npt.NDArray[np.int8]
    """Index into ``LEVELS``."""
    response: npt.NDArray[np.int8]
    """Index into ``RESPONSES``."""
    attack: npt.NDArray[np.int8]
    """Truth: of that message."""
    vehicle: npt.NDArray[np.int32]
    """Truth: who sent that message."""

    def __len__(self) -> int:
        """Return the number of alerts."""
        return self.t_us.size


class Alerts:
    """What is known against each sender, over all receivers. A message that several receive counts once."""

    def __init__(self, spec: AlertsSpec) -> None:
        """Begin with nothing against anybody."""
        levels = spec.levels
        self._counted = np.uint16(bits_of(spec.counted))
        self._messages = np.array([level.messages for level in levels])
        self._within_us = np.array([to_us(level.within_s) for level in levels])
        self._hold_us = np.array([to_us(level.hold_s) for level in levels])
        self._response = np.array([RESPONSES.index(level.response) for level in levels], np.int8)
        longest_us = int(max(self._within_us.max(), self._hold_us.max()))
        self._senders = StateTable(TIMES + int(self._messages.max()), 1, longest_us)
        self._longest_us = longest_us

    def update(self, received: Received, verdict: npt.NDArray[np.uint16]) -> AlertRows:
        """Take verdicts (n,) on what was received; return the alerts that they raise, in the order of reception.

        A sender that falls silent, or honest, comes down by itself when ``hold_s`` of its level is over, and may rise again.
        """
        said = received.messages
        suspect = np.flatnonzero(verdict & self._counted)
        order = np.lexsort((received.receiver, said.sequence, said.sent_us, said.sender, received.received_us))
        rows = order[np.isin(order, suspect)]
        if not rows.size:
            return _alerts(received, rows, verdict, np.empty(0, np.int8), self._response)
        once = _first_of_each(said.sender[rows], said.sent_us[rows], said.sequence[rows], received.receiver[rows])
        rows = rows[once]
        slots = self._senders.make_room(rows.size, int(received.received_us.max()))
        level = _raised(
            said.sender[rows], received.received_us[rows], slots, self._longest_us,
            self._messages, self._within_us, self._hold_us,
        )  # fmt: skip
        raised = level > 0
        return _alerts(received, rows[raised], verdict, (level[raised] - 1).astype(np.int8), self._response)

    def response(self, sender: Ints, t_us: int) -> npt.NDArray[np.int8]:
        """Return what is being done about senders (n,) at ``t_us``: an index into ``RESPONSES``, -1 for nothing."""
        level = _level_of(sender, t_us, self._senders.slots)
        return np.where(level > 0, self._response[level - 1], np.int8(-1))

    def used(self, sender: Ints, t_us: int) -> npt.NDArray[np.bool_]:
        """Return whose messages (n,) are used at ``t_us``: of those who are neither quarantined nor blocked."""
        return self.response(sender, t_us) < RESPONSES.index("quarantine")


def _alerts(
    received: Received,
    rows: npt.NDArray[np.intp],
    verdict: npt.NDArray[np.uint16],
    level: npt.NDArray[np.int8],
    response: npt.NDArray[np.int8],
) -> AlertRows:
    said = received.messages
    return AlertRows(
        received.received_us[rows], received.receiver[rows], said.sender[rows], verdict[rows], level,
        response[level], said.attack[rows], said.vehicle[rows],
    )  # fmt: skip


def _first_of_each(sender: Ints, sent_us: Ints, sequence: Ints, receiver: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Return the rows (n,) of messages that an earlier row, of another receiver, does not have already.

    Copies that one receiver has twice count twice: who floods is not let off.
    """
    order = np.lexsort((np.arange(sender.size), receiver, sequence, sent_us, sender))
    same = np.zeros(sender.size, bool)
    keys = [column[order] for column in (sender, sent_us, sequence)]
    same[1:] = np.logical_and.reduce([key[1:] == key[:-1] for key in keys])
    group = np.cumsum(~same) - 1
    first_receiver = receiver[order][~same][group]
    out = np.empty(sender.size, bool)
    out[order] = receiver[order] == first_receiver
    return out


@kernel
def _raised(
    sender: Ints,
    received_us: Ints,
    slots: Slots,
    longest_us: int,
    messages: Ints,
    within_us: Ints,
    hold_us: Ints,
) -> npt.NDArray[np.int64]:
    """Note suspicious messages (n,), by rising instants; return the level that each raises its sender to, 0 where it does not.

    The instants of the last messages lie in a ring: a level is reached when the one so many places back is young enough.
    """
    out = np.zeros(sender.size, np.int64)
    room = slots.whole.shape[1] - TIMES
    for i in range(sender.size):
        t_us = received_us[i]
        slot, new = slot_of(slots, sender[i], EVERYWHERE, t_us - longest_us)
        state = slots.whole[slot]
        if new:
            state[TIMES:] = _NEVER
        slots.last_us[slot] = t_us
        state[TIMES + state[NEXT]] = t_us
        state[NEXT] = (state[NEXT] + 1) % room
        if state[LEVEL_COLUMN] > 0 and t_us >= state[UNTIL_US]:
            state[LEVEL_COLUMN] = 0
        reached = 0
        for level in range(messages.size):
            back = (state[NEXT] - messages[level]) % room
            if state[TIMES + back] >= t_us - within_us[level]:
                reached = level + 1
        if reached > state[LEVEL_COLUMN]:
            out[i] = reached
            state[LEVEL_COLUMN] = reached
            state[SINCE_US] = t_us
        if state[LEVEL_COLUMN] > 0:
            state[UNTIL_US] = max(state[UNTIL_US], t_us + hold_us[state[LEVEL_COLUMN] - 1])
    return out


@kernel
def _level_of(sender: Ints, t_us: int, slots: Slots) -> npt.NDArray[np.int64]:
    """Return the level of senders (n,) now, 0 for none."""
    out = np.zeros(sender.size, np.int64)
    for i in range(sender.size):
        slot = known_slot(slots, sender[i], EVERYWHERE)
        if slot >= 0 and t_us < slots.whole[slot, UNTIL_US]:
            out[i] = slots.whole[slot, LEVEL_COLUMN]
    return out
