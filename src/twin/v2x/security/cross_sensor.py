"""Claims of vehicles held against what roadside sensors see at the same time: each claim needs an object of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.v2x.security.vehicle_messages import Floats

Covered = Callable[[Floats, Floats], npt.NDArray[np.bool_]]
"""Returns which places (n,) the sensors see, whatever is there."""

OWN, TAKEN, NOTHING = range(3)
"""What a claim finds within the gate: an object of its own; objects that are nearer to other claims only; none."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What all roadside sensors together report of one instant."""

    t_us: int
    x_m: Floats
    """Place of each reported object, (n,), each vehicle once."""
    y_m: Floats
    covered: Covered


def assigned(
    claim_x_m: Floats, claim_y_m: Floats, object_x_m: Floats, object_y_m: Floats, gate_m: float
) -> tuple[npt.NDArray[np.int8], int]:
    """Return what each claim (n,) finds, OWN, TAKEN or NOTHING, and how many objects nobody claims.

    Pairs within the gate are taken from the nearest on, each claim and each object once.
    """
    order = np.argsort(object_x_m, kind="stable")
    claim, thing, distance = _pairs(claim_x_m, claim_y_m, object_x_m[order], object_y_m[order], gate_m)
    return _settled(claim, thing, np.lexsort((thing, claim, distance)), claim_x_m.size, object_x_m.size)


@kernel
def _pairs(
    claim_x_m: Floats, claim_y_m: Floats, object_x_m: Floats, object_y_m: Floats, gate_m: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Return every pair within the gate, claim after claim: claim, object, squared distance; objects come by rising x."""
    count = 0
    room = max(4 * claim_x_m.size, 16)
    claim, thing, distance = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
    for i in range(claim_x_m.size):
        j = np.searchsorted(object_x_m, claim_x_m[i] - gate_m)
        while j < object_x_m.size and object_x_m[j] <= claim_x_m[i] + gate_m:
            squared = (object_x_m[j] - claim_x_m[i]) ** 2 + (object_y_m[j] - claim_y_m[i]) ** 2
            if squared <= gate_m * gate_m:
                if count == room:
                    claim, thing = np.concatenate((claim, claim)), np.concatenate((thing, thing))
                    distance = np.concatenate((distance, distance))
                    room *= 2
                claim[count], thing[count], distance[count] = i, j, squared
                count += 1
            j += 1
    return claim[:count], thing[:count], distance[:count]


@kernel
def _settled(
    claim: npt.NDArray[np.int64], thing: npt.NDArray[np.int64], order: npt.NDArray[np.int64], claims: int, objects: int
) -> tuple[npt.NDArray[np.int8], int]:
    found, used, left = np.full(claims, NOTHING, np.int8), np.zeros(objects, np.bool_), objects
    for pair in order:
        i, j = claim[pair], thing[pair]
        if found[i] == OWN:
            continue
        if used[j]:
            found[i] = TAKEN
        else:
            found[i], used[j] = OWN, True
            left -= 1
    return found, left
