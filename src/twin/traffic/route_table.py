"""The routes of all trips, end to end in one table that grows as trips change their ways."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from twin.kernel.growing import grown
from twin.traffic.vehicles import ROUTED, Vehicles


def with_routes(
    vehicles: Vehicles,
    trip: npt.NDArray[np.int32],
    leg: npt.NDArray[np.int32],
    offset: npt.NDArray[np.int64],
    edge: npt.NDArray[np.int32],
) -> Vehicles:
    """Return the tables with other routes of ``trip`` (n,) from ``leg`` (n,) on: the edges ``edge[offset[i]:offset[i + 1]]``.

    What a trip has driven stays. New routes stand behind all others; the table is copied only when it has to grow.
    """
    rows, counts = vehicles.all.view(np.ndarray), vehicles.counts
    end = int(counts[ROUTED])
    table = grown(vehicles.route_edge, end + int(leg.sum(dtype=np.int64) + offset[-1] - offset[0]))
    for i, kept, begin, until in zip(trip.tolist(), leg.tolist(), offset[:-1].tolist(), offset[1:].tolist(), strict=True):
        first, size = int(rows["route_begin"][i]), kept + until - begin
        table[end : end + kept] = table[first : first + kept]
        table[end + kept : end + size] = edge[begin:until]
        rows["route_begin"][i], rows["route_size"][i] = end, size
        end += size
    counts[ROUTED] = end
    return vehicles if table is vehicles.route_edge else replace(vehicles, route_edge=table)
