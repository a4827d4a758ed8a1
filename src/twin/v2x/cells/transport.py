"""Latency between a 5G base station and a cloud, computed from nodes, lengths of fibre, rates of lines and their queues.

Model and figures: B. Coll-Perales et al., "End-to-end V2X latency modeling and analysis in 5G networks", IEEE TVT 2022 (arXiv
2201.06082). A packet is processed in each node of its way, waits for and is sent over the line that leaves the node (M/M/1 in
the transport network, M/D/1 in the core), and travels along the fibre. The arithmetic by hand: docs/cellular.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from twin.v2x.cells.transport_spec import TransportSpec

Floats = npt.NDArray[np.float64]

BPS_PER_GBPS = 1e9
"""Source: SI prefix giga."""

BITS_PER_BYTE = 8.0
"""Source: IEC 80000-13, octet."""

Server = Literal["gnb", "m1", "cn"]
"""Where the server stands: at the base station (MEC@gNB), at M1 (MEC@M1), behind M3 at the core (MEC@CN, central)."""


@dataclass(frozen=True, slots=True)
class Section:
    """A node of a path, and the line that leaves it towards the server."""

    node: str
    """gnb, m1, m2 or m3."""
    fan_in: int
    """How many nodes of the kind before send to it."""
    rate_gbps: float
    """Whole rate of the line, of which the slice has a share."""
    length_km: float
    """Fibre to the next node, or to the server."""


@dataclass(frozen=True, slots=True)
class Path:
    """The nodes from a base station to a server, the base station first."""

    sections: tuple[Section, ...]

    @property
    def length_km(self) -> float:
        """Fibre of the whole path."""
        return sum(section.length_km for section in self.sections)

    @property
    def senders(self) -> int:
        """Base stations whose packets share the last line."""
        return int(np.prod([section.fan_in for section in self.sections]))

    def with_length(self, length_km: float) -> Path:
        """Return the path with its fibre stretched or shrunk to ``length_km``; put on the last section where it had none."""
        whole = self.length_km
        if whole == 0.0:
            return Path((*self.sections[:-1], replace(self.sections[-1], length_km=length_km)))
        return Path(tuple(replace(s, length_km=s.length_km * length_km / whole) for s in self.sections))


def path_to(server: Server, spec: TransportSpec) -> Path:
    """Return the path from a base station to a server: one node to the station itself, two to M1, four to the core."""
    m1_m2_km = max(spec.gnb_m2_km - spec.gnb_m1_km, 0.0)
    gnb = Section("gnb", 1, spec.gnb_m1_gbps, 0.0 if server == "gnb" else spec.gnb_m1_km)
    m1 = Section("m1", spec.gnb_per_m1, spec.m1_m2_gbps, 0.0 if server == "m1" else m1_m2_km)
    m2 = Section("m2", spec.m1_per_m2, spec.m2_upf_gbps, 0.5 * spec.m2_upf_km)
    m3 = Section("m3", spec.m2_per_m3, spec.m2_upf_gbps, 0.5 * spec.m2_upf_km)
    return Path({"gnb": (gnb,), "m1": (gnb, m1), "cn": (gnb, m1, m2, m3)}[server])


def mm1_delay_s(arrivals_per_s: npt.ArrayLike, served_per_s: float) -> Floats:
    """Return the mean time in an M/M/1 queue, waiting and served: 1 / (mu - lambda); infinite where it cannot keep up."""
    spare = served_per_s - np.asarray(arrivals_per_s, np.float64)
    return np.where(spare > 0.0, 1.0 / np.where(spare > 0.0, spare, 1.0), np.inf)


def md1_wait_s(arrivals_per_s: npt.ArrayLike, served_per_s: float) -> Floats:
    """Return the mean wait in an M/D/1 queue, without service: rho / (2 mu (1 - rho)) (Pollaczek and Khinchine)."""
    load = np.asarray(arrivals_per_s, np.float64) / served_per_s
    stable = np.where(load < 1.0, load, 0.0)
    return np.where(load < 1.0, stable / (2.0 * served_per_s * (1.0 - stable)), np.inf)


def fixed_delay_s(path: Path, spec: TransportSpec) -> float:
    """Return what a path takes whatever its load: processing in its nodes and the way along its fibre."""
    return len(path.sections) * spec.node_s + path.length_km / spec.fibre_km_per_s


def queueing_delay_s(path: Path, packets_per_s: npt.ArrayLike, spec: TransportSpec) -> Floats:
    """Return the mean time in the queues of a path, transmission included, where each base station sends ``packets_per_s``.

    Every queue is M/M/1 (Jackson's theorem: sums of Poisson streams are Poisson); all base stations on the rings send alike.
    """
    per_s = np.asarray(packets_per_s, np.float64)
    total_s = np.zeros_like(per_s)
    for section in path.sections:
        per_s = per_s * section.fan_in
        total_s = total_s + mm1_delay_s(per_s, _served_per_s(section.rate_gbps, spec))
    return total_s


def transport_delay_s(path: Path, packets_per_s: npt.ArrayLike, spec: TransportSpec) -> Floats:
    """Return the mean latency of the transport network one way, where each base station sends ``packets_per_s``."""
    return fixed_delay_s(path, spec) + queueing_delay_s(path, packets_per_s, spec)


def stable_packets_per_s(path: Path, spec: TransportSpec, share: float = 0.95) -> float:
    """Return what each base station may send so that no queue of the path is used for more than ``share`` of the time."""
    limits = []
    senders = 1
    for section in path.sections:
        senders *= section.fan_in
        limits.append(share * _served_per_s(section.rate_gbps, spec) / senders)
    return min(limits)


def core_delay_s(packets_per_s: npt.ArrayLike, spec: TransportSpec, *, central: bool) -> Floats:
    """Return the mean latency of the core network one way; ``packets_per_s`` is what each base station sends.

    At the first UPF a packet is handled in one service time, waits as in M/D/1 and is sent in another one. On the way to the
    ``central`` cloud follow the fibre, switches at most ``upf_switch_km`` apart with two service times each, and the second
    UPF with two; a server beside the first UPF spares that.
    """
    arrivals_per_s = np.asarray(packets_per_s, np.float64) * path_to("cn", spec).senders
    served_per_s = _served_per_s(spec.m2_upf_gbps, spec)
    delay_s = md1_wait_s(arrivals_per_s, served_per_s) + 2.0 / served_per_s
    if central:
        switches = max(int(np.ceil(spec.upf_upf_km / spec.upf_switch_km)) - 1, 0)
        delay_s = delay_s + spec.upf_upf_km / spec.fibre_km_per_s + 2.0 * (switches + 1) / served_per_s
    return delay_s


def _served_per_s(rate_gbps: float, spec: TransportSpec) -> float:
    """Return the packets per second that the slice's share of a line takes."""
    return spec.slice_share * rate_gbps * BPS_PER_GBPS / (BITS_PER_BYTE * spec.packet_bytes)
