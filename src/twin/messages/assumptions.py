"""Sweeps with assumptions: the plan, the sentences of the results."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "assumptions.nothing.found": (
        "'{pattern}' is no assumption that is in play in this sweep",
        "“{pattern}”不匹配本次批量对比试验中起作用的任何假设",
    ),
    "assumptions.nothing.remedy": (
        "see docs/assumptions.md, and use * for any text",
        "请参见 docs/assumptions.md，用 * 表示任意文本",
    ),
    "assumptions.none.found": ("no assumption is left to vary", "没有可变动的假设"),
    "assumptions.none.remedy": ("widen include or shorten exclude", "请放宽 include 或缩短 exclude"),
    "assumptions.idle": (
        "{name}: stands in the file and does nothing with --assumptions; it holds for the sweep without it",
        "{name}：文件中的此键在 --assumptions 下不起作用，仅在不带该选项时有效",
    ),
    "assumptions.plan": (
        "{names} assumptions in play; {variants} variants x {seeds} seeds x ({draws} draws and the middle): {runs} runs",
        "起作用的假设共 {names} 项；{variants} 个方案 × {seeds} 个种子 ×（{draws} 次抽样 + 中间值）= {runs} 次不同的运行",
    ),
    "assumptions.then": (
        "then the leading ones at their low and high ends, at most {most} runs; prices need none",
        "随后将影响最大的几项分别取低值和高值，至多 {most} 次运行；单价无需运行",
    ),
    "assumptions.note": (
        "bands at 95 %; ranges of the assumptions: docs/assumptions.md; how to read this: docs/uncertainty.md; not calibrated",
        "区间置信度 95 %；各假设的取值范围见 docs/assumptions.md；解读方法见 docs/uncertainty.md；未标定",
    ),
    "assumptions.figure": (
        "{metric} of '{variant}' is {mid}: {from_low} to {to_high} by chance alone, {low} to {high} with the assumptions too",
        "“{variant}”的{metric}为 {mid}：仅计随机性为 {from_low} 至 {to_high}，计入假设后为 {low} 至 {high}",
    ),
    "assumptions.figure.one_seed": (
        "{metric} of '{variant}' is {mid}: {low} to {high} with the assumptions; one seed does not tell what chance does",
        "“{variant}”的{metric}为 {mid}：计入假设后为 {low} 至 {high}；仅一个种子，无法判断随机性的影响",
    ),
    "assumptions.difference": (
        "{metric}, '{variant}' less '{other}': {mid}, {from_low} to {to_high} by chance, {low} to {high} with assumptions",
        "“{variant}”与“{other}”的{metric}之差为 {mid}：仅计随机性为 {from_low} 至 {to_high}，计入假设后为 {low} 至 {high}",
    ),
    "assumptions.difference.one_seed": (
        "{metric}, '{variant}' less '{other}': {mid}, {low} to {high} with assumptions; one seed does not show chance",
        "“{variant}”与“{other}”的{metric}之差为 {mid}：计入假设后为 {low} 至 {high}；仅一个种子，无法判断随机性的影响",
    ),
    "assumptions.above": (
        "{metric}: '{variant}' is above '{other}' in {share:.0f} % of {draws} draws (95 % interval {low:.0f} to {high:.0f} %)",
        "{metric}：{draws} 次抽样中有 {share:.0f} % “{variant}”高于“{other}”（95 % 区间 {low:.0f} % 至 {high:.0f} %）",
    ),
    "assumptions.below": (
        "{metric}: '{variant}' is below '{other}' in {share:.0f} % of {draws} draws (95 % interval {low:.0f} to {high:.0f} %)",
        "{metric}：{draws} 次抽样中有 {share:.0f} % “{variant}”低于“{other}”（95 % 区间 {low:.0f} % 至 {high:.0f} %）",
    ),
    "assumptions.figure.most": (
        "{metric} of '{variant}' turns most, of {count} looked at, on {assumption}: {at_low} at {low}, {at_high} at {high}",
        "“{variant}”的{metric}：检查的 {count} 项假设中 {assumption} 影响最大，取 {low} 时 {at_low}，取 {high} 时 {at_high}",
    ),
    "assumptions.difference.most": (
        "{metric}, '{variant}' less '{other}': turns most, of {count}, on {assumption}: {at_low} at {low}, {at_high} at {high}",
        "“{variant}”减“{other}”的{metric}：{count} 项中 {assumption} 影响最大，取 {low} 时 {at_low}，取 {high} 时 {at_high}",
    ),
    "assumptions.together": (
        "drawn assumptions do not go together: {where}: {detail}; leave one of them out with assumptions.exclude",
        "抽取的假设值相互矛盾：{where}：{detail}；请用 assumptions.exclude 排除其中之一",
    ),
}
