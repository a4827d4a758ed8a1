"""What one receiver notices of a message by itself: limits, and what changed since the sender's messages before."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.units import US_PER_S
from twin.v2x.security.detector_spec import DETECTORS
from twin.v2x.security.state_table import Slots, slot_of
from twin.v2x.security.vehicle_messages import Floats, Ints

(
    RANGE, SPEED, ACCELERATION, OFF_ROAD,
    POSITION_SPEED, SPEED_CHANGE, HEADING_CHANGE, HEADING_MOTION,
    FRESHNESS, SEQUENCE, RATE, APPEARANCE, UNSEEN, SHARED, ACCELERATION_SPEED,
) = (1 << place for place in range(len(DETECTORS)))  # fmt: skip
"""Bits of the detectors in a verdict, in the order of ``DETECTORS``."""

COUNTER: Final = 128
"""Messages are counted modulo this. Source: ``msgCnt`` of T/CSAE 53-2020, 0 to 127."""

FOLLOWS, SKIPS, REPEATS = range(3)
"""How a message follows the one before."""

SENT_US, COUNT, OLD_US, YOUNG_US, WHOLES = 0, 1, 2, 3, 4
"""Integer columns of the state: stamp and counter of the last message, stamps of two marks to compare motion with."""

X, Y, V, H, A, WAY, GAIN, OLD, YOUNG, LEVEL, REALS = 0, 1, 2, 3, 4, 5, 6, 7, 13, 19, 20
"""Real columns of the state: the last message's place, speed, heading and acceleration; the way and the gain of speed that it
has claimed since the beginning; from OLD and YOUNG on x, y, heading, way, speed and gain of the marks; LEVEL: of the bucket
that measures the rate."""


class Limits(NamedTuple):
    """Thresholds as the kernel needs them: SI units and microseconds."""

    range_m: float
    speed_mps: float
    acceleration_mps2: float
    deceleration_mps2: float
    heading_rad: float
    gap_us: int
    base_us: int
    ahead_m: float
    behind_m: float
    speed_error_mps: float
    acceleration_error_mps2: float
    motion_m: float
    freshness_us: int
    clock_error_us: int
    rate_hz: float
    burst: float
    sequence_slack: int
    forget_us: int


class Claims(NamedTuple):
    """Received messages in the order (receiver, sender, stamp, instant of reception), (n,)."""

    sender: Ints
    receiver: npt.NDArray[np.int32]
    received_us: Ints
    sequence: Ints
    sent_us: Ints
    x_m: Floats
    y_m: Floats
    speed_mps: Floats
    heading_rad: Floats
    acceleration_mps2: Floats


@inline_kernel
def _angle(a_rad: float, b_rad: float) -> float:
    """Return the angle between two headings, 0 to pi."""
    return abs((a_rad - b_rad + math.pi) % (2.0 * math.pi) - math.pi)


@inline_kernel
def _alone(claims: Claims, i: int, receiver_x_m: Floats, receiver_y_m: Floats, limits: Limits) -> int:
    """Return what a message shows without any other."""
    verdict = 0
    receiver = claims.receiver[i]
    if math.hypot(claims.x_m[i] - receiver_x_m[receiver], claims.y_m[i] - receiver_y_m[receiver]) > limits.range_m:
        verdict |= RANGE
    if claims.speed_mps[i] > limits.speed_mps or claims.speed_mps[i] < 0.0:
        verdict |= SPEED
    if not -limits.deceleration_mps2 <= claims.acceleration_mps2[i] <= limits.acceleration_mps2:
        verdict |= ACCELERATION
    age_us = claims.received_us[i] - claims.sent_us[i]
    if age_us > limits.freshness_us or age_us < -limits.clock_error_us:
        verdict |= FRESHNESS
    return verdict


@inline_kernel
def _counted(claims: Claims, i: int, whole: Ints, limits: Limits) -> int:
    """Return how the message follows the sender's last one: FOLLOWS, SKIPS (its counter went too far) or REPEATS."""
    after_us = claims.sent_us[i] - whole[SENT_US]
    jump = (claims.sequence[i] - whole[COUNT]) % COUNTER
    if after_us <= 0 or jump == 0:
        return REPEATS
    most = math.ceil(after_us * limits.rate_hz / US_PER_S) + limits.sequence_slack
    return FOLLOWS if jump <= most else SKIPS


@inline_kernel
def _moved(claims: Claims, i: int, whole: Ints, real: Floats, limits: Limits) -> int:
    """Return what is wrong with the motion since the last message and since the older mark.

    The speeds may change by the limits of acceleration and the error of a speed; the distance from the mark is that which the
    claimed speeds make, by trapezia, within the margins; its direction is one of both headings
    within the limit. The change of speed since the mark is that which the claimed accelerations make, within its margin.
    """
    verdict = 0
    after_s = (claims.sent_us[i] - whole[SENT_US]) / US_PER_S
    change = claims.speed_mps[i] - real[V]
    limit = limits.acceleration_mps2 if change > 0.0 else limits.deceleration_mps2
    if abs(change) > limit * after_s + limits.speed_error_mps:
        verdict |= SPEED_CHANGE
    if _angle(claims.heading_rad[i], real[H]) > limits.heading_rad:
        verdict |= HEADING_CHANGE
    over_s = (claims.sent_us[i] - whole[OLD_US]) / US_PER_S
    gain = real[GAIN] + 0.5 * (real[A] + claims.acceleration_mps2[i]) * after_s - real[OLD + 5]
    allowed = limits.speed_error_mps + limits.acceleration_error_mps2 * over_s
    if abs(claims.speed_mps[i] - real[OLD + 4] - gain) > allowed:
        verdict |= ACCELERATION_SPEED
    dx, dy = claims.x_m[i] - real[OLD], claims.y_m[i] - real[OLD + 1]
    distance = math.hypot(dx, dy)
    way = real[WAY] + 0.5 * (real[V] + claims.speed_mps[i]) * after_s - real[OLD + 3]
    if distance > way + limits.ahead_m or distance < way - limits.behind_m:
        verdict |= POSITION_SPEED
    if distance > limits.motion_m:
        course = math.atan2(dy, dx)
        if min(_angle(course, claims.heading_rad[i]), _angle(course, real[OLD + 2])) > limits.heading_rad:
            verdict |= HEADING_MOTION
    return verdict


@inline_kernel
def _remember(claims: Claims, i: int, whole: Ints, real: Floats, limits: Limits, afresh: int) -> None:
    """Take the message into the state; the marks move on when the younger one is half the base old."""
    sent_us = claims.sent_us[i]
    if not afresh:
        after_s = (sent_us - whole[SENT_US]) / US_PER_S
        real[WAY] += 0.5 * (real[V] + claims.speed_mps[i]) * after_s
        real[GAIN] += 0.5 * (real[A] + claims.acceleration_mps2[i]) * after_s
    whole[SENT_US], whole[COUNT] = sent_us, claims.sequence[i]
    real[X], real[Y], real[V], real[H] = claims.x_m[i], claims.y_m[i], claims.speed_mps[i], claims.heading_rad[i]
    real[A] = claims.acceleration_mps2[i]
    if afresh or 2 * (sent_us - whole[YOUNG_US]) >= limits.base_us:
        whole[OLD_US] = sent_us if afresh else whole[YOUNG_US]
        whole[YOUNG_US] = sent_us
        for column, value in enumerate((claims.x_m[i], claims.y_m[i], real[H], real[WAY], real[V], real[GAIN])):
            real[OLD + column] = value if afresh else real[YOUNG + column]
            real[YOUNG + column] = value


@inline_kernel
def _too_often(received_us: int, before_us: int, real: Floats, limits: Limits) -> bool:
    """Return whether the message overflows a bucket of ``burst`` messages that drains at the rate; then it does not fill it.

    The generic cell rate algorithm of ITU-T I.371, annex A, in its form as a leaky bucket.
    """
    real[LEVEL] = max(real[LEVEL] - max(received_us - before_us, 0) * limits.rate_hz / US_PER_S, 0.0)
    if real[LEVEL] + 1.0 > limits.burst:
        return True
    real[LEVEL] += 1.0
    return False


@kernel
def judge_alone(
    claims: Claims, receiver_x_m: Floats, receiver_y_m: Floats, slots: Slots, limits: Limits
) -> npt.NDArray[np.uint16]:
    """Return the bits of what each receiver notices by itself of each message, (n,), and remember the senders.

    A message that repeats or goes back is not remembered: it would spoil what is known of the honest ones.
    """
    out = np.zeros(claims.sender.size, np.uint16)
    for i in range(claims.sender.size):
        verdict = _alone(claims, i, receiver_x_m, receiver_y_m, limits)
        received_us = claims.received_us[i]
        slot, new = slot_of(slots, claims.sender[i], claims.receiver[i], received_us - limits.forget_us)
        whole, real = slots.whole[slot], slots.real[slot]
        if _too_often(received_us, received_us if new else slots.last_us[slot], real, limits):
            verdict |= RATE
        slots.last_us[slot] = received_us
        follows = FOLLOWS if new else _counted(claims, i, whole, limits)
        if follows != FOLLOWS:
            verdict |= SEQUENCE
        if new or claims.sent_us[i] - whole[SENT_US] > limits.gap_us:
            _remember(claims, i, whole, real, limits, 1)
        elif claims.sent_us[i] > whole[SENT_US]:
            verdict |= _moved(claims, i, whole, real, limits)
            if follows != REPEATS:
                _remember(claims, i, whole, real, limits, 0)
        out[i] = verdict
    return out
