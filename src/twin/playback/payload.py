"""The envelope in which arrays reach the browser: a JSON header, then the arrays, aligned for JavaScript to read in place."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

MAGIC: Final = b"TWIN"
_ALIGNMENT: Final = 8
_KINDS: Final = {
    "float32": "Float32Array",
    "int16": "Int16Array",
    "int8": "Int8Array",
    "uint16": "Uint16Array",
    "uint32": "Uint32Array",
    "uint8": "Uint8Array",
}
"""NumPy types that a browser has too, by name."""


def pack(header: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return one envelope: ``TWIN``, header length (uint32, little endian), JSON header, arrays at multiples of 8 bytes.

    The header gains ``arrays``: for each name its JavaScript type, its offset from the end of the header, and its length.

    Raises ``TypeError`` for an array of a type that a browser lacks.
    """
    directory: dict[str, dict[str, object]] = {}
    parts: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        if array.dtype.name not in _KINDS:
            raise TypeError(f"array {name} is {array.dtype.name}; a browser reads {', '.join(_KINDS)}")
        data = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()
        directory[name] = {"type": _KINDS[array.dtype.name], "offset": offset, "length": array.size}
        padding = -len(data) % _ALIGNMENT
        parts.append(data + b"\0" * padding)
        offset += len(data) + padding
    text = json.dumps({**header, "arrays": directory}, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + len(MAGIC) + 4) % _ALIGNMENT)
    return MAGIC + struct.pack("<I", len(text)) + text + b"".join(parts)


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Return header and arrays of an envelope: the inverse of `pack`.

    Raises ``ValueError`` when ``data`` is no envelope.
    """
    if data[:4] != MAGIC:
        raise ValueError("not a playback payload")
    (length,) = struct.unpack_from("<I", data, 4)
    begin = 8 + length
    header: dict[str, Any] = json.loads(data[8:begin])
    types = {script: name for name, script in _KINDS.items()}
    arrays = {
        name: np.frombuffer(data, types[entry["type"]], entry["length"], begin + entry["offset"])
        for name, entry in header.pop("arrays").items()
    }
    return header, arrays
