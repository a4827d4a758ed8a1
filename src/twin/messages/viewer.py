"""What the viewer needs and does not find."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "viewer.missing": (
        "the viewer needs pydeck, which is not installed; `pip install guangzhou-twin[viewer]` installs it",
        "查看器需要 pydeck，当前未安装；请用 `pip install guangzhou-twin[viewer]` 安装",
    ),
    "viewer.bundle": (
        "{file}: deck.gl is not there ({reason}); install pydeck 0.9: `pip install guangzhou-twin[viewer]`",
        "{file}：找不到 deck.gl（{reason}）；请安装 pydeck 0.9：`pip install guangzhou-twin[viewer]`",
    ),
}
