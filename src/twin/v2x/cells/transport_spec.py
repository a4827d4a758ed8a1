"""What lies behind a 5G base station, as data: nodes, lines and shares of the transport and core networks.

"Coll-Perales" is B. Coll-Perales et al., "End-to-end V2X latency modeling and analysis in 5G networks", IEEE TVT 2022
(arXiv 2201.06082), with the inputs published beside it. Base stations (gNB) hang on a first ring's node M1, these on M2, these
on M3, behind which the user plane function (UPF) of the core stands.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.assumed import Assumed
from twin.spec import Spec

Km = Annotated[float, Field(ge=0.0, le=20_000.0)]
Rate = Annotated[float, Field(gt=0.0, le=1e9)]
Count = Annotated[int, Field(ge=1, le=100_000)]


class TransportSpec(Spec):
    """Transport and core network of a 5G operator, the part of it that carries vehicles' messages."""

    node_s: float = Field(default=200e-6, ge=0.0, le=1.0)
    """Processing in each node. Source: Coll-Perales, after Papagiannaki et al., IEEE JSAC 21(6), 2003."""

    fibre_km_per_s: float = Field(default=2e5, gt=0.0, le=3e5)
    """Speed of light in fibre. Source: Coll-Perales."""

    slice_share: float = Field(default=0.01, gt=0.0, le=1.0)
    """Share of each line that is set aside for vehicles. Source: Coll-Perales."""

    packet_bytes: float = Field(default=300.0, gt=0.0, le=65_535.0)
    """Size of the packets that are queued. Source: Coll-Perales."""

    gnb_m1_km: Km = 3.0
    """Fibre from a base station to M1. Source: Coll-Perales."""

    gnb_m2_km: Km = 15.0
    """Fibre from a base station over M1 to M2. Source: Coll-Perales."""

    m2_upf_km: Km = 60.0
    """Fibre from M2 over M3 to the UPF. Source: Coll-Perales."""

    upf_upf_km: Km = 200.0
    """Fibre from the UPF of the region to that of the central cloud. Source: Coll-Perales."""

    upf_switch_km: Annotated[float, Field(gt=0.0, le=20_000.0)] = 70.0
    """Longest stretch without a switch between UPFs. Source: Coll-Perales."""

    gnb_m1_gbps: Rate = 10.0
    """Line of a base station. Source: Coll-Perales, 10 Gbit/s."""

    m1_m2_gbps: Rate = 300.0
    """Line of an M1. Source: Coll-Perales, 300 Gbit/s."""

    m2_upf_gbps: Rate = 6000.0
    """Lines of M2, M3 and the core. Source: Coll-Perales, 6 Tbit/s."""

    gnb_per_m1: Count = 6
    """Base stations that share an M1. Source: Coll-Perales."""

    m1_per_m2: Count = 24
    """M1 that share an M2. Source: Coll-Perales."""

    m2_per_m3: Count = 12
    """M2 that share an M3. Source: Coll-Perales."""

    fibre_detour: Annotated[float, Assumed.between(1.2, 2.0)] = Field(default=1.5, ge=1.0, le=10.0)
    """Length of fibre over the distance as the crow flies, where places are known. Assumption: 1.5, along streets, in rings."""
