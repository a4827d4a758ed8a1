"""Block error rate of a 190 byte LTE-V2X message over the signal to noise (and interference) ratio, by its code rate.

Source: curves of R1-160284 (3GPP), as the published mode 4 model tabulates them (Gonzalez-Martin et al., IEEE TVT 68(2) 2019).
Between two points the rate is linear in dB, below the first it is 1. Beyond the last its logarithm goes on in the straight line
of the last two points: a rate held there would put a floor of 0.1 to 0.2 % under every delivery, which the published
analytical curves do not show (at 50 m they lie 0.1 to 0.2 percentage points above it, in all configurations).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.messages import say

Floats = npt.NDArray[np.float64]


class Curve(NamedTuple):
    """One curve and the resource blocks that a message of it takes."""

    code_rate: float
    """Information bits for each coded bit, QPSK."""

    resource_blocks: int
    """Of 180 kHz that a message of 190 bytes occupies."""

    snr_db: tuple[float, ...]
    """Rising."""

    error_rate: tuple[float, ...]
    """At each of them; falling."""


CURVES: Final[dict[int, Curve]] = {
    2: Curve(0.5, 12, (-2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0), (1.0, 0.9, 0.7, 0.3, 0.09, 0.02, 0.002)),
    4: Curve(
        0.7, 10, (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0), (1.0, 0.9, 0.7, 0.4, 0.13, 0.045, 0.017, 0.007, 0.001)
    ),
}
"""By the number of sub-channels a subframe of 10 MHz is divided into. Source: see the head of this module."""


def curve(subchannels: int) -> Curve:
    """Return the curve for so many sub-channels; ValueError for a number that has none."""
    if subchannels not in CURVES:
        raise ValueError(say("pc5.subchannels", found=subchannels, known=", ".join(map(str, CURVES))))
    return CURVES[subchannels]


def points(subchannels: int) -> tuple[Floats, Floats]:
    """Return the curve as two arrays, dB and error rate, for ``error_rates``."""
    own = curve(subchannels)
    return np.array(own.snr_db), np.array(own.error_rate)


def block_error_rate(sinr_db: npt.ArrayLike, subchannels: int) -> Floats:
    """Return the share of messages lost at a ratio of signal to noise and interference, any shape."""
    ratio = np.asarray(sinr_db, np.float64)
    return error_rates(np.ascontiguousarray(ratio.ravel()), *points(subchannels)).reshape(ratio.shape)


@kernel
def error_rate(sinr_db: float, snr_db: Floats, rate: Floats) -> float:
    """Return the error rate at one ratio by the curve's points."""
    last = snr_db.size - 1
    if sinr_db <= snr_db[0]:
        return 1.0
    if sinr_db >= snr_db[last]:
        fall = (math.log(rate[last - 1]) - math.log(rate[last])) / (snr_db[last] - snr_db[last - 1])
        return float(rate[last] * math.exp(-fall * (sinr_db - snr_db[last])))
    at = 0
    while snr_db[at + 1] < sinr_db:
        at += 1
    share = (sinr_db - snr_db[at]) / (snr_db[at + 1] - snr_db[at])
    return float(rate[at] + share * (rate[at + 1] - rate[at]))


@kernel
def error_rates(sinr_db: Floats, snr_db: Floats, rate: Floats) -> Floats:
    """Return the error rate at each ratio, (n,)."""
    out = np.empty(sinr_db.size)
    for i in range(sinr_db.size):
        out[i] = error_rate(sinr_db[i], snr_db, rate)
    return out
