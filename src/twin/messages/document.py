"""Documents of ``twin report --to``."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "document.part.conclusion": ("Conclusion", "结论"),
    "document.part.map": ("Map", "布设地图"),
    "document.part.comparison": ("Comparison", "方案比较"),
    "document.part.investment": ("Investment estimate", "投资估算"),
    "document.part.assumptions": ("Assumptions", "假设清单"),
    "document.part.limits": ("Limits", "适用范围与局限"),
    "document.part.repeat": ("How to repeat it", "复现命令"),
    "document.semicolon": ("; ", "；"),
    "document.program": ("guangzhou-twin {version}, log schema {schema}", "guangzhou-twin {version}，日志格式 {schema}"),
    "document.fact.sweep": ("sweep", "批量对比试验"),
    "document.fact.run": ("run", "运行"),
    "document.fact.variants": ("what is varied", "比较因素"),
    "document.fact.seeds": ("random seeds", "随机种子"),
    "document.fact.runs": ("runs", "运行次数"),
    "document.fact.failed": ("{runs}, of which {failed} failed", "{runs} 次，其中失败 {failed} 次"),
    "document.fact.map": ("map", "地图"),
    "document.fact.time": ("simulated time", "仿真时段"),
    "document.fact.span": (
        "from {start}, {duration:g} min, of which the first {warm_up:.3g} min are not counted",
        "自 {start} 起 {duration:g} 分钟，其中预热期 {warm_up:.3g} 分钟不计入",
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
        "无法判断何者最划算：该批量对比试验的指标未同时包含投资与其效益。",
    ),
    "document.value.unknown": (
        "Which variant is the best value is not said: the sweep does not have the perceived share among its figures.",
        "无法判断何者最划算：该批量对比试验的指标不含感知率。",
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
        "没有地图：批量对比试验目录旁没有已完成的运行。",
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
        "公交车没有点位和时刻表，电动自行车保持在车道内，车辆在车道内不横向避让。",
    ),
    "document.limits.8": (
        "Most prices have no published source; the estimate compares deployments and is no budget.",
        "多数价格没有公开来源；估算用于比较布设方案，不能作为预算。",
    ),
    "document.repeat.intro": (
        "These commands make the runs, the tables and this document again:",
        "以下命令可重新得到运行、结果表和本报告：",
    ),
    "document.repeat.hash": ("SHA-256 of the sweep file: {sha256}", "批量对比试验文件的 SHA-256：{sha256}"),
    "document.repeat.no_file": (
        "The sweep does not say which file it came from (an older version made it); the name is a guess.",
        "该批量对比试验未记录其文件（由旧版本生成）；文件名为推测。",
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
        "{folder}：批量对比试验没有终端报告（请用 twin compare）；请加上 --to html 或 --to docx",
    ),
    "document.run_only": (
        "{folder} is a run: --study is for the folder of a sweep",
        "{folder} 是单次运行：--study 只用于批量对比试验目录",
    ),
}
