"""The command line itself: errors, progress, what it answers."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
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
    "cli.notice": ("{file}: {text}", "{file}：{text}"),
    "cli.valid": ("{file}: valid", "{file}：有效"),
    "cli.progress": (
        "{share:3.0f} %  {factor:.1f} x real time  {left} left",
        "{share:3.0f} %  {factor:.1f} 倍实时  剩余 {left}",
    ),
    "cli.reused": ("the same run is already there; --overwrite runs it again", "相同的运行已存在；用 --overwrite 重新运行"),
    "cli.compiling": (
        "compiling the kernels that nobody has used on this machine yet: a minute or two, kept for the next run",
        "正在编译本机首次使用的计算内核：约一两分钟，之后的运行直接使用",
    ),
    "cli.rate": ("{factor:.1f} x real time, {left} left", "{factor:.1f} 倍实时，剩余 {left}"),
}
