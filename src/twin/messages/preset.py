"""Presets of devices and kits."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "preset.unknown": ("there is no preset '{name}'; {remedy}", "没有名为“{name}”的预设; {remedy}"),
    "preset.known": ("the presets are {names}", "可用的预设：{names}"),
    "preset.device": (
        "'{name}' is a preset of a device, not of a kit; write a list: [{{preset: {name}}}]",
        "“{name}”是设备预设，不是配置预设; 请写成列表：[{{preset: {name}}}]",
    ),
    "preset.kit": (
        "'{name}' is a preset of a kit, not of a device; write {{preset: {name}}} in place of the list",
        "“{name}”是配置预设，不是设备预设; 请用 {{preset: {name}}} 代替该列表",
    ),
    "preset.kind": (
        "preset '{name}' is of another kind; leave `kind` out or write {kind}",
        "预设“{name}”属于其他种类; 请去掉 `kind` 或写成 {kind}",
    ),
    "preset.values": (
        "the preset at {place} does not fit its kind ({detail}); correct it there",
        "{place} 处的预设与其种类不符（{detail}）; 请在该处改正",
    ),
    "preset.file": (
        "{file} cannot be read ({reason}); check the path, which is relative to the scenario file",
        "{file} 无法读取（{reason}）; 请检查路径（相对于仿真场景文件）",
    ),
    "preset.large": (
        "{file} is larger than {limit} MiB; keep only presets in it",
        "{file} 大于 {limit} MiB; 请只保留预设",
    ),
    "preset.encoding": ("{file} is not UTF-8 text; save it as UTF-8", "{file} 不是 UTF-8 文本; 请另存为 UTF-8 编码"),
    "preset.yaml": (
        "the YAML cannot be read at {place} ({detail}); check indentation, quotes and colons there",
        "{place} 处的 YAML 无法解析（{detail}）; 请检查该处的缩进、引号和冒号",
    ),
    "preset.groups": (
        "{file} holds something else than presets; write the groups {names}",
        "{file} 中有预设之外的内容; 请写成以下分组：{names}",
    ),
    "preset.entry": (
        "preset '{name}' at {place} has other keys; write {names}",
        "{place} 处的预设“{name}”的键不符; 请写 {names}",
    ),
}
