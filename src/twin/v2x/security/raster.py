"""Which places belong to something, as a grid of cells: the road, the area that sensors see, where vehicles may appear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.road_network import RoadNetwork
from twin.v2x.security.vehicle_messages import Floats

CELL_M: Final = 1.0
"""Side of a cell. Choice: below the width of a lane and the error of a place."""


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """A grid of square cells; what lies outside of it does not belong."""

    west_m: float
    south_m: float
    cell_m: float
    cells: npt.NDArray[np.bool_]
    """(rows from south to north, columns from west to east)."""

    def __call__(self, x_m: Floats, y_m: Floats) -> npt.NDArray[np.bool_]:
        """Return which places (n,) belong."""
        return _looked_up(self.cells, (self.west_m, self.south_m, self.cell_m), x_m, y_m)


def raster_of_lines(
    offset: npt.NDArray[np.integer], x_m: Floats, y_m: Floats, reach_m: Floats, cell_m: float = CELL_M
) -> Raster:
    """Return the cells whose middle is within ``reach_m`` (lines,) of a line.

    Line ``i`` has the points ``offset[i]:offset[i + 1]`` (lines + 1,) of ``x_m`` and ``y_m``. Raises ValueError without points.
    """
    if not x_m.size:
        raise ValueError("no line has a point: there is nothing to make a grid of")
    pad_m = float(reach_m.max()) + 2.0 * cell_m
    west, south = float(x_m.min()) - pad_m, float(y_m.min()) - pad_m
    columns = int((float(x_m.max()) + pad_m - west) / cell_m) + 1
    rows = int((float(y_m.max()) + pad_m - south) / cell_m) + 1
    cells = np.zeros((rows, columns), np.bool_)
    _mark(cells, (west, south, cell_m), offset.astype(np.int64), x_m, y_m, reach_m)
    return Raster(west, south, cell_m, cells)


def raster_of_discs(x_m: Floats, y_m: Floats, radius_m: Floats, cell_m: float = CELL_M) -> Raster:
    """Return the cells whose middle is within ``radius_m`` of a point; all (n,). Raises ValueError without points."""
    return raster_of_lines(np.arange(x_m.size + 1), x_m, y_m, radius_m, cell_m)


def road_raster(network: RoadNetwork, graph: LaneGraph, margin_m: float, cell_m: float = CELL_M) -> Raster:
    """Return where vehicles drive: all lanes of edges and the ways through junctions, and ``margin_m`` to their sides."""
    of_edge = 0.5 * network.edge_lanes * network.edge_lane_width_m + margin_m
    of_connector = 0.5 * graph.lane_width_m[graph.connector_first :] + margin_m
    return raster_of_lines(
        np.concatenate((network.point_offset[:-1], network.point_offset[-1] + graph.point_offset)),
        np.concatenate((network.point_x_m, graph.point_x_m)),
        np.concatenate((network.point_y_m, graph.point_y_m)),
        np.concatenate((of_edge, of_connector)),
        cell_m,
    )


@kernel
def _mark(
    cells: npt.NDArray[np.bool_],
    grid: tuple[float, float, float],
    offset: npt.NDArray[np.int64],
    x_m: Floats,
    y_m: Floats,
    reach_m: Floats,
) -> None:
    """Set the cells whose middle is within reach of a segment: the distance to its nearest point, clipped to its ends."""
    west, south, cell_m = grid
    for line in range(offset.size - 1):
        reach = reach_m[line]
        last = offset[line + 1] - 1
        for i in range(offset[line], last + 1):
            j = min(i + 1, last)
            dx, dy = x_m[j] - x_m[i], y_m[j] - y_m[i]
            squared = dx * dx + dy * dy
            first_column = int((min(x_m[i], x_m[j]) - reach - west) / cell_m)
            last_column = int((max(x_m[i], x_m[j]) + reach - west) / cell_m)
            first_row = int((min(y_m[i], y_m[j]) - reach - south) / cell_m)
            last_row = int((max(y_m[i], y_m[j]) + reach - south) / cell_m)
            for row in range(first_row, last_row + 1):
                for column in range(first_column, last_column + 1):
                    x, y = west + (column + 0.5) * cell_m - x_m[i], south + (row + 0.5) * cell_m - y_m[i]
                    share = min(max((x * dx + y * dy) / squared, 0.0), 1.0) if squared > 0.0 else 0.0
                    ex, ey = x - share * dx, y - share * dy
                    if ex * ex + ey * ey <= reach * reach:
                        cells[row, column] = True


@kernel
def _looked_up(
    cells: npt.NDArray[np.bool_], grid: tuple[float, float, float], x_m: Floats, y_m: Floats
) -> npt.NDArray[np.bool_]:
    """Return the cell of each place; False outside."""
    west, south, cell_m = grid
    rows, columns = cells.shape
    out = np.zeros(x_m.size, np.bool_)
    for i in range(x_m.size):
        column, row = (x_m[i] - west) / cell_m, (y_m[i] - south) / cell_m
        if 0.0 <= column < columns and 0.0 <= row < rows:
            out[i] = cells[int(row), int(column)]
    return out
