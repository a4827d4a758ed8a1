"""Before the stop line: signals, right of way, gap acceptance, room behind the junction."""

from __future__ import annotations

import math

from twin.compilation import inline_kernel
from twin.roadnet.lane_graph import CROSS, EQUAL, LEFT, MERGE, MINE, RIGHT, STRAIGHT, THEIRS, ZIP
from twin.traffic.car_following import acceleration_behind
from twin.traffic.conflict_points import CREEP_MPS, leaves_too_late, mean_speed
from twin.traffic.driving import HALTED_MPS
from twin.traffic.lane_lists import Bytes, Ints, rear_of
from twin.traffic.roads import Records
from twin.traffic.signal_states import GIVE_WAY, GREEN, NO_SIGNAL, RED, YELLOW
from twin.traffic.vehicles import FREE


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
    step: int,
) -> bool:
    """Return whether somebody on the other connector of conflict ``q`` keeps me, in slot ``mine``, from entering.

    Where I may enter behind somebody whom I join, lowers my acceleration to what following him asks for.
    ``at_hand``: I come to the place in this step, so that nothing but its being clear will do.
    """
    other = conflicts[q].other
    limit = lanes[other].limit
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
                continue
            if conflicts[q].kind == ZIP and not joined:
                continue  # who goes first is settled where they zip
        if at_hand and s - length < conflicts[q].other_end:
            return True
        if leaves_too_late(s, slots[slot].speed, length, limit, conflicts[q].other_end, my_arrival, clearance):
            return True
    if tails[other] >= step and conflicts[q].kind == CROSS and lanes[other].tail < conflicts[q].other_end:
        if at_hand:
            return True
        left = (conflicts[q].other_end - lanes[other].tail) / max(lanes[other].tail_speed, 0.1)
        return bool(lanes[other].tail_speed < CREEP_MPS or left + clearance > my_arrival)
    return False


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
            if n > 0 or lanes[source].held_step >= step - 1:
                continue  # stands and does not come
            seconds = passed / (0.5 * lanes[other].limit)
        else:
            seconds = passed / speed
        if equal:
            mine, theirs = lanes[lane].stood, lanes[source].stood
            if theirs > mine or (theirs == mine and distance / max(speed, 0.5) < at_line_s):
                return True
            break  # those behind come later
        if seconds > at_line_s + gap:
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
    lane: int,
    slot: int,
    distance: float,
    acceleration: float,
    braking: float,
    standstill_gap: float,
    step: int,
) -> bool:
    """Return whether the first vehicle of ``lane``, ``distance`` before its end, has to wait there.

    Marks the connector as reserved when it is about to enter.
    """
    connector = slots[slot].next
    number = lanes[connector].connector
    speed = slots[slot].speed
    shows = signal[number]
    if shows == RED or shows == YELLOW:
        enough = driving[0].hardest_braking if shows == RED else driving[0].stops_at_yellow
        if speed * speed <= 2.0 * enough * distance:
            return True
        lanes[connector].reserved_step = max(lanes[connector].reserved_step, step - 1)  # drives on: nobody has to let him
    if distance > speed * speed / (2.0 * braking) + speed + 3.0:
        return False
    accepted = lanes[connector].reserved_step >= step - 1
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
        start_s = (math.sqrt(speed * speed + 2.0 * acceleration * max(distance, 0.0)) - speed) / acceleration
        if not accepted and since_s + start_s < follow_up(driving, lanes[connector].turn):
            return True
    clearance = driving[0].clearance
    limit = lanes[connector].limit
    v = mean_speed(speed, limit)
    at_line_s = distance / v
    for q in range(lanes[connector].conflict_begin, lanes[connector].conflict_end):
        other = conflicts[q].other
        source = conflicts[q].source
        theirs = signal[conflicts[q].number]
        nobody_comes = theirs == RED or count[source] == 0
        if nobody_comes and count[other] == 0 and tails[other] < step:
            continue
        my_arrival = (distance + conflicts[q].begin) / v
        at_hand = distance + conflicts[q].begin < (speed + 1.0) * driving[0].step
        if others_inside(
            slots, classes, lanes, count, tails, conflicts, q, connector, slot, distance, my_arrival, at_hand, clearance, step
        ):
            if not committed:
                return True
            slots[slot].room = min(slots[slot].room, distance + conflicts[q].begin)
        if committed or count[source] == 0:
            continue
        first = lanes[source].first_slot
        if conflicts[q].kind != ZIP and lanes[other].reserved_step >= step - 1 and slots[first].next == other:
            ahead = slots[first].s - lanes[source].length
            joined = distance + lanes[connector].length - (lanes[other].length - ahead) - slots[first].length
            if (conflicts[q].kind == CROSS or joined <= 0.0) and leaves_too_late(
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
        if shows == GREEN and theirs == GREEN:
            relation = conflicts[q].green
        elif shows == GIVE_WAY and theirs != GIVE_WAY:
            relation = THEIRS
        elif theirs == GIVE_WAY and shows != GIVE_WAY:
            relation = MINE
        else:
            relation = conflicts[q].priority
        if relation == MINE or conflicts[q].kind == ZIP:  # they take turns by themselves
            continue
        gap = critical_gap(driving, lanes[connector].turn, shows == GREEN)
        if others_coming(
            slots, lanes, count, conflicts, q, lane, at_line_s, my_arrival, gap, relation == EQUAL, clearance, step
        ):
            return True
    if committed or (distance < 1.5 * speed + 2.0 and tails[lane] < step):
        lanes[connector].reserved_step = step
    return False
