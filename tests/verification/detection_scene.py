"""Junctions as those of DAIR-V2X and TUMTraf, seen by devices of this package: what benchmarks of detectors are made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from tests.verification.average_precision import Boxes

from twin.kernel.weather import WeatherSpec
from twin.sensors.fleet import SensorFleet
from twin.sensors.reports import Reports
from twin.sensors.sites import Device
from twin.traffic.ground_truth import VEHICLE_CLASSES, GroundTruth

CAR, BUS, LIGHT_TRUCK, HEAVY_TRUCK, CYCLIST, PEDESTRIAN = (
    VEHICLE_CLASSES.index(name) for name in ("car", "bus", "light_truck", "heavy_truck", "electric_bicycle", "pedestrian")
)
SIZES = {
    CAR: (4.7, 1.8, 1.5),
    BUS: (12.0, 2.55, 3.2),
    LIGHT_TRUCK: (5.995, 2.2, 2.8),
    HEAVY_TRUCK: (11.9, 2.55, 3.8),
    CYCLIST: (1.7, 0.7, 1.7),
    PEDESTRIAN: (0.5, 0.5, 1.7),
}
"""Length, width, height in m."""

LANE_M, LANES, STOP_M = 3.5, 3, 16.0
"""Width and number of the lanes of each direction; distance of the stop lines from the middle."""

FRAME_US = 100_000


@dataclass(slots=True)
class _Scene:
    """What stands and drives about one junction."""

    rng: np.random.Generator
    rows: list[tuple[int, float, float, float, float]] = field(default_factory=list)

    def add(self, klass: int, along: float, aside: float, arm: int, speed_mps: float, turned: float = 0.0) -> None:
        """Place one ``along`` m out on an arm (0 east, anticlockwise), ``aside`` m left of its line outwards."""
        out = 0.5 * np.pi * arm
        x, y = along * np.cos(out) - aside * np.sin(out), along * np.sin(out) + aside * np.cos(out)
        self.rows.append((klass, x, y, out + turned, speed_mps))

    def vehicle(self) -> int:
        """Draw the class of a motor vehicle."""
        return int(self.rng.choice([CAR, BUS, LIGHT_TRUCK, HEAVY_TRUCK], p=[0.84, 0.05, 0.08, 0.03]))

    def lane(self, arm: int, aside: float, turned: float, *, queued: bool) -> None:
        """Fill one lane of an arm from the stop line outwards."""
        at = STOP_M
        waiting = self.rng.integers(2, 13) if queued else 0
        at += 0.0 if queued else self.rng.uniform(0.0, 20.0)
        while at < 110.0:
            klass = self.vehicle()
            half_m = 0.5 * SIZES[klass][0]
            speed = 0.0 if waiting > 0 else self.rng.uniform(1.0, 10.0)
            side = aside + self.rng.normal(0.0, 0.2)
            self.add(klass, at + half_m, side, arm, speed, turned + self.rng.normal(0.0, 0.03))
            waiting -= 1
            at += 2.0 * half_m + (self.rng.uniform(1.5, 3.0) if waiting > 0 else self.rng.uniform(8.0, 40.0))

    def truth(self) -> GroundTruth:
        """Return the scene as what a fleet scans."""
        klass, x_m, y_m, heading, speed = (np.array(column) for column in zip(*self.rows, strict=True))
        size = np.array([SIZES[k] for k in klass])
        n = klass.size
        return GroundTruth(
            t_us=0,
            vehicle=np.arange(n, dtype=np.int32),
            klass=klass.astype(np.int8),
            x_m=x_m,
            y_m=y_m,
            level=np.zeros(n, np.int8),
            heading_rad=np.arctan2(np.sin(heading), np.cos(heading)),
            speed_mps=speed,
            length_m=size[:, 0],
            width_m=size[:, 1],
            height_m=size[:, 2],
            edge=np.zeros(n, np.int32),
            lane=np.zeros(n, np.int8),
            s_m=np.zeros(n),
        )


def junction(seed: int) -> GroundTruth:
    """Return one moment at a signalised junction of two roads with three lanes a direction.

    One road has green: its vehicles move at 1 to 10 m/s, those that turn left and all of the other road wait in queues of 2 to
    12 a lane. Some 120 motor vehicles, half of which stand, 24 cyclists at the kerbs and in front, 34 pedestrians who wait,
    cross or walk beside the roads.
    """
    scene = _Scene(np.random.default_rng(seed))
    rng = scene.rng
    green = int(rng.integers(2))
    for arm in range(4):
        red = arm % 2 != green
        for lane in range(LANES):
            aside = (lane + 0.5) * LANE_M
            scene.lane(arm, aside, np.pi, queued=red or lane == 0)  # towards the junction: on the left of who looks out
            scene.lane(arm, -aside, 0.0, queued=False)
        kerb = LANES * LANE_M + 1.2
        for k in range(6):
            waits = red and k < 4
            along = STOP_M + 2.2 * (k // 2) + 1.0 if waits else rng.uniform(30.0, 100.0)
            aside = kerb + (0.0 if k % 2 else 1.1)
            scene.add(CYCLIST, along, aside, arm, 0.0 if waits else 5.0, np.pi + rng.normal(0.0, 0.1))
        for _ in range(5):
            scene.add(PEDESTRIAN, rng.uniform(18.0, 90.0), kerb + rng.uniform(3.0, 6.0), arm, 1.3, rng.choice([0.0, np.pi]))
        if red:
            for k in range(4):
                aside = -10.0 + 5.0 * k + rng.uniform(0.0, 4.0)
                scene.add(PEDESTRIAN, rng.uniform(12.5, 15.0), aside, arm, 1.3, 0.5 * np.pi)
        else:
            for k in range(3):
                scene.add(PEDESTRIAN, 13.5 + 0.8 * k, kerb + rng.uniform(1.0, 2.0), arm, 0.0)
    return scene.truth()


def moved(truth: GroundTruth, seconds: float) -> GroundTruth:
    """Return everybody where they are after some time, going straight on."""
    way = truth.speed_mps * seconds
    return replace(truth, x_m=truth.x_m + way * np.cos(truth.heading_rad), y_m=truth.y_m + way * np.sin(truth.heading_rad))


class Bench:
    """Devices that scan scene after scene; every list comes with the scores of its objects."""

    def __init__(self, devices: list[Device], seed: int = 1) -> None:
        """Set them up in dry weather."""
        self._lists: list[Reports] = []
        self._evidence: list[npt.NDArray[np.float64]] = []
        self.fleet = SensorFleet(
            devices,
            (),
            WeatherSpec(),
            seed,
            self,
            observation_every_n_frames=1,
            site_lists=self,  # type: ignore[arg-type]
        )
        self._models = {device.number: device.spec.model(WeatherSpec()) for device in devices}

    def append(self, table: str, columns: dict[str, Any]) -> None:
        """Take what the fleet logs: of the objects their evidence."""
        if table == "observation":
            self._evidence.append(np.asarray(columns["evidence"], float))

    def put(self, reports: Reports, _: object) -> None:
        """Take the lists of one scan."""
        self._lists.append(reports)

    def scan(self, truth: GroundTruth, frame: int) -> Reports:
        """Return the lists of one scan; ``class_weight`` is the score, the chance to be found with that evidence."""
        self.fleet.scan(replace(truth, t_us=frame * FRAME_US))
        reports, evidence = self._lists.pop(), self._evidence.pop()
        device = np.repeat(reports.device, np.diff(reports.offset))
        score = np.empty(device.size)
        for number, model in self._models.items():
            mine = device == number
            score[mine] = 1.0 / (1.0 + (model.half[reports.klass[mine]] / np.maximum(evidence[mine], 0.5)) ** model.steepness)
        return reports._replace(class_weight=score)


def boxes(of: Any) -> Boxes:
    """Return the boxes of true vehicles, of reports or of fused objects."""
    return Boxes(of.x_m, of.y_m, of.heading_rad, of.length_m, of.width_m)
