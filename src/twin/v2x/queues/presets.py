"""Sets of values for the chain site - edge computer (MEC) - regional cloud, by the kind of network, each with its source.

"Coll-Perales" is B. Coll-Perales et al., "End-to-end V2X latency modeling and analysis in 5G networks", IEEE TVT 2022: a node
200 us, fibre 2e5 km/s, 1 % of a 10 Gbit/s ring, transport 0.45 ms one way to a MEC at the first ring (M1) and 1.21 ms to a
central point, 5G core 2.0 ms and radio 1.5 ms on average for both directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from twin.v2x.queues.delay import LognormalDelay, ShiftedGammaDelay
from twin.v2x.queues.hop_spec import HopSpec


@dataclass(frozen=True, slots=True)
class Preset:
    """What ``links.preset`` fills in."""

    site_to_mec: HopSpec
    mec_to_cloud: HopSpec
    source: str
    """Where the values come from, and which are assumed."""


_WIRED_TO_CLOUD: Final = HopSpec(rate_mbps=100.0, delay_s=LognormalDelay(median_s=0.0044, p95_s=0.0119), loss_probability=1e-4)

PRESETS: Final = {
    "fibre": Preset(
        HopSpec(rate_mbps=1000.0, delay_s=ShiftedGammaDelay(minimum_s=0.00025, mean_s=0.001), loss_probability=1e-4),
        _WIRED_TO_CLOUD,
        "Site to MEC: at least Gigabit Ethernet (Guangzhou specification, 2021); at the least one node of 200 us and 10 "
        "km of fibre (Coll-Perales). MEC to cloud: 1 % of a 10 Gbit/s ring (Coll-Perales); half of the Internet round "
        "trip measured within Germany, median 8.8 ms, 95 % 23.8 ms (Coll-Perales). Assumption: mean 1 ms on the first "
        "hop; that round trip stands for a metropolitan network in Guangzhou, lognormal; a loss of 1e-4 a hop (the "
        "specifications ask for more than 99.9 % delivered over both).",
    ),
    "reserved_slice": Preset(
        HopSpec(rate_mbps=100.0, delay_s=ShiftedGammaDelay(minimum_s=0.00145, mean_s=0.0022), loss_probability=1e-4),
        HopSpec(rate_mbps=100.0, delay_s=ShiftedGammaDelay(minimum_s=0.00221, mean_s=0.00321), loss_probability=1e-4),
        "A slice of a 5G network kept for the roadside, 1 % of a 10 Gbit/s ring each way (Coll-Perales). Site to MEC: "
        "transport 0.45 ms and half of the core's 2.0 ms at the least, half of the radio's 1.5 ms more on average (Coll-"
        "Perales). MEC to cloud: transport 1.21 ms and 200 km of fibre at the least, half of the core's 2.0 ms more on "
        "average (Coll-Perales). Loss: the 99.99 % of its latency budgets. Assumption: both directions take the same "
        "time.",
    ),
    "5g_backhaul": Preset(
        HopSpec(rate_mbps=15.0, delay_s=ShiftedGammaDelay(minimum_s=0.007, mean_s=0.018), loss_probability=5e-4),
        _WIRED_TO_CLOUD,
        "Site to MEC over a public 5G network, as measured by Rohde & Schwarz (5G NSA one-way latency): 7 ms at best, 18 "
        "ms at the worst uplink load tested, 15 Mbit/s. MEC to cloud as with fibre. Assumption: the latency at that load "
        "is the mean; gamma; a loss of 5e-4, half of what the platform specification allows.",
    ),
    "cellular": Preset(
        HopSpec(rate_mbps=15.0, delay_s=ShiftedGammaDelay(minimum_s=0.05, mean_s=0.15), loss_probability=5e-4),
        _WIRED_TO_CLOUD,
        "Site to MEC over a public cell network without 5G: the gamma delay of Eclipse MOSAIC's cell module, 50 ms at the "
        "least, 150 ms expected. MEC to cloud as with fibre. Assumption: rate and loss as in 5g_backhaul.",
    ),
}
"""By name; the first is the default."""
