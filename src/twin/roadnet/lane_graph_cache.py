"""The lane graph of a network, built once for everybody who asks."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import fields
from typing import Final

import numpy as np

from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.road_network import RoadNetwork

KEPT: Final = 2
"""Lane graphs that are kept in memory: that of the scenario in hand, and one to compare with."""

_kept: OrderedDict[bytes, LaneGraph] = OrderedDict()


def lane_graph_of(network: RoadNetwork) -> LaneGraph:
    """Return the lane graph of a network, the same object for networks of the same content; nobody may write to it."""
    key = _content(network)
    graph = _kept.pop(key, None)
    if graph is None:
        graph = build_lane_graph(network)
    _kept[key] = graph
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return graph


def _content(network: RoadNetwork) -> bytes:
    """Return a hash of all that a lane graph can depend on; buildings, places and signal programs are left out."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (network, network.connections):
        for field in fields(part) if part is not None else ():
            value = getattr(part, field.name)
            digest.update(field.name.encode())
            if isinstance(value, np.ndarray):
                digest.update(np.ascontiguousarray(value).tobytes())
            elif field.name not in ("buildings", "places", "provenance", "connections", "lights"):
                digest.update(repr(value).encode())
    return digest.digest()
