"""Sensors of parking facilities."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "bay_sensor.no_facility.found": (
        "no parking facility or kind of facility is called {name}",
        "没有名为 {name} 的停车设施或停车设施类型",
    ),
    "bay_sensor.no_facility.remedy": (
        "name a facility of parking.facilities, or on_street, off_street, underground or from_map",
        "请填写 parking.facilities 中的设施名称，或 on_street、off_street、underground、from_map",
    ),
}
