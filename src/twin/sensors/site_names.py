"""Names of sites made from what people and maps write."""

from __future__ import annotations

import re
from typing import Final

LONGEST_NAME: Final = 80

_UNFIT: Final = re.compile(r"[/\s]+")


def as_name(text: str) -> str:
    """Return a text as the name of a site: spaces and slashes, which names may not hold, become ``-``."""
    return _UNFIT.sub("-", text.strip()).strip("-")
