"""Vehicles' messages over the cellular network (5G, interface Uu): serving cell, load, latency, loss, handover."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.kernel.growing import grown
from twin.rng import stream_key, uniform4
from twin.units import US_PER_S, to_us
from twin.v2x.cells.serving import NOBODY, half_gap_m, serve
from twin.v2x.cells.transport import BITS_PER_BYTE, core_delay_s, fixed_delay_s, path_to, queueing_delay_s, stable_packets_per_s
from twin.v2x.cells.uu_spec import UuSpec
from twin.v2x.stations import Layout

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DELIVERED: Final = 0
OVERFLOW: Final = 1
ERROR: Final = 2
NO_COVERAGE: Final = 3
OUTCOMES: Final = ("delivered", "overflow", "error", "no_coverage")
"""What becomes of a message, by its number."""

LOST_US: Final = -1
"""Delay of a message that is lost. Choice: no delay."""

UP: Final = 0
DOWN: Final = 1


@kernel
def transmit(
    key: np.uint64,
    who: tuple[Ints, Ints, Ints],
    radio: tuple[float, float, float, float],
    cells: tuple[Floats, Floats, Floats, Floats],
    behind: tuple[Floats, Floats],
    clock: tuple[int, Ints],
    room: tuple[float, float],
) -> tuple[Ints, npt.NDArray[np.int8]]:
    """Return the delay of each message in us (n,), ``LOST_US`` for the lost, and what became of it (n,).

    ``who``: vehicle, number of its message, serving station. ``radio``: slot, mean wait for a grant and longest wait for room,
    us, and the probability of loss. ``cells``, each (stations,): bits waiting at the beginning, bits that come in the stretch,
    bits that the cell can send in it, and its load, 0 to 1. ``behind``: fixed and mean queueing time behind each station, us.
    ``clock``: the instant, and (vehicles,) until when each is handed over. ``room``: bits that may wait, and bits sent in a us.

    Counter block 0 of (message, vehicle) decides loss, slot, grant and wait, block 1 place in the stretch, overflow, transport.
    """
    vehicle, number, station = who
    slot_us, grant_us, longest_us, loss = radio
    waiting, coming, sendable, load = cells
    fixed_us, queue_us = behind
    t_us, until_us = clock
    most_bits, bits_per_us = room
    delay_us = np.full(vehicle.size, LOST_US, np.int64)
    outcome = np.empty(vehicle.size, np.int8)
    for i in range(vehicle.size):
        s = station[i]
        if s < 0:
            outcome[i] = NO_COVERAGE
            continue
        u = uniform4(key, number[i], vehicle[i], 0)
        w = uniform4(key, number[i], vehicle[i], 1)
        level = waiting[s] + w[0] * (coming[s] - sendable[s])
        if level > most_bits and w[1] * coming[s] > sendable[s]:
            outcome[i] = OVERFLOW
            continue
        if u[0] < loss:
            outcome[i] = ERROR
            continue
        outcome[i] = DELIVERED
        wait_us = max(min(level, most_bits), 0.0) / bits_per_us
        if u[3] < load[s]:
            mean_us = 0.5 * slot_us / max(1.0 - load[s], 0.5 * slot_us / longest_us)
            wait_us = max(wait_us, min(-mean_us * math.log(u[3] / load[s]), longest_us))
        radio_us = slot_us * (1.0 + u[1]) - grant_us * math.log(u[2]) + wait_us
        behind_us = fixed_us[s] - queue_us[s] * math.log(w[2])
        delay_us[i] = int(radio_us + behind_us + 0.5) + max(until_us[vehicle[i]] - t_us, 0)
    return delay_us, outcome


class UuNetwork:
    """The cells of one network and everybody in them. A message's draws hang on its vehicle and its number with it alone.

    The messages of a step come spread over the time since the last step of their direction. What a cell cannot send in that
    time waits (a fluid queue), up to ``longest_wait_s``; beyond, the surplus is dropped. Below that, chance meetings make waits
    of whole slots, exponential with the mean of a queue with slots as service, slot / (2 (1 - load)) (Pollaczek and Khinchine),
    for the share of messages that find the cell busy, which is its load.
    """

    def __init__(
        self,
        spec: UuSpec,
        base_station_x_m: Floats,
        base_station_y_m: Floats,
        seed: int,
        region_distance_m: Floats | None = None,
        period_us: int = 100_000,
    ) -> None:
        """Set up the base stations; ``region_distance_m`` (stations,) is how far the regional cloud of each is.

        NaN, or no distances: the lengths of ``spec.transport``. ``period_us`` is the stretch of time of each direction's first
        step.
        """
        self._spec = spec
        self._key = np.array([stream_key(seed, "v2x/uu", way) for way in ("up", "down")], np.uint64)
        x_m = np.ascontiguousarray(base_station_x_m, np.float64)
        y_m = np.ascontiguousarray(base_station_y_m, np.float64)
        self._stations = (x_m, y_m, half_gap_m(x_m, y_m))
        self._path = path_to("cn", spec.transport)
        away_m = np.full(x_m.size, np.nan) if region_distance_m is None else region_distance_m
        fibre_km = np.where(np.isnan(away_m), self._path.length_km, away_m / 1000.0 * spec.transport.fibre_detour)
        nodes_s = fixed_delay_s(self._path.with_length(0.0), spec.transport)
        self._fixed_us = (nodes_s + fibre_km / spec.transport.fibre_km_per_s) * US_PER_S
        self._most_per_s = stable_packets_per_s(self._path, spec.transport)
        self._bits_per_us = np.array([spec.uplink_mbps, spec.downlink_mbps]) * (1.0 - spec.other_load)
        self._waiting = np.zeros((2, x_m.size))
        self._last_us: list[int | None] = [None, None]
        self._period_us = period_us
        self._serving = np.full(1024, NOBODY, np.int64)
        self._until_us = np.zeros(1024, np.int64)
        self._number = np.zeros((2, 1024), np.int64)
        self.load = np.zeros((2, x_m.size))
        """(2, stations): utilisation of each cell in the last step up and down, others included; above 1 when overloaded."""
        self.counts = np.zeros((2, len(OUTCOMES)), np.int64)
        """(2, outcomes): messages by what became of them, up and down."""
        self.handovers = 0
        """Changes of base station so far."""

    @classmethod
    def of(cls, spec: UuSpec, layout: Layout, seed: int) -> UuNetwork:
        """Return the network of a topology, with the distances of its base stations to their regional clouds."""
        x_m, y_m = layout.base_xy_m[:, 0], layout.base_xy_m[:, 1]
        region_xy_m = layout.region_xy_m[layout.base_region]
        return cls(spec, x_m, y_m, seed, np.hypot(x_m - region_xy_m[:, 0], y_m - region_xy_m[:, 1]))

    def step(
        self, t_us: int, vehicle: Ints, x_m: Floats, y_m: Floats, size_bytes: Ints, *, down: bool = False
    ) -> tuple[Ints, Ints, npt.NDArray[np.int8]]:
        """Send messages between vehicles (n,) and their regional clouds; return (station, delay_us, outcome), each (n,).

        ``station`` is ``NOBODY`` and ``delay_us`` ``LOST_US`` for the lost ones; ``outcome`` is a number of ``OUTCOMES``.
        Upwards unless ``down``. Raises ValueError when the clock does not go forward in a direction.
        """
        way = DOWN if down else UP
        last_us = self._last_us[way]
        stretch_us = self._period_us if last_us is None else t_us - last_us
        if stretch_us <= 0:
            raise ValueError(f"messages of {t_us} us come after those of {last_us} us")
        self._last_us[way] = t_us
        self._make_room(int(vehicle.max(initial=-1)) + 1)
        who = vehicle.astype(np.int64)
        spec = self._spec
        reach, change = (spec.handover_hysteresis_m, spec.range_m), (t_us, to_us(spec.handover_interruption_s))
        station, changes = serve((who, x_m, y_m), self._stations, reach, change, self._serving, self._until_us)
        self.handovers += int(changes)
        number = _numbers(who, self._number[way])
        delay_us, outcome = self._transmit(way, t_us, stretch_us, (who, number, station), size_bytes)
        self.counts[way] += np.bincount(outcome, minlength=len(OUTCOMES))
        return station, delay_us, outcome

    def _transmit(
        self, way: int, t_us: int, stretch_us: int, who: tuple[Ints, Ints, Ints], size_bytes: Ints
    ) -> tuple[Ints, npt.NDArray[np.int8]]:
        spec, cells = self._spec, self._waiting.shape[1]
        served = who[2] >= 0
        bits: Floats = np.bincount(who[2][served], BITS_PER_BYTE * size_bytes[served], cells).astype(np.float64)
        packets_per_s = bits / (BITS_PER_BYTE * spec.transport.packet_bytes) / (stretch_us / US_PER_S)
        behind_s = queueing_delay_s(self._path, np.minimum(packets_per_s, self._most_per_s), spec.transport)
        core_s = core_delay_s(np.minimum(packets_per_s, self._most_per_s), spec.transport, central=False)
        rate = float(self._bits_per_us[way])
        sendable = np.full(cells, rate * stretch_us)
        self.load[way] = spec.other_load + (1.0 - spec.other_load) * bits / sendable
        longest_us = spec.longest_wait_s * US_PER_S
        most_bits = rate * longest_us
        sent = transmit(
            self._key[way],
            who,
            (spec.slot_s * US_PER_S, spec.grant_s * US_PER_S, longest_us, spec.loss_probability),
            (self._waiting[way], bits, sendable, np.minimum(self.load[way], 1.0)),
            (self._fixed_us, (behind_s + core_s) * US_PER_S),
            (t_us, self._until_us),
            (most_bits, rate),
        )
        self._waiting[way] = np.clip(self._waiting[way] + bits - sendable, 0.0, most_bits)
        return sent

    def _make_room(self, vehicles: int) -> None:
        self._serving = grown(self._serving, vehicles, NOBODY)
        self._until_us = grown(self._until_us, vehicles, 0)
        self._number = grown(self._number, vehicles)


@kernel
def _numbers(vehicle: Ints, count: Ints) -> Ints:
    """Return the number of each message with its vehicle (n,), from 0 on; ``count`` (vehicles,) is changed in place."""
    number = np.empty(vehicle.size, np.int64)
    for i in range(vehicle.size):
        number[i] = count[vehicle[i]]
        count[vehicle[i]] += 1
    return number
