"""Parking for the browser: facilities and bays at the kerb, who stands there, what is reported of it, who looks for a space."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.eventlog.edge_lines import EdgeLines
from twin.eventlog.parking_courses import Changes, ParkingLog
from twin.eventlog.reader import Run
from twin.playback.columns import Array, codes, column, metres
from twin.playback.courses import Course
from twin.units import CM_PER_M, US_PER_S

KINDS: Final = ("on_street", "off_street", "underground")
"""Kinds of facilities, in the order of their codes."""

_AHEAD_M: Final = 1.0

Ints = npt.NDArray[np.int64]


class Parking:
    """Facilities, bays and searching drivers of one run. Tables of changes, read whole."""

    def __init__(self, run: Run) -> None:
        """Read the run's tables of parking."""
        self._run = run
        self._log = log = ParkingLog(run)
        self._at_kerb = np.flatnonzero(np.asarray(pc.is_valid(log.bays["edge"]).to_numpy()))
        self._courses = {
            "bay_true": self._kerb(log.bay_states(reported=False)),
            "bay_told": self._kerb(log.bay_states(reported=True)),
            "occupancy_true": _taken(log.taken()),
            "occupancy_told": _taken(log.held_taken()),
        }
        self._searches = self._looked()

    def scene(self, header: dict[str, Any]) -> dict[str, Array]:
        """Return facilities, and bays at the kerb with the compass bearing of the road there; names into ``header``."""
        facilities = self._log.facilities
        header["parking"] = facilities.num_rows > 0
        header["facility_names"] = facilities["name"].to_pylist()
        for name in ("bay_true", "bay_told", "occupancy_told"):
            header[f"has_{name}"] = self._courses[name].t_us.size > 0
        at_kerb = self._log.bays.take(self._at_kerb)
        return {
            "facility_xy": metres(facilities, "x_cm", "y_cm"),
            "facility_capacity": self._log.capacity.astype(np.uint32),
            "facility_kind": codes(np.array(facilities["kind"].to_pylist()), KINDS),
            "bay_xy": metres(at_kerb, "x_cm", "y_cm"),
            "bay_bearing": self._bearings(at_kerb),
            "bay_facility": self._log.facility[self._at_kerb].astype(np.uint32),
        }

    def window(self, vehicles: Array, begin_us: int, end_us: int) -> dict[str, Array]:
        """Return bays and occupancies, true and reported, as ``Course.window`` does, and when who looks for a space.

        ``vehicles``: the vehicles' numbers in rising order; seconds of searches count from ``begin_us``.
        """
        found: dict[str, Array] = {}
        for name, course in self._courses.items():
            found |= course.window(name, begin_us, end_us)
        vehicle, from_us, until_us = self._searches
        there = (from_us <= end_us) & (until_us > begin_us)
        return found | {
            "searching_vehicle": np.searchsorted(vehicles, vehicle[there]).astype(np.uint32),
            "searching_from": ((from_us[there] - begin_us) / US_PER_S).astype(np.float32),
            "searching_until": ((until_us[there] - begin_us) / US_PER_S).astype(np.float32),
        }

    def _looked(self) -> tuple[Ints, Ints, Ints]:
        """Return who looked for a space from when to when: until standing, or to the end where the run ends before."""
        visits = self._run.table("parking").select(["vehicle", "began_us", "parked_us", "outcome"]).to_pydict()
        end_us = round(self._run.manifest.simulated_s * US_PER_S) + 1
        until_us = [
            parked_us if parked_us is not None else end_us if outcome == "looking" else began_us
            for began_us, parked_us, outcome in zip(*(visits[name] for name in list(visits)[1:]), strict=True)
        ]
        return np.array(visits["vehicle"], np.int64), np.array(visits["began_us"], np.int64), np.array(until_us, np.int64)

    def _bearings(self, bays: pa.Table) -> npt.NDArray[np.float32]:
        lines = EdgeLines(self._run) if bays.num_rows else None
        found = []
        for edge, along_cm in zip(column(bays, "edge").tolist(), column(bays, "along_cm").tolist(), strict=True):
            front_m = along_cm / CM_PER_M
            piece = lines.piece(edge, max(front_m - _AHEAD_M, 0.0), front_m) if lines else np.zeros((2, 2))
            dx, dy = piece[-1] - piece[0]
            found.append(np.degrees(np.arctan2(dx, dy)) % 360.0)
        return np.array(found, np.float32)

    def _kerb(self, changes: Changes) -> Course:
        """Return the course of the bays at the kerb, numbered among themselves."""
        place = np.full(self._log.bays.num_rows, -1, np.int64)
        place[self._at_kerb] = np.arange(self._at_kerb.size)
        own = place[changes.owner] >= 0
        return Course(changes.t_us[own], place[changes.owner[own]], {"state": changes.value[own].astype(np.uint8)})


def _taken(changes: Changes) -> Course:
    return Course(changes.t_us, changes.owner, {"taken": changes.value.astype(np.float32)})
