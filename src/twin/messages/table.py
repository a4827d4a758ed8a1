"""Tables of sites and of demand: the file and its cells."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
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
}
