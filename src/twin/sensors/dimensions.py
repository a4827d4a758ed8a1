"""The run's static tables of sites and devices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder
from twin.sensors.cost_spec import CostsSpec
from twin.sensors.costs import bill, unit_cny
from twin.sensors.kinds import KINDS
from twin.sensors.sites import Deployment, Device


def write_dimensions(recorder: Recorder, deployment: Deployment, mec: Sequence[int], costs: CostsSpec) -> None:
    """Write the tables ``site``, ``device_kind``, ``device_spec`` and ``bill``, priced by ``costs``.

    ``mec`` (sites,) is the edge computer that each site reports to.
    """
    sites, devices = deployment.sites, deployment.every_device
    seeing = [device if isinstance(device, Device) else None for device in devices]
    costing = bill(deployment, costs)
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
            "status": [site.status for site in sites],
            **_prices("investment", costing.site_investment_cny),
            **_prices("yearly", costing.site_yearly_cny),
        },
    )
    recorder.write_static(
        "device_kind",
        {"kind": list(KINDS)}
        | {name: [getattr(kind, name) for kind in KINDS.values()] for name in ("name_en", "name_zh", "colour", "priced_by")},
    )
    recorder.write_static(
        "device_spec",
        {
            "device": [device.number for device in devices],
            "name": [device.name for device in devices],
            "kind": [device.spec.kind for device in devices],
            "preset": [device.spec.preset for device in devices],
            "site": [device.site for device in devices],
            "x_cm": centimetres([device.x_m for device in devices]),
            "y_cm": centimetres([device.y_m for device in devices]),
            "level": [device.level for device in devices],
            "height_m": [device and device.spec.mounting_height_m for device in seeing],
            "heading_deg": [device and device.heading_deg for device in seeing],
            "field_of_view_deg": [device and device.spec.field_of_view_deg for device in seeing],
            "range_m": [device and device.spec.range_m for device in seeing],
            "rate_hz": [device.spec.rate_hz for device in devices],
            "unit_cny": [unit_cny(device, costs) for device in devices],
        },
    )
    lines = costing.lines
    prices = np.array([(line.unit_cny.low, line.unit_cny.mid, line.unit_cny.high) for line in lines])
    recorder.write_static(
        "bill",
        {
            "item": [line.item for line in lines],
            "preset": [line.preset for line in lines],
            "count": [line.count for line in lines],
            **_prices("unit", prices.reshape(-1, 3)),
            "life_years": [costing.life_years for _ in lines],
        },
    )


def _prices(name: str, cny: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
    """Return the columns of a price given as least, middle and most (n, 3)."""
    return {f"{name}_low_cny": cny[:, 0], f"{name}_cny": cny[:, 1], f"{name}_high_cny": cny[:, 2]}
