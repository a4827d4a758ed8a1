"""The bytes of messages of representative content, encoded, and the straight lines through them that the simulation uses.

python benchmarks/message_sizes.py
"""

from __future__ import annotations

import numpy as np

from twin.v2x.message_set.codec import encode
from twin.v2x.message_set.representative import representative

MEASURED = (
    ("bsm", "tracked", 0, (0,)),
    ("rsm", "least", 1, range(16)),
    ("rsm", "tracked", 1, range(16)),
    ("rsm", "all", 1, range(16)),
    ("spat", "tracked", 0, range(1, 17)),
    ("map", "tracked", 0, range(1, 7)),
    ("rsi", "tracked", 0, range(2, 33)),
    ("cam", "tracked", 0, (0,)),
    ("cam", "tracked", 1, range(24)),
    ("cpm", "least", 0, (0, 1, 2, 5, 10, 20, 40, 100)),
    ("cpm", "tracked", 0, (0, 1, 2, 5, 10, 20, 40, 100)),
)
"""Kind, detail, what ``representative`` counts beside the items, and numbers of items."""


def main() -> None:
    """Print a line a kind."""
    for kind, detail, beside, items in MEASURED:
        size = np.array([len(encode(kind, representative(kind, n + beside, detail=detail))) for n in items])
        slope, fixed = np.polyfit(np.array(items), size, 1) if len(size) > 1 else (0.0, float(size[0]))
        error = np.abs(fixed + slope * np.array(items) - size).max()
        print(f"{kind:5} {detail:8} {fixed:7.2f} + {slope:5.2f} n, within {error:4.2f} B; n = {items[-1]}: {size[-1]} B")


if __name__ == "__main__":
    main()
