"""Recorded trajectories in the place of the traffic engine: who was where, between the samples too."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
import shapely
import simpy
from pydantic import Field

from twin.assumed import OF_THE_CALCULATION
from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder, labels
from twin.messages import say
from twin.roadnet.road_network import RoadNetwork
from twin.spec import Spec
from twin.traffic import traffic_log
from twin.traffic.driving import HALTED_MPS
from twin.traffic.ground_truth import DRIVEN_CLASSES, VEHICLE_CLASSES, GroundTruth
from twin.traffic.on_edges import OnEdges
from twin.traffic.roads import NONE
from twin.traffic.sumo_demand import CLASS_OF
from twin.traffic.trajectory_files import Floats, Longs, Samples, read_samples
from twin.traffic.trips import PURPOSES
from twin.traffic.vehicle_types import ClassTable
from twin.units import US_PER_S, to_us

GAP_PERIODS: Final = 1.5
"""Samples of a vehicle farther apart than this many of the file's usual periods are a gap."""

HANGS_OVER: Final = 3
"""Edges behind a vehicle's own that its rear is looked for on."""

_CLASS_OF: Final = CLASS_OF | {"default_vehtype": "car", "van": "light_truck", "robotaxi": "autonomous_taxi"}
"""Classes by words that SUMO's types are called after; names of classes stand for themselves."""


class ReplaySpec(Spec):
    """Recorded trajectories that are played instead of simulated traffic."""

    file: str = Field(min_length=1)
    """Trajectories: SUMO's FCD output (XML, CSV or Parquet, also packed with gzip) or a table with the columns time, id, x and
    y, and where there are speed, angle and type; relative to the scenario file. x and y are metres in the map's local system,
    of the middle of the front bumper."""

    begin_s: float = 0.0
    """Time in the file at which the run starts."""

    longest_gap_s: Annotated[float, OF_THE_CALCULATION] = Field(5.0, ge=0.0, le=600.0)
    """Between samples no farther apart than this a vehicle is interpolated; in longer gaps it is not there. Assumption: five
    seconds."""

    classes: dict[str, str] = Field(default_factory=dict)
    """Vehicle class by type name of the file, where the name itself does not tell; other types are cars."""


class Replay:
    """Plays trajectories back; the run and the sensors read it as they read ``Traffic``."""

    def __init__(self, network: RoadNetwork, spec: ReplaySpec, classes: ClassTable, recorder: Recorder, base: Path) -> None:
        """Read the file; raise InputError with the row where it cannot be used."""
        self.network = network
        self._recorder = recorder
        self._samples = samples = read_samples(base / spec.file)
        self._unknown: Counter[str] = Counter()
        self.klass = np.array([self._class(kind, spec.classes) for kind in samples.kind], np.int8)
        self._size_m = tuple(table[self.klass] for table in (classes.length_m, classes.width_m, classes.height_m))
        owner = np.repeat(np.arange(len(samples.key)), np.diff(samples.offset))
        self._t_us = samples.t_us - to_us(spec.begin_s)
        x_m, y_m, self._speed, self._heading = _motion(samples)
        half = self._size_m[0][owner] / 2.0  # SUMO's place is the front bumper's
        self._x_m, self._y_m = x_m - half * np.cos(self._heading), y_m - half * np.sin(self._heading)
        self._edge, self._lane, self._s_m = _on_edges(network, samples, x_m, y_m)
        self._owner = owner
        step = np.diff(self._t_us)
        same = owner[1:] == owner[:-1]
        self.period_us = int(np.median(step[same])) if same.any() else US_PER_S
        self.gaps = int((same & (step > GAP_PERIODS * self.period_us)).sum())
        """Holes in the trajectories."""
        bridged = np.append(same & (step <= max(to_us(spec.longest_gap_s), self.period_us)), False)
        self._until_us = np.where(bridged, np.append(self._t_us[1:], 0), self._t_us + 1)
        self._by_begin = np.argsort(self._t_us, kind="stable")
        self._begins_us = self._t_us[self._by_begin]
        self._longest_us = int((self._until_us - self._t_us).max())
        self._first_us, self._last_us = self._t_us[samples.offset[:-1]], self._t_us[samples.offset[1:] - 1]
        other = np.append(True, (owner[1:] != owner[:-1]) | (self._edge[1:] != self._edge[:-1]))
        before = np.maximum.accumulate(np.where(other, np.arange(owner.size), 0)) - 1
        self._came = np.where((before >= 0) & (owner[before] == owner), before, NONE)
        """(rows,): the vehicle's last sample on the edge before; NONE on its first edge."""
        self._now_us = 0
        self._interval_began_us = 0

    def _class(self, kind: str, given: dict[str, str]) -> int:
        word = kind.rpartition("@")[0] or kind
        name = given.get(kind) or _CLASS_OF.get(word.lower(), word.lower())
        if name not in DRIVEN_CLASSES:
            if kind:
                self._unknown[kind] += 1
            name = "car"
        return DRIVEN_CLASSES.index(name)

    def notices(self) -> list[str]:
        """Return what a planner should know of the file, one line each."""
        lines = []
        if self.gaps:
            lines.append(say("replay.gaps", count=self.gaps, period=self.period_us / US_PER_S))
        if self._unknown:
            names = ", ".join(sorted(self._unknown)[:5])
            lines.append(say("replay.types", count=self._unknown.total(), names=names))
        return lines

    def closing_notices(self) -> list[str]:
        """Return what a planner should know of what happened: nothing that the file did not say."""
        return []

    def figures(self) -> dict[str, int]:
        """Return what the log does not tell of the run: nothing."""
        return {}

    @property
    def active(self) -> int:
        """Vehicles on the network."""
        return int(((self._first_us <= self._now_us) & (self._last_us >= self._now_us)).sum())

    @property
    def waiting(self) -> int:
        """Nobody waits outside."""
        return 0

    @property
    def begun(self) -> int:
        """Vehicles that have appeared."""
        return int((self._first_us <= self._now_us).sum())

    @property
    def arrived(self) -> int:
        """Vehicles that have gone."""
        return int((self._last_us < self._now_us).sum())

    @property
    def updates(self) -> int:
        """Samples played so far."""
        return int(np.searchsorted(self._begins_us, self._now_us, side="right"))

    def start(self, env: simpy.Environment) -> None:
        """Start nothing: a file needs no process."""

    def step_to(self, t_us: int) -> None:
        """Play up to ``t_us``."""
        self._now_us = max(self._now_us, t_us)

    def now(self, t_us: int) -> GroundTruth:
        """Return who was where at ``t_us``: on the straight line between the samples around it."""
        row = self._rows(t_us)
        following = np.minimum(row + 1, self._t_us.size - 1)
        span = np.where(self._until_us[row] == self._t_us[row] + 1, 1, self._until_us[row] - self._t_us[row])
        share = np.where(span > 1, (t_us - self._t_us[row]) / span, 0.0)
        turn = np.remainder(self._heading[following] - self._heading[row] + np.pi, 2.0 * np.pi) - np.pi
        vehicle = self._owner[row]
        edge = self._edge[row]
        same_edge = edge == self._edge[following]

        def between(values: Floats) -> Floats:
            return values[row] + share * (values[following] - values[row])

        return GroundTruth(
            t_us=t_us,
            vehicle=vehicle.astype(np.int32),
            klass=self.klass[vehicle],
            x_m=between(self._x_m),
            y_m=between(self._y_m),
            level=self.network.edge_level[edge],
            heading_rad=self._heading[row] + share * turn,
            speed_mps=between(self._speed),
            length_m=self._size_m[0][vehicle],
            width_m=self._size_m[1][vehicle],
            height_m=self._size_m[2][vehicle],
            edge=edge,
            lane=self._lane[row],
            s_m=np.where(same_edge, between(self._s_m), self._s_m[row]),
        )

    def _rows(self, t_us: int) -> Longs:
        """Return the last sample before ``t_us`` of everybody who is there then, by vehicle."""
        self.step_to(t_us)
        low, high = np.searchsorted(self._begins_us, (t_us - self._longest_us, t_us), side="right")
        row = np.sort(self._by_begin[low:high])
        return np.asarray(row[self._until_us[row] > t_us])

    def on_edges(self, edges: npt.NDArray[np.int32], t_us: int) -> OnEdges:
        """Return the vehicles whose front, or rear still, is on ``edges`` at ``t_us``; see ``OnEdges``."""
        truth, row = self.now(t_us), self._rows(t_us)
        asked = np.zeros(self.network.edge_count, np.bool_)
        asked[edges] = True
        edge, s_m, past_m = truth.edge.copy(), truth.s_m.copy(), truth.s_m.copy()
        for _ in range(HANGS_OVER):
            row = np.where(row == NONE, NONE, self._came[row])
            before = self._edge[row]
            to_end_m = past_m + self.network.edge_length_m[before]
            found = (row != NONE) & ~asked[edge] & asked[before] & (past_m < truth.length_m)
            edge[found], s_m[found] = before[found], to_end_m[found]
            past_m = to_end_m
        there = asked[edge]
        return OnEdges(
            truth.vehicle[there], truth.klass[there], edge[there], truth.lane[there], s_m[there], truth.speed_mps[there]
        )

    def log_trajectory(self, t_us: int) -> None:
        """Write everybody's position."""
        traffic_log.log_trajectory(self._recorder, self.now(t_us))

    def log_interval(self, t_us: int) -> None:
        """Write the edges' totals since the last call; each sample stands for the time to the vehicle's next one."""
        self.step_to(t_us)
        began_us, self._interval_began_us = self._interval_began_us, t_us
        edges = self.network.edge_count
        bridged = self._until_us > self._t_us + 1
        spent_s = np.minimum(self._until_us, t_us) - np.maximum(self._t_us, began_us)
        spent_s = np.where(bridged, np.maximum(spent_s, 0), 0) / US_PER_S
        first = np.append(True, (self._owner[1:] != self._owner[:-1]) | (self._edge[1:] != self._edge[:-1]))
        last = np.append(first[1:], True)
        inside = (self._t_us >= began_us) & (self._t_us < t_us)
        slow = np.where(self._speed < HALTED_MPS, spent_s, 0.0)
        sums = [np.bincount(self._edge, weights=values, minlength=edges) for values in (spent_s, spent_s * self._speed, slow)]
        counts = [np.bincount(self._edge[inside & mark], minlength=edges) for mark in (first, last)]
        used = np.flatnonzero((sums[0] > 0.0) | (counts[0] > 0) | (counts[1] > 0))
        self._recorder.append(
            "edge_state",
            {
                "t_us": np.full(used.size, began_us),
                "interval_us": np.full(used.size, t_us - began_us),
                "edge": used,
                "entered": counts[0][used],
                "left": counts[1][used],
                "vehicle_s": sums[0][used],
                "distance_m": sums[1][used],
                "halted_s": sums[2][used],
            },
        )

    def log_trips(self) -> None:
        """Write every vehicle that appeared, as a trip between its first and its last sample; called once, at the end."""
        made = np.flatnonzero(self._first_us <= self._now_us)
        arrived = self._last_us[made] < self._now_us
        step_m = np.hypot(np.append(np.diff(self._x_m), 0.0), np.append(np.diff(self._y_m), 0.0))
        step_m[self._samples.offset[1:] - 1] = 0.0
        count = len(self._samples.key)
        length_m = np.bincount(self._owner, weights=step_m, minlength=count)
        free_s = np.bincount(self._owner, weights=step_m / self.network.edge_speed_limit_mps[self._edge], minlength=count)
        delay_s = (self._last_us - self._first_us) / US_PER_S - free_s
        self._recorder.append(
            "trip",
            {
                "vehicle": made,
                "depart_us": self._first_us[made],
                "insert_us": np.ma.masked_array(self._first_us[made], np.zeros(made.size, np.bool_)),
                "arrival_us": np.ma.masked_array(self._last_us[made], ~arrived),
                "route_length_m": length_m[made],
                "free_flow_s": free_s[made],
                "delay_s": np.ma.masked_array(delay_s[made], ~arrived),
                "purpose": labels(np.zeros(made.size, np.int8), PURPOSES),
                "origin_edge": self._edge[self._samples.offset[made]],
                "destination_edge": self._edge[self._samples.offset[made + 1] - 1],
            },
        )

    def write_vehicles(self) -> None:
        """Write the static table of vehicles."""
        length_m, width_m, height_m = self._size_m
        self._recorder.write_static(
            "vehicle",
            {
                "vehicle": np.arange(self.klass.size),
                "class": labels(self.klass, VEHICLE_CLASSES),
                "length_cm": centimetres(length_m),
                "width_cm": centimetres(width_m),
                "height_cm": centimetres(height_m),
            },
        )

    def phase_of_edge(self) -> npt.NDArray[np.int8]:
        """Return -1 for every edge: no signal is known."""
        return np.full(self.network.edge_count, -1, np.int8)


def _motion(samples: Samples) -> tuple[Floats, Floats, Floats, Floats]:
    """Return x, y, speed and heading (rad, anticlockwise from east); what the file lacks comes from the next sample's place."""
    x_m, y_m = samples.x_m, samples.y_m
    dx, dy, dt = (_ahead(values, samples.offset) for values in (x_m, y_m, samples.t_us / US_PER_S))
    moved = np.hypot(dx, dy)
    derived_mps = np.divide(moved, dt, out=np.zeros_like(moved), where=dt > 0.0)
    speed = np.where(np.isnan(samples.speed_mps), derived_mps, samples.speed_mps)
    heading = np.deg2rad(90.0 - samples.angle_deg)
    derived = np.where(moved > 0.05, np.arctan2(dy, dx), np.nan)
    for begin, end in zip(samples.offset[:-1], samples.offset[1:], strict=True):
        derived[begin:end] = _filled(derived[begin:end])
    return x_m, y_m, speed, np.where(np.isnan(heading), derived, heading)


def _ahead(values: Floats, offset: Longs) -> Floats:
    """Return the difference to the vehicle's next row; in its last row, that of the row before."""
    out = np.append(np.diff(values), 0.0)
    last = offset[1:] - 1
    several = np.diff(offset) > 1
    out[last] = np.where(several, out[np.maximum(last - 1, 0)], 0.0)
    return out


def _filled(values: Floats) -> Floats:
    """Return the values with gaps filled by the last known one before, else the first after, else 0."""
    known = np.flatnonzero(~np.isnan(values))
    if not known.size:
        return np.zeros_like(values)
    before = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(values.size)))
    return values[np.where(before < 0, known[0], before)]


def _on_edges(
    network: RoadNetwork, samples: Samples, x_m: Floats, y_m: Floats
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8], Floats]:
    """Return edge, lane and distance along it of each row: by the lane's name where the map has it, else the nearest edge."""
    lines = [shapely.LineString(np.column_stack(network.polyline(edge))) for edge in range(network.edge_count)]
    points = shapely.points(x_m, y_m)
    edge = np.array(shapely.STRtree(lines).nearest(points), dtype=np.int32)
    lane = np.zeros(edge.size, np.int8)
    number = {key: row for row, key in enumerate(network.edge_key)}
    for row, name in enumerate(samples.lane):
        key, _, index = name.rpartition("_")
        if key in number:
            edge[row] = number[key]
            lane[row] = min(int(index), int(network.edge_lanes[edge[row]]) - 1) if index.isdigit() else 0
    s_m = shapely.line_locate_point(np.array(lines)[edge], points)
    scale = network.edge_length_m / np.array([line.length for line in lines])
    return edge, lane, np.asarray(s_m * scale[edge], dtype=np.float64)
