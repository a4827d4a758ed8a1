"""How a document shows money and differences: investments in 万元 or million CNY, shares in points."""

from __future__ import annotations

from twin.messages import say
from twin.money import money_unit
from twin.terminal.figures import unit
from twin.units import CNY_PER_10K


def shown_unit(metric: str) -> tuple[float, str, str]:
    """Return (factor, unit, unit of differences) that a document shows a metric with."""
    if metric.endswith("cost_cny"):
        scale, name = money_unit()
        return 1.0 / scale, name, name
    factor, name = unit(metric)
    return factor, name, say("compare.points") if name == "%" else name


def wan(cny: float) -> str:
    """Return an amount of CNY in 万元, with more decimals the smaller it is."""
    value = cny / CNY_PER_10K
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:,.1f}" if abs(value) >= 10.0 else f"{value:,.2f}"
