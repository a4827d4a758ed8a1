"""Mode 4 delivery of one rate, power and number of sub-channels as tables, for kernels that ask it by the million.

Half duplex is a number and what is lost to the noise a function of the mean signal alone; only collisions need a table by
density, mean signal and distance. Its rows are worked out when a density first asks for them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.v2x.pc5 import DeliveryParts, collision_at, harm_table, noise_dbm, weakness
from twin.v2x.radio.path_loss import LOS_LAWS, Environment
from twin.v2x.radio.resource_selection import SENSITIVITY_DBM, SUBFRAMES_PER_S, select

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]

STEP_M: Final = 10.0
"""Between distances of the table of collisions. Choice: with the steps below within 0.2 percentage points of the function."""

MEAN_STEP_DB, MEANS_DB = 1.0, (-10.0, 80.0)
"""Between mean signals over noise, the least and the greatest. Choice: as above; below, one in 10^12 is sensed; above, 1 m."""

THINNEST_VPM, DENSITY_FACTOR, DENSEST_VPM = 0.004, 1.045, 6.0
"""Densities are 0 and then grow by a factor; beyond the last it stands for all. Choice: as above; 6/m fills 20 lanes."""

_LOSS_STEP_M: Final = 0.5
_SIGNAL_STEP_DB: Final = 0.1
_SIGNAL_DB: Final = (-60.0, 100.0)


class TableArrays(NamedTuple):
    """What a kernel needs to look up the parts."""

    los_db: Floats
    """Line-of-sight path loss at steps of 0.5 m."""

    propagation: Floats
    """By mean signal over noise, steps of 0.1 dB from -60 dB."""

    density_vpm: Floats
    """Rising, from 0."""

    collision: Floats32
    """By density, mean signal over noise and distance."""

    snr_at_0_db: float
    """Transmitted power over the noise."""

    sensed_db: float
    """Sensitivity over the noise."""

    half_duplex: float
    """The part itself."""


class DeliveryTable:
    """The parts of ``pc5.delivery_parts`` for one rate, power and number of sub-channels, looked up."""

    def __init__(
        self,
        rate_hz: float,
        tx_power_dbm: float,
        subchannels: int,
        *,
        range_m: float = 500.0,
        environment: Environment = "winner_b1",
    ) -> None:
        """Tabulate what does not depend on the density; distances beyond ``range_m`` are taken for it."""
        self._load = (rate_hz, tx_power_dbm, subchannels, environment)
        law = LOS_LAWS[environment]
        noise = noise_dbm(subchannels)
        signal = np.arange(_SIGNAL_DB[0], _SIGNAL_DB[1], _SIGNAL_STEP_DB)
        self._distance_m = np.arange(0.0, range_m + STEP_M, STEP_M)
        self._mean_db = np.arange(MEANS_DB[0], MEANS_DB[1] + MEAN_STEP_DB, MEAN_STEP_DB)
        rows = int(np.ceil(np.log(DENSEST_VPM / THINNEST_VPM) / np.log(DENSITY_FACTOR))) + 1
        density = np.concatenate(([0.0], THINNEST_VPM * DENSITY_FACTOR ** np.arange(rows)))
        self._known = np.zeros(density.size, np.bool_)
        self.arrays = TableArrays(
            law(np.arange(0.0, range_m + STEP_M, _LOSS_STEP_M)),
            weakness(signal, subchannels)[1],
            density,
            np.zeros((density.size, self._mean_db.size, self._distance_m.size), np.float32),
            tx_power_dbm - noise,
            SENSITIVITY_DBM - noise,
            rate_hz / SUBFRAMES_PER_S,
        )
        """Complete for the densities that ``prepare`` was called with."""

    def prepare(self, density_vpm: npt.ArrayLike) -> TableArrays:
        """Work out the rows that these densities lie between, where that was not done before; return the arrays."""
        grid = self.arrays.density_vpm
        above = np.clip(np.searchsorted(grid, np.ravel(density_vpm), side="right"), 1, grid.size - 1)
        for row in np.unique(np.concatenate((above - 1, above))):
            if not self._known[row]:
                self._fill(int(row))
                self._known[row] = True
        return self.arrays

    def _fill(self, row: int) -> None:
        _, tx_power_dbm, subchannels, environment = self._load
        chosen = select(float(self.arrays.density_vpm[row]), *self._load)
        if chosen.place_m.size == 0:
            return
        law, table = LOS_LAWS[environment], harm_table(subchannels)
        noisy = tx_power_dbm - noise_dbm(subchannels)
        for column, distance in enumerate(self._distance_m):
            heard = noisy - law(np.abs(chosen.place_m - distance))
            self.arrays.collision[row, :, column] = collision_at(
                self._mean_db, heard, chosen.step2.same, chosen.step3.same, chosen.step2_weight, table
            )

    def parts(self, distance_m: npt.ArrayLike, density_vpm: npt.ArrayLike, extra_loss_db: npt.ArrayLike = 0.0) -> DeliveryParts:
        """Return the parts at distances, densities and extra losses that broadcast to one shape."""
        distance, density, extra = (
            np.asarray(one, np.float64) for one in np.broadcast_arrays(distance_m, density_vpm, extra_loss_db)
        )
        flat = [np.ascontiguousarray(one.ravel()) for one in (distance, density, extra)]
        found = _looked_up(flat[0], flat[1], flat[2], self.prepare(density)).reshape(3, *distance.shape)
        snr = self.arrays.snr_at_0_db - LOS_LAWS[self._load[3]](distance) - extra
        sensing = weakness(np.ravel(snr), self._load[2])[0].reshape(distance.shape)
        return DeliveryParts(found[0], sensing, found[1], found[2])


@inline_kernel
def los_db_at(distance_m: float, table: TableArrays) -> float:
    """Return the line-of-sight path loss, between the steps of the table."""
    at = min(distance_m / _LOSS_STEP_M, table.los_db.size - 1.001)
    i = int(at)
    return float(table.los_db[i] + (at - i) * (table.los_db[i + 1] - table.los_db[i]))


@inline_kernel
def propagation_at(snr_db: float, table: TableArrays) -> float:
    """Return the part ``propagation`` at a mean ratio of signal to noise."""
    at = min(max((snr_db - _SIGNAL_DB[0]) / _SIGNAL_STEP_DB, 0.0), table.propagation.size - 1.001)
    i = int(at)
    return float(table.propagation[i] + (at - i) * (table.propagation[i + 1] - table.propagation[i]))


@inline_kernel
def density_row(density_vpm: float, table: TableArrays) -> float:
    """Return where a density lies among the rows: the row below and the fraction of the way to the next."""
    last = table.density_vpm.size - 1
    if density_vpm >= table.density_vpm[last]:
        return last - 0.001
    row = 0
    while table.density_vpm[row + 1] <= density_vpm:
        row += 1
    return float(row + (density_vpm - table.density_vpm[row]) / (table.density_vpm[row + 1] - table.density_vpm[row]))


@inline_kernel
def collision_between(row: float, snr_db: float, distance_m: float, table: TableArrays) -> float:
    """Return the part ``collision`` between the table's points; ``row`` as from ``density_row``."""
    mean = min(max(snr_db - MEANS_DB[0], 0.0) / MEAN_STEP_DB, table.collision.shape[1] - 1.001)
    column = min(distance_m / STEP_M, table.collision.shape[2] - 1.001)
    i, j, k = int(row), int(mean), int(column)
    a, b, c = row - i, mean - j, column - k
    found = 0.0
    for di in range(2):
        for dj in range(2):
            weight = (a if di else 1.0 - a) * (b if dj else 1.0 - b)
            cell = table.collision[i + di, j + dj]
            found += weight * (cell[k] + c * (cell[k + 1] - cell[k]))
    return found


@kernel
def _looked_up(distance_m: Floats, density_vpm: Floats, extra_db: Floats, table: TableArrays) -> Floats:
    """Return half duplex, propagation and collision, (3, n)."""
    out = np.empty((3, distance_m.size))
    for i in range(distance_m.size):
        out[0, i] = table.half_duplex
        snr = table.snr_at_0_db - los_db_at(distance_m[i], table) - extra_db[i]
        out[1, i] = propagation_at(snr, table)
        out[2, i] = collision_between(density_row(density_vpm[i], table), snr, distance_m[i], table)
    return out
