"""What the tiers of the platform know, written to the log."""

from __future__ import annotations

import numpy as np

from twin.eventlog.recorder import Recorder
from twin.traffic.ground_truth import DRIVEN_CLASSES, GroundTruth
from twin.v2x.platform.tiers import Tiers


def log_ages(recorder: Recorder, tiers: Tiers, truth: GroundTruth) -> None:
    """Write how old what each tier knows of every vehicle is at the instant of ``truth``."""
    driven = truth.klass < len(DRIVEN_CLASSES)
    vehicle = truth.vehicle[driven]
    recorder.append(
        "age_of_information",
        {
            "t_us": np.full(vehicle.size, truth.t_us, np.int64),
            "vehicle": vehicle,
            "edge": truth.edge[driven],
            **tiers.ages_us(truth.t_us, vehicle),
        },
    )
