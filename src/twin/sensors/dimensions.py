"""The run's static tables of sites and devices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder
from twin.kernel.records import RoadsideUnit
from twin.sensors.cost_spec import CostsSpec
from twin.sensors.costs import bill, unit_cny
from twin.sensors.kinds import KINDS
from twin.sensors.sites import Deployment, Device

RSU_RATE_HZ: Final = 10.0
"""Lists that a roadside unit hands on in a second. Source: BSM come at 10 Hz (T/CSAE 53-2020)."""

RSU: Final = {"kind": "rsu", "name_en": "roadside unit", "name_zh": "路侧单元", "colour": "#8e5ea2", "priced_by": "device"}
"""What table ``device_kind`` says of roadside units, in runs where they hear vehicles."""


def write_dimensions(
    recorder: Recorder,
    deployment: Deployment,
    mec: Sequence[int],
    costs: CostsSpec,
    units: Sequence[RoadsideUnit] = (),
) -> None:
    """Write the tables ``site``, ``device_kind``, ``device_spec`` and ``bill``, priced by ``costs``.

    ``mec`` (sites,) is the edge computer that each site reports to, ``units`` are the roadside units that hear vehicles.
    """
    sites, devices = deployment.sites, deployment.every_device
    kinds = [{name: getattr(kind, name, key) for name in RSU} for key, kind in KINDS.items()] + ([RSU] if units else [])
    seeing = [*(device if isinstance(device, Device) else None for device in devices), *(None for _ in units)]
    placed = [*devices, *units]
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
    recorder.write_static("device_kind", {name: [kind[name] for kind in kinds] for name in RSU})
    recorder.write_static(
        "device_spec",
        {
            "device": [device.number for device in placed],
            "name": [device.name for device in placed],
            "kind": [*(device.spec.kind for device in devices), *(RSU["kind"] for _ in units)],
            "preset": [*(device.spec.preset for device in devices), *("" for _ in units)],
            "site": [device.site for device in placed],
            "x_cm": centimetres([device.x_m for device in placed]),
            "y_cm": centimetres([device.y_m for device in placed]),
            "level": [device.level for device in placed],
            "height_m": [device and device.spec.mounting_height_m for device in seeing],
            "heading_deg": [device and device.heading_deg for device in seeing],
            "field_of_view_deg": [device and device.spec.field_of_view_deg for device in seeing],
            "range_m": [device and device.spec.range_m for device in seeing],
            "rate_hz": [*(device.spec.rate_hz for device in devices), *(RSU_RATE_HZ for _ in units)],
            "unit_cny": [*(unit_cny(device, costs) for device in devices), *(costs.device("rsu", "").mid for _ in units)],
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
