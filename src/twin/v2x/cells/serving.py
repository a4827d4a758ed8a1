"""Which station serves whom: the nearest, unless the one of before is nearly as near (hysteresis in metres)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NOBODY = -1
"""No station. Choice: no number of a station."""


@inline_kernel
def nearest(x_m: float, y_m: float, station_x_m: Floats, station_y_m: Floats) -> tuple[int, float]:
    """Return the nearest station and its distance in metres, the first of equally near ones; (-1, inf) without stations."""
    best, best_m = -1, math.inf
    for n in range(station_x_m.size):
        away_m = math.sqrt((station_x_m[n] - x_m) ** 2 + (station_y_m[n] - y_m) ** 2)
        if away_m < best_m:
            best, best_m = n, away_m
    return best, best_m


@kernel
def half_gap_m(station_x_m: Floats, station_y_m: Floats) -> Floats:
    """Return half of each station's distance to its nearest neighbour: within it no other station is nearer."""
    half_m = np.full(station_x_m.size, np.inf)
    for n in range(station_x_m.size):
        for k in range(station_x_m.size):
            if k != n:
                away_m = math.sqrt((station_x_m[k] - station_x_m[n]) ** 2 + (station_y_m[k] - station_y_m[n]) ** 2)
                half_m[n] = min(half_m[n], 0.5 * away_m)
    return half_m


@kernel
def serve(
    who: tuple[Ints, Floats, Floats],
    stations: tuple[Floats, Floats, Floats],
    reach: tuple[float, float],
    clock: tuple[int, int],
    serving: Ints,
    until_us: Ints,
) -> tuple[Ints, int]:
    """Return the serving station of each vehicle (n,), ``NOBODY`` out of range, and how many changed theirs.

    ``who`` is vehicle number, x and y in metres; ``stations`` x, y and ``half_gap_m``; ``reach`` hysteresis and range, metres;
    ``clock`` the instant and how long a change takes, us. ``serving`` (vehicles,) and ``until_us`` (vehicles,), until when a
    vehicle is being handed over, are changed in place. A vehicle that comes from out of range is not handed over.
    """
    vehicle, x_m, y_m = who
    station_x_m, station_y_m, gap_m = stations
    hysteresis_m, range_m = reach
    t_us, change_us = clock
    found = np.empty(vehicle.size, np.int64)
    changes = 0
    for i in range(vehicle.size):
        v = vehicle[i]
        own = serving[v]
        own_m = math.inf
        if own >= 0:
            own_m = math.sqrt((station_x_m[own] - x_m[i]) ** 2 + (station_y_m[own] - y_m[i]) ** 2)
        if own < 0 or own_m > gap_m[own] or own_m > range_m:
            best, best_m = nearest(x_m[i], y_m[i], station_x_m, station_y_m)
            if best_m > range_m:
                own = NOBODY
            elif own < 0 or own_m > range_m:
                own = best
            elif best != own and best_m + hysteresis_m < own_m:
                own = best
                until_us[v] = t_us + change_us
                changes += 1
        serving[v] = own
        found[i] = own
    return found, changes
