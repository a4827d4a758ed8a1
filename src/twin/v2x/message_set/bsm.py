"""BSM: what an equipped vehicle says of itself (T/CSAE 53-2020, basic safety message)."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.v2x.message_set.place import MapFrame
from twin.v2x.message_set.quanta import compass_units, degrees7, dsecond, position_confidence, scaled
from twin.v2x.message_set.road_users import VEHICLE_CODES, RoadUsers, of_class


def bsm_values(frame: MapFrame, unix_us: int, vehicles: RoadUsers, *, msg_count: int = 0) -> list[dict[str, Any]]:
    """Return one message a vehicle at an instant of Unix time; ``secMark`` is when its position was measured.

    The core as vehicles send it: position with confidence, motion, size and class, no safety extensions (event flags, path).
    Accelerations across, down and yaw are "unknown".
    """
    if not len(vehicles):
        return []
    lon, lat = frame.wgs84(vehicles.x_m, vehicles.y_m)
    lat7, lon7 = degrees7(lat), degrees7(lon)
    turn_rad = frame.convergence_rad(float(vehicles.x_m.mean()), float(vehicles.y_m.mean()))
    mark = dsecond(unix_us - np.rint(vehicles.age_s * 1e6).astype(np.int64))
    speed, heading = scaled(vehicles.speed_mps, 0.02, 0, 8190), compass_units(vehicles.heading_rad - turn_rad, 0.0125)
    width, length = scaled(vehicles.width_m, 0.01, 0, 1023), scaled(vehicles.length_m, 0.01, 0, 4095)
    height, acceleration = scaled(vehicles.height_m, 0.05, 0, 127), scaled(vehicles.acceleration_mps2, 0.01, -2000, 2000)
    return [
        {
            "msgCnt": msg_count % 128,
            "id": int(vehicles.number[i]).to_bytes(8, "big"),
            "secMark": int(mark[i]),
            "pos": {"lat": int(lat7[i]), "long": int(lon7[i]), "elevation": -4096},
            "posConfidence": {"pos": position_confidence(float(vehicles.error_95_m[i])), "elevation": "unavailable"},
            "transmission": "forwardGears",
            "speed": int(speed[i]),
            "heading": int(heading[i]),
            "accelSet": {"long": int(acceleration[i]), "lat": 2001, "vert": -127, "yaw": 0},
            "brakes": {"brakePadel": "on" if vehicles.acceleration_mps2[i] < 0.0 else "off", "wheelBrakes": (b"\x80", 5)},
            "size": {"width": int(width[i]), "length": int(length[i]), "height": int(height[i])},
            "vehicleClass": {"classification": of_class(VEHICLE_CODES, int(klass), 0)},
        }
        for i, klass in enumerate(vehicles.klass.tolist())
    ]
