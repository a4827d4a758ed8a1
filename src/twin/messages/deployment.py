"""Deployments: sites and devices on the map, their prices."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "deployment.device.found": ("there is no device {name!r}", "没有名为 {name!r} 的设备"),
    "deployment.device.remedy": (
        "name a device as table device_spec does: the site, a slash and its device",
        "请按 device_spec 表中的写法指定设备：点位名、斜杠和设备名",
    ),
    "deployment.site.found": ("there is no site '{name}'", "没有点位“{name}”"),
    "deployment.site.remedy": (
        "give the name of a site; table site of a run lists them",
        "请给出点位名称；运行日志的 site 表列出了全部点位",
    ),
    "deployment.name.found": ("site name '{name}' is already used by {first}", "点位名称“{name}”已被 {first} 使用"),
    "deployment.name.remedy": ("give each site a name of its own", "请为每个点位取不同的名称"),
    "deployment.kit.found": ("kit '{kit}' is not described", "没有名为“{kit}”的设备配置"),
    "deployment.kit.remedy": (
        "describe it under deployment.kits (known: {known})",
        "请在 deployment.kits 中描述它（已有：{known}）",
    ),
    "deployment.inside.found": (
        "site '{name}' at {lon}, {lat} stands inside a building",
        "点位“{name}”（{lon}, {lat}）位于建筑物内",
    ),
    "deployment.inside.remedy": ("move it beside the road, or see whether `crs` is right", "请移到路边，或检查 `crs` 是否正确"),
    "deployment.outside.found": (
        "site '{name}' at {lon}, {lat} lies outside the map ({extent})",
        "点位“{name}”（{lon}, {lat}）在地图范围之外（{extent}）",
    ),
    "deployment.outside.remedy": (
        "check longitude and latitude, and their datum (read as {crs})",
        "请检查经纬度及其坐标系（现按 {crs} 读取）",
    ),
    "deployment.swapped.remedy": (
        "longitude and latitude are swapped: exchange them",
        "经度与纬度写反了：请对调",
    ),
    "deployment.columns_swapped.found": (
        "longitude and latitude are swapped in all {count} rows",
        "全部 {count} 行的经度与纬度写反了",
    ),
    "deployment.columns_swapped.remedy": ("exchange the two headers", "请对调两列的表头"),
    "deployment.more_outside.found": ("{count} more rows lie outside the map", "另有 {count} 行在地图范围之外"),
    "deployment.signals.found": ("the map has no signalised junction", "地图上没有信控路口"),
    "deployment.signals.remedy": (
        "give sites one by one, or use a map with traffic signals",
        "请逐个给出点位，或使用含信号灯的地图",
    ),
    "deployment.road.found": ("the map has no road '{name}'", "地图上没有道路“{name}”"),
    "deployment.road.remedy": ("write its name as on the map", "请按地图上的名称填写"),
    "deployment.road.remedy_near": ("did you mean {names}?", "是否应为 {names}？"),
    "deployment.no_road.found": ("the map has no road of these names and classes", "地图上没有符合这些名称和等级的道路"),
    "deployment.no_road.remedy": ("name other roads or classes", "请改用其他道路或等级"),
    "deployment.datum": (
        "warning: {title}: {count} sites fit {better} better than {stated} (medians to junctions: {medians}); try `crs: {crs}`",
        "警告：{title}：{count} 个点位按 {stated} 读取，更符合 {better}（到路口中位距离：{medians}）；请试 `crs: {crs}`",
    ),
    "deployment.buildings": (
        "warning: {title}: {count} of {total} sites stand inside buildings and see nothing: {names}",
        "警告：{title}：{total} 个点位中有 {count} 个位于建筑物内，将看不到任何目标：{names}",
    ),
    "deployment.same_spot": (
        "warning: {title}: {count} of {total} sites share their spot with another: {names}",
        "警告：{title}：{total} 个点位中有 {count} 个与其他点位坐标相同：{names}",
    ),
    "deployment.comma": (", ", "、"),
    "deployment.left_out": (
        "{rule}: {placed} sites placed; places left out: {reasons}",
        "{rule}：已布设 {placed} 个点位；略去：{reasons}",
    ),
    "deployment.left_out.tunnel": ("{count} in tunnels", "隧道内 {count} 处"),
    "deployment.left_out.bridge": ("{count} on bridges", "桥上 {count} 处"),
    "deployment.left_out.near": (
        "{count} nearer than {clear_of_m:g} m to another site",
        "距其他点位不足 {clear_of_m:g} m 的 {count} 处",
    ),
    "deployment.left_out.room": ("{count} without room for a pole", "无处立杆 {count} 处"),
    "deployment.structures.found": (
        "the map has no bridge and no ramp of at least {least_m:g} m",
        "地图上没有长度不小于 {least_m:g} m 的桥梁或匝道",
    ),
    "deployment.structures.remedy": ("lower `least_m`, or leave the rule out", "请减小 `least_m`，或去掉此规则"),
    "deployment.corners.found": (
        "kit '{kit}' hangs on a junction's corners, and site '{name}' is at none",
        "设备配置“{kit}”安装在路口各转角，而点位“{name}”不在路口",
    ),
    "deployment.corners.remedy": (
        "use it at signalised junctions or within {reach_m:g} m of a junction, or a kit of `at: site` alone",
        "请用于信控路口或距路口 {reach_m:g} m 以内的点位，或改用全部 `at: site` 的设备配置",
    ),
    "deployment.loop.found": (
        "kit '{kit}' has loops, and the nearest road of level {level} is {away_m:.0f} m away from site '{name}'",
        "设备配置“{kit}”含线圈，而距点位“{name}”最近的第 {level} 层道路有 {away_m:.0f} m",
    ),
    "deployment.loop.nowhere": (
        "kit '{kit}' has loops, and at site '{name}' the map has no road of level {level}",
        "设备配置“{kit}”含线圈，而点位“{name}”处没有第 {level} 层的道路",
    ),
    "deployment.loop.remedy": (
        "move the site to within {reach_m:g} m of a road, correct its `level`, or use a kit without loops",
        "请将点位移到距道路 {reach_m:g} m 以内、改正 `level`，或改用不含线圈的设备配置",
    ),
    "deployment.removed.found": ("there is no site '{name}' to remove", "没有可拆除的点位“{name}”"),
    "deployment.removed.remedy": ("name a site as the run's table `site` names it", "请按结果表 `site` 中的点位名称填写"),
    "deployment.budget": (
        "warning: it costs {mid:,.0f} (low {low:,.0f}, high {high:,.0f}) x 10,000 CNY, more than the budget of {budget:,.0f}",
        "警告：布设投资估算 {mid:,.0f} 万元（低 {low:,.0f}，高 {high:,.0f}），超出预算 {budget:,.0f} 万元",
    ),
    "deployment.unjudged": (
        "{sites} of {of} sites have fewer than {fewest} devices: the self-check cannot tell which one there is turned",
        "{of} 个点位中有 {sites} 个的设备少于 {fewest} 台：自检无法判断其中哪一台发生偏转或移位",
    ),
    "deployment.price.item.found": ("nothing is called '{item}' in a bill", "费用清单中没有“{item}”这一项"),
    "deployment.price.order.found": (
        "the prices {low:g}, {mid:g}, {high:g} do not rise",
        "低、中、高价 {low:g}、{mid:g}、{high:g} 未递增",
    ),
    "deployment.price.order.remedy": ("give low, middle and high in this order", "请按低、中、高的顺序给出"),
    "deployment.price.upkeep.found": ("upkeep has an end without a middle", "年运维率缺少中间值"),
    "deployment.price.upkeep.remedy": ("fill in upkeep_mid_share as well", "请同时填写 upkeep_mid_share"),
    "deployment.price.twice.found": ("'{name}' is priced a second time", "“{name}”重复定价"),
    "deployment.price.twice.remedy": ("keep one row", "请只保留一行"),
}
