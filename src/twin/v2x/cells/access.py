"""Access networks of municipal devices: NB-IoT, LoRaWAN, 5G RedCap, 5G and fibre as presets, and what becomes of a report.

Sampled presets: latencies are drawn from distributions through measured figures, not computed from a topology.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.rng import stream_key
from twin.v2x.cells.lorawan import (
    LONGEST_PAYLOAD_BYTES,
    OVERHEAD_BYTES,
    bit_rate_bps,
    least_interval_s,
    time_on_air_s,
    whole_us,
)
from twin.v2x.queues.delay import DelaySpec, LognormalDelay, ShiftedGammaDelay, draw_transmissions
from twin.v2x.queues.hop_spec import HopSpec
from twin.v2x.queues.presets import PRESETS

Ints = npt.NDArray[np.int64]

DELIVERED: Final = 0
ERROR: Final = 1
TOO_LONG: Final = 2
DUTY_CYCLE: Final = 3
OUTCOMES: Final = ("delivered", "error", "too_long", "duty_cycle")
"""What becomes of a report, by its number; the last two are not even sent."""

LOST_US: Final = -1
"""Delay of a report that does not arrive. Choice: no delay."""

NEVER_US: Final = np.iinfo(np.int64).min // 2
"""Choice: before everything."""

SLOWEST_HOP_BPS: Final = 10_000.0
"""Choice: the least rate of ``HopSpec``, 0.01 Mbit/s."""


@dataclass(frozen=True, slots=True)
class Access:
    """One kind of access network."""

    rate_bps: float
    """Rate at which a device's report is sent; of LoRaWAN that of its payload, and the time on air decides."""
    delay: DelaySpec
    """From the end of transmission to the platform."""
    loss_probability: float
    longest_bytes: int | None
    """Largest report; None where longer ones are cut into packets that nobody here counts."""
    source: str
    """Where the values come from, and which are assumed."""
    spreading_factor: int | None = None
    """Of LoRaWAN."""
    duty_cycle: float | None = None
    """Share of the time that a device may send."""

    def transmission_us(self, size_bytes: npt.ArrayLike) -> Ints:
        """Return how long reports of this size (n,) are being sent, in whole microseconds."""
        size = np.asarray(size_bytes, np.float64)
        if self.spreading_factor is not None:
            return whole_us(time_on_air_s(size + OVERHEAD_BYTES, self.spreading_factor))
        return whole_us(8.0 * size / self.rate_bps)

    def hop(self) -> HopSpec:
        """Return the network as a hop of the chain. Raises ValueError for one that is too slow to be one (LoRaWAN)."""
        if self.rate_bps < SLOWEST_HOP_BPS:
            raise ValueError(f"a hop sends at least {SLOWEST_HOP_BPS:g} bit/s, this network {self.rate_bps:g}")
        return HopSpec(rate_mbps=self.rate_bps / 1e6, delay_s=self.delay, loss_probability=self.loss_probability)


def _lorawan(spreading_factor: int, loss_probability: float) -> Access:
    return Access(
        rate_bps=bit_rate_bps(spreading_factor),
        delay=ShiftedGammaDelay(minimum_s=0.05, mean_s=0.2),
        loss_probability=loss_probability,
        longest_bytes=LONGEST_PAYLOAD_BYTES[spreading_factor],
        source="Time on air: Semtech AN1200.13; sizes: LoRaWAN Regional Parameters; duty cycle 1 %: ETSI EN 300 220, kept in "
        "China too as fair use. Assumption: 50 ms at least, 200 ms on average from gateway to platform; unconfirmed reports "
        "lost with 2 % (spreading factor 7), 5 % (9) and 15 % (12).",
        spreading_factor=spreading_factor,
        duty_cycle=0.01,
    )


ACCESS: Final = {
    "nb_iot": Access(
        16_900.0,
        LognormalDelay(median_s=0.587, p95_s=2.35),
        0.01,
        1600,
        "A report's way takes 837 ms on average (Ugwuanyi et al., Electronics 10, 2224, 2021), with high variance (Martinez et "
        "al. 2019); the 264 bit/s of the same measurement are 28 B each such time. Largest report: 1600 B (3GPP TS 36.323). "
        "Assumption: lognormal with its 95 % point at four times the median; 16.9 kbit/s, a single tone of 15 kHz; loss 1 % "
        "(0.5 to 2 %); devices stay attached (else 2 to 10 s more).",
    ),
    "lorawan": _lorawan(9, 0.05),
    "lorawan_near": _lorawan(7, 0.02),
    "lorawan_far": _lorawan(12, 0.15),
    "redcap": Access(
        20e6,
        ShiftedGammaDelay(minimum_s=0.01, mean_s=0.03),
        1e-3,
        None,
        "Assumption: 20 Mbit/s, less than half of the 50 Mbit/s of a 20 MHz Release 17 device; 10 ms at least and 30 ms on "
        "average, somewhat above 5G; loss 0.1 %. No measurement was found.",
    ),
    "5g": Access(
        15e6,
        ShiftedGammaDelay(minimum_s=0.007, mean_s=0.018),
        5e-4,
        None,
        PRESETS["5g_backhaul"].source,
    ),
    "fibre": Access(
        1e9,
        PRESETS["fibre"].site_to_mec.delay_s,
        1e-4,
        None,
        PRESETS["fibre"].source,
    ),
}
"""By name."""


class AccessNetwork:
    """Devices on one kind of access network; draws hang on the device's name and the report's number with it alone."""

    def __init__(self, access: Access, device_names: Sequence[str], seed: int) -> None:
        """Connect devices by name."""
        self._access = access
        self._key = np.array([stream_key(seed, "v2x/access", name) for name in device_names], np.uint64)
        self._number = np.zeros(len(device_names), np.int64)
        self._free_us = np.full(len(device_names), NEVER_US, np.int64)
        self.counts = np.zeros(len(OUTCOMES), np.int64)
        """Reports by what became of them."""

    def send(self, t_us: int, device: Ints, size_bytes: Ints) -> tuple[Ints, npt.NDArray[np.int8]]:
        """Send one report of each of several different devices (n,) at ``t_us``; return delay in us and outcome, (n,).

        A report that is too long, or comes before the device may send again, is not sent. Raises ValueError for a device that
        is given twice.
        """
        if np.unique(device).size != device.size:
            raise ValueError("a device sends one report at an instant")
        access = self._access
        number = self._number[device]
        self._number[device] += 1
        chance, delay_us = draw_transmissions(self._key, device.astype(np.int64), number, access.delay.law())
        air_us = access.transmission_us(size_bytes)
        outcome = np.where(chance < access.loss_probability, ERROR, DELIVERED).astype(np.int8)
        outcome[t_us < self._free_us[device]] = DUTY_CYCLE
        if access.longest_bytes is not None:
            outcome[size_bytes > access.longest_bytes] = TOO_LONG
        sent = outcome <= ERROR
        if access.duty_cycle is not None and access.spreading_factor is not None:
            pause_s = least_interval_s(size_bytes[sent] + OVERHEAD_BYTES, access.spreading_factor, access.duty_cycle)
            self._free_us[device[sent]] = t_us + whole_us(pause_s)
        self.counts += np.bincount(outcome, minlength=len(OUTCOMES))
        return np.where(outcome == DELIVERED, air_us + delay_us, LOST_US), outcome
