"""What is said of connected vehicles."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "connected.classes": (
        "{unknown} is no class of vehicles; give some of {classes}",
        "{unknown} 不是车辆类别; 请从以下类别中选择：{classes}",
    ),
    "connected.ways": (
        "vehicles are connected by no way; give pc5, uu or both, or leave connected out",
        "网联车辆没有任何通信方式; 请给出 pc5、uu 或两者，或去掉 connected",
    ),
    "connected.no_service.found": (
        "services are offered and no vehicle is connected",
        "已提供服务，但没有任何网联车辆",
    ),
    "connected.no_service.remedy": ("give connected, for instance its share", "请给出 connected，例如其 share"),
    "connected.no_network.found": (
        "vehicles send over the cell network (uu) and links has none",
        "车辆使用蜂窝网络 (uu)，但 links 中没有蜂窝网络",
    ),
    "connected.no_network.remedy": ("give links.uu, for instance its preset", "请给出 links.uu，例如其 preset"),
    "connected.nobody_hears.found": (
        "vehicles send by direct radio (pc5) and no site has a roadside unit",
        "车辆使用直连通信 (pc5)，但没有任何点位配有路侧单元",
    ),
    "connected.nobody_hears.remedy": (
        "set rsu: 1 in the kits of sites, or take connected.ways: [uu]",
        "请在点位的设备配置中设置 rsu: 1，或改用 connected.ways: [uu]",
    ),
}
