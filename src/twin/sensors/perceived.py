"""Who is perceived by whom, second by second and edge by edge: the table ``perception``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.eventlog.recorder import Recorder
from twin.eventlog.tables import KNOWN_COLUMNS
from twin.kernel.growing import grown
from twin.traffic.ground_truth import DRIVEN_CLASSES, GroundTruth
from twin.units import US_PER_S

Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]

NOBODY: Final = -1
PERIOD_US: Final = US_PER_S
"""One row an edge and second."""


class Witness(Protocol):
    """Told what ``Perceived`` is told, by whoever wants to know more than sums."""

    def see(self, device: Ints, vehicle: Ints) -> None:
        """Hear of the objects of a scan, see ``Perceived.see``."""

    def close_second(self, truth: GroundTruth) -> None:
        """Hear that a second ends, see ``Perceived.close_second``."""


class Known(Protocol):
    """Tells how long vehicles were known in time where it matters."""

    def fresh_s(self, t_us: int, vehicle: Ints) -> Mapping[str, npt.NDArray[np.float64]]:
        """Return seconds since the last call for each of the vehicles (n,), by column of ``perception``."""


@kernel
def note(device: Ints, vehicle: Ints, first: Ints, sensors: Bytes) -> None:
    """Note which vehicles are detected: ``first`` (vehicles,) by which device first, ``sensors`` by 1 or by 2 and more."""
    for row in range(vehicle.size):
        i = vehicle[row]
        if i < 0:
            continue
        if sensors[i] == 0:
            first[i], sensors[i] = device[row], 1
        elif first[i] != device[row]:
            sensors[i] = 2


class Perceived:
    """Counts, for every second, the vehicles that at least one and at least two devices detected within it."""

    def __init__(self, recorder: Recorder, known: Known | None = None) -> None:
        """Begin with a second in which nobody is seen; ``known`` tells what became known of whom in time."""
        self._known = known
        self.witness: Witness | None = None
        """Hears everything as well, where there is one."""
        self._recorder = recorder
        self._first = np.full(0, NOBODY, np.int32)
        self._sensors = np.zeros(0, np.int8)

    def see(self, device: Ints, vehicle: Ints) -> None:
        """Take the objects of a scan: which device reports which vehicle, -1 for false ones; all arrays of one length."""
        self._make_room(int(vehicle.max(initial=NOBODY)) + 1)
        note(device, vehicle, self._first, self._sensors)
        if self.witness is not None:
            self.witness.see(device, vehicle)

    def close_second(self, truth: GroundTruth) -> None:
        """Write the second that ends at the instant of ``truth``: who is there now counts for the whole of it."""
        self._make_room(int(truth.vehicle.max(initial=NOBODY)) + 1)
        driven = truth.klass < len(DRIVEN_CLASSES)
        edge, sensors = truth.edge[driven], self._sensors[truth.vehicle[driven]]
        known_s = {} if self._known is None else self._known.fresh_s(truth.t_us, truth.vehicle[driven])
        edges, row = np.unique(edge, return_inverse=True)
        seconds = PERIOD_US / US_PER_S
        self._recorder.append(
            "perception",
            {
                "t_us": np.full(edges.size, truth.t_us - PERIOD_US, np.int64),
                "edge": edges,
                "vehicle_s": seconds * np.bincount(row, minlength=edges.size),
                "seen_s": seconds * np.bincount(row[sensors >= 1], minlength=edges.size),
                "seen_twice_s": seconds * np.bincount(row[sensors >= 2], minlength=edges.size),
                **{
                    name: np.bincount(row, known_s.get(name), edges.size) if known_s else 0.0 for name in KNOWN_COLUMNS.values()
                },
            },
        )
        self._sensors[:] = 0
        if self.witness is not None:
            self.witness.close_second(truth)

    def _make_room(self, size: int) -> None:
        self._first, self._sensors = grown(self._first, size, NOBODY), grown(self._sensors, size)
