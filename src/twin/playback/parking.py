"""Parking for the browser: facilities and bays at the kerb, who stands there, what is reported of it, who looks for a space."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.eventlog.edge_lines import EdgeLines
from twin.eventlog.reader import Run
from twin.playback.columns import Array, codes, column, metres
from twin.playback.courses import Course
from twin.units import CM_PER_M, US_PER_S

KINDS: Final = ("on_street", "off_street", "underground")
"""Kinds of facilities, in the order of their codes."""

BAY_STATES: Final = ("unknown", "free", "occupied", "closed")
"""States of bays, in the order of their codes; truly they are free or occupied."""

UNKNOWN: Final = -1
"""In the place of a number of bays that nothing is reported of."""

_FREE: Final = BAY_STATES.index("free")
_OCCUPIED: Final = BAY_STATES.index("occupied")
_AHEAD_M: Final = 1.0

Ints = npt.NDArray[np.int64]


class Parking:
    """Facilities, bays and searching drivers of one run. Tables of changes, read whole."""

    def __init__(self, run: Run) -> None:
        """Read the run's tables of parking."""
        self._run = run
        self._facilities = run.table("facility_spec").sort_by("facility")
        self._bays = run.table("bay_spec").sort_by("bay")
        self._facility = np.searchsorted(column(self._facilities, "facility"), column(self._bays, "facility"))
        self._capacity = column(self._facilities, "capacity").astype(np.int64)
        self._bay_number = column(self._bays, "bay")
        self._at_kerb = np.flatnonzero(np.asarray(pc.is_valid(self._bays["edge"]).to_numpy()))
        true_us, true_bay, true_state = self._states("bay_truth", "occupied")
        told_us, told_bay, told_state = self._states("bay", "state")
        self._courses = {
            "bay_true": self._kerb(true_us, true_bay, true_state),
            "bay_told": self._kerb(told_us, told_bay, told_state),
            "occupancy_true": self._taken(true_us, true_bay, true_state),
            "occupancy_told": self._reported(told_us, told_bay, told_state),
        }
        self._searches = self._looked()

    def scene(self, header: dict[str, Any]) -> dict[str, Array]:
        """Return facilities, and bays at the kerb with the compass bearing of the road there; names into ``header``."""
        header["parking"] = self._facilities.num_rows > 0
        header["facility_names"] = self._facilities["name"].to_pylist()
        at_kerb = self._bays.take(self._at_kerb)
        return {
            "facility_xy": metres(self._facilities, "x_cm", "y_cm"),
            "facility_capacity": self._capacity.astype(np.uint32),
            "facility_kind": codes(np.array(self._facilities["kind"].to_pylist()), KINDS),
            "bay_xy": metres(at_kerb, "x_cm", "y_cm"),
            "bay_bearing": self._bearings(at_kerb),
            "bay_facility": self._facility[self._at_kerb].astype(np.uint32),
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

    def _states(self, table: str, value: str) -> tuple[Ints, Ints, npt.NDArray[np.uint8]]:
        """Return changes of bays in the order of time: instants, rows of bays, codes of ``BAY_STATES``."""
        rows = self._run.table(table).select(["t_us", "bay", value])
        rows = rows.take(np.argsort(column(rows, "t_us"), kind="stable"))
        if value == "state":
            state = codes(np.array(rows[value].to_pylist()), BAY_STATES)
        else:
            state = np.where(rows[value].to_numpy(), _OCCUPIED, _FREE).astype(np.uint8)
        return column(rows, "t_us"), np.searchsorted(self._bay_number, column(rows, "bay")).astype(np.int64), state

    def _kerb(self, t_us: Ints, bay: Ints, state: npt.NDArray[np.uint8]) -> Course:
        place = np.full(self._bays.num_rows, -1, np.int64)
        place[self._at_kerb] = np.arange(self._at_kerb.size)
        own = place[bay] >= 0
        return Course.of(t_us[own], place[bay[own]], state=state[own])

    def _taken(self, t_us: Ints, bay: Ints, state: npt.NDArray[np.uint8]) -> Course:
        """Return the course of bays taken of each facility: each change of a bay is one of its facility."""
        free = self._counts(bay, state, _OCCUPIED)
        return Course.of(t_us, self._facility[bay], taken=free.astype(np.int16))

    def _reported(self, t_us: Ints, bay: Ints, state: npt.NDArray[np.uint8]) -> Course:
        """Return the course of bays that are held to be taken: by counters at gates, else by those bays that are known.

        Beside ``m`` known bays, ``k`` of them free, each other one is held to be free with (k + 1) / (m + 2), Laplace's rule of
        succession, as guidance does; ``UNKNOWN`` where no bay is known.
        """
        counts = self._run.table("gate_count").select(["t_us", "facility", "inside"])
        gated = np.searchsorted(column(self._facilities, "facility"), column(counts, "facility")).astype(np.int64)
        by_bays = ~np.isin(self._facility[bay], gated)
        t_us, bay, state = t_us[by_bays], bay[by_bays], state[by_bays]
        owner = self._facility[bay]
        free, taken = self._counts(bay, state, _FREE), self._counts(bay, state, _OCCUPIED)
        known, capacity = free + taken, self._capacity[owner]
        held = capacity - free - (capacity - known) * (free + 1.0) / (known + 2.0)
        held = np.where(known > 0, np.round(np.clip(held, 0, capacity)), UNKNOWN)
        return Course.of(
            np.concatenate((t_us, column(counts, "t_us"))),
            np.concatenate((owner, gated)),
            taken=np.concatenate((held, np.maximum(column(counts, "inside"), 0))).astype(np.int16),
        )

    def _counts(self, bay: Ints, state: npt.NDArray[np.uint8], wanted: int) -> Ints:
        """Return, after each change of a bay, how many bays of its facility are in state ``wanted``."""
        now = np.zeros(self._bays.num_rows, np.bool_)
        count = np.zeros(self._facilities.num_rows, np.int64)
        found = np.empty(bay.size, np.int64)
        for at, (one, is_wanted, facility) in enumerate(
            zip(bay.tolist(), (state == wanted).tolist(), self._facility[bay].tolist(), strict=True)
        ):
            count[facility] += is_wanted - int(now[one])
            now[one] = is_wanted
            found[at] = count[facility]
        return found
