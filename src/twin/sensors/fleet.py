"""The fleet of all devices of one frame rate that see things: rows of arrays, scanned together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from twin.eventlog.recorder import Recorder
from twin.geometry.fan import Fan
from twin.geometry.grid import Grid, grid_around
from twin.kernel.records import FrameBatch
from twin.kernel.weather import WeatherSpec
from twin.rng import stream_key
from twin.roadnet.road_network import Building
from twin.sensors.faults import DeviceFaults
from twin.sensors.ghosts import insert_ghosts
from twin.sensors.light import Light, Sun
from twin.sensors.list_content import list_content
from twin.sensors.model import Errors, Model, errors_of
from twin.sensors.outlook import outlook_of
from twin.sensors.perceived import Perceived
from twin.sensors.reports import Reports, position_covariance
from twin.sensors.scan import arrange, scan_devices
from twin.sensors.scan_records import (
    DETECTED,
    FALSE,
    PRESENT,
    Frames,
    Objects,
    Poses,
    Totals,
    Vehicles,
    empty_objects,
    empty_totals,
    empty_vehicles,
    in_order,
)
from twin.sensors.scan_rows import STATISTICS_CLASSES, frame_rows, interval_rows, object_rows
from twin.sensors.self_check import Alarm, SelfCheck, SelfCheckSpec, alarm_rows
from twin.sensors.sensing_attacks import SensingAttacks
from twin.sensors.site_lists import SiteLists
from twin.sensors.sites import Device
from twin.sensors.storeys import NO_DECKS, BridgeDecks
from twin.traffic.ground_truth import GroundTruth

CELL_M = 50.0
"""Side of the grid's cells; a matter of speed alone."""

HIGH_SUN = Sun(elevation_deg=90.0, bearing_deg=180.0)

LEAST_ERROR = 1e-6
"""No standard deviation that a fusion is told of is smaller (m, m/s, rad): it weighs by their inverse."""

_FIRST_ROOM = 4096
_NO_ORDER = np.empty(0, np.intp)


class SensorFleet:
    """All devices of one frame rate that see things. Every one shows the same instants: frame n is the n-th scan from t = 0.

    Draws are keyed by (seed, device id, frame, vehicle), so that no device's rows depend on which others there are.
    """

    def __init__(
        self,
        devices: Sequence[Device],
        buildings: Sequence[Building],
        weather: WeatherSpec,
        seed: int,
        recorder: Recorder,
        *,
        observation_every_n_frames: int = 10,
        range_bin_m: int = 10,
        tell_content: bool = False,
        perceived: Perceived | None = None,
        light: Light = "day",
        sun: Sun = HIGH_SUN,
        faults: DeviceFaults | None = None,
        self_check: SelfCheckSpec | None = None,
        site_lists: SiteLists | None = None,
        decks: BridgeDecks = NO_DECKS,
        attacks: SensingAttacks | None = None,
    ) -> None:
        """Set up the devices (at least one, all of one rate) and what buildings hide from each.

        Of every ``observation_every_n_frames``-th frame the objects are logged; 0 logs none. ``tell_content``: every batch says
        what its lists hold. ``perceived`` takes who is seen by whom. ``light``, and in ``glare`` where the ``sun`` stands,
        matter to kinds that need light. ``faults`` knows what is wrong with the devices of the run; with ``self_check`` the
        fleet raises alarms from what it reports. ``site_lists`` takes the lists for the sites' fusion. ``decks``: the bridges.
        ``attacks``: who is blinded or shown ghosts.
        """
        periods = {device.spec.period_us for device in devices}
        if len(periods) != 1:
            raise ValueError(f"a fleet has devices of one rate, got periods of {sorted(periods)} us")
        (self.period_us,) = periods
        self.devices = tuple(devices)
        self._recorder = recorder
        self._every = observation_every_n_frames
        self._tell_content = tell_content
        self._perceived = perceived
        self._faults, self._attacks = faults, attacks
        self._site_lists = site_lists
        count = len(devices)
        self._state = in_order(count)
        self._ahead_us = np.zeros(count, np.int64)
        self._bin_m = range_bin_m
        self._number = np.array([device.number for device in devices], np.int32)
        self._groups: list[tuple[npt.NDArray[np.int32], Model, Fan]] = []
        self._model = np.zeros(count, np.int32)
        self.outlook = outlook_of(devices, buildings, decks)
        """How the devices look out on the roads."""
        self._poses = self._place(devices, weather, seed, light, sun)
        self._errors: Errors = errors_of([model for _, model, _ in self._groups], LEAST_ERROR)
        reach_m = max(device.spec.range_m for device in devices)
        self._grid: Grid = grid_around(self._poses.x_m, self._poses.y_m, reach_m + CELL_M, CELL_M)
        self._frames = Frames(
            np.zeros((count, 4), np.int64), np.zeros(count), np.zeros(count, np.int64), np.zeros(count, np.bool_)
        )
        bins = int(reach_m // range_bin_m) + 1
        self._totals: Totals = empty_totals(count, len(STATISTICS_CLASSES), bins, range_bin_m)
        self._vehicles: Vehicles = empty_vehicles(0, self._grid)
        self._objects: Objects = empty_objects(0)
        self._nothing: Objects = empty_objects(0)
        self._interval_start_us = 0
        places = (self._number.astype(np.int64), self._poses.x_m, self._poses.y_m)
        self._self_check = None if self_check is None else SelfCheck(self_check, *places, self.period_us)
        self.present = 0
        """Vehicle-frames within range and field of view since the start, the fleet over."""
        self.detected = 0
        """Of these, detected."""

    def _place(self, devices: Sequence[Device], weather: WeatherSpec, seed: int, light: Light, sun: Sun) -> Poses:
        """Group the devices by what they have in common; return where they stand."""
        rows_of: dict[tuple[str, Light], list[int]] = {}
        for row, device in enumerate(devices):
            spec = device.spec
            seen = spec.light_seen(light, sun, device.heading_deg)
            rows_of.setdefault((spec.model_dump_json(exclude={"heading_deg"}), seen), []).append(row)
        for (_, seen), rows in rows_of.items():
            self._model[rows] = len(self._groups)
            numbers = devices[rows[0]].spec.model(weather, seen)
            self._groups.append((np.array(rows, np.int32), numbers, self.outlook.fans[rows[0]]))
        x_m, y_m, _, cos, sin = np.array(self.outlook.poses).T.copy()
        return Poses(
            x_m,
            y_m,
            cos,
            sin,
            self.outlook.wall_base,
            np.array([stream_key(seed, f"sensors/{device.spec.kind}/detection", device.name) for device in devices], np.uint64),
            np.array([stream_key(seed, f"sensors/{device.spec.kind}/frame", device.name) for device in devices], np.uint64),
        )

    def scan(self, truth: GroundTruth) -> FrameBatch:
        """Scan with every device at the instant of ``truth``; log the frames, return the object lists' sizes and times."""
        frame = truth.t_us // self.period_us
        reach_m = self._arrange(truth)
        self._feel(truth.t_us, frame)
        logged = self._every > 0 and frame % self._every == 0
        described = logged or self._site_lists is not None
        listened = self._perceived is not None or self._attacks is not None
        wanted = described or self._tell_content or listened
        stored = self._scan_all(frame, reach_m, self._totals, self._objects if wanted else self._nothing, described=described)
        if wanted and stored > self._objects.device.size:
            self._objects = empty_objects(max(_FIRST_ROOM, 2 * stored))
            # the same draws again: only to store the objects
            devices, classes, bins, _ = self._totals.sums.shape
            uncounted = empty_totals(devices, classes, bins, self._bin_m)
            self._scan_all(frame, reach_m, uncounted, self._objects, described=described)
        if self._attacks is not None:
            ghosts = self._attacks.ghosts(truth.t_us, frame)
            self._objects, stored = insert_ghosts(
                ghosts, self._number, self._poses, self._frames, self._totals, self._objects, stored
            )
        if self._perceived is not None:
            self._perceived.see(self._number[self._objects.device[:stored]], self._objects.vehicle[:stored])
        by_device = np.argsort(self._objects.device[:stored], kind="stable") if described else _NO_ORDER  # not by model
        if self._site_lists is not None:
            self._site_lists.put(*self._reports(truth.t_us, by_device))
        count = self._frames.counts
        self.present += int(count[:, PRESENT].sum())
        self.detected += int(count[:, DETECTED].sum())
        self._recorder.append("frame", frame_rows(truth.t_us, frame, self._number, self._frames))
        self._check_frames(truth.t_us)
        if logged:
            self._recorder.append("observation", object_rows(truth.t_us, frame, self._number, self._objects, by_device))
        sent = ~self._frames.dropped
        return FrameBatch(
            t_us=truth.t_us,
            device=self._number[sent],
            frame=np.full(int(sent.sum()), frame, np.int64),
            objects=(count[:, DETECTED] + count[:, FALSE]).astype(np.int32)[sent],
            result_time_us=truth.t_us + self._frames.processing_us[sent],
            content=list_content(truth, self._objects, stored, sent) if self._tell_content else None,
        )

    def _reports(self, t_us: int, order: npt.NDArray[np.intp]) -> tuple[Reports, npt.NDArray[np.int64]]:
        """Return the lists of this scan with the errors that their devices are known to have, and when each is ready."""
        objects, sent = self._objects, np.flatnonzero(~self._frames.dropped)
        row = objects.device[order]
        x_m, y_m = objects.x_m[order], objects.y_m[order]
        dx_m, dy_m = x_m - self._poses.x_m[row], y_m - self._poses.y_m[row]
        away_m, model, errors = np.hypot(dx_m, dy_m), self._model[row], self._errors
        heading_rad, length_m, width_m = objects.heading_rad[order], objects.length_m[order], objects.width_m[order]
        along_m, across_m = errors.of_places(model, away_m, heading_rad - np.arctan2(dy_m, dx_m), length_m, width_m)
        xx_m2, xy_m2, yy_m2 = position_covariance(dx_m, dy_m, along_m, across_m)
        reports = Reports(
            device=self._number[sent],
            t_us=t_us + self._ahead_us[sent],
            offset=np.concatenate(([0], np.cumsum(np.bincount(row, minlength=self._number.size)[sent], dtype=np.int64))),
            x_m=x_m,
            y_m=y_m,
            xx_m2=xx_m2,
            xy_m2=xy_m2,
            yy_m2=yy_m2,
            speed_mps=objects.speed_mps[order],
            speed_variance=errors.speed_mps[model] ** 2,
            heading_rad=heading_rad,
            heading_variance=errors.heading_rad[model] ** 2,
            length_m=length_m,
            width_m=width_m,
            size_variance_m2=(errors.size_share[model] * length_m) ** 2,
            klass=objects.klass[order],
            class_weight=np.ones(order.size),
            vehicle=objects.vehicle[order],
        )
        return reports, t_us + self._frames.processing_us[sent]

    def _feel(self, t_us: int, frame: int) -> None:
        """Let faults and attacks act on the devices."""
        rows = self._number.astype(np.int64)
        if self._faults is not None:
            now = self._faults.conditions(t_us)
            self._state = self._state._replace(
                evidence_factor=now.evidence_factor[rows],
                turn_rad=now.heading_offset_rad[rows],
                east_m=now.offset_x_m[rows],
                north_m=now.offset_y_m[rows],
                lost=self._faults.lost_frames(frame, now, rows),
            )
            self._ahead_us = now.clock_offset_us[rows]
        if self._attacks is not None:
            east, north, cos, left = (column[rows] for column in self._attacks.dark(t_us))
            self._state = self._state._replace(dark_east=east, dark_north=north, dark_cos=cos, dark_factor=left)

    def _check_frames(self, t_us: int) -> None:
        """Let the self-check look at the frames of this instant as a site's computer gets them."""
        if self._self_check is not None:
            count = self._frames.counts
            age_us = self._frames.processing_us - self._ahead_us
            objects = count[:, DETECTED] + count[:, FALSE]
            self._tell(self._self_check.frames(t_us, ~self._frames.dropped, objects, age_us))

    def close_check(self, t_us: int) -> None:
        """Let the self-check judge the window that ends at ``t_us``; write the alarms raised and cleared."""
        if self._self_check is not None:
            self._tell(self._self_check.close(t_us))

    def _tell(self, alarms: list[Alarm]) -> None:
        if alarms:
            self._recorder.append("alarm", alarm_rows(alarms))

    def close_interval(self, t_us: int) -> None:
        """Write ``detection_stat`` for the interval that ends at ``t_us``, and begin the next."""
        span = (self._interval_start_us, t_us)
        self._recorder.append("detection_stat", interval_rows(span, self._number, self._totals))
        self._totals.sums[...] = 0.0
        self._interval_start_us = t_us

    def _arrange(self, truth: GroundTruth) -> float:
        if self._vehicles.number.size < truth.vehicle.size:
            self._vehicles = empty_vehicles(2 * truth.vehicle.size, self._grid)
        return arrange(
            self._grid,
            truth.x_m,
            truth.y_m,
            truth.heading_rad,
            truth.length_m,
            truth.width_m,
            truth.height_m,
            truth.vehicle,
            truth.klass,
            truth.level,
            truth.speed_mps,
            self._vehicles,
        )

    def _scan_all(self, frame: int, reach_m: float, totals: Totals, objects: Objects, *, described: bool) -> int:
        stored = 0
        for rows, model, fan in self._groups:
            stored = scan_devices(
                rows,
                frame,
                self._grid,
                self._vehicles,
                reach_m,
                self._poses,
                model,
                fan,
                self.outlook.walls,
                self.outlook.storeys,
                self.outlook.decks,
                self._state,
                self._frames,
                totals,
                objects,
                stored,
                described,
            )
        return stored
