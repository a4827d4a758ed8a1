"""What must hold after every single step, checked by a compiled kernel.

Nobody overlaps the one ahead, on his own lane or hanging over from the next one; no two vehicles are on one conflict point;
every vehicle is on one lane, in order, moving forwards; nobody is lost. Hanging over is worked out here from the vehicles, not
read from what the engine remembers of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.roadnet.lane_graph import CROSS
from twin.traffic.engine import Engine
from twin.traffic.roads import NONE
from twin.traffic.vehicles import ACTIVE, ARRIVED, NEXT, RELEASED, REMOVED, STEPS, WAITING

Records = Any
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

ENTERED_M = 0.06
"""A bumper this far past the beginning of a conflict is in it (a move ends 0.05 m short of a bound)."""

CHECKED, OVERLAPS, SHARED, ASTRAY, LOST = range(5)
"""What is counted: steps checked, pairs that overlap, pairs on one conflict point, vehicles off their lane or backwards,
steps in which the vehicles do not add up."""

EVERYTHING = 5
NOWHERE = 1e9


@inline_kernel
def hang_over(slots: Records, lanes: Records, count: Ints, tail: Floats, who: Ints) -> None:
    """Write into ``tail`` how far back, along each lane, a vehicle reaches whose front has left it; into ``who`` its slot."""
    tail[:] = NOWHERE
    who[:] = NONE
    for lane in range(count.size):
        if count[lane] == 0:
            continue
        slot = lanes[lane].first_slot + count[lane] - 1
        rear = slots[slot].s - slots[slot].length
        behind = lanes[lane].source if lanes[lane].connector != NONE else slots[slot].came
        while rear < 0.0 and behind != NONE:
            rear += lanes[behind].length
            if rear < tail[behind]:
                tail[behind] = rear
                who[behind] = slot
            behind = lanes[behind].source


@inline_kernel
def front_and_rear(slots: Records, lanes: Records, tail: Floats, who: Ints, lane: int, n: int) -> tuple[int, float, float]:
    """Return slot, front and rear (m along ``lane``) of its ``n``-th vehicle; -1 is who hangs over."""
    if n < 0:
        return int(who[lane]), NOWHERE if who[lane] != NONE else -NOWHERE, tail[lane]
    slot = lanes[lane].first_slot + n
    return int(slot), slots[slot].s, slots[slot].s - slots[slot].length


@inline_kernel
def meet(
    slots: Records, lanes: Records, conflicts: Records, count: Ints, tail: Floats, who: Ints, lane: int, q: int
) -> tuple[int, int]:
    """Return two vehicles (slots) that are on the conflict ``q`` of ``lane`` at once; NONE twice without.

    Where streams cross, nobody may be on the place while another is. Where they end in one lane, one may follow the other over
    the common stretch: there they must not overlap in distance to its end.
    """
    other = conflicts[q].other
    for n in range(-1, count[lane]):
        a, front_a, rear_a = front_and_rear(slots, lanes, tail, who, lane, n)
        if front_a <= conflicts[q].begin + ENTERED_M or rear_a >= conflicts[q].end:
            continue
        for m in range(-1, count[other]):
            b, front_b, rear_b = front_and_rear(slots, lanes, tail, who, other, m)
            if a == b or front_b <= conflicts[q].other_begin + ENTERED_M or rear_b >= conflicts[q].other_end:
                continue
            if conflicts[q].kind == CROSS:
                return a, b
            further = lanes[lane].length - lanes[other].length
            if front_a - further > rear_b and front_b > rear_a - further and (front_a < NOWHERE or front_b < NOWHERE):
                return a, b
    return NONE, NONE


@inline_kernel
def note(first: Longs, what: int, step: int, lane: int, vehicle: int, other: int) -> None:
    """Keep what went wrong first."""
    if first[0] == 0:
        first[0], first[1], first[2], first[3], first[4] = what, step, lane, vehicle, other


@kernel
def check(  # noqa: C901  (one pass over everything)
    slots: Records,
    vehicles: Records,
    lanes: Records,
    conflicts: Records,
    count: Ints,
    counts: Longs,
    tail: Floats,
    who: Ints,
    outside: int,
    found: Longs,
    first: Longs,
    smallest: Floats,
) -> None:
    """Add to ``found`` what does not hold now.

    ``first`` keeps (what, step, lane, vehicle, other) of the first violation, ``smallest`` the smallest gap (m). Slots without
    a vehicle (obstacles) are looked at, too, and not counted.
    """
    step = counts[STEPS]
    found[CHECKED] += 1
    hang_over(slots, lanes, count, tail, who)
    total = 0
    for lane in range(count.size):
        if count[lane] == 0:
            continue
        base = lanes[lane].first_slot
        ahead = who[lane]
        gap = tail[lane] - slots[base].s
        for n in range(count[lane]):
            slot = base + n
            i = slots[slot].vehicle
            if n > 0:
                ahead = slot - 1
                gap = slots[ahead].s - slots[ahead].length - slots[slot].s
            smallest[0] = min(smallest[0], gap)
            if not gap > 0.0:
                found[OVERLAPS] += 1
                note(first, OVERLAPS, step, lane, i, slots[ahead].vehicle)
            s, speed = slots[slot].s, slots[slot].speed
            total += i >= 0
            if not (0.0 <= s <= lanes[lane].length and speed >= 0.0) or (i >= 0 and vehicles[i].lane != lane):
                found[ASTRAY] += 1
                note(first, ASTRAY, step, lane, i, NONE)
    for lane in range(count.size):
        if lanes[lane].connector == NONE or (count[lane] == 0 and who[lane] == NONE):
            continue
        for q in range(lanes[lane].conflict_begin, lanes[lane].conflict_end):
            other = conflicts[q].other
            if other < lane or (count[other] == 0 and who[other] == NONE):
                continue
            here, there = meet(slots, lanes, conflicts, count, tail, who, lane, q)
            if here != NONE:
                found[SHARED] += 1
                note(first, SHARED, step, lane, slots[here].vehicle, slots[there].vehicle)
    gone = counts[ARRIVED] + counts[REMOVED] + outside
    begun = counts[NEXT] + counts[RELEASED]
    if total != counts[ACTIVE] or begun != counts[ACTIVE] + counts[WAITING] + gone:
        found[LOST] += 1
        note(first, LOST, step, NONE, total, counts[ACTIVE])


@dataclass
class Checker:
    """Steps an engine in its stead, looks at it after every step, and remembers what did not hold."""

    engine: Engine
    outside: int = 0
    """Trips that count as begun and never entered."""
    found: Longs = field(default_factory=lambda: np.zeros(EVERYTHING, dtype=np.int64))
    first: Longs = field(default_factory=lambda: np.zeros(5, dtype=np.int64))
    smallest_gap_m: Floats = field(default_factory=lambda: np.full(1, NOWHERE))

    def __post_init__(self) -> None:
        """Make room for what hangs over."""
        lanes = self.engine.roads.count.size
        self._tail, self._who = np.zeros(lanes), np.zeros(lanes, dtype=np.int32)
        self._step_to = self.engine.step_to

    def step_to(self, t_us: int) -> None:
        """Do as ``Engine.step_to`` does, one step at a time, each checked."""
        engine = self.engine
        while engine.t_us + engine.step_us <= t_us:
            self._step_to(engine.t_us + engine.step_us)
            self.look()

    def look(self) -> None:
        """Check the engine as it stands."""
        vehicles, roads = self.engine.vehicles, self.engine.roads
        check(
            vehicles.slots,
            vehicles.all,
            roads.lanes,
            roads.conflicts,
            roads.count,
            vehicles.counts,
            self._tail,
            self._who,
            self.outside,
            self.found,
            self.first,
            self.smallest_gap_m,
        )

    def report(self) -> str:
        """Return what did not hold so far, in words; empty when all did."""
        if not self.found[CHECKED + 1 :].any():
            return ""
        what = ("", "overlaps", "shares a conflict point", "is astray", "does not add up")[int(self.first[0])]
        kinds = dict(zip(("overlaps", "shared", "astray", "lost"), self.found[1:].tolist(), strict=True))
        step, lane, vehicle, other = self.first[1:].tolist()
        return (
            f"in {self.found[CHECKED]} steps {kinds}; first {what}: step {step}, lane {lane}, vehicle {vehicle}, other {other}"
        )
