"""The ``log`` section of a scenario: how densely a run is written down."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.assumed import OF_THE_LOG
from twin.spec import Spec

PeriodS = Annotated[float, Field(ge=0.01, le=86_400.0)]
"""A period (s), at most a day. Assumption: nothing is logged more often than 100 times a second."""


class LogSpec(Spec):
    """What of a run is logged, and how often."""

    trajectory_period_s: Annotated[PeriodS, OF_THE_LOG] = 0.5
    """Simulated seconds between two rows of one vehicle in ``trajectory``. Assumption: half a second, in which a vehicle at
    60 km/h drives 8 m, lets a replay interpolate along the edge without visible corners."""

    observation_every_n_frames: Annotated[int, Field(ge=0, le=1_000_000), OF_THE_LOG] = 10
    """Of each sensor's frames, every n-th has its objects written to ``observation``; 1 writes all, 0 none. ``frame`` and
    ``detection_stat`` count every frame in any case. Assumption: 10, once a second for a sensor of 10 Hz."""

    segment_s: Annotated[float, Field(ge=1.0, le=60.0), OF_THE_LOG] = 60.0
    """Simulated seconds after which the open segment of each table is closed; a killed run loses at most this much. At most 60.
    Assumption: the longest allowed, because long segments compress best."""

    interval_s: Annotated[float, Field(ge=1.0, le=3600.0), OF_THE_LOG] = 60.0
    """Length (s) of the intervals of ``edge_state`` and ``detection_stat``. Assumption: one minute, short against a peak hour
    and near one signal cycle."""

    age_period_s: Annotated[int, Field(ge=1, le=86_400), OF_THE_LOG] = 10
    """Whole seconds between two rows of one vehicle in ``age_of_information``; the instants wander through the tenths of a
    second, in which devices report. Assumption: ten seconds, hundreds of samples of each road in a peak hour; ``perception``
    tells without sampling how long vehicles were known in time."""

    vehicle_report_every_n: Annotated[int, Field(ge=0, le=1_000_000), OF_THE_LOG] = 10
    """Of the instants, ten a second, at which vehicles may send, every n-th has what was heard written to ``vehicle_report``; 1
    writes all, 0 none. ``delivery_stat`` counts every message in any case. Assumption: 10, one message a second of each."""
