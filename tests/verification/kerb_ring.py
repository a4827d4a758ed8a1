"""A ring road with bays all along its kerb, on which drivers search: the product's look at the kerb, without other traffic."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.parking.facilities import Bays, Facilities, facilities_of
from twin.parking.kerb_look import free_bays_ahead
from twin.parking.loss_system import one_car_park
from twin.parking.occupancy import Occupancy

BAY_M, SPEED_MPS, BRAKING_MPS2, SIGHT_M = 6.0, 5.5, 1.5, 30.0
NEAREST_M = SPEED_MPS**2 / (2.0 * BRAKING_MPS2)
"""The first bay that a driver can still take lies so far ahead."""


def ring(bays: int) -> Facilities:
    """Return one block face of ``bays`` bays along one edge that ends where it begins."""
    s_m = BAY_M * (np.arange(bays) + 1.0)
    (alone,) = one_car_park(bays).every
    facility = replace(alone, name="ring", group="ring", kind="on_street", gates=None)
    zero = np.zeros(bays, np.int32)
    return facilities_of((facility,), Bays(zero, zero.copy(), s_m, s_m.copy(), s_m.copy()), 1)


@dataclass(frozen=True)
class Found:
    """What those drivers saw who came after the ring had filled."""

    taken: float
    """Mean share of bays taken that they found."""
    inspected: float
    """Mean number of bays that they looked at, the one taken among them."""


def search_on_ring(bays: int, share: float, stay_s: float, duration_s: int, seed: int) -> Found:
    """Let ``share`` x ``bays`` vehicles search and stay (exponential); for one that leaves another comes, anywhere."""
    rng = np.random.default_rng(seed)
    facilities = ring(bays)
    occupancy, length_m = Occupancy(facilities), BAY_M * bays
    leave = np.full(bays, np.inf)
    begun_m = rng.uniform(0.0, length_m, round(share * bays))
    driven_m, born = np.zeros(begun_m.size), np.zeros(begun_m.size)
    inspected, found_taken = [], []
    number = 0
    for now in range(duration_s):
        come = int((leave <= now).sum())
        for bay in np.flatnonzero(leave <= now).tolist():
            occupancy.leave(now, bay)
            leave[bay] = np.inf
        taken = float((occupancy.claimed != -1).mean())
        begun_m = np.append(begun_m, rng.uniform(0.0, length_m, come))
        driven_m, born = np.append(driven_m, np.zeros(come)), np.append(born, np.full(come, now))
        if now > duration_s / 4:
            found_taken += [taken] * come
        if not begun_m.size:
            continue
        at_m = (begun_m + driven_m) % length_m
        order = np.argsort(-at_m)
        zero = np.zeros(order.size, np.int64)
        got = free_bays_ahead(
            zero, at_m[order], zero + SPEED_MPS, zero - 1, SIGHT_M, BRAKING_MPS2, facilities.bay_offset, facilities.bay_at,
            facilities.bays.s_m, occupancy.claimed,
        )  # fmt: skip
        for i, bay in zip(order[got >= 0].tolist(), got[got >= 0].tolist(), strict=True):
            number += 1
            assert occupancy.claim(bay, number)
            occupancy.take(now, bay, number)
            leave[bay] = now + rng.exponential(stay_s)
            ahead_m = facilities.bays.s_m[bay] - at_m[i]
            if born[i] > duration_s / 4:
                inspected.append(1.0 + max(driven_m[i] + ahead_m - NEAREST_M, 0.0) // BAY_M)
        stays = np.ones(begun_m.size, np.bool_)
        stays[order[got >= 0]] = False
        begun_m, driven_m, born = begun_m[stays], driven_m[stays] + SPEED_MPS, born[stays]
    return Found(float(np.mean(found_taken)), float(np.mean(inspected)))
