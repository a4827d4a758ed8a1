"""Pictures of ``twin draw``: what is on them, and why one cannot be drawn."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "draw.missing": (
        "charts are drawn with Matplotlib, which is not installed; `pip install guangzhou-twin[pictures]` installs it",
        "绘图需要 Matplotlib，当前未安装；请用 `pip install guangzhou-twin[pictures]` 安装",
    ),
    "draw.form": (
        "{file}: cannot draw into a file of this kind; let its name end in one of {forms}",
        "{file}：不支持这种图片格式；文件名请以 {forms} 之一结尾",
    ),
    "draw.road": (
        "{run}: no road is named '{road}' on this run's map; names like it: {names}",
        "{run}：该次运行的地图上没有名为“{road}”的道路；相近的名称：{names}",
    ),
    "draw.direction": (
        "road '{road}' has no direction '{direction}'; give one of {names}",
        "道路“{road}”没有方向“{direction}”；请从 {names} 中选择",
    ),
    "draw.nobody": (
        "{run}: nobody drove on road '{road}' in this time; choose other instants or another road",
        "{run}：这段时间内道路“{road}”上没有车辆；请选择其他时刻或其他道路",
    ),
    "draw.times": (
        "the last instant ({until_s:g} s) must lie behind the first ({from_s:g} s); give --until-s a larger value",
        "结束时刻（{until_s:g} s）必须晚于起始时刻（{from_s:g} s）；请给 --until-s 更大的值",
    ),
    "draw.done": ("{file} is written", "已写出 {file}"),
    "draw.unnamed": ("the road", "道路"),
    "draw.minutes": ("min after the start", "距开始的分钟数"),
    "draw.speed": ("speed, km/h", "速度，km/h"),
    "draw.eastbound": ("eastbound", "向东"),
    "draw.northbound": ("northbound", "向北"),
    "draw.westbound": ("westbound", "向西"),
    "draw.southbound": ("southbound", "向南"),
    "draw.fundamental": ("Fundamental diagram of {road}", "{road}的基本图"),
    "draw.fundamental.x": ("density, vehicles per km and lane", "密度，每车道每公里车辆数"),
    "draw.fundamental.y": ("flow, vehicles per hour and lane", "流量，每车道每小时车辆数"),
    "draw.fundamental.edge": ("one edge, one interval", "一条路段、一个时段"),
    "draw.fundamental.road": ("the whole road, one interval", "整条道路、一个时段"),
    "draw.flow": ("{road}: measured and true flow", "{road}：监测流量与真实流量"),
    "draw.flow.x": ("true flow, vehicles per hour", "真实流量，辆/小时"),
    "draw.flow.y": ("measured flow, vehicles per hour", "监测流量，辆/小时"),
    "draw.flow.edge": ("one edge", "一条路段"),
    "draw.flow.geh": ("GEH = 5", "GEH = 5"),
    "draw.flow.nothing": (
        "{run}: no edge was measured; give the scenario `fusion: {{}}` and sites, and run it again",
        "{run}：没有任何路段被监测；请在仿真场景中写入 `fusion: {{}}` 和点位后重新运行",
    ),
    "draw.time_space": ("{road}, {direction}: vehicles and red signals", "{road}（{direction}）：车辆轨迹与红灯"),
    "draw.time_space.x": ("s after the start", "距开始的秒数"),
    "draw.time_space.y": ("m along the road", "沿道路的距离，m"),
    "draw.bands": ("{road}: by chance alone, and with the assumptions (95 %)", "{road}：仅计随机性与计入假设（95 %）"),
    "draw.bands.assumptions": ("with the assumptions", "计入假设"),
    "draw.bands.chance": ("by chance alone", "仅计随机性"),
    "draw.bands.mid": ("assumptions at their middle", "假设取中间值"),
    "draw.tornado": ("{road}: one assumption at a time", "{road}：逐项改变假设"),
    "draw.tornado.low": ("at its low end", "取低值"),
    "draw.tornado.high": ("at its high end", "取高值"),
    "draw.tornado.x": ("change of {metric}", "{metric} 的变化"),
    "draw.tornado.variant": (
        "the table has no variant '{name}'; it has: {names}",
        "结果表中没有方案“{name}”；现有：{names}",
    ),
    "draw.tornado.nothing": (
        "none of the assumptions that were run one at a time changes {metric} of '{name}'; choose another figure",
        "逐项检查的假设均不改变“{name}”的 {metric}；请选择其他指标",
    ),
    "draw.uncertainty.table": (
        "there is no {file}; name the folder that `twin sweep FILE --assumptions` ends with",
        "文件 {file} 不存在；请指定 `twin sweep FILE --assumptions` 最后给出的目录",
    ),
    "draw.uncertainty.metric": (
        "the table has no figure '{metric}'; it has: {names}",
        "结果表中没有指标“{metric}”；现有：{names}",
    ),
    "draw.no_devices": (
        "{run}: this run has no devices, so there is no coverage to draw; choose a run with a deployment",
        "{run}：该次运行没有布设设备，无几何覆盖率可绘；请选择有布设方案的运行",
    ),
    "draw.coverage": ("{road}: geometric coverage of the roads", "{road}：道路几何覆盖率"),
    "draw.coverage.0": ("blind: no device, {share:.1%}", "盲区：无设备可见，{share:.1%}"),
    "draw.coverage.1": ("one device, {share:.1%}", "一台设备可见，{share:.1%}"),
    "draw.coverage.2": ("two or more, {share:.1%}", "两台及以上，{share:.1%}"),
    "draw.coverage.devices": ("devices", "设备"),
    "draw.coverage.x": ("m east of the map's origin", "距地图原点以东，m"),
    "draw.coverage.y": ("m north of the map's origin", "距地图原点以北，m"),
}
