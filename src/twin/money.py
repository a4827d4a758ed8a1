"""How amounts of money are shown: in millions of CNY in English, in 万元 in Chinese; never two units in one table."""

from __future__ import annotations

from typing import Final

from twin.messages import language, say
from twin.units import CNY_PER_10K

CNY_PER_MILLION: Final = 1e6


def money_unit() -> tuple[float, str]:
    """Return (CNY in a unit of money, its name) in the language in use."""
    return (CNY_PER_MILLION if language() == "en" else CNY_PER_10K), say("money.unit")


def amount(cny: float) -> str:
    """Return an amount for a table whose head names the unit, to a hundred thousand CNY or finer."""
    scale, _ = money_unit()
    return f"{cny / scale:,.{1 if scale == CNY_PER_MILLION else 0}f}"


def money(cny: float) -> str:
    """Return an amount for a sentence, with its unit."""
    return f"{amount(cny)} {money_unit()[1]}"
