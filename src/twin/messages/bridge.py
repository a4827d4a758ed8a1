"""Bridges: their description, where they lie on the map, what loads them."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "bridge.simple_haunch": (
        "a simple span has a constant section; leave depth_at_piers_m out",
        "简支梁按等截面计算; 请删去 depth_at_piers_m",
    ),
    "bridge.cable_haunch": (
        "a cable-supported deck has a constant section; leave depth_at_piers_m out",
        "缆索承重桥主梁按等截面计算; 请删去 depth_at_piers_m",
    ),
    "bridge.hung_spans": (
        "hung_spans are {first} to {last} of {spans} spans; give the first and a later one, each between 1 and {spans}",
        "hung_spans 为第 {first} 至第 {last} 跨，共 {spans} 跨; 请给出首末两跨，且末跨在首跨之后、不超过 {spans}",
    ),
    "bridge.towers": (
        "towers names a support that is not there, or one twice; inner supports are 1 to {supports}",
        "towers 中有不存在或重复的支点; 中间支点编号为 1 至 {supports}",
    ),
    "bridge.times": (
        "until_s is {until_s:g}, from_s {from_s:g}; make until_s the later one",
        "until_s 为 {until_s:g}，from_s 为 {from_s:g}; 请使 until_s 晚于 from_s",
    ),
    "bridge.support": (
        "a ship hits support {support}, and there are {supports}; give one of them",
        "船舶撞击第 {support} 号支点，而只有 {supports} 个支点; 请给出其中之一",
    ),
    "bridge.mode": (
        "vortices rock mode {mode}, and modes is {modes}; give one of these, or raise modes",
        "涡振作用于第 {mode} 阶振型，而 modes 为 {modes}; 请给出其中之一，或增大 modes",
    ),
    "bridge.preset": ("no shipped bridge is called '{name}'; there are {known}", "没有名为“{name}”的内置桥梁; 可用：{known}"),
    "bridge.length.found": (
        "the spans of {name} add up to {spans_m:g} m, its ends are {apart_m:.1f} m apart",
        "{name}各跨之和为 {spans_m:g} m，而两端相距 {apart_m:.1f} m",
    ),
    "bridge.length.remedy": ("move an end, or change the spans", "请移动端点或修改跨径"),
    "bridge.no_road.found": ("the map has no road called '{road}'", "地图上没有名为“{road}”的道路"),
    "bridge.no_road.remedy": ("name a road of the map that lies on the deck", "请给出桥面上道路在地图中的名称"),
    "bridge.no_edge.found": (
        "no carriageway of {roads} runs along the whole deck of {name}",
        "{roads}没有一个方向的车道沿{name}全长通过",
    ),
    "bridge.no_edge.remedy": (
        "move the ends onto the road, or raise aside_m",
        "请将端点移到道路上，或增大 aside_m",
    ),
    "bridge.truck_shares": (
        "empty_share, part_share and overloaded_share add up to {total:g}; lower them to at most 1",
        "empty_share、part_share 与 overloaded_share 之和为 {total:g}; 请使其不超过 1",
    ),
    "bridge.fibre": (
        "the fibre {id} ends at {until_m:g} m, before its first point at {at_m:g} m; give until_m a larger value",
        "光纤 {id} 的终点 {until_m:g} m 在首个测点 {at_m:g} m 之前；请增大 until_m",
    ),
    "bridge.identification": (
        "width_share {width:g} reaches below the band, which begins at {low:g}; lower one of them",
        "width_share {width:g} 超出了从 {low:g} 开始的频带；请减小其中之一",
    ),
    "bridge.alarm_limits": (
        "the limits of {name} do not ascend; give the mildest first and the worst last",
        "{name} 的阈值未按升序排列；请从最轻到最重依次给出",
    ),
    "bridge.sensor_twice": (
        "sensors share the id {names}; give each its own",
        "多个传感器使用了相同的 id：{names}；请分别命名",
    ),
    "bridge.sensor_rate": (
        "sensor {id} takes {rate_hz:g} samples a second, which do not divide the bridge's {of_hz:g}; change one of them",
        "传感器 {id} 的采样率 {rate_hz:g} Hz 不能整除桥梁的 {of_hz:g} Hz；请修改其中之一",
    ),
    "bridge.interval": (
        "interval_s {interval_s:g} or a second is no whole number of samples at {rate_hz:g} Hz; change one of them",
        "interval_s {interval_s:g} 或 1 s 不是 {rate_hz:g} Hz 采样间隔的整数倍；请修改其中之一",
    ),
    "bridge.beyond": (
        "{id} sits at {at_m:g} m, beyond the end of the bridge at {length_m:g} m; move it onto the bridge",
        "{id} 位于 {at_m:g} m，超出桥梁终点 {length_m:g} m；请移到桥上",
    ),
    "bridge.same_name": (
        "two bridges are called {name}; give each a name of its own",
        "有两座桥都叫 {name}；请使名称各不相同",
    ),
    "bridge.look": (
        "blocks of {block_s} s are no whole number of looks each {look_s:g} s; change look_s",
        "{block_s} 秒的数据块不是 {look_s:g} 秒观察间隔的整数倍；请修改 look_s",
    ),
    "bridge.no_cable.found": (
        "{id} sits on cable {cable}, of {cables} that the bridge has, counted from 0",
        "{id} 装在第 {cable} 号索上，而该桥有 {cables} 根索（从 0 起编号）",
    ),
    "bridge.no_cable.remedy": ("name a cable of the bridge", "请给出该桥已有的索号"),
    "bridge.no_device.found": ("no bridge has a device or gateway called '{name}'", "没有名为“{name}”的桥梁设备或网关"),
    "bridge.no_device.remedy": (
        "devices are called bridge/id, gateways bridge/gateway; gateways have outages, devices all else",
        "设备名为 桥名/id，网关名为 桥名/gateway；网关用 gateway_outage，设备用其他原因",
    ),
}
