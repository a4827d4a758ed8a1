"""``twin place``."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "placement.classes": ("no vehicle class: {unknown}; there are {known}", "没有此车型：{unknown}；可用：{known}"),
    "placement.closed.found": (
        "traffic depends on sensors (actuated signals, informed drivers): one simulation cannot tell of other sites",
        "该场景的交通依赖传感器上报（感应信号或诱导驾驶），一次仿真无法代表其他点位",
    ),
    "placement.closed.remedy": (
        "set demand.informed_share to 0, and signals that are not actuated",
        "请将 demand.informed_share 设为 0，并采用非感应控制的信号",
    ),
    "placement.no_devices": (
        "no candidate site has a device that sees vehicles; choose a kit with LiDARs, cameras or radars",
        "候选点位没有可感知车辆的设备；请选用含激光雷达、摄像机或毫米波雷达的设备配置",
    ),
    "placement.too_large": (
        "{count} perceived vehicle-seconds are more than a placement can hold (2,147,483,647); shorten runs or use fewer seeds",
        "感知到的车辆秒数 {count} 超出一次布点优化的上限（2,147,483,647）；请缩短时长或减少种子",
    ),
    "placement.unsolved": ("the exact optimum was not found: {reason}", "未能求得精确最优解：{reason}"),
    "placement.none.found": (
        "there is no site to choose: all stand already, or there are none",
        "没有可选点位：全部为既有点位，或没有点位",
    ),
    "placement.none.remedy": (
        "add rules under candidates, or sites with status: added to the scenario",
        "请在 candidates 中添加规则，或在场景中添加 status: added 的点位",
    ),
    "placement.seen.found": ("seed {seed} is one of training.seeds", "种子 {seed} 已用于 training.seeds"),
    "placement.seen.remedy": ("judge on seeds that were not trained on", "请使用训练中未出现的种子进行评估"),
    "placement.evaluation.found": ("{name} cannot differ in evaluation", "评估中不能更改 {name}"),
    "placement.evaluation.remedy": (
        "change it for the whole placement, under set",
        "请在顶层 set 中对整个布点优化统一更改",
    ),
    "placement.optimised": ("optimised", "优化布设"),
    "placement.plan": (
        "{candidates} candidate sites, {standing} stand; {budgets} budgets; {training} seeds to choose, {evaluation} to judge",
        "候选点位 {candidates} 个，既有点位 {standing} 个；预算 {budgets} 档；训练种子 {training} 个，评估种子 {evaluation} 个",
    ),
    "placement.column.budget": ("budget, {unit}", "预算（{unit}）"),
    "placement.column.choice": ("sites by", "布设方式"),
    "placement.column.sites": ("sites", "点位数"),
    "placement.column.cost": ("cost, {unit}", "投资（{unit}）"),
    "placement.column.training": ("perceived in training, %", "训练感知率（%）"),
    "placement.column.evaluation": ("perceived in evaluation, %", "评估感知率（%）"),
    "placement.column.lead": ("optimised leads by, points", "优化领先（百分点）"),
    "placement.column.gain": ("optimised perceives more by, %", "优化多感知（%）"),
    "placement.bound": (
        "{budget}: {value:.1f} % in training, of {bound:.1f} % at most for that money (gap <= {gap:.1f} %)",
        "{budget}：训练感知率 {value:.1f} %；同等投资下任何布设都不超过 {bound:.1f} %（差距不超过 {gap:.1f} %）",
    ),
    "placement.in_part": (
        "these two figures count in part what fewer than {seen_by} sites perceive",
        "以上两项数值对少于 {seen_by} 个点位感知的车辆时间按比例计入",
    ),
    "placement.draw.curve": ("{road}: what a budget buys", "{road}：投资与感知率"),
    "placement.draw.map": ("{road}: sites in the order to build them", "{road}：点位与建设次序"),
    "placement.draw.cost": ("investment, {unit}", "投资（{unit}）"),
    "placement.draw.share": ("vehicle time perceived, %", "感知率（%）"),
    "placement.draw.bound": ("no choice reaches more (training)", "任何布设的上界（训练）"),
    "placement.draw.candidates": ("candidates", "候选点位"),
    "placement.draw.standing": ("standing already", "既有点位"),
    "placement.draw.chosen": ("chosen for {budget}", "{budget}的优化点位"),
    "placement.draw.rank": ("order", "次序"),
    "placement.no_pictures": ("no pictures: {reason}", "未绘图：{reason}"),
    "placement.written": ("deployments and tables: {folder}", "布设方案与数据表：{folder}"),
}
