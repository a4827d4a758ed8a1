"""What the log says of facilities: their places, and what happened at each in every interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder
from twin.parking.car_park import CarPark, Why
from twin.parking.facilities import INSIDE, Facilities
from twin.parking.occupancy import Occupancy
from twin.units import US_PER_S

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def write_facilities(recorder: Recorder, facilities: Facilities) -> None:
    """Write the static tables of facilities and bays."""
    every, bays = facilities.every, facilities.bays
    recorder.write_static(
        "facility_spec",
        {
            "facility": np.arange(len(every)),
            "name": [one.name for one in every],
            "group": [one.group for one in every],
            "kind": [one.kind for one in every],
            "capacity": facilities.capacity,
            "x_cm": centimetres([one.x_m for one in every]),
            "y_cm": centimetres([one.y_m for one in every]),
            "entry_edge": np.array([one.entry_edge for one in every], np.int32),
            "entry_cm": centimetres([one.entry_s_m for one in every]),
            "price_cny": np.array([one.tariff.cny_per_hour for one in every]),
        },
    )
    edge = np.ma.masked_equal(bays.edge, INSIDE)
    recorder.write_static(
        "bay_spec",
        {
            "bay": np.arange(bays.count),
            "facility": bays.facility,
            "edge": edge,
            "along_cm": np.ma.masked_array(centimetres(bays.s_m), bays.edge == INSIDE),
            "x_cm": centimetres(bays.x_m),
            "y_cm": centimetres(bays.y_m),
        },
    )


class FacilityLog:
    """Sums up what happens at facilities; all sums are (facilities,)."""

    def __init__(
        self, facilities: Facilities, occupancy: Occupancy, car_parks: Mapping[int, CarPark], recorder: Recorder
    ) -> None:
        """Listen to the bays from instant 0 on."""
        self._occupancy, self._car_parks, self._recorder = occupancy, car_parks, recorder
        self._facility_of = facilities.bays.facility
        count = facilities.count
        self._bay_us: Ints = np.zeros(count, np.int64)
        self._changed_us: Ints = np.zeros(count, np.int64)
        self._standing: Ints = occupancy.standing.copy()
        self._sums = {
            name: np.zeros(count, np.int64) for name in ("came", "parked", "left", "full", "queue", "waited", "closed")
        }
        self._began_us = 0
        self.shown: Callable[[], Ints] | None = None
        """Returns the spaces that signs show, (facilities,), -1 where none does; None without signs."""
        occupancy.listeners.append(self._changed)

    def _changed(
        self, t_us: int, bay: npt.NDArray[np.int32], occupied: npt.NDArray[np.bool_], vehicle: npt.NDArray[np.int32]
    ) -> None:
        del vehicle
        for facility, now in zip(self._facility_of[bay].tolist(), occupied.tolist(), strict=True):
            self._bay_us[facility] += self._standing[facility] * (t_us - self._changed_us[facility])
            self._changed_us[facility] = t_us
            self._standing[facility] += 1 if now else -1

    def came(self, facility: int) -> None:
        """Count a vehicle at the entrance, or beside a bay at the kerb."""
        self._sums["came"][facility] += 1

    def parked(self, facility: int) -> None:
        """Count a vehicle that stands in a bay now."""
        self._sums["parked"][facility] += 1

    def left(self, facility: int) -> None:
        """Count a vehicle that drives off."""
        self._sums["left"][facility] += 1

    def turned_away(self, facility: int, why: Why) -> None:
        """Count a vehicle that is not let in."""
        self._sums[why][facility] += 1

    def close_interval(self, t_us: int) -> None:
        """Write what happened since the last call."""
        length_us = t_us - self._began_us
        if length_us <= 0:
            return
        self._bay_us += self._standing * (t_us - self._changed_us)
        self._changed_us[:] = t_us
        count = self._standing.size
        queue = np.zeros(count, np.int64)
        for number, park in self._car_parks.items():
            queue[number] = park.queue
        shown = np.full(count, -1, np.int64) if self.shown is None else self.shown()
        self._recorder.append(
            "facility",
            {
                "t_us": self._began_us,
                "interval_us": length_us,
                "facility": np.arange(count),
                "occupied": self._standing.copy(),
                "occupied_s": self._bay_us / US_PER_S,
                "queue": queue,
                "came": self._sums["came"].copy(),
                "parked": self._sums["parked"].copy(),
                "left": self._sums["left"].copy(),
                "found_full": self._sums["full"].copy(),
                "found_queue": self._sums["queue"].copy(),
                "gave_up_waiting": self._sums["waited"].copy(),
                "found_closed": self._sums["closed"].copy(),
                "sign": np.ma.masked_less(shown, 0),
            },
        )
        self._began_us = t_us
        self._bay_us[:] = 0
        for sums in self._sums.values():
            sums[:] = 0
