"""The Intelligent Driver Model.

Source: M. Treiber, A. Hennecke, D. Helbing, "Congested traffic states in empirical observations and microscopic
simulations", Physical Review E 62 (2000) 1805-1824, equations 1-3; exponent 4 as there. Only + - * / and square roots are
used, which every machine rounds alike.
"""

from __future__ import annotations

from twin.compilation import inline_kernel
from twin.traffic.roads import Records
from twin.traffic.vehicles import FREE

SMALLEST_GAP_M = 0.05
"""Below this the interaction term is not evaluated: it would overflow, and the vehicle stands anyway."""


@inline_kernel
def free_acceleration(speed: float, pace: float, acceleration: float, braking: float) -> float:
    """Return the acceleration (m/s2) on an empty road; never harder than comfortable braking when too fast.

    ``pace`` is 1 / desired speed (s/m); the rest in m/s and m/s2.
    """
    ratio = speed * pace
    square = ratio * ratio
    return max(acceleration * (1.0 - square * square), -braking)


@inline_kernel
def interaction(
    speed: float,
    gap: float,
    leader_speed: float,
    acceleration: float,
    interaction_s2pm: float,
    time_gap: float,
    standstill_gap: float,
) -> float:
    """Return the deceleration (m/s2, >= 0) that a leader ``gap`` metres ahead (bumper to bumper) adds.

    ``interaction_s2pm`` is 1 / (2 sqrt(acceleration x comfortable braking)).
    """
    wish = speed * time_gap + speed * (speed - leader_speed) * interaction_s2pm
    wanted_gap = standstill_gap + max(0.0, wish)
    ratio = wanted_gap / max(gap, SMALLEST_GAP_M)
    return acceleration * ratio * ratio


@inline_kernel
def acceleration_behind(slots: Records, classes: Records, slot: int, gap: float, leader_speed: float) -> float:
    """Return what the vehicle in ``slot`` would do ``gap`` metres behind somebody (FREE: nobody)."""
    k = slots[slot].klass
    free = free_acceleration(slots[slot].speed, slots[slot].pace, classes[k].acceleration, classes[k].braking)
    if gap >= FREE:
        return free
    return free - interaction(
        slots[slot].speed,
        gap,
        leader_speed,
        classes[k].acceleration,
        classes[k].interaction,
        classes[k].time_gap,
        classes[k].standstill_gap,
    )


@inline_kernel
def asked_behind(slots: Records, classes: Records, slot: int, gap: float, leader_speed: float, least: float) -> float:
    """Return the acceleration asked of the vehicle in ``slot`` to fall in behind somebody; not below ``least``."""
    return least if gap <= 0.0 else max(acceleration_behind(slots, classes, slot, gap, leader_speed), least)
