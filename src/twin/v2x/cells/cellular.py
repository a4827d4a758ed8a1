"""Vehicles' messages over the cell network: who serves whom, which region has whom, what arrives when, what each cell bore."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.eventlog.recorder import Recorder
from twin.units import US_PER_S
from twin.v2x.cells.regions import UNKNOWN, Handover
from twin.v2x.cells.transport_spec import TransportSpec
from twin.v2x.cells.uu import DELIVERED, OUTCOMES, UuNetwork
from twin.v2x.stations import Layout
from twin.v2x.topology import LinksSpec

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

COUNTS: Final = tuple(f"lost_{name}" for name in OUTCOMES[1:])
"""Columns of ``cell_state`` for what is lost."""

NOBODY: Final = -1
"""Number of no station. Choice: no number."""


class Sent(NamedTuple):
    """What became of messages over the network, (n,) each."""

    arrival_us: Longs
    """When each reached its regional cloud; of no meaning for the lost."""
    arrived: npt.NDArray[np.bool_]


class Cellular:
    """The cells of a run and the regional clouds behind them."""

    def __init__(self, spec: LinksSpec, layout: Layout, seed: int) -> None:
        """Set up cells and regions. Raises ValueError where ``spec`` has no cell network."""
        if spec.uu is None:
            raise ValueError("links.uu is not given: there is no cell network")
        self._network = UuNetwork.of(spec.uu, layout, seed)
        self._regions = Handover.of(spec.region_handover, layout)
        self._between_us = _between_regions_us(layout, spec.uu.transport)
        self._first_station = 1 + len(layout.region_names) + len(layout.mec_names)
        self._counts = np.zeros((len(layout.base_names) + 1, len(OUTCOMES)), np.int64)
        self._load_max = np.zeros(len(layout.base_names))
        self._vehicles = np.zeros(len(layout.region_names), np.int64)
        self._steps = 0
        self._handed_over = 0
        self._began_us = 0

    def send(self, t_us: int, vehicle: Longs, x_m: Floats, y_m: Floats, size_bytes: int) -> Sent:
        """Send messages of ``size_bytes`` from vehicles (n,) at their places up to the regional clouds.

        Who is being handed over reaches his former region first, which forwards over the line between the two.
        """
        station, delay_us, outcome = self._network.step(t_us, vehicle, x_m, y_m, np.full(vehicle.size, size_bytes, np.int64))
        region, forwards = self._regions.step(t_us, vehicle, x_m, y_m)
        detour_us = np.where(forwards == UNKNOWN, 0, self._between_us[np.maximum(forwards, 0), np.maximum(region, 0)])
        np.add.at(self._counts, (station, outcome), 1)
        self._load_max = np.maximum(self._load_max, self._network.load[0])
        self._vehicles += np.bincount(region[region >= 0], minlength=self._vehicles.size)
        self._steps += 1
        return Sent(t_us + delay_us + detour_us, outcome == DELIVERED)

    def close_interval(self, t_us: int, recorder: Recorder) -> None:
        """Write the interval that ends at ``t_us`` and begin the next."""
        at = np.flatnonzero(self._counts.sum(axis=1))
        nowhere = at == self._load_max.size
        counts = self._counts[at]
        recorder.append(
            "cell_state",
            {
                "t_us": np.full(at.size, self._began_us, np.int64),
                "interval_us": np.full(at.size, t_us - self._began_us, np.int64),
                "station": np.ma.masked_array(self._first_station + at, mask=nowhere),
                "offered": counts.sum(axis=1),
                "delivered": counts[:, DELIVERED],
                **{name: counts[:, 1 + n] for n, name in enumerate(COUNTS)},
                "load_max": np.ma.masked_array(np.append(self._load_max, 0.0)[at], mask=nowhere),
            },
        )
        regions = self._vehicles.size
        recorder.append(
            "region_state",
            {
                "t_us": np.full(regions, self._began_us, np.int64),
                "interval_us": np.full(regions, t_us - self._began_us, np.int64),
                "station": 1 + np.arange(regions),
                "vehicles": self._vehicles / max(self._steps, 1),
                "handovers": np.full(regions, self._regions.handovers - self._handed_over, np.int64),
            },
        )
        self._counts[:] = 0
        self._load_max[:] = 0.0
        self._vehicles[:] = 0
        self._steps, self._handed_over, self._began_us = 0, self._regions.handovers, t_us


def _between_regions_us(layout: Layout, spec: TransportSpec) -> Longs:
    """Return the fibre's delay between regional clouds, (regions, regions); 0 where a place is unknown."""
    xy_m = layout.region_xy_m
    away_km = np.hypot(xy_m[:, None, 0] - xy_m[None, :, 0], xy_m[:, None, 1] - xy_m[None, :, 1]) / 1000.0
    delay_s = np.nan_to_num(away_km) * spec.fibre_detour / spec.fibre_km_per_s + 2.0 * spec.node_s * (away_km > 0.0)
    return np.asarray(np.rint(delay_s * US_PER_S), np.int64)
