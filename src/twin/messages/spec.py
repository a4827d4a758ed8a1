"""Relations between keys of a scenario: what is wrong and the remedy, told apart by “; ”."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "spec.warm_up": (
        "warm_up_s is {warm_up_s:g}, duration_s only {duration_s:g}; make warm_up_s the shorter one",
        "warm_up_s 为 {warm_up_s:g}，而 duration_s 只有 {duration_s:g}; 请使 warm_up_s 小于 duration_s",
    ),
    "spec.trips": (
        "inflow_vph makes some {trips:,.0f} trips in duration_s; lower it, its profile or duration_s: at most {most:,} trips",
        "按 inflow_vph，在 duration_s 内约有 {trips:,.0f} 次出行; 请降低 inflow_vph、时间分布或时长，使之不超过 {most:,} 次",
    ),
    "spec.elevations": (
        "lowest_elevation_deg is not below highest_elevation_deg; make it the lower one",
        "lowest_elevation_deg 不小于 highest_elevation_deg; 请使其小于后者",
    ),
    "spec.rate": (
        "rate_hz is {rate_hz:g}: no whole number of microseconds between frames; give one such as 5, 10, 12.5 or 20",
        "rate_hz 为 {rate_hz:g}，帧间隔不是整数微秒; 请改用帧间隔为整数微秒的值，例如 5、10、12.5 或 20",
    ),
    "spec.fusion.period": (
        "fusion.period_s is {period_s:g}: no whole number of microseconds; give one such as 0.1 or 0.05",
        "fusion.period_s 为 {period_s:g}，不是整数微秒; 请改为 0.1、0.05 等值",
    ),
    "spec.fusion.confirm": (
        "confirm_hits is {hits}, more than confirm_of, {of}: no track would ever be reported; lower it",
        "confirm_hits 为 {hits}，大于 confirm_of（{of}），任何航迹都不会上报; 请减小它",
    ),
    "spec.fusion.zones": (
        "the ends up_to_m of the zones do not rise; order the zones from near to far, one without an end last",
        "各分区的 up_to_m 未由近及远递增; 请按距离从小到大排列，无上限的分区放在最后",
    ),
    "spec.processing": (
        "processing_spread_s is more than ten times processing_mean_s; lower it, or raise the mean",
        "processing_spread_s 超过 processing_mean_s 的十倍; 请减小它，或增大均值",
    ),
    "spec.roads": (
        "neither names nor classes of roads are given; give names, classes or both",
        "既没有给出道路名称（names），也没有给出道路等级（classes）; 请至少给出其一",
    ),
    "spec.trip_shares": (
        "inbound_share + outbound_share + internal_share is {total:g}; make it at most 1",
        "inbound_share + outbound_share + internal_share 为 {total:g}; 请使其不大于 1",
    ),
    "spec.profile": (
        "the at_s of the profile points do not rise; put the points in order of time, each once",
        "profile 各点的 at_s 不是递增的; 请按时间先后排列，每个时刻只写一次",
    ),
    "spec.no_share": (
        "every vehicle class has share 0; give at least one a share above 0",
        "所有车型的 share 均为 0; 请至少给一个车型大于 0 的值",
    ),
    "spec.rain_steps": (
        "the above_mmph of the rain steps do not rise; put the steps in order of rate, each once",
        "rain 各级的 above_mmph 不是递增的; 请按雨强由小到大排列，每级只写一次",
    ),
    "spec.attack.times": (
        "until_s is {until_s:g}, from_s {from_s:g}; let the attack end after it begins",
        "until_s 为 {until_s:g}，from_s 为 {from_s:g}; 请使攻击的结束时刻晚于开始时刻",
    ),
    "spec.attack.range": (
        "{name} goes from {low:g} to {high:g}; put the smaller value first",
        "{name} 由 {low:g} 到 {high:g}; 请把较小的值写在前面",
    ),
    "spec.alerts.levels": (
        "the levels ask for {counts} messages; let notice ask for the fewest and critical for the most",
        "各级别所需报文数为 {counts}; 请使 notice、warning、critical 依次递增",
    ),
    "spec.attack.place": (
        "only one of lon_deg and lat_deg is given; give both or none",
        "lon_deg 与 lat_deg 只给出了一个; 请同时给出或都不给",
    ),
    "spec.fog_steps": (
        "the below_m of the fog steps do not fall; put the steps in order of falling visibility, each once",
        "fog 各级的 below_m 不是递减的; 请按能见度由大到小排列，每级只写一次",
    ),
    "spec.axle_counts": (
        "axle_positions_m has {positions} values, axle_loads_empty_kn {empty}, axle_loads_laden_kn {laden}; give one an axle",
        "axle_positions_m 有 {positions} 个值，axle_loads_empty_kn 有 {empty} 个，axle_loads_laden_kn 有 {laden} 个; 每轴各一",
    ),
    "spec.axle_positions": (
        "axle_positions_m is {positions}, length_m {length_m:g}; let the positions rise and end within the length",
        "axle_positions_m 为 {positions}，length_m 为 {length_m:g}; 各轴位置须自前保险杠起递增，且不超过车长",
    ),
    "spec.axle_loads": (
        "an axle weighs less laden than empty; raise its axle_loads_laden_kn or lower its axle_loads_empty_kn",
        "某轴的满载轴重小于空载轴重; 请增大 axle_loads_laden_kn 或减小 axle_loads_empty_kn",
    ),
    "spec.p95": (
        "p95_s ({p95_s}) is below median_s ({median_s}); give a larger p95_s",
        "p95_s（{p95_s}）小于 median_s（{median_s}）; 请增大 p95_s",
    ),
    "spec.mean_delay": (
        "mean_s ({mean_s}) is below minimum_s ({minimum_s}); give a larger mean_s",
        "mean_s（{mean_s}）小于 minimum_s（{minimum_s}）; 请增大 mean_s",
    ),
    "spec.outage.times": (
        "until_s ({until_s:g}) is not after from_s ({from_s:g}); give a later until_s",
        "until_s（{until_s:g}）不晚于 from_s（{from_s:g}）; 请给出更晚的 until_s",
    ),
    "spec.outage.both": ("both site and mec are given; give one of them", "同时给出了 site 和 mec; 请只给出其一"),
    "spec.outage.hop": (
        "mec is given on hop site_to_mec, whose lines belong to sites; give a site, or hop mec_to_cloud",
        "site_to_mec 的线路属于点位，却给出了 mec; 请给出 site，或将 hop 改为 mec_to_cloud",
    ),
    "spec.mec.twice": (
        "MEC names given more than once: {names}; give each MEC its own name",
        "MEC 名称重复：{names}; 请为每个 MEC 取不同的名称",
    ),
    "spec.outage.mec": (
        "outages name the MEC {mec!r}, which is not in mecs; give one that is there, or a site that reports to it",
        "outages 中的 MEC {mec!r} 不在 mecs 中; 请给出其中已有的 MEC，或由其汇聚的点位",
    ),
    "spec.outage.mec_of": (
        "outages name the MEC {mec!r}, which is not in mecs; give one that is there ({names}), or a site that reports to it",
        "outages 中的 MEC {mec!r} 不在 mecs 中; 请给出其中已有的 MEC（{names}），或由其汇聚的点位",
    ),
    "spec.fault.times": (
        "until_s ({until_s:g}) is not after from_s ({from_s:g}); give a later until_s",
        "until_s（{until_s:g}）不晚于 from_s（{from_s:g}）; 请给出更晚的 until_s",
    ),
    "spec.battery.left": (
        "left_high ({high:g}) is below left_low ({low:g}); give a left_high of at least {low:g}",
        "left_high（{high:g}）小于 left_low（{low:g}）; 请给出不小于 {low:g} 的 left_high",
    ),
    "spec.closure.levels": (
        "reopen_m ({reopen_m:g}) is not below close_m ({close_m:g}); give a lower reopen_m",
        "reopen_m（{reopen_m:g}）不低于 close_m（{close_m:g}）; 请给出更低的 reopen_m",
    ),
    "spec.cover.order": (
        "the times of cover '{name}' overlap or are not in order; give them in order, each after the end of the one before",
        "井盖“{name}”的时段重叠或顺序有误; 请按先后给出，且互不重叠",
    ),
    "spec.roads.none": (
        "roads watches nothing; give underpasses, from_map, settlement or covers",
        "roads 未监测任何对象; 请给出 underpasses、from_map、settlement 或 covers",
    ),
    "spec.roads.twice": (
        "two devices in roads are called '{name}'; give each its own name",
        "道路设备名称“{name}”重复; 请为每个设备取不同的名称",
    ),
    "spec.underpass.place": (
        "neither road nor ways are given, or both; give one of them",
        "road 与 ways 均未给出，或同时给出; 请只给出其一",
    ),
    "spec.fault.share": (
        "size ({size:g}) of {cause} is a share; give a number from 0 to 1",
        "{cause} 的 size（{size:g}）是比例; 请给出 0 到 1 之间的数",
    ),
    "spec.recalibrate": (
        "recalibrate needs a site's fusion and a self-check, and {absent} is not given; add {absent}, or turn recalibrate off",
        "recalibrate 需要点位融合的匹配结果和自检窗口，但未给出 {absent}; 请添加 {absent}，或关闭 recalibrate",
    ),
    "spec.queues": (
        "calm_queue ({calm}) is not below overload_queue ({overload}); give a smaller calm_queue",
        "calm_queue（{calm}）不小于 overload_queue（{overload}）; 请减小 calm_queue",
    ),
    "spec.signals.which": (
        "a junction is named by one of name, number, or lon_deg and lat_deg; give exactly one of the three",
        "路口须由 name、number 或 lon_deg 与 lat_deg 之一指定; 请只给出其中一种",
    ),
    "spec.signals.cycles": (
        "shortest_cycle_s ({shortest_s:g}) is above longest_cycle_s ({longest_s:g}); make it the shorter one",
        "shortest_cycle_s（{shortest_s:g}）大于 longest_cycle_s（{longest_s:g}）; 请使其不大于后者",
    ),
    "spec.mount.place": (
        "a device of kind {kind} cannot be `at: {at}`; loops lie `at: site` or `at: approach`, all others hang elsewhere",
        "{kind} 类设备不能设为 `at: {at}`; 线圈请用 `at: site` 或 `at: approach`，其他设备请用其余位置",
    ),
    "spec.loop.interval": (
        "interval_s of {interval_s:g} is no whole number of looks at rate_hz {rate_hz:g}; give such a number, as 60 or 30",
        "interval_s 为 {interval_s:g}，不是 rate_hz {rate_hz:g} 下观测周期的整数倍; 请改用整数倍的值，例如 60 或 30",
    ),
    "spec.mounts": (
        "the kit has neither mounts nor a preset; give one of them",
        "该设备配置既没有 mounts 也没有 preset; 请给出其一",
    ),
    "spec.price": (
        "the values {low:g}, {mid:g}, {high:g} do not rise; write low, mid and high in this order",
        "数值 {low:g}、{mid:g}、{high:g} 没有递增; 请按低、中、高的顺序填写",
    ),
    "spec.turn_shares": (
        "straight_share + right_share is {total:g}; make it at most 1",
        "straight_share + right_share 为 {total:g}; 请使其不大于 1",
    ),
    "spec.incident.times": (
        "to_s ({to_s:g}) is not after from_s ({from_s:g}); give a later to_s",
        "to_s（{to_s:g}）不晚于 from_s（{from_s:g}）; 请给出更晚的 to_s",
    ),
    "spec.incident.place": (
        "neither lon_deg and lat_deg nor way is given, or both; give one of them",
        "lon_deg、lat_deg 与 way 均未给出，或同时给出; 请只给出其一",
    ),
    "spec.parking.road": (
        "neither road nor way is given, or both; give one of them",
        "road 与 way 均未给出，或同时给出; 请只给出其一",
    ),
    "spec.parking.point": (
        "only one of lon_deg and lat_deg is given; give both or neither",
        "lon_deg 与 lat_deg 只给出了一个; 请同时给出或都不给出",
    ),
    "spec.parking.twice": (
        "two facilities are called '{name}'; give each its own name",
        "停车设施名称“{name}”重复; 请为每个设施取不同的名称",
    ),
    "spec.parking.purpose_twice": (
        "two purposes share a name; give each its own",
        "停车目的名称重复; 请为每个目的取不同的名称",
    ),
    "spec.parking.purpose": (
        "a facility is open to '{name}', which is no purpose; name one of parking.purposes",
        "某设施面向的停车目的“{name}”不存在; 请使用 parking.purposes 中的名称",
    ),
    "spec.parking.no_sensors": (
        "guidance by what is reported needs parking.sensors; give some, or information: perfect or none",
        "基于上报数据的停车诱导需要 parking.sensors; 请配置传感器，或将 information 设为 perfect 或 none",
    ),
    "spec.parking.none": (
        "there is neither a facility nor from_map; give facilities, or from_map for the car parks of the map",
        "既没有 facilities 也没有 from_map; 请给出停车设施，或用 from_map 采用地图中的停车场",
    ),
}
