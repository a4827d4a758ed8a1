"""Keyed hashes of reports: who alters one without the device's key, or sends an old one again, is certain to be noticed."""

from __future__ import annotations

import hashlib
import hmac
import struct
from typing import Final

TAG_BYTES: Final = 16
"""Length of the tag: a forged one fits by chance once in 2^128. Source: RFC 2104, section 5, lets a tag be cut
to half of the hash, here of 32 bytes."""


def device_key(secret: bytes, name: str) -> bytes:
    """Return a device's own key, made from the platform's secret (at most 64 bytes) and its name: 32 bytes."""
    return hashlib.blake2b(name.encode(), key=secret, digest_size=32).digest()


def sign(key: bytes, channel: int, sequence: int, t_us: int, value: float) -> bytes:
    """Return the tag of a report: a keyed BLAKE2b hash (RFC 7693) of channel, sequence, instant and value."""
    report = struct.pack("<qqqd", channel, sequence, t_us, value)
    return hashlib.blake2b(report, key=key, digest_size=TAG_BYTES).digest()


class Verifier:
    """Knows the keys of devices and the last sequence number of each of their channels."""

    def __init__(self, keys: dict[int, bytes]) -> None:
        """Take the key of each device by its number."""
        self._keys = keys
        self._last: dict[tuple[int, int], int] = {}

    def verify(self, device: int, channel: int, sequence: int, t_us: int, value: float, tag: bytes) -> tuple[bool, bool]:
        """Return whether the tag is that of the report, and whether the report is newer than all before it."""
        key = self._keys.get(device)
        genuine = key is not None and hmac.compare_digest(tag, sign(key, channel, sequence, t_us, value))
        fresh = sequence > self._last.get((device, channel), -1)
        if genuine and fresh:
            self._last[device, channel] = sequence
        return genuine, fresh
