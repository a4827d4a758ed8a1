"""Money."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "money.unit": ("million CNY", "万元"),
}
