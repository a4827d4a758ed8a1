"""Where devices with faults report what a healthy one would report elsewhere."""

from __future__ import annotations

import numpy as np

from twin.sensors.fault_effects import seen_from_turned


def reported_positions(x_m, y_m, row, device_x_m, device_y_m, conditions):
    """Return where devices report objects that a healthy one would report at (x, y)."""
    places = [
        seen_from_turned(x_m[k] - device_x_m[at], y_m[k] - device_y_m[at], conditions.heading_offset_rad[at])
        for k, at in enumerate(row)
    ]
    dx_m, dy_m = np.array(places).T
    return device_x_m[row] + dx_m + conditions.offset_x_m[row], device_y_m[row] + dy_m + conditions.offset_y_m[row]
