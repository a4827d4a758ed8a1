"""Bridges: their description, where they lie on the map, what loads them."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "bridge.truck_shares": (
        "empty_share, part_share and overloaded_share add up to {total:g}; lower them to at most 1",
        "empty_share、part_share 与 overloaded_share 之和为 {total:g}; 请使其不超过 1",
    ),
}
