"""Every message of the command line and of the scenario loader, in English and Chinese."""

from __future__ import annotations

import os
from contextvars import ContextVar
from typing import Final

LANGUAGES: Final = ("en", "zh")

_chosen: ContextVar[str | None] = ContextVar("language", default=None)


def use_language(language: str | None) -> None:
    """Choose the language of ``say``; None leaves it to the environment variable ``TWIN_LANG``, else English."""
    _chosen.set(language)


def language() -> str:
    """Return the language in use."""
    chosen = _chosen.get() or os.environ.get("TWIN_LANG", "en")
    return chosen if chosen in LANGUAGES else "en"


def say(key: str, **values: object) -> str:
    """Return the message ``key`` in the language in use, with ``values`` filled in."""
    return CATALOGUE[key][LANGUAGES.index(language())].format(**values)


def known(key: str) -> bool:
    """Return whether the catalogue has the message."""
    return key in CATALOGUE


CATALOGUE: Final[dict[str, tuple[str, str]]] = {
    # files
    "file.directory.found": ("this is a folder", "这是一个文件夹"),
    "file.directory.remedy": ("name the YAML file in it", "请指定其中的 YAML 文件"),
    "file.special.found": ("this is not an ordinary file", "这不是普通文件"),
    "file.special.remedy": ("name a YAML file", "请指定一个 YAML 文件"),
    "file.missing.found": ("there is no such file", "文件不存在"),
    "file.missing.remedy": ("check the path", "请检查路径"),
    "file.closed.found": ("the file cannot be read ({reason})", "文件无法读取（{reason}）"),
    "file.closed.remedy": ("check the path and its permissions", "请检查路径和访问权限"),
    "file.large.found": ("the file is larger than {limit} MiB", "文件大于 {limit} MiB"),
    "file.large.remedy": ("is it a scenario? split it if it is", "请确认这是仿真场景文件；若是，请拆分"),
    "file.encoding.found": ("line {line} is not UTF-8 text", "第 {line} 行不是 UTF-8 文本"),
    "file.encoding.remedy": ("save the file as UTF-8", "请将文件另存为 UTF-8 编码"),
    "file.empty.found": ("the file holds no keys", "文件中没有任何键"),
    "file.empty.remedy": ("write the scenario's keys, as `name: …`", "请写入仿真场景的键，例如 `name: …`"),
    "file.shape.found": ("found {what} where the file's keys should be", "文件顶层应为键值对，实际是{what}"),
    "file.shape.remedy": ("write `key: value` lines", "请写成 `键: 值` 的行"),
    # YAML
    "yaml.syntax.found": ("the YAML cannot be read here ({detail})", "此处的 YAML 无法解析（{detail}）"),
    "yaml.syntax.remedy": (
        "check indentation, quotes and colons here and in the line above",
        "请检查此行及上一行的缩进、引号和冒号",
    ),
    "yaml.tab.found": ("found a tab character", "此处有制表符"),
    "yaml.tab.remedy": ("indent with spaces", "请用空格缩进"),
    "yaml.colon.found": ("found a second `key:` in a value", "值中又出现了 `键:`"),
    "yaml.colon.remedy": (
        "put it on a line of its own with the indentation of its neighbours, or quote the value",
        "请另起一行并与相邻的键对齐，或给该值加引号",
    ),
    "yaml.unclosed.found": ("a bracket opened here is never closed", "此处的括号没有闭合"),
    "yaml.unclosed.remedy": ("close it, and put a comma between the entries", "请补上右括号，并用逗号分隔各项"),
    "yaml.quote.found": ("a quotation mark opened here is never closed", "此处的引号没有闭合"),
    "yaml.quote.remedy": ("close it", "请补上引号"),
    "yaml.indentation.found": ("the indentation fits no line above", "缩进与上文任何一行都不对齐"),
    "yaml.indentation.remedy": ("align the keys of one group in one column", "请将同一组的键对齐到同一列"),
    "yaml.no_colon.found": ("found text without `key:`", "此处的文字没有 `键:`"),
    "yaml.no_colon.remedy": ("write `key: value`", "请写成 `键: 值`"),
    "yaml.start.found": (
        "found a character that no plain value may begin with ({detail})",
        "未加引号的值不能以此字符开头（{detail}）",
    ),
    "yaml.start.remedy": ("quote the value", "请给该值加引号"),
    "yaml.alias_name.found": ("found `*` or `&` without a name", "`*` 或 `&` 后面没有名称"),
    "yaml.alias_name.remedy": ("quote the value, or name the anchor", "请给该值加引号，或写出锚点名称"),
    "yaml.escape.found": ("found an unknown escape in a quoted text ({detail})", "引号内有未知的转义（{detail}）"),
    "yaml.escape.remedy": ("double the backslash, or use single quotes", "请写两个反斜杠，或改用单引号"),
    "yaml.tag_handle.found": ("found a tag ({detail})", "此处有标签（{detail}）"),
    "yaml.tag_handle.remedy": ("remove it, or quote the value", "请删除，或给该值加引号"),
    "yaml.character.found": ("found the unprintable character {code}", "此处有不可打印的字符 {code}"),
    "yaml.character.remedy": ("delete it", "请删除"),
    "yaml.surrogate.found": ("found half of a character (a lone surrogate)", "此处有半个字符（孤立的代理项）"),
    "yaml.surrogate.remedy": ("write the character itself", "请直接写出该字符"),
    "yaml.documents.found": ("a second document begins here", "此处开始了第二个文档"),
    "yaml.documents.remedy": ("keep one scenario a file", "每个文件只写一个仿真场景"),
    "yaml.deep.found": ("values are nested more than {limit} deep", "嵌套超过 {limit} 层"),
    "yaml.deep.remedy": ("is it a scenario? flatten it if it is", "请确认这是仿真场景文件；若是，请减少嵌套"),
    "yaml.bomb.found": (
        "with its aliases written out the file has more than {limit} values",
        "展开别名后文件超过 {limit} 个值",
    ),
    "yaml.bomb.remedy": ("use fewer aliases (`*name`)", "请减少别名（`*名称`）"),
    "yaml.alias.found": ("the alias `*{name}` has no anchor above", "别名 `*{name}` 在上文没有锚点"),
    "yaml.alias.remedy": ("write `&{name}` before the value it stands for", "请在其所指的值之前写 `&{name}`"),
    "yaml.recursive.found": ("the alias `*{name}` stands inside what it stands for", "别名 `*{name}` 位于其自身之内"),
    "yaml.recursive.remedy": ("write the value out", "请直接写出该值"),
    "yaml.tag.found": ("found the tag `{tag}`", "此处有标签 `{tag}`"),
    "yaml.tag.remedy": ("remove it", "请删除"),
    "yaml.merge.found": ("found the merge key `<<`, which YAML 1.2 does not have", "此处有合并键 `<<`，YAML 1.2 没有此功能"),
    "yaml.merge.remedy": ("repeat the keys, or alias a whole value", "请重复写出各键，或对整个值使用别名"),
    "yaml.complex_key.found": ("found a list or a group of keys as a key", "键是一个列表或一组键"),
    "yaml.complex_key.remedy": ("use a word as the key", "键应是一个词"),
    "yaml.duplicate.found": (
        "the key stands here a second time (first: {first})",
        "此键重复出现（首次：{first}）",
    ),
    "yaml.duplicate.remedy": ("keep one of the two", "请只保留一个"),
    # relations between keys of a scenario: what and remedy, told apart by "; "
    "spec.warm_up": (
        "warm_up_s is {warm_up_s:g}, duration_s only {duration_s:g}; make warm_up_s the shorter one",
        "warm_up_s 为 {warm_up_s:g}，而 duration_s 只有 {duration_s:g}; 请使 warm_up_s 小于 duration_s",
    ),
    "spec.trips": (
        "inflow_vph makes some {trips:,.0f} trips in duration_s; lower it, its profile or duration_s: at most {most:,} trips",
        "按 inflow_vph，在 duration_s 内约有 {trips:,.0f} 次出行; 请降低 inflow_vph、时间分布或时长，使之不超过 {most:,} 次",
    ),
    "spec.elevations": (
        "lowest_elevation_deg is not below highest_elevation_deg; make it the lower one",
        "lowest_elevation_deg 不小于 highest_elevation_deg; 请使其小于后者",
    ),
    "spec.rate": (
        "rate_hz is {rate_hz:g}: no whole number of microseconds between frames; give one such as 5, 10, 12.5 or 20",
        "rate_hz 为 {rate_hz:g}，帧间隔不是整数微秒; 请改用帧间隔为整数微秒的值，例如 5、10、12.5 或 20",
    ),
    "spec.fusion.period": (
        "fusion.period_s is {period_s:g}: no whole number of microseconds; give one such as 0.1 or 0.05",
        "fusion.period_s 为 {period_s:g}，不是整数微秒; 请改为 0.1、0.05 等值",
    ),
    "spec.fusion.confirm": (
        "confirm_hits is {hits}, more than confirm_of, {of}: no track would ever be reported; lower it",
        "confirm_hits 为 {hits}，大于 confirm_of（{of}），任何航迹都不会上报; 请减小它",
    ),
    "spec.fusion.zones": (
        "the ends up_to_m of the zones do not rise; order the zones from near to far, one without an end last",
        "各分区的 up_to_m 未由近及远递增; 请按距离从小到大排列，无上限的分区放在最后",
    ),
    "spec.processing": (
        "processing_spread_s is more than ten times processing_mean_s; lower it, or raise the mean",
        "processing_spread_s 超过 processing_mean_s 的十倍; 请减小它，或增大均值",
    ),
    "spec.roads": (
        "neither names nor classes of roads are given; give names, classes or both",
        "既没有给出道路名称（names），也没有给出道路等级（classes）; 请至少给出其一",
    ),
    "spec.trip_shares": (
        "inbound_share + outbound_share + internal_share is {total:g}; make it at most 1",
        "inbound_share + outbound_share + internal_share 为 {total:g}; 请使其不大于 1",
    ),
    "spec.profile": (
        "the at_s of the profile points do not rise; put the points in order of time, each once",
        "profile 各点的 at_s 不是递增的; 请按时间先后排列，每个时刻只写一次",
    ),
    "spec.no_share": (
        "every vehicle class has share 0; give at least one a share above 0",
        "所有车型的 share 均为 0; 请至少给一个车型大于 0 的值",
    ),
    "spec.rain_steps": (
        "the above_mmph of the rain steps do not rise; put the steps in order of rate, each once",
        "rain 各级的 above_mmph 不是递增的; 请按雨强由小到大排列，每级只写一次",
    ),
    "spec.fog_steps": (
        "the below_m of the fog steps do not fall; put the steps in order of falling visibility, each once",
        "fog 各级的 below_m 不是递减的; 请按能见度由大到小排列，每级只写一次",
    ),
    "spec.axle_counts": (
        "axle_positions_m has {positions} values, axle_loads_empty_kn {empty}, axle_loads_laden_kn {laden}; give one an axle",
        "axle_positions_m 有 {positions} 个值，axle_loads_empty_kn 有 {empty} 个，axle_loads_laden_kn 有 {laden} 个; 每轴各一",
    ),
    "spec.axle_positions": (
        "axle_positions_m is {positions}, length_m {length_m:g}; let the positions rise and end within the length",
        "axle_positions_m 为 {positions}，length_m 为 {length_m:g}; 各轴位置须自前保险杠起递增，且不超过车长",
    ),
    "spec.axle_loads": (
        "an axle weighs less laden than empty; raise its axle_loads_laden_kn or lower its axle_loads_empty_kn",
        "某轴的满载轴重小于空载轴重; 请增大 axle_loads_laden_kn 或减小 axle_loads_empty_kn",
    ),
    "spec.p95": (
        "p95_s ({p95_s}) is below median_s ({median_s}); give a larger p95_s",
        "p95_s（{p95_s}）小于 median_s（{median_s}）; 请增大 p95_s",
    ),
    "spec.mean_delay": (
        "mean_s ({mean_s}) is below minimum_s ({minimum_s}); give a larger mean_s",
        "mean_s（{mean_s}）小于 minimum_s（{minimum_s}）; 请增大 mean_s",
    ),
    "spec.outage.times": (
        "until_s ({until_s:g}) is not after from_s ({from_s:g}); give a later until_s",
        "until_s（{until_s:g}）不晚于 from_s（{from_s:g}）; 请给出更晚的 until_s",
    ),
    "spec.outage.both": ("both site and mec are given; give one of them", "同时给出了 site 和 mec; 请只给出其一"),
    "spec.outage.hop": (
        "mec is given on hop site_to_mec, whose lines belong to sites; give a site, or hop mec_to_cloud",
        "site_to_mec 的线路属于点位，却给出了 mec; 请给出 site，或将 hop 改为 mec_to_cloud",
    ),
    "spec.mec.twice": (
        "MEC names given more than once: {names}; give each MEC its own name",
        "MEC 名称重复：{names}; 请为每个 MEC 取不同的名称",
    ),
    "spec.outage.mec": (
        "outages name the MEC {mec!r}, which is not in mecs; give one that is there, or a site that reports to it",
        "outages 中的 MEC {mec!r} 不在 mecs 中; 请给出其中已有的 MEC，或由其汇聚的点位",
    ),
    "spec.outage.mec_of": (
        "outages name the MEC {mec!r}, which is not in mecs; give one that is there ({names}), or a site that reports to it",
        "outages 中的 MEC {mec!r} 不在 mecs 中; 请给出其中已有的 MEC（{names}），或由其汇聚的点位",
    ),
    # faults of devices
    "spec.fault.times": (
        "until_s ({until_s:g}) is not after from_s ({from_s:g}); give a later until_s",
        "until_s（{until_s:g}）不晚于 from_s（{from_s:g}）; 请给出更晚的 until_s",
    ),
    "spec.fault.share": (
        "size ({size:g}) of {cause} is a share; give a number from 0 to 1",
        "{cause} 的 size（{size:g}）是比例; 请给出 0 到 1 之间的数",
    ),
    "spec.recalibrate": (
        "recalibrate needs a site's fusion and a self-check, and {absent} is not given; add {absent}, or turn recalibrate off",
        "recalibrate 需要站点融合的匹配结果和自检窗口，但未给出 {absent}; 请添加 {absent}，或关闭 recalibrate",
    ),
    "spec.queues": (
        "calm_queue ({calm}) is not below overload_queue ({overload}); give a smaller calm_queue",
        "calm_queue（{calm}）不小于 overload_queue（{overload}）; 请减小 calm_queue",
    ),
    "fault.device.found": ("there is no device {name!r}", "没有名为 {name!r} 的设备"),
    "fault.device.remedy": (
        "name a device as table device_spec does: the site, a slash and its device",
        "请按 device_spec 表中的写法指定设备：点位名、斜杠和设备名",
    ),
    # signals
    "spec.signals.which": (
        "a junction is named by one of name, number, or lon_deg and lat_deg; give exactly one of the three",
        "路口须由 name、number 或 lon_deg 与 lat_deg 之一指定; 请只给出其中一种",
    ),
    "spec.signals.cycles": (
        "shortest_cycle_s ({shortest_s:g}) is above longest_cycle_s ({longest_s:g}); make it the shorter one",
        "shortest_cycle_s（{shortest_s:g}）大于 longest_cycle_s（{longest_s:g}）; 请使其不大于后者",
    ),
    "signals.program.duration": (
        "junction {junction}: a signal program needs intervals of more than 0 s; give each a duration",
        "路口 {junction}：信号方案须有时长大于 0 的时段；请为每个时段给出时长",
    ),
    "signals.program.size": (
        "junction {junction}: the signal program has {found} states, the junction {count} connectors; give one each",
        "路口 {junction}：信号方案每个时段有 {found} 个灯态，而路口有 {count} 条连接车道；请逐一对应",
    ),
    "signals.program.state": (
        "junction {junction}: the signal program has the states {found}; give numbers from 0 to 4",
        "路口 {junction}：信号方案的灯态为 {found}；请使用 0 到 4 的数",
    ),
    "signals.stated.used": (
        "signalised junctions that run the program the map states: {count}",
        "按地图自带信号方案运行的信号控制路口：{count}",
    ),
    "signals.stated.fixed": (
        "programs that the map calls {kind!r} run with the stated lengths of their phases: {count} junctions",
        "地图标为 {kind!r} 的信号方案按其给定相位时长运行：{count} 个路口",
    ),
    "signals.stated.shared": (
        "junctions with the programs of several lights, which got a plan of our own: {count}",
        "由多个信号灯方案控制、改用自行设计方案的路口：{count}",
    ),
    "signals.stated.designed.found": (
        "programs are given, but signals.programs is designed",
        "给出了信号方案文件，但 signals.programs 为 designed",
    ),
    "signals.stated.designed.remedy": (
        "set signals.programs to map, or remove the files",
        "请将 signals.programs 设为 map，或去掉这些文件",
    ),
    "signals.stated.map.found": (
        "the map has no traffic lights of SUMO that programs could belong to",
        "地图中没有可对应这些方案的 SUMO 信号灯",
    ),
    "signals.stated.map.remedy": (
        "name a SUMO network (.net.xml) as map, or remove the files",
        "请以 SUMO 路网（.net.xml）作为地图，或去掉这些文件",
    ),
    "signals.stated.length.found": ("the program of light {name!r} lasts 0 s", "信号灯 {name!r} 的方案总时长为 0 秒"),
    "signals.stated.remedy": (
        "correct the program, or set signals.programs to designed",
        "请改正该方案，或将 signals.programs 设为 designed",
    ),
    "signals.junction.found": ("there is no signalised junction '{name}'", "没有名为“{name}”的信号控制路口"),
    "signals.junction.number.found": ("there is no signalised junction number {number}", "没有编号为 {number} 的信号控制路口"),
    "signals.junction.remedy": (
        "give one that has signals; table junction of a run lists them",
        "请给出有信号灯的路口；运行日志的 junction 表列出了全部路口",
    ),
    "signals.junction.several.found": (
        "there are {count} signalised junctions '{name}'",
        "有 {count} 个名为“{name}”的信号控制路口",
    ),
    "signals.junction.several.remedy": (
        "give number (one of {numbers}), or lon_deg and lat_deg",
        "请给出 number（可选：{numbers}），或 lon_deg 与 lat_deg",
    ),
    "signals.junction.place.found": (
        "no signalised junction lies within {near_m:.0f} m of {lon:.6f}, {lat:.6f}",
        "{lon:.6f}，{lat:.6f} 周围 {near_m:.0f} 米内没有信号控制路口",
    ),
    "signals.junction.place.remedy": (
        "move the point; the nearest junction is {distance_m:.0f} m away",
        "请移动该点；最近的路口在 {distance_m:.0f} 米处",
    ),
    "signals.junction.twice.found": (
        "the junction '{name}' is already given in entry {first}",
        "路口“{name}”已在第 {first} 项给出",
    ),
    "signals.junction.twice.remedy": ("keep one of the two", "请只保留一个"),
    "signals.arm.found": ("nobody enters the junction from the {arm}", "没有车辆从 {arm} 方向进入此路口"),
    "signals.arm.remedy": ("its arms lie to the {known}", "此路口的进口方向：{known}"),
    "signals.turns.found": ("from the {arm} nobody turns {turns}", "从 {arm} 方向进入的车辆没有转向 {turns}"),
    "signals.turns.remedy": ("possible there: {known}", "此处可用：{known}"),
    "signals.clash.found": (
        "{first} and {second} have green together, and their ways cross",
        "{first} 与 {second} 同时放行，行驶路线冲突",
    ),
    "signals.clash.remedy": ("put them into different stages", "请放入不同的阶段"),
    "signals.never.found": ("{movement} has green in no stage", "{movement} 在任何阶段都不放行"),
    "signals.never.remedy": ("add it to a stage", "请将其加入某个阶段"),
    "signals.cycle.found": (
        "a cycle of {cycle_s:g} s is too short for {count} junctions, most of all for '{name}' ({needed_s:g} s)",
        "周期 {cycle_s:g} 秒对 {count} 个路口过短，其中“{name}”需要 {needed_s:g} 秒",
    ),
    "signals.cycle.pinned.found": (
        "a cycle of {cycle_s:g} s does not fit the greens given at '{name}', which make {needed_s:g} s",
        "周期 {cycle_s:g} 秒与“{name}”给定的绿灯时间不符，后者合计 {needed_s:g} 秒",
    ),
    "signals.cycle.remedy": (
        "give {needed_s:g} s or more, fewer stages, or shorter greens; without cycle_s it follows the flows",
        "请给出 {needed_s:g} 秒或以上、减少阶段或缩短绿灯；不给 cycle_s 则由流量确定",
    ),
    "signals.road.found": ("there is no road '{road}'", "没有名为“{road}”的道路"),
    "signals.road.remedy": ("give a road's name as on the map", "请按地图上的名称给出道路"),
    "signals.wave.short.found": (
        "along '{road}' there are {count} signalised junctions that one passes straight",
        "“{road}”沿线可直行通过的信号控制路口有 {count} 个",
    ),
    "signals.wave.short.remedy": ("give a road with at least two", "请给出至少有两个此类路口的道路"),
    "signals.wave.cycles.found": (
        "green waves that cross have cycles of {cycles} s",
        "相交的绿波周期不同：{cycles} 秒",
    ),
    "signals.wave.cycles.remedy": ("give all of them one cycle_s", "请给出相同的 cycle_s"),
    "signals.wave.direction.found": ("'{road}' does not lead {direction}", "“{road}”不是 {direction} 走向"),
    "signals.wave.direction.remedy": ("give another direction, or both", "请改用其他方向或 both"),
    "signals.wave.told": (
        "green wave {road}: {count} junctions, cycle {cycle_s:g} s, bandwidth {forward_s:.1f} s and {backward_s:.1f} s back",
        "绿波 {road}：{count} 个路口，周期 {cycle_s:g} 秒，带宽去程 {forward_s:.1f} 秒、回程 {backward_s:.1f} 秒",
    ),
    # run folders
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
    # overrides
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
    # kinds of values
    "value.null": ("nothing", "空值"),
    "value.bool": ("{value}", "{value}"),
    "value.number": ("the number {value}", "数字 {value}"),
    "value.text": ("the text '{value}'", "文本“{value}”"),
    "value.list": ("a list of {count}", "{count} 项的列表"),
    "value.group": ("a group of keys", "一组键"),
    # what is wrong with a value
    "found.value": ("found {what}", "实际是{what}"),
    "found.missing": ("the key is missing", "缺少此键"),
    "found.extra": ("unknown key", "未知的键"),
    "found.items": ("found {count} entries", "实际有 {count} 项"),
    "found.length": ("found a text of {count} characters", "实际有 {count} 个字符"),
    "found.kind": ("unknown kind '{value}'", "未知的类型“{value}”"),
    "remedy.missing": ("add it", "请补充"),
    "remedy.missing_meaning": ("add it ({meaning})", "请补充（{meaning}）"),
    "remedy.did_you_mean": ("did you mean '{name}'?", "是否应为“{name}”？"),
    "remedy.known": ("the keys here are {names}", "此处可用的键：{names}"),
    "remedy.none_known": ("no keys are possible here", "此处不能有键"),
    "remedy.number": ("give a number", "请给出数字"),
    "remedy.whole": ("give a whole number", "请给出整数"),
    "remedy.bool": ("give true or false", "请给出 true 或 false"),
    "remedy.text": ("give a text (quote it if it looks like a number)", "请给出文本（若像数字请加引号）"),
    "remedy.list": ("give a list", "请给出列表"),
    "remedy.group": ("give a group of keys", "请给出一组键"),
    "remedy.above": ("give a number above {bound}", "请给出大于 {bound} 的数"),
    "remedy.at_least": ("give a number of at least {bound}", "请给出不小于 {bound} 的数"),
    "remedy.below": ("give a number below {bound}", "请给出小于 {bound} 的数"),
    "remedy.at_most": ("give a number of at most {bound}", "请给出不大于 {bound} 的数"),
    "remedy.multiple": ("give a multiple of {bound}", "请给出 {bound} 的倍数"),
    "remedy.finite": ("give a finite number", "请给出有限的数"),
    "remedy.one_of": ("give one of {names}", "请从以下选择：{names}"),
    "remedy.kind": ("add `kind:`, one of {names}", "请补充 `kind:`，可选：{names}"),
    "remedy.items_least": ("give at least {bound}", "请至少给出 {bound} 项"),
    "remedy.items_most": ("give at most {bound}", "请至多给出 {bound} 项"),
    "remedy.length_least": ("give at least {bound} characters", "请至少给出 {bound} 个字符"),
    "remedy.length_most": ("give at most {bound} characters", "请至多给出 {bound} 个字符"),
    "remedy.pattern": ("give a text that matches {bound}", "请按此格式给出文本：{bound}"),
    "remedy.instant": (
        "give date, time and offset, as 2025-06-03T07:30:00+08:00",
        "请给出日期、时间和时区，例如 2025-06-03T07:30:00+08:00",
    ),
    "remedy.date": ("give a date, as 2025-06-03", "请给出日期，例如 2025-06-03"),
    "remedy.time": ("give a time of day, as 07:30:00", "请给出时刻，例如 07:30:00"),
    "remedy.other": ("{detail}", "{detail}"),
    "remedy.look": ("give another value", "请修改该值"),
    "remedy.or": (" or ", "，或"),
    "outage.site.found": ("there is no site '{name}'", "没有点位“{name}”"),
    "outage.site.remedy": (
        "give the name of a site; table site of a run lists them",
        "请给出点位名称；运行日志的 site 表列出了全部点位",
    ),
    # queries
    "query.syntax": ("the SQL cannot be read: {detail}", "SQL 无法解析：{detail}"),
    "query.empty": ("there is no SQL; write a SELECT", "没有 SQL；请写一条 SELECT"),
    "query.several": ("found {count} statements; give one SELECT at a time", "实际有 {count} 条语句；每次只能给一条 SELECT"),
    "query.kind": (
        "found {kind}; a run's log is read only: give one SELECT",
        "实际是 {kind}；运行日志只读：请给一条 SELECT",
    ),
    "query.function": (
        "function '{name}' is not possible here: a query reads the log's tables and nothing else (table functions: {names})",
        "此处不能使用函数“{name}”：查询只能读取日志中的表（可用的表函数：{names}）",
    ),
    "query.deep": ("the SQL is nested too deep; write it flatter", "SQL 嵌套过深；请减少嵌套"),
    "query.table": ("there is no table '{name}'{meant}; the log has {names}", "没有表“{name}”{meant}；日志中有 {names}"),
    "query.column": ("there is no column '{name}'{meant}; {names}", "没有列“{name}”{meant}；{names}"),
    "query.meant": (", did you mean '{name}'?", "，是否应为“{name}”？"),
    "query.failed": ("the query cannot be executed: {detail}", "查询无法执行：{detail}"),
    "query.zone": (
        "column '{column}' is an instant of a time zone; write it as text, as strftime(…), or cast it to TIMESTAMP",
        "列“{column}”是带时区的时刻；请用 strftime(…) 写成文本，或转换为 TIMESTAMP",
    ),
    "query.late": ("the query takes longer than {limit} s; narrow it", "查询超过 {limit} 秒；请缩小范围"),
    "query.memory": (
        "the query needs more than {limit} of memory; aggregate before sorting or joining",
        "查询所需内存超过 {limit}；请先聚合再排序或连接",
    ),
    "query.more": ("only the first {limit} rows; --limit 0 shows all", "仅显示前 {limit} 行；--limit 0 显示全部"),
    "help.query": (
        "Ask a run's log in SQL: one SELECT over its tables (without SQL: which tables there are).",
        "用 SQL 查询运行日志：对其中的表执行一条 SELECT（不给 SQL 时列出各表）。",
    ),
    "help.query.folder": ("Run folder.", "运行目录。"),
    "help.query.sql": (
        "One SELECT in DuckDB's dialect; '-' reads it from standard input.",
        "一条 SELECT（DuckDB 方言）；“-”表示从标准输入读取。",
    ),
    "help.query.form": ("Form of the output: table, csv or json.", "输出格式：table、csv 或 json。"),
    "help.query.limit": ("Rows shown in a table; 0 shows all.", "表格显示的行数；0 表示全部。"),
    # pictures
    # the report of a run
    "help.report": (
        "Say what a run measured; with --to, write a run or a sweep as a document to print.",
        "报告一次运行的结果；加 --to 则将一次运行或批量试验写成可打印的文件。",
    ),
    "help.report.folder": ("Run folder; with --to also the folder of a sweep.", "运行目录；加 --to 时也可为批量试验目录。"),
    "help.report.to": (
        "Form of the document: html (one file, prints on A4) or docx (Word).",
        "文件格式：html（单个文件，A4 打印）或 docx（Word）。",
    ),
    "help.report.out": ("File to write; by default named after the folder.", "写出的文件；默认以目录名命名。"),
    "help.report.calibration": (
        "A text that says how the demand was calibrated: its name, hash and first lines are shown, and the mark is lifted.",
        "说明需求标定的文本文件：报告列出其名称、哈希和开头，并取消“未标定”标记。",
    ),
    "help.report.study": (
        "Folder of `twin sweep --assumptions` of this sweep: bands and tornado are added.",
        "该批量试验的 `twin sweep --assumptions` 结果目录：报告加入区间与龙卷风图。",
    ),
    "help.report.as_json": ("Write everything as JSON.", "以 JSON 写出全部内容。"),
    "report.weather": ("weather", "天气"),
    "report.weather.rain_mmph": ("rain, mm/h", "降雨 mm/h"),
    "report.weather.fog_visibility_m": ("visibility in fog, m", "雾中能见度 m"),
    "report.light": ("light", "光照"),
    "report.warm_up": ("warm-up left out", "不计入的预热时长"),
    "report.title.recall": ("Recall by true class and distance", "按真实类别和距离的检出率"),
    "report.title.range": ("By distance", "按距离"),
    "report.title.kind": ("By kind of device", "按设备类型"),
    "report.title.specification": (
        "Against Guangzhou's technical specification of 2021",
        "与《广州市车联网先导区建设总体技术规范》（2021）对照",
    ),
    "report.title.tracking": ("Tracks of the sites within 80 m (worst sites below)", "点位 80 m 内的跟踪（下列为最差点位）"),
    "report.title.flow": ("Traffic flow by tracks, against the truth, edge by edge", "由跟踪得到的交通流与真值对照（按路段）"),
    "report.class": ("class", "类别"),
    "report.class.car": ("car", "小客车"),
    "report.class.taxi": ("taxi", "出租车"),
    "report.class.bus": ("bus", "公交车"),
    "report.class.light_truck": ("light truck", "轻型货车"),
    "report.class.heavy_truck": ("heavy truck", "重型货车"),
    "report.class.autonomous_taxi": ("autonomous taxi", "自动驾驶出租车"),
    "report.class.electric_bicycle": ("electric bicycle", "电动自行车"),
    "report.class.pedestrian": ("pedestrian", "行人"),
    "report.distance": ("distance", "距离"),
    "report.kind": ("kind", "类型"),
    "report.recall": ("recall", "检出率"),
    "report.present": ("present", "在场"),
    "report.precision": ("precision", "精确率"),
    "report.mean_error_m": ("mean error", "平均误差"),
    "report.rms_error_m": ("RMS error", "均方根误差"),
    "report.source": ("from", "来源"),
    "report.source.fused": ("fused list", "融合目标列表"),
    "report.source.lidar": ("LiDAR", "激光雷达"),
    "report.source.camera": ("camera", "摄像机"),
    "report.source.radar": ("radar", "毫米波雷达"),
    "report.source.radar_video": ("radar-video unit", "雷视一体机"),
    "report.requirement": ("requirement", "要求"),
    "report.requirement.class_motor": ("type of motor vehicles right", "机动车类型识别准确率"),
    "report.requirement.class_other": ("type of non-motor and pedestrians right", "非机动车和行人识别准确率"),
    "report.requirement.speed_inside": ("speed error within -6 ... 0 km/h", "速度误差在 -6～0 km/h 内"),
    "report.requirement.speed_shifted": ("the same after a constant correction", "同上，经固定修正后"),
    "report.requirement.position": ("mean position error", "平均定位误差"),
    "report.requirement.output": ("output, 95 % of lists", "输出时延（95 % 的列表）"),
    "report.asked": ("asked", "要求值"),
    "report.found": ("found", "实测值"),
    "report.verdict": ("verdict", "结论"),
    "report.met": ("met", "达标"),
    "report.missed": ("missed", "未达标"),
    "report.n": ("n", "样本数"),
    "report.site": ("site", "点位"),
    "report.all_sites": ("all sites", "全部点位"),
    "report.mota": ("MOTA", "MOTA"),
    "report.idf1": ("IDF1", "IDF1"),
    "report.continuity": ("continuity", "连续性"),
    "report.motp_m": ("MOTP", "MOTP"),
    "report.id_switches": ("id switches", "ID 切换"),
    "report.false": ("false", "误报"),
    "report.edges_driven": ("edges driven on", "有车行驶的路段"),
    "report.edges_never_measured": ("of these, never measured", "其中从未被监测的路段"),
    "report.true_vph": ("true flow, mean of the measured edges", "真实流量（被监测路段均值）"),
    "report.bias_vph": ("measured - true flow", "监测流量 - 真实流量"),
    "report.mape": ("mean absolute error of flow", "流量平均绝对百分比误差"),
    "report.title.loops": (
        "Loops against the truth, by preset (flows an hour and device)",
        "线圈与真值对照（按预设；流量为每台设备每小时）",
    ),
    "report.loops": ("loops", "线圈"),
    "report.lanes": ("lanes", "车道"),
    "report.reported_share": ("reported", "上报率"),
    "report.flow_vph": ("flow", "流量"),
    "report.true_flow_vph": ("true flow", "真实流量"),
    "report.flow_mape": ("flow error", "流量误差"),
    "report.worst_geh": ("worst GEH", "最大 GEH"),
    "report.speed_mape": ("speed error", "速度误差"),
    "report.geh_share": ("edges with GEH < 5", "GEH < 5 的路段占比"),
    "report.speed_bias_mps": ("measured - true speed", "监测速度 - 真实速度"),
    "report.figure": ("figure", "指标"),
    "report.value": ("value", "数值"),
    "report.speed_rmse_mps": ("speed error (RMS)", "速度误差（均方根）"),
    "help.draw": ("Draw charts of a run into image files.", "把一次运行绘制成图片文件。"),
    # documents: twin report --to
    "document.part.conclusion": ("Conclusion", "结论"),
    "document.part.map": ("Map", "布设地图"),
    "document.part.comparison": ("Comparison", "方案比较"),
    "document.part.investment": ("Investment estimate", "投资估算"),
    "document.part.assumptions": ("Assumptions", "假设清单"),
    "document.part.limits": ("Limits", "适用范围与局限"),
    "document.part.repeat": ("How to repeat it", "复现命令"),
    "document.semicolon": ("; ", "；"),
    "document.money": ("million CNY", "万元"),
    "document.program": ("guangzhou-twin {version}, log schema {schema}", "guangzhou-twin {version}，日志格式 {schema}"),
    "document.page": ("page", "页"),
    "document.fact.sweep": ("sweep", "批量对比试验"),
    "document.fact.run": ("run", "运行"),
    "document.fact.variants": ("what is varied", "比较因素"),
    "document.fact.seeds": ("random seeds", "随机种子"),
    "document.fact.runs": ("runs", "运行次数"),
    "document.fact.failed": ("{runs}, of which {failed} failed", "{runs} 次，其中失败 {failed} 次"),
    "document.fact.map": ("map", "地图"),
    "document.fact.time": ("simulated time", "仿真时段"),
    "document.fact.span": (
        "from {start}, {duration:g} min, of which the first {warm_up:g} min are not counted",
        "自 {start} 起 {duration:g} 分钟，其中预热期 {warm_up:g} 分钟不计入",
    ),
    "document.fact.program": ("made with", "程序版本"),
    "document.fact.calibration": ("calibration attached", "所附标定说明"),
    "document.calibrated": ("calibration attached: {name}", "已附标定说明：{name}"),
    "document.calibration.says": (
        (
            "The attached note on the calibration begins: “{text}”. It is shown as it was handed over; that it "
            "belongs to these runs has not "
            "been checked."
        ),
        "所附标定说明开头如下：“{text}”。此处照录提交内容，未核验其是否与这些运行对应。",
    ),
    "document.calibration.closed": (
        "{file}: the note on the calibration cannot be read ({reason}); check the path",
        "{file}：标定说明无法读取（{reason}）；请检查路径",
    ),
    "document.calibration.large": (
        "{file}: the note on the calibration is larger than {limit} bytes; attach a summary of it",
        "{file}：标定说明大于 {limit} 字节；请改附摘要",
    ),
    "document.calibration.text": (
        "{file}: the note on the calibration is not UTF-8 text; save it as such",
        "{file}：标定说明不是 UTF-8 文本；请另存为 UTF-8",
    ),
    "document.calibration.empty": (
        "{file}: the note on the calibration is empty; write down what was calibrated against what",
        "{file}：标定说明为空；请写明以何数据标定了什么",
    ),
    "document.by_metric": ("Figure by figure (95 % intervals, randomness only)", "逐项指标（95 % 置信区间，仅随机性）"),
    "document.metric": ("{metric}: {value} with “{variant}”; {clauses}.", "{metric}：“{variant}”为 {value}。{clauses}。"),
    "document.metric.alone": ("{metric}: {value} with “{variant}”.", "{metric}：“{variant}”为 {value}。"),
    "document.metric.nothing": (
        "{metric}: no run of “{variant}” has the figure.",
        "{metric}：“{variant}”的运行均无此项指标。",
    ),
    "document.metric.higher": (
        "“{variant}” is {size} {unit} higher ({low} to {high})",
        "“{variant}”高 {size} {unit}（{low} 至 {high}）",
    ),
    "document.metric.lower": (
        "“{variant}” is {size} {unit} lower ({low} to {high})",
        "“{variant}”低 {size} {unit}（{low} 至 {high}）",
    ),
    "document.metric.higher.fixed": (
        "“{variant}” is {size} {unit} higher (the same with every seed)",
        "“{variant}”高 {size} {unit}（各种子相同）",
    ),
    "document.metric.lower.fixed": (
        "“{variant}” is {size} {unit} lower (the same with every seed)",
        "“{variant}”低 {size} {unit}（各种子相同）",
    ),
    "document.metric.higher.one_seed": (
        "“{variant}” is {size} {unit} higher (one pair of runs, no interval)",
        "“{variant}”高 {size} {unit}（仅一对运行，无区间）",
    ),
    "document.metric.lower.one_seed": (
        "“{variant}” is {size} {unit} lower (one pair of runs, no interval)",
        "“{variant}”低 {size} {unit}（仅一对运行，无区间）",
    ),
    "document.metric.undecided": (
        "“{variant}” is not distinguishable from it ({low} to {high} {unit})",
        "“{variant}”与其无法区分（{low} 至 {high} {unit}）",
    ),
    "document.metric.same": ("“{variant}” has the same", "“{variant}”与其相同"),
    "document.value.none": (
        "Which variant is the best value is not said: the sweep does not have both cost and what it buys among its figures.",
        "无法判断何者最划算：该批量试验的指标未同时包含投资与其效益。",
    ),
    "document.value.unknown": (
        "Which variant is the best value is not said: the sweep does not have the perceived share among its figures.",
        "无法判断何者最划算：该批量试验的指标不含感知率。",
    ),
    "document.value.where": ("With {where}: ", "在“{where}”条件下："),
    "document.value.knee": (
        (
            "Best value is “{variant}”: there the curve of perceived vehicle time over cost has its knee (so in "
            "{share:.0f} % of the resamples "
            "of the seeds)."
        ),
        "最划算的是“{variant}”：感知率随投资变化的曲线在此出现拐点（对种子重抽样，{share:.0f} % 的结果如此）。",
    ),
    "document.value.per_site": (
        "Up to it an added site brings {before:+.3f} points of perceived vehicle time, beyond it {after:+.3f}.",
        "在此之前每新增一个点位感知率变化 {before:+.3f} 个百分点，此后为 {after:+.3f} 个百分点。",
    ),
    "document.value.no_knee": (
        "No variant stands out as the best value: the curve of perceived vehicle time over cost has no knee.",
        "没有明显最划算的方案：感知率随投资变化的曲线没有拐点。",
    ),
    "document.value.front": (
        "Worth their cost, since nothing perceives more for as little (cost-benefit front): {names}.",
        "处于费用—效益前沿（同等或更低投资下无更高感知率）的方案：{names}。",
    ),
    "document.value.behind": (
        "Not worth their cost, since another perceives as much for no more: {names}.",
        "不在费用—效益前沿（另有方案投资不高于它而感知率不低于它）的方案：{names}。",
    ),
    "document.value.shaky": (
        "That “{variant}” is on that front is not certain: it is so in {share:.0f} % of the resamples.",
        "“{variant}”处于前沿并不确定：仅 {share:.0f} % 的重抽样如此。",
    ),
    "document.value.behind_all": (
        "Beaten in cost and all other aims at once: {names}.",
        "在投资与全部其他目标上均被其他方案超越：{names}。",
    ),
    "document.undecided": (
        (
            "Not decided: with these {seeds} seeds the following cannot be told from the baseline (the interval "
            "contains zero): {which}."
        ),
        "尚不能判定：用这 {seeds} 个种子，以下各项与基准无法区分（区间包含零）：{which}。",
    ),
    "document.undecided.one": ("{metric} with “{variant}”", "“{variant}”的{metric}"),
    "document.decided": (
        "Every difference to the baseline is distinguishable: no interval contains zero.",
        "与基准的各项差异均可区分：没有区间包含零。",
    ),
    "document.one_seed": (
        "There is one seed, so nothing is known of chance: more seeds are needed before anything is decided.",
        "只有一个种子，无从得知随机性的影响：作决定前需要更多种子。",
    ),
    "document.failed": (
        "{failed} of {runs} runs failed; the figures rest on the others.",
        "{runs} 次运行中有 {failed} 次失败；各指标只依据其余运行。",
    ),
    "document.map": (
        "Roads and sites of the deployments, north up. © OpenStreetMap contributors",
        "道路与各布设方案的点位，上北下南。© OpenStreetMap contributors",
    ),
    "document.map.note": (
        (
            "Map data © OpenStreetMap contributors, Open Database Licence (ODbL) 1.0. Variants with the same "
            "deployment share a map."
        ),
        "地图数据 © OpenStreetMap contributors，采用开放数据库许可（ODbL）1.0。布设相同的方案共用一幅图。",
    ),
    "document.map.none": (
        "No map: no complete run of the sweep lies beside its folder.",
        "没有地图：批量试验目录旁没有已完成的运行。",
    ),
    "document.existing": ("existing site", "现状点位"),
    "document.added": ("added site", "新增点位"),
    "document.sites": ("{count} sites", "{count} 个点位"),
    "document.front": ("cost-benefit front", "费用—效益前沿"),
    "document.knee": ("knee", "拐点"),
    "document.difference_axis": ("difference to “{baseline}”, {unit}", "与“{baseline}”之差，{unit}"),
    "document.intervals": (
        "{metric}: left, each variant with its interval; right, its paired difference to the baseline. 95 %, randomness only.",
        "{metric}：左为各方案及其区间，右为与基准的配对差异。95 % 置信区间，仅随机性。",
    ),
    "document.front_caption": (
        "What is perceived over what it costs: those on the line are the front, the ring is the knee. 95 %, randomness only.",
        "感知率与投资：连线为费用—效益前沿，圆圈为拐点。95 % 置信区间，仅随机性。",
    ),
    "document.tables": ("Every figure of every variant", "各方案的全部指标"),
    "document.investment.none": (
        "No estimate: no complete run of the sweep lies beside its folder.",
        "没有估算：批量试验目录旁没有已完成的运行。",
    ),
    "document.investment.nothing": ("Nothing is bought: the deployment has no devices.", "没有采购项：布设方案不含设备。"),
    "document.investment.note": (
        (
            "Prices without value-added tax, as middle (low – high): the ends are all prices low and all prices high together, "
            "not an interval of probability. Life-cycle cost: what is built, replaced and run over the years ahead, in money "
            "of today. “Assumed”: no published source; “partly sourced”: docs/prices.md says which part is."
        ),
        (
            "价格不含增值税，写作 中值（低值 – 高值）：两端为全部取低价与全部取高价，并非概率区间。"
            "全生命周期成本：计算期内建设、更换与运维的费用，按现值计。"
            "“假设”指没有公开来源；“部分有据”指部分取值有公开来源，见 docs/prices.md。"
        ),
    ),
    "document.bill": ("Bill of quantities", "设备清单"),
    "document.bill.title": ("Unit prices (10,000 CNY) and quantities", "单价（万元）与数量"),
    "document.item": ("item", "项目"),
    "document.price.low": ("low", "低值"),
    "document.price.mid": ("middle", "中值"),
    "document.price.high": ("high", "高值"),
    "document.basis": ("basis", "依据"),
    "document.basis.given": ("scenario", "场景给定"),
    "document.basis.partly": ("partly sourced", "部分有据"),
    "document.basis.assumed": ("assumed", "假设"),
    "document.item.lidar": ("LiDAR", "激光雷达"),
    "document.item.camera": ("camera", "摄像机"),
    "document.item.radar": ("mmWave radar", "毫米波雷达"),
    "document.item.radar_video": ("radar-video unit", "雷视一体机"),
    "document.item.loop": ("loop detector, per lane", "线圈/地磁检测器（每车道）"),
    "document.item.rsu": ("roadside unit (RSU)", "路侧单元（RSU）"),
    "document.item.compute": ("edge computer (MEC)", "边缘计算单元（MEC）"),
    "document.item.pole": ("pole with foundation", "杆件及基础"),
    "document.item.power": ("power connection", "接电"),
    "document.item.civil_works": ("civil works of a site", "点位土建（管道、光缆）"),
    "document.item.removal": ("removal of a pole", "拆除杆件"),
    "document.estimate": ("Estimate", "估算"),
    "document.estimate.title": ("10,000 CNY: middle (low – high)", "万元：中值（低值 – 高值）"),
    "document.estimate.deployment": ("deployment", "布设方案"),
    "document.estimate.site_count": ("sites", "点位数"),
    "document.estimate.investment": ("investment", "投资"),
    "document.estimate.yearly": ("operation a year", "年运维费"),
    "document.estimate.life_cycle": ("life-cycle cost", "全生命周期成本"),
    "document.estimate.years": ("years ahead (discount rate)", "计算期年数（折现率）"),
    "document.assumptions.intro": (
        (
            "Values without a published source that these results rest on, with the range that the truth may lie "
            "in. The ranges are "
            "judgements. Intervals of the comparison hold for randomness only and know nothing of them."
        ),
        "结果所依据的、没有公开来源的取值及其可能范围。范围出自判断。方案比较中的区间仅反映随机性，不含这些假设。",
    ),
    "document.assumptions.sensors": ("Sensors, their mounting and their links", "传感器、安装与通信链路"),
    "document.assumptions.weather": ("Weather and light", "天气与光照"),
    "document.assumptions.prices": ("Prices, power and life", "价格、功率与寿命"),
    "document.assumptions.key": ("key of the scenario", "场景键名"),
    "document.assumptions.low": ("low", "低值"),
    "document.assumptions.mid": ("here", "取值"),
    "document.assumptions.high": ("high", "高值"),
    "document.assumptions.meaning": ("what it is", "含义"),
    "document.assumptions.rest": (
        "{count} more are of demand, driving and signals: docs/assumptions.md lists them. Amounts of money are in CNY here.",
        "另有 {count} 项关于交通需求、驾驶行为和信号配时，见 docs/assumptions.md。此处金额单位为元。",
    ),
    "document.assumptions.unreadable": (
        (
            "The scenarios were written by another version of the program; docs/assumptions.md of that version "
            "lists what they assume."
        ),
        "场景由其他版本的程序写出；其假设见该版本的 docs/assumptions.md。",
    ),
    "document.study": ("How far the assumptions move the results", "假设对结果的影响"),
    "document.study.intro": (
        (
            "All assumptions were drawn anew many times and every variant run with each draw (`twin sweep "
            "--assumptions`, {folder})."
        ),
        "对全部假设多次抽样，每次抽样下各方案均重新运行（twin sweep --assumptions，{folder}）。",
    ),
    "document.study.title": ("Randomness only, and with the assumptions", "仅随机性，以及计入假设"),
    "document.study.note": (
        "95 % both. A minus between two variants stands for their difference, seed by seed and draw by draw.",
        "均为 95 %。两方案之间的减号表示二者逐种子、逐次抽样之差。",
    ),
    "document.study.metric": ("figure", "指标"),
    "document.study.variant": ("variant", "方案"),
    "document.study.mid": ("middle", "中值"),
    "document.study.chance": ("randomness only", "仅随机性"),
    "document.study.both": ("with the assumptions", "计入假设"),
    "document.study.bands": ("{metric}: both bands of every variant", "{metric}：各方案的两种区间"),
    "document.study.tornado": (
        "{metric}: what each assumption at its ends does to the first variant",
        "{metric}：各假设取两端时对第一个方案的影响",
    ),
    "document.study.missing": (
        "{file}: there is no such file; --study takes the folder that `twin sweep --assumptions` names at its end",
        "{file}：文件不存在；--study 应为 `twin sweep --assumptions` 结束时给出的文件夹",
    ),
    "document.limits.uncalibrated": (
        (
            "The traffic demand is not calibrated against counts: absolute figures are those of demonstration "
            "data. Comparisons of deployments "
            "over the same traffic suffer less, but are not proof for the real city."
        ),
        "交通需求未经实测流量标定：绝对数值属于演示数据。同一车流下各布设方案的相对比较受影响较小，但不能作为真实城市的证明。",
    ),
    "document.limits.attached": (
        "A note on a calibration is attached. What it covers, and whether it covers these runs, is for its authors to say.",
        "已附标定说明。其覆盖范围以及是否适用于这些运行，由说明的作者负责。",
    ),
    "document.limits.1": (
        (
            "Intervals hold for randomness only, over the seeds named: not for the assumptions, not for the "
            "models, not for other hours."
        ),
        "区间仅反映所列种子下的随机性：不含假设、模型本身以及其他时段的不确定性。",
    ),
    "document.limits.2": (
        "The simulated time stands for itself: figures are not those of a whole day, a year or another season.",
        "仿真时段只代表其自身，不是全天、全年或其他季节的结果。",
    ),
    "document.limits.3": (
        "Errors of sensors follow the ordering of published detectors, not a test of the very devices at the very poles.",
        "传感器误差按已公开检测器的相对优劣设定，并非对实际设备在实际杆位的测试。",
    ),
    "document.limits.4": (
        "Geometric coverage (of road length) and perceived share (of vehicle time) are two things and not to be exchanged.",
        "几何覆盖率（按道路长度）与感知率（按车辆时间）含义不同，不得混用。",
    ),
    "document.limits.5": (
        (
            "What the map does not have is not there: trees, signs, building sites and parked vehicles hide "
            "nothing; heights of buildings "
            "and bridge decks are partly assumed."
        ),
        "地图上没有的即不存在：树木、标志牌、工地和路边停车不产生遮挡；建筑物和桥面高度部分为假设。",
    ),
    "document.limits.6": (
        "Links to the edge computer and the cloud are wires with queues and outages; radio (PC5, Uu) is not modelled.",
        "至边缘计算单元和区域云的链路按有线链路（队列、断链）建模；未对无线通信（PC5、Uu）建模。",
    ),
    "document.limits.7": (
        "Buses have no stops and no timetable, electric bicycles keep to their lane, and vehicles do not swerve within a lane.",
        "公交车没有站点和时刻表，电动自行车保持在车道内，车辆在车道内不横向避让。",
    ),
    "document.limits.8": (
        "Most prices have no published source; the estimate compares deployments and is no budget.",
        "多数价格没有公开来源；估算用于比较布设方案，不能作为预算。",
    ),
    "document.repeat.intro": (
        "These commands make the runs, the tables and this document again:",
        "以下命令可重新得到运行、结果表和本报告：",
    ),
    "document.repeat.hash": ("SHA-256 of the sweep file: {sha256}", "批量试验文件的 SHA-256：{sha256}"),
    "document.repeat.no_file": (
        "The sweep does not say which file it came from (an older version made it); the name is a guess.",
        "该批量试验未记录其文件（由旧版本生成）；文件名为推测。",
    ),
    "document.repeat.seeds": ("Random seeds: {seeds}.", "随机种子：{seeds}。"),
    "document.repeat.run": (
        (
            "With the scenario file of this name these commands make the run and this document again; the run's "
            "folder is then called "
            "{folder} again, which says that nothing has changed."
        ),
        "使用同名场景文件，以下命令可重新得到该运行和本报告；运行目录若仍为 {folder}，即表明一切未变。",
    ),
    "document.repeat.versions": ("Versions: {versions}.", "版本：{versions}。"),
    "document.run.alone": (
        "One run says nothing about chance and compares nothing: a sweep over several seeds does (twin sweep). Its figures:",
        "单次运行不能说明随机性，也不作比较；多种子批量对比试验（twin sweep）才可以。其指标为：",
    ),
    "document.run.no_tables": (
        "The run has no devices that perceive, so there is nothing to judge.",
        "该运行没有感知设备，无可评价。",
    ),
    "document.no_font": (
        "No font with Chinese characters was found where this file was made: the pictures are labelled in English.",
        "生成本文件的计算机上没有中文字体：图中文字为英文。",
    ),
    "document.missing": (
        "python-docx is not installed; install it with: pip install guangzhou-twin[report]",
        "未安装 python-docx；请运行：pip install guangzhou-twin[report]",
    ),
    "document.write": ("{file}: the document cannot be written ({reason})", "{file}：文件无法写入（{reason}）"),
    "document.options": (
        "{option} is only for a document: add --to html or --to docx",
        "{option} 只用于生成文件：请加上 --to html 或 --to docx",
    ),
    "document.sweep_only": (
        "{folder}: a sweep has no report on the terminal (twin compare has); add --to html or --to docx",
        "{folder}：批量试验没有终端报告（请用 twin compare）；请加上 --to html 或 --to docx",
    ),
    "document.run_only": (
        "{folder} is a run: --study is for the folder of a sweep",
        "{folder} 是单次运行：--study 只用于批量试验目录",
    ),
    "help.draw.fundamental-diagram": (
        "Draw flow over density, per lane, of one road.",
        "绘制一条道路的基本图：每车道流量与密度。",
    ),
    "help.draw.fundamental-diagram.folder": ("Run folder.", "运行目录。"),
    "help.draw.fundamental-diagram.road": ("The road's name on the map.", "地图上的道路名称。"),
    "help.draw.fundamental-diagram.out": ("File to write (.png, .svg or .pdf).", "写出的文件（.png、.svg 或 .pdf）。"),
    "help.draw.coverage": (
        "Draw a map of the roads by how many devices have them in sight.",
        "绘制道路几何覆盖图：按可见设备数为道路着色。",
    ),
    "help.draw.coverage.folder": ("Run folder.", "运行目录。"),
    "help.draw.coverage.out": ("File to write (.png, .svg or .pdf).", "写出的文件（.png、.svg 或 .pdf）。"),
    "help.draw.bands": (
        "Draw a figure of every variant of a sweep with assumptions: by chance alone, and with the assumptions.",
        "绘制含假设分析的批量仿真各方案的某项指标：仅计随机性的区间与计入假设的区间。",
    ),
    "help.draw.bands.folder": ("Folder of the draws' tables.", "抽样结果表所在目录。"),
    "help.draw.bands.metric": ("The figure, as the tables name it.", "指标名称（与结果表一致）。"),
    "help.draw.bands.out": ("File to write (.png, .svg or .pdf).", "写出的文件（.png、.svg 或 .pdf）。"),
    "help.draw.tornado": (
        "Draw what each assumption at its low and its high end does to a figure.",
        "绘制各假设取低值和高值时某项指标的变化（龙卷风图）。",
    ),
    "help.draw.tornado.folder": ("Folder of the draws' tables.", "抽样结果表所在目录。"),
    "help.draw.tornado.metric": ("The figure, as the tables name it.", "指标名称（与结果表一致）。"),
    "help.draw.tornado.out": ("File to write (.png, .svg or .pdf).", "写出的文件（.png、.svg 或 .pdf）。"),
    "help.draw.tornado.variant": (
        "Labels of the variant, joined by ' · '; 'A - B' for a difference; the first one where left out.",
        "方案标签（多个标签以“ · ”连接）；“A - B”表示两方案之差；省略时取第一个方案。",
    ),
    "help.draw.time-space": (
        "Draw the vehicles' ways along one road and its red signals.",
        "绘制时空图：车辆沿一条道路的轨迹和红灯。",
    ),
    "help.draw.time-space.folder": ("Run folder.", "运行目录。"),
    "help.draw.time-space.road": ("The road's name on the map.", "地图上的道路名称。"),
    "help.draw.time-space.out": ("File to write (.png, .svg or .pdf).", "写出的文件（.png、.svg 或 .pdf）。"),
    "help.draw.time-space.direction": (
        "eastbound, northbound, westbound or southbound; the longest stretch where left out.",
        "eastbound（向东）、northbound（向北）、westbound（向西）或 southbound（向南）；不给时取最长的一段。",
    ),
    "help.draw.time-space.from_s": (
        "First instant, s after the start; the end of the warm-up where left out.",
        "起始时刻，距开始的秒数；不给时取预热结束时。",
    ),
    "help.draw.time-space.until_s": (
        "Last instant, s after the start; ten minutes later where left out.",
        "结束时刻，距开始的秒数；不给时取十分钟之后。",
    ),
    "draw.missing": (
        "charts are drawn with Matplotlib, which is not installed; `pip install guangzhou-twin[pictures]` installs it",
        "绘图需要 Matplotlib，当前未安装；请用 `pip install guangzhou-twin[pictures]` 安装",
    ),
    "draw.form": (
        "{file}: cannot draw into a file of this kind; let its name end in one of {forms}",
        "{file}：不支持这种图片格式；文件名请以 {forms} 之一结尾",
    ),
    "draw.road": (
        "{run}: no road is named '{road}' on this run's map; names like it: {names}",
        "{run}：该次运行的地图上没有名为“{road}”的道路；相近的名称：{names}",
    ),
    "draw.direction": (
        "road '{road}' has no direction '{direction}'; give one of {names}",
        "道路“{road}”没有方向“{direction}”；请从 {names} 中选择",
    ),
    "draw.nobody": (
        "{run}: nobody drove on road '{road}' in this time; choose other instants or another road",
        "{run}：这段时间内道路“{road}”上没有车辆；请选择其他时刻或其他道路",
    ),
    "draw.times": (
        "the last instant ({until_s:g} s) must lie behind the first ({from_s:g} s); give --until-s a larger value",
        "结束时刻（{until_s:g} s）必须晚于起始时刻（{from_s:g} s）；请给 --until-s 更大的值",
    ),
    "draw.done": ("{file} is written", "已写出 {file}"),
    "draw.unnamed": ("the road", "道路"),
    "draw.minutes": ("min after the start", "距开始的分钟数"),
    "draw.speed": ("speed, km/h", "速度，km/h"),
    "draw.eastbound": ("eastbound", "向东"),
    "draw.northbound": ("northbound", "向北"),
    "draw.westbound": ("westbound", "向西"),
    "draw.southbound": ("southbound", "向南"),
    "draw.fundamental": ("Fundamental diagram of {road}", "{road}的基本图"),
    "draw.fundamental.x": ("density, vehicles per km and lane", "密度，每车道每公里车辆数"),
    "draw.fundamental.y": ("flow, vehicles per hour and lane", "流量，每车道每小时车辆数"),
    "draw.fundamental.edge": ("one edge, one interval", "一条路段、一个时段"),
    "draw.fundamental.road": ("the whole road, one interval", "整条道路、一个时段"),
    "help.draw.flow-monitoring": (
        "Draw the flows that fused tracks measure over the true ones, edge by edge.",
        "绘制各路段融合跟踪得到的流量与真实流量的散点图。",
    ),
    "help.draw.flow-monitoring.folder": ("Run folder.", "运行目录。"),
    "help.draw.flow-monitoring.out": ("File to write (.png, .svg or .pdf).", "写出的文件（.png、.svg 或 .pdf）。"),
    "draw.flow": ("{road}: measured and true flow", "{road}：监测流量与真实流量"),
    "draw.flow.x": ("true flow, vehicles per hour", "真实流量，辆/小时"),
    "draw.flow.y": ("measured flow, vehicles per hour", "监测流量，辆/小时"),
    "draw.flow.edge": ("one edge", "一条路段"),
    "draw.flow.geh": ("GEH = 5", "GEH = 5"),
    "draw.flow.nothing": (
        "{run}: no edge was measured; give the scenario `fusion: {{}}` and sites, and run it again",
        "{run}：没有任何路段被监测；请在仿真场景中写入 `fusion: {{}}` 和点位后重新运行",
    ),
    "draw.time_space": ("{road}, {direction}: vehicles and red signals", "{road}（{direction}）：车辆轨迹与红灯"),
    "draw.time_space.x": ("s after the start", "距开始的秒数"),
    "draw.time_space.y": ("m along the road", "沿道路的距离，m"),
    "draw.bands": ("{road}: by chance alone, and with the assumptions (95 %)", "{road}：仅计随机性与计入假设（95 %）"),
    "draw.bands.assumptions": ("with the assumptions", "计入假设"),
    "draw.bands.chance": ("by chance alone", "仅计随机性"),
    "draw.bands.mid": ("assumptions at their middle", "假设取中间值"),
    "draw.tornado": ("{road}: one assumption at a time", "{road}：逐项改变假设"),
    "draw.tornado.low": ("at its low end", "取低值"),
    "draw.tornado.high": ("at its high end", "取高值"),
    "draw.tornado.x": ("change of {metric}", "{metric} 的变化"),
    "draw.tornado.variant": (
        "the table has no variant '{name}'; it has: {names}",
        "结果表中没有方案“{name}”；现有：{names}",
    ),
    "draw.tornado.nothing": (
        "none of the assumptions that were run one at a time changes {metric} of '{name}'; choose another figure",
        "逐项检查的假设均不改变“{name}”的 {metric}；请选择其他指标",
    ),
    "draw.uncertainty.table": (
        "there is no {file}; name the folder that `twin sweep FILE --assumptions` ends with",
        "文件 {file} 不存在；请指定 `twin sweep FILE --assumptions` 最后给出的目录",
    ),
    "draw.uncertainty.metric": (
        "the table has no figure '{metric}'; it has: {names}",
        "结果表中没有指标“{metric}”；现有：{names}",
    ),
    "draw.no_devices": (
        "{run}: this run has no devices, so there is no coverage to draw; choose a run with a deployment",
        "{run}：该次运行没有布设设备，无几何覆盖率可绘；请选择有布设方案的运行",
    ),
    "draw.coverage": ("{road}: geometric coverage of the roads", "{road}：道路几何覆盖率"),
    "draw.coverage.0": ("blind: no device, {share:.1%}", "盲区：无设备可见，{share:.1%}"),
    "draw.coverage.1": ("one device, {share:.1%}", "一台设备可见，{share:.1%}"),
    "draw.coverage.2": ("two or more, {share:.1%}", "两台及以上，{share:.1%}"),
    "draw.coverage.devices": ("devices", "设备"),
    "draw.coverage.x": ("m east of the map's origin", "距地图原点以东，m"),
    "draw.coverage.y": ("m north of the map's origin", "距地图原点以北，m"),
    # deployments
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
    # presets
    "preset.unknown": ("there is no preset '{name}'; {remedy}", "没有名为“{name}”的预设; {remedy}"),
    "preset.known": ("the presets are {names}", "可用的预设：{names}"),
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
    "spec.mount.place": (
        "a device of kind {kind} cannot be `at: {at}`; loops lie `at: site` or `at: approach`, all others hang elsewhere",
        "{kind} 类设备不能设为 `at: {at}`; 线圈请用 `at: site` 或 `at: approach`，其他设备请用其余位置",
    ),
    "spec.loop.interval": (
        "interval_s of {interval_s:g} is no whole number of looks at rate_hz {rate_hz:g}; give such a number, as 60 or 30",
        "interval_s 为 {interval_s:g}，不是 rate_hz {rate_hz:g} 下观测周期的整数倍; 请改用整数倍的值，例如 60 或 30",
    ),
    "spec.mounts": (
        "the kit has neither mounts nor a preset; give one of them",
        "该设备配置既没有 mounts 也没有 preset; 请给出其一",
    ),
    "spec.price": (
        "the values {low:g}, {mid:g}, {high:g} do not rise; write low, mid and high in this order",
        "数值 {low:g}、{mid:g}、{high:g} 没有递增; 请按低、中、高的顺序填写",
    ),
    # tables of sites
    "table.status.found": ("found '{text}'", "此处为“{text}”"),
    "table.status.remedy": ("write one of {names}", "请写以下之一：{names}"),
    "table.missing.found": ("the file cannot be read ({reason})", "文件无法读取（{reason}）"),
    "table.missing.remedy": (
        "check the path, which is relative to the scenario file",
        "请检查路径（相对于仿真场景文件）",
    ),
    "table.large.found": ("the file is larger than {limit} MiB", "文件大于 {limit} MiB"),
    "table.large.remedy": ("keep only the sites in it", "请只保留点位数据"),
    "table.long.found": ("the table has more than {limit} rows", "表格超过 {limit} 行"),
    "table.long.remedy": ("keep only the sites in it", "请只保留点位数据"),
    "table.xls.found": (
        "this is an XLS file of before 2007, or it is locked by a password",
        "这是 2007 年之前的 XLS 文件，或已加密",
    ),
    "table.xls.remedy": ("save it as XLSX or CSV, without a password", "请另存为不加密的 XLSX 或 CSV"),
    "table.no_sheets.found": ("this is no XLSX file, it has no sheet '{sheet}'", "这不是 XLSX 文件，没有工作表“{sheet}”"),
    "table.no_sheets.remedy": ("leave `sheet` out", "请去掉 `sheet`"),
    "table.sheet.found": ("there is no sheet '{sheet}'", "没有工作表“{sheet}”"),
    "table.sheet.remedy": ("name one of {names}", "请从以下选择：{names}"),
    "table.encoding.found": (
        "this is no text in UTF-8, UTF-16 or GB 18030 (GBK)",
        "文本编码不是 UTF-8、UTF-16 或 GB 18030（GBK）",
    ),
    "table.encoding.remedy": ("save it as CSV (UTF-8) or XLSX", "请另存为 CSV（UTF-8）或 XLSX"),
    "table.csv.found": ("row {row} cannot be read ({detail})", "第 {row} 行无法读取（{detail}）"),
    "table.csv.remedy": ("check its quotation marks", "请检查引号"),
    "table.xlsx.found": ("the XLSX file is damaged ({detail})", "XLSX 文件已损坏（{detail}）"),
    "table.xlsx.remedy": ("open it in a spreadsheet and save it again", "请用电子表格软件打开并重新保存"),
    "table.empty.found": ("the table holds no site", "表格中没有点位"),
    "table.empty.remedy": ("give a row of headers and a row a site", "请写入表头，每个点位一行"),
    "table.column.found": ("there is no column {wanted} (found: {names})", "缺少列 {wanted}（现有：{names}）"),
    "table.column.remedy": (
        "add it, or say which one it is: `columns: {{{field}: header}}`",
        "请补充该列，或指明是哪一列：`columns: {{{field}: 表头}}`",
    ),
    "table.twice.found": (
        "'{header}' stands twice or may be either column (also: {others})",
        "“{header}”重复出现或有歧义（另有：{others}）",
    ),
    "table.twice.remedy": (
        "say which one: `columns: {{{field}: header}}`",
        "请指明是哪一列：`columns: {{{field}: 表头}}`",
    ),
    "table.nothing.found": ("the cell is empty", "单元格为空"),
    "table.nothing.remedy": ("fill it in, or clear the whole row", "请填写，或清空整行"),
    "table.name.found": ("the name is longer than {limit} characters", "名称超过 {limit} 个字符"),
    "table.name.remedy": ("shorten it", "请缩短"),
    "table.degrees.found": ("found the text '{text}'", "此处是文本“{text}”"),
    "table.degrees.remedy": ("give decimal degrees, as 113.325", "请填写十进制度数，例如 113.325"),
    "table.number.found": ("found the text '{text}'", "此处是文本“{text}”"),
    "table.number.remedy": ("give a number", "请填写数字"),
    "table.range.found": ("found {text}", "此处是 {text}"),
    "table.range.remedy": ("give a number from {low:g} to {high:g}", "请填写 {low:g} 到 {high:g} 之间的数"),
    "table.whole.found": ("found {text}", "此处是 {text}"),
    "table.whole.remedy": ("give a whole number from {low:g} to {high:g}", "请填写 {low:g} 到 {high:g} 之间的整数"),
    "table.kit.found": ("no kit is named", "未指明设备配置"),
    "table.kit.remedy": ("name one, or give one for the whole table: `kit`", "请填写，或用 `kit` 为整张表指定"),
    "table.no_kit.found": ("neither the table nor `{at}` names a kit", "表格与 `{at}` 均未指明设备配置"),
    "table.no_kit.remedy": ("give `kit` for the whole table, or add a column for it", "请用 `kit` 为整张表指定，或增加该列"),
    # sweeps
    "sweep.seeds.none": ("neither seeds nor replications are given", "未给出 seeds 或 replications"),
    "sweep.seeds.both": ("both seeds and replications are given", "同时给出了 seeds 和 replications"),
    "sweep.seeds.remedy": (
        "write `seeds: [1, 2, 3]`, or `replications: 3` to count up from the scenario's seed",
        "请写 `seeds: [1, 2, 3]`，或写 `replications: 3`（从场景的种子起递增）",
    ),
    "sweep.twice.found": ("'{what}' stands here a second time", "“{what}”重复出现"),
    "sweep.twice.remedy": ("give each one once", "请只保留一个"),
    "sweep.metric.found": ("a run has no figure '{name}'", "运行结果中没有指标“{name}”"),
    "sweep.name.found": ("'{name}' is already a column of the results", "“{name}”已是结果表的列名"),
    "sweep.name.remedy": ("call the axis something else with `name:`", "请用 `name:` 给该因素另取名称"),
    "sweep.contradiction.found": ("the axis '{axis}' changes this key as well", "因素“{axis}”也修改了此键"),
    "sweep.contradiction.remedy": ("let one axis change both together", "请合并为一个因素"),
    "sweep.seed_key.found": ("the seed is changed here", "此处修改了种子"),
    "sweep.seed_key.remedy": ("give the seeds of the sweep under `seeds:`", "请在 `seeds:` 中给出种子"),
    "sweep.axis.form": ("give either values or range", "请在 values 与 range 中给出一个"),
    "sweep.range.form": ("give either step or count", "请在 step 与 count 中给出一个"),
    "sweep.range.order": ("{first} is not below {last}", "{first} 不小于 {last}"),
    "sweep.range.many": ("the range has more than {limit} values", "该范围的取值超过 {limit} 个"),
    "sweep.baseline.unknown": ("no axis has a value '{label}'", "没有任何因素包含取值“{label}”"),
    "sweep.baseline.ambiguous": ("several axes have a value '{label}'", "多个因素包含取值“{label}”"),
    "sweep.many.found": ("the axes and seeds make {count} runs", "各因素与种子组合共 {count} 次运行"),
    "sweep.many.remedy": ("make them at most {limit}", "请不超过 {limit} 次"),
    "sweep.scenario.found": ("there is no file {file}", "文件 {file} 不存在"),
    "sweep.scenario.remedy": ("name the scenario file, relative to the sweep file", "请指定仿真场景文件（相对于本文件）"),
    "sweep.variant.found": ("{found} (in: {names})", "{found}（位于：{names}）"),
    "sweep.same.found": ("'{this}' is the same scenario as '{other}'", "“{this}”与“{other}”是相同的场景"),
    "sweep.same.remedy": ("let it change something, or leave it out", "请修改其取值或删除"),
    "sweep.precision.idle": ("max_replications stands without precision", "给出了 max_replications 但没有 precision"),
    "sweep.precision.idle.remedy": (
        "give targets under `precision:`, or leave it out",
        "请在 `precision:` 中给出目标，或删除此键",
    ),
    "sweep.precision.metric": ("'{name}' is not among the sweep's metrics", "“{name}”不在本次的指标之列"),
    "sweep.precision.alone": ("there is nothing to differ from: the sweep has no axes", "没有可比较的方案：未设置任何因素"),
    "sweep.precision.alone.remedy": ("write `of: mean`, or add an axis", "请改为 `of: mean`，或增加一个因素"),
    "sweep.precision.seeds": ("the seeds are given one by one", "种子是逐个给定的"),
    "sweep.precision.few": ("{count} seeds tell too little of the spread", "{count} 个种子不足以估计离散程度"),
    "sweep.precision.first.remedy": (
        "give the seeds of the first round as `replications:`, at least {fewest}",
        "请用 `replications:` 给出首轮种子数，至少 {fewest}",
    ),
    "sweep.precision.limit": (
        "no limit to the seeds that is at least `replications`",
        "缺少不小于 `replications` 的种子数上限",
    ),
    "sweep.precision.limit.remedy": (
        "give the most seeds that you will wait for as `max_replications:`",
        "请用 `max_replications:` 给出可接受的最大种子数",
    ),
    "sweep.precision.plan": (
        "further seeds until {targets} precision targets are met, at most {most} seeds = {runs} runs",
        "继续增加种子直至达到 {targets} 项精度目标，至多 {most} 个种子，即 {runs} 次运行",
    ),
    "sweep.target.met": (
        "precision: {metric}, {of}: ± {widest} (asked: ± {asked}) - met with {seeds} seeds",
        "精度：{metric}（{of}）：± {widest}（要求 ± {asked}）——{seeds} 个种子，已达到",
    ),
    "sweep.target.missed": (
        "precision: {metric}, {of}: ± {widest} (asked: ± {asked}) - NOT met with {seeds} seeds, widest: {variant}",
        "精度：{metric}（{of}）：± {widest}（要求 ± {asked}）——{seeds} 个种子，未达到，最宽：{variant}",
    ),
    "sweep.target.of.mean": ("mean", "均值"),
    "sweep.target.of.difference": ("difference", "差值"),
    "sweep.yes": ("yes", "是"),
    "sweep.no": ("no", "否"),
    "sweep.budget.found": ("the metrics lack '{name}'", "指标中没有“{name}”"),
    "sweep.budget.remedy": ("add {name} to the metrics, or leave the budget out", "请在 metrics 中加入 {name}，或删除预算"),
    "sweep.budget.best": (
        "For {budget:,.1f} million CNY '{variant}' perceives most: {share:.1f} % of vehicle time, at {cost:,.1f} million CNY.",
        "在 {budget:,.1f} 百万元预算内，“{variant}”感知最多：投资 {cost:,.1f} 百万元，感知率 {share:.1f} %。",
    ),
    "sweep.budget.none": (
        "{budget:,.1f} million CNY pay for none of them: the cheapest, '{variant}', costs {cost:,.1f} million CNY.",
        "{budget:,.1f} 百万元不足以建设任何一个方案：最便宜的“{variant}”需 {cost:,.1f} 百万元。",
    ),
    "sweep.outputs.remote": (
        "documents are written on this machine only, not in {out}; leave `outputs` out, or give a folder with --out",
        "文档只能与结果表一起写入本机，不能写入 {out}；请删除 `outputs`，或用 --out 指定本机文件夹",
    ),
    "sweep.frontier": ("which density", "选择哪种密度"),
    "sweep.frontier.sites": ("sites", "点位"),
    "sweep.frontier.cost": ("million CNY", "百万元"),
    "sweep.frontier.per_site": ("points per added site", "每新增点位（百分点）"),
    "sweep.frontier.front": ("front: {aim}", "前沿：{aim}"),
    "sweep.frontier.all": ("all together", "综合"),
    "sweep.frontier.knee": ("knee", "拐点"),
    "sweep.frontier.note": (
        "Front: none is better and no dearer. Knee: farthest above the line between the ends. (In resamples of {seeds} seeds.)",
        "前沿：没有更优且不更贵的方案。拐点：高出曲线两端连线最多。括号内：对 {seeds} 个种子重抽样时成立的比例。",
    ),
    "compare.points": ("points", "百分点"),
    "compare.neither": (
        "{folder} is neither a run nor a sweep; give two or more run folders, or one sweep folder",
        "{folder} 既不是运行目录也不是批量仿真目录；请给出两个及以上运行目录，或一个批量仿真目录",
    ),
    "compare.mixed": (
        "{folder} is a sweep and can only be compared within itself; give it alone, or run folders only",
        "{folder} 是批量仿真目录，只能在其内部比较；请单独给出，或只给运行目录",
    ),
    "compare.one": (
        "{folder} is one run; give two or more runs, or the folder of a sweep",
        "{folder} 只是一次运行；请给出两个及以上运行目录，或一个批量仿真目录",
    ),
    "compare.twice": ("{folder} is given twice; give each run once", "{folder} 重复给出；请每个运行只给一次"),
    "compare.incomplete": (
        "{folder}: the run is {state} and has no closing figures; run it to its end",
        "{folder}：运行状态为 {state}，没有汇总指标；请运行至结束",
    ),
    "compare.unfinished": (
        "{folder}: the sweep has not ended; run twin sweep again to go on with it",
        "{folder}：批量仿真尚未结束；请再次执行 twin sweep 以继续",
    ),
    "compare.unreadable": (
        "{folder}: the sweep's files cannot be read by this version ({reason}); run twin sweep again",
        "{folder}：本版本无法读取该批量仿真的文件（{reason}）；请重新执行 twin sweep",
    ),
    "compare.metric": (
        "{folder} has no figure '{name}'; give some of {names}",
        "{folder} 中没有指标“{name}”；可选：{names}",
    ),
    "compare.baseline": (
        "{folder}: {count} axes have a value '{label}', one must; give one of {names}",
        "{folder}：有 {count} 个因素包含取值“{label}”，应恰为一个；可选：{names}",
    ),
    "compare.no_baseline": (
        "'{name}' is none of the runs; give one of {names}",
        "“{name}”不在给出的运行之中；可选：{names}",
    ),
    "compare.differ": ("The scenarios differ in: {keys}", "场景差异：{keys}"),
    "compare.same": ("The scenarios are the same.", "场景相同。"),
    "compare.one_seed": (
        "One seed each: what is chance cannot be told; a sweep with several seeds gives intervals. Demand is not calibrated.",
        "每个方案只有一个种子，无法区分偶然因素；多种子的批量仿真可给出区间。交通需求未标定（演示数据）。",
    ),
    "help.compare": (
        "Compare two or more runs side by side, or the variants of a sweep in pairs of the same seed.",
        "并列比较两个及以上运行，或按相同种子配对比较一个批量仿真中的各方案。",
    ),
    "help.compare.folders": ("Run folders, or the folder of a sweep.", "若干运行目录，或一个批量仿真目录。"),
    "help.compare.baseline": (
        "What the others are compared with: a run folder, or the label of an axis' value.",
        "比较基准：某个运行目录，或某因素的取值标签。",
    ),
    "help.compare.metric": ("A figure to compare; may be given several times.", "要比较的指标；可多次给出。"),
    "help.compare.out": ("Folder for the tables as Parquet and CSV.", "输出 Parquet 与 CSV 表的文件夹。"),
    "help.compare.as_json": ("Write JSON instead of tables.", "输出 JSON 而不是表格。"),
    # placement
    "placement.classes": ("no vehicle class: {unknown}; there are {known}", "没有此车辆类型：{unknown}；可用：{known}"),
    "placement.closed.found": (
        "traffic depends on sensors (actuated signals, informed drivers): one simulation cannot tell of other sites",
        "该场景的交通依赖传感器上报（感应信号或诱导驾驶），一次仿真无法代表其他布点",
    ),
    "placement.closed.remedy": (
        "set demand.informed_share to 0, and signals that are not actuated",
        "请将 demand.informed_share 设为 0，并采用非感应控制的信号",
    ),
    "placement.no_devices": (
        "no candidate site has a device that sees vehicles; choose a kit with LiDARs, cameras or radars",
        "候选点位没有可感知车辆的设备；请选用含激光雷达、摄像机或毫米波雷达的套件",
    ),
    "placement.too_large": (
        "{count} perceived vehicle-seconds are more than a placement can hold (2,147,483,647); shorten runs or use fewer seeds",
        "感知到的车辆秒数 {count} 超出一次布点优化的上限（2,147,483,647）；请缩短时长或减少种子",
    ),
    "placement.unsolved": ("the exact optimum was not found: {reason}", "未能求得精确最优解：{reason}"),
    "placement.none.found": (
        "there is no site to choose: all stand already, or there are none",
        "没有可选点位：全部为既有点位，或没有点位",
    ),
    "placement.none.remedy": (
        "add rules under candidates, or sites with status: added to the scenario",
        "请在 candidates 中添加规则，或在场景中添加 status: added 的点位",
    ),
    "placement.seen.found": ("seed {seed} is one of training.seeds", "种子 {seed} 已用于 training.seeds"),
    "placement.seen.remedy": ("judge on seeds that were not trained on", "请使用训练中未出现的种子进行评估"),
    "placement.evaluation.found": ("{name} cannot differ in evaluation", "评估中不能更改 {name}"),
    "placement.evaluation.remedy": (
        "change it for the whole placement, under set",
        "请在顶层 set 中对整个布点优化统一更改",
    ),
    "placement.optimised": ("optimised", "优化布设"),
    "placement.plan": (
        "{candidates} candidate sites, {standing} stand; {budgets} budgets; {training} seeds to choose, {evaluation} to judge",
        "候选点位 {candidates} 个，既有点位 {standing} 个；预算 {budgets} 档；训练种子 {training} 个，评估种子 {evaluation} 个",
    ),
    "placement.column.budget": ("budget, 10^4 CNY", "预算（万元）"),
    "placement.column.choice": ("sites by", "布设方式"),
    "placement.column.sites": ("sites", "点位数"),
    "placement.column.cost": ("cost, 10^4 CNY", "投资（万元）"),
    "placement.column.training": ("perceived in training, %", "训练感知率（%）"),
    "placement.column.evaluation": ("perceived in evaluation, %", "评估感知率（%）"),
    "placement.column.lead": ("optimised leads by, points", "优化领先（百分点）"),
    "placement.column.gain": ("optimised perceives more by, %", "优化多感知（%）"),
    "placement.bound": (
        "{budget:,.0f} x 10^4 CNY: {value:.1f} % in training, of {bound:.1f} % at most for that money (gap <= {gap:.1f} %)",
        "{budget:,.0f} 万元：训练感知率 {value:.1f} %；同等投资下任何布设都不超过 {bound:.1f} %（差距不超过 {gap:.1f} %）",
    ),
    "placement.in_part": (
        "these two figures count in part what fewer than {seen_by} sites perceive",
        "以上两项数值对少于 {seen_by} 个点位感知的车辆时间按比例计入",
    ),
    "placement.draw.curve": ("{road}: what a budget buys", "{road}：投资与感知率"),
    "placement.draw.map": ("{road}: sites in the order to build them", "{road}：点位与建设次序"),
    "placement.draw.cost": ("investment, million CNY", "投资（百万元）"),
    "placement.draw.share": ("vehicle time perceived, %", "感知率（%）"),
    "placement.draw.bound": ("no choice reaches more (training)", "任何布设的上界（训练）"),
    "placement.draw.candidates": ("candidates", "候选点位"),
    "placement.draw.standing": ("standing already", "既有点位"),
    "placement.draw.chosen": ("chosen for {budget:g} million CNY", "{budget:g} 百万元的优化点位"),
    "placement.draw.rank": ("order", "次序"),
    "placement.no_pictures": ("no pictures: {reason}", "未绘图：{reason}"),
    "placement.written": ("deployments and tables: {folder}", "布设方案与数据表：{folder}"),
    "warm_up.short": (
        "The warm-up of {stated:g} s may be too short: of the number of vehicles MSER-5 would leave out {needed:g} s.",
        "预热时长 {stated:g} s 可能不足：按 MSER-5 规则，在网车辆数序列应舍去前 {needed:g} s。",
    ),
    "warm_up.short.sweep": (
        "The warm-up may be too short: in half of the runs MSER-5 would leave out more of the vehicles, {needed:g} s (median).",
        "预热时长可能不足：至少一半的运行按 MSER-5 规则应舍去更长的开头，中位数为 {needed:g} s。",
    ),
    "sweep.unwritable": (
        "{path}: cannot be written ({reason}); choose another folder with --out",
        "{path}：无法写入（{reason}）；请用 --out 另选文件夹",
    ),
    "sweep.address.form": (
        "--address {address}: not an address of Ray; give local, auto or ray://host:port",
        "--address {address}：不是有效的 Ray 地址；请给出 local、auto 或 ray://主机:端口",
    ),
    "sweep.address.nobody": (
        "--address {address}: no Ray cluster answers there; start one (ray start --head), or use --address local",
        "--address {address}：没有 Ray 集群响应；请先启动（ray start --head），或使用 --address local",
    ),
    "sweep.address.refused": (
        "--address {address}: cannot be joined ({reason}); is it Ray, of this version, and does it let you in?",
        "--address {address}：无法加入（{reason}）；请确认其为同版本的 Ray，且允许访问",
    ),
    "sweep.no_ray": (
        "Ray is not installed; install guangzhou-twin[cluster], or use --executor local",
        "未安装 Ray；请安装 guangzhou-twin[cluster]，或使用 --executor local",
    ),
    "sweep.ray_in_use": (
        "this process is connected to Ray already; call ray.shutdown() first",
        "本进程已连接 Ray；请先调用 ray.shutdown()",
    ),
    "sweep.ray_failed": (
        "Ray does not start ({reason}); use --executor local",
        "Ray 无法启动（{reason}）；请使用 --executor local",
    ),
    "sweep.crashed": (
        "its worker died {count} times (exit code {code}; -9: killed, perhaps out of memory)",
        "工作进程 {count} 次异常退出（退出码 {code}；-9 表示被终止，可能内存不足）",
    ),
    "sweep.lost": (
        "its worker or node was lost {count} times ({kind}), perhaps out of memory",
        "工作进程或节点丢失 {count} 次（{kind}），可能内存不足",
    ),
    "sweep.no_node": (
        "the cluster has had no node that takes runs for {seconds:g} s; start one and go on with --resume",
        "集群已有 {seconds:g} 秒没有可用节点；请启动节点后用 --resume 继续",
    ),
    "sweep.memory": (
        "a run is to have {wanted:g} GB and no node has more than {most:.1f} GB; give less with --memory or memory_gb",
        "每次运行要求 {wanted:g} GB 内存，而各节点最多 {most:.1f} GB；请用 --memory 或 memory_gb 调小",
    ),
    "sweep.store.uri": (
        "--out {uri}: not a store ({reason}); give a folder, or a URI as s3://bucket/folder, gs://…, hdfs://…, file://…",
        "--out {uri}：不是有效的存储位置（{reason}）；请给出文件夹或 URI，例如 s3://bucket/folder、gs://…、hdfs://…、file://…",
    ),
    "sweep.store.refused": (
        "{store}: cannot be used ({reason}); check its name, its rights and the network, or choose another one with --out",
        "{store}：无法使用（{reason}）；请检查名称、权限和网络，或用 --out 另选位置",
    ),
    "sweep.store.unshared": (
        "{path}: there is no such folder on {node}; give --out as a folder that all nodes share, or as a URI",
        "{path}：节点 {node} 上没有此文件夹；请用 --out 给出各节点共享的文件夹或 URI",
    ),
    "sweep.store.no_path": (
        "{store}: this lies in a remote store; copy it to this machine first",
        "{store}：位于远程存储；请先复制到本机",
    ),
    "sweep.resume.nothing": (
        "--resume: there is no sweep {folder} in {store}; leave --resume out to begin it, or check --out and the sweep file",
        "--resume：{store} 中没有批量仿真 {folder}；请去掉 --resume 以开始，或检查 --out 与批量仿真文件",
    ),
    "sweep.resume.left": ("going on: {left} of {total} runs are left", "继续：{total} 次运行中还剩 {left} 次"),
    "sweep.go_on": ("finished runs are kept; go on with: {command}", "已完成的运行均已保留；继续请执行：{command}"),
    "sweep.preparing": (", preparing (compiling where it is the first time)", "，准备中（首次使用需编译）"),
    "sweep.retries": (", {count} tried again", "，重试 {count}"),
    "sweep.other_program": (
        "the worker's program, libraries or processor are not the driver's: it made {made} instead of {planned}",
        "工作节点的程序、库或处理器与主控端不一致：生成了 {made}，而非 {planned}",
    ),
    # assumptions
    "assumptions.nothing": (
        "{where}: '{pattern}' is no assumption that is in play in this sweep; see docs/assumptions.md, use * for any text",
        "{where}：“{pattern}”不匹配本次批量仿真中起作用的任何假设；请参见 docs/assumptions.md，用 * 表示任意文本",
    ),
    "assumptions.none": (
        "no assumption is left to vary; widen assumptions.include or shorten assumptions.exclude",
        "没有可变动的假设；请放宽 assumptions.include 或缩短 assumptions.exclude",
    ),
    "assumptions.plan": (
        "{names} assumptions in play; {variants} variants x {seeds} seeds x ({draws} draws and the middle): {runs} runs",
        "起作用的假设共 {names} 项；{variants} 个方案 × {seeds} 个种子 ×（{draws} 次抽样 + 中间值）= {runs} 次不同的运行",
    ),
    "assumptions.then": (
        "then the leading ones at their low and high ends, at most {most} runs; prices need none",
        "随后将影响最大的几项分别取低值和高值，至多 {most} 次运行；单价无需运行",
    ),
    "assumptions.note": (
        "bands at 95 %; ranges of the assumptions: docs/assumptions.md; how to read this: docs/uncertainty.md; not calibrated",
        "区间置信度 95 %；各假设的取值范围见 docs/assumptions.md；解读方法见 docs/uncertainty.md；未标定",
    ),
    "assumptions.figure": (
        "{metric} of '{variant}' is {mid}: {from_low} to {to_high} by chance alone, {low} to {high} with the assumptions too",
        "“{variant}”的{metric}为 {mid}：仅计随机性为 {from_low} 至 {to_high}，计入假设后为 {low} 至 {high}",
    ),
    "assumptions.figure.one_seed": (
        "{metric} of '{variant}' is {mid}: {low} to {high} with the assumptions; one seed does not tell what chance does",
        "“{variant}”的{metric}为 {mid}：计入假设后为 {low} 至 {high}；仅一个种子，无法判断随机性的影响",
    ),
    "assumptions.difference": (
        "{metric}, '{variant}' less '{other}': {mid}, {from_low} to {to_high} by chance, {low} to {high} with assumptions",
        "“{variant}”与“{other}”的{metric}之差为 {mid}：仅计随机性为 {from_low} 至 {to_high}，计入假设后为 {low} 至 {high}",
    ),
    "assumptions.difference.one_seed": (
        "{metric}, '{variant}' less '{other}': {mid}, {low} to {high} with assumptions; one seed does not show chance",
        "“{variant}”与“{other}”的{metric}之差为 {mid}：计入假设后为 {low} 至 {high}；仅一个种子，无法判断随机性的影响",
    ),
    "assumptions.above": (
        "{metric}: '{variant}' is above '{other}' in {share:.0f} % of {draws} draws (95 % interval {low:.0f} to {high:.0f} %)",
        "{metric}：{draws} 次抽样中有 {share:.0f} % “{variant}”高于“{other}”（95 % 区间 {low:.0f} % 至 {high:.0f} %）",
    ),
    "assumptions.below": (
        "{metric}: '{variant}' is below '{other}' in {share:.0f} % of {draws} draws (95 % interval {low:.0f} to {high:.0f} %)",
        "{metric}：{draws} 次抽样中有 {share:.0f} % “{variant}”低于“{other}”（95 % 区间 {low:.0f} % 至 {high:.0f} %）",
    ),
    "assumptions.figure.most": (
        "{metric} of '{variant}' turns most, of {count} looked at, on {assumption}: {at_low} at {low}, {at_high} at {high}",
        "“{variant}”的{metric}：检查的 {count} 项假设中 {assumption} 影响最大，取 {low} 时 {at_low}，取 {high} 时 {at_high}",
    ),
    "assumptions.difference.most": (
        "{metric}, '{variant}' less '{other}': turns most, of {count}, on {assumption}: {at_low} at {low}, {at_high} at {high}",
        "“{variant}”减“{other}”的{metric}：{count} 项中 {assumption} 影响最大，取 {low} 时 {at_low}，取 {high} 时 {at_high}",
    ),
    "assumptions.together": (
        "drawn assumptions do not go together: {where}: {detail}; leave one of them out with assumptions.exclude",
        "抽取的假设值相互矛盾：{where}：{detail}；请用 assumptions.exclude 排除其中之一",
    ),
    "sweep.plan": ("{variants} variants x {seeds} seeds = {runs} runs", "{variants} 个方案 × {seeds} 个种子 = {runs} 次运行"),
    "sweep.progress": (
        "{ended}/{total} runs, {running} running, {failed} failed",
        "已结束 {ended}/{total}，运行中 {running}，失败 {failed}",
    ),
    "sweep.rate": (", {rate:.1f} a minute, {left} left", "，每分钟 {rate:.1f} 次，剩余 {left}"),
    "sweep.mean": ("mean ± 95 %", "均值 ± 95 %"),
    "sweep.difference": ("difference to {baseline}", "与“{baseline}”之差"),
    "sweep.paired": ("paired 95 %", "配对 95 %"),
    "sweep.unpaired": ("unpaired 95 %", "非配对 95 %"),
    "sweep.failed_run": ("failed: {name}: {error}", "失败：{name}：{error}"),
    "sweep.failures": ("error: {failed} of {total} runs failed", "错误：{total} 次运行中有 {failed} 次失败"),
    "sweep.reused": ("{count} runs were there already", "{count} 次运行已存在，直接采用"),
    "sweep.studentised": ("bootstrap-t 95 %", "自助 t 95 %"),
    "sweep.narrower": ("narrower", "收窄"),
    "sweep.p_holm": ("p (Holm)", "p（Holm 校正）"),
    "sweep.note": (
        "± Student's 95 % interval over the seeds; [ , ] studentised bootstrap; demand is not calibrated (demo data).",
        "± 为各种子的 95 % t 置信区间；[ , ] 为学生化自助法区间；交通需求未标定（演示数据）。",
    ),
    "sweep.family": (
        "Of {differences} differences about {misses} miss the truth by chance; p (Holm) holds for all of a figure together.",
        "{differences} 个差值中约有 {misses} 个区间会因偶然而不含真值；p（Holm 校正）对同一指标的全部差值同时成立。",
    ),
    "sweep.folder": ("results: {folder}", "结果目录：{folder}"),
    # the command line
    "cli.error": ("error: {text}", "错误：{text}"),
    "cli.problems": ("{count} problems:", "发现 {count} 个问题："),
    "cli.more_problems": ("… and {count} more; mend these first", "……另有 {count} 个问题；请先修正以上各项"),
    "cli.unexpected": (
        "error: {kind}: {text}\n(a fault of the program; run again with --debug for the traceback)",
        "错误：{kind}：{text}\n（程序故障；加 --debug 重新运行可查看调用栈）",
    ),
    "cli.interrupted": ("interrupted", "已中断"),
    "cli.memory": ("error: out of memory; shorten the run, or log less", "错误：内存不足；请缩短仿真时间或减少日志"),
    "cli.language": ("found '{value}'; give one of {names}", "实际是“{value}”；请从以下选择：{names}"),
    "notice.places": (
        "{sites} of {of} sites have fewer than {fewest} devices: the self-check cannot tell which one there is turned",
        "{of} 个站点中有 {sites} 个的设备少于 {fewest} 台：自检无法判断其中哪一台发生偏转或移位",
    ),
    "cli.notice": ("{file}: {text}", "{file}：{text}"),
    "cli.valid": ("{file}: valid", "{file}：有效"),
    "cli.progress": (
        "{share:3.0f} %  {factor:.1f} x real time  {left} left",
        "{share:3.0f} %  {factor:.1f} 倍实时  剩余 {left}",
    ),
    "cli.reused": ("the same run is already there; --overwrite runs it again", "相同的运行已存在；用 --overwrite 重新运行"),
    "traffic.pedestrians.many": (
        "demand.pedestrians makes {count:,.0f} pedestrians at {crossings} crossings; lower it or duration_s: at most {most:,}",
        "按 demand.pedestrians，{crossings} 处人行横道约有 {count:,.0f} 名行人; 请降低该值或 duration_s，至多 {most:,} 名",
    ),
    "traffic.no_trips": (
        "no trip is made: raise demand.inflow_vph, or lower demand.shortest_trip_m",
        "没有任何出行：请提高 demand.inflow_vph，或降低 demand.shortest_trip_m",
    ),
    "traffic.origins_left_out": (
        "places where no trip begins, because no way leads far enough from there: {count}",
        "不能作为出行起点的地点数（由此无法驶往足够远处）：{count}",
    ),
    "traffic.trips_removed": (
        "vehicles that stood too long and were taken off the road (demand.driving.gridlock_after_s): {count}",
        "因停滞过久而被移出路网的车辆数（demand.driving.gridlock_after_s）：{count}",
    ),
    "traffic.trips_rerouted": (
        "trips that took another way around a closed road: {count}",
        "绕行封闭道路的出行数：{count}",
    ),
    "traffic.trips_stuck": (
        "trips that have no way but over a closed road, and wait there: {count}",
        "只能经由封闭道路、因而受阻的出行数：{count}",
    ),
    "traffic.trips_advised": (
        "trips that changed their way by reported speeds: {count}",
        "根据上报车速改变路线的出行数：{count}",
    ),
    "traffic.wrong_lane": (
        "turns from a lane that is not meant for them: {count} ({share:.1%} of all)",
        "从非对应车道转弯的次数：{count}（占全部的 {share:.1%}）",
    ),
    "traffic.state_file": (
        "{file}: this is no saved state of traffic ({reason}); save it again",
        "{file}：这不是保存的交通状态（{reason}）；请重新保存",
    ),
    "traffic.not_calibrated": (
        "the demand is not calibrated (demo data)",
        "交通需求未标定（演示数据）",
    ),
    # trajectories that are played back
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
    # SUMO's files
    "map.exported.sumo": (
        "written to {folder}; make a network of it there with `netconvert -c {config}`",
        "已写入 {folder}；在该文件夹中用 `netconvert -c {config}` 生成路网",
    ),
    "sumo.no_sumolib": (
        "{file}: SUMO's networks are read with sumolib, which is not installed; `pip install guangzhou-twin[sumo]` installs it",
        "{file}：读取 SUMO 路网需要 sumolib，当前未安装；请用 `pip install guangzhou-twin[sumo]` 安装",
    ),
    "sumo.missing": ("{file}: there is no such file; check the path", "{file}：文件不存在；请检查路径"),
    "sumo.closed": (
        "{file}: the file cannot be read ({reason}); check its path and permissions",
        "{file}：文件无法读取（{reason}）；请检查路径和访问权限",
    ),
    "sumo.packed": (
        "{file}: the packed file is damaged or cut short ({detail}); get it again",
        "{file}：压缩文件已损坏或不完整（{detail}）；请重新获取",
    ),
    "sumo.root": (
        "{file}: the file begins with {found}; {wanted} is needed",
        "{file}：文件的根元素是 {found}；应为 {wanted}",
    ),
    "sumo.document_type": (
        "{file}:{line}: the XML declares a document type (DTD), which is not read; remove it",
        "{file}:{line}：XML 声明了文档类型（DTD），不予读取；请删除",
    ),
    "sumo.syntax": (
        "{file}:{line}: the XML is damaged or cut short ({detail}); get the file again",
        "{file}:{line}：XML 已损坏或不完整（{detail}）；请重新获取文件",
    ),
    "sumo.unknown": (
        "{file}:{line}: {name!r} is missing here, or named here and not in the file; write the file again with SUMO's tools",
        "{file}:{line}：此处缺少 {name!r}，或此处引用了它而文件中没有；请用 SUMO 的工具重新生成文件",
    ),
    "sumo.value": (
        "{file}:{line}: a value cannot be read here ({detail}); write the file again with SUMO's tools",
        "{file}:{line}：此处的值无法解析（{detail}）；请用 SUMO 的工具重新生成文件",
    ),
    "sumo.no_roads": (
        "{file}: the network has no lane for general traffic (class passenger); check the lanes' allow and disallow",
        "{file}：路网中没有允许普通车辆（passenger）通行的车道；请检查车道的 allow 和 disallow",
    ),
    "sumo.unknown_light": (
        "{file}: the network has no traffic light {name!r}; name a file that belongs to the network, or remove the tlLogic",
        "{file}：路网中没有信号灯 {name!r}；请使用与该路网配套的文件，或删除该 tlLogic",
    ),
    "sumo.no_phases": (
        "{file}: the signal program of {name!r} has no phase; add one, or remove the tlLogic",
        "{file}：信号方案 {name!r} 没有相位；请添加相位或删除该 tlLogic",
    ),
    "sumo.state_letter": (
        "{file}: phase {phase} of the signal program of {name!r} has the unknown state {found!r}; use r, y, g, G, s, u, o or O",
        "{file}：信号方案 {name!r} 第 {phase} 相位的状态 {found!r} 未知；请使用 r、y、g、G、s、u、o 或 O",
    ),
    "sumo.state_length": (
        "{file}: phase {phase} of the signal program of {name!r} has {found} states, but there is a link {link}; add states",
        "{file}：信号方案 {name!r} 第 {phase} 相位只有 {found} 个状态，但存在编号 {link} 的连接；请为每个连接给出状态",
    ),
    "sumo.phase_duration": (
        "{file}: phase {phase} of the signal program of {name!r} lasts {found} s; it cannot be negative",
        "{file}：信号方案 {name!r} 第 {phase} 相位的时长为 {found} 秒；时长不能为负",
    ),
    "sumo.time": ("the time {found!r} is not finite", "时间 {found!r} 不是有限值"),
    "sumo.flow": (
        "the flow {name!r} has none of number, vehsPerHour, period and probability",
        "车流 {name!r} 未给出 number、vehsPerHour、period 或 probability",
    ),
    "sumo.period": ("the period or rate {found} is not positive", "周期或流率 {found} 不是正数"),
    "sumo.length": (
        "lane {lane} has the length {length}; a positive one is needed, so write the network again with netconvert",
        "车道 {lane} 的长度为 {length}；应为正数，请用 netconvert 重新生成路网",
    ),
    # demand: tables, zones, incidents
    "spec.turn_shares": (
        "straight_share + right_share is {total:g}; make it at most 1",
        "straight_share + right_share 为 {total:g}; 请使其不大于 1",
    ),
    "demand.empty.found": ("the table holds no row of values", "表格中没有数据行"),
    "demand.empty.remedy": ("give a row of headers and rows below it", "请写入表头及其下的数据行"),
    "demand.column.found": ("there is no column {wanted} (found: {names})", "缺少列 {wanted}（现有：{names}）"),
    "demand.column.remedy": ("give a column the header '{wanted}'", "请将一列的表头写为“{wanted}”"),
    "demand.nothing.found": ("the cell is empty", "单元格为空"),
    "demand.nothing.remedy": ("fill it in, or clear the whole row", "请填写，或清空整行"),
    "demand.price_item.found": ("nothing is called '{item}' in a bill", "费用清单中没有“{item}”这一项"),
    "demand.price_order.found": (
        "the prices {low:g}, {mid:g}, {high:g} do not rise",
        "低、中、高价 {low:g}、{mid:g}、{high:g} 未递增",
    ),
    "demand.price_order.remedy": ("give low, middle and high in this order", "请按低、中、高的顺序给出"),
    "demand.price_upkeep.found": ("upkeep has an end without a middle", "年运维率缺少中间值"),
    "demand.price_upkeep.remedy": ("fill in upkeep_mid_share as well", "请同时填写 upkeep_mid_share"),
    "demand.price_twice.found": ("'{name}' is priced a second time", "“{name}”重复定价"),
    "demand.price_twice.remedy": ("keep one row", "请只保留一行"),
    "demand.number.found": ("found the text '{text}'", "此处是文本“{text}”"),
    "demand.number.remedy": ("give a number", "请填写数字"),
    "demand.least.found": ("found {text}", "此处是 {text}"),
    "demand.least.remedy": ("give a number of at least {low:g}", "请填写不小于 {low:g} 的数"),
    "demand.most.found": ("found {text}", "此处是 {text}"),
    "demand.most.remedy": ("give a number of at most {high:g}", "请填写不大于 {high:g} 的数"),
    "demand.list.found": ("found '{text}' among the numbers of ways", "道路编号中有“{text}”"),
    "demand.list.remedy": ("give OpenStreetMap way ids, apart by blanks", "请填写 OpenStreetMap way 编号，以空格分隔"),
    "demand.side.found": ("found the side '{text}'", "方位为“{text}”"),
    "demand.side.remedy": ("give north, east, south, west or any", "请填写 north、east、south、west 或 any"),
    "demand.zone_place.found": ("the zone has no place", "小区没有位置"),
    "demand.zone_place.remedy": (
        "give lon, lat and radius_m, or ways, or road",
        "请填写 lon、lat 和 radius_m，或 ways，或 road",
    ),
    "demand.zone_twice.found": ("there is another zone '{name}'", "小区“{name}”重复"),
    "demand.zone_twice.remedy": ("give each zone its own name", "请为每个小区取不同的名称"),
    "demand.zone_empty.found": ("no road lies within {radius_m:g} m of the point", "该点 {radius_m:g} 米范围内没有道路"),
    "demand.zone_empty.remedy": (
        "check the coordinates and their crs, or raise radius_m",
        "请检查坐标及其坐标系（crs），或增大 radius_m",
    ),
    "demand.way.found": ("the map has no road of the OpenStreetMap way {way}", "地图中没有 OpenStreetMap way {way} 的道路"),
    "demand.way.remedy": (
        'take an osm_way from the run\'s edge table: `twin query RUN "SELECT osm_way, name FROM edge"`',
        '请从运行结果的 edge 表中选取 osm_way：`twin query RUN "SELECT osm_way, name FROM edge"`',
    ),
    "demand.gate.found": ("no road '{road}' enters or leaves the map", "没有名为“{road}”的道路进出地图"),
    "demand.side_empty.found": ("'{road}' has no gate at that side of the map", "“{road}”在地图的该侧没有出入口"),
    "demand.known.remedy": ("name one of {names}", "请从以下选择：{names}"),
    "demand.zone.found": ("there is no zone '{name}'", "没有小区“{name}”"),
    "demand.class.found": ("there is no vehicle class '{name}'", "没有车型“{name}”"),
    "demand.window.found": ("to_s ({end:g}) is not after from_s ({begin:g})", "to_s（{end:g}）不晚于 from_s（{begin:g}）"),
    "demand.window.remedy": ("give a later to_s", "请给出更晚的 to_s"),
    "demand.pair_twice.found": (
        "the pair stands already in line {line}, for the same class and time",
        "该起讫点对（同一车型与时段）已出现在第 {line} 行",
    ),
    "demand.pair_twice.remedy": ("keep one of the rows, with the sum", "请只保留一行，并写入合计值"),
    "demand.totals.found": (
        "no zone has productions_vph, or none has attractions_vph",
        "没有小区给出 productions_vph，或没有小区给出 attractions_vph",
    ),
    "demand.totals.remedy": ("give them to the zones, or leave gravity out", "请为小区填写，或去掉 gravity"),
    "demand.trip_end.found": ("the trip has neither ways nor this end", "该出行既没有 ways，也没有此端点"),
    "demand.trip_end.remedy": ("give origin and destination, or ways", "请填写 origin 和 destination，或 ways"),
    "demand.one_way.found": (
        "a single way of two directions does not say which way to drive",
        "仅一条双向道路无法确定行驶方向",
    ),
    "demand.one_way.remedy": ("name the way driven before or after as well", "请同时写出其前或其后的道路"),
    "demand.way_gap.found": ("no turn leads from way {way} on to way {following}", "无法从道路 {way} 驶入道路 {following}"),
    "demand.way_gap.remedy": ("name the ways between them, in the order driven", "请按行驶顺序写出其间的道路"),
    "demand.junction.found": ("there is no junction '{name}'", "没有路口“{name}”"),
    "demand.junction_twice.found": ("several junctions are called '{name}'", "有多个路口名为“{name}”"),
    "demand.junction_twice.remedy": ("give the number of one of them: {numbers}", "请填写其中一个的编号：{numbers}"),
    "demand.approach.found": ("the junction has no approach '{name}'", "该路口没有进口道“{name}”"),
    "demand.count_twice.found": ("the approach has counts for this time already", "该进口道在此时段已有流量"),
    "demand.count_twice.remedy": ("keep one row for each approach and time", "每个进口道每个时段请只保留一行"),
    "demand.lost": (
        "{source}: {vph:,.0f} vehicles an hour of {count} pairs cannot be driven, no way leads there (as {example})",
        "{source}：{count} 个起讫点对共 {vph:,.0f} 辆/小时无路可达，未生成出行（例如 {example}）",
    ),
    "demand.sumo.map.found": (
        "the map is no SUMO network, so its edges have no names that a route file could mean",
        "地图不是 SUMO 路网，路段没有可供路径文件引用的名称",
    ),
    "demand.sumo.map.remedy": (
        "name the network (.net.xml) that the route file belongs to as map",
        "请将路径文件所属的路网（.net.xml）设为 map",
    ),
    "demand.sumo.remedy": ("correct the file, or name another one", "请改正该文件，或指定其他文件"),
    "demand.sumo.type.found": (
        "{file}: vehicles have types that no file defines: {names}",
        "{file}：车辆引用了任何文件都未定义的车型：{names}",
    ),
    "demand.sumo.type.remedy": ("name the file that defines them under additional", "请在 additional 中列出定义这些车型的文件"),
    "demand.sumo.off_map.found": (
        "{file}: none of its {count} trips drives over edges of the map alone",
        "{file}：其中 {count} 次出行无一完全位于地图路段上",
    ),
    "demand.sumo.off_map.remedy": (
        "name the network that the route file was made for as map",
        "请将生成该路径文件时所用的路网设为 map",
    ),
    "demand.sumo.backward": (
        "{file}: trips that end on their only edge before where they begin, left out: {count}",
        "{file}：在唯一路段上终点位于起点之前、未生成的出行：{count}",
    ),
    "demand.sumo.off_road": (
        "{file}: trips of vehicles that do not drive on roads (rail, ships, pedestrians), left out: {count}",
        "{file}：非道路车辆（轨道、船舶、行人）未生成的出行：{count}",
    ),
    "demand.sumo.types": (
        "{file}: types drive as these classes (trips): {pairs}",
        "{file}：车型对应的车辆类别（出行数）：{pairs}",
    ),
    "demand.sumo.not_carried": (
        "{file}: sizes and driving are those of demand.vehicle_types; not carried over from the types: {names}",
        "{file}：尺寸与驾驶参数采用 demand.vehicle_types；未沿用的车型属性：{names}",
    ),
    "demand.outside": (
        "given trips that begin before the pre-filling or after the end, and are not made: {count}",
        "给定的出行中，早于预填充或晚于结束时刻而未生成的：{count}",
    ),
    "demand.endless": (
        "routes from turning counts that came to no exit and were cut off: {count}",
        "按转向流量生成、未能驶出地图而被截断的路径数：{count}",
    ),
    "incident.place.found": ("no lane for vehicles lies within {limit:g} m of the point", "该点 {limit:g} 米范围内没有车道"),
    "incident.place.remedy": ("check the coordinates and their crs", "请检查坐标及其坐标系（crs）"),
    "incident.road.found": (
        "there is no road '{road}' within {limit:g} m of the point",
        "该点 {limit:g} 米范围内没有道路“{road}”",
    ),
    "incident.lane.found": (
        "the road has no lane {lane} there, only {count} from the kerb (0)",
        "该处没有车道 {lane}，自路缘起（0）共 {count} 条",
    ),
    "incident.lane.remedy": ("name lanes by number from the kerb, from 0", "请自路缘起从 0 开始编号"),
    "spec.incident.times": (
        "to_s ({to_s:g}) is not after from_s ({from_s:g}); give a later to_s",
        "to_s（{to_s:g}）不晚于 from_s（{from_s:g}）; 请给出更晚的 to_s",
    ),
    "spec.incident.place": (
        "neither lon_deg and lat_deg nor way is given, or both; give one of them",
        "lon_deg、lat_deg 与 way 均未给出，或同时给出; 请只给出其一",
    ),
    "map.file.missing": (
        "there is no file {path!r}; name an OpenStreetMap file, relative to the scenario file",
        "没有文件 {path!r}; 请给出 OpenStreetMap 文件（相对于场景文件的路径）",
    ),
    "cli.compiling": (
        "compiling the kernels: once on this machine, about half a minute",
        "正在编译计算内核：本机仅需一次，约半分钟",
    ),
    "cli.rate": ("{factor:.1f} x real time, {left} left", "{factor:.1f} 倍实时，剩余 {left}"),
    "cli.system": ("error: {reason} {file}", "错误：{reason} {file}"),
    "summary.vehicles": ("vehicles", "车辆数"),
    "summary.trips_finished": ("trips finished", "完成出行数"),
    "summary.trips_waiting": ("trips waiting outside", "路网外等待数"),
    "summary.vehicle_km": ("vehicle-kilometres", "车公里"),
    "summary.mean_speed_kmh": ("mean travel speed", "平均行程速度"),
    "summary.mean_delay_s": ("mean traffic delay", "平均延误"),
    "summary.warm_up_needed_s": ("warm-up by MSER-5", "MSER-5 预热时长"),
    "summary.detections": ("detections", "检出目标数"),
    "summary.visible_share": ("visible share", "可见率"),
    "summary.recall": ("recall", "检出率"),
    "summary.miss_rate": ("miss rate", "漏检率"),
    "summary.precision": ("precision", "精确率"),
    "summary.position_error_rms_m": ("position error (RMS)", "定位误差（均方根）"),
    "summary.perceived_share": ("perceived vehicle time", "感知率（车辆时间）"),
    "summary.perceived_twice_share": ("perceived by two sensors or more", "双重及以上感知率"),
    "summary.coverage_share": ("geometric coverage of road length", "几何覆盖率（道路长度）"),
    "summary.coverage_twice_share": ("covered by two sensors or more", "双重及以上几何覆盖率"),
    "summary.sites": ("sites", "点位数"),
    "summary.cost_cny": ("investment of the deployment", "布设投资"),
    "summary.life_cycle_cost_cny": ("life-cycle cost", "全生命周期成本"),
    "summary.cost_per_perceived_vehicle_hour_cny": ("cost of a perceived vehicle-hour", "每感知车小时成本"),
    "summary.messages": ("messages", "消息数"),
    "summary.mec_age_p50_ms": ("age at the MEC, p50", "到达 MEC 的信息年龄 p50"),
    "summary.mec_age_p95_ms": ("age at the MEC, p95", "到达 MEC 的信息年龄 p95"),
    "summary.cloud_age_p50_ms": ("age at the cloud, p50", "到达区域云的信息年龄 p50"),
    "summary.cloud_age_p95_ms": ("age at the cloud, p95", "到达区域云的信息年龄 p95"),
    "summary.delivered_share": ("packet delivery ratio", "送达率"),
    "summary.site_to_mec_delay_p50_ms": ("delay site to MEC, p50", "点位至 MEC 时延 p50"),
    "summary.site_to_mec_delay_p95_ms": ("delay site to MEC, p95", "点位至 MEC 时延 p95"),
    "summary.site_to_mec_lost_share": ("lost site to MEC", "点位至 MEC 丢失率"),
    "summary.site_to_mec_queue_max": ("longest queue of a site", "点位最长排队"),
    "summary.mec_to_cloud_delay_p50_ms": ("delay MEC to cloud, p50", "MEC 至区域云时延 p50"),
    "summary.mec_to_cloud_delay_p95_ms": ("delay MEC to cloud, p95", "MEC 至区域云时延 p95"),
    "summary.mec_to_cloud_lost_share": ("lost MEC to cloud", "MEC 至区域云丢失率"),
    "summary.mec_to_cloud_queue_max": ("longest queue of a MEC", "MEC 最长排队"),
    "summary.trips_removed": ("trips taken off the road", "移出路网的出行数"),
    "summary.trips_rerouted": ("trips around closed roads", "绕行封闭道路的出行数"),
    "summary.trips_stuck": ("trips stuck before closed roads", "受阻于封闭道路的出行数"),
    "summary.trips_advised": ("trips changed by reports", "根据上报车速改道的出行数"),
    "summary.folder": ("run folder", "运行目录"),
    "summary.simulated": ("simulated", "仿真时长"),
    "summary.wall": ("wall time", "实际用时"),
    "summary.compile": ("of it compiling", "其中编译"),
    "summary.factor": ("real-time factor", "实时倍率"),
    "summary.rows": ("rows", "行数"),
    "summary.bytes": ("log size", "日志大小"),
    "help.twin": (
        "Simulate roadside sensing and municipal devices on a city's streets, and log every event.",
        "在城市路网上仿真路侧感知与市政设备，并记录全部事件。",
    ),
    "help.twin.lang": ("Language of messages: en or zh.", "信息语言：en 或 zh。"),
    "help.twin.version": ("Show the version and exit.", "显示版本并退出。"),
    "help.validate": ("Check scenario files; say every problem at once.", "检查仿真场景文件，一次列出全部问题。"),
    "help.validate.files": ("Scenario files.", "仿真场景文件。"),
    "help.run": ("Run a scenario and write its log.", "运行仿真场景并写出日志。"),
    "help.run.file": ("Scenario file.", "仿真场景文件。"),
    "help.run.settings": (
        "Change one value of the file, as demand.inflow_vph=9000; may be repeated.",
        "修改文件中的一个值，例如 demand.inflow_vph=9000；可多次使用。",
    ),
    "help.run.seed": ("Seed of every random draw; the same as --set seed=N.", "随机种子；等同于 --set seed=N。"),
    "help.run.out": ("Folder in which run folders are made.", "存放运行目录的文件夹。"),
    "help.run.overwrite": ("Run again even if the same run is there.", "即使相同的运行已存在也重新运行。"),
    "help.run.quiet": ("Say nothing but errors.", "除错误外不输出。"),
    "help.sweep": (
        "Run a scenario in several variants and over several seeds, side by side, and compare them in pairs.",
        "对同一场景的多个方案、多个种子并行仿真，并作配对比较。",
    ),
    "help.sweep.file": ("Sweep file.", "批量仿真文件。"),
    "help.sweep.address": (
        "Ray cluster: local starts one for this sweep, auto and ray://host:port join one that runs.",
        "Ray 集群：local 为本次启动，auto 和 ray://主机:端口 连接已有集群。",
    ),
    "help.sweep.executor": ("What runs the runs: ray, or local processes.", "执行方式：ray 或 local（本机进程）。"),
    "help.sweep.workers": (
        "Runs side by side on this machine; as many as it has cores where it is left out.",
        "本机并行运行数；默认等于核数。",
    ),
    "help.sweep.out": (
        "Folder, or URI (s3://, gs://, hdfs://, file://), of the runs and of the sweep; finished runs in it are reused.",
        "存放各次运行及汇总结果的文件夹或 URI（s3://、gs://、hdfs://、file://）；其中已完成的运行直接采用。",
    ),
    "help.sweep.memory": (
        "Memory (GB) that Ray sets apart for each run, instead of the sweep's memory_gb.",
        "Ray 为每次运行预留的内存（GB），代替批量仿真文件中的 memory_gb。",
    ),
    "help.sweep.resume": (
        "Go on with a sweep that was begun; an error where there is none.",
        "继续已开始的批量仿真；若不存在则报错。",
    ),
    "help.sweep.assumptions": (
        "also vary the defaults without source that are in play, and tell chance from assumptions",
        "同时变动起作用的无来源默认值，并区分随机性与假设的影响",
    ),
    "help.sweep.quiet": ("Say nothing but errors.", "除错误外不输出。"),
    "help.place": (
        "Choose the sites that perceive most for a budget, and compare them with usual practice on other traffic.",
        "在给定预算内选择感知效果最好的点位，并在其他交通条件下与常规布设方式比较。",
    ),
    "help.place.file": ("Placement file.", "布点优化文件。"),
    "help.place.budget": (
        "A budget in yuan instead of the file's; may be given several times. Nothing is simulated again to choose for it.",
        "以元为单位的预算，替代文件中的预算；可多次给出。重新选点无需再次仿真。",
    ),
    "help.place.out": (
        "Folder in which the placement's folder is made; what was simulated is kept in its folder benefits and used again.",
        "存放布点优化结果的文件夹；仿真结果保存在其中的 benefits 文件夹，可重复使用。",
    ),
    "help.place.quiet": ("Say nothing but errors.", "除错误外不输出。"),
    "help.schema": (
        "Write the JSON Schema of a scenario, with which an editor completes and explains the keys.",
        "输出仿真场景的 JSON Schema，供编辑器补全和解释各键。",
    ),
    "help.schema.out": ("File to write; standard output without it.", "输出文件；不给则写到标准输出。"),
    "help.debug": ("Show the traceback of an error.", "出错时显示调用栈。"),
    "help.map": ("Download map files, look at them.", "下载和查看地图文件。"),
    "help.map.fetch": ("Download a map from OpenStreetMap.", "从 OpenStreetMap 下载地图。"),
    "help.map.fetch.place": ("A place with an area, as a district's name.", "有范围的地名，例如行政区名称。"),
    "help.map.fetch.out": ("File to write (.osm); by default after the place.", "写出的文件（.osm）；默认以地名命名。"),
    "help.map.fetch.radius_m": (
        "Take the square within this many metres of the place's centre instead of its area.",
        "不取地名的范围，而取其中心此距离（米）内的正方形。",
    ),
    "help.map.fetch.nominatim": ("Server that knows places.", "地名查询服务器。"),
    "help.map.fetch.overpass": ("Server that holds the map.", "地图数据服务器。"),
    "help.map.fetch.timeout_s": ("Longest wait for an answer, in seconds.", "等待应答的最长时间（秒）。"),
    "help.map.fetch.no_buildings": ("Leave buildings out.", "不下载建筑物。"),
    "help.map.fetch.overwrite": ("Replace the file if it is there.", "文件已存在时替换。"),
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
    "help.map.export": ("Write a map for another program.", "将地图导出给其他程序使用。"),
    "help.map.export.file": ("Map file.", "地图文件。"),
    "help.map.export.to": ("What to write: sumo (plain XML for netconvert).", "导出格式：sumo（供 netconvert 使用的 XML）。"),
    "help.map.export.out": ("Folder to write to.", "写出的文件夹。"),
    "help.map.info": ("Say what a map file holds.", "说明地图文件的内容。"),
    "help.map.info.file": ("OpenStreetMap file.", "OpenStreetMap 文件。"),
}
"""(English, Chinese) by key; terms follow the project's glossary."""
