"""How many bytes a message has: straight lines through the sizes of real encodings of representative content.

Encoding some thousand messages a second would cost more than the rest of the links together; a line over the number of items
comes within a byte or five (tests/v2x/message_set/test_sizes.py encodes them; docs/messages.md has the table).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt


class SizeLaw(NamedTuple):
    """Bytes of a message of some kind: ``fixed_bytes`` and ``item_bytes`` for each item."""

    fixed_bytes: float
    item_bytes: float
    items: str
    """What its items are."""
    most: int
    """Most items of one message."""


SIZES: Final[Mapping[str, SizeLaw]] = MappingProxyType(
    {
        "bsm": SizeLaw(41.0, 0.0, "none", 0),
        "rsm": SizeLaw(39.3, 28.03, "objects beside the roadside unit itself", 15),
        "spat": SizeLaw(12.6, 11.25, "phases", 16),
        "map": SizeLaw(18.0, 82.0, "approaches of three lanes and five points", 32),
        "rsi": SizeLaw(39.4, 4.74, "points of the path of one event", 32),
        "cam": SizeLaw(41.0, 0.0, "none: the high-frequency container alone", 0),
        "cam_low_frequency": SizeLaw(43.1, 8.63, "points of the path, with the low-frequency container", 40),
        "cpm": SizeLaw(35.1, 29.38, "objects", 255),
    }
)
"""Sizes of the encodings that ``codec`` makes of the content of ``representative``, without envelope and lower layers.

Source: measured, ``python benchmarks/message_sizes.py``, and held there by a test.
"""

RSM_LEAST: Final = SizeLaw(39.3, 17.03, "objects beside the roadside unit itself", 15)
"""With the mandatory fields only. Source: measured, see ``SIZES``."""

RSM_ALL: Final = SizeLaw(39.1, 38.16, "objects beside the roadside unit itself", 15)
"""With every field. Source: measured, see ``SIZES``."""

CPM_LEAST: Final = SizeLaw(35.3, 13.01, "objects", 255)
"""With number, age and place of each object only. Source: measured, see ``SIZES``."""

SIGNED_DIGEST_BYTES: Final = 96
"""Security envelope of a broadcast message that names its certificate by a digest.

Assumption: 96 B. IEEE 1609.2 adds a signature over a 256-bit curve (64 B and 2 B before it), the digest (8 B), time and service
(12 B) and the nesting (about 10 B); China's certificates (YD/T 3957) take SM2, whose signatures are as long.
"""

SIGNED_CERTIFICATE_BYTES: Final = 200
"""Security envelope of a broadcast message that carries its certificate, as one of five does at 10 Hz.

Assumption: 200 B: the above with an implicit certificate of some 110 B instead of the digest.
"""


def size_bytes(kind: str, items: npt.ArrayLike = 0) -> npt.NDArray[np.int64]:
    """Return the bytes of messages of a key of ``SIZES`` with so many items each, as an array of the same shape.

    Raises KeyError for an unknown kind, and ValueError for more items than one message holds.
    """
    law, count = SIZES[kind], np.asarray(items, np.int64)
    if count.size and (count.min() < 0 or (law.item_bytes and count.max() > law.most)):
        raise ValueError(f"a {kind} has 0 to {law.most} items, not {count.min()} to {count.max()}")
    return np.ceil(np.round(law.fixed_bytes + law.item_bytes * count, 6)).astype(np.int64)
