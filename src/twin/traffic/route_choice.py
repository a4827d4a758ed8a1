"""Which of several ways drivers take: path-size logit."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.route_search import Alternatives, Routes, alternative_routes, fastest_routes
from twin.traffic.demand_sources import LogitRoutes, RouteChoiceSpec

Floats = npt.NDArray[np.float64]


def choose_routes(
    network: RoadNetwork,
    spec: RouteChoiceSpec,
    edge_time_s: Floats,
    origin: npt.NDArray[np.int32],
    destination: npt.NDArray[np.int32],
    uniform: Floats,
) -> tuple[Routes, npt.NDArray[np.int32]]:
    """Return a table of routes, and each trip's row in it; ``uniform`` in (0, 1) decides each trip's choice.

    Trips are (origin edge, destination edge). A trip has a row without edges where no way leads.
    """
    pair, trip_pair = np.unique(np.column_stack((origin, destination)), axis=0, return_inverse=True)
    trip_pair = trip_pair.ravel()
    if not isinstance(spec, LogitRoutes):
        return fastest_routes(network, edge_time_s, pair[:, 0], pair[:, 1]), trip_pair.astype(np.int32)
    found = alternative_routes(
        *(network, edge_time_s, pair[:, 0], pair[:, 1]), count=spec.alternatives, penalty=spec.penalty, longest=spec.longest
    )
    # one row without edges behind all others, for pairs that no way joins
    offset = np.append(found.routes.offset, found.routes.offset[-1])
    cumulative = cumulative_shares(edge_time_s, found, spec.spread_s)
    rows = np.full(origin.size, found.routes.count, np.int32)
    joined = np.diff(found.first) > 0
    mine = np.flatnonzero(joined[trip_pair])
    first, last = found.first[trip_pair[mine]], found.first[trip_pair[mine] + 1] - 1
    # shares of pair p sum up from p to p + 1, so that one search finds every trip's way
    chosen = np.searchsorted(cumulative, trip_pair[mine] + uniform[mine], side="right")
    rows[mine] = np.clip(chosen, first, last)
    return Routes(offset, found.routes.edge), rows


def cumulative_shares(edge_time_s: Floats, found: Alternatives, spread_s: float) -> Floats:
    """Return (rows,): number of the pair + the shares of its ways summed up to and including this one."""
    shares = np.empty(found.routes.count)
    for pair in range(found.first.size - 1):
        begin, end = int(found.first[pair]), int(found.first[pair + 1])
        if begin == end:
            continue
        ways = [found.routes.of(row) for row in range(begin, end)]
        share = logit_shares(found.time_s[begin:end], path_sizes(ways, edge_time_s), spread_s)
        shares[begin:end] = pair + np.minimum(np.cumsum(share), 1.0)
    return shares


def path_sizes(ways: list[npt.NDArray[np.int32]], edge_time_s: Floats) -> Floats:
    """Return the size of each way: 1 where it shares no edge with another, 1/n where n ways are the same.

    PS_k = sum over its edges of (t_a / T_k) / (number of ways that use a). Source: Ben-Akiva and Bierlaire (1999), see
    ``LogitRoutes``. The first edge, on which all begin, counts like the others.
    """
    edges, times_used = np.unique(np.concatenate([np.unique(way) for way in ways]), return_counts=True)
    sizes = [
        float(np.sum(edge_time_s[way] / times_used[np.searchsorted(edges, way)]) / np.sum(edge_time_s[way])) for way in ways
    ]
    return np.array(sizes)


def logit_shares(time_s: Floats, path_size: Floats, spread_s: float) -> Floats:
    """Return the share of each way: exp(-theta t_k) PS_k / sum, theta = pi / (sqrt(6) ``spread_s``).

    A Gumbel variable of scale theta has the standard deviation pi / (sqrt(6) theta).
    """
    theta = math.pi / (math.sqrt(6.0) * spread_s)
    weight: Floats = path_size * np.exp(-theta * (time_s - time_s.min()))
    shares: Floats = weight / weight.sum()
    return shares
