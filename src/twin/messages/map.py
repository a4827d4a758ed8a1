"""Maps: files, and what the map leaves impossible."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "map.exported.sumo": (
        "written to {folder}; make a network of it there with `netconvert -c {config}`",
        "已写入 {folder}；在该文件夹中用 `netconvert -c {config}` 生成路网",
    ),
    "map.fault": ("{file}: {what}. {remedy}", "{file}：{what}。{remedy}"),
    "map.get_again": (
        (
            "Get it again as .osm, .osm.bz2, .osm.gz or .osm.pbf, for example with `twin map fetch`, JOSM, or from the "
            "Overpass API (out meta)."
        ),
        (
            "请重新获取 .osm、.osm.bz2、.osm.gz 或 .osm.pbf 格式的地图，例如使用 `twin map fetch`、JOSM 或 Overpass "
            "API（out meta）。"
        ),
    ),
    "map.too_large": (
        (
            "{file}: the map file has {size} MiB; at most {limit} MiB are read. Cut the area out, for example with `osmium "
            "extract --bbox west,south,east,north`."
        ),
        (
            "{file}：地图文件有 {size} MiB；最多读取 {limit} MiB。请裁剪出所需区域，例如使用 `osmium extract --bbox "
            "west,south,east,north`。"
        ),
    ),
    "map.absent": (
        "{file}: there is no such map file. Check the key 'map' (relative to the scenario file).",
        "{file}：没有该地图文件。请检查键 'map'（相对于场景文件的路径）。",
    ),
    "map.closed": (
        "{file}: the map file cannot be read ({reason}). Check its path and permissions.",
        "{file}：地图文件无法读取（{reason}）。请检查路径和访问权限。",
    ),
    "map.empty": ("the map is empty", "地图为空"),
    "map.other_kind": ("the file is {kind}, not OpenStreetMap data", "该文件是{kind}，不是 OpenStreetMap 数据"),
    "map.kind.zip": ("a ZIP archive", " ZIP 压缩包"),
    "map.kind.seven_zip": ("a 7z archive", " 7z 压缩包"),
    "map.kind.xz": ("an XZ archive", " XZ 压缩包"),
    "map.kind.zstandard": ("a Zstandard archive", " Zstandard 压缩包"),
    "map.kind.shapefile": ("a shapefile", " Shapefile 文件"),
    "map.kind.sqlite": ("an SQLite or GeoPackage file", " SQLite 或 GeoPackage 文件"),
    "map.kind.json": ("JSON", " JSON"),
    "map.kind.pdf": ("a PDF", " PDF"),
    "map.kind.picture": ("a picture", "图片"),
    "map.packed_short": ("the {kind} file is cut short", "{kind} 文件不完整"),
    "map.packed_damaged": ("the {kind} file is damaged ({detail})", "{kind} 文件已损坏（{detail}）"),
    "map.pbf_damaged": ("the PBF file is damaged or cut short ({detail})", "PBF 文件已损坏或不完整（{detail}）"),
    "map.xml_damaged": (
        "the map is not well-formed XML or is cut short ({detail})",
        "地图不是格式正确的 XML，或内容不完整（{detail}）",
    ),
    "map.xml_text": ("the map's text cannot be read ({detail})", "地图的文本无法读取（{detail}）"),
    "map.xml_root": ("the file is XML, but its root is <{tag}>, not <osm>", "该文件是 XML，但根元素是 <{tag}>，不是 <osm>"),
    "map.xml_lacks": ("a <{tag}>{owner} lacks its attribute '{name}'", "元素 <{tag}>{owner} 缺少属性“{name}”"),
    "map.xml_owner": (" of id {number}", "（id {number}）"),
    "map.xml_number": (
        "a <{tag}> has the attribute {name}={found!r}, which is no number",
        "元素 <{tag}> 的属性 {name}={found!r} 不是数字",
    ),
    "map.nowhere": (
        "node {number} lies at longitude {lon:g}, latitude {lat:g}, which is nowhere on Earth",
        "节点 {number} 位于经度 {lon:g}、纬度 {lat:g}，不在地球上",
    ),
    "map.many_nodes": ("the map has more than {limit:,} nodes", "地图的节点超过 {limit:,} 个"),
    "map.cut_out": (
        "Cut the area out, for example with `osmium extract --bbox west,south,east,north`.",
        "请裁剪出所需区域，例如使用 `osmium extract --bbox west,south,east,north`。",
    ),
    "map.no_id": ("{number} is no id of an element (it has more than 64 bits)", "{number} 不是元素的 id（超过 64 位）"),
    "map.no_roads": (
        (
            "{file}: the map has no roads ({ways} ways, none of them a highway from motorway to residential). Download an "
            "area with streets, and include ways with their nodes."
        ),
        (
            "{file}：地图中没有道路（{ways} 条路径，其中没有 motorway 至 residential "
            "等级的道路）。请下载有街道的区域，并包含路径及其节点。"
        ),
    ),
    "map.no_long_road": (
        "{file}: the map has no road longer than {least:g} m. Download an area with streets.",
        "{file}：地图中没有长于 {least:g} m 的道路。请下载有街道的区域。",
    ),
    "map.polar": (
        "{file}: roads lie at latitude {south:g} to {north:g}, beyond UTM's zones. Use a map nearer to the equator.",
        "{file}：道路位于纬度 {south:g} 至 {north:g}，超出 UTM 投影带的范围。请使用离赤道更近的地图。",
    ),
    "map.wide": (
        (
            "{file}: the roads span {width:.0f} x {height:.0f} km (longitude {west:g} to {east:g}, latitude {south:g} to "
            "{north:g}); at most {limit:g} km fit one projection. Cut the area out, or mend the node that lies far away."
        ),
        (
            "{file}：道路范围为 {width:.0f} x {height:.0f} km（经度 {west:g} 至 {east:g}，纬度 {south:g} 至 "
            "{north:g}）；一个投影最多容纳 {limit:g} km。请裁剪出所需区域，或修正位置过远的节点。"
        ),
    ),
    "map.info.class": (
        "    {highway:<15}{length_km:7.1f} km, {lanes} lanes",
        "    {highway:<15}{length_km:7.1f} km，{lanes} 车道",
    ),
    "map.info.notices": ("  notices", "  提示"),
    "map.info.projection": (
        "  projection   {crs}, origin {easting:.0f} E {northing:.0f} N",
        "  投影         {crs}，原点东坐标 {easting:.0f}、北坐标 {northing:.0f}",
    ),
    "map.info.nodes": ("  nodes        {count}", "  节点         {count}"),
    "map.info.edges": (
        "  edges        {count}, {length_km:.1f} km by direction, {lane_km:.1f} lane-km",
        "  路段         {count}，分方向 {length_km:.1f} km，{lane_km:.1f} 车道公里",
    ),
    "map.info.bridges": (
        "  bridges      {bridge_km:.1f} km, tunnels {tunnel_km:.1f} km",
        "  桥梁         {bridge_km:.1f} km，隧道 {tunnel_km:.1f} km",
    ),
    "map.info.junctions": (
        "  junctions    {count}, {signalised} with signals",
        "  路口         {count}，其中 {signalised} 个有信号灯",
    ),
    "map.info.gates": ("  gates        {entries} in, {exits} out", "  出入口       驶入 {entries}，驶出 {exits}"),
    "map.info.buildings": ("  buildings    {count}", "  建筑物       {count}"),
    "map.info.tallest": ("  buildings    {count}, the tallest {height:.0f} m", "  建筑物       {count}，最高 {height:.0f} m"),
    "map.info.bus_stops": ("  bus stops    {count}", "  公交站       {count}"),
    "map.info.car_parks": ("  car parks    {count}, {bays} bays", "  停车场       {count}，{bays} 个车位"),
    "map.info.dropped": (
        "  dropped      {edges} of {edges_read} edges, {nodes} of {nodes_read} nodes, {length_km:.1f} km",
        "  已删除       {edges_read} 条路段中的 {edges} 条，{nodes_read} 个节点中的 {nodes} 个，{length_km:.1f} km",
    ),
    "map.info.licence": ("  licence      {text}", "  许可         {text}"),
    "map.file.missing": (
        "there is no file {path!r}; name an OpenStreetMap file, relative to the scenario file",
        "没有文件 {path!r}; 请给出 OpenStreetMap 文件（相对于场景文件的路径）",
    ),
    "map.no_way.found": (
        "the map has neither zones nor gates between which anyone could drive",
        "地图上既没有小区，也没有可供车辆进出的出入口",
    ),
    "map.no_way.remedy": (
        "use a larger extract, or set inflow_vph to 0",
        "请使用更大的地图范围，或将 inflow_vph 设为 0",
    ),
}
