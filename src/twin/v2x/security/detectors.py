"""All detectors on what roadside units receive: one verdict a message, a bit for each detector that finds it suspicious."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.units import to_us
from twin.v2x.security.consistency import (
    APPEARANCE,
    OFF_ROAD,
    REALS,
    SHARED,
    UNSEEN,
    WHOLES,
    Claims,
    Limits,
    judge_alone,
)
from twin.v2x.security.cross_sensor import NOTHING, OWN, TAKEN, Evidence, assigned
from twin.v2x.security.detector_spec import DETECTORS, Detector, DetectorsSpec
from twin.v2x.security.raster import Raster
from twin.v2x.security.state_table import EVERYWHERE, Slots, StateTable, slot_of
from twin.v2x.security.vehicle_messages import Floats, Ints, Received

Verdicts = npt.NDArray[np.uint16]

SUSPECT_UNTIL_US, MISSED, OTHERS, LOOK, SENDER_COLUMNS = 0, 1, 2, 3, 4
"""What is remembered of a sender everywhere: until when its sudden appearance counts; comparisons in a row that found nothing
in its place; that found only what belongs to others; the number of the last comparison that it was in."""


class Detectors:
    """The detectors of all roadside units, with what they remember of each sender."""

    def __init__(
        self,
        spec: DetectorsSpec,
        receiver_x_m: Floats,
        receiver_y_m: Floats,
        road: Raster | None = None,
        entries: Raster | None = None,
    ) -> None:
        """Begin without memory. ``road``: where vehicles drive, else ``off_road`` finds nothing.

        ``entries``: where vehicles may appear, car parks and ends of the map.
        """
        self._spec = spec
        self._receiver_x_m, self._receiver_y_m = receiver_x_m, receiver_y_m
        self._road, self._entries = road, entries
        self._on = np.uint16(bits_of(spec.use))
        self._limits = _limits(spec)
        self._pairs = StateTable(WHOLES, REALS, self._limits.forget_us)
        self._senders = StateTable(SENDER_COLUMNS, 1, self._limits.forget_us)
        self._began_us: int | None = None
        self._looks = 0
        self.unclaimed = 0
        """Objects that no vehicle claimed to be, of the last comparison: vehicles without a unit, or with a silent one."""

    def judge(self, received: Received, evidence: Evidence | None = None) -> Verdicts:
        """Return the verdict (n,) of what was received since the last call: bits by the order of ``DETECTORS``, 0 is clean.

        ``evidence``: what sensors see now, for ``unseen`` and ``shared``. The order of rows does not matter.
        """
        out = np.zeros(len(received), np.uint16)
        said = received.messages
        order = np.lexsort(
            (said.y_m, said.x_m, said.sequence, received.received_us, said.sent_us, said.sender, received.receiver)
        )
        rows = received.take(order)
        claims = _claims(rows)
        if not len(rows):
            return out
        latest_us = int(rows.received_us.max())
        if self._began_us is None:
            self._began_us = int(rows.received_us.min())
        pairs = self._pairs.make_room(len(rows), latest_us)
        verdict = judge_alone(claims, self._receiver_x_m, self._receiver_y_m, pairs, self._limits)
        if self._road is not None:
            stray = (claims.speed_mps > 0.0) & ~self._road(claims.x_m, claims.y_m)
            verdict[stray] |= np.uint16(OFF_ROAD)
        senders = self._senders.make_room(len(rows), latest_us)
        self._watch_appearance(claims, senders, verdict)
        if evidence is not None:
            self._compare(claims, senders, evidence, verdict)
        out[order] = verdict & self._on
        return out

    def _watch_appearance(self, claims: Claims, senders: Slots, verdict: Verdicts) -> None:
        near = np.hypot(
            claims.x_m - self._receiver_x_m[claims.receiver], claims.y_m - self._receiver_y_m[claims.receiver]
        ) < self._spec.appearance_m  # fmt: skip
        if self._entries is not None:
            near &= ~self._entries(claims.x_m, claims.y_m)
        # whoever is heard in the first moments was there before anybody listened
        near &= claims.received_us >= (self._began_us or 0) + to_us(self._spec.appearance_s)
        _appeared(claims, near, senders, (to_us(self._spec.appearance_s), self._limits.forget_us), verdict)

    def _compare(self, claims: Claims, senders: Slots, evidence: Evidence, verdict: Verdicts) -> None:
        """Hold the newest claim of each sender against the objects; its verdict is that of all its messages.

        An object of its own speaks for a claim anywhere; none, or only those of others, against it only where sensors see
        everybody. Nothing is told of senders that cannot be compared now.
        """
        newest = np.lexsort((claims.y_m, claims.x_m, claims.received_us, claims.sent_us, claims.sender))
        sender = claims.sender[newest]
        newest = newest[np.append(sender[1:] != sender[:-1], values=True)]
        after_s = (evidence.t_us - claims.sent_us[newest]) / 1e6
        fresh = np.abs(after_s) <= self._spec.sensed_age_s
        newest, way_m = newest[fresh], (claims.speed_mps[newest] * after_s)[fresh]
        x_m = claims.x_m[newest] + way_m * np.cos(claims.heading_rad[newest])
        y_m = claims.y_m[newest] + way_m * np.sin(claims.heading_rad[newest])
        found, self.unclaimed = assigned(x_m, y_m, evidence.x_m, evidence.y_m, self._spec.gate_m)
        self._looks += 1
        _count_misses(claims.sender[newest], found, evidence.covered(x_m, y_m), senders, self._looks)
        _tell_misses(claims, senders, self._spec.misses, self._looks, verdict)


@kernel
def _appeared(
    claims: Claims, near: npt.NDArray[np.bool_], senders: Slots, times_us: tuple[int, int], verdict: Verdicts
) -> None:
    """Mark senders that nobody has heard and whose first messages are near a receiver; ``times_us``: to hold and to forget.

    The messages of a batch are of one moment: near one receiver is enough, whichever comes first.
    """
    hold_us, forget_us = times_us
    new = np.zeros(senders.last_us.size, np.bool_)
    slots = np.empty(claims.sender.size, np.int64)
    for i in range(claims.sender.size):
        received_us = claims.received_us[i]
        slots[i], first = slot_of(senders, claims.sender[i], EVERYWHERE, received_us - forget_us)
        senders.last_us[slots[i]] = max(received_us, senders.last_us[slots[i]])
        if first:
            new[slots[i]] = True
    for i in range(claims.sender.size):
        state = senders.whole[slots[i]]
        if new[slots[i]] and near[i]:
            state[SUSPECT_UNTIL_US] = max(state[SUSPECT_UNTIL_US], claims.received_us[i] + hold_us)
    for i in range(claims.sender.size):
        if claims.received_us[i] < senders.whole[slots[i], SUSPECT_UNTIL_US]:
            verdict[i] |= APPEARANCE


@kernel
def _count_misses(sender: Ints, found: npt.NDArray[np.int8], covered: npt.NDArray[np.bool_], senders: Slots, look: int) -> None:
    """Count comparisons in a row without an object of one's own where all is seen; ``sender`` are already known."""
    for i in range(sender.size):
        if found[i] == NOTHING and not covered[i]:
            continue
        slot, _ = slot_of(senders, sender[i], EVERYWHERE, 0)
        state = senders.whole[slot]
        state[LOOK] = look
        state[MISSED] = state[MISSED] + 1 if found[i] == NOTHING else 0
        if found[i] == OWN:
            state[OTHERS] = 0
        elif found[i] == TAKEN and covered[i]:
            state[OTHERS] += 1


@kernel
def _tell_misses(claims: Claims, senders: Slots, misses: int, look: int, verdict: Verdicts) -> None:
    for i in range(claims.sender.size):
        slot, _ = slot_of(senders, claims.sender[i], EVERYWHERE, 0)
        if senders.whole[slot, LOOK] != look:
            continue
        if senders.whole[slot, MISSED] >= misses:
            verdict[i] |= UNSEEN
        if senders.whole[slot, OTHERS] >= misses:
            verdict[i] |= SHARED


def bits_of(detectors: Iterable[Detector]) -> int:
    """Return the bits of some detectors in a verdict."""
    return sum(1 << DETECTORS.index(name) for name in set(detectors))


def names_of(verdict: int) -> tuple[Detector, ...]:
    """Return the detectors whose bits a verdict has."""
    return tuple(name for place, name in enumerate(DETECTORS) if verdict >> place & 1)


def _claims(received: Received) -> Claims:
    said = received.messages
    return Claims(
        said.sender, received.receiver, received.received_us, said.sequence, said.sent_us, said.x_m, said.y_m,
        said.speed_mps, said.heading_rad, said.acceleration_mps2,
    )  # fmt: skip


def _limits(spec: DetectorsSpec) -> Limits:
    return Limits(
        spec.range_m,
        spec.speed_mps,
        spec.acceleration_mps2,
        spec.deceleration_mps2,
        math.radians(spec.heading_change_deg),
        to_us(spec.gap_s),
        to_us(spec.base_s),
        spec.ahead_m + spec.position_error_m,
        spec.behind_m + spec.position_error_m,
        spec.speed_error_mps,
        spec.acceleration_error_mps2,
        spec.motion_m,
        to_us(spec.freshness_s),
        to_us(spec.clock_error_s),
        spec.rate_hz,
        spec.burst,
        spec.sequence_slack,
        to_us(spec.forget_s),
    )
