"""What reading a map or trips assumed, left out or ignored."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "notice.counted": ("{what}: {count}", "{what}：{count}"),
    "notice.stops_of_vehicles": ("stops of vehicles, ignored", "车辆的停靠，已忽略"),
    "notice.persons": ("persons and containers, left out", "行人和集装箱，未导入"),
    "notice.triggered": (
        "vehicles whose departure others decide (triggered, split), left out",
        "出发由其他车辆决定的车辆（触发、拆分），未导入",
    ),
    "notice.trips_between_districts": (
        "trips between districts or junctions instead of edges, left out",
        "以小区或路口而非路段为端点的出行，未导入",
    ),
    "notice.trips_off_map": (
        "trips over edges that the network has not (or not for general traffic), left out",
        "经过路网中没有（或不对社会车辆开放）的路段的出行，未导入",
    ),
    "notice.trips_without_turn": (
        "trips over edges without a turn between them, left out",
        "相邻路段之间没有转向的出行，未导入",
    ),
    "notice.not_carried": ("vehicles with {name}, which is not carried over", "带有 {name} 的车辆，该属性不沿用"),
    "notice.restriction_unreadable": ("turn restrictions that cannot be read, ignored", "无法解读的转向限制，已忽略"),
    "notice.restriction_incomplete": (
        "turn restrictions without from, via or to, ignored",
        "缺少 from、via 或 to 的转向限制，已忽略",
    ),
    "notice.restriction_timed": ("turn restrictions that hold at times only, ignored", "仅在部分时段有效的转向限制，已忽略"),
    "notice.restriction_not_for_cars": ("turn restrictions not for cars, ignored", "不针对小汽车的转向限制，已忽略"),
    "notice.restriction_obeyed": ("turn restrictions obeyed", "已采用的转向限制"),
    "notice.restriction_without_turn": (
        "turn restrictions that fit no turn of the network, ignored",
        "与路网中任何转向都不对应的转向限制，已忽略",
    ),
    "notice.end_turned_back": (
        "roads with every turn forbidden at their end, turned back on",
        "末端所有转向都被禁止的道路，改为可掉头",
    ),
    "notice.end_left_open": ("roads with every turn forbidden at their end, left open", "末端所有转向都被禁止的道路，保持开放"),
    "notice.clipped_roads": (
        "roads with nodes that the file does not hold, cut there",
        "含有文件中没有的节点的道路，在该处截断",
    ),
    "notice.signals_without_junction": (
        "signals that fit no junction (on the open road, pedestrian crossings)",
        "不属于任何路口的信号灯（路段上、人行横道）",
    ),
    "notice.heights_assumed": ("building heights assumed", "采用假定高度的建筑物"),
    "notice.open_outlines": ("building outlines that are not closed, left out", "轮廓不闭合的建筑物，未采用"),
    "notice.car_parks_without_capacity": ("car parks without a capacity", "没有车位数的停车场"),
    "notice.closed_edges": (
        "edges closed to general traffic (pedestrians, bicycles, rail, buses), left out",
        "不对社会车辆开放的路段（行人、自行车、轨道、公交），未采用",
    ),
    "notice.closed_lanes": (
        "lanes closed to general traffic beside open ones, left out",
        "开放车道旁不对社会车辆开放的车道，未采用",
    ),
    "notice.closed_connections": ("connections closed to general traffic, left out", "不对社会车辆开放的车道连接，未采用"),
    "notice.stated_length": (
        "edges whose stated length differs from their drawn one by over 1 %; the stated one counts",
        "标称长度与绘制长度相差 1 % 以上的路段；以标称长度为准",
    ),
    "notice.no_projection": (
        "networks without a projection, laid around 0° N 0° E",
        "没有投影的路网，置于北纬 0°、东经 0° 附近",
    ),
    "notice.unreadable": ("{what} that cannot be read, default used", "无法解读的 {what}，采用默认值"),
    "notice.read_tolerantly": ("{what} read tolerantly", "宽松解读的 {what}"),
    "notice.reversible": ("one-way roads that change their direction, taken as two-way", "方向可变的单行道，按双向处理"),
    "notice.oneway_unreadable": ("oneway that cannot be read, taken as two-way", "无法解读的 oneway，按双向处理"),
    "notice.closed_roads": ("roads closed to motor traffic, left out", "不对机动车开放的道路，未采用"),
    "notice.timed_tags": (
        "roads with tags that hold at times only, which are ignored",
        "带有仅在部分时段有效的标签的道路，该标签已忽略",
    ),
    "notice.speed_assumed": ("speed limit of {highway} assumed ({speed:g} km/h)", "采用假定限速的 {highway}（{speed:g} km/h）"),
    "notice.lanes_assumed": ("lanes of {highway} assumed", "采用假定车道数的 {highway}"),
    "notice.centre_lanes": ("centre lanes for turning, not counted as lanes", "中央转向车道，不计入车道数"),
    "notice.lanes_of_one_direction": (
        "lanes of one direction only, taken for both",
        "只标注一个方向车道数的道路，两个方向均按此取值",
    ),
    "notice.bus_lanes": (
        "roads with bus lanes, which are not lanes of general traffic",
        "有公交专用道的道路，该车道不作为社会车道",
    ),
    "notice.near_nodes": (
        "nodes nearer than {least:g} m to another, joined with it",
        "与另一节点相距不到 {least:g} m 的节点，已合并",
    ),
    "notice.plain_part": (
        "edges of the largest strongly connected part without the outside world, of {whole}",
        "不计外部世界时最大强连通部分的路段数（共 {whole}）",
    ),
    "notice.dropped_edges": (
        "edges from which the rest cannot be reached and returned from, dropped",
        "无法与其余部分往返的路段，已删除",
    ),
    "notice.dropped_metres": ("metres of road dropped with them", "随之删除的道路长度（m）"),
    "notice.signals_left_out": ("signals on roads that are left out", "位于未采用道路上的信号灯"),
}
