"""Messages as they go on air: unaligned packed encoding (UPER, ITU-T X.691) of the ASN.1 modules beside this file.

The only door to asn1tools, which is loaded at the first message. The values are those of asn1tools: a SEQUENCE is a dict
without the optional fields that are absent, a CHOICE a pair (name, value), an ENUMERATED its name, a BIT STRING a pair (bytes,
bits).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

KINDS: Final = ("bsm", "rsm", "spat", "map", "rsi", "cam", "cpm")
"""Kinds of messages: the first five of T/CSAE 53-2020, then those of ETSI."""

_FRAME: Final = {"bsm": "bsmFrame", "rsm": "rsmFrame", "spat": "spatFrame", "map": "mapFrame", "rsi": "rsiFrame"}
_PDU: Final = {"cam": "CAM", "cpm": "CPM"}

CONTAINERS: Final = {2: "OriginatingRsuContainer", 3: "SensorInformationContainer", 5: "PerceivedObjectContainer"}
"""What a CPM's containers hold by their ``containerId`` (TS 103 324, ``CpmContainerId``); those that are built here."""


@cache
def _modules() -> tuple[Any, Any]:
    """Return the compiled modules of T/CSAE 53 and of ETSI."""
    import asn1tools

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its grammar uses old names of pyparsing
        csae, etsi = (
            asn1tools.compile_string(resources.files(__package__).joinpath(name).read_text(encoding="ascii"), "uper")
            for name in ("csae53.asn", "etsi.asn")
        )
    return csae, etsi


def encode(kind: str, value: Mapping[str, Any]) -> bytes:
    """Return the bytes of one message of a kind of ``KINDS``, without security envelope and lower layers.

    A CPM's containers are given as values; they are encoded on their own, as open types are. Raises ValueError for an unknown
    kind, and for a value that is out of its range, missing, or of the wrong type.
    """
    import asn1tools

    csae, etsi = _modules()
    try:
        if kind in _FRAME:
            return bytes(csae.encode("MessageFrame", (_FRAME[kind], value), check_constraints=True))
        if kind == "cpm":
            containers = [
                {
                    "containerId": one["containerId"],
                    "containerData": etsi.encode(CONTAINERS[one["containerId"]], one["containerData"], check_constraints=True),
                }
                for one in value["payload"]["cpmContainers"]
            ]
            value = {**value, "payload": {**value["payload"], "cpmContainers": containers}}
        return bytes(etsi.encode(_pdu(kind), value, check_constraints=True))
    except (asn1tools.EncodeError, asn1tools.ConstraintsError, KeyError) as error:
        raise ValueError(f"not a {kind}: {error}") from error


def decode(kind: str, data: bytes) -> dict[str, Any]:
    """Return the value of a message: the inverse of ``encode``.

    Raises ValueError for an unknown kind, for bytes that end too early, and for a T/CSAE 53 message of another kind.
    """
    import asn1tools

    csae, etsi = _modules()
    try:
        if kind in _FRAME:
            name, value = csae.decode("MessageFrame", data)
            if name != _FRAME[kind]:
                raise ValueError(f"not a {kind}: the frame holds {name}")
            return dict(value)
        value = dict(etsi.decode(_pdu(kind), data))
        if kind == "cpm":
            for one in value["payload"]["cpmContainers"]:
                one["containerData"] = etsi.decode(CONTAINERS[one["containerId"]], one["containerData"])
    except (asn1tools.DecodeError, KeyError) as error:
        raise ValueError(f"not a {kind}: {error}") from error
    return value


def _pdu(kind: str) -> str:
    if kind not in _PDU:
        raise ValueError(f"there is no message kind {kind!r}, only {', '.join(KINDS)}")
    return _PDU[kind]
