"""``twin query``."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
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
}
