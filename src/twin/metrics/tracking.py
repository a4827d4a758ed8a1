"""How well tracks follow vehicles: CLEAR MOT, identities, continuity.

Sources: K. Bernardin, R. Stiefelhagen, "Evaluating multiple object tracking performance: the CLEAR MOT metrics", EURASIP
Journal on Image and Video Processing (2008): MOTA, MOTP. E. Ristani et al., "Performance measures and a data set for
multi-target, multi-camera tracking", ECCV Workshops (2016): IDF1. Y. Li, C. Huang, R. Nevatia, "Learning to associate:
HybridBoosted multi-target tracker for crowded scene", CVPR (2009): mostly tracked, mostly lost, fragments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin.metrics.selection import share

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOSTLY_TRACKED = 0.8
"""A vehicle followed in at least this share of its instants counts as mostly tracked (Li et al. 2009)."""

MOSTLY_LOST = 0.2
"""One followed in less than this share counts as mostly lost (the same)."""


@dataclass(frozen=True, slots=True)
class TrackingFigures:
    """Figures of a tracker over all its instants; a unit of the counts is one vehicle, or one track, at one instant."""

    present: int
    """Vehicle-instants that should have been followed."""
    matched: int
    """Of these, followed by a track."""
    false: int
    """Track-instants that match no vehicle: false objects, strayed tracks, doubles."""
    id_switches: int
    """Times that a vehicle is followed by another track than the last time it was followed."""
    fragments: int
    """Times that a vehicle was lost and found again, by whichever track."""
    sum_error_m: float
    """Sum of the distances of matched tracks from their vehicles."""
    id_true: int
    """Matches that remain when each vehicle and each track may belong to one other only, chosen for the most of them."""
    tracked: int
    """Track-instants reported."""
    vehicles: int
    mostly_tracked: int
    mostly_lost: int
    sum_longest_share: float
    """Sum over vehicles of their longest run under one track, as share of their instants."""

    @property
    def misses(self) -> int:
        """Vehicle-instants without a track."""
        return self.present - self.matched

    @property
    def mota(self) -> float | None:
        """Accuracy: 1 - (misses + false + id switches) / present; negative where more is wrong than there is to see."""
        wrong = share(self.misses + self.false + self.id_switches, self.present)
        return None if wrong is None else 1.0 - wrong

    @property
    def motp_m(self) -> float | None:
        """Mean distance of matched tracks from their vehicles, in metres (as Bernardin and Stiefelhagen define it)."""
        return share(self.sum_error_m, self.matched)

    @property
    def idf1(self) -> float | None:
        """Harmonic mean of identity precision and recall: 2 x id_true / (present + tracked)."""
        return share(2 * self.id_true, self.present + self.tracked)

    @property
    def continuity(self) -> float | None:
        """Mean over vehicles of their longest run under one track, as share of their instants."""
        return share(self.sum_longest_share, self.vehicles)


def tracking_figures(
    present_t_us: Longs,
    present_vehicle: npt.NDArray[np.integer[Any]],
    t_us: Longs,
    track: npt.NDArray[np.integer[Any]],
    vehicle: npt.NDArray[np.integer[Any]],
    error_m: Floats,
    most_error_m: float = 2.0,
) -> TrackingFigures:
    """Return the figures of tracks of one site, or of several with track numbers that differ.

    ``present_*`` (n,): which vehicles were to be followed when, each once an instant. The rest (m,): which track was reported
    when, the vehicle that it shows (-1: none) and its distance from it. A track matches its vehicle if that is present and no
    farther than ``most_error_m``. Assumption: 2 m, within which a place is still on the right lane or the one beside it. Of
    several tracks on one vehicle the one of before is matched, else the nearest; the others are false.
    """
    instant = np.unique(np.concatenate((present_t_us, t_us)))
    vehicles, of_present = np.unique(present_vehicle, return_inverse=True)
    there = np.searchsorted(instant, present_t_us)
    key = np.sort(of_present.astype(np.int64) * instant.size + there)  # by vehicle, then instant
    at = np.minimum(np.searchsorted(vehicles, vehicle), max(vehicles.size - 1, 0))
    known = vehicles[at] == vehicle if vehicles.size else np.zeros(t_us.size, np.bool_)
    shown = at.astype(np.int64) * instant.size + np.searchsorted(instant, t_us)
    place = np.minimum(np.searchsorted(key, shown), max(key.size - 1, 0))
    good = known & (error_m <= most_error_m)
    good &= key[place] == shown if key.size else np.zeros(t_us.size, np.bool_)
    names, label = np.unique(track, return_inverse=True)
    order = np.flatnonzero(good)
    order = order[np.lexsort((label[order], error_m[order], place[order]))]
    of_vehicle = key // max(instant.size, 1)
    chosen, sum_error_m = _followed(of_vehicle, place[order], label[order], error_m[order])
    id_switches, fragments, sum_longest_share = _runs(of_vehicle, chosen, vehicles.size)
    followed = chosen >= 0
    share_followed = np.bincount(of_vehicle[followed], minlength=vehicles.size) / np.maximum(
        np.bincount(of_vehicle, minlength=vehicles.size), 1
    )
    matched = int(followed.sum())
    return TrackingFigures(
        present=key.size,
        matched=matched,
        false=int(t_us.size - matched),
        id_switches=id_switches,
        fragments=fragments,
        sum_error_m=sum_error_m,
        id_true=_identities(of_vehicle[place[order]], label[order], vehicles.size, names.size),
        tracked=int(t_us.size),
        vehicles=int(vehicles.size),
        mostly_tracked=int((share_followed >= MOSTLY_TRACKED).sum()),
        mostly_lost=int((share_followed < MOSTLY_LOST).sum()),
        sum_longest_share=sum_longest_share,
    )


def _followed(of_vehicle: Longs, place: Longs, label: Longs, error_m: Floats) -> tuple[Longs, float]:
    """Return the track matched at each vehicle-instant (-1: none) and the sum of errors; candidates by place, then error."""
    chosen = np.full(of_vehicle.size, -1, np.int64)
    pick = np.flatnonzero(np.diff(place, prepend=-1))  # the nearest, wherever there are any
    if not pick.size:
        return chosen, 0.0
    at, count = place[pick], np.diff(pick, append=place.size)
    for i in np.flatnonzero(count > 1).tolist():
        if i > 0 and of_vehicle[at[i - 1]] == of_vehicle[at[i]]:
            goes_on = np.flatnonzero(label[pick[i] : pick[i] + count[i]] == label[pick[i - 1]])
            pick[i] += goes_on[0] if goes_on.size else 0
    chosen[at] = label[pick]
    return chosen, float(np.cumsum(error_m[pick])[-1])  # added in order, so that the last digits stay what they were


def _runs(of_vehicle: Longs, chosen: Longs, vehicles: int) -> tuple[int, int, float]:
    """Return id switches, fragments and the sum of longest runs as shares, from matched tracks by vehicle and instant."""
    switches, fragments, total = 0, 0, 0.0
    bounds = np.searchsorted(of_vehicle, np.arange(vehicles + 1))
    for v in range(vehicles):
        own = chosen[bounds[v] : bounds[v + 1]]
        seen = np.flatnonzero(own >= 0)
        if not seen.size:
            continue
        switches += int((np.diff(own[seen]) != 0).sum())
        fragments += int((np.diff(seen) > 1).sum())
        starts = np.flatnonzero(np.diff(own, prepend=-2) != 0)
        lengths = np.diff(np.append(starts, own.size))
        total += float(lengths[own[starts] >= 0].max()) / own.size
    return switches, fragments, total


def _identities(vehicle: Longs, track: Longs, vehicles: int, tracks: int) -> int:
    """Return the most matches that remain when each vehicle keeps one track and each track one vehicle."""
    if not vehicle.size:
        return 0
    pairs = coo_array((np.ones(vehicle.size, np.int64), (vehicle, track)), shape=(vehicles, tracks)).tocsr().tocoo()
    row, column = (np.asarray(part, np.int64) for part in pairs.coords)
    count = np.asarray(pairs.data, np.int64)
    both = coo_array((np.ones(row.size), (row, vehicles + column)), shape=(vehicles + tracks,) * 2)
    label = connected_components(both, directed=False)[1][row]
    order = np.argsort(label, kind="stable")
    total = 0
    for part in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        rows, r = np.unique(row[part], return_inverse=True)
        columns, c = np.unique(column[part], return_inverse=True)
        dense = np.zeros((rows.size, columns.size), np.int64)
        dense[r, c] = count[part]
        total += int(dense[linear_sum_assignment(dense, maximize=True)].sum())
    return total
