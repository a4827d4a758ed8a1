"""Records of parking events as a city publishes them: begin, end and sign of each stay that a bay's reports tell of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from twin.kernel.reporting import Recorder
from twin.parking.reported_bays import FREE, OCCUPIED
from twin.parking.sensing_spec import DataFaultsSpec
from twin.rng import stream_key, uniform4
from twin.units import to_us

_DAY_US: Final = 86_400_000_000
CLOCK_SET_S: Final = 7200.0
"""Greatest error of a sensor's clock that is then set right, evenly drawn. Assumption: two hours."""

OLD: Final = "OLD"
"""Sign of the records of a sensor that was replaced. Source: the bay sensors of Melbourne."""

FAULTS: Final = ("negative", "no_arrival", "no_departure")


class Sessions:
    """Pairs the reported comings and goings of bays to events, with the faults that such records have."""

    def __init__(
        self, spec: DataFaultsSpec, names: Mapping[int, str], recorder: Recorder, *, seed: int, start_of_day_s: float
    ) -> None:
        """Watch the bays of ``names``; ``start_of_day_s``: local time at which the run begins."""
        self._spec, self._recorder = spec, recorder
        self._key = {bay: stream_key(seed, "parking/session", name) for bay, name in names.items()}
        self._old = {bay for bay, key in self._key.items() if uniform4(key, 0, 0, 1)[0] < spec.replaced_share}
        self._start_us = to_us(start_of_day_s)
        self._began: dict[int, int] = {}
        self._number: dict[int, int] = {}

    def replaced(self, bay: int) -> None:
        """Take note that a bay's sensor was replaced: the event that is under way stands under the old one."""
        self._old.add(bay)

    def change(self, since_us: int, bay: int, before: int, after: int) -> None:
        """Take a change of a bay's reported state, which was so from ``since_us`` on."""
        if after == OCCUPIED:
            self._began[bay] = since_us
        elif after == FREE and before == OCCUPIED and bay in self._began:
            self._write(bay, self._began.pop(bay), since_us)
        else:
            self._began.pop(bay, None)

    def _write(self, bay: int, arrived_us: int, left_us: int) -> None:
        spec, number = self._spec, self._number.get(bay, 0)
        self._number[bay] = number + 1
        chance, size, _, _ = uniform4(self._key[bay], number, 0, 0)
        bounds = np.cumsum([spec.negative_share, spec.no_arrival_share, spec.no_departure_share])
        kind = int(np.searchsorted(bounds, chance, side="right"))
        if kind == 0:
            left_us = arrived_us - max(to_us(size * CLOCK_SET_S), 1)
        elif kind == 1:
            arrived_us = (arrived_us + self._start_us) // _DAY_US * _DAY_US - self._start_us
        elif kind == 2:
            left_us = ((left_us + self._start_us) // _DAY_US + 1) * _DAY_US - self._start_us
        self._recorder.append(
            "bay_session",
            {
                "t_us": [arrived_us],
                "left_us": [left_us],
                "bay": [bay],
                "sign": [OLD if bay in self._old else ""],
                "fault": [FAULTS[kind] if kind < len(FAULTS) else None],
            },
        )
