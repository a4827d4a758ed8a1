"""What a driver believes of parking before arriving, and who is sent where: the seam between behaviour and guidance.

Behaviour (choice of a facility, driving, gates) asks and tells; what answers is ignorance, the truth, or what sensors reported.
All arrays of one call have one length; row ``i`` is one question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ANY_BAY: Final = -1
"""A driver set out for a facility without a bay being named: takes the first free one there."""

REFUSED: Final = -2
"""A driver who wanted a place kept was too late: it went to somebody else in the meantime, and the driver chooses again."""

GUESSED_S: Final = np.inf
"""Age of a belief that rests on nothing that was reported."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What drivers hold of facilities, (n,) each."""

    chance: Floats
    """Probability, 0 to 1, that a space is free on arrival."""

    free: Floats
    """Spaces that the driver takes to be free now: reported, seen or guessed."""

    age_s: Floats
    """How old the news is that it rests on; ``GUESSED_S`` where there is none."""


class Information(Protocol):
    """What drivers are told of parking, and what becomes of those who follow it."""

    def believed(self, t_us: int, trip: Ints, facility: Ints, arrive_us: Ints, away_m: Floats) -> Belief:
        """Return what each driver ``trip`` believes at ``t_us`` of a facility that he would reach at ``arrive_us``.

        ``away_m``: distance from the driver to its entrance, which decides what signs can be read.
        """

    def set_out(self, t_us: int, trip: Ints, facility: Ints, arrive_us: Ints) -> Ints:
        """Take note that drivers set out for facilities now; return the bay that each is sent to, ``ANY_BAY`` or ``REFUSED``.

        Row by row in the given order: no bay is named to two drivers, and no space is kept for two. Whoever sets out for
        another facility than before gives the first up. A driver who is refused has set out for nowhere.
        """

    def ended(self, t_us: int, trip: Ints, parked: Bools) -> None:
        """Take note that drivers no longer are on the way to where they set out: they parked there, or turned away."""

    def kept(self, t_us: int, facility: int, trip: int) -> int:
        """Return how many spaces of ``facility`` are kept for drivers other than ``trip``, who may therefore not take them."""

    def keeps(self, bay: int, trip: int) -> bool:
        """Return whether a bay at a kerb is kept for a driver other than ``trip``, who therefore leaves it alone."""
