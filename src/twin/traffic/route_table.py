"""The routes of all trips, end to end in one table that grows as trips change their ways."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.kernel.growing import grown
from twin.traffic.vehicles import ROUTED, Vehicles

SWEPT_ROWS: Final = 2_000_000
"""A table that is longer than this is rid of routes that were given up before it grows. Choice: 8 MB."""


def with_routes(
    vehicles: Vehicles,
    trip: npt.NDArray[np.int32],
    leg: npt.NDArray[np.int32],
    offset: npt.NDArray[np.int64],
    edge: npt.NDArray[np.int32],
) -> Vehicles:
    """Return the tables with other routes of ``trip`` (n,) from ``leg`` (n,) on: the edges ``edge[offset[i]:offset[i + 1]]``.

    What a trip has driven stays. New routes stand behind all others; the table is copied only when it is full, and then without
    what is no longer anybody's route where it is long.
    """
    rows, counts = vehicles.all.view(np.ndarray), vehicles.counts
    more = int(leg.sum(dtype=np.int64) + offset[-1] - offset[0])
    table = vehicles.route_edge
    if counts[ROUTED] + more > table.size > SWEPT_ROWS:
        table = _swept(vehicles)
        more = max(more, int(counts[ROUTED]))  # else a table that is full of routes in use would be swept at every call
    end = int(counts[ROUTED])
    table = grown(table, end + more)
    for i, kept, begin, until in zip(trip.tolist(), leg.tolist(), offset[:-1].tolist(), offset[1:].tolist(), strict=True):
        first, size = int(rows["route_begin"][i]), kept + until - begin
        table[end : end + kept] = table[first : first + kept]
        table[end + kept : end + size] = edge[begin:until]
        rows["route_begin"][i], rows["route_size"][i] = end, size
        end += size
    counts[ROUTED] = end
    return vehicles if table is vehicles.route_edge else replace(vehicles, route_edge=table)


def _swept(vehicles: Vehicles) -> npt.NDArray[np.int32]:
    """Return the routes that trips have now, in their order, in a table as long as the old one; trips point into it."""
    rows = vehicles.all.view(np.ndarray)
    begin, first, of = np.unique(rows["route_begin"], return_index=True, return_inverse=True)
    size = rows["route_size"][first].astype(np.int64)
    moved = np.concatenate(([0], np.cumsum(size)))
    table = np.zeros_like(vehicles.route_edge)
    table[: moved[-1]] = vehicles.route_edge[np.repeat(begin - moved[:-1], size) + np.arange(moved[-1])]
    rows["route_begin"] = moved[:-1][of.ravel()]
    vehicles.counts[ROUTED] = moved[-1]
    return table
