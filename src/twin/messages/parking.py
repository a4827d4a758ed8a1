"""Parking: facilities on the map."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "parking.road.found": ("the map has no road '{road}'", "地图中没有名为“{road}”的道路"),
    "parking.road.remedy": (
        'take a name from the run\'s edge table: `twin query RUN "SELECT DISTINCT name FROM edge"`',
        '请从运行结果的 edge 表中选取道路名称：`twin query RUN "SELECT DISTINCT name FROM edge"`',
    ),
    "parking.far.found": (
        "no edge of the road lies within {radius_m:g} m of the point",
        "该点 {radius_m:g} 米范围内没有该道路的路段",
    ),
    "parking.far.remedy": (
        "check the coordinates and their crs, or raise radius_m",
        "请检查坐标及其坐标系（crs），或增大 radius_m",
    ),
    "parking.no_room.found": (
        "no edge of the road has room for a bay {clear_m:g} m from its ends; bridges, tunnels and ends of the map do not count",
        "该道路的任何路段在距两端 {clear_m:g} 米之外都容不下泊位（桥梁、隧道、路口内部和地图边缘的路段除外）",
    ),
    "parking.no_room.remedy": ("lower clear_m or take another road", "请减小 clear_m 或改用其他道路"),
    "parking.no_edge.found": (
        "no road that an entrance may lie at is within {limit:g} m of the car park",
        "停车场 {limit:g} 米范围内没有可设出入口的道路",
    ),
    "parking.no_edge.remedy": (
        "check the coordinates and their crs, or name a road there",
        "请检查坐标及其坐标系（crs），或用 road 指定附近道路",
    ),
    "parking.none_on_map.found": ("the map shows no car park", "地图中没有停车场"),
    "parking.none_on_map.remedy": ("give parking.facilities instead", "请改用 parking.facilities"),
    "parking.nothing.found": ("no facility is left on this map", "在该地图上没有任何停车设施"),
    "parking.nothing.remedy": ("give parking.facilities with places on the map", "请给出位于地图上的 parking.facilities"),
    "parking.replay.found": (
        "parking is simulated, but replay plays recorded trajectories, whose vehicles cannot look for a space",
        "启用了停车仿真，但 replay 播放的是实录轨迹，其中的车辆无法寻找车位",
    ),
    "parking.replay.remedy": ("leave out parking or replay", "请去掉 parking 或 replay"),
    "parking.away": (
        "car parks of the map that no road within {limit:g} m leads to, and that are left out: {count}",
        "地图中 {limit:g} 米内没有道路通达、因而未采用的停车场数：{count}",
    ),
}
