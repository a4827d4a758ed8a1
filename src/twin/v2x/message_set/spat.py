"""SPAT: what a signal shows and until when (T/CSAE 53-2020, signal phase and timing)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.traffic.signal_states import GIVE_WAY, GREEN, RED, YELLOW
from twin.v2x.message_set.quanta import dsecond, minute_of_the_year, scaled

Floats = npt.NDArray[np.float64]

LIGHTS: Final = {GREEN: "protected-green", YELLOW: "yellow", RED: "red", GIVE_WAY: "red"}
"""``LightState`` by state of ``twin.traffic.signal_states``: a right turn on red sees red; no light at all is "dark"."""

_LAST_MARK: Final = 36_000
"""An hour in tenths of a second; 36001 means unknown. Source: T/CSAE 53-2020, ``TimeMark``."""


@dataclass(frozen=True, slots=True)
class Phases:
    """The phases of one junction's signal and what each shows now, one row each; arrays of shape (n,).

    Ends count from now. Where the controller may end a state early, the least end lies before the latest.
    """

    number: npt.NDArray[np.int64]
    """1 to 255."""
    state: npt.NDArray[np.int8]
    """As in ``twin.traffic.signal_states``."""
    least_end_s: Floats
    likely_end_s: Floats
    latest_end_s: Floats
    permissive: npt.NDArray[np.bool_]
    """Whether a green crosses streams that are green too (a round light rather than an arrow)."""


def spat_values(unix_us: int, junction: int, phases: Phases, *, msg_count: int = 0) -> dict[str, Any]:
    """Return the message of one junction, number 0 to 65535, at an instant of Unix time.

    Each phase tells its present state, with the three ends counted down in tenths of a second. Raises ValueError for more than
    16 phases, the most that ``PhaseList`` holds, and for ends that are out of order.
    """
    if not 1 <= phases.number.size <= 16:
        raise ValueError(f"a SPAT tells 1 to 16 phases of a junction, not {phases.number.size}")
    if ((phases.least_end_s > phases.likely_end_s) | (phases.likely_end_s > phases.latest_end_s)).any():
        raise ValueError("the likely end of a state lies between the least and the latest one")
    least, likely, latest = (
        scaled(end_s, 0.1, 0, _LAST_MARK) for end_s in (phases.least_end_s, phases.likely_end_s, phases.latest_end_s)
    )
    states = []
    for i, state in enumerate(phases.state.tolist()):
        light = "permissive-green" if state == GREEN and phases.permissive[i] else LIGHTS.get(state, "dark")
        timing = {
            "startTime": 0,
            "minEndTime": int(least[i]),
            "maxEndTime": int(latest[i]),
            "likelyEndTime": int(likely[i]),
        }
        states.append({"id": int(phases.number[i]), "phaseStates": [{"light": light, "timing": ("counting", timing)}]})
    return {
        "msgCnt": msg_count % 128,
        "moy": minute_of_the_year(unix_us),
        "timeStamp": int(dsecond(unix_us)),
        "intersections": [{"intersectionId": {"id": junction}, "status": (b"\x00\x00", 16), "phases": states}],
    }
