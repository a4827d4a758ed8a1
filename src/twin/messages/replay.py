"""Recorded trajectories that are played back."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "replay.suffix": (
        "{file}: trajectories are read from .xml, .csv (each also .gz) and .parquet; save the file as one of these",
        "{file}：轨迹文件须为 .xml、.csv（均可加 .gz）或 .parquet；请另存为其中一种",
    ),
    "replay.columns": (
        "{file}: the columns {missing} are missing; found are: {found}",
        "{file}：缺少列 {missing}；现有列：{found}",
    ),
    "replay.cells": ("{file}:{line}: the row has too few cells; complete it", "{file}:{line}：该行的单元格不足；请补全"),
    "replay.empty": (
        "{file}: there is no row with a vehicle; was the right file named?",
        "{file}：文件中没有车辆数据；请确认文件是否正确",
    ),
    "replay.number": (
        "{file}: row {row}: {name} is {found!r}, which is no finite number; mend or remove the row",
        "{file}：第 {row} 行：{name} 的值 {found!r} 不是有限数值；请修正或删除该行",
    ),
    "replay.twice": (
        "{file}: row {row}: vehicle {name} is there twice at {time} s; remove one of the rows",
        "{file}：第 {row} 行：车辆 {name} 在 {time} 秒出现两次；请删除其中一行",
    ),
    "replay.backwards": (
        "{file}: row {row}: the time of vehicle {name} goes backwards, from {before} s to {time} s; sort the file by time",
        "{file}：第 {row} 行：车辆 {name} 的时间倒退，从 {before} 秒到 {time} 秒；请按时间排序",
    ),
    "replay.gaps": (
        "gaps in the trajectories, longer than the usual {period:g} s between samples: {count}",
        "轨迹中的缺口数（超过通常的采样间隔 {period:g} 秒）：{count}",
    ),
    "replay.types": (
        "vehicles of unknown types, taken for cars: {count} ({names}); say what they are in the key 'classes'",
        "类型未知、按小客车处理的车辆数：{count}（{names}）；请在键 classes 中说明",
    ),
}
