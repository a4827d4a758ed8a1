"""SUMO's files."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "sumo.no_sumolib": (
        "{file}: SUMO's networks are read with sumolib, which is not installed; `pip install guangzhou-twin[sumo]` installs it",
        "{file}：读取 SUMO 路网需要 sumolib，当前未安装；请用 `pip install guangzhou-twin[sumo]` 安装",
    ),
    "sumo.missing": ("{file}: there is no such file; check the path", "{file}：文件不存在；请检查路径"),
    "sumo.closed": (
        "{file}: the file cannot be read ({reason}); check its path and permissions",
        "{file}：文件无法读取（{reason}）；请检查路径和访问权限",
    ),
    "sumo.packed": (
        "{file}: the packed file is damaged or cut short ({detail}); get it again",
        "{file}：压缩文件已损坏或不完整（{detail}）；请重新获取",
    ),
    "sumo.root": (
        "{file}: the file begins with {found}; {wanted} is needed",
        "{file}：文件的根元素是 {found}；应为 {wanted}",
    ),
    "sumo.document_type": (
        "{file}:{line}: the XML declares a document type (DTD), which is not read; remove it",
        "{file}:{line}：XML 声明了文档类型（DTD），不予读取；请删除",
    ),
    "sumo.syntax": (
        "{file}:{line}: the XML is damaged or cut short ({detail}); get the file again",
        "{file}:{line}：XML 已损坏或不完整（{detail}）；请重新获取文件",
    ),
    "sumo.unknown": (
        "{file}:{line}: {name!r} is missing here, or named here and not in the file; write the file again with SUMO's tools",
        "{file}:{line}：此处缺少 {name!r}，或此处引用了它而文件中没有；请用 SUMO 的工具重新生成文件",
    ),
    "sumo.value": (
        "{file}:{line}: a value cannot be read here ({detail}); write the file again with SUMO's tools",
        "{file}:{line}：此处的值无法解析（{detail}）；请用 SUMO 的工具重新生成文件",
    ),
    "sumo.no_roads": (
        "{file}: the network has no lane for general traffic (class passenger); check the lanes' allow and disallow",
        "{file}：路网中没有允许普通车辆（passenger）通行的车道；请检查车道的 allow 和 disallow",
    ),
    "sumo.unknown_light": (
        "{file}: the network has no traffic light {name!r}; name a file that belongs to the network, or remove the tlLogic",
        "{file}：路网中没有信号灯 {name!r}；请使用与该路网配套的文件，或删除该 tlLogic",
    ),
    "sumo.no_phases": (
        "{file}: the signal program of {name!r} has no phase; add one, or remove the tlLogic",
        "{file}：信号方案 {name!r} 没有相位；请添加相位或删除该 tlLogic",
    ),
    "sumo.state_letter": (
        "{file}: phase {phase} of the signal program of {name!r} has the unknown state {found!r}; use r, y, g, G, s, u, o or O",
        "{file}：信号方案 {name!r} 第 {phase} 相位的状态 {found!r} 未知；请使用 r、y、g、G、s、u、o 或 O",
    ),
    "sumo.state_length": (
        "{file}: phase {phase} of the signal program of {name!r} has {found} states, but there is a link {link}; add states",
        "{file}：信号方案 {name!r} 第 {phase} 相位只有 {found} 个状态，但存在编号 {link} 的连接；请为每个连接给出状态",
    ),
    "sumo.phase_duration": (
        "{file}: phase {phase} of the signal program of {name!r} lasts {found} s; it cannot be negative",
        "{file}：信号方案 {name!r} 第 {phase} 相位的时长为 {found} 秒；时长不能为负",
    ),
    "sumo.time": ("the time {found!r} is not finite", "时间 {found!r} 不是有限值"),
    "sumo.flow": (
        "the flow {name!r} has none of number, vehsPerHour, period and probability",
        "车流 {name!r} 未给出 number、vehsPerHour、period 或 probability",
    ),
    "sumo.period": ("the period or rate {found} is not positive", "周期或流率 {found} 不是正数"),
    "sumo.length": (
        "lane {lane} has the length {length}; a positive one is needed, so write the network again with netconvert",
        "车道 {lane} 的长度为 {length}；应为正数，请用 netconvert 重新生成路网",
    ),
}
