"""Runs and their folders."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "run.remedy": ("give the folder of one run, as runs/<name>-<hash>", "请给出一次运行的目录，例如 runs/<名称>-<哈希>"),
    "run.no_folder": (
        "{folder}: not a run folder ({file}: {reason}); {remedy}",
        "{folder}：不是运行目录（{file}：{reason}）；{remedy}",
    ),
    "run.not_json": ("{path}: not JSON ({reason}); {remedy}", "{path}：不是 JSON（{reason}）；{remedy}"),
    "run.no_manifest": (
        "{path}: not the manifest of a run ({reason}); {remedy}",
        "{path}：不是一次运行的清单（{reason}）；{remedy}",
    ),
    "run.state": (
        "{path}: state is {state!r}, expected one of {names}; {remedy}",
        "{path}：state 为 {state!r}，应为以下之一：{names}；{remedy}",
    ),
    "run.warm_up": (
        "The warm-up of {stated:g} s may be too short: of the number of vehicles MSER-5 would leave out {needed:g} s.",
        "预热时长 {stated:g} s 可能不足：按 MSER-5 规则，在网车辆数序列应舍去前 {needed:g} s。",
    ),
}
