"""The topology of the links: regions, MECs, base stations, permissions."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "links.place.half": (
        "only one of lon_deg and lat_deg is given; give both or neither",
        "lon_deg 与 lat_deg 只给出了其一; 请同时给出，或都不给出",
    ),
    "links.name.found": ("the name {name!r} is used more than once", "名称 {name!r} 重复使用"),
    "links.name.remedy": (
        "give each region, MEC and base station a name of its own; 'central' is the central cloud's",
        "请为每个区域云、MEC 和基站取不同的名称; central 专指中心云",
    ),
    "links.regions.found": ("there is no regional cloud at all", "没有任何区域云"),
    "links.region.found": ("there is no regional cloud {name!r}", "没有名为 {name!r} 的区域云"),
    "links.region.remedy": ("give one of {names}", "请从以下选择：{names}"),
    "links.mec.found": ("there is no MEC {name!r}", "没有名为 {name!r} 的 MEC"),
    "links.mec.remedy": ("give one of links.mecs ({names})", "请给出 links.mecs 中的一个（{names}）"),
    "links.mec.none": ("describe it under links.mecs", "请在 links.mecs 中描述它"),
    "links.cycle.found": (
        "the uplinks run in a circle and never reach the central cloud: {circle}",
        "上行链路形成环路，永远到不了中心云：{circle}",
    ),
    "links.cycle.remedy": ("give one of these regions the uplink central", "请将其中一个区域云的 uplink 设为 central"),
    "links.unplaced.found": (
        "nobody can tell which regional cloud is nearest: {names} has no place",
        "无法判断最近的区域云：{names} 没有位置",
    ),
    "links.unplaced.remedy": (
        "give every region lon_deg and lat_deg, or every MEC and base station an uplink",
        "请为每个区域云给出 lon_deg 和 lat_deg，或为每个 MEC 和基站给出 uplink",
    ),
    "links.unreachable.found": (
        "{count} of {of} sites are farther than {reach_m:g} m from every MEC they may report to: {names}",
        "{of} 个点位中有 {count} 个距可用的 MEC 均超过 {reach_m:g} m：{names}",
    ),
    "links.unreachable.remedy": (
        "add a MEC near them, name one for each under links.sites, or raise mec_reach_m",
        "请在附近增设 MEC，或在 links.sites 中逐一指定，或增大 mec_reach_m",
    ),
    "links.outage.region": (
        "region is given with site or mec; give one of the three",
        "region 与 site 或 mec 同时给出; 三者请只给出其一",
    ),
    "links.outage.hop": (
        "region is given on hop site_to_mec, whose lines belong to sites; give a site, or another hop",
        "site_to_mec 的线路属于点位，却给出了 region; 请给出 site，或改用其他 hop",
    ),
    "links.outage.none": (
        "the line to the central cloud is out, and there is no such line",
        "到中心云的线路设置了中断，但没有这条线路",
    ),
    "links.outage.remedy": ("describe it under links.cloud_to_central", "请在 links.cloud_to_central 中描述它"),
    "links.table.found": ("there is no table {name!r}", "没有名为 {name!r} 的表"),
    "links.table.remedy": (
        "give the name of a table of the log; docs/tables.md lists them",
        "请给出日志中的表名; docs/tables.md 列出了全部表",
    ),
}
