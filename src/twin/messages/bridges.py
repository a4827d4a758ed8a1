"""Bridges: their sensors, weighing and alarms."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "bridges.fibre": (
        "the fibre {id} ends at {until_m:g} m, before its first point at {at_m:g} m; give until_m a larger value",
        "光纤 {id} 的终点 {until_m:g} m 在首个测点 {at_m:g} m 之前；请增大 until_m",
    ),
}
