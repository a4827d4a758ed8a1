"""The shipped prices as a page, and as a table to begin an own one with."""

from __future__ import annotations

import csv
import io

from twin.sensors.price_table import COLUMNS, shipped_rows


def prices_page() -> str:
    """Return the shipped prices as Markdown, every price with its source or marked as an assumption."""
    lines = [
        "# Prices",
        "",
        "Without value-added tax, in units of 10,000 CNY (万元). `make docs` writes this page, and [prices.csv](prices.csv)",
        "with the same rows, from what each kind of device says in its file and from `src/twin/presets/prices.csv`; how to put",
        "in your own, and what is reckoned from them: [costs.md](costs.md). Items without a life last `life_years` of `costs`.",
        "",
        "| item | for one | low | middle | high | life, years | source |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for row in shipped_rows():
        prices = [f"{row.numbers[f'{end}_10k_cny']:g}" for end in ("low", "mid", "high")]
        life = f"{row.numbers['life_years']:g}" if "life_years" in row.numbers else ""
        cells = [f"`{row.texts['item']}`", row.texts["unit"], *prices, life, row.texts["source"]]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def prices_table() -> str:
    """Return the shipped prices as CSV, with the columns that an own table may have."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [column.name for column in COLUMNS]
    writer.writerow(names)
    for row in shipped_rows():
        cells = row.texts | {name: f"{number:g}" for name, number in row.numbers.items()}
        writer.writerow([cells.get(name, "") for name in names])
    return text.getvalue()
