"""Bridges, field devices and alarms for the browser: where they are, what stands, who is out of order, what gauges read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc

from twin.eventlog.edge_lines import EdgeLines
from twin.eventlog.municipal_tables import ALARM_LEVELS
from twin.eventlog.reader import Run
from twin.playback.columns import Array, codes, column, distinct, metres
from twin.playback.courses import Course, highest_open
from twin.playback.links import ALERT_FOR_S
from twin.units import CM_PER_M, US_PER_S

CODED_LEVELS: Final = ("none", "device_fault", *ALARM_LEVELS)
"""Levels of alarms, in the order of their codes; ``none`` where no alarm stands."""

PLACES: Final = ("none", "facility", "bridge", "road")
"""Where field devices are, in the order of their codes; gateways are at none of them."""

_STEP_M: Final = 1.0
"""Ends of bridges are found to that. Choice: less than a pixel of most views."""


class Municipal:
    """Bridges, field devices and alarms of one run. Small tables, read whole."""

    def __init__(self, run: Run) -> None:
        """Read the run's tables of bridges, field devices, their faults, readings and alarms."""
        self._run = run
        self._devices = run.table("municipal_device").sort_by("device")
        self._row = {number: row for row, number in enumerate(self._devices["device"].to_pylist())}
        bridges = run.table("bridge")
        self._bridge_row = {number: row for row, number in enumerate(bridges["bridge"].to_pylist())}
        self._bridges = bridges
        alarms = run.table("alarm")
        alarms = alarms.take(np.argsort(column(alarms, "t_us"), kind="stable"))
        self._alarm_us = column(alarms, "t_us")
        self._alarm = list(zip(*(alarms[name].to_pylist() for name in ("device", "cause", "level", "state")), strict=True))
        self._standing = self._of_devices()
        self._of_bridges = self._at_bridges()
        self._faults = self._down()
        self._readings = self._read()

    def scene(self, header: dict[str, Any]) -> dict[str, Array]:
        """Return the carriageways on bridges, and where field devices are; names and what there is into ``header``.

        ``bridge_start`` and ``bridge_xy`` are lines, ``bridge_piece`` the bridge of each and ``bridge_edge`` its row of table
        ``edge``; ``field_place`` a code of ``PLACES``.
        """
        pieces = self._decks()
        header["bridges"] = bool(pieces)
        header["bridge_names"] = self._bridges["name"].to_pylist()
        header["fields"] = bool(self._row)
        header["field_names"] = self._devices["name"].to_pylist()
        header["field_kinds"], kind = distinct(self._devices["kind"].to_pylist())
        header["alarms"] = bool(self._alarm)
        header["alarm_for_s"] = ALERT_FOR_S
        header["quantities"] = self._quantities
        places = [place or "none" for place in self._devices["place"].to_pylist()]
        return {
            "bridge_piece": np.array([bridge for bridge, _, _ in pieces], np.uint32),
            "bridge_edge": np.array([edge for _, edge, _ in pieces], np.uint32),
            "bridge_start": np.concatenate(([0], np.cumsum([len(line) for *_, line in pieces]))).astype(np.uint32),
            "bridge_xy": np.concatenate([np.empty((0, 2)), *(line for *_, line in pieces)]).astype(np.float32).ravel(),
            "field_xy": metres(self._devices, "x_cm", "y_cm"),
            "field_kind": kind,
            "field_place": codes(np.array(places), PLACES),
        }

    def window(self, begin_us: int, end_us: int) -> dict[str, Array]:
        """Return alarms that stand, faults and readings as ``Course.window`` does, and alarms raised."""
        return {
            **self._of_bridges.window("bridge_alarm", begin_us, end_us),
            **self._standing.window("field_alarm", begin_us, end_us),
            **self._faults.window("field_fault", begin_us, end_us),
            **self._readings.window("reading", begin_us, end_us),
            **self._raised(begin_us, end_us),
        }

    def _decks(self) -> list[tuple[int, int, Array]]:
        """Return (bridge, row of table ``edge``, line in metres) of the stretches of edges that lie on each bridge."""
        rows = {number: row for row, number in enumerate(column(self._run.table("edge"), "edge").tolist())}
        lines = EdgeLines(self._run) if self._bridges.num_rows else None
        found = []
        for bridge, deck in enumerate(self._bridges.select(["edge", "length_m", "x_cm", "y_cm"]).to_pylist()):
            ends_m = np.array([deck["x_cm"], deck["y_cm"]], np.float64).T / CM_PER_M
            for edge in deck["edge"]:
                if edge in rows and lines:
                    line = _on_deck(lines.line(edge), ends_m)
                    found += [(bridge, rows[edge], line)] if len(line) > 1 else []
        return found

    def _changes(self, owner: Mapping[Any, int]) -> Course:
        """Return the course of the highest alarm that stands, of owners by their devices' numbers."""
        rows = (
            (t_us, owner[device], (device, cause, level), CODED_LEVELS.index(level) if state == "raised" else 0)
            for t_us, (device, cause, level, state) in zip(self._alarm_us.tolist(), self._alarm, strict=True)
            if device in owner
        )
        t_us, who, level = highest_open(rows)
        return Course.of(t_us, who, level=level)

    def _of_devices(self) -> Course:
        return self._changes(self._row)

    def _at_bridges(self) -> Course:
        of_bridges = self._devices.filter(pc.field("place") == "bridge")
        owners = zip(*(of_bridges[name].to_pylist() for name in ("device", "place_number")), strict=True)
        return self._changes({device: self._bridge_row[bridge] for device, bridge in owners if bridge in self._bridge_row})

    def _down(self) -> Course:
        """Return the course of who is out of order, 1 while any fault of it holds."""
        table = self._run.table("device")
        table = table.take(np.argsort(column(table, "t_us"), kind="stable"))
        rows = (
            (row["t_us"], self._row[row["device"]], row["cause"], int(row["state"] == "fault"))
            for row in table.select(["t_us", "device", "cause", "state"]).to_pylist()
            if row["device"] in self._row
        )
        t_us, who, level = highest_open(rows)
        return Course.of(t_us, who, down=level)

    def _read(self) -> Course:
        """Return the course of what is known of readings, from their arrival on."""
        table = self._run.table("reading").select(["arrived_us", "device", "quantity", "value"])
        known = np.array([device in self._row for device in table["device"].to_pylist()], np.bool_)
        table = table.filter(known)
        self._quantities, quantity = distinct(table["quantity"].to_pylist())
        owner = np.array([self._row[device] for device in table["device"].to_pylist()], np.int64)
        value = column(table, "value").astype(np.float32)
        return Course.of(column(table, "arrived_us"), owner, value=value, quantity=quantity)

    def _raised(self, begin_us: int, end_us: int) -> dict[str, Array]:
        """Return the alarms raised, in the order of time, each where its device stands; so far back as they are shown."""
        first, end = np.searchsorted(self._alarm_us, (begin_us - round(ALERT_FOR_S * US_PER_S), end_us + 1))
        place = self._places
        rows = [
            (int(self._alarm_us[at]), *place[device], CODED_LEVELS.index(level))
            for at in range(int(first), int(end))
            for device, _, level, state in [self._alarm[at]]
            if state == "raised" and device in place
        ]
        found = np.array(rows, np.float64).reshape(-1, 4)
        return {
            "alarm_t": ((found[:, 0] - begin_us) / US_PER_S).astype(np.float32),
            "alarm_xy": (found[:, 1:3] / CM_PER_M).astype(np.float32).ravel(),
            "alarm_level": found[:, 3].astype(np.uint8),
        }

    @cached_property
    def _places(self) -> dict[int, tuple[int, int]]:
        """Places of all devices in centimetres, those at the roadside among them."""
        tables = (self._devices, self._run.table("device_spec"))
        names = ("device", "x_cm", "y_cm")
        rows = (row for one in tables for row in zip(*(one[name].to_pylist() for name in names), strict=True))
        return {device: (x_cm, y_cm) for device, x_cm, y_cm in rows}


def _on_deck(line_m: Array, ends_m: Array) -> Array:
    """Return the part of a line, points (n, 2), that lies beside an axis from its begin to its end, (2, 2)."""
    axis_m = ends_m[1] - ends_m[0]
    length_m = float(np.hypot(*axis_m))
    step_m = np.hypot(*np.diff(line_m, axis=0).T)
    s_m = np.concatenate(([0.0], np.cumsum(step_m)))
    at_m = np.union1d(s_m, np.arange(0.0, s_m[-1], _STEP_M))
    points_m = np.column_stack([np.interp(at_m, s_m, line_m[:, axis]) for axis in (0, 1)])
    along_m = (points_m - ends_m[0]) @ axis_m / length_m
    beside = (along_m >= -_STEP_M) & (along_m <= length_m + _STEP_M)
    kept = beside & (np.isin(at_m, s_m) | ~np.roll(beside, 1) | ~np.roll(beside, -1))
    return np.asarray(points_m[kept])
