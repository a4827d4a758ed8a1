"""What the tiers of the platform know, written to the log."""

from __future__ import annotations

from typing import Final

import numpy as np

from twin.eventlog.recorder import Recorder
from twin.traffic.ground_truth import DRIVEN_CLASSES, GroundTruth
from twin.v2x.platform.tiers import Tiers

WANDER_US: Final = 37_000
"""From sample to sample the instant moves on by this within a step of the links, so that all parts of the beat in which devices
report are met alike. Choice: no divisor of 100 ms, and near the golden section of it."""


def log_ages(recorder: Recorder, tiers: Tiers, truth: GroundTruth, number: int, step_us: int) -> None:
    """Write how old what each tier knows of every vehicle was, for the ``number``-th time, within the step before ``truth``.

    Call it when the links have been stepped up to ``truth`` and the tiers have not heard of it yet.
    """
    t_us = truth.t_us - step_us + number * WANDER_US % step_us
    driven = truth.klass < len(DRIVEN_CLASSES)
    vehicle = truth.vehicle[driven]
    recorder.append(
        "age_of_information",
        {
            "t_us": np.full(vehicle.size, t_us, np.int64),
            "vehicle": vehicle,
            "edge": truth.edge[driven],
            **tiers.ages_us(t_us, vehicle),
        },
    )
