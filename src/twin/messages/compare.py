"""``twin compare``: runs side by side, or the variants of a sweep."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "compare.points": ("points", "百分点"),
    "compare.neither": (
        "{folder} is neither a run nor a sweep; give two or more run folders, or one sweep folder",
        "{folder} 既不是运行目录也不是批量对比试验目录；请给出两个及以上运行目录，或一个批量对比试验目录",
    ),
    "compare.mixed": (
        "{folder} is a sweep and can only be compared within itself; give it alone, or run folders only",
        "{folder} 是批量对比试验目录，只能在其内部比较；请单独给出，或只给运行目录",
    ),
    "compare.one": (
        "{folder} is one run; give two or more runs, or the folder of a sweep",
        "{folder} 只是一次运行；请给出两个及以上运行目录，或一个批量对比试验目录",
    ),
    "compare.twice": ("{folder} is given twice; give each run once", "{folder} 重复给出；请每个运行只给一次"),
    "compare.incomplete": (
        "{folder}: the run is {state} and has no closing figures; run it to its end",
        "{folder}：运行状态为 {state}，没有汇总指标；请运行至结束",
    ),
    "compare.unfinished": (
        "{folder}: the sweep has not ended; run twin sweep again to go on with it",
        "{folder}：批量对比试验尚未结束；请再次执行 twin sweep 以继续",
    ),
    "compare.unreadable": (
        "{folder}: the sweep's files cannot be read by this version ({reason}); run twin sweep again",
        "{folder}：本版本无法读取该批量对比试验的文件（{reason}）；请重新执行 twin sweep",
    ),
    "compare.metric": (
        "{folder} has no figure '{name}'; give some of {names}",
        "{folder} 中没有指标“{name}”；可选：{names}",
    ),
    "compare.baseline": (
        "{folder}: {count} axes have a value '{label}', one must; give one of {names}",
        "{folder}：有 {count} 个因素包含取值“{label}”，应恰为一个；可选：{names}",
    ),
    "compare.no_baseline": (
        "'{name}' is none of the runs; give one of {names}",
        "“{name}”不在给出的运行之中；可选：{names}",
    ),
    "compare.differ": ("The scenarios differ in: {keys}", "场景差异：{keys}"),
    "compare.same": ("The scenarios are the same.", "场景相同。"),
    "compare.one_seed": (
        "One seed each: what is chance cannot be told; a sweep with several seeds gives intervals. Demand is not calibrated.",
        "每个方案只有一个种子，无法区分偶然因素；多种子的批量对比试验可给出区间。交通需求未标定（演示数据）。",
    ),
}
