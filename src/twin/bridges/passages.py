"""Vehicles on a deck from look to look: who comes, where everybody is between two looks, who leaves, who passes a station.

Traffic is looked at every half second or so. Between two looks a front follows the cubic curve through both places and speeds
(Hermite); before the first look and where nobody sees a vehicle, on the connectors of junctions or past the last edge, it keeps
its last speed. With a change of speed of 2 m/s2 all in the middle of half a second, the curve is some 2 cm off; a vehicle that
brakes at that rate unseen for a second comes 1 m short of where it is put.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.bridges.response import Floats, Motion
from twin.units import US_PER_S

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

PATIENCE_S: Final = 3.0
"""A vehicle that is not seen for longer has left the road: its load fades within one look. Assumption: whoever is between two
edges is seen again sooner."""

STANDARD_GRAVITY_MPS2: Final = 9.80665
"""Source: BIPM, The International System of Units, 9th ed. (3rd CGPM, 1901)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Fronts on and near a deck at one instant, one row a vehicle."""

    vehicle: Ints
    klass: npt.NDArray[np.int8]
    """Row of the vehicle classes."""
    x_m: Floats
    """Along the deck's axis; less than 0 or more than its length just beside the deck."""
    speed_mps: Floats
    """Not negative, whichever way."""
    direction: Floats
    """1 along the axis, -1 against it."""
    lane: npt.NDArray[np.int8]
    """0 at the kerb."""


@dataclass(frozen=True, slots=True)
class AxleLoads:
    """Vehicles as loads, one row each; ``a`` is the largest number of axles, ``h`` that of the swing's waves."""

    length_m: Floats
    axle_m: Floats
    """(n, a): behind the front."""
    force_n: Floats
    """(n, a): 0 where there is no axle."""
    sway_share: Floats
    """(n,): dynamic load coefficient at ``sway_at_mps``: root mean square over mean of an axle's load."""
    sway_rad_per_s: Floats
    """(n, h)"""
    sway_phase: Floats
    """(n, h)"""


@dataclass(frozen=True, slots=True)
class Passed:
    """Vehicles whose front passed a station between two looks, in the order of their numbers."""

    vehicle: Ints
    station: Ints
    t_us: Longs
    speed_mps: Floats
    lane: npt.NDArray[np.int8]
    direction: Floats
    axle_m: Floats
    """(n, a): axles behind the front."""
    force_n: Floats
    """(n, a): static load of each; 0 where there is none."""


@dataclass(frozen=True, slots=True)
class _Tracks:
    """Who is on the deck or just leaves it, sorted by vehicle."""

    vehicle: Ints
    x_m: Floats
    speed_mps: Floats
    direction: Floats
    weight: Floats
    unseen_s: Floats
    lane: npt.NDArray[np.int8]
    loads: AxleLoads


class Passages:
    """The vehicles of one deck. Call ``look`` at rising instants; each gives the motion since the one before."""

    def __init__(
        self,
        length_m: float,
        loads_of: Callable[[Ints, npt.NDArray[np.int8]], AxleLoads],
        *,
        stations_m: tuple[float, ...] = (),
        sway_at_mps: float = 22.0,
    ) -> None:
        """Begin without vehicles.

        ``loads_of`` gives the axle loads of vehicles by number and class. ``stations_m`` are where passing fronts are told. The
        swing of axle loads is that of ``sway_at_mps`` and goes with speed.
        """
        self.length_m, self.stations_m = length_m, np.array(stations_m, np.float64)
        self._loads_of, self._sway_at_mps = loads_of, sway_at_mps
        nobody = np.zeros(0, np.int32)
        none = np.zeros(0)
        self._tracks = _Tracks(
            nobody, none, none, none, none, none, np.zeros(0, np.int8), loads_of(nobody, np.zeros(0, np.int8))
        )
        self._t_us = -1

    @property
    def vehicles(self) -> Ints:
        """Numbers of the vehicles that have an axle on the deck, rising."""
        return self._tracks.vehicle[self._on_deck(self._tracks)]

    @property
    def mass_kg(self) -> float:
        """Mass that stands on the deck."""
        tracks = self._tracks
        at_m = tracks.x_m[:, None] - tracks.direction[:, None] * tracks.loads.axle_m
        on = (at_m >= 0.0) & (at_m <= self.length_m)
        return float((tracks.loads.force_n * on * tracks.weight[:, None]).sum()) / STANDARD_GRAVITY_MPS2

    def weights(self, vehicle: Ints) -> tuple[Floats, Ints]:
        """Return gross mass (kg) and number of axles of vehicles, (n,), that are on the deck or about to leave it."""
        row = np.searchsorted(self._tracks.vehicle, vehicle)
        force_n = self._tracks.loads.force_n[row]
        return force_n.sum(axis=1) / STANDARD_GRAVITY_MPS2, (force_n > 0.0).sum(axis=1, dtype=np.int32)

    def look(self, t_us: int, seen: Seen) -> tuple[Motion, Passed]:
        """Return how everybody moved since the last look, and who passed a station then.

        The first look only says who is there: its motion has no length in time. Vehicles that were beside the deck come with
        full weight; those that appear on it after the first look fade in until this one.
        """
        first = self._t_us < 0
        span_s = 0.0 if first else (t_us - self._t_us) / US_PER_S
        began_us, self._t_us = self._t_us, t_us
        before = self._with_new(seen, span_s, first=first)
        after = self._at(before, seen, span_s)
        loads = before.loads
        speed = np.stack([before.speed_mps, after.speed_mps], axis=1)
        motion = Motion(
            np.stack([before.x_m, after.x_m], axis=1),
            speed * before.direction[:, None],
            np.stack([before.weight, after.weight], axis=1),
            before.direction,
            loads.axle_m,
            loads.force_n,
            loads.sway_share * speed.mean(axis=1) / self._sway_at_mps,
            loads.sway_rad_per_s,
            loads.sway_phase,
        )
        passed = self._passed(before, after, max(began_us, 0), t_us)
        stays = (after.weight > 0.0) & ~self._left(after)
        self._tracks = after if stays.all() else _chosen(after, stays)
        return motion, passed

    def _with_new(self, seen: Seen, span_s: float, *, first: bool) -> _Tracks:
        """Return everybody at the last look, with those who are new as they were then."""
        old = self._tracks
        new = ~_among(seen.vehicle, old.vehicle)[1]
        if not new.any():
            return old
        number = seen.vehicle[new]
        loads = self._loads_of(number, seen.klass[new])
        direction, speed = seen.direction[new], seen.speed_mps[new]
        x_m = seen.x_m[new] - direction * speed * span_s
        beside = np.where(direction > 0.0, x_m <= 0.0, x_m >= self.length_m)
        weight = np.where(beside | first, 1.0, 0.0)
        came = _Tracks(number, x_m, speed, direction, weight, np.zeros(number.size), seen.lane[new], loads)
        both = _joined(old, _chosen(came, ~self._left(replace(came, x_m=seen.x_m[new]))))
        return _chosen(both, np.argsort(both.vehicle, kind="stable"))

    def _at(self, before: _Tracks, seen: Seen, span_s: float) -> _Tracks:
        """Return everybody now: as seen, or as far on as his speed takes him."""
        order = np.argsort(seen.vehicle, kind="stable")
        place, there = _among(before.vehicle, seen.vehicle[order])
        row = order[place] if order.size else place
        going_m = before.x_m + before.direction * before.speed_mps * span_s
        x_m, speed, lane, unseen_s = going_m, before.speed_mps.copy(), before.lane.copy(), before.unseen_s + span_s
        x_m[there], speed[there], lane[there] = seen.x_m[row[there]], seen.speed_mps[row[there]], seen.lane[row[there]]
        unseen_s[there] = 0.0
        weight = np.where(unseen_s > PATIENCE_S, 0.0, 1.0)
        return _Tracks(before.vehicle, x_m, speed, before.direction, weight, unseen_s, lane, before.loads)

    def _passed(self, before: _Tracks, after: _Tracks, began_us: int, t_us: int) -> Passed:
        """Return who passed a station: its instant on the straight line between both looks."""
        forward = before.direction[:, None] * (self.stations_m[None, :] - before.x_m[:, None])
        way = (before.direction * (after.x_m - before.x_m))[:, None]
        row, station = np.nonzero((forward > 0.0) & (forward <= way) & (before.weight * after.weight > 0.0)[:, None])
        share = forward[row, station] / way[row, 0]
        speed = before.speed_mps[row] + share * (after.speed_mps[row] - before.speed_mps[row])
        return Passed(
            before.vehicle[row],
            station.astype(np.int32),
            began_us + np.round(share * (t_us - began_us)).astype(np.int64),
            speed,
            after.lane[row],
            before.direction[row],
            before.loads.axle_m[row],
            before.loads.force_n[row],
        )

    def _left(self, tracks: _Tracks) -> npt.NDArray[np.bool_]:
        """Return who has the deck behind him with all his length, or has turned up past it."""
        rear_m = tracks.x_m - tracks.direction * tracks.loads.length_m
        return np.where(tracks.direction > 0.0, rear_m > self.length_m, rear_m < 0.0)

    def _on_deck(self, tracks: _Tracks) -> npt.NDArray[np.bool_]:
        rear_m = tracks.x_m - tracks.direction * tracks.loads.length_m
        on: npt.NDArray[np.bool_] = np.minimum(tracks.x_m, rear_m) <= self.length_m
        return on & (np.maximum(tracks.x_m, rear_m) >= 0.0)


def _among(wanted: Ints, sorted_: Ints) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return where each of ``wanted`` (n,) stands in rising numbers, and whether it does."""
    if not sorted_.size:
        return np.zeros(wanted.size, np.intp), np.zeros(wanted.size, np.bool_)
    place = np.minimum(np.searchsorted(sorted_, wanted), sorted_.size - 1)
    return place, sorted_[place] == wanted


def _chosen(tracks: _Tracks, rows: npt.NDArray[Any]) -> _Tracks:
    """Return the rows alone, in their order."""
    chosen = {field.name: getattr(tracks, field.name)[rows] for field in fields(tracks) if field.name != "loads"}
    loads = AxleLoads(*(getattr(tracks.loads, field.name)[rows] for field in fields(AxleLoads)))
    return _Tracks(**chosen, loads=loads)


def _joined(first: _Tracks, second: _Tracks) -> _Tracks:
    """Return the rows of both."""

    def both(one: Any, other: Any, name: str) -> Any:
        return np.concatenate([getattr(one, name), getattr(other, name)])

    parts = {field.name: both(first, second, field.name) for field in fields(_Tracks) if field.name != "loads"}
    loads = AxleLoads(*(both(first.loads, second.loads, field.name) for field in fields(AxleLoads)))
    return _Tracks(**parts, loads=loads)
