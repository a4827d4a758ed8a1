"""What the object lists of a scan say: the objects of each device together, matched to roads."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.kernel.records import ObjectLists
from twin.sensors.scan_records import Objects
from twin.traffic.ground_truth import DRIVEN_CLASSES, GroundTruth

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]

NOT_TOLD = -2
"""Row of a vehicle that is not told of: a pedestrian."""


@kernel
def gather(
    device: Ints,
    vehicle: Ints,
    reported: tuple[Floats, Floats],
    sent: Bools,
    row_of_vehicle: Ints,
    truth_place: tuple[Floats, Floats, Floats, Floats, Floats, Ints, Bytes],
) -> tuple[Longs, Ints, Ints, Floats, Floats, Floats, Floats, Bytes]:
    """Return offset (sent lists + 1,), vehicle, edge, s_m, speed_mps, x_m, y_m, lane of the objects, list after list.

    ``device``, ``vehicle`` and ``reported`` (x, y) are (n,) in any order of the devices, of which those ``sent`` hand on their
    lists. ``row_of_vehicle`` tells where a vehicle stands in ``truth_place``: x, y, heading, speed, s, edge, lane.
    """
    x_m, y_m = reported
    true_x_m, true_y_m, heading_rad, speed_mps, s_m, edge, lane = truth_place
    count = np.zeros(sent.size, np.int64)
    for i in range(device.size):
        v = vehicle[i]
        if sent[device[i]] and (v < 0 or row_of_vehicle[v] != NOT_TOLD):
            count[device[i]] += 1
    lists = 0
    for d in range(sent.size):
        lists += sent[d]
    offset = np.zeros(lists + 1, np.int64)
    place = np.zeros(sent.size, np.int64)
    row = 0
    for d in range(sent.size):
        if sent[d]:
            place[d] = offset[row]
            row += 1
            offset[row] = place[d] + count[d]
    total = offset[lists]
    whose, where = np.empty(total, np.int32), np.empty(total, np.int32)
    aside = np.full(total, -1, np.int8)
    along_m, driven_mps, east_m, north_m = np.empty(total), np.empty(total), np.empty(total), np.empty(total)
    for i in range(device.size):
        v = vehicle[i]
        if not sent[device[i]] or (v >= 0 and row_of_vehicle[v] == NOT_TOLD):
            continue
        to = place[device[i]]
        place[device[i]] += 1
        whose[to], east_m[to], north_m[to] = max(v, -1), x_m[i], y_m[i]
        if v < 0:
            where[to], along_m[to], driven_mps[to] = -1, np.nan, np.nan
            continue
        r = row_of_vehicle[v]
        dx_m, dy_m = x_m[i] - true_x_m[r], y_m[i] - true_y_m[r]
        where[to], driven_mps[to], aside[to] = edge[r], speed_mps[r], lane[r]
        along_m[to] = s_m[r] + dx_m * math.cos(heading_rad[r]) + dy_m * math.sin(heading_rad[r])
    return offset, whose, where, along_m, driven_mps, east_m, north_m, aside


def list_content(truth: GroundTruth, objects: Objects, stored: int, sent: Bools) -> ObjectLists:
    """Return what the lists of the ``sent`` devices, (devices,), say; ``objects`` holds the ``stored`` of the scan.

    Each true object is matched to its own lane, at its measured place along it; its speed is told without error. Assumption:
    tracking over several frames and maps of the lanes make both errors small beside that of the place. Pedestrians are left
    out; false objects are on no road and their speed is not known.
    """
    row_of_vehicle = np.full(int(truth.vehicle.max(initial=0)) + 1, NOT_TOLD, np.int32)
    driven = np.flatnonzero(truth.klass < len(DRIVEN_CLASSES))
    row_of_vehicle[truth.vehicle[driven]] = driven
    offset, vehicle, edge, s_m, speed_mps, x_m, y_m, lane = gather(
        objects.device[:stored],
        objects.vehicle[:stored],
        (objects.x_m[:stored], objects.y_m[:stored]),
        sent,
        row_of_vehicle,
        (truth.x_m, truth.y_m, truth.heading_rad, truth.speed_mps, truth.s_m, truth.edge, truth.lane),
    )
    return ObjectLists(offset, edge, s_m, speed_mps, x_m, y_m, vehicle, lane)
