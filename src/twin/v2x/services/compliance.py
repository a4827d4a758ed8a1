"""Who follows what comes to his vehicle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.kernel.records import SpeedAdvice
from twin.rng import stream_key, uniforms
from twin.traffic.ground_truth import VEHICLE_CLASSES, GroundTruth
from twin.units import to_us

AUTOMATED = VEHICLE_CLASSES.index("autonomous_taxi")


def follows(seed: int, share: float, truth: GroundTruth) -> npt.NDArray[np.bool_]:
    """Return who of ``truth`` follows, (n,): a ``share`` of the drivers, always the same ones, and who drives by itself.

    One draw a driver serves every service: who follows one of them is the likelier to follow another.
    """
    draws = uniforms(stream_key(seed, "services/compliance"), truth.vehicle.astype(np.int64))[:, 0]
    return np.asarray((truth.klass == AUTOMATED) | (draws < share))


def advice_for(t_us: int, vehicle: npt.NDArray[np.int32], speed_mps: npt.NDArray[np.float64], hold_s: float) -> SpeedAdvice:
    """Return advice that holds for ``hold_s``."""
    return SpeedAdvice(t_us, vehicle, speed_mps, np.full(vehicle.size, t_us + to_us(hold_s), np.int64))


def lowest(t_us: int, *advice: SpeedAdvice) -> SpeedAdvice:
    """Return the lowest speed that each vehicle is advised, with the end of that advice: what services say together."""
    vehicle = np.concatenate([one.vehicle for one in advice] or [np.zeros(0, np.int32)])
    speed_mps = np.concatenate([one.speed_mps for one in advice] or [np.zeros(0)])
    until_us = np.concatenate([one.until_us for one in advice] or [np.zeros(0, np.int64)])
    order = np.lexsort((-until_us, speed_mps, vehicle))
    vehicle, speed_mps, until_us = vehicle[order], speed_mps[order], until_us[order]
    first = np.concatenate(([True], vehicle[1:] != vehicle[:-1]))[: vehicle.size]
    return SpeedAdvice(t_us, vehicle[first], speed_mps[first], until_us[first])
