"""Which facility a driver sets out for: the least generalised cost, with a Gumbel part of its own for each driver and facility.

The cost of a facility, in seconds of driving, is the drive there + weight x walk + price of the stay / value of time + what
coming in vain counts x (1 - chance of a space, as believed). With independent Gumbel parts the choice of the least is the
multinomial logit. Source: D. McFadden, "Conditional logit analysis of qualitative choice behavior", in Frontiers in
Econometrics (1974).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.parking.behaviour_spec import ChoiceSpec
from twin.parking.facilities import Facilities
from twin.parking.information import Information
from twin.rng import stream_key, uniform4
from twin.traffic.ways import Ways
from twin.units import US_PER_S

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NOWHERE: Final = -1
"""No facility: in place of an alternative, there is none; as a choice, the driver sees no hope in any."""

NEVER_US: Final = -(1 << 62)
_AT_ONCE: Final = 512


@kernel
def _gumbels(key: np.uint64, trip: Ints, attempt: Ints, facility: Ints) -> Floats:
    """Return standard Gumbel draws (n,) of each trip's attempt for a facility."""
    out = np.empty(facility.size)
    for i in range(facility.size):
        out[i] = -math.log(-math.log(uniform4(key, attempt[i], trip[i], facility[i])[0]))
    return out


class DriveTimes:
    """Expected times to every entrance, from everywhere."""

    def __init__(self, ways: Ways, edge_length_m: Floats, facilities: Facilities) -> None:
        """Ask for the times to each entrance's edge once."""
        edges = np.arange(edge_length_m.size)
        entry = np.array([one.entry_edge for one in facilities.every], np.int64)
        self._entry_edge = entry
        self._entry_s_m = np.array([one.entry_s_m for one in facilities.every])
        self._length_m, self._time_s = edge_length_m, ways.edge_time_s
        rest_s = self._time_s[entry] * (1.0 - self._entry_s_m / edge_length_m[entry])
        to_end_s = ways.times_s(edges, entry)
        around_s = np.full(facilities.count, np.inf)
        for f, edge in enumerate(entry.tolist()):  # whoever is past the entrance has to come round
            following = ways.onward.of(edge)
            around_s[f] = (to_end_s[following, f] + self._time_s[following]).min(initial=np.inf)
        self._from_end_s, self._around_s = to_end_s - rest_s, around_s - rest_s

    def __call__(self, facility: Ints, edge: Ints, s_m: Floats) -> Floats:
        """Return the time (s) to a facility's entrance from ``s_m`` along an edge, row by row; infinite where no way leads."""
        rest_s = self._time_s[edge] * (1.0 - np.minimum(s_m / self._length_m[edge], 1.0))
        same = edge == self._entry_edge[facility]
        ahead_m = self._entry_s_m[facility] - s_m
        elsewhere = rest_s + np.where(same, self._around_s[facility], self._from_end_s[edge, facility])
        here = np.maximum(ahead_m, 0.0) / self._length_m[edge] * self._time_s[edge]
        return np.asarray(np.where(same & (ahead_m >= 0.0), here, elsewhere))


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Facilities that each of some drivers thinks of, the nearest to the destination first."""

    facility: Ints
    """(n, m): ``NOWHERE`` behind the last."""
    walk_m: Floats
    """(n, m): way on foot; infinite behind the last."""

    @classmethod
    def near(
        cls, facilities: Facilities, spec: ChoiceSpec, x_m: Floats, y_m: Floats, purpose: npt.ArrayLike, names: tuple[str, ...]
    ) -> Alternatives:
        """Return those within a walk of destinations (n,) that are open to the drivers' purposes (n,), rows of ``names``."""
        every = facilities.every
        to_x_m, to_y_m = np.array([one.x_m for one in every]), np.array([one.y_m for one in every])
        allowed = np.array([[not one.purposes or name in one.purposes for one in every] for name in names])
        kind, m = np.asarray(purpose), min(spec.alternatives, len(every))
        facility, walk_m = np.empty((x_m.size, m), np.int64), np.empty((x_m.size, m))
        for first in range(0, x_m.size, _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            away_m = np.hypot(x_m[part, None] - to_x_m, y_m[part, None] - to_y_m)
            away_m = np.where((away_m <= spec.walk_most_m) & allowed[kind[part]], away_m, np.inf)
            order = np.argsort(away_m, axis=1, kind="stable")[:, :m]
            nearest = np.take_along_axis(away_m, order, axis=1)
            facility[part] = np.where(np.isfinite(nearest), order, NOWHERE)
            walk_m[part] = nearest * spec.walk_detour
        return cls(facility, walk_m)


class Chooser:
    """Lets drivers choose, again and again, with what they remember."""

    def __init__(
        self,
        spec: ChoiceSpec,
        facilities: Facilities,
        alternatives: Alternatives,
        drive: DriveTimes,
        information: Information,
        trip: Ints,
        price_cny: Floats,
        seed: int,
        hopeless: float,
        start_h: float,
    ) -> None:
        """Keep everybody's alternatives. ``price_cny`` (n, m): what the driver's stay costs at each.

        ``start_h``: hour of the day at instant 0; below a chance of ``hopeless`` nobody sets out.
        """
        self.alternatives = alternatives
        self.failed_us: Ints = np.full(alternatives.facility.shape, NEVER_US)
        """(n, m): when the driver last saw that there was no space."""
        self._spec, self._drive, self._information, self._trip = spec, drive, information, trip
        walk_s = alternatives.walk_m / spec.walk_speed_mps
        self._fixed_s = spec.walk_weight * walk_s + price_cny * 3600.0 / spec.cny_per_hour
        self._x_m, self._y_m = (np.array([getattr(one, axis) for one in facilities.every]) for axis in ("x_m", "y_m"))
        self._key = stream_key(seed, "parking/choice")
        self._scale_s = spec.spread_s * math.sqrt(6.0) / math.pi
        self._hopeless, self._start_h = hopeless, start_h
        self._from_h, self._until_h = (
            np.array([getattr(one, key) for one in facilities.every]) for key in ("open_from_h", "open_until_h")
        )

    def fail(self, driver: int, facility: int, t_us: int) -> None:
        """Let a driver remember that he saw no space at a facility."""
        self.failed_us[driver, self.alternatives.facility[driver] == facility] = t_us

    def think_of(self, driver: Ints, facility: Ints) -> npt.NDArray[np.bool_]:
        """Return whether each driver (k,) thinks of a facility at all."""
        return np.asarray((self.alternatives.facility[driver] == facility[:, None]).any(axis=1))

    def thinks_of(self, driver: int, facility: int) -> bool:
        """Return whether a driver thinks of a facility at all."""
        return bool((self.alternatives.facility[driver] == facility).any())

    def choose(
        self, t_us: int, driver: Ints, edge: Ints, s_m: Floats, xy_m: tuple[Floats, Floats], attempt: Ints
    ) -> tuple[Ints, Ints]:
        """Return the facility that each driver (k,) sets out for, ``NOWHERE`` without hope, and when he would be there, us.

        He is ``s_m`` along an edge, at ``xy_m``; each ``attempt`` of a driver has draws of its own.
        """
        facility = self.alternatives.facility[driver]
        row, column = np.nonzero(facility != NOWHERE)
        asked = facility[row, column]
        drive_s = self._drive(asked, edge[row], s_m[row])
        led = np.isfinite(drive_s)
        row, column, asked, drive_s = row[led], column[led], asked[led], drive_s[led]
        arrive_us = t_us + np.rint(drive_s * US_PER_S).astype(np.int64)
        away_m = np.hypot(self._x_m[asked] - xy_m[0][row], self._y_m[asked] - xy_m[1][row])
        believed = self._information.believed(t_us, self._trip[driver][row], asked, arrive_us, away_m)
        since_s = (t_us - self.failed_us[driver[row], column]) / US_PER_S
        chance = believed.chance * (1.0 - np.exp(-since_s / self._spec.memory_s))
        gumbel = _gumbels(self._key, self._trip[driver][row], attempt[row], asked)
        utility = np.full(facility.shape, -np.inf)
        chance = np.where(self._open(t_us)[asked], chance, 0.0)
        cost_s = drive_s + self._fixed_s[driver[row], column] + (1.0 - chance) * self._spec.no_space_s
        utility[row, column] = np.where(chance > self._hopeless, self._scale_s * gumbel - cost_s, -np.inf)
        arrive = np.zeros(facility.shape, np.int64)
        arrive[row, column] = arrive_us
        best = np.argmax(utility, axis=1)
        rows = np.arange(driver.size)
        found = np.isfinite(utility[rows, best])
        return np.where(found, facility[rows, best], NOWHERE), np.where(found, arrive[rows, best], 0)

    def _open(self, t_us: int) -> npt.NDArray[np.bool_]:
        """Return which facilities let vehicles in at an instant, as everybody knows."""
        hour = (self._start_h + t_us / (3600.0 * US_PER_S)) % 24.0
        since, before = hour >= self._from_h, hour < self._until_h
        return np.asarray(np.where(self._from_h <= self._until_h, since & before, since | before))
