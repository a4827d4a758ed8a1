"""``twin map fetch``."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "fetch.done": (
        "{file}: {nodes} nodes, {ways} ways, {relations} relations (© OpenStreetMap contributors, ODbL 1.0)",
        "{file}：{nodes} 个节点，{ways} 条路径，{relations} 个关系（© OpenStreetMap contributors，ODbL 1.0）",
    ),
    "fetch.no_name": ('the place has no name; give one, as "Tianhe, Guangzhou"', "地名为空；请给出地名，例如“广州市天河区”"),
    "fetch.suffix": ("{file}: maps are written as .osm; name such a file", "{file}：地图以 .osm 格式写出；请指定此类文件"),
    "fetch.exists": (
        "{file}: the file is already there; --overwrite replaces it, --out names another",
        "{file}：文件已存在；用 --overwrite 替换，或用 --out 指定其他文件",
    ),
    "fetch.folder": ("{folder}: there is no such folder; make it first", "{folder}：文件夹不存在；请先创建"),
    "fetch.unknown": (
        "nobody knows a place '{place}'; check its spelling, add the city and the country",
        "找不到地名“{place}”；请检查写法，并加上城市和国家",
    ),
    "fetch.no_area": (
        "'{place}' has no area; name a district, or give --radius-m",
        "“{place}”没有范围；请指定行政区，或给出 --radius-m",
    ),
    "fetch.large": (
        "'{place}' has {area} km², at most {limit} km² are asked for at once; name a part of it, or give --radius-m",
        "“{place}”面积为 {area} 平方公里，一次最多 {limit} 平方公里；请指定其中一部分，或给出 --radius-m",
    ),
    "fetch.no_roads": ("there are no roads in '{place}'; name a larger place", "“{place}”内没有道路；请指定更大的范围"),
    "fetch.timeout": (
        "{server} did not answer within {seconds} s; try again later, take a smaller place, or give --timeout-s",
        "{server} 在 {seconds} 秒内没有应答；请稍后重试、缩小范围，或给出 --timeout-s",
    ),
    "fetch.unreachable": (
        "{server} cannot be reached; check the network, or name another server (--nominatim, --overpass)",
        "无法连接 {server}；请检查网络，或指定其他服务器（--nominatim、--overpass）",
    ),
    "fetch.address": (
        "{server}: the request failed ({detail}); check the server's address",
        "{server}：请求失败（{detail}）；请检查服务器地址",
    ),
    "fetch.busy": (
        "{server} takes no more requests from here for now (429); try again in a few minutes",
        "{server} 暂不接受更多请求（429）；请几分钟后重试",
    ),
    "fetch.overloaded": (
        "{server} is overloaded ({code}); try again later, or take a smaller place",
        "{server} 负载过高（{code}）；请稍后重试，或缩小范围",
    ),
    "fetch.refused": (
        "{server} answered with an error ({code} {reason}); check the server's address, or try again later",
        "{server} 返回错误（{code} {reason}）；请检查服务器地址，或稍后重试",
    ),
    "fetch.garbled": (
        "{server} answered what cannot be read; check the server's address, or try again later",
        "{server} 的应答无法读取；请检查服务器地址，或稍后重试",
    ),
    "fetch.remark": (
        "{server} could not finish ({remark}); take a smaller place, or give --timeout-s",
        "{server} 未能完成（{remark}）；请缩小范围，或给出 --timeout-s",
    ),
    "fetch.write": ("{file}: the map cannot be written ({reason})", "{file}：地图无法写入（{reason}）"),
}
