"""Overrides: ``--set``, axes of sweeps."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "override.syntax.found": ("'{text}' is not an override", "“{text}”不是有效的覆盖项"),
    "override.syntax.remedy": ("write --set key.key[0].key=value", "请写成 --set 键.键[0].键=值"),
    "override.scalar.found": ("'{parent}' is {what}, it has no keys or entries", "“{parent}”是{what}，没有下级"),
    "override.scalar.remedy": ("set '{parent}' itself", "请直接设置“{parent}”"),
    "override.index.found": (
        "'{parent}' has {count} entries, there is no number {index}",
        "“{parent}”有 {count} 项，没有第 {index} 项",
    ),
    "override.index.remedy": ("count from 0; give an entry that exists", "序号从 0 开始；请指定已有的项"),
    "override.list.found": ("'{parent}' is a list", "“{parent}”是列表"),
    "override.list.remedy": ("name an entry, as {parent}[0]", "请指定其中一项，例如 {parent}[0]"),
    "override.group.found": ("'{parent}' is a group of keys, not a list", "“{parent}”是一组键，不是列表"),
    "override.group.remedy": ("name a key, as {parent}.key", "请指定其中的键，例如 {parent}.键"),
}
