"""The words of the product in Chinese and English: one word for one thing, on pages, in reports, messages and columns.

The page docs/glossary.md is made of it (``make docs``), and a test holds every catalogue of texts to it. The policy's own terms
are those of Guangdong's measures on smart sensors (粤工信电子函〔2024〕86号); the others follow the field's common use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Term:
    """One thing, its word in each language, what it means here, and the words that are not used for it."""

    zh: str
    en: str
    meaning: str
    not_zh: tuple[str, ...] = ()
    """Other Chinese words for it, which no text of the product has."""
    paired: bool = False
    """Whether each text that has the English word has the Chinese one too."""


GLOSSARY: Final[dict[str, tuple[Term, ...]]] = {
    "Policy": (
        Term("车路云一体化", "vehicle-road-cloud integration", "Measure 20: vehicles, roadside and clouds as one system."),
        Term("智能化路侧基础设施", "smart roadside infrastructure", "Measure 20: what stands at the roadside and senses."),
        Term("云控基础平台", "cloud-control base platform", "Measure 20: edge, regional and central cloud."),
        Term("交通流量监测", "traffic-flow monitoring", "Measure 20: flow and speed as sensors measure them."),
        Term("道桥监测", "road and bridge monitoring", "Measure 19."),
        Term("停车管理", "parking management", "Measure 19."),
    ),
    "Traffic": (
        Term("路网", "road network", "Directed edges between nodes, with lanes: `RoadNetwork`."),
        Term("路段", "edge, road section", "One direction of a road between two nodes; never a radio link."),
        Term("车道", "lane", "One lane of an edge, or a connector through a junction."),
        Term(
            "信控路口",
            "signalised junction",
            "A cluster of nodes that one controller serves.",
            not_zh=("信号控制路口",),
            paired=True,
        ),
        Term("出行", "trip", "One vehicle's way from its origin to its destination."),
        Term("出行需求", "demand", "How many vehicles drive, when, from where to where."),
        Term("OD 矩阵", "OD matrix", "Trips from each zone to each zone."),
        Term("流量", "flow", "Vehicles an hour; passenger-car units an hour are said so."),
        Term("通行能力", "capacity", "The largest flow that a lane or junction lets through."),
        Term("饱和流率", "saturation flow rate", "Vehicles an hour of green over a stop line."),
        Term("密度", "density", "Vehicles a kilometre of road. Of sensors: 布设密度."),
        Term("延误", "traffic delay", "Travel time above that at free speed. Of messages: 时延.", paired=True),
        Term("平均行程速度", "mean travel speed", "Distance driven over time spent, over all vehicles.", paired=True),
        Term("排队长度", "queue length", "From the stop line to the last vehicle that stands."),
        Term("信号配时", "signal timing", "Cycle (周期), green split (绿信比), offset (相位差)."),
        Term("绿波", "green wave", "Offsets at which a band of traffic meets green after green.", paired=True),
        Term("交通事件", "traffic incident", "A lane or road closed, or a vehicle broken down, for a time."),
    ),
    "Deployment": (
        Term("布设", "deployment (of sensors)", "Which devices stand where; 部署 is for software.", not_zh=("部署",)),
        Term("布设方案", "deployment plan", "A whole deployment, compared with others."),
        Term("点位", "site", "A pole, gantry or cross-arm with its place.", not_zh=("布点",)),
        Term("杆件", "pole", "What carries a site's devices."),
        Term("设备配置", "kit", "What a site carries; Guangzhou's configurations I to IV are presets.", not_zh=("套件",)),
        Term("布设间距", "spacing", "Metres along the road from site to site."),
        Term("布设密度", "deployment density", "Sites a kilometre of road."),
        Term("现状点位", "existing site", "It stands already and costs no investment; 新增 added, 拆除 removed.", paired=True),
        Term(
            "投资",
            "investment",
            "Devices, poles and works. In documents 万元 (10,000 CNY) or million CNY, never two units in one table.",
            paired=True,
        ),
        Term("设备清单", "bill of quantities", "Each item of a deployment with number and price.", paired=True),
        Term(
            "全生命周期成本",
            "life-cycle cost",
            "Investment, yearly operation and replacements over a horizon, as money of today.",
            paired=True,
        ),
    ),
    "Sensing": (
        Term("激光雷达", "LiDAR", "Never 雷达 alone, which may be either.", not_zh=("雷达", "激光探测器"), paired=True),
        Term("毫米波雷达", "mmWave radar", "Range, angle and radial speed by radio.", paired=True),
        Term("雷视一体机", "integrated radar-video unit", "A camera and a radar in one housing."),
        Term("摄像机", "camera", "At a pole, looking at the road.", not_zh=("摄像头", "相机"), paired=True),
        Term("线圈", "inductive loop", "In a lane, or a geomagnetic detector (地磁检测器)."),
        Term("视场角", "field of view", "The angle that a device looks over."),
        Term("遮挡", "occlusion", "What stands before a thing seen from a device."),
        Term("盲区", "blind area", "Road that no device has in sight."),
        Term(
            "几何覆盖率", "geometric coverage", "Share of road length in sight of devices.", not_zh=("感知覆盖率",), paired=True
        ),
        Term(
            "感知率",
            "perceived share",
            "Share of vehicle time on the roads in which a vehicle was perceived; never a coverage.",
            paired=True,
        ),
        Term("检出率（召回率）", "recall", "Detected of those present in range. 漏检率, miss rate, is the rest."),
        Term("精确率", "precision", "True of all detections. 准确率 (accuracy) and 精度 (accuracy of place) are other things."),
        Term("误报", "false alarm", "A detection of what is not there.", paired=True),
        Term("真值", "ground truth", "What only the simulator knows; left out of streams and exports."),
        Term("上报值", "reported value", "What a device or site says."),
        Term("目标跟踪", "tracking", "One number for one vehicle over time: MOTA, IDF1 say how well."),
        Term("融合", "fusion", "One list a site from what its devices report."),
        Term("自诊断", "self-diagnosis", "Faults told from the devices' data alone."),
        Term("自适应", "self-adaptation", "What a site does about a fault by itself."),
        Term("故障", "fault", "A device works wrongly or not at all."),
    ),
    "Links": (
        Term("通信链路", "link", "A line or radio link; 路段 is a road's edge."),
        Term("时延", "latency", "From when something was so until it is known elsewhere. Of traffic: 延误.", paired=True),
        Term("信息年龄", "age of information", "How old the newest that is known is."),
        Term("送达率", "packet delivery ratio", "Messages that arrive of those sent; 丢包率 is the rest.", paired=True),
        Term("边缘计算单元", "edge computer (MEC)", "Where a site's lists come together."),
        Term("区域云", "regional cloud", "Above the MECs; 中心云, the central cloud, above it."),
        Term("路侧单元", "roadside unit (RSU)", "Radio at the roadside."),
        Term("车载单元", "on-board unit (OBU)", "Radio in the vehicle."),
    ),
    "Bridges": (
        Term("桥梁", "bridge", "One deck with its supports; each carriageway may have a deck of its own."),
        Term("主梁", "deck", "The beam that traffic drives on: `bridges.decks`."),
        Term("跨径", "span", "Between two supports."),
        Term("支点", "support", "A pier, abutment or tower that holds the deck; counted from 1 along the axis."),
        Term("连续刚构", "continuous rigid frame", "A girder in one piece with its piers: `rigid_piers`."),
        Term("自锚式悬索桥", "self-anchored suspension bridge", "Main cables tied to the deck itself."),
        Term("影响线", "influence line", "A quantity for a unit force at each place of the deck."),
        Term("振型", "mode", "A shape in which a deck swings on its own, with its frequency and damping."),
        Term("动力放大系数", "dynamic amplification factor", "Largest dynamic over largest static response."),
        Term("涡振", "vortex-induced vibration", "A wind of the right speed rocks one mode: `vortices`.", ("涡激振动",)),
        Term("船撞", "ship impact", "A ship against a pier: `ship_impacts`."),
        Term("超载", "overloaded", "Above the class's laden weight or the limit of article 3 for its axles."),
    ),
    "Experiment": (
        Term("仿真场景", "scenario", "What is simulated: one YAML file."),
        Term("仿真运行", "run", "One scenario with one seed, simulated; its folder."),
        Term(
            "批量对比试验",
            "sweep",
            "One scenario under several overrides and seeds, compared.",
            not_zh=("批量仿真", "批量试验"),
        ),
        Term("随机种子", "seed", "The number from which every draw follows."),
        Term("重复次数", "replications", "How many seeds."),
        Term("预热期", "warm-up", "The beginning that no figure counts."),
        Term("配对比较", "paired comparison", "Differences seed by seed, over the same traffic."),
        Term("置信区间", "confidence interval", "What randomness alone leaves open."),
        Term("假设敏感区间", "assumption range", "What defaults without a source leave open; never mixed with the former."),
        Term("布点优化", "placement", "Choosing sites for a budget: `twin place`."),
        Term("边际效益", "marginal gain", "What one more site adds."),
        Term("拐点", "knee", "Where a curve of gain over cost bends most.", paired=True),
        Term("费用—效益前沿", "Pareto front", "Deployments that no other beats in both."),
        Term(
            "标定",
            "calibration (of traffic)",
            "Fitting a model to measurements. Of a sensor: 校准. Whether it holds: 校核, validation.",
            paired=True,
        ),
        Term("未标定（演示数据）", "not calibrated (demo data)", "On every run whose demand is not fitted to counts."),
        Term("回放", "playback", "Looking at a run in the browser; 倍速 is its speed."),
    ),
}
"""The terms by subject."""


def glossary_page() -> str:
    """Return the glossary as Markdown."""
    lines = [
        "# Glossary",
        "",
        "One word for one thing in each language, on pages, in reports, messages and columns. A test holds the catalogues of",
        "texts to it; `make docs` writes this page from `src/twin/glossary.py`.",
    ]
    for subject, terms in GLOSSARY.items():
        lines += ["", f"## {subject}", "", "| 中文 | English | meaning here |", "|---|---|---|"]
        lines += [f"| {term.zh} | {term.en} | {term.meaning} |" for term in terms]
    return "\n".join([*lines, ""])
