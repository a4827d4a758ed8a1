"""CPM: what a European roadside unit has seen (ETSI TS 103 324, collective perception message)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from twin.v2x.message_set.etsi_parts import UNKNOWN_HEADING_CONFIDENCE, UNKNOWN_SPEED_CONFIDENCE, header, reference_position
from twin.v2x.message_set.place import MapFrame, Station
from twin.v2x.message_set.quanta import compass_units, from_compass, its_timestamp, scaled
from twin.v2x.message_set.road_users import STATION_TYPES, UNKNOWN, RoadUsers, of_class

OLDEST_MS: Final = 2048
"""An older measurement cannot be told. Source: TS 103 324, ``measurementDeltaTime`` is -2048 to 2047 ms."""

MOST_OBJECTS: Final = 255
"""Source: TS 103 324, ``numberOfPerceivedObjects`` has eight bits."""

RSU, SENSORS, OBJECTS = 2, 3, 5
"""``containerId``. Source: TS 103 324, ``CpmContainerId``."""

Detail = Literal["least", "tracked"]
"""What is told of each object: number, age and place; or also velocity, heading, size, quality and class."""


class SensorField(NamedTuple):
    """The field of view of one sensor of a roadside unit: a sector around it."""

    number: int
    range_m: float
    from_deg: float
    """Where the sector begins, anticlockwise from true east."""
    until_deg: float


def cpm_values(
    frame: MapFrame,
    unix_us: int,
    rsu: Station,
    objects: RoadUsers,
    *,
    sensors: Sequence[SensorField] | None = None,
    detail: Detail = "tracked",
) -> dict[str, Any]:
    """Return one message at an instant of Unix time, without segments: positions in metres east and north of the unit.

    ``measurementDeltaTime`` is minus the age of each object; those older than 2.048 s, which it cannot tell, are left out.
    ``sensors`` adds the sensor information container, due once a second. Raises ValueError for more than 255 objects, and for
    objects beyond 1310 m.
    """
    kept = objects.part(np.rint(1000.0 * objects.age_s) <= OLDEST_MS)
    if len(kept) > MOST_OBJECTS:
        raise ValueError(f"a CPM has room for {MOST_OBJECTS} objects, not {len(kept)}")
    turn_rad = frame.convergence_rad(rsu.x_m, rsu.y_m)
    containers: list[dict[str, Any]] = [{"containerId": RSU, "containerData": {}}]
    if sensors is not None:
        containers.append({"containerId": SENSORS, "containerData": [_sensor(one) for one in sensors]})
    perceived = _objects(rsu, turn_rad, kept, detail)
    containers.append(
        {"containerId": OBJECTS, "containerData": {"numberOfPerceivedObjects": len(kept), "perceivedObjects": perceived}}
    )
    management = {
        "referenceTime": its_timestamp(unix_us),
        "referencePosition": reference_position(frame, rsu.x_m, rsu.y_m, 1.0),
    }
    return {
        "header": header("cpm", rsu.number),
        "payload": {"managementContainer": management, "cpmContainers": containers},
    }


def _sensor(one: SensorField) -> dict[str, Any]:
    begin, end = (round(10.0 * angle) % 3600 for angle in (one.from_deg, one.until_deg))
    shape = {"range": round(one.range_m), "horizontalOpeningAngleStart": begin, "horizontalOpeningAngleEnd": end}
    return {"sensorId": one.number, "sensorType": 2, "perceptionRegionShape": ("radial", shape), "shadowingApplies": True}


def _objects(rsu: Station, turn_rad: float, objects: RoadUsers, detail: Detail) -> list[dict[str, Any]]:
    """Return the objects; from the map's axes to east and north by a turn (the scale of a UTM zone is within 0.04 %)."""
    dx, dy = objects.x_m - rsu.x_m, objects.y_m - rsu.y_m
    cos, sin = math.cos(turn_rad), math.sin(turn_rad)
    east, north = dx * cos + dy * sin, dy * cos - dx * sin
    if len(objects) and max(np.abs(east).max(), np.abs(north).max()) > 1310.7:
        raise ValueError("an object lies farther than 1310 m from the roadside unit: its place cannot be told")
    x, y = scaled(east, 0.01, -131_072, 131_071), scaled(north, 0.01, -131_072, 131_071)
    confidence = scaled(objects.error_95_m, 0.01, 1, 4094)
    age_ms = np.rint(1000.0 * objects.age_s).astype(np.int64)
    heading = objects.heading_rad - turn_rad
    angle = (900 - compass_units(heading, 0.1)) % 3600  # CartesianAngle: anticlockwise from east
    east_mps, north_mps = (
        scaled(objects.speed_mps * part, 0.01, -16_382, 16_382) for part in (np.cos(heading), np.sin(heading))
    )
    sizes = [scaled(size, 0.1, 1, 255) for size in (objects.height_m, objects.width_m, objects.length_m)]
    found = []
    for i, klass in enumerate(objects.klass.tolist()):
        one: dict[str, Any] = {
            "objectId": int(objects.number[i]) & 0xFFFF,
            "measurementDeltaTime": -int(age_ms[i]),
            "position": {
                "xCoordinate": {"value": int(x[i]), "confidence": int(confidence[i])},
                "yCoordinate": {"value": int(y[i]), "confidence": int(confidence[i])},
            },
        }
        if detail == "tracked":
            one["velocity"] = (
                "cartesianVelocity",
                {
                    "xVelocity": {"value": int(east_mps[i]), "confidence": UNKNOWN_SPEED_CONFIDENCE},
                    "yVelocity": {"value": int(north_mps[i]), "confidence": UNKNOWN_SPEED_CONFIDENCE},
                },
            )
            one["angles"] = {"zAngle": {"value": int(angle[i]), "confidence": UNKNOWN_HEADING_CONFIDENCE}}
            for name, size in zip("ZYX", sizes, strict=True):
                one[f"objectDimension{name}"] = {"value": int(size[i]), "confidence": 32}
            one["objectPerceptionQuality"] = 15
            one["classification"] = [{"objectClass": _class(klass), "confidence": 101}]
        found.append(one)
    return found


_PEDESTRIAN: Final = 7


def _class(klass: int) -> tuple[str, Any]:
    if klass == _PEDESTRIAN:
        return "vruSubClass", ("pedestrian", 0)
    return "vehicleSubClass", of_class(STATION_TYPES, klass, 0)


def cpm_objects(frame: MapFrame, message: Mapping[str, Any]) -> RoadUsers:
    """Return what a decoded message says; ages at its reference time. Fields that were not told are NaN."""
    management, containers = message["payload"]["managementContainer"], message["payload"]["cpmContainers"]
    place = management["referencePosition"]
    base_x, base_y = frame.local(place["longitude"] / 1e7, place["latitude"] / 1e7)
    turn_rad = frame.convergence_rad(float(base_x), float(base_y))
    cos, sin = math.cos(turn_rad), math.sin(turn_rad)
    rows: list[tuple[float, ...]] = []
    for container in containers:
        if container["containerId"] != OBJECTS:
            continue
        for one in container["containerData"]["perceivedObjects"]:
            x, y = (0.01 * one["position"][axis]["value"] for axis in ("xCoordinate", "yCoordinate"))
            told = "velocity" in one
            velocity = one["velocity"][1] if told else {}
            klass = one.get("classification", [{"objectClass": ("", UNKNOWN)}])[0]["objectClass"]
            rows.append(
                (
                    one["objectId"],
                    _PEDESTRIAN if klass[0] == "vruSubClass" else _class_of(klass[1]),
                    float(base_x) + x * cos - y * sin,
                    float(base_y) + y * cos + x * sin,
                    0.01 * math.hypot(velocity["xVelocity"]["value"], velocity["yVelocity"]["value"]) if told else math.nan,
                    float(from_compass(90.0 - 0.1 * one["angles"]["zAngle"]["value"])) + turn_rad if told else math.nan,
                    *(0.1 * one[f"objectDimension{axis}"]["value"] if told else math.nan for axis in "XYZ"),
                    math.nan,
                    -0.001 * one["measurementDeltaTime"],
                    0.01 * one["position"]["xCoordinate"]["confidence"],
                )
            )
    columns = np.array(rows, np.float64).reshape(-1, 12).T
    return RoadUsers(columns[0].astype(np.int64), columns[1].astype(np.int64), *columns[2:])


def _class_of(station_type: int) -> int:
    return STATION_TYPES.index(station_type) if station_type in STATION_TYPES else UNKNOWN
