"""Maps: files, and what the map leaves impossible."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "map.exported.sumo": (
        "written to {folder}; make a network of it there with `netconvert -c {config}`",
        "已写入 {folder}；在该文件夹中用 `netconvert -c {config}` 生成路网",
    ),
    "map.file.missing": (
        "there is no file {path!r}; name an OpenStreetMap file, relative to the scenario file",
        "没有文件 {path!r}; 请给出 OpenStreetMap 文件（相对于场景文件的路径）",
    ),
}
