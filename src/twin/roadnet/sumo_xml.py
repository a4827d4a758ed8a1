"""SUMO's XML files, read by pieces, packed or plain; every fault is one message with its place in the file."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from twin.errors import InputError
from twin.messages import say

Attributes = dict[str, str]

PIECE_BYTES: Final = 1 << 20

SUFFIXES: Final = (".net.xml", ".net.xml.gz")
"""By these a map file is known as SUMO's."""


def is_sumo(path: Path) -> bool:
    """Return whether a file's name is that of a SUMO network."""
    return path.name.lower().endswith(SUFFIXES)


def written(attributes: Mapping[str, object]) -> str:
    """Return attributes as an element of a file has them; those without a value (None, empty) are left out."""
    return " ".join(f"{name}={quoteattr(str(value))}" for name, value in attributes.items() if value not in (None, ""))


def read_sumo_xml(
    path: Path,
    roots: tuple[str, ...],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    error: type[InputError] = InputError,
) -> str:
    """Call ``start(tag, attributes)`` and ``end(tag)`` for every element below the root; return the file's SHA-256.

    The file may be packed with gzip. A document type (which could define entities that grow without bound, or name other
    files) is refused. Raises ``error`` when the file is missing, damaged, not XML, has another root than ``roots``, or when
    ``start`` finds an attribute missing (KeyError) or unreadable (ValueError); the message names the line.
    """
    parser = expat.ParserCreate()
    depth = 0

    def opened(tag: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > 1:
            start(tag, attributes)
        elif tag not in roots:
            raise _OtherRootError(tag)

    def closed(tag: str) -> None:
        nonlocal depth
        depth -= 1
        if depth and end is not None:
            end(tag)

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        return _feed(path, parser)
    except _OtherRootError as fault:
        wanted = " / ".join(f"<{root}>" for root in roots)
        raise error(say("sumo.root", file=path, found=f"<{fault}>", wanted=wanted)) from None
    except (OSError, EOFError, zlib.error) as fault:
        raise error(_unreadable(path, fault)) from fault
    except (_DocumentTypeError, expat.ExpatError, LookupError, ValueError, AttributeError) as fault:
        raise error(_wrong(path, parser.CurrentLineNumber, fault)) from fault


def _wrong(path: Path, line: int, fault: Exception) -> str:
    if isinstance(fault, _DocumentTypeError):
        return say("sumo.document_type", file=path, line=line)
    if isinstance(fault, expat.ExpatError):
        return say("sumo.syntax", file=path, line=fault.lineno, detail=expat.ErrorString(fault.code))
    if isinstance(fault, KeyError):
        return say("sumo.unknown", file=path, line=line, name=fault.args[0])
    return say("sumo.value", file=path, line=line, detail=fault)


class _OtherRootError(Exception):
    """The root is not what the file should hold."""


class _DocumentTypeError(Exception):
    """The file declares a document type."""


def _refuse_document_type(*_: object) -> None:
    raise _DocumentTypeError


def _unreadable(path: Path, fault: OSError | EOFError | zlib.error) -> str:
    if isinstance(fault, FileNotFoundError):
        return say("sumo.missing", file=path)
    if isinstance(fault, OSError) and not isinstance(fault, gzip.BadGzipFile):
        return say("sumo.closed", file=path, reason=fault.strerror)
    return say("sumo.packed", file=path, detail=fault)


def _feed(path: Path, parser: expat.XMLParserType) -> str:
    """Parse the file; return its SHA-256."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        with contextlib.ExitStack() as unpacking:
            source = unpacking.enter_context(gzip.open(stream)) if packed else stream
            while piece := source.read(PIECE_BYTES):
                parser.Parse(piece, False)
    parser.Parse(b"", True)
    return digest
