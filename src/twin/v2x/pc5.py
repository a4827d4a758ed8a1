"""Packet delivery of LTE-V2X mode 4: half duplex, sensing range, propagation, collisions.

Source: the analytical model of M. Gonzalez-Martin et al., IEEE Trans. Veh. Technol. 68(2), 2019 (arXiv 1807.06508), written
from its formulas. Its published curves are met within 0.3 percentage points (docs/radio.md). Step 3 of the resource selection
counts every sensed vehicle twice in what it excludes, as the model does where it sets the threshold of that step; counted once,
the published curves are missed by 0.6 to 1.7 points on average.

What is lost is told apart in the order in which it is lost: each part is conditional on having survived those before it, and
the delivery ratio is the product of what they leave.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from twin.compilation import inline_kernel, kernel
from twin.messages import say
from twin.v2x.radio.block_error import curve, error_rate, points
from twin.v2x.radio.path_loss import LOS_LAWS, SIGMA_LOS_DB, Environment
from twin.v2x.radio.resource_selection import SENSITIVITY_DBM, SUBFRAMES_PER_S, select

Floats = npt.NDArray[np.float64]

NOISE_DBM: Final = -95.0
"""Noise and noise figure (9 dB) over 10 MHz, 50 resource blocks. Source: the published model; -174 + 70 + 9."""

STEP_DB: Final = 0.25
"""Of the table of harm. Choice: linear between its points it is within 2e-4 of the integral."""

WEAKEST_DB, STRONGEST_DB = -30.0, 45.0
"""Signal over noise that the table spans. Choice: below, nothing is sensed; above, noise no longer counts."""

FAINTEST_DB, LOUDEST_DB = -20.0, 75.0
"""Interference over noise that the table spans. Choice: below, it harms nothing; above, everything."""

_QUANTILES: Final = 200
"""Equally likely values that a random power is taken as. Choice: beyond 100 nothing changes in the fourth digit."""


class DeliveryParts(NamedTuple):
    """Why messages are lost: each a probability given that no reason before it applied. Arrays of one shape."""

    half_duplex: Floats
    """The receiver transmits in the same subframe: rate / 1000."""

    sensing: Floats
    """Received below the sensitivity."""

    propagation: Floats
    """Received, but too weak against the noise for its code."""

    collision: Floats
    """Somebody else's message on the same resource is too strong."""

    def delivered(self) -> Floats:
        """Return the packet delivery ratio: the product of what the four leave."""
        ratio = (1.0 - self.half_duplex) * (1.0 - self.sensing) * (1.0 - self.propagation) * (1.0 - self.collision)
        return np.asarray(ratio)


def packet_delivery_ratio(
    distance_m: npt.ArrayLike,
    density_vpm: float,
    rate_hz: float,
    tx_power_dbm: float,
    subchannels: int,
    *,
    extra_loss_db: npt.ArrayLike = 0.0,
    environment: Environment = "winner_b1",
) -> Floats:
    """Return the share of messages that are received at each distance.

    ``density_vpm`` counts the transmitting vehicles for each metre of the line, ``rate_hz`` is what each of them sends,
    ``subchannels`` 2 or 4 in 10 MHz (ValueError else). ``extra_loss_db`` is what is lost beyond the environment's line of sight
    (buildings, vehicles, a jammer); it weakens the message, not its interferers.
    """
    return delivery_parts(
        distance_m,
        density_vpm,
        rate_hz,
        tx_power_dbm,
        subchannels,
        extra_loss_db=extra_loss_db,
        environment=environment,
    ).delivered()


def delivery_parts(
    distance_m: npt.ArrayLike,
    density_vpm: float,
    rate_hz: float,
    tx_power_dbm: float,
    subchannels: int,
    *,
    extra_loss_db: npt.ArrayLike = 0.0,
    environment: Environment = "winner_b1",
) -> DeliveryParts:
    """Return why messages are lost at each distance, see ``packet_delivery_ratio``."""
    if not 0.0 < rate_hz < SUBFRAMES_PER_S:
        raise ValueError(say("pc5.rate", rate_hz=rate_hz))
    distance, extra = np.broadcast_arrays(np.asarray(distance_m, np.float64), np.asarray(extra_loss_db, np.float64))
    snr = np.ravel(tx_power_dbm - LOS_LAWS[environment](distance) - extra - noise_dbm(subchannels))
    collision = _collisions(np.ravel(distance), snr, density_vpm, rate_hz, tx_power_dbm, subchannels, environment)
    sensing, propagation = weakness(snr, subchannels)
    shape = distance.shape
    half_duplex = np.full(shape, rate_hz / SUBFRAMES_PER_S)
    return DeliveryParts(half_duplex, sensing.reshape(shape), propagation.reshape(shape), collision.reshape(shape))


def noise_dbm(subchannels: int) -> float:
    """Return the noise in the resource blocks of one message."""
    return NOISE_DBM - 10.0 * float(np.log10(50.0 / curve(subchannels).resource_blocks))


def weakness(snr_db: Floats, subchannels: int) -> tuple[Floats, Floats]:
    """Return the parts ``sensing`` and ``propagation`` at mean ratios of signal to noise, (n,)."""
    sensed_db = SENSITIVITY_DBM - noise_dbm(subchannels)
    propagation = np.empty(snr_db.size)
    dbs, rates = points(subchannels)
    _lost_to_noise(np.ascontiguousarray(snr_db), _above(snr_db, sensed_db), dbs, rates, propagation)
    return np.asarray(special.ndtr((sensed_db - snr_db) / SIGMA_LOS_DB)), propagation


def _above(snr_db: Floats, sensed_db: float) -> Floats:
    """Return equally likely ratios, (n, quantiles), of messages that are sensed: a normal cut off below ``sensed_db``."""
    share = special.ndtr(np.maximum((snr_db - sensed_db) / SIGMA_LOS_DB, -30.0))
    levels = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    return np.asarray(snr_db[:, None] - SIGMA_LOS_DB * special.ndtri(levels[None, :] * share[:, None]))


@kernel
def _lost_to_noise(snr_db: Floats, drawn_db: Floats, dbs: Floats, rates: Floats, out: Floats) -> None:
    for i in range(snr_db.size):
        total = 0.0
        for j in range(drawn_db.shape[1]):
            total += error_rate(drawn_db[i, j], dbs, rates)
        out[i] = total / drawn_db.shape[1]


@lru_cache(maxsize=4)
def harm_table(subchannels: int) -> Floats:
    """Return how likely an interferer on the same resource destroys a message that would else be received.

    By mean signal over noise (rows from ``WEAKEST_DB``) and mean interference over noise (columns from ``FAINTEST_DB``), both
    with log-normal shadowing: (E[BLER(SINR)] - PRO) / (1 - PRO), the signal being one that is sensed.
    """
    signal = np.arange(WEAKEST_DB, STRONGEST_DB + 0.5 * STEP_DB, STEP_DB)
    noisy = np.arange(FAINTEST_DB, LOUDEST_DB + 0.5 * STEP_DB, STEP_DB)
    z = special.ndtri((np.arange(_QUANTILES) + 0.5) / _QUANTILES)
    drawn = _above(signal, SENSITIVITY_DBM - noise_dbm(subchannels))
    dbs, rates = points(subchannels)
    out = np.empty((signal.size, noisy.size))
    rise = np.arange(0.0, LOUDEST_DB + 5.0 * SIGMA_LOS_DB, STEP_DB)
    _fill_harm(drawn, noisy, SIGMA_LOS_DB * np.asarray(z), rise, dbs, rates, out)
    out.flags.writeable = False
    return out


@kernel
def _fill_harm(
    drawn_db: Floats, noisy_db: Floats, z_db: Floats, rise_db: Floats, dbs: Floats, rates: Floats, out: Floats
) -> None:
    """Fill the table; ``rise_db`` are the ratios of noise and interference to noise between which is interpolated."""
    lost = np.empty(rise_db.size)
    for row in range(out.shape[0]):
        for k in range(rise_db.size):
            total = 0.0
            for j in range(drawn_db.shape[1]):
                total += error_rate(drawn_db[row, j] - rise_db[k], dbs, rates)
            lost[k] = total / drawn_db.shape[1]
        for column in range(out.shape[1]):
            total = 0.0
            for j in range(z_db.size):
                rise = 10.0 * np.log10(1.0 + 10.0 ** (0.1 * (noisy_db[column] + z_db[j])))
                at = min(rise / rise_db[1], rise_db.size - 1.001)
                k = int(at)
                total += lost[k] + (at - k) * (lost[k + 1] - lost[k])
            out[row, column] = max(0.0, (total / z_db.size - lost[0]) / max(1.0 - lost[0], 1e-9))


@inline_kernel
def harm(signal_db: float, noisy_db: float, table: Floats) -> float:
    """Return the harm of one interferer, between the points of ``harm_table``."""
    over = max(0.0, signal_db - STRONGEST_DB)  # so strong, only the ratio of the two counts
    row = (max(signal_db - over, WEAKEST_DB) - WEAKEST_DB) / STEP_DB
    column = (noisy_db - over - FAINTEST_DB) / STEP_DB
    if column <= 0.0:
        return 0.0
    column = min(column, table.shape[1] - 1.001)
    row = min(row, table.shape[0] - 1.001)
    i, j = int(row), int(column)
    a, b = row - i, column - j
    near = table[i, j] + b * (table[i, j + 1] - table[i, j])
    far = table[i + 1, j] + b * (table[i + 1, j + 1] - table[i + 1, j])
    return float(near + a * (far - near))


def _collisions(
    distance_m: Floats,
    snr_db: Floats,
    density_vpm: float,
    rate_hz: float,
    tx_power_dbm: float,
    subchannels: int,
    environment: Environment,
) -> Floats:
    """Return the part ``collision`` at distances and mean ratios of signal to noise, (n,)."""
    chosen = select(density_vpm, rate_hz, tx_power_dbm, subchannels, environment)
    noisy, table = tx_power_dbm - noise_dbm(subchannels), harm_table(subchannels)
    out = np.zeros(distance_m.size)
    for i in range(distance_m.size if chosen.place_m.size else 0):
        heard = noisy - LOS_LAWS[environment](np.abs(chosen.place_m - distance_m[i]))
        same = chosen.step2.same, chosen.step3.same
        out[i : i + 1] = collision_at(snr_db[i : i + 1], heard, same[0], same[1], chosen.step2_weight, table)
    return out


@kernel
def collision_at(snr_db: Floats, heard_db: Floats, step2: Floats, step3: Floats, weight: float, table: Floats) -> Floats:
    """Return the part ``collision`` at one place for several mean ratios of signal to noise, (n,).

    1 - the product over the interferers of what each leaves, mixed of both steps; ``heard_db`` is each one's mean interference
    over noise, ``step2`` and ``step3`` how likely it has the same resource, ``table`` what it harms then (``harm_table``).
    """
    out = np.empty(snr_db.size)
    for i in range(snr_db.size):
        kept2, kept3 = 1.0, 1.0
        for k in range(heard_db.size):
            harmed = harm(snr_db[i], heard_db[k], table)
            kept2 *= 1.0 - step2[k] * harmed
            kept3 *= 1.0 - step3[k] * harmed
        out[i] = weight * (1.0 - kept2) + (1.0 - weight) * (1.0 - kept3)
    return out
