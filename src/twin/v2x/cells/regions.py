"""Areas of the regional clouds, and vehicles' hand-over from one to the next."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.kernel.growing import grown
from twin.units import to_us
from twin.v2x.cells.serving import nearest
from twin.v2x.region_spec import RegionHandoverSpec
from twin.v2x.stations import Layout

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNKNOWN = -1
"""The region of a vehicle that was never seen, and who forwards where nobody does. Choice: no number of a region."""


@kernel
def region_of(x_m: Floats, y_m: Floats, station_x_m: Floats, station_y_m: Floats, station_region: Ints) -> Ints:
    """Return the region of each place (n,): that of the nearest of the stations (MECs and base stations) with their regions."""
    found = np.empty(x_m.size, np.int64)
    for i in range(x_m.size):
        found[i] = station_region[nearest(x_m[i], y_m[i], station_x_m, station_y_m)[0]]
    return found


@kernel
def hand_over(
    who: tuple[Ints, Floats, Floats],
    stations: tuple[Floats, Floats, Ints],
    settings: tuple[int, float, int, int],
    state: tuple[Ints, Ints, Ints],
) -> tuple[Ints, Ints, int, int]:
    """Return each vehicle's region (n,), who forwards for it or ``UNKNOWN`` (n,), and counts of hand-overs and ping-pongs.

    ``who``: vehicle number, x and y in metres. ``stations``: x, y and region. ``settings``: the instant in us, hysteresis in
    metres, time of a transfer and of a ping-pong in us. ``state``, each (vehicles,) and changed in place: region, region of
    before, and instant of the last hand-over.
    """
    vehicle, x_m, y_m = who
    station_x_m, station_y_m, station_region = stations
    t_us, hysteresis_m, transfer_us, ping_pong_us = settings
    region, former, since_us = state
    found = np.empty(vehicle.size, np.int64)
    forwards = np.full(vehicle.size, UNKNOWN, np.int64)
    changes = 0
    back = 0
    for i in range(vehicle.size):
        v = vehicle[i]
        own_m = np.inf
        best_m = np.inf
        best = UNKNOWN
        for s in range(station_x_m.size):
            away_m = np.sqrt((station_x_m[s] - x_m[i]) ** 2 + (station_y_m[s] - y_m[i]) ** 2)
            if away_m < best_m:
                best, best_m = station_region[s], away_m
            if station_region[s] == region[v] and away_m < own_m:
                own_m = away_m
        if region[v] == UNKNOWN:
            region[v] = best
        elif best != region[v] and best_m + hysteresis_m < own_m:
            changes += 1
            if best == former[v] and t_us - since_us[v] <= ping_pong_us:
                back += 1
            former[v], region[v], since_us[v] = region[v], best, t_us
        if former[v] != UNKNOWN and t_us - since_us[v] < transfer_us:
            forwards[i] = former[v]
        found[i] = region[v]
    return found, forwards, changes, back


class Handover:
    """Which regional cloud has which vehicle. The areas are those of ``region_of``, with hysteresis at their borders.

    A vehicle that is handed over belongs to the new region at once; until its context has come there (``transfer_s``), the
    former one receives its messages and forwards them over the line between the two.
    """

    def __init__(self, spec: RegionHandoverSpec, station_x_m: Floats, station_y_m: Floats, station_region: Ints) -> None:
        """Take the places of the stations (n,) and the region of each. Raises ValueError without stations."""
        if not station_x_m.size:
            raise ValueError("regions have areas only where MECs or base stations stand")
        self._spec = spec
        self._stations = (
            np.ascontiguousarray(station_x_m, np.float64),
            np.ascontiguousarray(station_y_m, np.float64),
            np.ascontiguousarray(station_region, np.int64),
        )
        self._region = np.full(1024, UNKNOWN, np.int64)
        self._former = np.full(1024, UNKNOWN, np.int64)
        self._since_us = np.zeros(1024, np.int64)
        self.handovers = 0
        """Hand-overs so far."""
        self.ping_pongs = 0
        """Of these, back to the former region within ``ping_pong_s``."""

    @classmethod
    def of(cls, spec: RegionHandoverSpec, layout: Layout) -> Handover:
        """Return the regions of a topology: the areas of its MECs and base stations."""
        xy_m = np.concatenate((layout.mec_xy_m, layout.base_xy_m))
        return cls(spec, xy_m[:, 0], xy_m[:, 1], np.concatenate((layout.mec_region, layout.base_region)))

    def region_of(self, x_m: Floats, y_m: Floats) -> Ints:
        """Return the region in whose area each place (n,) lies, without hysteresis."""
        return region_of(x_m, y_m, *self._stations)

    def step(self, t_us: int, vehicle: Ints, x_m: Floats, y_m: Floats) -> tuple[Ints, Ints]:
        """Return the region that has each vehicle (n,), and the one that still forwards for it, ``UNKNOWN`` where none does."""
        most = int(vehicle.max(initial=-1)) + 1
        self._region, self._former = (grown(one, most, UNKNOWN) for one in (self._region, self._former))
        self._since_us = grown(self._since_us, most, 0)
        spec = self._spec
        settings = t_us, spec.hysteresis_m, to_us(spec.transfer_s), to_us(spec.ping_pong_s)
        who = vehicle.astype(np.int64), x_m, y_m
        found, forwards, changes, back = hand_over(who, self._stations, settings, (self._region, self._former, self._since_us))
        self.handovers += int(changes)
        self.ping_pongs += int(back)
        return found, forwards
