"""The run's static tables of sites and devices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder
from twin.sensors.deployment import Deployment


def write_dimensions(recorder: Recorder, deployment: Deployment, mec: Sequence[int]) -> None:
    """Write the tables ``site`` and ``device_spec``; ``mec`` (sites,) is the edge computer that each site reports to."""
    sites, devices = deployment.sites, deployment.devices
    recorder.write_static(
        "site",
        {
            "site": [site.number for site in sites],
            "name": [site.name for site in sites],
            "x_cm": centimetres([site.x_m for site in sites]),
            "y_cm": centimetres([site.y_m for site in sites]),
            "level": [site.level for site in sites],
            "junction": [site.junction for site in sites],
            "mec": np.asarray(mec, np.int64),
        },
    )
    recorder.write_static(
        "device_spec",
        {
            "device": [device.number for device in devices],
            "name": [device.name for device in devices],
            "kind": [device.spec.kind for device in devices],
            "site": [device.site for device in devices],
            "height_m": [device.spec.mounting_height_m for device in devices],
            "heading_deg": [device.heading_deg for device in devices],
            "field_of_view_deg": [device.spec.field_of_view_deg for device in devices],
            "range_m": [device.spec.range_m for device in devices],
            "rate_hz": [device.spec.rate_hz for device in devices],
        },
    )
