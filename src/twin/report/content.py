"""What a document says, whatever it is written as: parts in a fixed order, each a series of blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from twin.metrics.document_pictures import Form
from twin.terminal.tables import ShownTable

PARTS: Final = ("conclusion", "map", "comparison", "investment", "assumptions", "limits", "repeat")
"""Keys of the parts of every document, in their order."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text."""

    text: str
    note: bool = False
    """Whether it says how to read what stands above it, and is set smaller."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, drawn when it is needed."""

    caption: str
    draw: Callable[[Form], bytes]
    """Returns it as SVG or PNG."""


@dataclass(frozen=True, slots=True)
class Command:
    """Lines to type."""

    text: str


Block = Paragraph | Heading | Points | ShownTable | Picture | Command


@dataclass(frozen=True, slots=True)
class Part:
    """One of the fixed parts."""

    key: str
    """One of ``PARTS``."""
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document in one language."""

    language: str
    title: str
    question: str
    mark: str
    """Whether the demand is calibrated; on the first page and in the header of every page."""
    calibrated: bool
    """Whether a note on a calibration is attached."""
    facts: tuple[tuple[str, str], ...]
    """Label and value, below the title."""
    footer: str
    """Name of the folder and version of the program that made it."""
    parts: tuple[Part, ...]
