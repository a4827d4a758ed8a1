"""Rates at which vehicles come to facilities and leave them, learned from what is known of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Rates:
    """Comings, goings and vehicle-seconds of facilities, of which old ones count exponentially less.

    A facility's departure rate is goings per vehicle-second inside; its arrival rate comings per second in which it was not
    full, for those who find it full leave no trace. Both begin with the usual stay and a balance of the two, which count as
    much as ``memory_s`` of looking: the mean of a Gamma distribution of a Poisson rate with that much prior time.
    """

    def __init__(self, capacity: Ints, memory_s: float, usual_stay_s: float) -> None:
        """Begin at 0 with facilities of these capacities, (n,)."""
        self._capacity = np.maximum(np.asarray(capacity, np.float64), 1.0)
        self._memory_s, self._usual_stay_s = memory_s, usual_stay_s
        count = self._capacity.size
        self._came, self._went, self._inside_s, self._open_s = (np.zeros(count) for _ in range(4))
        self._last_s = 0.0

    def came(self, facility: int, vehicles: float = 1.0) -> None:
        """Count vehicles that came."""
        self._came[facility] += vehicles

    def went(self, facility: int, vehicles: float = 1.0) -> None:
        """Count vehicles that went."""
        self._went[facility] += vehicles

    def pass_time(self, t_s: float, inside: Floats) -> None:
        """Let the time up to ``t_s`` pass, with so many ``inside`` each facility."""
        gone_s = t_s - self._last_s
        self._last_s = t_s
        fading = np.exp(-gone_s / self._memory_s)
        self._came *= fading
        self._went *= fading
        self._inside_s = fading * self._inside_s + gone_s * inside
        self._open_s = fading * self._open_s + gone_s * (inside < self._capacity)

    def per_s(self, inside: Floats) -> tuple[Floats, Floats]:
        """Return (n,) arrivals a second, and departures a second of each vehicle inside."""
        usual = np.maximum(inside, 1.0) * self._memory_s
        departure = (self._went + usual / self._usual_stay_s) / (self._inside_s + usual)
        arrival = (self._came + self._memory_s * np.maximum(inside, 1.0) / self._usual_stay_s) / (self._open_s + self._memory_s)
        return arrival, departure
