"""Searches over states of turns (Dijkstra 1959, with a binary heap), compiled; ``route_search`` is their only caller.

States and arcs are those of ``turn_states.TurnStates``: ``offset``, ``following``, ``edge``; ``times`` is the time of each
state in seconds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.compilation import inline_kernel, kernel

_HEAP = np.dtype([("time_s", np.float64), ("state", np.int32)], align=True)
_NODE = np.dtype([("time_s", np.float64), ("before", np.int32), ("settled", np.int8)], align=True)


@inline_kernel
def _push(heap: Any, size: Any, time_s: Any, state: Any) -> Any:
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap[above]["time_s"] < time_s or (heap[above]["time_s"] == time_s and heap[above]["state"] <= state):
            break
        heap[at]["time_s"], heap[at]["state"] = heap[above]["time_s"], heap[above]["state"]
        at = above
    heap[at]["time_s"], heap[at]["state"] = time_s, state


@inline_kernel
def _sink(heap: Any, size: Any) -> Any:
    """Remove the top of a heap of ``size``: its last entry goes to where it belongs."""
    last = size - 1
    time_s, state = heap[last]["time_s"], heap[last]["state"]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= last:
            break
        right = below + 1
        if right < last and (
            heap[right]["time_s"] < heap[below]["time_s"]
            or (heap[right]["time_s"] == heap[below]["time_s"] and heap[right]["state"] < heap[below]["state"])
        ):
            below = right
        if time_s < heap[below]["time_s"] or (time_s == heap[below]["time_s"] and state <= heap[below]["state"]):
            break
        heap[at]["time_s"], heap[at]["state"] = heap[below]["time_s"], heap[below]["state"]
        at = below
    heap[at]["time_s"], heap[at]["state"] = time_s, state


@kernel
def _search(
    offset: Any,
    following: Any,
    edge: Any,
    times: Any,
    origin: Any,
    wanted: Any,
    left: Any,
    arrival: Any,
    nodes: Any,
    heap: Any,
    reached: Any,
) -> Any:
    """Settle states from ``origin`` until ``left`` of the edges with ``wanted`` are reached; return how many were settled.

    ``reached`` gets the states in the order in which they were settled, ``arrival`` the first state of each wanted edge.
    ``nodes`` must be fresh; states still in ``heap`` when the search ends have a time but are not settled.
    """
    nodes[origin]["time_s"] = 0.0
    nodes[origin]["before"] = -1
    heap[0]["time_s"], heap[0]["state"] = 0.0, origin
    size, settled = 1, 0
    while size > 0:
        state = heap[0]["state"]
        _sink(heap, size)
        size -= 1
        if nodes[state]["settled"]:
            continue
        nodes[state]["settled"] = 1
        reached[settled] = state
        settled += 1
        at = edge[state]
        if arrival[at] < 0:
            arrival[at] = state
            if wanted[at]:
                left -= 1
                if left == 0:
                    break
        for arc in range(offset[state], offset[state + 1]):
            target = following[arc]
            if nodes[target]["settled"]:
                continue
            time_s = nodes[state]["time_s"] + times[target]
            if time_s < nodes[target]["time_s"]:
                nodes[target]["time_s"] = time_s
                nodes[target]["before"] = state
                _push(heap, size, time_s, target)
                size += 1
            elif time_s == nodes[target]["time_s"] and state < nodes[target]["before"]:
                nodes[target]["before"] = state
    return settled


@kernel
def _fresh(nodes: Any, arrival: Any) -> Any:
    for state in range(nodes.size):
        nodes[state]["time_s"] = np.inf
        nodes[state]["before"] = -2
        nodes[state]["settled"] = 0
    arrival[:] = -1


@kernel
def _append(buffer: Any, size: Any, nodes: Any, edge: Any, state: Any) -> Any:
    """Append the way to ``state``; return the buffer (a larger one if need be) and its new size."""
    steps, at = 0, state
    while at >= 0:
        steps += 1
        at = nodes[at]["before"]
    if size + steps > buffer.size:
        larger = np.empty(2 * buffer.size + steps, np.int32)
        larger[:size] = buffer[:size]
        buffer = larger
    at, place = state, size + steps
    while at >= 0:
        place -= 1
        buffer[place] = edge[at]
        at = nodes[at]["before"]
    return buffer, size + steps


@kernel
def routes(offset: Any, following: Any, edge: Any, times: Any, origin: Any, destination: Any, order: Any) -> Any:
    """Return offset and edges of the ways, rows in ``order``, which groups them by origin."""
    edges = 0
    for state in range(edge.size):
        edges = max(edges, edge[state] + 1)
    nodes, heap = np.empty(edge.size, _NODE), np.empty(following.size + 1, _HEAP)
    arrival, reached = np.empty(edges, np.int32), np.empty(edge.size, np.int32)
    wanted = np.zeros(edges, np.bool_)
    rows = np.zeros(order.size + 1, np.int64)
    buffer, size = np.empty(1024, np.int32), 0
    begin = 0
    while begin < order.size:
        end, left = begin, 0
        start = origin[order[begin]]
        while end < order.size and origin[order[end]] == start:
            target = destination[order[end]]
            if not wanted[target]:
                wanted[target] = True
                left += 1
            end += 1
        _fresh(nodes, arrival)
        _search(offset, following, edge, times, start, wanted, left, arrival, nodes, heap, reached)
        for row in range(begin, end):
            target = destination[order[row]]
            wanted[target] = False
            if arrival[target] >= 0:
                buffer, size = _append(buffer, size, nodes, edge, arrival[target])
            rows[row + 1] = size
        begin = end
    return rows, buffer[:size].copy()


@kernel
def alternatives(  # noqa: C901, PLR0912  (one kernel)
    offset: Any, following: Any, edge: Any, times: Any, origin: Any, destination: Any, count: Any, penalty: Any, longest: Any
) -> Any:
    """Return the first row of each pair, offset and edges of the ways, and the time of each; ``count`` ways a pair at most."""
    edges = 0
    for state in range(edge.size):
        edges = max(edges, edge[state] + 1)
    nodes, heap = np.empty(edge.size, _NODE), np.empty(following.size + 1, _HEAP)
    arrival, reached = np.empty(edges, np.int32), np.empty(edge.size, np.int32)
    wanted = np.zeros(edges, np.bool_)
    slowed = times.copy()
    first = np.zeros(origin.size + 1, np.int64)
    rows, route_s = np.zeros(origin.size * count + 1, np.int64), np.empty(origin.size * count)
    buffer, size, found = np.empty(1024, np.int32), 0, 0
    factor = np.ones(edges)
    for pair in range(origin.size):
        best_s = np.inf
        wanted[destination[pair]] = True
        for _ in range(2 * count):
            if found - first[pair] == count:
                break
            _fresh(nodes, arrival)
            _search(offset, following, edge, slowed, origin[pair], wanted, 1, arrival, nodes, heap, reached)
            state = arrival[destination[pair]]
            if state < 0:
                break
            buffer, end = _append(buffer, size, nodes, edge, state)
            time_s, at = 0.0, state
            while at >= 0:
                if nodes[at]["before"] >= 0:
                    time_s += times[at]
                at = nodes[at]["before"]
            best_s = min(best_s, time_s)
            for place in range(size, end):
                factor[buffer[place]] *= penalty
            for i in range(edge.size):
                slowed[i] = times[i] * factor[edge[i]]
            known = False
            for other in range(first[pair], found):
                if rows[other + 1] - rows[other] == end - size:
                    same = True
                    for place in range(end - size):
                        if buffer[rows[other] + place] != buffer[size + place]:
                            same = False
                            break
                    known = known or same
            if not known and time_s <= longest * best_s:
                route_s[found] = time_s
                size = end
                found += 1
                rows[found] = size
        wanted[destination[pair]] = False
        factor[:] = 1.0
        slowed[:] = times
        first[pair + 1] = found
    return first, rows[: found + 1].copy(), buffer[:size].copy(), route_s[:found].copy()


@kernel
def loads(offset: Any, following: Any, edge: Any, times: Any, origin: Any, to_edge: Any, left_out: Any) -> Any:
    """Return edge, following edge and flow, one row a used arc of each origin's tree, edges ``left_out`` skipped."""
    edges = left_out.size
    nodes, heap = np.empty(edge.size, _NODE), np.empty(following.size + 1, _HEAP)
    arrival, reached = np.empty(edges, np.int32), np.empty(edge.size, np.int32)
    wanted = np.zeros(edges, np.bool_)
    load, outer = np.empty(edge.size), np.empty(edge.size, np.int32)
    begin, end, flow = np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024)
    rows = 0
    for row in range(origin.size):
        _fresh(nodes, arrival)
        settled = _search(offset, following, edge, times, origin[row], wanted, -1, arrival, nodes, heap, reached)
        load[:] = 0.0
        for target in range(edges):
            if arrival[target] >= 0:
                load[arrival[target]] += to_edge[row, target]
        for place in range(settled):  # outer: the last edge outside a junction before each state
            state = reached[place]
            before = nodes[state]["before"]
            outer[state] = -1 if before < 0 else outer[before] if left_out[edge[before]] else edge[before]
        for place in range(settled - 1, 0, -1):
            state = reached[place]
            if load[state] > 0.0:
                load[nodes[state]["before"]] += load[state]
                if outer[state] >= 0 and not left_out[edge[state]]:
                    if rows == flow.size:
                        larger, larger_end, larger_flow = (
                            np.empty(2 * rows, np.int32),
                            np.empty(2 * rows, np.int32),
                            np.empty(2 * rows),
                        )
                        larger[:rows], larger_end[:rows], larger_flow[:rows] = begin, end, flow
                        begin, end, flow = larger, larger_end, larger_flow
                    begin[rows], end[rows], flow[rows] = outer[state], edge[state], load[state]
                    rows += 1
    return begin[:rows].copy(), end[:rows].copy(), flow[:rows].copy()


@kernel
def reachable_edges(offset: Any, following: Any, edge: Any, origin: Any) -> Any:
    """Return which edges (edges,) one can reach from state ``origin``."""
    edges = 0
    for state in range(edge.size):
        edges = max(edges, edge[state] + 1)
    seen, found = np.zeros(edge.size, np.bool_), np.zeros(edges, np.bool_)
    todo, size = np.empty(edge.size, np.int32), 1
    todo[0], seen[origin] = origin, True
    while size > 0:
        size -= 1
        state = todo[size]
        found[edge[state]] = True
        for arc in range(offset[state], offset[state + 1]):
            target = following[arc]
            if not seen[target]:
                seen[target] = True
                todo[size] = target
                size += 1
    return found
