"""Sensors of parking facilities."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "bay_sensor.no_device.found": (
        "no sensor or gateway of parking is called {name}",
        "没有名为 {name} 的停车传感器或网关",
    ),
    "bay_sensor.no_device.remedy": (
        "name one of table municipal_device: bay_sensor/FACILITY/BAY or gate_counter/FACILITY, with a rule that places it",
        "请填写 municipal_device 表中的名称：bay_sensor/设施/泊位 或 gate_counter/设施，且须有规则布设该传感器",
    ),
    "bay_sensor.no_facility.found": (
        "no parking facility or kind of facility is called {name}",
        "没有名为 {name} 的停车设施或停车设施类型",
    ),
    "bay_sensor.no_facility.remedy": (
        "name a facility of parking.facilities, or on_street, off_street, underground or from_map",
        "请填写 parking.facilities 中的设施名称，或 on_street、off_street、underground、from_map",
    ),
}
