"""How long vehicles stay: log-normal by purpose; and what is left of the stay of one that is found parked.

A vehicle that is found parked at an arbitrary instant is there with a probability in proportion to its stay, and that instant
lies evenly within it. So its purpose is drawn by share x mean, its stay by the length-biased law, of which an even share is
left. Source: D. R. Cox, Renewal Theory (1962), section 5.4; the length-biased log-normal has its mean logarithm raised by the
variance of the logarithm.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.parking.behaviour_spec import PurposeSpec
from twin.parking.facilities import Facilities
from twin.parking.occupancy import Occupancy
from twin.rng import normal_pair, stream_key, uniform4
from twin.units import US_PER_S

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@kernel
def _draws(key: np.uint64, targets: Ints) -> Floats:
    """Return (n, 3): a uniform, a standard normal and another uniform by target."""
    out = np.empty((targets.size, 3))
    for i in range(targets.size):
        a, b, c, d = uniform4(key, 0, targets[i], 0)
        out[i, 0], out[i, 1], out[i, 2] = a, normal_pair(b, c)[0], d
    return out


class Stays:
    """Draws purposes and stays, by name."""

    def __init__(self, purposes: Sequence[PurposeSpec], seed: int) -> None:
        """Keep the laws of the purposes."""
        self.names = tuple(purpose.name for purpose in purposes)
        self._seed = seed
        self._share = np.array([purpose.share for purpose in purposes])
        self._mean_s = np.array([3600.0 * purpose.mean_h for purpose in purposes])
        self._mu, self._sigma = np.array([purpose.law for purpose in purposes]).T

    def arriving(self, trip: Ints) -> tuple[npt.NDArray[np.int8], Ints]:
        """Return the purpose of each trip that parks, (n,), and how long it stays, us."""
        draws = _draws(stream_key(self._seed, "parking/stay"), trip.astype(np.int64))
        purpose = self._pick(self._share, draws[:, 0])
        return purpose, self._us(np.exp(self._mu[purpose] + self._sigma[purpose] * draws[:, 1]))

    def resident(self, facility: str, bay: Ints, allowed: Sequence[str]) -> tuple[npt.NDArray[np.int8], Ints]:
        """Return the purpose of those parked at the start in bays (numbers within ``facility``), and what is left of the stay.

        ``allowed``: purposes that the facility is open to; none stands for all.
        """
        draws = _draws(stream_key(self._seed, "parking/resident", facility), bay.astype(np.int64))
        weight = self._share * self._mean_s * [not allowed or name in allowed for name in self.names]
        purpose = self._pick(weight, draws[:, 0])
        sigma = self._sigma[purpose]
        whole_s = np.exp(self._mu[purpose] + sigma**2 + sigma * draws[:, 1])
        return purpose, self._us(draws[:, 2] * whole_s)

    def _pick(self, weight: Floats, uniform: Floats) -> npt.NDArray[np.int8]:
        cumulative = np.cumsum(weight / weight.sum())
        return np.minimum(np.searchsorted(cumulative, uniform, side="right"), len(self.names) - 1).astype(np.int8)

    def _us(self, seconds: Floats) -> Ints:
        return np.maximum(np.rint(seconds * US_PER_S), 1.0).astype(np.int64)


def resident_bays(facility: str, capacity: int, occupancy: float, seed: int) -> Bools:
    """Return which bays (capacity,) of a facility are taken at the start: each by its own draw, with the share ``occupancy``.

    Raising the share adds some and changes none.
    """
    draws = _draws(stream_key(seed, "parking/taken", facility), np.arange(capacity, dtype=np.int64))
    return np.asarray(draws[:, 0] < occupancy)


def settle(occupancy: Occupancy, vehicle: Ints, seed: int) -> Ints:
    """Let those who are parked at the start stand in their bays; return these, in order, for as many vehicles (n,)."""
    bays = bays_taken(occupancy.facilities, seed)
    for bay, number in zip(bays.tolist(), vehicle.tolist(), strict=True):
        occupancy.claim(bay, number)
        occupancy.take(0, bay, number)
    return bays


def bays_taken(facilities: Facilities, seed: int) -> Ints:
    """Return the bays that are taken at the start, in order."""
    taken = [
        one.first_bay + np.flatnonzero(resident_bays(one.name, one.capacity, one.occupancy, seed)) for one in facilities.every
    ]
    return np.concatenate([np.empty(0, np.int64), *taken]).astype(np.int64)
