"""Pedestrians who cross the arms of signalised junctions: where they are, and which paths of vehicles they block.

They arrive at either kerb, wait until they may walk, and walk across; at a refuge they wait again when it is no longer shown
that they may walk. Drivers wait for who is in their path or about to step into it (``blocked``); pedestrians let a vehicle
that is already inside the junction pass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Annotated, Any, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import Assumed
from twin.compilation import inline_kernel, kernel
from twin.errors import InputError
from twin.messages import say
from twin.rng import stream_key, uniforms
from twin.spec import Spec
from twin.traffic.crossings import Crossings
from twin.traffic.ground_truth import VEHICLE_CLASSES, GroundTruth
from twin.traffic.roads import Records, records
from twin.traffic.signal_states import GREEN
from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]

MOST_PEDESTRIANS: Final = 2_000_000
"""Pedestrians of one run. Assumption: some 100 bytes of memory each."""

PEDESTRIAN: Final = VEHICLE_CLASSES.index("pedestrian")

COMING, WAITING, ON_REFUGE, WALKING, HELD, ACROSS = range(6)
"""Not there yet; at the kerb; on the refuge; walking; letting a vehicle pass that is inside the junction; gone."""

NEXT, PRESENT, DONE, UPDATES = range(4)
"""What ``Pedestrians.counts`` counts: the next to arrive, those there, those who have crossed, updates so far."""

NEVER: Final = -(1 << 63)

HALF_SPREAD_M: Final = 1.2
"""Pedestrians walk up to this far beside the middle of the crossing. Assumption: a crossing 3 m wide, GB 5768.3-2009."""

KERB_M: Final = 0.5
"""Who waits stands this far behind the kerb. Assumption."""

WALKER: Final = np.dtype(
    [
        ("arrive_us", "i8"),
        ("finish_us", "i8"),  # reached the other kerb; NEVER before
        ("walked", "f8"),  # m from the kerb at which he arrived
        ("pace", "f8"),  # m/s when walking
        ("beside", "f8"),  # m beside the middle of the crossing
        ("crossing", "i4"),
        ("back", "i1"),  # 1 for those who start at the kerb where distances end
        ("state", "i1"),
    ],
    align=True,
)


class PedestriansSpec(Spec):
    """Pedestrians at the crossings of signalised junctions."""

    per_crossing_per_hour: Annotated[float, Assumed.fixed("none by default; a count given there is the planner's own")] = Field(
        0.0, ge=0.0, le=20_000.0
    )
    """Pedestrians who arrive at each crossing, both kerbs together. Assumption: none, for counts of the CBD are not public;
    give a number to have them."""

    walking_speed_mps: float = Field(1.2, ge=0.3, le=3.0)
    """Mean walking speed. Source: HCM 2010, chapter 18, 4.0 ft/s."""

    walking_speed_spread: Annotated[float, Assumed.between(0.1, 0.3)] = Field(0.2, ge=0.0, le=0.8)
    """Half the width of the even spread of speeds, relative to the mean. Assumption: about 1 to 1.4 m/s."""

    give_way_s: Annotated[float, Assumed.between(2.0, 4.0)] = Field(3.0, ge=0.0, le=20.0)
    """Drivers wait for a pedestrian who will be in their path within this time. Assumption: a turning car needs about 3 s from
    its stop line over the crossing."""

    length_m: Annotated[float, Assumed.between(0.25, 0.4)] = Field(0.3, ge=0.1, le=3.0)
    """From chest to back. Assumption: with clothes."""

    width_m: Annotated[float, Assumed.between(0.4, 0.6)] = Field(0.5, ge=0.1, le=3.0)
    """From elbow to elbow. Assumption: with swinging arms."""

    height_m: Annotated[float, Assumed.between(1.55, 1.75)] = Field(1.65, ge=0.5, le=2.5)
    """Height. Assumption: between the mean statures of Chinese men and women."""


@dataclass(frozen=True, slots=True)
class Pedestrians:
    """The pedestrians of a run. ``all``, ``active`` and ``counts`` are their whole state; the rest never changes."""

    crossings: Crossings
    all: Records
    """One record a pedestrian, in order of arrival."""
    active: Ints
    """(pedestrians,): the first ``counts[PRESENT]`` are those there, in order of arrival."""
    counts: Longs
    give_way_s: float
    size_m: tuple[float, float, float]
    """Length, width, height of everyone."""

    @property
    def count(self) -> int:
        """Number of pedestrians of the whole run."""
        return int(self.all.size)


def build_pedestrians(crossings: Crossings, spec: PedestriansSpec, seed: int, duration_us: int) -> Pedestrians:
    """Return every pedestrian who arrives from 0 to ``duration_us``, nobody there yet.

    Each crossing has a Poisson process of its own from its own stream. Raise InputError when they were more than
    MOST_PEDESTRIANS.
    """
    expected = crossings.count * spec.per_crossing_per_hour * duration_us / US_PER_S / 3600.0
    if expected > MOST_PEDESTRIANS:
        raise InputError(say("traffic.pedestrians.many", count=expected, crossings=crossings.count, most=MOST_PEDESTRIANS))
    parts = [_arrivals(spec, seed, duration_us, crossing, key) for crossing, key in enumerate(crossings.keys)]
    drawn = np.concatenate([np.zeros(0, dtype=WALKER), *parts])
    order = np.argsort(drawn["arrive_us"], kind="stable")
    every = records(order.size, WALKER)
    for field in drawn.dtype.names or ():  # field by field: what lies between the fields of a record stays 0
        every[field] = drawn[field][order]
    return Pedestrians(
        crossings=crossings,
        all=every,
        active=np.zeros(every.size, dtype=np.int32),
        counts=np.zeros(4, dtype=np.int64),
        give_way_s=spec.give_way_s,
        size_m=(spec.length_m, spec.width_m, spec.height_m),
    )


def _arrivals(spec: PedestriansSpec, seed: int, duration_us: int, crossing: int, key: str) -> npt.NDArray[Any]:
    mean = spec.per_crossing_per_hour * duration_us / US_PER_S / 3600.0
    if mean <= 0.0:
        return np.zeros(0, dtype=WALKER)
    numbers = np.arange(int(mean + 6.0 * math.sqrt(mean) + 10.0), dtype=np.int64)
    when = uniforms(stream_key(seed, "traffic/pedestrians/arrival", key), numbers)[:, 0]
    who = uniforms(stream_key(seed, "traffic/pedestrians/walker", key), numbers)
    arrive_s = np.cumsum(-np.log(when)) * 3600.0 / spec.per_crossing_per_hour
    within = arrive_s * US_PER_S < duration_us
    rows = np.zeros(int(within.sum()), dtype=WALKER)
    rows["arrive_us"] = np.rint(arrive_s[within] * 1000.0) * (US_PER_S // 1000)
    rows["finish_us"] = NEVER
    rows["pace"] = spec.walking_speed_mps * (1.0 + spec.walking_speed_spread * (2.0 * who[within, 0] - 1.0))
    rows["back"] = who[within, 1] < 0.5
    rows["beside"] = HALF_SPREAD_M * (2.0 * who[within, 2] - 1.0)
    rows["crossing"] = crossing
    return rows


@inline_kernel
def refuge_of(walkers: Records, lines: Records, i: int) -> float:
    """Return how far the refuge is from the kerb of pedestrian ``i``; negative without one."""
    line = walkers[i].crossing
    if lines[line].refuge < 0.0 or walkers[i].back == 0:
        return float(lines[line].refuge)
    return float(lines[line].length - lines[line].refuge)


@inline_kernel
def walk(walkers: Records, lines: Records, passages: Records, occupied: Ints, i: int, shows: int, dt_us: int) -> None:
    """Move pedestrian ``i``, as far as no vehicle inside the junction is about to cross his way."""
    line = walkers[i].crossing
    length, pace, before = lines[line].length, walkers[i].pace, walkers[i].walked
    after = before + pace * dt_us * 1e-6
    walkers[i].state = WALKING
    for row in range(lines[line].passage_begin, lines[line].passage_end):
        edge = max(length - passages[row].high if walkers[i].back == 1 else passages[row].low, 0.0)
        if before <= edge < after and occupied[passages[row].connector] != 0:
            after = edge
            walkers[i].state = HELD
    refuge = refuge_of(walkers, lines, i)
    if before < refuge <= after and shows != GREEN:
        after = refuge
        walkers[i].state = ON_REFUGE
    walkers[i].walked = after


@inline_kernel
def block(walkers: Records, lines: Records, passages: Records, blocked: Bytes, i: int, give_way_s: float) -> None:
    """Mark the paths of vehicles that pedestrian ``i`` is in or will step into within ``give_way_s``."""
    line = walkers[i].crossing
    length, here = lines[line].length, walkers[i].walked
    reach = here + walkers[i].pace * give_way_s
    for row in range(lines[line].passage_begin, lines[line].passage_end):
        near, far = passages[row].low, passages[row].high
        if walkers[i].back == 1:
            near, far = length - far, length - near
        if here <= far and reach >= near:
            blocked[passages[row].connector] = 1


@kernel
def step_pedestrians(
    walkers: Records,
    active: Ints,
    counts: Longs,
    lines: Records,
    passages: Records,
    shown: Bytes,
    occupied: Ints,
    blocked: Bytes,
    give_way_s: float,
    t_us: int,
    dt_us: int,
) -> None:
    """Move the pedestrians from ``t_us`` by ``dt_us``; changes walkers, ``active``, ``counts`` and ``blocked`` in place.

    ``shown`` (crossings as the signals count them,): GREEN while one may step off the kerb or the refuge. ``occupied``
    (connectors,): not 0 while any part of a vehicle is on the connector. ``blocked`` (connectors,) becomes 1 where a pedestrian
    is in the path of the connector's vehicles or will be within ``give_way_s``, else 0. May be called from other kernels.
    """
    while counts[NEXT] < walkers.size and walkers[counts[NEXT]].arrive_us <= t_us:
        active[counts[PRESENT]] = counts[NEXT]
        walkers[counts[NEXT]].state = WAITING
        counts[PRESENT] += 1
        counts[NEXT] += 1
    for row in range(passages.size):
        blocked[passages[row].connector] = 0
    counts[UPDATES] += counts[PRESENT]
    staying = 0
    for a in range(counts[PRESENT]):
        i = active[a]
        line = walkers[i].crossing
        shows = shown[lines[line].place]
        if shows == GREEN:
            walkers[i].state = WALKING
        elif walkers[i].walked <= 0.0:
            walkers[i].state = WAITING
        if walkers[i].state >= WALKING:
            walk(walkers, lines, passages, occupied, i, shows, dt_us)
        if walkers[i].walked >= lines[line].length:
            walkers[i].state = ACROSS
            walkers[i].finish_us = t_us + dt_us
            counts[DONE] += 1
            continue
        active[staying] = i
        staying += 1
        if walkers[i].state >= WALKING:
            block(walkers, lines, passages, blocked, i, give_way_s)
    counts[PRESENT] = staying


def step_to(pedestrians: Pedestrians, shown: Bytes, occupied: Ints, blocked: Bytes, t_us: int, dt_us: int) -> None:
    """Move the pedestrians from ``t_us`` by ``dt_us``; see ``step_pedestrians`` for the arrays."""
    step_pedestrians(
        pedestrians.all,
        pedestrians.active,
        pedestrians.counts,
        pedestrians.crossings.lines,
        pedestrians.crossings.passages,
        shown,
        occupied,
        blocked,
        pedestrians.give_way_s,
        t_us,
        dt_us,
    )


def pedestrian_truth(pedestrians: Pedestrians, first_number: int, t_us: int, since_s: float) -> GroundTruth:
    """Return who is at a crossing, ``since_s`` after the last step; numbered from ``first_number``, behind the trips.

    Who waits stands behind the kerb; edge and lane are those of the arm's stop line.
    """
    active = pedestrians.active[: pedestrians.counts[PRESENT]]
    here = pedestrians.all.view(np.ndarray)[active]
    line = pedestrians.crossings.lines.view(np.ndarray)[here["crossing"]]
    speed = np.where(here["state"] == WALKING, here["pace"], 0.0)
    walked = np.where(here["state"] == WAITING, -KERB_M, np.minimum(here["walked"] + speed * since_s, line["length"]))
    back = here["back"] == 1
    along = np.where(back, line["length"] - walked, walked)
    length_m, width_m, height_m = pedestrians.size_m
    count = active.size
    return GroundTruth(
        t_us=t_us,
        vehicle=(active + first_number).astype(np.int32),
        klass=np.full(count, PEDESTRIAN, dtype=np.int8),
        x_m=line["x"] + along * line["dx"] + here["beside"] * line["dy"],
        y_m=line["y"] + along * line["dy"] - here["beside"] * line["dx"],
        level=line["level"].astype(np.int8),
        heading_rad=np.arctan2(np.where(back, -line["dy"], line["dy"]), np.where(back, -line["dx"], line["dx"])),
        speed_mps=speed,
        length_m=np.full(count, length_m),
        width_m=np.full(count, width_m),
        height_m=np.full(count, height_m),
        edge=line["edge"].astype(np.int32),
        lane=np.zeros(count, dtype=np.int8),
        s_m=line["s"].copy(),
    )


def joined_truth(vehicles: GroundTruth, pedestrians: GroundTruth) -> GroundTruth:
    """Return the rows of both, vehicles first; both show the same instant."""
    columns = [field.name for field in fields(GroundTruth) if field.name != "t_us"]
    both = {name: np.concatenate([getattr(vehicles, name), getattr(pedestrians, name)]) for name in columns}
    return GroundTruth(t_us=vehicles.t_us, **both)
