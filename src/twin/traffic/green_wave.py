"""Green waves: offsets along a road at which a band of traffic meets green after green, and how wide the band is.

Everything in seconds and metres. The band of one direction moves with the progression speed; its width is the time within
one cycle in which vehicles of that speed meet green at every junction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]

STEP_S: Final = 1.0
"""Offsets are tried in these steps as both directions are balanced."""

SWEEPS: Final = 20
"""At most so many rounds over all junctions."""


@dataclass(frozen=True, slots=True)
class GreenWave:
    """A wave as it was planned."""

    road: str
    cycle_s: float
    speed_mps: float
    junctions: tuple[int, ...]
    """Junctions in the order in which the road passes them."""
    at_m: tuple[float, ...]
    """Distance of each from the first."""
    offset_s: tuple[float, ...]
    forward_s: float
    """Bandwidth in the order of the junctions."""
    backward_s: float
    """Bandwidth against it."""


def bandwidth_s(begin_s: Floats, green_s: Floats, cycle_s: float) -> float:
    """Return the longest time within a cycle that all windows have in common.

    Window ``j`` opens at ``begin_s[j]`` in the time of the band and stays open for ``green_s[j]``: (n,) both.
    """
    if not begin_s.size:
        return 0.0
    into = (begin_s[:, None] - begin_s[None, :]) % cycle_s
    into[cycle_s - into < 1e-9] = 0.0
    left = np.where(green_s >= cycle_s, cycle_s, np.maximum(green_s - into, 0.0))
    return float(left.min(axis=1).max())


class Corridor:
    """Junctions along a road with their green windows in both directions.

    ``at_m``: distance along the road. A window is (begin, length) of the straight movement's green, counted from the plan's
    first interval: (n, 2); where one direction does not exist (a one-way road) give the windows (0, cycle).
    """

    def __init__(self, at_m: Floats, cycle_s: float, speed_mps: float, forward: Floats, backward: Floats) -> None:
        self._cycle_s = cycle_s
        self._forward, self._backward = forward, backward
        self._travel_s = (at_m - at_m[0]) / speed_mps

    def bands_s(self, offset_s: Floats) -> tuple[float, float]:
        """Return the bandwidth forward and backward with these offsets."""
        ahead = offset_s + self._forward[:, 0] - self._travel_s
        back = offset_s + self._backward[:, 0] + self._travel_s
        return bandwidth_s(ahead, self._forward[:, 1], self._cycle_s), bandwidth_s(back, self._backward[:, 1], self._cycle_s)

    def one_way(self, *, forward: bool) -> Floats:
        """Return the offsets that let the middle of every green pass the band's middle: the widest band there can be.

        Its width is the shortest of the greens, since every longer one surrounds it.
        """
        window, sign = (self._forward, 1.0) if forward else (self._backward, -1.0)
        middle = window[:, 0] + window[:, 1] / 2.0
        offset = sign * self._travel_s - middle
        rounded: Floats = np.round((offset - offset[0]) % self._cycle_s, 1) % self._cycle_s
        return rounded

    def two_way(self, fixed: npt.NDArray[np.bool_] | None = None, fixed_s: Floats | None = None) -> Floats:
        """Return offsets that make the sum of both bands, and the narrower of them once more, wide.

        The best of the half-integer solutions (every junction's greens centred on the first one's or half a cycle later: with
        equal greens in both directions the widest pair of equal bands is among them; J. T. Morgan and J. D. C. Little,
        Synchronizing traffic signals for maximal bandwidth, Operations Research 12, 1964) and the two one-way solutions, then
        improved junction by junction in steps of a second while that helps. Not proved to be the widest of all. ``fixed``
        junctions keep ``fixed_s``.
        """
        starts = [self.one_way(forward=True), self.one_way(forward=False), *self._half_integer()]
        if fixed is not None and fixed_s is not None and fixed.any():
            anchor = int(np.flatnonzero(fixed)[0])
            starts = [np.where(fixed, fixed_s, (s - s[anchor] + fixed_s[anchor]) % self._cycle_s) for s in starts]
        best = max(starts, key=self._value)
        free = np.arange(best.size) if fixed is None else np.flatnonzero(~fixed)
        if fixed is None:
            free = free[1:]
        tries = np.arange(0.0, self._cycle_s, STEP_S)
        for _ in range(SWEEPS):
            before = self._value(best)
            for junction in free:
                best = max((self._moved(best, int(junction), shift) for shift in tries), key=self._value)
            if self._value(best) <= before + 1e-9:
                break
        return np.round(best, 1) % self._cycle_s

    def _value(self, offset_s: Floats) -> float:
        ahead, back = self.bands_s(offset_s)
        return ahead + back + min(ahead, back)

    def _moved(self, offset_s: Floats, junction: int, shift_s: float) -> Floats:
        out = offset_s.copy()
        out[junction] = (out[junction] + shift_s) % self._cycle_s
        return out

    def _half_integer(self) -> list[Floats]:
        middle = (self._forward[:, 0] + self._backward[:, 0] + (self._forward[:, 1] + self._backward[:, 1]) / 2.0) / 2.0
        out = []
        for reference in range(middle.size):
            offset = -middle % self._cycle_s
            for other in range(middle.size):
                both = np.array([reference, other])
                later = self._moved(offset, other, self._cycle_s / 2.0)
                if other != reference and self._pair(later, both) > self._pair(offset, both) + 1e-9:
                    offset = later
            out.append((offset - offset[0]) % self._cycle_s)
        return out

    def _pair(self, offset_s: Floats, both: npt.NDArray[np.int64]) -> float:
        ahead = (offset_s + self._forward[:, 0] - self._travel_s)[both]
        back = (offset_s + self._backward[:, 0] + self._travel_s)[both]
        cycle_s = self._cycle_s
        return bandwidth_s(ahead, self._forward[both, 1], cycle_s) + bandwidth_s(back, self._backward[both, 1], cycle_s)


def green_window_s(shown_green: Sequence[bool], duration_us: Sequence[int]) -> tuple[float, float]:
    """Return (begin, length) of the longest unbroken green within a cycle, which may run over its end.

    ``shown_green`` and ``duration_us`` are by interval. Length 0 without any green.
    """
    count = len(duration_us)
    begin_us = np.concatenate(([0], np.cumsum(duration_us)))
    if all(shown_green):
        return 0.0, float(begin_us[-1]) / US_PER_S
    best = (0.0, 0.0)
    for i in range(count):
        if shown_green[i] and not shown_green[i - 1]:
            length, k = 0, i
            while shown_green[k % count]:
                length += int(duration_us[k % count])
                k += 1
            if length / US_PER_S > best[1]:
                best = (float(begin_us[i]) / US_PER_S, length / US_PER_S)
    return best
