"""Who is known where, and how old what is known of him is: age of information of each vehicle at each tier of the platform.

The age of information of a vehicle at a tier is the time since the phenomenon time of the newest report of it that has arrived
there (S. Kaul, R. Yates, M. Gruteser, "Real-time status: how often should one update?", IEEE INFOCOM 2012). It grows with the
clock and falls when something newer arrives; what is older than what is known already changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.kernel.growing import grown
from twin.v2x.platform.contents import NEVER, Sightings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

TIERS: Final = ("edge", "regional", "central")
"""Where a picture of the traffic is kept: at the edge computers (MEC), in the regional clouds, in the central cloud."""


@kernel
def learn(
    vehicle: Ints, t_us: Longs, arrival_us: Longs, newest_us: Longs, limit_us: Longs, until_us: Longs, sum_us: Longs
) -> None:
    """Take reports (n,) of vehicles in the order of their arrival.

    ``newest_us`` (vehicles,) is the phenomenon time of the newest report of each. A report is fresh for ``limit_us`` (limits,)
    after its phenomenon time: ``until_us`` (limits, vehicles) is when the newest one ceases to be, ``sum_us``, of that shape,
    the time for which one was, what lies ahead up to ``until_us`` counted already.
    """
    for i in range(vehicle.size):
        v = vehicle[i]
        if v < 0 or t_us[i] <= newest_us[v]:
            continue
        newest_us[v] = t_us[i]
        for k in range(limit_us.size):
            begin = max(arrival_us[i], until_us[k, v])
            end = t_us[i] + limit_us[k]
            if end > begin:
                sum_us[k, v] += end - begin
                until_us[k, v] = end


class Knowledge:
    """What one tier knows of each vehicle: only how old it is, and for how long it was fresh."""

    def __init__(self, limits_us: Sequence[int]) -> None:
        """Begin with nothing known; reports are fresh for each of ``limits_us``."""
        self._limit_us = np.array(limits_us, np.int64)
        self._newest_us = np.empty(0, np.int64)
        self._until_us = np.empty((len(limits_us), 0), np.int64)
        self._sum_us = np.empty((len(limits_us), 0), np.int64)

    def learn(self, sightings: Sightings) -> None:
        """Take what has arrived, in the order of arrival."""
        self._make_room(int(sightings.vehicle.max(initial=-1)) + 1)
        learn(
            sightings.vehicle,
            sightings.t_us,
            sightings.arrival_us,
            self._newest_us,
            self._limit_us,
            self._until_us,
            self._sum_us,
        )

    def age_us(self, vehicle: Ints, now_us: int, arrived: Sightings) -> Longs:
        """Return the age of what is known of vehicles (n,) at ``now_us``; -1 for those of whom nothing is known.

        ``arrived`` has come by then and was not learnt yet.
        """
        self._make_room(max(int(vehicle.max(initial=-1)), int(arrived.vehicle.max(initial=-1))) + 1)
        true = arrived.vehicle >= 0
        newest_us = self._newest_us.copy()
        np.maximum.at(newest_us, arrived.vehicle[true], arrived.t_us[true])
        newest_us = newest_us[vehicle]
        return np.where(newest_us == NEVER, -1, now_us - np.maximum(newest_us, NEVER // 2))

    def fresh_us(self, now_us: int) -> Longs:
        """Return the time since the last call for which each vehicle was known freshly enough, (limits, vehicles)."""
        ahead_us = np.maximum(self._until_us - now_us, 0)
        fresh_us = self._sum_us - ahead_us
        self._sum_us = ahead_us
        return fresh_us

    def _make_room(self, size: int) -> None:
        self._newest_us = grown(self._newest_us, size, NEVER)
        self._until_us, self._sum_us = grown(self._until_us, size), grown(self._sum_us, size)
