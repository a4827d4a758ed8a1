"""The page of the shipped prices, from their table."""

from __future__ import annotations

from twin.sensors.price_table import shipped_rows


def prices_page() -> str:
    """Return the shipped table of prices as Markdown, every price with its source or marked as an assumption."""
    lines = [
        "# Prices",
        "",
        "Without value-added tax, in units of 10,000 CNY (万元). `make docs` writes this page from the package's own table,",
        "`src/twin/presets/prices.csv`; how to put in your own, and what is reckoned from them: [costs.md](costs.md). Items",
        "without a life last `life_years` of `costs`.",
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
