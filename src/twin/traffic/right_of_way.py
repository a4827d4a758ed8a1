"""Before the stop line: signals, right of way, gap acceptance, room behind the junction."""

from __future__ import annotations

import math

from twin.compilation import inline_kernel
from twin.roadnet.lane_graph import CROSS, EQUAL, LEFT, MERGE, MINE, RIGHT, STRAIGHT, THEIRS, ZIP
from twin.traffic.car_following import acceleration_behind
from twin.traffic.conflict_points import CREEP_MPS, leaves_too_late, mean_speed, order_of_entry
from twin.traffic.driving import HALTED_MPS
from twin.traffic.lane_lists import Bytes, Ints, rear_of
from twin.traffic.roads import NEVER_STEP, Records
from twin.traffic.signal_states import GIVE_WAY, GREEN, NO_SIGNAL, RED, YELLOW
from twin.traffic.vehicles import FREE, LATER

QUEUE_HEADWAY_S = 1.9
"""Between two vehicles of a queue that leaves. HCM 2010, chapter 18: base saturation flow 1,900 veh/h a lane."""


@inline_kernel
def critical_gap(driving: Records, turn: int, meets_green: bool) -> float:
    """Return the smallest gap (s) that a driver who gives way takes for his turn."""
    if turn == RIGHT:
        return float(driving[0].gap_right)
    if turn == STRAIGHT:
        return float(driving[0].gap_straight)
    if turn == LEFT and meets_green:
        return float(driving[0].gap_oncoming)
    return float(driving[0].gap_left)


@inline_kernel
def follow_up(driving: Records, turn: int) -> float:
    """Return the time (s) between two vehicles that give way and use the same gap."""
    if turn == RIGHT:
        return float(driving[0].follow_up_right)
    if turn == STRAIGHT:
        return float(driving[0].follow_up_straight)
    return float(driving[0].follow_up_left)


@inline_kernel
def exit_is_full(
    slots: Records, lanes: Records, count: Ints, tails: Ints, connector: int, length: float, gap: float, step: int
) -> bool:
    """Return whether a vehicle that enters now would have to stand inside the junction."""
    target = lanes[connector].target
    rear, rear_speed = rear_of(slots, lanes, count, tails, target, step)
    if rear == FREE or rear_speed > 2.0 * HALTED_MPS:
        return False
    return bool(rear - lanes[target].incoming < length + gap)


@inline_kernel
def comes_later(distance: float, speed: float, limit: float, seconds: float) -> bool:
    """Return whether somebody ``distance`` before a place cannot be there within ``seconds``, however hard he tries."""
    return distance > seconds * max(speed, limit)


@inline_kernel
def seconds_to(distance: float, speed: float, acceleration: float) -> float:
    """Return the time that somebody needs for ``distance`` if he speeds up all the way."""
    return (math.sqrt(speed * speed + 2.0 * acceleration * max(distance, 0.0)) - speed) / acceleration


@inline_kernel
def others_inside(
    slots: Records,
    classes: Records,
    lanes: Records,
    count: Ints,
    tails: Ints,
    conflicts: Records,
    q: int,
    connector: int,
    mine: int,
    distance: float,
    my_arrival: float,
    at_hand: bool,
    clearance: float,
    through_s: float,
    step: int,
) -> tuple[bool, int, int]:
    """Return whether somebody on the other connector of conflict ``q`` keeps me, in slot ``mine``, from entering.

    Where I may enter behind somebody whom I join, lowers my acceleration to what following him asks for.
    ``at_hand``: I come to the place in this step, so that nothing but its being clear will do. ``through_s``: so soon I have
    left the place, FREE where they have right of way; who cannot be there before lets me pass. Also returned: when the first
    of those entered, and the last of those who go before me.
    """
    other = conflicts[q].other
    limit = lanes[other].limit
    behind_me, before_me = LATER, NEVER_STEP
    for n in range(count[other]):
        slot = lanes[other].first_slot + n
        s, length = slots[slot].s, slots[slot].length
        if conflicts[q].kind != CROSS:
            behind = distance + lanes[connector].length - (lanes[other].length - s) - length
            joined = s >= conflicts[q].other_begin
            if behind > 0.0:  # we end in one lane: I follow
                if joined or conflicts[q].kind == MERGE:
                    follow = acceleration_behind(slots, classes, mine, behind, slots[slot].speed)
                    slots[mine].acceleration = min(slots[mine].acceleration, follow)
                before_me = max(before_me, slots[slot].entered)
                continue
            if conflicts[q].kind == ZIP and not joined:
                continue  # who goes first is settled where they zip
        elif comes_later(conflicts[q].other_begin - s, slots[slot].speed, limit, through_s + clearance):
            behind_me = min(behind_me, slots[slot].entered)
            continue
        if s - length < conflicts[q].other_end:
            before_me = max(before_me, slots[slot].entered)
            if at_hand:
                return True, behind_me, before_me
        if leaves_too_late(s, slots[slot].speed, length, limit, conflicts[q].other_end, my_arrival, clearance):
            return True, behind_me, before_me
    if tails[other] >= step and conflicts[q].kind == CROSS and lanes[other].tail < conflicts[q].other_end:
        left = (conflicts[q].other_end - lanes[other].tail) / max(lanes[other].tail_speed, 0.1)
        waits = at_hand or lanes[other].tail_speed < CREEP_MPS or left + clearance > my_arrival
        return bool(waits), behind_me, before_me
    return False, behind_me, before_me


@inline_kernel
def others_coming(
    slots: Records,
    lanes: Records,
    count: Ints,
    conflicts: Records,
    q: int,
    lane: int,
    at_line_s: float,
    my_arrival: float,
    gap: float,
    equal: bool,
    clearance: float,
    step: int,
) -> bool:
    """Return whether somebody with right of way comes too soon on the lane before the other connector of conflict ``q``."""
    other = conflicts[q].other
    source = lanes[other].source
    base, length = lanes[source].first_slot, lanes[source].length
    for n in range(count[source]):
        slot = base + n
        distance = length - slots[slot].s
        if distance > 150.0:
            break
        if slots[slot].next != other:
            continue
        speed = slots[slot].speed
        passed = distance + conflicts[q].other_end + slots[slot].length
        if speed < 0.5:
            if lanes[source].held_step >= step - 1 or (equal and n > 0):
                continue  # stands and does not come
            seconds = passed / (0.5 * lanes[other].limit)
            if n > 0:
                seconds = (passed - distance) / (0.5 * lanes[other].limit) + n * QUEUE_HEADWAY_S
        else:
            seconds = passed / speed
        if equal:
            mine, theirs = lanes[lane].stood, lanes[source].stood
            if theirs > mine or (theirs == mine and distance / max(speed, 0.5) < at_line_s):
                return True
            break  # those behind come later
        if seconds > max(at_line_s + gap, my_arrival + clearance):
            break
        if seconds + clearance < my_arrival:
            continue  # through before I am there
        return True
    return False


@inline_kernel
def must_wait(
    slots: Records,
    classes: Records,
    lanes: Records,
    count: Ints,
    tails: Ints,
    conflicts: Records,
    signal: Bytes,
    blocked: Bytes,
    driving: Records,
    connector: int,
    lane: int,
    slot: int,
    foremost: bool,
    distance: float,
    acceleration: float,
    braking: float,
    standstill_gap: float,
    step: int,
) -> bool:
    """Return whether the vehicle in ``slot``, ``distance`` before ``connector``, has to wait at the end of ``lane`` before it.

    ``foremost``: it is the first one of that lane, not still farther back. It marks the connector as reserved then when it is
    about to enter. Where it passes before somebody who entered earlier and is still
    far from where their ways cross, it counts as having entered before him.
    """
    number = lanes[connector].connector
    speed = slots[slot].speed
    shows = signal[number]
    if foremost:
        slots[slot].entered = LATER
    elif shows == RED or shows == YELLOW:
        return True
    if shows == RED or shows == YELLOW:
        enough = driving[0].hardest_braking if shows == RED else driving[0].stops_at_yellow
        if speed * speed <= 2.0 * enough * distance:
            return True
        lanes[connector].reserved_step = max(lanes[connector].reserved_step, step - 1)  # drives on: nobody has to let him
    if distance > speed * speed / (2.0 * braking) + speed + 3.0:
        return False
    accepted = foremost and lanes[connector].reserved_step >= step - 1
    committed = accepted and speed * speed > 2.0 * driving[0].hardest_braking * distance  # too near to change one's mind
    if blocked[number] != 0 and not committed:
        return True
    if lanes[connector].crosses == 0:
        return False
    if (
        not committed
        and lanes[connector].keep_clear
        and exit_is_full(slots, lanes, count, tails, connector, slots[slot].length, standstill_gap, step)
    ):
        return True
    if shows == NO_SIGNAL and lanes[connector].gives_way:
        since_s = (step - lanes[lane].left_step) * driving[0].step
        start_s = seconds_to(distance, speed, acceleration)
        if not accepted and since_s + start_s < follow_up(driving, lanes[connector].turn):
            return True
    clearance = driving[0].clearance
    limit = lanes[connector].limit
    v = mean_speed(speed, limit)
    at_line_s = distance / v
    behind_me, before_me = LATER, NEVER_STEP
    for q in range(lanes[connector].conflict_begin, lanes[connector].conflict_end):
        other = conflicts[q].other
        source = conflicts[q].source
        theirs = signal[conflicts[q].number]
        nobody_comes = theirs == RED or count[source] == 0
        if nobody_comes and count[other] == 0 and tails[other] < step:
            continue
        if shows == GREEN and theirs == GREEN:
            relation = conflicts[q].green
        elif shows == GIVE_WAY and theirs != GIVE_WAY:
            relation = THEIRS
        elif theirs == GIVE_WAY and shows != GIVE_WAY:
            relation = MINE
        else:
            relation = conflicts[q].priority
        my_arrival = (distance + conflicts[q].begin) / v
        at_hand = distance + conflicts[q].begin < (speed + 1.0) * driving[0].step
        through_s = FREE
        if relation != THEIRS and conflicts[q].kind == CROSS:
            through_s = seconds_to(distance + conflicts[q].end + slots[slot].length, speed, acceleration)
        waits, behind, before = others_inside(
            slots, classes, lanes, count, tails, conflicts, q, connector, slot, distance, my_arrival, at_hand, clearance,
            through_s, step,
        )  # fmt: skip
        if waits:
            if not committed:
                return True
            slots[slot].room = min(slots[slot].room, distance + conflicts[q].begin)
        behind_me, before_me = min(behind_me, behind), max(before_me, before)
        if committed or count[source] == 0:
            continue
        first = lanes[source].first_slot
        if conflicts[q].kind != ZIP and lanes[other].reserved_step >= step - 1 and slots[first].next == other:
            ahead = slots[first].s - lanes[source].length
            joined = distance + lanes[connector].length - (lanes[other].length - ahead) - slots[first].length
            theirs_mps = slots[first].speed
            looks_again = -ahead > (theirs_mps + 1.0) * driving[0].step
            if relation == MINE and looks_again and theirs_mps * theirs_mps <= -2.0 * driving[0].hardest_braking * ahead:
                behind_me = min(behind_me, order_of_entry(step, STRAIGHT))
            elif (conflicts[q].kind == CROSS or joined <= 0.0) and leaves_too_late(
                ahead,
                slots[first].speed + CREEP_MPS,
                slots[first].length,
                lanes[other].limit,
                conflicts[q].other_end,
                my_arrival,
                clearance,
            ):
                return True
        if nobody_comes or accepted or theirs == YELLOW:
            continue
        if relation == MINE or conflicts[q].kind == ZIP:  # they take turns by themselves
            continue
        gap = critical_gap(driving, lanes[connector].turn, shows == GREEN)
        if others_coming(
            slots, lanes, count, conflicts, q, lane, at_line_s, my_arrival, gap, relation == EQUAL, clearance, step
        ):
            return True
    if not foremost:
        return False
    if behind_me < LATER:
        if behind_me - 1 > before_me:
            slots[slot].entered = behind_me - 1
        elif not committed:
            return True
    moves = speed > CREEP_MPS or slots[slot].cap > 0.0  # who lets somebody in does not enter
    if committed or (moves and distance < 1.5 * speed + 2.0 and tails[lane] < step):
        lanes[connector].reserved_step = step
    return False
