"""RSM: what a roadside unit has seen (T/CSAE 53-2020, roadside safety message)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np

from twin.v2x.message_set.place import MapFrame, Station, offsets, place_of
from twin.v2x.message_set.quanta import (
    CONFIDENCE_M,
    POSITION_NAMES,
    age_of_dsecond,
    compass_units,
    dsecond,
    from_compass,
    offset_llv,
    position_confidence,
    scaled,
)
from twin.v2x.message_set.road_users import PARTICIPANT_TYPES, UNKNOWN, VEHICLE_CODES, RoadUsers, of_class

PARTICIPANTS: Final = 16
"""Most participants of one message. Source: ``ParticipantList`` has SIZE (1..16) in T/CSAE 53-2020."""

IDS: Final = 65_535
"""Participants are numbered 1 to 65535. Source: T/CSAE 53-2020, ``ptcId``; 0 is the roadside unit (2017 edition: to 255)."""

Detail = Literal["least", "tracked", "all"]
"""What is told of each: the mandatory fields; also height, motion confidence, acceleration and class, as a tracker knows
them; all that there is room for, with the BSM's id of who is equipped."""

_RSU_SIZE_CM: Final = 30
"""Side of the roadside unit's box in its own entry. Assumption: a cabinet of 30 cm; the field is mandatory."""


def rsm_values(
    frame: MapFrame,
    unix_us: int,
    rsu: Station,
    objects: RoadUsers,
    *,
    msg_count: int = 0,
    source: str = "integrated",
    detail: Detail = "tracked",
) -> list[dict[str, Any]]:
    """Return the messages that carry ``objects`` at an instant of Unix time; 16 participants each, the rest in the next.

    The first participant of the first message is the roadside unit itself (``ptcId`` 0). Each object's ``secMark`` is the
    instant at which it was measured, ``age_s`` before. Raises ValueError for objects farther than 0.84 degrees.
    """
    reference = rsu.position(frame)
    turn_rad = frame.convergence_rad(rsu.x_m, rsu.y_m)
    entries = [_itself(unix_us), *_participants(frame, unix_us, reference, turn_rad, objects, source, detail)]
    return [
        {
            "msgCnt": (msg_count + i) % 128,
            "id": rsu.octets,
            "refPos": reference,
            "participants": entries[first : first + PARTICIPANTS],
        }
        for i, first in enumerate(range(0, len(entries), PARTICIPANTS))
    ]


def _itself(unix_us: int) -> dict[str, Any]:
    return {
        "ptcType": "rsu",
        "ptcId": 0,
        "source": "selfinfo",
        "secMark": int(dsecond(unix_us)),
        "pos": offset_llv(0, 0, 0),
        "posConfidence": {"pos": "a1m", "elevation": "elev-001-00"},
        "speed": 0,
        "heading": 0,
        "size": {"width": _RSU_SIZE_CM, "length": _RSU_SIZE_CM, "height": _RSU_SIZE_CM // 5},
    }


def _participants(
    frame: MapFrame, unix_us: int, reference: dict[str, int], turn_rad: float, objects: RoadUsers, source: str, detail: Detail
) -> list[dict[str, Any]]:
    lat, lon = offsets(frame, reference, objects.x_m, objects.y_m)
    mark = dsecond(unix_us - np.rint(objects.age_s * 1e6).astype(np.int64))
    speed, heading = scaled(objects.speed_mps, 0.02, 0, 8190), compass_units(objects.heading_rad - turn_rad, 0.0125)
    width, length = scaled(objects.width_m, 0.01, 0, 1023), scaled(objects.length_m, 0.01, 0, 4095)
    height, acceleration = scaled(objects.height_m, 0.05, 0, 127), scaled(objects.acceleration_mps2, 0.01, -2000, 2000)
    found = []
    for i, klass in enumerate(objects.klass.tolist()):
        one: dict[str, Any] = {
            "ptcType": of_class(PARTICIPANT_TYPES, klass, "unknown"),
            "ptcId": 1 + int(objects.number[i]) % IDS,
            "source": source,
            "secMark": int(mark[i]),
            "pos": offset_llv(int(lat[i]), int(lon[i]), None if detail == "least" else 0),
            "posConfidence": {"pos": position_confidence(float(objects.error_95_m[i]))},
            "speed": int(speed[i]),
            "heading": int(heading[i]),
            "size": {"width": int(width[i]), "length": int(length[i])},
        }
        if detail != "least":
            one["posConfidence"]["elevation"] = "unavailable"
            one["size"]["height"] = int(height[i])
            one["motionCfd"] = {"speedCfd": "prec1ms", "headingCfd": "prec05deg"}
            one["accelSet"] = {"long": int(acceleration[i]), "lat": 2001, "vert": -127, "yaw": 0}
            one["vehicleClass"] = {"classification": of_class(VEHICLE_CODES, klass, 0)}
        if detail == "all":
            one["id"] = int(objects.number[i]).to_bytes(8, "big")
            one["transmission"] = "unavailable"
            one["angle"] = 127
            one["motionCfd"]["steerCfd"] = "unavailable"
            one["vehicleClass"]["fuelType"] = 0
        found.append(one)
    return found


_CLASS: Final = {code: klass for klass, code in reversed(list(enumerate(VEHICLE_CODES)))}
_CLASS_OF_TYPE: Final = {
    "motor": 0,
    "non-motor": PARTICIPANT_TYPES.index("non-motor"),
    "pedestrian": len(PARTICIPANT_TYPES) - 1,
}


def rsm_objects(frame: MapFrame, unix_us: int, messages: Sequence[Mapping[str, Any]]) -> RoadUsers:
    """Return what decoded messages say at an instant of Unix time, without the roadside units; ages since each ``secMark``.

    Fields that were not told are NaN. ``number`` is the ``ptcId``. Ages of a minute and more cannot be told from younger ones.
    """
    rows: list[tuple[float, ...]] = []
    for message in messages:
        reference = message["refPos"]
        base_x, base_y = frame.local(reference["long"] / 1e7, reference["lat"] / 1e7)
        turn_rad = frame.convergence_rad(float(base_x), float(base_y))
        for one in message["participants"]:
            if one["ptcId"] == 0:
                continue
            klass = _CLASS_OF_TYPE.get(one["ptcType"], UNKNOWN)
            if "vehicleClass" in one:
                klass = _CLASS.get(one["vehicleClass"]["classification"], klass)
            error = POSITION_NAMES.index(one["posConfidence"]["pos"])
            rows.append(
                (
                    one["ptcId"],
                    klass,
                    *place_of(frame, reference, one["pos"]),
                    0.02 * one["speed"] if one["speed"] <= 8190 else math.nan,
                    float(from_compass(0.0125 * one["heading"])) + turn_rad,
                    0.01 * one["size"]["length"],
                    0.01 * one["size"]["width"],
                    0.05 * one["size"].get("height", math.nan),
                    0.01 * one["accelSet"]["long"] if "accelSet" in one else math.nan,
                    float(age_of_dsecond(unix_us, one["secMark"])),
                    CONFIDENCE_M[error - 1] if error else math.nan,
                )
            )
    columns = np.array(rows, np.float64).reshape(-1, 12).T
    return RoadUsers(columns[0].astype(np.int64), columns[1].astype(np.int64), *columns[2:])
