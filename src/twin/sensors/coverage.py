"""Geometric coverage (几何覆盖率): which stretches of the roads lie in sight of how many devices, traffic and weather aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import OF_THE_CALCULATION, Assumed
from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder
from twin.geometry.sight import Points, count_in_sight
from twin.roadnet.road_network import RoadNetwork
from twin.sensors.outlook import Outlook
from twin.spec import Spec

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class CoverageSpec(Spec):
    """How the geometric coverage of a deployment is reckoned."""

    step_m: Annotated[float, Field(ge=0.5, le=100.0), OF_THE_CALCULATION] = 2.0
    """Greatest length of the pieces that edges are cut into; each is judged at its middle. Assumption: less than half a car, so
    that the edge of a building's shadow is found as well as it matters."""

    target_height_m: Annotated[float, Field(gt=0.0, le=5.0), Assumed.between(1.2, 1.8)] = 1.5
    """Height of what must be in sight, at least in part, on the middle of the carriageway. Assumption: a car's."""


class Stretches(NamedTuple):
    """Stretches of edges over which the same number of devices look; (n,) each, by edge and along it."""

    edge: Ints
    from_m: Floats
    to_m: Floats
    devices: npt.NDArray[np.int16]


class _Pieces(NamedTuple):
    """The pieces that the edges are cut into."""

    edge: Ints
    from_m: Floats
    to_m: Floats
    middle: Points


def stretches(network: RoadNetwork, outlooks: Sequence[Outlook], spec: CoverageSpec) -> Stretches:
    """Return how many of the devices that look out so have each stretch of the network's edges in sight.

    As in the scan, a device sees past buildings and bridge decks; one in a tunnel sees the tunnel. Its range is the nominal
    one, whatever the weather. An integrated radar-video unit counts as the two devices that it is placed as.
    """
    pieces = _pieces(network, spec.step_m)
    counts = np.zeros(pieces.middle.x_m.size, np.int16)
    for outlook in outlooks:
        _count(outlook, pieces.middle, spec.target_height_m, counts)
    new = np.ones(counts.size, np.bool_)
    new[1:] = (np.diff(pieces.edge) != 0) | (np.diff(counts) != 0)
    first = np.flatnonzero(new)
    last = np.append(first[1:], counts.size) - 1
    return Stretches(pieces.edge[first], pieces.from_m[first], pieces.to_m[last], counts[first])


def write_coverage(recorder: Recorder, found: Stretches) -> None:
    """Write the table ``coverage``."""
    recorder.write_static(
        "coverage",
        {
            "edge": found.edge,
            "from_cm": centimetres(found.from_m),
            "to_cm": centimetres(found.to_m),
            "devices": found.devices,
        },
    )


def _pieces(network: RoadNetwork, step_m: float) -> _Pieces:
    counts = np.maximum(1, np.ceil(network.edge_length_m / step_m - 1e-9)).astype(np.int64)
    edge = np.repeat(np.arange(network.edge_count), counts)
    nth = np.arange(edge.size) - np.repeat(np.cumsum(counts) - counts, counts)
    length_m = (network.edge_length_m / counts)[edge]
    x_m, y_m = np.empty(edge.size), np.empty(edge.size)
    begin = np.concatenate(([0], np.cumsum(counts)))
    middle_m = (nth + 0.5) * length_m
    for number in range(network.edge_count):
        own = slice(int(begin[number]), int(begin[number + 1]))
        points = slice(int(network.point_offset[number]), int(network.point_offset[number + 1]))
        x_m[own] = np.interp(middle_m[own], network.point_s_m[points], network.point_x_m[points])
        y_m[own] = np.interp(middle_m[own], network.point_s_m[points], network.point_y_m[points])
    return _Pieces(edge, nth * length_m, (nth + 1) * length_m, Points(x_m, y_m, network.edge_level[edge]))


def _count(outlook: Outlook, points: Points, target_height_m: float, counts: npt.NDArray[np.int16]) -> None:
    """Add one to ``counts`` for every device and point that it has in sight."""
    storeys = outlook.storeys
    for row, (x_m, y_m, _, cos, sin) in enumerate(outlook.poses):
        for storey in range(storeys.start[row], storeys.start[row + 1]):
            count_in_sight(
                points,
                target_height_m,
                (x_m, y_m, float(storeys.height_m[storey]), cos, sin),
                int(storeys.level[storey]),
                outlook.fans[row],
                outlook.range_m[row],
                outlook.walls,
                int(outlook.wall_base[row]),
                outlook.decks,
                int(storeys.deck_base[storey]),
                counts,
            )
