"""Sweeps: their file, what runs them, the tables at their end."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
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
        "For {budget} '{variant}' perceives most: {share:.1f} % of vehicle time, at {cost}.",
        "在 {budget}预算内，“{variant}”感知最多：投资 {cost}，感知率 {share:.1f} %。",
    ),
    "sweep.budget.none": (
        "{budget} pay for none of them: the cheapest, '{variant}', costs {cost}.",
        "{budget}不足以建设任何一个方案：最便宜的“{variant}”需 {cost}。",
    ),
    "sweep.outputs.remote": (
        "documents are written on this machine only, not in {out}; leave `outputs` out, or give a folder with --out",
        "文档只能与结果表一起写入本机，不能写入 {out}；请删除 `outputs`，或用 --out 指定本机文件夹",
    ),
    "sweep.frontier": ("which density", "选择哪种密度"),
    "sweep.frontier.sites": ("sites", "点位"),
    "sweep.frontier.per_site": ("points per added site", "每新增点位（百分点）"),
    "sweep.frontier.front": ("front: {aim}", "前沿：{aim}"),
    "sweep.frontier.all": ("all together", "综合"),
    "sweep.frontier.knee": ("knee", "拐点"),
    "sweep.frontier.note": (
        "Front: none is better and no dearer. Knee: farthest above the line between the ends. (In resamples of {seeds} seeds.)",
        "前沿：没有更优且不更贵的方案。拐点：高出曲线两端连线最多。括号内：对 {seeds} 个种子重抽样时成立的比例。",
    ),
    "sweep.frontier.not_nested": (
        "{variant} lacks sites that {sparser} has: its points per added site are of moved sites as well",
        "“{variant}”不含“{sparser}”的全部点位：其“每新增点位”一列也包含点位移动的影响",
    ),
    "sweep.warm_up": (
        "The warm-up may be too short: in half of the runs the rule MSER-5 asks for more, {needed:g} s (median).",
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
        "a task is to have {wanted:g} GB and no machine has more than {most:.1f} GB; give less with --memory or memory_gb",
        "每个任务要求 {wanted:g} GB 内存，而各机器最多 {most:.1f} GB；请用 --memory 或 memory_gb 调小",
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
        "--resume：{store} 中没有批量对比试验 {folder}；请去掉 --resume 以开始，或检查 --out 与批量对比试验文件",
    ),
    "sweep.resume.left": ("going on: {left} of {total} runs are left", "继续：{total} 次运行中还剩 {left} 次"),
    "sweep.go_on": ("finished runs are kept; go on with: {command}", "已完成的运行均已保留；继续请执行：{command}"),
    "sweep.preparing": (", preparing (compiling where it is the first time)", "，准备中（首次使用需编译）"),
    "sweep.retries": (", {count} tried again", "，重试 {count}"),
    "sweep.other_program": (
        "the worker's program, libraries or processor are not the driver's: it made {made} instead of {planned}",
        "工作节点的程序、库或处理器与主控端不一致：生成了 {made}，而非 {planned}",
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
}
