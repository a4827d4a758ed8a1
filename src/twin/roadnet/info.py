"""What a map holds, in a few lines: ``twin map info FILE``."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from twin.roadnet.defaults import DEFAULTS
from twin.roadnet.road_network import RoadNetwork


def describe(network: RoadNetwork) -> str:
    """Return a summary: size, kilometres by class, junctions, gates, buildings, places, what was dropped and assumed."""
    source = network.provenance
    length_km = network.edge_length_m / 1000.0
    signalised = sum(junction.signalised for junction in network.junctions)
    kinds = [place.kind for place in network.places]
    bays = sum(place.capacity for place in network.places)
    heights = [building.height_m for building in network.buildings]
    tallest = f", the tallest {max(heights):.0f} m" if heights else ""
    easting, northing = network.origin_m
    lane_km = float((length_km * network.edge_lanes).sum())
    dropped = (
        f"{source.edges_dropped} of {source.edges_read} edges, {source.nodes_dropped} of {source.nodes_read} nodes, "
        f"{source.length_dropped_m / 1000.0:.1f} km"
    )
    lines = [
        f"{source.path} (sha256 {source.sha256[:12]})",
        f"  projection   {network.crs}, origin {easting:.0f} E {northing:.0f} N",
        f"  nodes        {network.node_osm.size}",
        f"  edges        {network.edge_count}, {length_km.sum():.1f} km by direction, {lane_km:.1f} lane-km",
        *(f"    {name:<15}{text}" for name, text in _by_class(network).items()),
        f"  bridges      {length_km[network.edge_bridge].sum():.1f} km, tunnels {length_km[network.edge_tunnel].sum():.1f} km",
        f"  junctions    {len(network.junctions)}, {signalised} with signals",
        f"  gates        {network.entry_edges.size} in, {network.exit_edges.size} out",
        f"  buildings    {len(heights)}{tallest}",
        f"  bus stops    {kinds.count('bus_stop')}",
        f"  car parks    {kinds.count('car_park')}, {bays} bays",
        f"  dropped      {dropped}",
        *(["  notices"] if source.notices else []),
        *(f"    {notice}" for notice in source.notices),
        f"  licence      {source.attribution}",
    ]
    return "\n".join(lines)


def _by_class(network: RoadNetwork) -> dict[str, str]:
    """Return length and lanes of each road class, the highest class first."""
    edges: dict[str, list[int]] = defaultdict(list)
    for edge, highway in enumerate(network.edge_highway):
        edges[highway].append(edge)
    out = {}
    for highway in sorted(edges, key=list(DEFAULTS).index):
        part = edges[highway]
        lanes = np.unique(network.edge_lanes[part])
        span = f"{lanes[0]}" if lanes.size == 1 else f"{lanes[0]}-{lanes[-1]}"
        out[highway] = f"{network.edge_length_m[part].sum() / 1000.0:7.1f} km, {span} lanes"
    return out
