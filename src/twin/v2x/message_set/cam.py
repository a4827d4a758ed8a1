"""CAM: what a European vehicle says of itself (ETSI EN 302 637-2, cooperative awareness message)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from twin.v2x.message_set.etsi_parts import (
    UNKNOWN_HEADING_CONFIDENCE,
    UNKNOWN_SPEED_CONFIDENCE,
    header,
    reference_position,
    speed_units,
)
from twin.v2x.message_set.place import MapFrame
from twin.v2x.message_set.quanta import compass_units, its_timestamp, scaled
from twin.v2x.message_set.road_users import STATION_TYPES, RoadUsers, of_class

DELTA_TIME: Final = 65_536
"""``generationDeltaTime`` is the timestamp modulo this many milliseconds. Source: EN 302 637-2, annex B."""


def cam_values(frame: MapFrame, unix_us: int, vehicles: RoadUsers, *, path_points: int | None = None) -> list[dict[str, Any]]:
    """Return one message a vehicle at an instant of Unix time, stamped with when its position was measured.

    ``path_points`` adds the low-frequency container (due each 500 ms) with so many points of its path, 10 m apart behind it;
    the path's shape is that of a straight drive, since no builder keeps histories.
    """
    if not len(vehicles):
        return []
    turn_rad = frame.convergence_rad(float(vehicles.x_m.mean()), float(vehicles.y_m.mean()))
    heading = compass_units(vehicles.heading_rad - turn_rad, 0.1)
    speed, acceleration = speed_units(vehicles.speed_mps), scaled(vehicles.acceleration_mps2, 0.1, -160, 160)
    length, width = scaled(vehicles.length_m, 0.1, 1, 1022), scaled(vehicles.width_m, 0.1, 1, 61)
    measured_us = unix_us - np.rint(vehicles.age_s * 1e6).astype(np.int64)
    found = []
    for i, klass in enumerate(vehicles.klass.tolist()):
        parameters: dict[str, Any] = {
            "basicContainer": {
                "stationType": of_class(STATION_TYPES, klass, 0),
                "referencePosition": reference_position(
                    frame, float(vehicles.x_m[i]), float(vehicles.y_m[i]), float(vehicles.error_95_m[i])
                ),
            },
            "highFrequencyContainer": (
                "basicVehicleContainerHighFrequency",
                {
                    "heading": {"headingValue": int(heading[i]), "headingConfidence": UNKNOWN_HEADING_CONFIDENCE},
                    "speed": {"speedValue": int(speed[i]), "speedConfidence": UNKNOWN_SPEED_CONFIDENCE},
                    "driveDirection": "forward",
                    "vehicleLength": {
                        "vehicleLengthValue": int(length[i]),
                        "vehicleLengthConfidenceIndication": "noTrailerPresent",
                    },
                    "vehicleWidth": int(width[i]),
                    "longitudinalAcceleration": {
                        "longitudinalAccelerationValue": int(acceleration[i]),
                        "longitudinalAccelerationConfidence": 102,
                    },
                    "curvature": {"curvatureValue": 1023, "curvatureConfidence": "unavailable"},
                    "curvatureCalculationMode": "unavailable",
                    "yawRate": {"yawRateValue": 32_767, "yawRateConfidence": "unavailable"},
                },
            ),
        }
        if path_points is not None:
            lon_step, lat_step = (
                round(metres * np.sin(angle) / 0.0111)
                for metres, angle in ((-10.0, np.radians(0.1 * heading[i])), (-10.0, np.radians(90.0 - 0.1 * heading[i])))
            )
            point = {"deltaLatitude": lat_step, "deltaLongitude": lon_step, "deltaAltitude": 12_800}
            parameters["lowFrequencyContainer"] = (
                "basicVehicleContainerLowFrequency",
                {
                    "vehicleRole": "default",
                    "exteriorLights": (b"\x00", 8),
                    "pathHistory": [{"pathPosition": point, "pathDeltaTime": 100}] * path_points,
                },
            )
        found.append(
            {
                "header": header("cam", int(vehicles.number[i])),
                "cam": {"generationDeltaTime": its_timestamp(int(measured_us[i])) % DELTA_TIME, "camParameters": parameters},
            }
        )
    return found
