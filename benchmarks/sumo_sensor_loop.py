"""A sensor loop over SUMO as a planner would write it: libsumo, NumPy, Shapely.

Per device and frame: distances to all vehicles with NumPy; lines from the sensor to the four corners of each present vehicle,
held in one call against a tree of all vehicles' outlines and buildings; visible is the share of corners with a free line of
sight (in the plane: nothing is looked over). Points on target, the same curve of detection, noise and draws of NumPy's
generator; one row a frame and one a detected object in lists.
"""

from __future__ import annotations

import math
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libsumo
import numpy as np
import shapely

from peer_cases import SPACING_M, PeerCase
from sumo_peer import write_case
from twin.roadnet.road_network import Building, RoadNetwork
from twin.sensors.lidar import LidarSpec
from twin.sensors.sites import Device
from twin.traffic.ground_truth import GroundTruth

WARM_UP_S = 900.0
HALF_STREET_M = 18.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What the loop gave and what it took."""

    truths: list[GroundTruth]
    pairs: int
    detected: int
    loop_s: float
    read_s: float
    step_s: float


def grid_buildings(network: RoadNetwork) -> tuple[Building, ...]:
    """Return a building a block of the grid."""
    corners = _crossings(network)
    buildings = []
    for (i, j), (west, south) in corners.items():
        if (i + 1, j + 1) in corners:
            east, north = corners[i + 1, j + 1]
            x = np.array([west, east, east, west]) + HALF_STREET_M * np.array([1, -1, -1, 1])
            y = np.array([south, south, north, north]) + HALF_STREET_M * np.array([1, 1, -1, -1])
            buildings.append(Building(x, y, 30.0))
    return tuple(buildings)


def grid_devices(network: RoadNetwork, count: int, spec: LidarSpec) -> list[Device]:
    """Return LiDARs at the corners of the junctions, spread over the grid, several a junction where there are too few."""
    places = list(_crossings(network).values())
    devices = []
    for k in range(count):
        x_m, y_m = places[k * 7 % len(places)]
        x_m, y_m = x_m + 14.0 + 0.1 * (k // len(places)), y_m + 14.0
        devices.append(Device(k, f"site-{k}/lidar-0", k, x_m, y_m, 0, 0.0, spec))
    return devices


def _crossings(network: RoadNetwork) -> dict[tuple[int, int], tuple[float, float]]:
    """Return the places of the crossings by column and row."""
    at = np.array([(junction.x_m, junction.y_m) for junction in network.junctions if junction.signalised])
    cell = np.rint((at - at.min(axis=0)) / SPACING_M).astype(int)
    return {(i, j): (x, y) for (i, j), (x, y) in zip(cell.tolist(), at.tolist(), strict=True)}


def drive_and_look(case: PeerCase, devices: list[Device], frames: int) -> Looked:
    """Drive SUMO until its streets are full, then look with every device at ``frames`` steps of 0.1 s."""
    rng = np.random.default_rng(1)
    houses = [shapely.Polygon(np.column_stack((b.x_m, b.y_m))) for b in grid_buildings(case.network)]
    truths: list[GroundTruth] = []
    pairs, detected, spent_s = 0, 0, np.zeros(3)
    with tempfile.TemporaryDirectory() as folder:
        net = write_case(case, Path(folder))
        options = {"net-file": net, "route-files": Path(folder) / "map.rou.xml", "step-length": "0.5", "seed": "1"}
        words = [str(word) for key, value in options.items() for word in (f"--{key}", value)]
        libsumo.start(["sumo", *words, "--no-step-log", "--no-warnings"])
        libsumo.simulation.step(WARM_UP_S)
        for _ in range(frames):
            clock_s = [time.process_time()]
            libsumo.simulation.step()
            clock_s.append(time.process_time())
            truth = _read(len(truths))
            clock_s.append(time.process_time())
            present, found = _look(devices, truth, houses, rng)
            clock_s.append(time.process_time())
            spent_s += np.diff(clock_s)
            truths.append(truth)
            pairs += present
            detected += found
        libsumo.close()
    return Looked(truths, pairs, detected, float(spent_s[2]), float(spent_s[1]), float(spent_s[0]))


def _read(frame: int) -> GroundTruth:
    """Return the vehicles of the present step; SUMO gives the middle of the front bumper and the compass bearing."""
    names = libsumo.vehicle.getIDList()
    front = np.array([libsumo.vehicle.getPosition(name) for name in names])
    heading = np.radians(90.0 - np.array([libsumo.vehicle.getAngle(name) for name in names]))
    speed, length_m, width_m, height_m = (
        np.array([ask(name) for name in names])
        for ask in (
            libsumo.vehicle.getSpeed, libsumo.vehicle.getLength, libsumo.vehicle.getWidth, libsumo.vehicle.getHeight
        )
    )  # fmt: skip
    count = len(names)
    return GroundTruth(
        t_us=frame * 100_000,
        vehicle=np.array([int(name[1:]) for name in names], np.int32),
        klass=np.zeros(count, np.int8),
        x_m=front[:, 0] - 0.5 * length_m * np.cos(heading),
        y_m=front[:, 1] - 0.5 * length_m * np.sin(heading),
        level=np.zeros(count, np.int8),
        heading_rad=heading,
        speed_mps=speed,
        length_m=length_m,
        width_m=width_m,
        height_m=height_m,
        edge=np.zeros(count, np.int32),
        lane=np.zeros(count, np.int8),
        s_m=np.zeros(count),
    )


def _look(
    devices: list[Device], truth: GroundTruth, houses: list[shapely.Polygon], rng: np.random.Generator
) -> tuple[int, int]:
    """Look with all devices at one instant; return the pairs and how many were detected."""
    along = np.column_stack((np.cos(truth.heading_rad), np.sin(truth.heading_rad)))
    across = np.column_stack((-along[:, 1], along[:, 0]))
    middle = np.column_stack((truth.x_m, truth.y_m))
    half_length, half_width = 0.5 * truth.length_m[:, None], 0.5 * truth.width_m[:, None]
    corners = np.stack(
        [middle + a * half_length * along + b * half_width * across for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))], axis=1
    )
    outlines: Any = shapely.polygons(corners)
    tree = shapely.STRtree([*outlines, *houses])
    frames: list[tuple[int, ...]] = []
    objects: list[tuple[float, ...]] = []
    pairs = 0
    for device in devices:
        spec = device.spec
        if not isinstance(spec, LidarSpec):
            raise TypeError(f"this loop knows LiDARs only, got {spec.kind}")
        away_m = np.hypot(truth.x_m - device.x_m, truth.y_m - device.y_m)
        near = np.flatnonzero(away_m <= spec.range_m)
        ends = corners[near].reshape(-1, 2)
        lines = shapely.linestrings(np.stack((np.broadcast_to((device.x_m, device.y_m), ends.shape), ends), axis=1))
        line, blocker = tree.query(lines, predicate="intersects")
        blocked = np.zeros(len(ends), bool)
        blocked[line[blocker != near[line // 4]]] = True
        share = 1.0 - blocked.reshape(-1, 4).mean(axis=1)
        wide = truth.length_m[near] / (away_m[near] * math.radians(spec.azimuth_resolution_deg))
        high = truth.height_m[near] / (away_m[near] * math.radians(spec.elevation_resolution_deg))
        points = share * wide * high
        with np.errstate(divide="ignore"):
            chance = 1.0 / (1.0 + (spec.points_for_half_detection / points) ** spec.detection_steepness)
        hit = (points >= spec.min_points) & (rng.random(near.size) < chance)
        sigma = spec.position_noise_m + spec.position_noise_per_m * away_m[near[hit]]
        seen = middle[near[hit]] + rng.normal(size=(int(hit.sum()), 2)) * sigma[:, None]
        objects += [(device.number, truth.t_us, x_m, y_m) for x_m, y_m in seen.tolist()]
        frames.append((device.number, truth.t_us, near.size, int((points >= 1.0).sum()), int(hit.sum())))
        pairs += near.size
    return pairs, len(objects)
