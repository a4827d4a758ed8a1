"""Tables of reports as elements of the page."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Final

from twin.terminal.tables import ShownTable

CSS: Final = """<style>
.twin-tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(520px,100%),1fr));gap:1rem 1.6rem}
.twin-tables>div{max-height:26rem;overflow:auto}
.twin-tables table{width:100%;border-collapse:collapse;font-size:.82rem;font-variant-numeric:tabular-nums}
.twin-tables caption{text-align:left;font-weight:600;padding:.2rem 0}
.twin-tables th,.twin-tables td{padding:.12rem .45rem;border:0;border-bottom:1px solid rgba(128,140,170,.3);text-align:left}
.twin-tables .right{text-align:right;white-space:nowrap}
</style>"""


def tables_html(tables: Iterable[ShownTable]) -> str:
    """Return tables side by side, as many as there is room for; long ones scroll."""
    return f"{CSS}<div class='twin-tables'>{''.join(f'<div>{_table(table)}</div>' for table in tables)}</div>"


def _table(table: ShownTable) -> str:
    def row(cells: tuple[str, ...], tag: str) -> str:
        sides = ("right" if right else "left" for right in table.right)
        whole = (f"<{tag} class='{side}'>{html.escape(cell)}</{tag}>" for side, cell in zip(sides, cells, strict=True))
        return f"<tr>{''.join(whole)}</tr>"

    body = "".join(row(cells, "td") for cells in table.rows)
    return f"<table><caption>{html.escape(table.title)}</caption>{row(table.names, 'th')}{body}</table>"
