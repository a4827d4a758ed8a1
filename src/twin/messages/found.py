"""What is wrong with a value of a YAML file, and what kinds of values there are."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "found.what.null": ("nothing", "空值"),
    "found.what.bool": ("{value}", "{value}"),
    "found.what.number": ("the number {value}", "数字 {value}"),
    "found.what.text": ("the text '{value}'", "文本“{value}”"),
    "found.what.list": ("a list of {count}", "{count} 项的列表"),
    "found.what.group": ("a group of keys", "一组键"),
    "found.value": ("found {what}", "实际是{what}"),
    "found.missing": ("the key is missing", "缺少此键"),
    "found.extra": ("unknown key", "未知的键"),
    "found.items": ("found {count} entries", "实际有 {count} 项"),
    "found.length": ("found a text of {count} characters", "实际有 {count} 个字符"),
    "found.kind": ("unknown kind '{value}'", "未知的类型“{value}”"),
}
