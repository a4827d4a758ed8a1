"""Signals: junctions, stages, programs, green waves."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "signals.program.duration": (
        "junction {junction}: a signal program needs intervals of more than 0 s; give each a duration",
        "路口 {junction}：信号方案须有时长大于 0 的时段；请为每个时段给出时长",
    ),
    "signals.program.size": (
        "junction {junction}: the signal program has {found} states, the junction {count} connectors; give one each",
        "路口 {junction}：信号方案每个时段有 {found} 个灯态，而路口有 {count} 条连接车道；请逐一对应",
    ),
    "signals.program.state": (
        "junction {junction}: the signal program has the states {found}; give numbers from 0 to 4",
        "路口 {junction}：信号方案的灯态为 {found}；请使用 0 到 4 的数",
    ),
    "signals.stated.used": (
        "signalised junctions that run the program the map states: {count}",
        "按地图自带信号方案运行的信控路口：{count}",
    ),
    "signals.stated.fixed": (
        "programs that the map calls {kind!r} run with the stated lengths of their phases: {count} junctions",
        "地图标为 {kind!r} 的信号方案按其给定相位时长运行：{count} 个路口",
    ),
    "signals.stated.shared": (
        "junctions with the programs of several lights, which got a plan of our own: {count}",
        "由多个信号灯方案控制、改用自行设计方案的路口：{count}",
    ),
    "signals.stated.designed.found": (
        "programs are given, but signals.programs is designed",
        "给出了信号方案文件，但 signals.programs 为 designed",
    ),
    "signals.stated.designed.remedy": (
        "set signals.programs to map, or remove the files",
        "请将 signals.programs 设为 map，或去掉这些文件",
    ),
    "signals.stated.map.found": (
        "the map has no traffic lights of SUMO that programs could belong to",
        "地图中没有可对应这些方案的 SUMO 信号灯",
    ),
    "signals.stated.map.remedy": (
        "name a SUMO network (.net.xml) as map, or remove the files",
        "请以 SUMO 路网（.net.xml）作为地图，或去掉这些文件",
    ),
    "signals.stated.length.found": ("the program of light {name!r} lasts 0 s", "信号灯 {name!r} 的方案总时长为 0 秒"),
    "signals.stated.remedy": (
        "correct the program, or set signals.programs to designed",
        "请改正该方案，或将 signals.programs 设为 designed",
    ),
    "signals.junction.found": ("there is no signalised junction '{name}'", "没有名为“{name}”的信控路口"),
    "signals.junction.number.found": ("there is no signalised junction number {number}", "没有编号为 {number} 的信控路口"),
    "signals.junction.remedy": (
        "give one that has signals; table junction of a run lists them",
        "请给出有信号灯的路口；运行日志的 junction 表列出了全部路口",
    ),
    "signals.junction.several.found": (
        "there are {count} signalised junctions '{name}'",
        "有 {count} 个名为“{name}”的信控路口",
    ),
    "signals.junction.several.remedy": (
        "give number (one of {numbers}), or lon_deg and lat_deg",
        "请给出 number（可选：{numbers}），或 lon_deg 与 lat_deg",
    ),
    "signals.junction.place.found": (
        "no signalised junction lies within {near_m:.0f} m of {lon:.6f}, {lat:.6f}",
        "{lon:.6f}，{lat:.6f} 周围 {near_m:.0f} 米内没有信控路口",
    ),
    "signals.junction.place.remedy": (
        "move the point; the nearest junction is {distance_m:.0f} m away",
        "请移动该点；最近的路口在 {distance_m:.0f} 米处",
    ),
    "signals.junction.twice.found": (
        "the junction '{name}' is already given in entry {first}",
        "路口“{name}”已在第 {first} 项给出",
    ),
    "signals.junction.twice.remedy": ("keep one of the two", "请只保留一个"),
    "signals.arm.found": ("nobody enters the junction from the {arm}", "没有车辆从 {arm} 方向进入此路口"),
    "signals.arm.remedy": ("its arms lie to the {known}", "此路口的进口方向：{known}"),
    "signals.turns.found": ("from the {arm} nobody turns {turns}", "从 {arm} 方向进入的车辆没有转向 {turns}"),
    "signals.turns.remedy": ("possible there: {known}", "此处可用：{known}"),
    "signals.clash.found": (
        "{first} and {second} have green together, and their ways cross",
        "{first} 与 {second} 同时放行，行驶路线冲突",
    ),
    "signals.clash.remedy": ("put them into different stages", "请放入不同的阶段"),
    "signals.never.found": ("{movement} has green in no stage", "{movement} 在任何阶段都不放行"),
    "signals.never.remedy": ("add it to a stage", "请将其加入某个阶段"),
    "signals.cycle.found": (
        "a cycle of {cycle_s:g} s is too short for {count} junctions, most of all for '{name}' ({needed_s:g} s)",
        "周期 {cycle_s:g} 秒对 {count} 个路口过短，其中“{name}”需要 {needed_s:g} 秒",
    ),
    "signals.cycle.pinned.found": (
        "a cycle of {cycle_s:g} s does not fit the greens given at '{name}', which make {needed_s:g} s",
        "周期 {cycle_s:g} 秒与“{name}”给定的绿灯时间不符，后者合计 {needed_s:g} 秒",
    ),
    "signals.cycle.remedy": (
        "give {needed_s:g} s or more, fewer stages, or shorter greens; without cycle_s it follows the flows",
        "请给出 {needed_s:g} 秒或以上、减少阶段或缩短绿灯；不给 cycle_s 则由流量确定",
    ),
    "signals.road.found": ("there is no road '{road}'", "没有名为“{road}”的道路"),
    "signals.road.remedy": ("give a road's name as on the map", "请按地图上的名称给出道路"),
    "signals.wave.short.found": (
        "along '{road}' there are {count} signalised junctions that one passes straight",
        "“{road}”沿线可直行通过的信控路口有 {count} 个",
    ),
    "signals.wave.short.remedy": ("give a road with at least two", "请给出至少有两个此类路口的道路"),
    "signals.wave.cycles.found": (
        "green waves that cross have cycles of {cycles} s",
        "相交的绿波周期不同：{cycles} 秒",
    ),
    "signals.wave.cycles.remedy": ("give all of them one cycle_s", "请给出相同的 cycle_s"),
    "signals.wave.direction.found": ("'{road}' does not lead {direction}", "“{road}”不是 {direction} 走向"),
    "signals.wave.direction.remedy": ("give another direction, or both", "请改用其他方向或 both"),
    "signals.wave.told": (
        "green wave {road}: {count} junctions, cycle {cycle_s:g} s, bandwidth {forward_s:.1f} s and {backward_s:.1f} s back",
        "绿波 {road}：{count} 个路口，周期 {cycle_s:g} 秒，带宽去程 {forward_s:.1f} 秒、回程 {backward_s:.1f} 秒",
    ),
}
