"""The note on a calibration that lifts the mark "not calibrated" from a document."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twin.errors import InputError
from twin.messages import say

LONGEST_BYTES: Final = 1_000_000
SUMMARY_LINES: Final = 8
"""Lines with text of a note that are shown; the file itself says the rest."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A note that somebody has attached; what it says is his, and nobody has checked that it belongs to these runs."""

    name: str
    sha256: str
    summary: tuple[str, ...]
    """Its first lines."""


def read_calibration(file: Path) -> Calibration:
    """Return the note in ``file``, any UTF-8 text; InputError where there is none, it is empty, large or no text."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(say("document.calibration.closed", file=file, reason=error.strerror)) from error
    if len(content) > LONGEST_BYTES:
        raise InputError(say("document.calibration.large", file=file, limit=LONGEST_BYTES))
    try:
        lines = [line.strip() for line in content.decode("utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise InputError(say("document.calibration.text", file=file)) from error
    if not lines:
        raise InputError(say("document.calibration.empty", file=file))
    return Calibration(file.name, hashlib.sha256(content).hexdigest(), tuple(lines[:SUMMARY_LINES]))
