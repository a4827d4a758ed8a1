"""Demand: tables, zones, gates, counts, SUMO's routes."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "demand.empty.found": ("the table holds no row of values", "表格中没有数据行"),
    "demand.empty.remedy": ("give a row of headers and rows below it", "请写入表头及其下的数据行"),
    "demand.column.found": ("there is no column {wanted} (found: {names})", "缺少列 {wanted}（现有：{names}）"),
    "demand.column.remedy": ("give a column the header '{wanted}'", "请将一列的表头写为“{wanted}”"),
    "demand.least.found": ("found {text}", "此处是 {text}"),
    "demand.least.remedy": ("give a number of at least {low:g}", "请填写不小于 {low:g} 的数"),
    "demand.most.found": ("found {text}", "此处是 {text}"),
    "demand.most.remedy": ("give a number of at most {high:g}", "请填写不大于 {high:g} 的数"),
    "demand.list.found": ("found '{text}' among the numbers of ways", "道路编号中有“{text}”"),
    "demand.list.remedy": ("give OpenStreetMap way ids, apart by blanks", "请填写 OpenStreetMap way 编号，以空格分隔"),
    "demand.side.found": ("found the side '{text}'", "方位为“{text}”"),
    "demand.side.remedy": ("give north, east, south, west or any", "请填写 north、east、south、west 或 any"),
    "demand.zone_place.found": ("the zone has no place", "小区没有位置"),
    "demand.zone_place.remedy": (
        "give lon, lat and radius_m, or ways, or road",
        "请填写 lon、lat 和 radius_m，或 ways，或 road",
    ),
    "demand.zone_twice.found": ("there is another zone '{name}'", "小区“{name}”重复"),
    "demand.zone_twice.remedy": ("give each zone its own name", "请为每个小区取不同的名称"),
    "demand.zone_empty.found": ("no road lies within {radius_m:g} m of the point", "该点 {radius_m:g} 米范围内没有道路"),
    "demand.zone_empty.remedy": (
        "check the coordinates and their crs, or raise radius_m",
        "请检查坐标及其坐标系（crs），或增大 radius_m",
    ),
    "demand.way.found": ("the map has no road of the OpenStreetMap way {way}", "地图中没有 OpenStreetMap way {way} 的道路"),
    "demand.way.remedy": (
        'take an osm_way from the run\'s edge table: `twin query RUN "SELECT osm_way, name FROM edge"`',
        '请从运行结果的 edge 表中选取 osm_way：`twin query RUN "SELECT osm_way, name FROM edge"`',
    ),
    "demand.gate.found": ("no road '{road}' enters or leaves the map", "没有名为“{road}”的道路进出地图"),
    "demand.side_empty.found": ("'{road}' has no gate at that side of the map", "“{road}”在地图的该侧没有出入口"),
    "demand.known.remedy": ("name one of {names}", "请从以下选择：{names}"),
    "demand.zone.found": ("there is no zone '{name}'", "没有小区“{name}”"),
    "demand.class.found": ("there is no vehicle class '{name}'", "没有车型“{name}”"),
    "demand.window.found": ("to_s ({end:g}) is not after from_s ({begin:g})", "to_s（{end:g}）不晚于 from_s（{begin:g}）"),
    "demand.window.remedy": ("give a later to_s", "请给出更晚的 to_s"),
    "demand.pair_twice.found": (
        "the pair stands already in line {line}, for the same class and time",
        "该起讫点对（同一车型与时段）已出现在第 {line} 行",
    ),
    "demand.pair_twice.remedy": ("keep one of the rows, with the sum", "请只保留一行，并写入合计值"),
    "demand.totals.found": (
        "no zone has productions_vph, or none has attractions_vph",
        "没有小区给出 productions_vph，或没有小区给出 attractions_vph",
    ),
    "demand.totals.remedy": ("give them to the zones, or leave gravity out", "请为小区填写，或去掉 gravity"),
    "demand.trip_end.found": ("the trip has neither ways nor this end", "该出行既没有 ways，也没有此端点"),
    "demand.trip_end.remedy": ("give origin and destination, or ways", "请填写 origin 和 destination，或 ways"),
    "demand.one_way.found": (
        "a single way of two directions does not say which way to drive",
        "仅一条双向道路无法确定行驶方向",
    ),
    "demand.one_way.remedy": ("name the way driven before or after as well", "请同时写出其前或其后的道路"),
    "demand.way_gap.found": ("no turn leads from way {way} on to way {following}", "无法从道路 {way} 驶入道路 {following}"),
    "demand.way_gap.remedy": ("name the ways between them, in the order driven", "请按行驶顺序写出其间的道路"),
    "demand.junction.found": ("there is no junction '{name}'", "没有路口“{name}”"),
    "demand.junction_twice.found": ("several junctions are called '{name}'", "有多个路口名为“{name}”"),
    "demand.junction_twice.remedy": ("give the number of one of them: {numbers}", "请填写其中一个的编号：{numbers}"),
    "demand.approach.found": ("the junction has no approach '{name}'", "该路口没有进口道“{name}”"),
    "demand.count_twice.found": ("the approach has counts for this time already", "该进口道在此时段已有流量"),
    "demand.count_twice.remedy": ("keep one row for each approach and time", "每个进口道每个时段请只保留一行"),
    "demand.lost": (
        "{source}: {vph:,.0f} vehicles an hour of {count} pairs cannot be driven, no way leads there (as {example})",
        "{source}：{count} 个起讫点对共 {vph:,.0f} 辆/小时无路可达，未生成出行（例如 {example}）",
    ),
    "demand.sumo.map.found": (
        "the map is no SUMO network, so its edges have no names that a route file could mean",
        "地图不是 SUMO 路网，路段没有可供路径文件引用的名称",
    ),
    "demand.sumo.map.remedy": (
        "name the network (.net.xml) that the route file belongs to as map",
        "请将路径文件所属的路网（.net.xml）设为 map",
    ),
    "demand.sumo.remedy": ("correct the file, or name another one", "请改正该文件，或指定其他文件"),
    "demand.sumo.type.found": (
        "{file}: vehicles have types that no file defines: {names}",
        "{file}：车辆引用了任何文件都未定义的车型：{names}",
    ),
    "demand.sumo.type.remedy": ("name the file that defines them under additional", "请在 additional 中列出定义这些车型的文件"),
    "demand.sumo.off_map.found": (
        "{file}: none of its {count} trips drives over edges of the map alone",
        "{file}：其中 {count} 次出行无一完全位于地图路段上",
    ),
    "demand.sumo.off_map.remedy": (
        "name the network that the route file was made for as map",
        "请将生成该路径文件时所用的路网设为 map",
    ),
    "demand.sumo.backward": (
        "{file}: trips that end on their only edge before where they begin, left out: {count}",
        "{file}：在唯一路段上终点位于起点之前、未生成的出行：{count}",
    ),
    "demand.sumo.off_road": (
        "{file}: trips of vehicles that do not drive on roads (rail, ships, pedestrians), left out: {count}",
        "{file}：非道路车辆（轨道、船舶、行人）未生成的出行：{count}",
    ),
    "demand.sumo.types": (
        "{file}: types drive as these classes (trips): {pairs}",
        "{file}：SUMO 车型对应的车型（出行数）：{pairs}",
    ),
    "demand.sumo.not_carried": (
        "{file}: sizes and driving are those of demand.vehicle_types; not carried over from the types: {names}",
        "{file}：尺寸与驾驶参数采用 demand.vehicle_types；未沿用的车型属性：{names}",
    ),
    "demand.outside": (
        "given trips that begin before the pre-filling or after the end, and are not made: {count}",
        "给定的出行中，早于预填充或晚于结束时刻而未生成的：{count}",
    ),
    "demand.endless": (
        "routes from turning counts that came to no exit and were cut off: {count}",
        "按转向流量生成、未能驶出地图而被截断的路径数：{count}",
    ),
}
