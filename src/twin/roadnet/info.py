"""What a map holds, in a few lines: ``twin map info FILE``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from twin.messages import say
from twin.roadnet.defaults import DEFAULTS
from twin.roadnet.road_network import RoadNetwork, lines_of


def describe(network: RoadNetwork) -> str:
    """Return a summary in the language in use: size, roads by class, junctions, gates, buildings, places, what was dropped."""
    source = network.provenance
    length_km = network.edge_length_m / 1000.0
    lane_km = float((length_km * network.edge_lanes).sum())
    bridge_km, tunnel_km = (float(length_km[where].sum()) for where in (network.edge_bridge, network.edge_tunnel))
    signalised = sum(junction.signalised for junction in network.junctions)
    kinds = [place.kind for place in network.places]
    heights_m = [building.height_m for building in network.buildings]
    tallest = (
        say("map.info.tallest", count=len(heights_m), height=max(heights_m))
        if heights_m
        else say("map.info.buildings", count=0)
    )
    easting, northing = network.origin_m
    read = {"edges_read": source.edges_read, "nodes_read": source.nodes_read}
    dropped = {"edges": source.edges_dropped, "nodes": source.nodes_dropped, "length_km": source.length_dropped_m / 1000.0}
    lines = [
        f"{source.path} (sha256 {source.sha256[:12]})",
        say("map.info.projection", crs=network.crs, easting=easting, northing=northing),
        say("map.info.nodes", count=network.node_osm.size),
        say("map.info.edges", count=network.edge_count, length_km=float(length_km.sum()), lane_km=lane_km),
        *_by_class(network),
        say("map.info.bridges", bridge_km=bridge_km, tunnel_km=tunnel_km),
        say("map.info.junctions", count=len(network.junctions), signalised=signalised),
        say("map.info.gates", entries=network.entry_edges.size, exits=network.exit_edges.size),
        tallest,
        say("map.info.bus_stops", count=kinds.count("bus_stop")),
        say("map.info.car_parks", count=kinds.count("car_park"), bays=sum(place.capacity for place in network.places)),
        say("map.info.dropped", **read, **dropped),
        *([say("map.info.notices")] if source.notices else []),
        *(f"    {line}" for line in lines_of(source.notices)),
        say("map.info.licence", text=source.attribution),
    ]
    return "\n".join(lines)


def _by_class(network: RoadNetwork) -> Iterator[str]:
    """Yield length and lanes of each road class, the highest class first."""
    edges: dict[str, list[int]] = defaultdict(list)
    for edge, highway in enumerate(network.edge_highway):
        edges[highway].append(edge)
    for highway in sorted(edges, key=list(DEFAULTS).index):
        part = edges[highway]
        lanes = np.unique(network.edge_lanes[part])
        span = f"{lanes[0]}" if lanes.size == 1 else f"{lanes[0]}-{lanes[-1]}"
        yield say("map.info.class", highway=highway, length_km=float(network.edge_length_m[part].sum()) / 1000.0, lanes=span)
