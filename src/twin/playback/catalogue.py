"""Every text of the viewer in Chinese and English."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["zh", "en"]

LANGUAGES: Final[dict[Language, str]] = {"zh": "中文", "en": "English"}
"""Each language by its own name."""

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    # The page around the player.
    "title": ("广州交通与市政数字孪生", "Guangzhou traffic and municipal twin"),
    "language": ("语言", "Language"),
    "run": ("仿真运行", "Run"),
    "no_runs": ("“{folder}”里还没有可回放的仿真运行。", "There is no run to play in “{folder}” yet."),
    "no_runs_remedy": (
        "请先运行下面的命令，完成后刷新本页：",
        "Run the command below first, then reload this page:",
    ),
    "unreadable": ("无法打开这次运行", "This run cannot be opened"),
    "state_complete": ("已完成", "complete"),
    "state_incomplete": ("未完成", "incomplete"),
    "state_failed": ("失败", "failed"),
    "started": ("场景开始时间", "Scenario start"),
    "simulated": ("仿真时长", "Simulated time"),
    "seed": ("随机种子", "Seed"),
    "question": ("研究问题", "Question"),
    "not_calibrated": ("未标定（演示数据）", "not calibrated (demo data)"),
    "incomplete_notice": (
        "本次运行未完成：只回放已写入的 {simulated_s:.0f} 秒",
        "This run is incomplete: only the {simulated_s:.0f} s on disk are played",
    ),
    # Key figures of a run; a name that ends in _share, recall and precision are shown in percent.
    "group_traffic": ("交通", "Traffic"),
    "group_sensing": ("感知", "Sensing"),
    "group_links": ("通信链路", "Links"),
    "figure_vehicles": ("车辆数", "Vehicles"),
    "figure_trips_finished": ("完成出行", "Trips finished"),
    "figure_trips_waiting": ("路网外等待", "Trips waiting outside"),
    "figure_vehicle_km": ("车公里", "Vehicle-kilometres"),
    "figure_mean_speed_kmh": ("平均行程速度 (km/h)", "Mean travel speed (km/h)"),
    "figure_mean_delay_s": ("平均延误 (s)", "Mean traffic delay (s)"),
    "figure_detections": ("检出目标", "Detections"),
    "figure_visible_share": ("可见比例", "Visible share"),
    "figure_recall": ("检出率（召回率）", "Recall"),
    "figure_precision": ("精确率", "Precision"),
    "figure_position_error_rms_m": ("定位误差均方根 (m)", "Position error, RMS (m)"),
    "figure_perceived_share": ("感知率（车辆时间）", "Perceived share of vehicle time"),
    "figure_perceived_twice_share": ("双重及以上感知率", "Perceived by two sensors or more"),
    "figure_coverage_share": ("几何覆盖率（道路长度）", "Geometric coverage of road length"),
    "figure_coverage_twice_share": ("双重及以上几何覆盖率", "Covered by two sensors or more"),
    "figure_messages": ("消息数", "Messages"),
    "figure_mec_age_p50_ms": ("到达 MEC 的信息年龄，中位数 (ms)", "Age at the MEC, median (ms)"),
    "figure_mec_age_p95_ms": ("到达 MEC 的信息年龄，95% 分位 (ms)", "Age at the MEC, 95 % (ms)"),
    "figure_cloud_age_p50_ms": ("到达区域云的信息年龄，中位数 (ms)", "Age at the cloud, median (ms)"),
    "figure_cloud_age_p95_ms": ("到达区域云的信息年龄，95% 分位 (ms)", "Age at the cloud, 95 % (ms)"),
    "figure_delivered_share": ("送达率", "Packet delivery ratio"),
    "after_warm_up": (
        "各项指标均不含前 {warm_up_s:g} 秒的预热期。",
        "All figures leave out the warm-up, the first {warm_up_s:g} s.",
    ),
    # The sections below the figures.
    "sections": ("栏目", "Section"),
    "section_sensors": ("感知设备", "Sensors"),
    "section_charts": ("图表", "Charts"),
    "no_sensors": ("本次运行没有布设感知设备。", "This run has no sensors."),
    "sensors_hint": (
        "点击一行，地图飞到该设备并高亮其视场；再次点击取消。点击列名排序。",
        "Click a row to fly to the sensor and mark its field of view, again to unmark it. Click a column's name to sort.",
    ),
    "column_site": ("点位", "Site"),
    "column_kind": ("类型", "Kind"),
    "column_junction": ("路口", "Junction"),
    "column_present": ("在场（辆·帧）", "Present (vehicle-frames)"),
    "column_visible": ("可见", "Visible"),
    "column_detected": ("检出", "Detected"),
    "column_recall": ("检出率", "Recall"),
    "column_precision": ("精确率", "Precision"),
    "column_mean_error_m": ("平均定位误差 (m)", "Mean error (m)"),
    "column_latency_p95_ms": ("到云时延 95% 分位 (ms)", "Latency to the cloud, 95 % (ms)"),
    "column_delivered_share": ("送达率", "Delivered"),
    "kind_lidar": ("激光雷达", "LiDAR"),
    "chart_recall": ("检出率：按距离与车型", "Recall by range and class"),
    "chart_latency": ("时延分布", "Distribution of latency"),
    "chart_speed": ("路网平均行程速度", "Mean travel speed of the network"),
    "axis_range": ("距离 (m)", "Range (m)"),
    "axis_recall": ("检出率", "Recall"),
    "axis_latency": ("时延 (ms)", "Latency (ms)"),
    "axis_message_share": ("占已送达消息", "Share of delivered messages"),
    "axis_time": ("仿真时间 (min)", "Simulated time (min)"),
    "axis_speed": ("速度 (km/h)", "Speed (km/h)"),
    "legend_class": ("车型", "Class"),
    "legend_place": ("到达", "Delivered at"),
    "place_mec": ("边缘计算单元", "edge computer"),
    "place_cloud": ("区域云", "regional cloud"),
    "class_all": ("全部", "all"),
    # The player.
    "credit": (
        "地图数据 © OpenStreetMap 贡献者，依 ODbL 1.0 许可使用",
        "Map data © OpenStreetMap contributors, ODbL 1.0",
    ),
    "play": ("播放", "Play"),
    "pause": ("暂停", "Pause"),
    "time": ("时间", "Time"),
    "speed": ("倍速", "Playback speed"),
    "loading": ("正在载入…", "Loading…"),
    "drawing_failed": (
        "绘图失败（浏览器需要支持 WebGL 2）",
        "Drawing failed (the browser needs WebGL 2)",
    ),
    "layers": ("图层", "Layers"),
    "colour_by_class": ("按车型着色", "Colour by class"),
    "colour_by_speed": ("按车速着色", "Colour by speed"),
    "trails": ("行车轨迹", "Trails"),
    "signals": ("信号灯", "Signals"),
    "lidar_fields": ("激光雷达视场", "LiDAR fields of view"),
    "reported_objects": ("上报目标", "Reported objects"),
    "street_names": ("道路名称", "Street names"),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
    "whole_map": ("全图", "Whole map"),
    "relief": ("立体视图", "3-D view"),
    "palette": ("深色 / 浅色", "Dark / light"),
    "vehicles_now": ("在途车辆", "vehicles"),
    "mean_speed_now": ("平均车速 km/h", "mean km/h"),
    "stopped_now": ("停车比例", "stopped"),
    "lidar": ("激光雷达", "LiDAR"),
    "field_of_view": ("激光雷达视场角", "LiDAR field of view"),
    "reported": ("上报值", "reported"),
    "reported_false": ("误报", "false alarm"),
    "enlarged": ("车辆放大", "vehicles enlarged"),
    "true_size": ("车辆为真实尺寸", "vehicles true to size"),
    "signal_1": ("红灯", "red"),
    "signal_2": ("黄灯", "yellow"),
    "signal_3": ("绿灯", "green"),
    "signal_4": ("让行（红灯右转）", "give way (right on red)"),
    "class_car": ("小客车", "car"),
    "class_taxi": ("出租车", "taxi"),
    "class_bus": ("公交车", "bus"),
    "class_light_truck": ("轻型货车", "light truck"),
    "class_heavy_truck": ("重型货车", "heavy truck"),
    "class_autonomous_taxi": ("自动驾驶出租车", "autonomous taxi"),
    "class_electric_bicycle": ("电动自行车", "electric bicycle"),
    "class_pedestrian": ("行人", "pedestrian"),
}
"""Chinese, English; terms as in the project's glossary."""


def texts(language: Language) -> dict[str, str]:
    """Return every text in ``language``, by key."""
    place = list(LANGUAGES).index(language)
    return {key: both[place] for key, both in _TEXTS.items()}
