"""A run's log as payloads for the browser: the scene once, then what moves, window by window."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from twin.errors import InputError
from twin.eventlog.reader import Run, open_run
from twin.messages import say
from twin.playback.catalogue import Language
from twin.playback.columns import (
    Array,
    Segment,
    between,
    codes,
    column,
    distinct,
    metres,
    outlines,
    run_starts,
    segments,
)
from twin.playback.coverage import coverage_arrays
from twin.playback.links import ALERT_FOR_S, HEARD_FOR_S, alert_arrays, connected_arrays, station_arrays
from twin.playback.municipal import Municipal
from twin.playback.parking import Parking
from twin.units import US_PER_S

WINDOW_S: Final = 60.0
"""Simulated seconds of one window: about 1.6 MB at 800 vehicles sampled twice a second, and one segment of the log."""

FIRST_WINDOW_S: Final = 10.0
"""Simulated seconds of the first window: small, so that something is seen at once; the next one fills up to ``WINDOW_S``."""

SIGNAL_STATES: Final = ("unknown", "red", "yellow", "green", "give_way")
"""Signal states, in the order of their codes."""

_BRIDGE: Final = 1
_TUNNEL: Final = 2
_GAP_PERIODS: Final = 1.5
"""Longer gaps between two samples of a vehicle mean that it was away, so nothing is drawn in between."""


class Playback:
    """One run, opened for playing."""

    def __init__(self, path: Path | str, window_s: float = WINDOW_S, first_window_s: float = FIRST_WINDOW_S) -> None:
        """Open the run folder ``path``; what moves comes in windows of ``window_s`` seconds, cut once more after the first.

        Raises ``InputError`` when ``path`` holds no run, or a run without a trajectory.
        """
        self.run: Run = open_run(path)
        self._trajectory: list[Segment] = segments(self.run.dataset("trajectory"))
        self._observation: list[Segment] = segments(self.run.dataset("observation"))
        self._heard: list[Segment] = segments(self.run.dataset("vehicle_report"))
        self._alert: list[Segment] = segments(self.run.dataset("alert"))
        if not self._trajectory:
            raise InputError(say("run.no_trajectory", path=path))
        self.last_us: int = max(segment.last_us for segment in self._trajectory)
        """The last instant that can be shown."""
        window_us, first_us = round(window_s * US_PER_S), round(first_window_s * US_PER_S)
        starts_us = {*range(0, self.last_us + 1, window_us), *({first_us} if first_us < min(window_us, self.last_us) else ())}
        self._starts_us: list[int] = sorted(starts_us)
        vehicles = self.run.table("vehicle").sort_by("vehicle")
        self._vehicles: pa.Table = vehicles
        self._number: Array = column(vehicles, "vehicle")
        self.period_us: int = _usual_step_us(self._trajectory, "vehicle")
        """Time between two samples of a vehicle."""
        self._report_hold_us: int = _usual_step_us(self._observation, "device")

    @property
    def windows(self) -> int:
        """How many windows the run has."""
        return len(self._starts_us)

    @cached_property
    def scene(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Header and arrays of what stands still, and of what is known for the whole run; read once, nobody may write to it.

        All lengths in metres, all times in seconds from the run's start, all bearings in degrees clockwise from north.
        ``x_start`` arrays have one entry more than there are x: item i owns entries ``start[i]`` to ``start[i + 1]``.
        """
        manifest = self.run.manifest
        header: dict[str, Any] = {
            "name": manifest.name,
            "state": manifest.state,
            "start": manifest.start,
            "duration_s": self.last_us / US_PER_S,
            "window_starts_s": [start_us / US_PER_S for start_us in self._starts_us],
            "period_s": self.period_us / US_PER_S,
            "observations": bool(self._observation),
            "report_hold_s": self._report_hold_us / US_PER_S,
            "signals": "signal" in self.run.tables,
            "connected": bool(self._heard),
            "heard_for_s": HEARD_FOR_S,
            "alerts": bool(self._alert),
            "alert_for_s": ALERT_FOR_S,
        }
        coverage = coverage_arrays(self.run)
        header["coverage"] = bool(coverage["stretch_devices"].size)
        header["perceived"] = not np.isnan(coverage["edge_perceived"]).all()
        header["known"] = bool((coverage["edge_known"] > 0.0).any())
        stations = station_arrays(self.run, header)
        header["stations"] = bool(stations["station_kind"].size)
        arrays = self._roads(header) | self._buildings() | self._fleet(header) | self._devices(header) | self._signals()
        return header, arrays | coverage | stations | self._municipal.scene(header) | self._parking.scene(header)

    @cached_property
    def _municipal(self) -> Municipal:
        return Municipal(self.run)

    @cached_property
    def _parking(self) -> Parking:
        return Parking(self.run)

    def kind_words(self, language: Language) -> dict[str, str]:
        """Return what the log calls each kind of device, as texts of the page by the key ``kind_…``."""
        kinds = self.run.table("device_kind").select(["kind", f"name_{language}"])
        return {f"kind_{kind}": name for kind, name in zip(*kinds.to_pydict().values(), strict=True)}

    def window(self, index: int) -> tuple[dict[str, Any], dict[str, Array]]:
        """Return header and arrays of what moves in window ``index``.

        Tracks reach one sample beyond either end, so that every instant of the window lies between two samples. Times are
        seconds from the window's start (``from_s`` in the header). Raises ``IndexError`` when there is no such window.
        """
        if not 0 <= index < self.windows:
            raise IndexError(f"window {index} of {self.windows}")
        begin_us = self._starts_us[index]
        end_us = self._starts_us[index + 1] if index + 1 < self.windows else self.last_us
        header = {"window": index, "from_s": begin_us / US_PER_S}
        of_links = connected_arrays(self._heard, self._number, begin_us, end_us)
        of_links |= alert_arrays(self.run, self._alert, self._heard, begin_us, end_us)
        moving = self._tracks(begin_us, end_us) | self._reports(begin_us, end_us)
        moving |= of_links | self._municipal.window(begin_us, end_us)
        return header, moving | self._parking.window(self._number, begin_us, end_us)

    def _roads(self, header: dict[str, Any]) -> dict[str, Array]:
        edges = self.run.table("edge")
        header["street_names"], name = distinct(edges["name"].to_pylist())
        header["road_classes"], kind = distinct(edges["highway"].to_pylist())
        start, points = outlines(edges)
        flags = _BRIDGE * column(edges, "bridge").astype(np.uint8) + _TUNNEL * column(edges, "tunnel").astype(np.uint8)
        return {
            "edge_start": start,
            "edge_xy": points,
            "edge_lanes": column(edges, "lanes").astype(np.uint8),
            "edge_lane_width": column(edges, "lane_width_m").astype(np.float32),
            "edge_class": kind,
            "edge_name": name,
            "edge_flags": flags.astype(np.uint8),
            "edge_level": column(edges, "level").astype(np.int8),
        }

    def _buildings(self) -> dict[str, Array]:
        buildings = self.run.table("building")
        start, points = outlines(buildings)
        return {
            "building_start": start,
            "building_xy": points,
            "building_height": column(buildings, "height_m").astype(np.float32),
        }

    def _fleet(self, header: dict[str, Any]) -> dict[str, Array]:
        vehicles = self._vehicles
        header["vehicle_classes"], kind = distinct(vehicles["class"].to_pylist())
        return {
            "vehicle_number": self._number.astype(np.uint32),
            "vehicle_class": kind.astype(np.uint8),
            "vehicle_size": metres(vehicles, "length_cm", "width_cm", "height_cm"),
        }

    def _devices(self, header: dict[str, Any]) -> dict[str, Array]:
        devices = self.run.table("device_spec")
        header["device_names"] = devices["name"].to_pylist()
        header["device_kinds"] = devices["kind"].to_pylist()
        kinds = self.run.table("device_kind").select(["kind", "colour"]).to_pylist()
        header["kind_colours"] = {row["kind"]: [*bytes.fromhex(row["colour"][1:])] for row in kinds}
        return {
            "device_number": column(devices, "device").astype(np.uint32),
            "device_xy": metres(devices, "x_cm", "y_cm"),
            "device_heading": _or_zero(devices, "heading_deg"),
            "device_field_of_view": _or_zero(devices, "field_of_view_deg"),
            "device_range": _or_zero(devices, "range_m"),
        }

    def _signals(self) -> dict[str, Array]:
        """Return the changes of each phase, and the edges whose stop lines show it."""
        changes = self.run.table("signal")
        junction, phase = column(changes, "junction").astype(np.int64), column(changes, "phase").astype(np.int64)
        t_us, state = column(changes, "t_us"), codes(np.array(changes["state"].to_pylist()), SIGNAL_STATES)
        order = np.lexsort((t_us, phase, junction))
        start = run_starts(junction[order], phase[order])
        head = order[start[:-1]]
        place = {key: i for i, key in enumerate(zip(junction[head].tolist(), phase[head].tolist(), strict=True))}
        row = {number: i for i, number in enumerate(column(self.run.table("edge"), "edge").tolist())}
        stops = [
            (row[edge], place[number, served])
            for number, edges, phases in self._approaches()
            for edge, served in zip(edges, phases, strict=True)
            if edge in row and (number, served) in place
        ]
        return {
            "change_start": start,
            "change_t": (t_us[order] / US_PER_S).astype(np.float32),
            "change_state": state[order],
            "stop_edge": np.array([edge for edge, _ in stops], np.uint32),
            "stop_phase": np.array([served for _, served in stops], np.uint32),
        }

    def _approaches(self) -> list[tuple[int, list[int], list[int]]]:
        junctions = self.run.table("junction")
        names = ("junction", "approach_edge", "approach_phase")
        return list(zip(*(junctions[name].to_pylist() for name in names), strict=True))

    def _tracks(self, begin_us: int, end_us: int) -> dict[str, Array]:
        names = ["t_us", "vehicle", "x_cm", "y_cm", "speed_cmps", "heading_cdeg"]
        first_us, last_us = begin_us - self.period_us, end_us + self.period_us
        rows = between(self._trajectory, first_us, last_us, names)
        if rows is None:
            rows = self.run.dataset("trajectory").schema.empty_table().select(names)
        vehicle, t_us = column(rows, "vehicle"), column(rows, "t_us")
        order = np.lexsort((t_us, vehicle))
        rows, vehicle, t_us = rows.take(order), vehicle[order], t_us[order]
        away = np.concatenate(([False], np.diff(t_us) > _GAP_PERIODS * self.period_us))
        start = run_starts(vehicle, np.cumsum(away))
        return {
            "track_vehicle": np.searchsorted(self._number, vehicle[start[:-1]]).astype(np.uint32),
            "track_start": start,
            "track_t": ((t_us - begin_us) / US_PER_S).astype(np.float32),
            "track_xy": metres(rows, "x_cm", "y_cm"),
            "track_heading": column(rows, "heading_cdeg").astype(np.uint16),
            "track_speed": column(rows, "speed_cmps").astype(np.int16),
        }

    def _reports(self, begin_us: int, end_us: int) -> dict[str, Array]:
        """Return the reported objects, in the order of time, each until its sensor's next logged frame."""
        names = ["t_us", "device", "x_cm", "y_cm", "vehicle"]
        rows = between(self._observation, begin_us - self._report_hold_us, end_us, names)
        if rows is None:
            return {}
        rows = rows.take(np.argsort(column(rows, "t_us"), kind="stable"))
        return {
            "report_t": ((column(rows, "t_us") - begin_us) / US_PER_S).astype(np.float32),
            "report_xy": metres(rows, "x_cm", "y_cm"),
            "report_false": np.asarray(rows["vehicle"].is_null().to_numpy()).astype(np.uint8),
        }


def _or_zero(devices: pa.Table, name: str) -> Array:
    """Return a column of ``device_spec``; 0 for devices in the road, which have no view."""
    return np.array([value or 0.0 for value in devices[name].to_pylist()], np.float32)


def _usual_step_us(log: list[Segment], of: str) -> int:
    """Return the median time between successive instants of one ``of`` in the first segment; a second where it has none."""
    if not log:
        return US_PER_S
    table = log[0].fragment.to_table(columns=["t_us", of])
    owner, t_us = column(table, of), column(table, "t_us")
    order = np.lexsort((t_us, owner))
    steps = np.diff(t_us[order])[np.diff(owner[order]) == 0]
    steps = steps[steps > 0]
    return int(np.median(steps)) if len(steps) else US_PER_S
