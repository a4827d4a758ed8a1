"""Which places roadside sensors would see a vehicle at: in their reach, on roads in sight, and not behind what they report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.v2x.security.cross_sensor import Covered

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

HIDES_M: Final = 2.0
"""A place whose ray passes an object's middle so closely may be hidden by it. Choice: half of a car's diagonal."""

ITSELF_M: Final = 4.0
"""Objects so near to a place do not hide it: they may be what is there. Choice: a car's length."""


@kernel
def open_sight(
    x_m: Floats, y_m: Floats, wanted: Bools, sensors: tuple[Floats, Floats], objects: tuple[Floats, Floats], reach_m: float
) -> Bools:
    """Return which ``wanted`` places (n,) a sensor within ``reach_m`` sees past all ``objects``, whatever their height."""
    sensor_x, sensor_y = sensors
    object_x, object_y = objects
    out = np.zeros(x_m.size, np.bool_)
    for i in range(x_m.size):
        if not wanted[i]:
            continue
        for k in range(sensor_x.size):
            dx, dy = x_m[i] - sensor_x[k], y_m[i] - sensor_y[k]
            away = np.hypot(dx, dy)
            if away > reach_m:
                continue
            clear = True
            if away > 0.0:
                for j in range(object_x.size):
                    east, north = object_x[j] - sensor_x[k], object_y[j] - sensor_y[k]
                    along = (east * dx + north * dy) / away
                    aside = abs(east * dy - north * dx) / away
                    if 0.0 < along < away - ITSELF_M and aside < HIDES_M:
                        clear = False
                        break
            if clear:
                out[i] = True
                break
    return out


class Storey(NamedTuple):
    """The sensors that stand on roads of one level, and those roads."""

    in_sight: Covered
    """Where the sensors have roads of their level in sight, and no other road lies above or below."""
    x_m: Floats
    """Places of the sensors, (m,)."""
    y_m: Floats


class Witnesses:
    """The sensors of a run as witnesses of vehicles' claims."""

    def __init__(self, storeys: Sequence[Storey], reach_m: float) -> None:
        """Take the sensors level by level, and how far they are believed to see everybody."""
        self._storeys, self._reach_m = tuple(storeys), reach_m

    def of(self, object_x_m: Floats, object_y_m: Floats) -> Covered:
        """Return the places where a vehicle would be seen while the sensors report these objects (k,)."""

        def covered(x_m: Floats, y_m: Floats) -> Bools:
            out = np.zeros(x_m.size, np.bool_)
            for storey in self._storeys:
                wanted = storey.in_sight(x_m, y_m) & ~out
                sensors, objects = (storey.x_m, storey.y_m), (object_x_m, object_y_m)
                out |= open_sight(x_m, y_m, wanted, sensors, objects, self._reach_m)
            return out

        return covered
