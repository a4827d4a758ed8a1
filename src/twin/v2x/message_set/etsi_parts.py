"""What CAM and CPM have in common: header, reference position, confidences (ETSI TS 102 894-2)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.v2x.message_set.place import MapFrame
from twin.v2x.message_set.quanta import degrees7, scaled

MESSAGE_IDS: Final = {"cam": 2, "cpm": 14}
"""``messageID`` of the header. Source: TS 102 894-2, ``MessageId``."""

UNKNOWN_SPEED_CONFIDENCE: Final = 127
"""Source: TS 102 894-2, ``SpeedConfidence``."""

UNKNOWN_HEADING_CONFIDENCE: Final = 127
"""Source: TS 102 894-2, ``HeadingConfidence`` and ``AngleConfidence``."""


def header(kind: str, station: int) -> dict[str, int]:
    """Return the header of a message of kind ``cam`` or ``cpm``; station numbers have 32 bits."""
    return {"protocolVersion": 2, "messageID": MESSAGE_IDS[kind], "stationID": station & 0xFFFF_FFFF}


def reference_position(frame: MapFrame, x_m: float, y_m: float, error_95_m: float) -> dict[str, Any]:
    """Return a place with a round confidence ellipse, height unknown."""
    lon, lat = frame.wgs84(x_m, y_m)
    radius = int(scaled(error_95_m, 0.01, 1, 4093))
    return {
        "latitude": int(degrees7(lat)),
        "longitude": int(degrees7(lon)),
        "positionConfidenceEllipse": {"semiMajorConfidence": radius, "semiMinorConfidence": radius, "semiMajorOrientation": 0},
        "altitude": {"altitudeValue": 800_001, "altitudeConfidence": "unavailable"},
    }


def speed_units(speed_mps: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return speeds in cm/s; 16383 would be "unknown"."""
    return scaled(speed_mps, 0.01, 0, 16_382)
