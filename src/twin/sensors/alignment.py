"""Which device has turned, is shifted or has a wrong clock, from what it reports of objects that its neighbours report too.

Healthy devices report one object at one place but for noise. A device that has turned by d (anticlockwise) reports what lies
at r from it by -d x r off; a wrong calibration adds a shift; a clock that is ahead by tau puts an object of velocity v by
-tau v off, where places are compared at the stated time. Reports are therefore linear in what is wrong with the devices, and
with Gaussian errors the unknown true place of each object drops out of the likelihood: what is left are the differences of
each two reports, weighted with w_i w_j / sum w, w = 1 / sigma^2.

Faults are rare: the fewest of them that explain the differences are chosen one after the other, each time the one that takes
most away, all chosen ones fitted anew together (orthogonal matching pursuit: Y. C. Pati, R. Rezaiifar, P. S. Krishnaprasad,
Asilomar 1993), until none is left that takes away more than chance would.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from twin.sensors.fault_effects import Cause

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TURN, EAST, NORTH, CLOCK = range(4)
"""What may be wrong with a device: radians, metres, metres, seconds."""

KINDS: Final[dict[Cause, tuple[int, ...]]] = {
    "misalignment": (TURN,),
    "wrong_calibration": (EAST, NORTH),
    "clock_drift": (CLOCK,),
}
"""What a cause changes."""


def chi_square_quantile(share: float, freedom: int) -> float:
    """Return the quantile of chi-square, what ``scipy.stats.chi2.ppf`` gives; ``scipy.stats`` takes long to import."""
    return float(2.0 * gammaincinv(0.5 * freedom, share))


@dataclass(frozen=True, slots=True)
class Finding:
    """A device that is found to be wrong."""

    row: int
    cause: Cause
    turn_rad: float
    """How far it has turned, anticlockwise; 0 where this is not the cause. So are the others."""
    east_m: float
    north_m: float
    ahead_s: float
    """How far its clock is ahead."""


class Alignment:
    """Gathers what devices report of the same objects, and tells which devices are wrong.

    Devices are rows; their places, x and y (n,), are those that they are held to be at. Meant for the devices of one edge
    computer: time and memory grow with the square of their number.
    """

    def __init__(self, x_m: Floats, y_m: Floats) -> None:
        """Begin with no reports."""
        self._x_m, self._y_m = x_m, y_m
        size = 4 * x_m.size
        self._normal = np.zeros((size, size))
        self._right = np.zeros(size)
        self._square = 0.0
        self._free = 0

    @property
    def empty(self) -> bool:
        """Whether nothing has been reported by two devices since the window began."""
        return self._free == 0

    def add(self, thing: Ints, row: Ints, xy_m: Floats, velocity_mps: Floats, sigma_m: Floats) -> None:
        """Add reports, matched by whoever fuses the site's object lists.

        ``thing`` (r,): the object that each is of, by any number; ``row`` (r,): the device; ``xy_m`` and ``velocity_mps``
        (r, 2): where it reports the object at the common stated time, and how that moves; ``sigma_m`` (r,): standard deviation
        of the place along each axis by the device's own error model. No device reports an object twice.
        """
        order = np.argsort(thing, kind="stable")
        thing, row, xy_m, velocity_mps = thing[order], row[order], xy_m[order], velocity_mps[order]
        weight = 1.0 / sigma_m[order] ** 2
        _, group, sizes = np.unique(thing, return_inverse=True, return_counts=True)
        whole = np.bincount(group, weight)[group]
        for apart in range(1, int(sizes.max(initial=0))):
            i = np.flatnonzero(thing[:-apart] == thing[apart:])
            j = i + apart
            pair = np.sqrt(weight[i] * weight[j] / whole[i])
            self._add_pairs((row[i], row[j]), (xy_m[i], xy_m[j]), velocity_mps[i], pair)
        self._free += 2 * int((sizes - 1).sum())

    def _add_pairs(self, rows: tuple[Ints, Ints], places: tuple[Floats, Floats], velocity_mps: Floats, root: Floats) -> None:
        """Add differences of two reports each to the normal equations; ``root`` is the square root of their weights."""
        terms = np.zeros((2, root.size, 8))
        columns = np.empty((root.size, 8), np.int64)
        for sign, row, place, at in ((1.0, rows[0], places[0], 0), (-1.0, rows[1], places[1], 4)):
            terms[0, :, at + TURN] = sign * (place[:, 1] - self._y_m[row])
            terms[1, :, at + TURN] = -sign * (place[:, 0] - self._x_m[row])
            terms[0, :, at + EAST] = sign
            terms[1, :, at + NORTH] = sign
            terms[:, :, at + CLOCK] = -sign * velocity_mps.T
            columns[:, at : at + 4] = 4 * row[:, None] + np.arange(4)
        difference = (places[0] - places[1]) * root[:, None]
        for axis in range(2):
            weighted = terms[axis] * root[:, None]
            np.add.at(self._normal, (columns[:, :, None], columns[:, None, :]), weighted[:, :, None] * weighted[:, None, :])
            np.add.at(self._right, columns, weighted * difference[:, axis, None])
        self._square += float((difference**2).sum())

    def findings(self, chance: float) -> list[Finding]:
        """Return what is wrong, the plainest first.

        ``chance``: probability of a false finding in all devices and causes together; each is held against the chi-square
        quantile of its share (Bonferroni). Where the errors are greater than told, by other things than these faults, the
        gains are divided by their mean square. Two devices that see the same objects and no third accuse each other equally:
        neither is found.
        """
        share = 1.0 - chance / max(self._x_m.size * len(KINDS), 1)
        chosen: list[tuple[int, Cause]] = []
        used: list[int] = []
        estimate: Floats = np.zeros(0)
        while len(chosen) < self._x_m.size:
            best, rival = self._strongest(used, share)
            if best is None or (rival is not None and rival[0] > _AMBIGUOUS * best[0]):
                break
            _, row, cause = best
            chosen.append((row, cause))
            used += [4 * row + what for what in KINDS[cause]]
            estimate = np.linalg.lstsq(self._normal[np.ix_(used, used)], self._right[used], rcond=1e-12)[0].astype(np.float64)
        whole = np.zeros(4 * self._x_m.size)
        whole[used] = estimate
        found = []
        for row, cause in chosen:
            values = [float(whole[4 * row + what]) if what in KINDS[cause] else 0.0 for what in range(4)]
            found.append(Finding(row, cause, *values))
        return found

    def clear(self) -> None:
        """Forget all reports: a new window begins."""
        self._normal[...] = 0.0
        self._right[...] = 0.0
        self._square = 0.0
        self._free = 0

    def _strongest(
        self, used: list[int], share: float
    ) -> tuple[tuple[float, int, Cause] | None, tuple[float, int, Cause] | None]:
        """Return (gain, row, cause) of the best further explanation above its quantile, and of the best by another device."""
        inside = np.linalg.pinv(self._normal[np.ix_(used, used)], rcond=1e-12, hermitian=True) if used else np.zeros((0, 0))
        at = inside @ self._right[used]
        left = self._right - self._normal[:, used] @ at
        square = self._square - float(self._right[used] @ at)
        ranked: list[tuple[float, int, Cause]] = []
        for cause, whats in KINDS.items():
            limit = chi_square_quantile(share, len(whats))
            for row in range(self._x_m.size):
                mine = [4 * row + what for what in whats]
                if any(column in used for column in mine):
                    continue
                cross = self._normal[np.ix_(mine, used)]
                matrix = self._normal[np.ix_(mine, mine)] - cross @ inside @ cross.T
                size = np.trace(self._normal[np.ix_(mine, mine)])
                if size <= 0.0 or np.linalg.eigvalsh(matrix)[0] <= 1e-9 * size:
                    continue
                gain = float(left[mine] @ np.linalg.solve(matrix, left[mine]))
                # what it takes away does not count as noise
                noise = max((square - gain) / max(self._free - len(used) - len(mine), 1), 1.0)
                if gain / noise > limit:
                    ranked.append((gain, row, cause))
        ranked.sort(reverse=True)
        best = ranked[0] if ranked else None
        rival = next((other for other in ranked if best is not None and other[1] != best[1]), None)
        return best, rival


_AMBIGUOUS: Final = 0.99
"""Two devices whose guilt explains the same are not told apart. Only devices with the same partners come so close."""
