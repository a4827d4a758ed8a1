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
    "run.name": (
        "name: {name!r} cannot name a folder; use letters, digits, '-', '_' and '.'",
        "name：{name!r} 不能作为文件夹名；请使用字母、数字、“-”、“_”和“.”",
    ),
    "run.in_use": (
        "{path}: {holder} is writing this very run; wait for it, or stop it, or choose another folder with --out",
        "{path}：{holder}正在写入同一次运行；请等待其完成、将其停止，或用 --out 选择其他文件夹",
    ),
    "run.process": ("process {number}", "进程 {number} "),
    "run.another_process": ("another process", "另一个进程"),
    "run.lock": (
        "{file}: cannot be locked ({reason}); choose a folder on a local disk with --out",
        "{file}：无法加锁（{reason}）；请用 --out 选择本地磁盘上的文件夹",
    ),
    "run.cannot_write": (
        "{path}: cannot be written ({reason}); choose another folder with --out",
        "{path}：无法写入（{reason}）；请用 --out 选择其他文件夹",
    ),
    "run.finished": ("{path}: the run is {state} and is not changed any more", "{path}：运行状态为 {state}，不再更改"),
    "run.failed": (
        "{path}: the run failed after {part} ({error}); its closed segments are read",
        "{path}：运行在 {part} 后失败（{error}）；读取其已写完的分段",
    ),
    "run.incomplete": (
        "{path}: the run is incomplete (stopped, or still being written); {part} are there and are read",
        "{path}：运行未完成（已停止，或仍在写入）；读取已有的 {part}",
    ),
    "run.part": ("{done:g} s", "{done:g} s"),
    "run.part_of": ("{done:g} s of {whole:g} s", "{done:g} s（共 {whole:g} s）"),
    "run.no_table": ("{path}: no table {table!r}; the log has {names}", "{path}：没有表 {table!r}；日志中有 {names}"),
    "run.no_column": (
        "{path}: table {table} has no column {column!r}; it has {names}",
        "{path}：表 {table} 没有列 {column!r}；该表有 {names}",
    ),
    "run.schema": (
        (
            "{path}: the log has schema version {written}, this package reads {reads}; run the scenario again, or read it "
            "with the package that wrote it (guangzhou-twin {package})"
        ),
        (
            "{path}：日志的结构版本为 {written}，本软件包读取 {reads}；请重新运行该场景，或用写入它的软件包读取（guangzhou-"
            "twin {package}）"
        ),
    ),
    "run.no_trajectory": (
        "{path}: table trajectory has no rows, so there is nothing to play; choose another run",
        "{path}：表 trajectory 没有数据，无可回放的内容；请选择其他运行",
    ),
    "run.warm_up": (
        "The warm-up of {stated:g} s may be too short: by the rule MSER-5 the vehicles on the road settle after {needed:g} s.",
        "预热时长 {stated:g} s 可能不足：按 MSER-5 规则，在网车辆数在 {needed:g} s 后才趋于稳定。",
    ),
}
