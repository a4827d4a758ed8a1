"""Small road networks for tests, built from nodes and edges by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.roadnet.road_network import ATTRIBUTION, Junction, Provenance, RoadNetwork

LANE_WIDTH_M = 3.5


def build(
    nodes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int, int]],
    *,
    speed_mps: float = 50 / 3.6,
    entries: Sequence[int] = (),
    exits: Sequence[int] = (),
    junctions: Sequence[tuple[int, bool]] = (),
    highway: str = "secondary",
) -> RoadNetwork:
    """Build a network of straight edges (u, v, lanes); ``junctions`` are (node, signalised)."""
    x = np.array([node[0] for node in nodes], dtype=np.float64)
    y = np.array([node[1] for node in nodes], dtype=np.float64)
    u = np.array([edge[0] for edge in edges], dtype=np.int32)
    v = np.array([edge[1] for edge in edges], dtype=np.int32)
    lanes = np.array([edge[2] for edge in edges], dtype=np.int8)
    count = len(edges)
    length = np.round(np.hypot(x[v] - x[u], y[v] - y[u]), 3)
    turns = [[f for f in range(count) if u[f] == v[e] and (v[f] != u[e] or np.sum(u == v[e]) == 1)] for e in range(count)]
    offset = np.zeros(count + 1, dtype=np.int32)
    np.cumsum([len(part) for part in turns], out=offset[1:])
    return RoadNetwork(
        crs="EPSG:32649",
        origin_m=(737000.0, 2558000.0),
        node_osm=np.arange(x.size, dtype=np.int64) + 1,
        node_x_m=x,
        node_y_m=y,
        edge_u=u,
        edge_v=v,
        edge_way=np.arange(count, dtype=np.int64) + 1,
        edge_name=tuple(f"road {e}" for e in range(count)),
        edge_highway=(highway,) * count,
        edge_lanes=lanes,
        edge_lane_width_m=np.full(count, LANE_WIDTH_M),
        edge_speed_limit_mps=np.full(count, speed_mps),
        edge_length_m=length,
        edge_bridge=np.zeros(count, dtype=np.bool_),
        edge_tunnel=np.zeros(count, dtype=np.bool_),
        edge_level=np.zeros(count, dtype=np.int8),
        point_offset=np.arange(0, 2 * count + 1, 2, dtype=np.int32),
        point_x_m=np.column_stack([x[u], x[v]]).ravel(),
        point_y_m=np.column_stack([y[u], y[v]]).ravel(),
        point_s_m=np.column_stack([np.zeros(count), length]).ravel(),
        turn_offset=offset,
        turn_edge=np.array([f for part in turns for f in part], dtype=np.int32),
        entry_edges=np.array(entries, dtype=np.int32),
        exit_edges=np.array(exits, dtype=np.int32),
        junctions=tuple(
            Junction(
                number=number,
                name=f"junction {number}",
                x_m=float(x[node]),
                y_m=float(y[node]),
                nodes=(node,),
                approaches=tuple(int(e) for e in np.flatnonzero(v == node)),
                internal=(),
                signalised=signalised,
            )
            for number, (node, signalised) in enumerate(junctions)
        ),
        buildings=(),
        places=(),
        provenance=Provenance("test", "0" * 64, ATTRIBUTION, x.size, count, 0, 0, 0.0, ()),
    )


def grid(size: int, spacing_m: float = 200.0, lanes: int = 2, *, signalised: bool = True) -> RoadNetwork:
    """Build ``size`` x ``size`` crossings with two-way streets that end in gates outside."""
    nodes = [(column * spacing_m, row * spacing_m) for row in range(-1, size + 1) for column in range(-1, size + 1)]
    width = size + 2

    def inside(row: int, column: int) -> bool:
        return 0 < row <= size and 0 < column <= size

    edges, entries, exits = [], [], []
    for row in range(width):
        for column in range(width):
            for other_row, other_column in ((row + 1, column), (row, column + 1)):
                if other_row >= width or other_column >= width:
                    continue
                if not (inside(row, column) or inside(other_row, other_column)):
                    continue
                a, b = row * width + column, other_row * width + other_column
                for tail, head in ((a, b), (b, a)):
                    row_of_tail, row_of_head = divmod(tail, width), divmod(head, width)
                    if not inside(*row_of_tail):
                        entries.append(len(edges))
                    if not inside(*row_of_head):
                        exits.append(len(edges))
                    edges.append((tail, head, lanes))
    crossings = [(row * width + column, signalised) for row in range(1, size + 1) for column in range(1, size + 1)]
    return build(nodes, edges, entries=entries, exits=exits, junctions=crossings)
