"""Path loss of the sidelink at 5.9 GHz as pure functions of arrays; what stands in the way as probabilities and extra loss.

Sources: WINNER+ B1 as the LTE-V2X literature uses it (3GPP TR 36.885, table A.1.4-1; D5.3 of WINNER+), 3GPP TR 37.885
section 6.2 (urban grid and highway), ETSI TR 103 257-1 (vehicles in the way). Distances in m, carrier in GHz, losses in dB.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Environment = Literal["winner_b1", "tr37885_urban", "tr37885_highway"]
Traffic = Literal["low", "medium", "high"]

CARRIER_GHZ: Final = 5.91
"""Middle of 5.905-5.915 GHz. Source: the published mode 4 model; in China's band, 5.905-5.925 GHz."""

ANTENNA_M: Final = 1.5
"""Height of a vehicle's antenna. Source: TR 36.885 table A.1.4-1 and TR 37.885 table 6.1.2-1."""

NEAREST_M: Final = 3.0
"""Path loss is that of this distance where antennas are nearer. Source: WINNER+ B1, valid from 3 m."""

SIGMA_LOS_DB: Final = 3.0
"""Standard deviation of shadowing in sight, LOS and NLOSv. Source: TR 36.885 and TR 37.885 table 6.2.1-1."""

SIGMA_NLOS_DB: Final = 4.0
"""The same behind buildings. Source: the same tables."""

LIGHT_MPS: Final = 3.0e8
"""Speed of light as TR 36.885 rounds it for the breakpoint distance. Source: TR 36.885."""

LOSS_PER_BLOCKER_DB: Final = 6.9
"""Mean extra loss for each vehicle between the antennas. Source: ETSI TR 103 257-1, as WiLabV2Xsim applies it."""

_P_LOS_URBAN: Final[dict[Traffic, tuple[float, float]]] = {
    "low": (0.8548, 0.0064),
    "medium": (0.8372, 0.0114),
    "high": (0.8962, 0.0170),
}
"""Factor and decay a metre. Source: the urban fits that ns-3's TR 37.885 channel uses."""

_P_NLOSV_URBAN: Final[dict[Traffic, tuple[float, float, float]]] = {
    "low": (0.0396, 5.2718, 3.4827),
    "medium": (0.0312, 5.0063, 2.4544),
    "high": (0.0242, 5.0115, 2.2092),
}
"""a, m and s of exp(-(ln d - m)^2 / s) / (a d). Source: as above."""

_P_LOS_HIGHWAY: Final[dict[Traffic, tuple[float, float]]] = {
    "low": (1.5e-6, -0.0015),
    "medium": (2.7e-6, -0.0025),
    "high": (3.2e-6, -0.0030),
}
"""a and b of a d^2 + b d + 1. Source: as above."""


def _distance(distance_m: npt.ArrayLike) -> Floats:
    return np.maximum(np.asarray(distance_m, np.float64), NEAREST_M)


def free_space_db(distance_m: npt.ArrayLike, carrier_ghz: float = CARRIER_GHZ) -> Floats:
    """Return the floor of WINNER+: 20 log10 d + 46.4 + 20 log10(f / 5)."""
    return np.asarray(20.0 * np.log10(_distance(distance_m)) + 46.4 + 20.0 * np.log10(carrier_ghz / 5.0))


def breakpoint_m(carrier_ghz: float = CARRIER_GHZ, antenna_m: float = ANTENNA_M) -> float:
    """Return 4 h^2 f / c, the distance beyond which the ground's reflection counts: 177 m for two vehicles at 5.91 GHz."""
    return 4.0 * antenna_m**2 * carrier_ghz * 1e9 / LIGHT_MPS


def winner_b1_los_db(distance_m: npt.ArrayLike, carrier_ghz: float = CARRIER_GHZ, antenna_m: float = ANTENNA_M) -> Floats:
    """Return WINNER+ B1 line-of-sight loss, never below free space.

    22.7 log10 d + 27 + 20 log10 f up to the breakpoint; 40 log10 d + 7.56 - 2 x 17.3 log10 h + 2.7 log10 f beyond. Heights are
    the antennas' own, as in the published mode 4 model; WINNER+ itself takes a metre off.
    """
    d = _distance(distance_m)
    near = 22.7 * np.log10(d) + 27.0 + 20.0 * np.log10(carrier_ghz)
    far = 40.0 * np.log10(d) + 7.56 - 2.0 * 17.3 * np.log10(antenna_m) + 2.7 * np.log10(carrier_ghz)
    law = np.where(d < breakpoint_m(carrier_ghz, antenna_m), near, far)
    return np.asarray(np.maximum(law, free_space_db(d, carrier_ghz)))


def winner_b1_manhattan_nlos_db(
    d1_m: npt.ArrayLike, d2_m: npt.ArrayLike, carrier_ghz: float = CARRIER_GHZ, antenna_m: float = ANTENNA_M
) -> Floats:
    """Return WINNER+ B1 loss around a corner: ``d1_m`` along the one street, ``d2_m`` along the other.

    PL_LOS(d1) + 17.3 - 12.5 n + 10 n log10 d2 + 3 log10 f with n = max(2.8 - 0.0024 d1, 1.84), the lesser of both orders.
    """
    d1, d2 = _distance(d1_m), _distance(d2_m)

    def around(first: Floats, second: Floats) -> Floats:
        n = np.maximum(2.8 - 0.0024 * first, 1.84)
        corner = 17.3 - 12.5 * n + 10.0 * n * np.log10(second) + 3.0 * np.log10(carrier_ghz)
        return np.asarray(winner_b1_los_db(first, carrier_ghz, antenna_m) + corner)

    return np.minimum(around(d1, d2), around(d2, d1))


def tr37885_highway_los_db(distance_m: npt.ArrayLike, carrier_ghz: float = CARRIER_GHZ) -> Floats:
    """Return 32.4 + 20 log10 d + 20 log10 f (TR 37.885 table 6.2.1-1), LOS and NLOSv on highways."""
    return np.asarray(32.4 + 20.0 * np.log10(_distance(distance_m)) + 20.0 * np.log10(carrier_ghz))


def tr37885_urban_los_db(distance_m: npt.ArrayLike, carrier_ghz: float = CARRIER_GHZ) -> Floats:
    """Return 38.77 + 16.7 log10 d + 18.2 log10 f (TR 37.885 table 6.2.1-1), LOS and NLOSv in cities."""
    return np.asarray(38.77 + 16.7 * np.log10(_distance(distance_m)) + 18.2 * np.log10(carrier_ghz))


def tr37885_urban_nlos_db(distance_m: npt.ArrayLike, carrier_ghz: float = CARRIER_GHZ) -> Floats:
    """Return 36.85 + 30 log10 d + 18.9 log10 f (TR 37.885 table 6.2.1-1), behind buildings."""
    return np.asarray(36.85 + 30.0 * np.log10(_distance(distance_m)) + 18.9 * np.log10(carrier_ghz))


def tr37885_nlosv_loss_db(
    distance_m: npt.ArrayLike, lower_antenna_m: npt.ArrayLike, higher_antenna_m: npt.ArrayLike, blocker_m: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Return mean and standard deviation, dB, of the extra loss of a vehicle of height ``blocker_m`` in the way.

    Both antennas below the blocker: 9 + max(0, 15 log10 d - 41), 4.5 dB; one below: 5 + max(0, 15 log10 d - 41), 4 dB; both
    above: none (TR 37.885 section 6.2.1; the loss itself is the greater of 0 and the normal draw).
    """
    below = (np.asarray(lower_antenna_m) < blocker_m).astype(np.int64) + (np.asarray(higher_antenna_m) < blocker_m)
    growing = np.maximum(0.0, 15.0 * np.log10(_distance(distance_m)) - 41.0)
    mean = np.where(below == 0, 0.0, np.where(below == 1, 5.0, 9.0) + growing)
    return mean, np.broadcast_to(np.array([0.0, 4.0, 4.5])[below], mean.shape)


def los_probability_urban(distance_m: npt.ArrayLike, traffic: Traffic = "medium") -> Floats:
    """Return the probability of line of sight in a city: factor x exp(-decay d), at most 1."""
    factor, decay = _P_LOS_URBAN[traffic]
    return np.minimum(1.0, factor * np.exp(-decay * np.asarray(distance_m, np.float64)))


def nlosv_probability_urban(distance_m: npt.ArrayLike, traffic: Traffic = "medium") -> Floats:
    """Return the probability that vehicles alone stand in the way in a city: exp(-(ln d - m)^2 / s) / (a d).

    At most what line of sight leaves; the rest is NLOS by buildings.
    """
    a, m, s = _P_NLOSV_URBAN[traffic]
    d = np.maximum(np.asarray(distance_m, np.float64), 1.0)
    return np.minimum(1.0 - los_probability_urban(d, traffic), np.exp(-((np.log(d) - m) ** 2) / s) / (a * d))


def los_probability_highway(distance_m: npt.ArrayLike, traffic: Traffic = "medium") -> Floats:
    """Return the probability of line of sight on a highway: a d^2 + b d + 1, held from where the parabola would rise.

    The rest is NLOSv: there are no buildings.
    """
    a, b = _P_LOS_HIGHWAY[traffic]
    d = np.minimum(np.asarray(distance_m, np.float64), -b / (2.0 * a))
    return np.clip(a * d * d + b * d + 1.0, 0.0, 1.0)


LOS_LAWS: Final[dict[Environment, Callable[[npt.ArrayLike], Floats]]] = {
    "winner_b1": winner_b1_los_db,
    "tr37885_urban": tr37885_urban_los_db,
    "tr37885_highway": tr37885_highway_los_db,
}
"""The line-of-sight law of each environment."""


def building_loss_db(environment: Environment, d1_m: npt.ArrayLike, d2_m: npt.ArrayLike) -> Floats:
    """Return how much more than in sight is lost behind buildings, at ``d1_m`` along and ``d2_m`` across the streets.

    WINNER+ goes around the corner of the two; TR 37.885's law for cities, which its highway, without buildings, borrows here,
    goes by the distance. Never negative.
    """
    d1, d2 = np.abs(np.asarray(d1_m, np.float64)), np.abs(np.asarray(d2_m, np.float64))
    d = np.hypot(d1, d2)
    behind = winner_b1_manhattan_nlos_db(d1, d2) if environment == "winner_b1" else tr37885_urban_nlos_db(d)
    return np.maximum(behind - LOS_LAWS[environment](d), 0.0)
