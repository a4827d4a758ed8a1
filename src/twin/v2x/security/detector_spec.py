"""Detectors of forged messages as data: which there are and their thresholds.

Source, where a docstring says NextGen: VeReMi NextGen (2026, repository at 1643972f), optimised parameters of its baseline for
a town at 7 in the morning. NextGen's thresholds were fitted to its own traffic; here they are taken as they are.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.spec import Spec

Detector = Literal[
    "range", "speed", "acceleration", "off_road",
    "position_speed", "speed_change", "heading_change", "heading_motion",
    "freshness", "sequence", "rate", "appearance", "unseen", "shared", "acceleration_speed",
]  # fmt: skip
"""Detectors by name. Four look at one message, four at what changed since the last, four at when it comes, two at
sensors; the last one at whether the speed follows the claimed acceleration."""

DETECTORS: Final[tuple[Detector, ...]] = get_args(Detector)
"""The bit of a detector in a verdict is its place here."""


class DetectorsSpec(Spec):
    """What roadside units look at before they believe a message. Each finding is a bit of the message's verdict."""

    use: tuple[Detector, ...] = DETECTORS
    """Detectors that are on."""

    range_m: Annotated[float, Field(gt=0.0, le=10_000.0)] = 328.0
    """``range``: a claimed place farther from the receiver is suspicious; at least the reach of the radio. Source:
    NextGen, 328.5 m."""

    speed_mps: Annotated[float, Field(gt=0.0, le=200.0)] = 30.0
    """``speed``: a greater one is suspicious. Source: NextGen, 30.0 m/s."""

    acceleration_mps2: Annotated[float, Field(gt=0.0, le=50.0)] = 3.12
    """``acceleration`` and ``speed_change``: a greater one is suspicious. Source: NextGen, 3.12 m/s2."""

    deceleration_mps2: Annotated[float, Field(gt=0.0, le=50.0)] = 5.09
    """As before, of braking. Source: NextGen, 5.09 m/s2."""

    heading_change_deg: Annotated[float, Field(gt=0.0, le=180.0)] = 111.7
    """``heading_change``: a greater turn from message to message is suspicious; ``heading_motion``: so is a greater angle
    between heading and motion. Source: NextGen, 111.7 degrees."""

    gap_s: Annotated[float, Field(gt=0.0, le=60.0)] = 3.6
    """After a longer silence a message is not compared with the one before. Source: NextGen, 3.6 s."""

    base_s: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=3.6)] = 1.0
    """Motion is compared over between half of it and the whole, so that errors of places do not drown it. Assumption: 1 s,
    some metres of driving."""

    ahead_m: Annotated[float, Field(ge=0.0, le=100.0)] = 1.18
    """``position_speed``: that much farther than the claimed speeds allow is let pass. Source: NextGen, 1.18 m."""

    behind_m: Annotated[float, Field(ge=0.0, le=100.0)] = 2.14
    """``position_speed``: that much less far is let pass. Source: NextGen, 2.14 m."""

    position_error_m: Annotated[float, Assumed.between(0.3, 3.0), Field(ge=0.0, le=100.0)] = 1.0
    """Change of the error of an honest place within ``base_s``, on top of both. Assumption: 1 m, satellite positioning in a
    town with a filter."""

    speed_error_mps: Annotated[float, Assumed.between(0.2, 1.5), Field(ge=0.0, le=20.0)] = 0.5
    """``speed_change``: change of the error of an honest speed between two messages. Assumption: 0.5 m/s, wheel
    speed or Doppler shift."""

    acceleration_error_mps2: Annotated[float, Assumed.between(0.3, 2.0), Field(ge=0.0, le=50.0)] = 1.0
    """``acceleration_speed``: mean error of honest accelerations over ``base_s``, on top of ``speed_error_mps``. Assumption:
    drift of the sensor, and changes between two messages that neither tells."""

    motion_m: Annotated[float, Assumed.between(2.0, 8.0), Field(gt=0.0, le=100.0)] = 4.0
    """``heading_motion``: shorter ways tell no direction. Assumption: several times the error of a place."""

    freshness_s: Annotated[float, Assumed.between(0.3, 2.0), Field(gt=0.0, le=60.0)] = 1.0
    """``freshness``: an older message is suspicious. Assumption: ten periods of messages; links take far less."""

    clock_error_s: Annotated[float, Assumed.between(0.01, 0.5), Field(ge=0.0, le=60.0)] = 0.1
    """``freshness``: a stamp that much in the future is let pass. Assumption: a period of messages."""

    rate_hz: Annotated[float, Field(gt=0.0, le=1000.0)] = 10.0
    """``rate`` and ``sequence``: messages a second that a unit may send. Source: 10 Hz, T/CSAE 53-2020 and SAE J2945/1."""

    burst: Annotated[float, Assumed.between(2.0, 10.0), Field(ge=1.0, le=1000.0)] = 5.0
    """``rate``: messages that may come at once; beyond, those above the rate are suspicious. Assumption: what waited
    in a queue."""

    sequence_slack: Annotated[int, Assumed.between(1, 10), Field(ge=0, le=100)] = 3
    """``sequence``: a counter may have gone on that much farther than the rate. Assumption: messages lost between two."""

    appearance_m: Annotated[float, Assumed.between(50.0, 200.0), Field(gt=0.0, le=10_000.0)] = 100.0
    """``appearance``: a sender that nobody has heard before and that is nearer to the receiver is suspicious, unless vehicles
    may appear there. Assumption: a third of the range in line of sight."""

    appearance_s: Annotated[float, Assumed.between(1.0, 5.0), Field(gt=0.0, le=600.0)] = 2.0
    """``appearance``: for so long. Assumption: until motion has been compared."""

    gate_m: Annotated[float, Assumed.between(2.0, 8.0), Field(gt=0.0, le=100.0)] = 4.0
    """``unseen`` and ``shared``: a seen object so near to a claimed place is that vehicle. Assumption: 99.8 % of honest ones,
    with places right within 1.5 m in 68 % (SAE J2945/1) and errors of sensors of 0.5 m along each axis."""

    misses: Annotated[int, Assumed.between(2, 10), Field(ge=1, le=1000)] = 3
    """``unseen`` and ``shared``: so many comparisons in a row without an object of its own are suspicious. Assumption: sensors
    that find 90 % of what they cover miss a vehicle three times in a row once in a thousand."""

    sensed_age_s: Annotated[float, Assumed.between(0.1, 1.0), Field(gt=0.0, le=10.0)] = 0.3
    """``unseen`` and ``shared``: older messages are not compared with what sensors see now. Assumption: some periods."""

    forget_s: Annotated[float, Assumed.between(10.0, 600.0), Field(gt=0.0, le=604_800.0)] = 60.0
    """A sender that is silent for longer is forgotten. Assumption: longer than a building hides a vehicle."""

    road_margin_m: Annotated[float, Assumed.between(1.0, 5.0), Field(ge=0.0, le=100.0)] = 3.0
    """``off_road``: places so far beside the lanes are let pass. Assumption: the error of a place and of the map."""

    witness_m: Annotated[float, Assumed.between(40.0, 120.0), Field(gt=0.0, le=1000.0)] = 60.0
    """``unseen``: only places on roads in sight, so near to a sensor, are compared. Assumption: 60 m, within which sensors see
    nearly everybody and vehicles seldom hide each other for long."""
