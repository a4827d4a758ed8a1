"""LoRa and LoRaWAN: time on air of a frame, how often it may be sent, how many survive an unslotted channel."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.units import US_PER_S

Floats = npt.NDArray[np.float64]

BANDWIDTH_HZ: Final = 125_000.0
"""Source: LoRaWAN Regional Parameters RP002-1.0.4, CN470 and EU868, 125 kHz channels."""

PREAMBLE_SYMBOLS: Final = 8
"""Source: LoRaWAN Regional Parameters RP002-1.0.4, preamble length of LoRa modulation."""

SYNC_SYMBOLS: Final = 4.25
"""Source: Semtech AN1200.13, symbols added to the programmed preamble."""

CODING_RATE: Final = 1
"""Number of the coding rate, 4/(4 + 1). Source: LoRaWAN Regional Parameters RP002-1.0.4, 4/5."""

OVERHEAD_BYTES: Final = 13
"""Source: LoRaWAN 1.0.4: MAC header 1, device address 4, control 1, counter 2, port 1, integrity code 4."""

LONGEST_SYMBOL_S: Final = 0.016
"""Symbols longer than this take the low data rate optimisation. Source: Semtech AN1200.13 (16 ms; SF11 and SF12 at 125 kHz)."""

LONGEST_PAYLOAD_BYTES: Final = {7: 222, 8: 222, 9: 115, 10: 51, 11: 51, 12: 51}
"""By spreading factor. Source: LoRaWAN Regional Parameters RP002-1.0.4, EU868, repeaters allowed for."""


def time_on_air_s(
    frame_bytes: npt.ArrayLike,
    spreading_factor: int,
    bandwidth_hz: float = BANDWIDTH_HZ,
    *,
    coding_rate: int = CODING_RATE,
    preamble_symbols: int = PREAMBLE_SYMBOLS,
    header: bool = True,
    checksum: bool = True,
) -> Floats:
    """Return how long LoRa frames of this size (n,) are on the air.

    Semtech AN1200.13, "LoRa modem designer's guide" (2013): a symbol takes 2^SF / BW; the preamble its symbols and 4.25 more;
    then 8 symbols and ceil((8 PL - 4 SF + 28 + 16 CRC - 20 IH) / (4 (SF - 2 DE))) (CR + 4) more, if that is above 0, with PL
    bytes of frame, CRC 1 with a checksum, IH 1 without a header, DE 1 where a symbol takes more than 16 ms. Raises ValueError
    for a spreading factor that there is not.
    """
    if not 6 <= spreading_factor <= 12:
        raise ValueError(f"spreading factors are 6 to 12, got {spreading_factor}")
    symbol_s = 2.0**spreading_factor / bandwidth_hz
    slow = 1 if symbol_s > LONGEST_SYMBOL_S else 0
    bits = 8.0 * np.asarray(frame_bytes, np.float64) - 4 * spreading_factor + 28 + 16 * checksum - 20 * (not header)
    payload = 8.0 + np.maximum(np.ceil(bits / (4 * (spreading_factor - 2 * slow))) * (coding_rate + 4), 0.0)
    on_air_s: Floats = symbol_s * (preamble_symbols + SYNC_SYMBOLS + payload)
    return on_air_s


def least_interval_s(frame_bytes: npt.ArrayLike, spreading_factor: int, duty_cycle: float) -> Floats:
    """Return the shortest time from frame to frame of one device that may send for a share of the time."""
    return time_on_air_s(frame_bytes, spreading_factor) / duty_cycle


def aloha_delivered(frames_per_s: npt.ArrayLike, frame_s: npt.ArrayLike, channels: int = 1) -> Floats:
    """Return the share of frames that nobody else's frame on the same channel and spreading factor overlaps.

    Pure ALOHA (N. Abramson, 1970): exp(-2 G) with G = frames per second and channel x seconds on the air, all senders taken
    together as Poisson. Without capture: the stronger of two frames survives more often than this says.
    """
    load = np.asarray(frames_per_s, np.float64) * np.asarray(frame_s, np.float64) / channels
    return np.exp(-2.0 * load)


def bit_rate_bps(spreading_factor: int, bandwidth_hz: float = BANDWIDTH_HZ, coding_rate: int = CODING_RATE) -> float:
    """Return the rate of LoRa's payload bits: SF BW / 2^SF x 4 / (4 + CR) (Semtech AN1200.13)."""
    return spreading_factor * bandwidth_hz / 2.0**spreading_factor * 4.0 / (4.0 + coding_rate)


def whole_us(seconds: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return seconds as whole microseconds, rounded up: a line is occupied until the last symbol is over."""
    return np.ceil(np.round(np.asarray(seconds, np.float64) * US_PER_S, 3)).astype(np.int64)


def spreading_factor_for(margin_db: float) -> int:
    """Return the lowest spreading factor, 7 to 12, whose demodulator works at this signal over noise; 12 below all of them.

    Source: Semtech SX1276 data sheet: -7.5 dB at SF7, 2.5 dB less for each further one.
    """
    return min(max(7 + math.ceil((-7.5 - margin_db) / 2.5), 7), 12)
