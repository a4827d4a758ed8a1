"""What share of the roads lies in sight of devices (几何覆盖率), by length, from the table ``coverage``.

Not to be mixed with the perceived share (感知率, ``twin.metrics.perceived``), which is a share of vehicle time: coverage knows
neither traffic nor weather, and asks of a stretch only whether a vehicle alone on it could be seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.eventlog.edge_lines import EdgeLines
from twin.eventlog.reader import Run
from twin.metrics.selection import share
from twin.units import CM_PER_M

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CoveredLength:
    """Metres of carriageway, each direction for itself, however many lanes it has."""

    length_m: float
    covered_m: float
    """Of these, in sight of at least one device."""
    covered_twice_m: float
    """The same for at least two devices."""

    @property
    def coverage_share(self) -> float | None:
        """Share in sight of at least one device; None where there is no road."""
        return share(self.covered_m, self.length_m)

    @property
    def coverage_twice_share(self) -> float | None:
        """Share in sight of at least two devices."""
        return share(self.covered_twice_m, self.length_m)


@dataclass(frozen=True, slots=True)
class SeenStretch:
    """A stretch of an edge over which the same number of devices look."""

    edge: int
    from_m: float
    to_m: float
    xy_m: Floats
    """(points, 2): its line, east and north of the map's origin."""
    devices: int


@dataclass(frozen=True, slots=True)
class CoverageFigures:
    """Of a run's deployment; without devices every length is 0 and every mapping empty."""

    total: CoveredLength
    by_edge: dict[int, CoveredLength]
    by_road_class: dict[str, CoveredLength]
    """By OpenStreetMap's class, in alphabetical order."""


def coverage_figures(run: Run) -> CoverageFigures:
    """Return the covered road length of ``run``."""
    table = run.table("coverage")
    edge, devices = table.column("edge").to_numpy(), table.column("devices").to_numpy()
    length_m = (table.column("to_cm").to_numpy() - table.column("from_cm").to_numpy()) / CM_PER_M
    edges = run.table("edge")
    road_class = dict(zip(edges.column("edge").to_pylist(), edges.column("highway").to_pylist(), strict=True))
    klass = np.array([road_class[number] for number in edge.tolist()], dtype=np.str_)

    def lengths(chosen: npt.NDArray[np.bool_]) -> CoveredLength:
        return CoveredLength(*(float(length_m[chosen & (devices >= least)].sum()) for least in (0, 1, 2)))

    numbers, row = np.unique(edge, return_inverse=True)
    sums = [np.bincount(row, weights=length_m * (devices >= least), minlength=numbers.size) for least in (0, 1, 2)]
    return CoverageFigures(
        total=lengths(np.ones(edge.size, np.bool_)),
        by_edge={int(number): CoveredLength(*(float(part[at]) for part in sums)) for at, number in enumerate(numbers)},
        by_road_class={str(name): lengths(klass == name) for name in np.unique(klass)},
    )


def seen_stretches(run: Run) -> tuple[SeenStretch, ...]:
    """Return every stretch of road with how many devices have it in sight, by edge and along it; none without devices."""
    table, lines = run.table("coverage"), EdgeLines(run)
    columns = (table.column(name).to_pylist() for name in ("edge", "from_cm", "to_cm", "devices"))

    def stretch(edge: int, from_m: float, to_m: float, devices: int) -> SeenStretch:
        return SeenStretch(edge, from_m, to_m, lines.piece(edge, from_m, to_m), devices)

    return tuple(stretch(edge, a / CM_PER_M, b / CM_PER_M, devices) for edge, a, b, devices in zip(*columns, strict=True))


def blind_stretches(run: Run) -> tuple[SeenStretch, ...]:
    """Return the stretches that no device has in sight."""
    return tuple(stretch for stretch in seen_stretches(run) if not stretch.devices)
