"""Help texts of the command line: a key a command, option or argument."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "help.twin": (
        "Simulate traffic and roadside sensing on a city's streets, log every event, and compare deployments.",
        "在城市路网上仿真交通与路侧感知，记录全部事件，并比较布设方案。",
    ),
    "help.twin.lang": ("Language of messages: en or zh.", "信息语言：en 或 zh。"),
    "help.twin.version": ("Show the version and exit.", "显示版本并退出。"),
    "help.debug": ("Show the traceback of an error.", "出错时显示调用栈。"),
    "help.quiet": ("Say nothing but errors.", "除错误外不输出。"),
    "help.validate": (
        "Check scenarios, sweeps and placements; say every problem at once.",
        "检查仿真场景、批量对比试验和布点优化文件，一次列出全部问题。",
    ),
    "help.validate.files": ("Scenario, sweep or placement files.", "仿真场景、批量对比试验或布点优化文件。"),
    "help.run": ("Run a scenario and write its log.", "运行仿真场景并写出日志。"),
    "help.run.file": ("Scenario file.", "仿真场景文件。"),
    "help.run.settings": (
        "Change one value of the file, as demand.inflow_vph=9000; may be repeated.",
        "修改文件中的一个值，例如 demand.inflow_vph=9000；可多次使用。",
    ),
    "help.run.seed": ("Seed of every random draw; the same as --set seed=N.", "随机种子；等同于 --set seed=N。"),
    "help.run.out": ("Folder in which run folders are made.", "存放运行目录的文件夹。"),
    "help.run.overwrite": ("Run again even if the same run is there.", "即使相同的运行已存在也重新运行。"),
    "help.sweep": (
        "Run a scenario in several variants and over several seeds, side by side, and compare them in pairs.",
        "对同一场景的多个方案、多个种子并行仿真，并作配对比较。",
    ),
    "help.sweep.file": ("Sweep file.", "批量对比试验文件。"),
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
        "Memory (GB) of a task (one run, or several over one traffic), instead of the sweep's memory_gb.",
        "每个任务（一次运行，或共用同一交通流的多次运行）所需内存（GB），代替批量对比试验文件中的 memory_gb。",
    ),
    "help.sweep.resume": (
        "Go on with a sweep that was begun; an error where there is none.",
        "继续已开始的批量对比试验；若不存在则报错。",
    ),
    "help.sweep.assumptions": (
        "Vary the defaults without source that are in play as well, and tell chance from assumptions.",
        "同时变动起作用的无来源默认值，并区分随机性与假设的影响。",
    ),
    "help.compare": (
        "Compare two or more runs side by side, or the variants of a sweep in pairs of the same seed.",
        "并列比较两个及以上运行，或按相同种子配对比较一个批量对比试验中的各方案。",
    ),
    "help.compare.folders": ("Run folders, or the folder of a sweep.", "若干运行目录，或一个批量对比试验目录。"),
    "help.compare.baseline": (
        "What the others are compared with: a run folder, or the label of an axis' value.",
        "比较基准：某个运行目录，或某因素的取值标签。",
    ),
    "help.compare.metric": ("A figure to compare; may be given several times.", "要比较的指标；可多次给出。"),
    "help.compare.out": ("Folder for the tables as Parquet and CSV.", "输出 Parquet 与 CSV 表的文件夹。"),
    "help.compare.as_json": ("Write JSON instead of tables.", "输出 JSON 而不是表格。"),
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
    "help.report": (
        "Say what a run measured; with --to, write a run or a sweep as a document to print.",
        "报告一次运行的结果；加 --to 则将一次运行或批量对比试验写成可打印的文件。",
    ),
    "help.report.folder": ("Run folder; with --to also the folder of a sweep.", "运行目录；加 --to 时也可为批量对比试验目录。"),
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
        "该批量对比试验的 `twin sweep --assumptions` 结果目录：报告加入区间与龙卷风图。",
    ),
    "help.report.as_json": ("Write everything as JSON.", "以 JSON 写出全部内容。"),
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
    "help.schema": (
        "Write the JSON Schema of a scenario, with which an editor completes and explains the keys.",
        "输出仿真场景的 JSON Schema，供编辑器补全和解释各键。",
    ),
    "help.schema.out": ("File to write; standard output without it.", "输出文件；不给则写到标准输出。"),
    "help.map": ("Download map files, look at them, write them for other programs.", "下载、查看和导出地图文件。"),
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
    "help.map.export": ("Write a map for another program.", "将地图导出给其他程序使用。"),
    "help.map.export.file": ("Map file.", "地图文件。"),
    "help.map.export.to": ("What to write: sumo (plain XML for netconvert).", "导出格式：sumo（供 netconvert 使用的 XML）。"),
    "help.map.export.out": ("Folder to write to.", "写出的文件夹。"),
    "help.map.info": ("Say what a map file holds.", "说明地图文件的内容。"),
    "help.map.info.file": ("Map file.", "地图文件。"),
    "help.draw": (
        "Draw charts of a run, or of a sweep with assumptions, into image files.",
        "将一次运行或含假设分析的批量对比试验绘制成图片文件。",
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
        "绘制含假设分析的批量对比试验各方案的某项指标：仅计随机性的区间与计入假设的区间。",
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
    "help.draw.flow-monitoring": (
        "Draw the flows that fused tracks measure over the true ones, edge by edge.",
        "绘制各路段融合跟踪得到的流量与真实流量的散点图。",
    ),
    "help.draw.flow-monitoring.folder": ("Run folder.", "运行目录。"),
    "help.draw.flow-monitoring.out": ("File to write (.png, .svg or .pdf).", "写出的文件（.png、.svg 或 .pdf）。"),
    "help.draw.bridge-passage": (
        "Draw displacement, strain and acceleration of a bridge while a weighed vehicle passes.",
        "绘制一辆称重车辆通过时桥梁的位移、应变与加速度。",
    ),
    "help.draw.bridge-passage.folder": (
        "Run folder.",
        "运行目录。",
    ),
    "help.draw.bridge-passage.out": (
        "File to write (.png, .svg or .pdf).",
        "写出的文件（.png、.svg 或 .pdf）。",
    ),
    "help.draw.bridge-passage.bridge": (
        "The bridge's name in the scenario; the first where left out.",
        "仿真场景中桥梁的名称；不给时取第一座。",
    ),
    "help.draw.bridge-passage.at_s": (
        "Draw the vehicle weighed next to this instant, s after the start; the heaviest where left out.",
        "绘制距此时刻（距开始的秒数）最近的称重车辆；不给时取最重的一辆。",
    ),
    "help.draw.bridge-day": (
        "Draw temperatures and the identified first frequency of a bridge over time.",
        "绘制桥梁温度与识别出的一阶频率随时间的变化。",
    ),
    "help.draw.bridge-day.folder": (
        "Run folder.",
        "运行目录。",
    ),
    "help.draw.bridge-day.out": (
        "File to write (.png, .svg or .pdf).",
        "写出的文件（.png、.svg 或 .pdf）。",
    ),
    "help.draw.bridge-day.bridge": (
        "The bridge's name in the scenario; the first where left out.",
        "仿真场景中桥梁的名称；不给时取第一座。",
    ),
    "help.draw.bridge-alarm": (
        "Draw the worst alarm of a bridge: what it looked at, when it was raised, what had happened.",
        "绘制桥梁最严重的告警：其判断依据、发出时刻以及实际发生的事件。",
    ),
    "help.draw.bridge-alarm.folder": (
        "Run folder.",
        "运行目录。",
    ),
    "help.draw.bridge-alarm.out": (
        "File to write (.png, .svg or .pdf).",
        "写出的文件（.png、.svg 或 .pdf）。",
    ),
    "help.draw.bridge-alarm.bridge": (
        "The bridge's name in the scenario; the first where left out.",
        "仿真场景中桥梁的名称；不给时取第一座。",
    ),
    "help.draw.bridge-alarm.cause": (
        "Cause of the alarm, such as vibration; the worst of any cause where left out.",
        "告警原因，如 vibration；不给时取最严重的告警。",
    ),
}
