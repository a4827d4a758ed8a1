"""Where devices lie that a scenario gives by longitude and latitude: in the nearest road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.errors import Problem
from twin.messages import say
from twin.municipal.roads_spec import CoverSpec, RoadDevicesSpec, SettlementPointSpec
from twin.roadnet.projection import to_local
from twin.roadnet.road_network import RoadNetwork

REACH_M: Final = 60.0
"""A device lies in the nearest road so far away. Choice: as incidents, half a wide avenue and the error of a pasted point."""


@dataclass(frozen=True, slots=True)
class InRoad:
    """A place in a road."""

    name: str
    edge: int
    x_m: float
    y_m: float


def points_of(spec: RoadDevicesSpec, network: RoadNetwork) -> tuple[tuple[InRoad, ...], tuple[InRoad, ...], list[Problem]]:
    """Return where settlement is watched, where covers lie, and what is wrong with both."""
    found: dict[str, list[InRoad]] = {"settlement": [], "covers": []}
    problems = []
    every: dict[str, Sequence[SettlementPointSpec | CoverSpec]] = {"settlement": spec.settlement, "covers": spec.covers}
    for key, points in every.items():
        for number, point in enumerate(points):
            place = _placed(point, network)
            if place is None:
                words = say("roads.point.found", name=point.name, limit=REACH_M), say("roads.point.remedy")
                problems.append(Problem("", f"roads.{key}[{number}].lon_deg", *words))
            else:
                found[key].append(place)
    return tuple(found["settlement"]), tuple(found["covers"]), problems


def _placed(point: SettlementPointSpec | CoverSpec, network: RoadNetwork) -> InRoad | None:
    local = to_local(network.crs, network.origin_m, point.lon_deg, point.lat_deg)
    x_m, y_m = (float(value) for value in local)
    first = np.delete(np.arange(network.point_x_m.size), network.point_offset[1:] - 1)
    edge = np.searchsorted(network.point_offset, first, side="right") - 1
    east, north = network.point_x_m[first], network.point_y_m[first]
    dx, dy = network.point_x_m[first + 1] - east, network.point_y_m[first + 1] - north
    share = np.clip(((x_m - east) * dx + (y_m - north) * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
    away_m = np.hypot(east + share * dx - x_m, north + share * dy - y_m)
    nearest = int(np.argmin(away_m))
    return InRoad(point.name, int(edge[nearest]), x_m, y_m) if away_m[nearest] <= REACH_M else None
