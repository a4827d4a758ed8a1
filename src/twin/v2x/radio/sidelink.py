"""All roadside units of a run on the sidelink: one tick's messages in, what each unit received out.

What is between a vehicle and a unit: buildings (``line_of_sight``) or, where none stands there, tall vehicles (``blockers``).
Load is given as the density of a line of vehicles (``pc5``): the one on which as many would be sensed as the unit senses here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from twin.compilation import kernel
from twin.rng import normal_pair, stream_key, uniform4
from twin.v2x.radio.blockers import TallVehicles, vehicles_between
from twin.v2x.radio.delivery_table import DeliveryTable
from twin.v2x.radio.line_of_sight import building_losses_db, building_shade
from twin.v2x.radio.path_loss import (
    ANTENNA_M,
    LOS_LAWS,
    LOSS_PER_BLOCKER_DB,
    SIGMA_LOS_DB,
    Environment,
    tr37885_nlosv_loss_db,
)
from twin.v2x.radio.reception import pairs_in_range, receive
from twin.v2x.radio.shadowing import shadow_fields

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BLOCKING_BLOCK: Final = 1
"""Counter block of the draws of what a vehicle in the way takes (``reception.DELIVERY_BLOCK`` is another). Choice."""


class Receptions(NamedTuple):
    """One tick's messages at the units in range of them; arrays of shape (pairs,), unit after unit."""

    sender: Ints
    """Row of the sender among those given."""

    unit: Ints
    """Row of the unit."""

    distance_m: Floats
    extra_loss_db: Floats
    """What was lost beyond line of sight."""

    outcome: npt.NDArray[np.int8]
    """``reception.Outcome``."""

    density_vpm: Floats
    """(units,): the density of the line that was reckoned with."""


class Sidelink:
    """The roadside units as receivers; without state, but for tables that are worked out once."""

    def __init__(
        self,
        seed: int,
        names: Sequence[str],
        x_m: Floats,
        y_m: Floats,
        antenna_m: Floats,
        walls: Floats,
        table: DeliveryTable,
        *,
        range_m: float,
        correlation_m: float,
        environment: Environment = "winner_b1",
        vehicle_antenna_m: float = ANTENNA_M,
    ) -> None:
        """Take units of these names and places, (m,), and walls as ``geometry.walls.outline_walls`` returns them."""
        self._x_m, self._y_m, self._antenna_m = x_m, y_m, antenna_m
        self._table, self._range_m = table, range_m
        self._environment, self._vehicle_antenna_m = environment, vehicle_antenna_m
        self._key = np.array([stream_key(seed, "sidelink", name) for name in names], np.uint64)
        self._fields = shadow_fields(seed, "sidelink shadowing", names, correlation_m, range_m)
        self._shade = building_shade(x_m, y_m, antenna_m, walls, range_m, environment, vehicle_antenna_m)
        self._law = LOS_LAWS[environment]
        line = np.arange(-int(range_m), int(range_m) + 1, dtype=np.float64)
        self._sensed_a_vpm = float(self._sensed(np.abs(line), np.zeros(line.size)).sum())

    def _sensed(self, distance_m: Floats, extra_db: Floats) -> Floats:
        snr = self._table.arrays.snr_at_0_db - self._law(distance_m) - extra_db
        return np.asarray(special.ndtr((snr - self._table.arrays.sensed_db) / SIGMA_LOS_DB))

    def receive(
        self,
        frame: int,
        x_m: Floats,
        y_m: Floats,
        vehicle: Ints,
        tall: TallVehicles,
        *,
        sending_share: float = 1.0,
        jamming_db: Floats | None = None,
    ) -> Receptions:
        """Return what becomes of one message each of the senders (n,) at the units in range.

        ``frame`` and ``vehicle`` number the draws. ``sending_share`` is the share that the senders are of all who send at the
        table's rate (a tick of 0.1 s at 5 messages a second: 0.5). ``jamming_db`` is the rise of the noise at each unit, (m,).
        """
        sender, unit, distance = pairs_in_range(x_m, y_m, self._x_m, self._y_m, self._range_m)
        own_x, own_y = x_m[sender], y_m[sender]
        extra = building_losses_db(self._shade, unit, own_x, own_y)
        ends = (own_x, own_y, self._x_m[unit], self._y_m[unit], self._antenna_m[unit])
        count, height = vehicles_between(*ends, extra == 0.0, self._vehicle_antenna_m, tall)
        extra += self._blocking_db(vehicle[sender], unit, distance, count, height)
        heard = np.bincount(unit, self._sensed(distance, extra), self._x_m.size)
        density: Floats = np.asarray(heard / (self._sensed_a_vpm * sending_share), np.float64)
        if jamming_db is not None:
            extra += jamming_db[unit]
        table = self._table.prepare(density)
        pairs = (sender, unit, distance)
        outcome = receive(pairs, extra, x_m, y_m, vehicle, self._key, density, frame, self._fields, table)
        return Receptions(sender, unit, distance, extra, outcome, density)

    def _blocking_db(self, vehicle: Ints, unit: Ints, distance_m: Floats, count: Ints, height_m: Floats) -> Floats:
        """Return the loss of the vehicles in the way: 6.9 dB each, or TR 37.885's draw, the same for a pair at all times."""
        if self._environment == "winner_b1":
            return np.asarray(LOSS_PER_BLOCKER_DB * count, np.float64)
        loss = np.zeros(count.size)
        cut = np.flatnonzero(count)
        antenna = self._antenna_m[unit[cut]]
        lower, higher = np.minimum(antenna, self._vehicle_antenna_m), np.maximum(antenna, self._vehicle_antenna_m)
        mean, deviation = tr37885_nlosv_loss_db(distance_m[cut], lower, higher, height_m[cut])
        loss[cut] = np.maximum(0.0, mean + deviation * _pair_normals(self._key[unit[cut]], vehicle[cut]))
        return loss


@kernel
def _pair_normals(key: npt.NDArray[np.uint64], vehicle: Ints) -> Floats:
    """Return one standard normal for each pair of a unit's stream and a vehicle."""
    out = np.empty(vehicle.size)
    for k in range(vehicle.size):
        u = uniform4(key[k], 0, vehicle[k], BLOCKING_BLOCK)
        out[k] = normal_pair(u[0], u[1])[0]
    return out
