"""Where vehicles truly were, at the instants that the table ``trajectory`` knows: what reports are held against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twin.eventlog.reader import Run
from twin.metrics.selection import after_warm_up
from twin.units import CM_PER_M

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Truth:
    """Vehicles and pedestrians at instants of ``trajectory``, by instant, then by number; arrays of shape (n,)."""

    instants_us: Longs
    """Every instant at which places are known, in rising order."""
    t_us: Longs
    vehicle: Longs
    x_m: Floats
    y_m: Floats
    speed_mps: Floats
    edge: Longs
    """Edge under the front bumper."""

    def known(self, t_us: Longs) -> npt.NDArray[np.bool_]:
        """Return at which of the instants (n,) places are known."""
        if not self.instants_us.size:
            return np.zeros(t_us.size, np.bool_)
        place = np.minimum(np.searchsorted(self.instants_us, t_us), self.instants_us.size - 1)
        found: npt.NDArray[np.bool_] = self.instants_us[place] == t_us
        return found

    def rows(self, t_us: Longs, vehicle: Longs) -> Longs:
        """Return the rows of the vehicles (n,) at the instants (n,); -1 where one was not on the roads, or nothing is known."""
        if not self.t_us.size:
            return np.full(t_us.size, -1, np.int64)
        width = int(max(self.vehicle.max(), vehicle.max(initial=0))) + 1
        own = np.searchsorted(self.instants_us, self.t_us) * width + self.vehicle
        wanted = np.searchsorted(self.instants_us, t_us) * width + vehicle
        place = np.minimum(np.searchsorted(own, wanted), own.size - 1)
        found = (own[place] == wanted) & self.known(t_us) & (vehicle >= 0)
        return np.where(found, place, -1).astype(np.int64)


def truth_of(run: Run, warm_up_s: float = 0.0) -> Truth:
    """Return everybody's places after ``warm_up_s``; as many rows as ``trajectory`` has, at some 50 bytes each."""
    table = after_warm_up(run, "trajectory", ("t_us", "vehicle", "x_cm", "y_cm", "speed_cmps", "edge"), warm_up_s)
    t_us, vehicle = (table.column(name).to_numpy().astype(np.int64) for name in ("t_us", "vehicle"))
    order = np.lexsort((vehicle, t_us))

    def metres(name: str) -> Floats:
        values: Floats = table.column(name).to_numpy()[order] / CM_PER_M
        return values

    return Truth(
        np.unique(t_us),
        t_us[order],
        vehicle[order],
        metres("x_cm"),
        metres("y_cm"),
        metres("speed_cmps"),
        table.column("edge").to_numpy()[order].astype(np.int64),
    )


def shown_vehicles(table: pa.Table) -> Longs:
    """Return the column ``vehicle`` with -1 for nulls, that is for false objects."""
    shown = table.column("vehicle")
    values = np.full(len(shown), -1, np.int64)
    values[shown.is_valid().to_numpy()] = shown.drop_null().to_numpy()
    return values
