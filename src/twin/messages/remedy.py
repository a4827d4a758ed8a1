"""What to do about a value of a YAML file."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "remedy.missing": ("add it", "请补充"),
    "remedy.missing_meaning": ("add it ({meaning})", "请补充（{meaning}）"),
    "remedy.did_you_mean": ("did you mean '{name}'?", "是否应为“{name}”？"),
    "remedy.known": ("the keys here are {names}", "此处可用的键：{names}"),
    "remedy.none_known": ("no keys are possible here", "此处不能有键"),
    "remedy.number": ("give a number", "请给出数字"),
    "remedy.whole": ("give a whole number", "请给出整数"),
    "remedy.bool": ("give true or false", "请给出 true 或 false"),
    "remedy.text": ("give a text (quote it if it looks like a number)", "请给出文本（若像数字请加引号）"),
    "remedy.list": ("give a list", "请给出列表"),
    "remedy.group": ("give a group of keys", "请给出一组键"),
    "remedy.above": ("give a number above {bound}", "请给出大于 {bound} 的数"),
    "remedy.at_least": ("give a number of at least {bound}", "请给出不小于 {bound} 的数"),
    "remedy.below": ("give a number below {bound}", "请给出小于 {bound} 的数"),
    "remedy.at_most": ("give a number of at most {bound}", "请给出不大于 {bound} 的数"),
    "remedy.multiple": ("give a multiple of {bound}", "请给出 {bound} 的倍数"),
    "remedy.finite": ("give a finite number", "请给出有限的数"),
    "remedy.one_of": ("give one of {names}", "请从以下选择：{names}"),
    "remedy.kind": ("add `kind:`, one of {names}", "请补充 `kind:`，可选：{names}"),
    "remedy.items_least": ("give at least {bound}", "请至少给出 {bound} 项"),
    "remedy.items_most": ("give at most {bound}", "请至多给出 {bound} 项"),
    "remedy.length_least": ("give at least {bound} characters", "请至少给出 {bound} 个字符"),
    "remedy.length_most": ("give at most {bound} characters", "请至多给出 {bound} 个字符"),
    "remedy.pattern": ("give a text that matches {bound}", "请按此格式给出文本：{bound}"),
    "remedy.instant": (
        "give date, time and offset, as 2025-06-03T07:30:00+08:00",
        "请给出日期、时间和时区，例如 2025-06-03T07:30:00+08:00",
    ),
    "remedy.date": ("give a date, as 2025-06-03", "请给出日期，例如 2025-06-03"),
    "remedy.time": ("give a time of day, as 07:30:00", "请给出时刻，例如 07:30:00"),
    "remedy.other": ("{detail}", "{detail}"),
    "remedy.look": ("give another value", "请修改该值"),
    "remedy.or": (" or ", "，或"),
}
