"""The edges' lines as the log has them, and pieces of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.units import CM_PER_M

Floats = npt.NDArray[np.float64]


class EdgeLines:
    """The centreline of every edge of a run, with the metres along it."""

    def __init__(self, run: Run) -> None:
        """Read the table ``edge`` of ``run``."""
        table = run.table("edge")
        names = ("edge", "length_m", "x_cm", "y_cm")
        self._lines: dict[int, tuple[Floats, Floats]] = {}
        for number, length_m, x_cm, y_cm in zip(*(table.column(name).to_pylist() for name in names), strict=True):
            xy_m = np.column_stack((x_cm, y_cm)) / CM_PER_M
            s_m = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(xy_m, axis=0).T))))
            if s_m[-1] > 0.0:  # a map may state another length than that of the line it draws
                s_m *= length_m / s_m[-1]
            self._lines[number] = xy_m, s_m

    def line(self, edge: int) -> Floats:
        """Return the points (n, 2) of ``edge``, m east and north of the map's origin."""
        return self._lines[edge][0]

    def piece(self, edge: int, from_m: float, to_m: float) -> Floats:
        """Return the points (n, 2) of ``edge`` between two distances along it, m east and north of the map's origin."""
        xy_m, s_m = self._lines[edge]
        between = (s_m > from_m) & (s_m < to_m)
        at_m = np.concatenate(([from_m], s_m[between], [to_m]))
        return np.column_stack([np.interp(at_m, s_m, xy_m[:, axis]) for axis in (0, 1)])
