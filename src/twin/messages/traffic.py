"""Traffic under way: trips, incidents, pedestrians, saved states."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "traffic.pedestrians.many": (
        "demand.pedestrians makes {count:,.0f} pedestrians at {crossings} crossings; lower it or duration_s: at most {most:,}",
        "按 demand.pedestrians，{crossings} 处人行横道约有 {count:,.0f} 名行人; 请降低该值或 duration_s，至多 {most:,} 名",
    ),
    "traffic.no_trips": (
        "no trip is made: raise demand.inflow_vph, or lower demand.shortest_trip_m",
        "没有任何出行：请提高 demand.inflow_vph，或降低 demand.shortest_trip_m",
    ),
    "traffic.origins_left_out": (
        "places where no trip begins, because no way leads far enough from there: {count}",
        "不能作为出行起点的地点数（由此无法驶往足够远处）：{count}",
    ),
    "traffic.trips_removed": (
        "vehicles that stood too long and were taken off the road (demand.driving.gridlock_after_s): {count}",
        "因停滞过久而被移出路网的车辆数（demand.driving.gridlock_after_s）：{count}",
    ),
    "traffic.trips_rerouted": (
        "trips that took another way around a closed road: {count}",
        "绕行封闭道路的出行数：{count}",
    ),
    "traffic.trips_stuck": (
        "trips that have no way but over a closed road, and wait there: {count}",
        "只能经由封闭道路、因而受阻的出行数：{count}",
    ),
    "traffic.trips_advised": (
        "trips that changed their way by reported speeds: {count}",
        "根据上报车速改变路线的出行数：{count}",
    ),
    "traffic.wrong_lane": (
        "turns from a lane that is not meant for them: {count} ({share:.1%} of all)",
        "从非对应车道转弯的次数：{count}（占全部的 {share:.1%}）",
    ),
    "traffic.state_file": (
        "{file}: this is no saved state of traffic ({reason}); save it again",
        "{file}：这不是保存的交通状态（{reason}）；请重新保存",
    ),
    "traffic.not_calibrated": (
        "the demand is not calibrated (demo data)",
        "交通需求未标定（演示数据）",
    ),
    "traffic.incident.place.found": (
        "no lane for vehicles lies within {limit:g} m of the point",
        "该点 {limit:g} 米范围内没有车道",
    ),
    "traffic.incident.place.remedy": ("check the coordinates and their crs", "请检查坐标及其坐标系（crs）"),
    "traffic.incident.road.found": (
        "there is no road '{road}' within {limit:g} m of the point",
        "该点 {limit:g} 米范围内没有道路“{road}”",
    ),
    "traffic.incident.lane.found": (
        "the road has no lane {lane} there, only {count} from the kerb (0)",
        "该处没有车道 {lane}，自路缘起（0）共 {count} 条",
    ),
    "traffic.incident.lane.remedy": ("name lanes by number from the kerb, from 0", "请自路缘起从 0 开始编号"),
}
