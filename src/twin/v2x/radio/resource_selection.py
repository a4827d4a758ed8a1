"""How LTE-V2X mode 4 chooses resources: who is sensed, how much is excluded, how likely two vehicles take the same.

Source: M. Gonzalez-Martin, M. Sepulcre, R. Molina-Masegosa, J. Gozalvez, "Analytical Models of the Performance of C-V2X Mode 4
Vehicular Communications", IEEE Trans. Veh. Technol. 68(2), 2019 (arXiv 1807.06508); the procedure itself: 3GPP TS 36.213,
section 14.1.1.6. Vehicles stand on a line, 1 / density apart, on both sides of the transmitter.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from twin.v2x.radio.path_loss import LOS_LAWS, SIGMA_LOS_DB, Environment

Floats = npt.NDArray[np.float64]

SENSITIVITY_DBM: Final = -90.5
"""Received power below which nothing is sensed nor received. Source: the published model; TS 36.101 table 14.2-1 asks -90.4."""

REACH_M: Final = 1500
"""Vehicles farther along the line are left out of all sums. Source: the published model; at 23 dBm 0.1 % sense 800 m."""

CANDIDATE_SHARE: Final = 0.2
"""Share of the resources of a selection window among which one is drawn. Source: TS 36.213, section 14.1.1.6."""

SUBFRAMES_PER_S: Final = 1000
"""Source: TS 36.211, a subframe is 1 ms."""

THRESHOLD_STEP_DB: Final = 0.1
"""Step in which the power threshold is raised until enough resources are left. Source: the published model."""

LIGHT_LOAD, HEAVY_LOAD = 0.2, 0.7
"""Channel busy ratio up to which step 3 alone, and from which step 2 alone decides. Source: the published model."""


def sensed_share(distance_m: npt.ArrayLike, tx_power_dbm: float, threshold_dbm: float, environment: Environment) -> Floats:
    """Return the probability that power received at a distance is above a threshold, the shadowing being log-normal."""
    margin = tx_power_dbm - LOS_LAWS[environment](np.abs(np.asarray(distance_m, np.float64))) - threshold_dbm
    return np.asarray(special.ndtr(margin / SIGMA_LOS_DB))


def excluded(sensed: float, resources: float) -> float:
    """Return how many of ``resources`` are excluded on average when ``sensed`` vehicles are heard.

    Half of them found theirs free, the k-th of the others finds one of the rest taken by one before him with the probability
    k / (rest): S/2 + sum over k to S/2 of max(1 - k / (N - S/2), 0). Never more than there are.
    """
    half = 0.5 * sensed
    rest = resources - half
    if rest <= 1.0:
        return resources
    terms = math.floor(min(half, rest))
    return min(half + terms - 0.5 * terms * (terms + 1) / rest, resources)


class Choice(NamedTuple):
    """What one step of the selection leaves: how likely an interferer has the same resource as the transmitter."""

    threshold_dbm: float
    """Power above which resources are excluded."""

    same: Floats
    """By interferer, see ``interferers``: probability of the same resource."""


class Selection(NamedTuple):
    """Resource selection at one density, rate, power and number of sub-channels."""

    resources: float
    """Of a selection window, N."""

    busy_ratio: float
    """Channel busy ratio: share of the resources that is excluded at the sensitivity."""

    place_m: Floats
    """Where the interferers are along the line, from the transmitter."""

    step2: Choice
    """Exclusion by sensed power alone."""

    step3: Choice
    """The fifth of the resources with the least mean power."""

    step2_weight: float
    """Weight of step 2 between the two, by the busy ratio."""


def interferers(density_vpm: float) -> Floats:
    """Return the places of the others on the line, m from the transmitter, at both sides."""
    ahead = np.arange(1, math.floor(REACH_M * density_vpm) + 1) / max(density_vpm, 1e-12)
    return np.concatenate((-ahead[::-1], ahead))


def select(density_vpm: float, rate_hz: float, tx_power_dbm: float, subchannels: int, environment: Environment) -> Selection:
    """Return how vehicles choose their resources, at most as many as a window of 1 / rate has: N = S x 1000 / rate."""
    resources = subchannels * SUBFRAMES_PER_S / rate_hz
    places = interferers(density_vpm)
    line = np.arange(-REACH_M, REACH_M + 1, dtype=np.float64)

    def sensed(threshold_dbm: float) -> float:
        return density_vpm * float(sensed_share(line, tx_power_dbm, threshold_dbm, environment).sum())

    def raised(factor: float) -> float:
        """Return the threshold at which ``factor`` times the vehicles sensed leave enough candidates."""

        def enough(steps: int) -> bool:
            heard = factor * sensed(SENSITIVITY_DBM + THRESHOLD_STEP_DB * steps)
            return resources - excluded(heard, resources) >= CANDIDATE_SHARE * resources

        low, high = -1, 1024  # 102 dB: more than is ever received
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(middle) else (middle, high)
        return SENSITIVITY_DBM + THRESHOLD_STEP_DB * high

    def choice(threshold_dbm: float, factor: float) -> Choice:
        share = sensed_share(line, tx_power_dbm, threshold_dbm, environment)
        out = excluded(factor * sensed(threshold_dbm), resources)
        return Choice(threshold_dbm, _same(places, share, out, resources, rate_hz))

    busy = excluded(sensed(SENSITIVITY_DBM), resources) / resources
    weight = min(max((busy - LIGHT_LOAD) / (HEAVY_LOAD - LIGHT_LOAD), 0.0), 1.0)
    return Selection(resources, busy, places, choice(raised(1.0), 1.0), choice(raised(2.0), 2.0), weight)


def _same(places: Floats, share: Floats, out: float, resources: float, rate_hz: float) -> Floats:
    """Return the probability that interferers hold the transmitter's resource: (1 - (1 - 1/rate) s) Cc / Nc^2.

    ``share`` is s on the line, 1 m apart; ``out`` the resources Ne excluded. What both have excluded, Ce, falls from Ne for two
    at one place to Ne^2 / N with the autocorrelation of s; the common candidates are Cc = (N - 2 Ne + Ce) (Nc / (N - Ne))^2.
    Where they sense each other they collide only if both choose anew at once, once in ``rate_hz`` messages.
    """
    if places.size == 0:
        return np.empty(0)
    overlap = _autocorrelation(share)
    lag = np.arange(overlap.size, dtype=np.float64)
    common = np.interp(np.abs(places), lag, overlap / overlap[0])
    total = float(share.sum())
    # the factor of Ce on the autocorrelation is beta Ne R(0) / S - Ne^2 / N, with S = beta sum(s)
    both = common * (out * overlap[0] / total - out * out / resources) + out * out / resources
    candidates = (resources - 2.0 * out + both) / (resources - out) ** 2
    sensed = np.interp(np.abs(places), np.arange(REACH_M + 1, dtype=np.float64), share[REACH_M:])
    return np.asarray(np.clip((1.0 - max(1.0 - 1.0 / rate_hz, 0.0) * sensed) * candidates, 0.0, 1.0))


def _autocorrelation(share: Floats) -> Floats:
    """Return the sum of s(x) s(x + lag) for lags of 0 m and more, by Fourier transform."""
    size = 2 * share.size
    spectrum = np.fft.rfft(share, size)
    return np.asarray(np.maximum(np.fft.irfft(spectrum * np.conj(spectrum), size)[: share.size], 0.0))
