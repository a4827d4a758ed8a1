"""Devices in roads: what is wrong with their places."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "roads.underpass.found": (
        "no road '{road}' leads below the ground on this map",
        "地图中没有名为“{road}”的地下道路",
    ),
    "roads.underpass.remedy": (
        "give the name of a tunnel or underpass of the map, or its OpenStreetMap ways",
        "请给出地图中隧道或下穿通道的名称，或其 OpenStreetMap way 编号（ways）",
    ),
    "roads.apart.found": (
        "road '{road}' leads below the ground in {count} places",
        "“{road}”有 {count} 处地下路段",
    ),
    "roads.apart.remedy": (
        "give the OpenStreetMap ways of one of them: {ways}",
        "请给出其中一处的 OpenStreetMap way 编号（ways）：{ways}",
    ),
    "roads.no_underpass.found": (
        "no road of the map leads below the ground",
        "地图中没有地下道路",
    ),
    "roads.no_underpass.remedy": (
        "name underpasses by their ways, or leave from_map out",
        "请用 ways 指定下穿通道，或去掉 from_map",
    ),
    "roads.point.found": (
        "no road lies within {limit:g} m of '{name}'",
        "“{name}”周围 {limit:g} 米内没有道路",
    ),
    "roads.point.remedy": (
        "give a place in a road of the map, WGS-84",
        "请给出地图中道路上的位置（WGS-84）",
    ),
    "roads.device.found": (
        "no field device or gateway '{name}' has this kind of event",
        "没有名为“{name}”、可发生此类事件的设备或网关",
    ),
    "roads.device.remedy": (
        "give the name of a device, or of a gateway for gateway_outage",
        "请给出设备名称；gateway_outage 请给出网关名称",
    ),
    "roads.twice.found": (
        "two field devices are called '{name}'",
        "设备名称“{name}”重复",
    ),
    "roads.twice.remedy": (
        "give each device and gateway of parking, bridges and roads its own name",
        "停车、桥梁与道路的每个设备和网关都应有不同的名称",
    ),
}
