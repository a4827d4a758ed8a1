"""The cellular network between vehicles and the cloud (5G, interface Uu) as data: base stations, radio presets, load."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.spec import Spec
from twin.v2x.cells.transport_spec import TransportSpec
from twin.v2x.region_spec import PlacedSpec


class BaseStationSpec(PlacedSpec):
    """One base station at a given place."""

    name: str = Field(min_length=1)
    """Its id."""

    lon_deg: float = Field(ge=-180.0, le=180.0)
    """Longitude, WGS-84."""

    lat_deg: float = Field(ge=-90.0, le=90.0)
    """Latitude, WGS-84."""

    uplink: str = ""
    """The regional cloud that it reports to; the nearest one where left out."""


class UuSpec(Spec):
    """Vehicles' messages over 5G. The radio's latency is drawn from a sampled preset, what lies behind it is computed.

    One way takes: the wait for the next slot, uniform over a slot, and one slot of transmission; the wait for a grant, with
    retransmissions, exponential; the wait for room in the cell, which grows with its load; handover; transport and core.
    """

    preset: Annotated[Literal["5g", "5g_a", "reserved_slice"], OF_THE_DESIGN] = "5g"
    """The kind of network; it fills in the keys of the radio, and single keys given beside it override it.

    ``5g``: the public one. ``5g_a``: 5G-Advanced with shorter slots. ``reserved_slice``: a part of the public network kept for
    vehicles, with grants set up beforehand (industry virtual private network). Values and their sources: docs/cellular.md.
    Assumption: public 5G, which every car has.
    """

    slot_s: Annotated[float, Assumed.between(0.25e-3, 1e-3)] = Field(default=0.5e-3, gt=0.0, le=0.1)
    """Length of a slot. Source: 3GPP TS 38.211, 0.5 ms at 30 kHz subcarriers (0.25 ms at 60 kHz in ``5g_a``); two ways of one
    slot and half a slot's wait make the mean of 1.5 ms of Coll-Perales. Assumption: these subcarriers."""

    grant_s: Annotated[float, Assumed.between(3.0e-3, 14.0e-3)] = Field(default=7.0e-3, ge=0.0, le=10.0)
    """Mean wait for a grant, retransmissions included; 0 where grants are set up beforehand.

    Source: one way over public 5G takes below 7 ms at best and about 18 ms at the worst uplink load tested (Rohde & Schwarz).
    Assumption: 7 ms, which brings the whole way to about 10 ms.
    """

    uplink_mbps: Annotated[float, Assumed.times(0.5, 2.0)] = Field(default=50.0, gt=0.0, le=1e6)
    """What a cell carries upwards in 10^6 bit/s, all users together. Assumption: 20 MHz at 2.5 bit/s/Hz, the mean of a cell."""

    downlink_mbps: Annotated[float, Assumed.times(0.5, 2.0)] = Field(default=100.0, gt=0.0, le=1e6)
    """What a cell carries downwards. Assumption: 20 MHz at 5 bit/s/Hz, the mean of a cell with two layers."""

    other_load: Annotated[float, Assumed.between(0.1, 0.6)] = Field(default=0.3, ge=0.0, le=0.95)
    """Share of the cell that others than the simulated vehicles take; 0 in a reserved slice. Assumption: 0.3, a usual hour."""

    longest_wait_s: Annotated[float, Assumed.times(0.5, 4.0)] = Field(default=12.7e-3, gt=0.0, le=60.0)
    """Longest wait for room in the cell; a message that would wait longer is dropped.

    Source: the radio's mean grows from 1.5 ms to 14.2 ms when messages come at 50 Hz and overload the cell (Coll-Perales).
    Assumption: it stays there because what is older is thrown away.
    """

    loss_probability: Annotated[float, Assumed.times(0.2, 5.0)] = Field(default=5e-4, ge=0.0, le=1.0)
    """Probability that a message is lost on the radio way. Assumption: half of what the platform specification allows."""

    range_m: Annotated[float, Assumed.between(500.0, 2000.0)] = Field(default=1000.0, gt=0.0, le=100_000.0)
    """Reach of a base station; a vehicle farther from all has no coverage. Assumption: 1 km, an urban macro cell's edge."""

    handover_hysteresis_m: Annotated[float, Assumed.between(10.0, 60.0)] = Field(default=30.0, ge=0.0, le=10_000.0)
    """A vehicle changes its base station when another is nearer by more than this.

    Assumption: 30 m; 3 dB of event A3 (3GPP TS 38.331) between two stations 500 m apart, at 37.6 dB a decade, are some 46 m of
    difference, less what shadowing gives away.
    """

    handover_interruption_s: Annotated[float, Assumed.between(0.03, 0.06)] = Field(default=0.045, ge=0.0, le=10.0)
    """Time after a change of base station in which messages wait. Assumption: the middle of 30 to 60 ms."""

    base_station_spacing_m: Annotated[float, Assumed.between(200.0, 500.0)] = Field(default=500.0, ge=50.0, le=50_000.0)
    """Distance of neighbouring base stations where none are listed: a hexagonal grid over the map.

    Source: 3GPP TR 38.913, urban macro 500 m, dense urban 200 m. Assumption: the former.
    """

    transport: TransportSpec = TransportSpec()
    """The network behind the base stations."""

    def usual(self, given: Mapping[str, Any], base: Path | None = None) -> Self:  # noqa: ARG002  (no file is read)
        """Return this with the radio of the preset that a file names."""
        return self.model_copy(update=UU_PRESETS.get(str(given.get("preset", self.preset)), {}))


UU_PRESETS: Final[Mapping[str, Mapping[str, float]]] = {
    "5g": {},
    "5g_a": {"slot_s": 0.25e-3, "grant_s": 1.0e-3, "uplink_mbps": 100.0, "downlink_mbps": 200.0, "loss_probability": 1e-4},
    "reserved_slice": {"grant_s": 0.0, "other_load": 0.0, "loss_probability": 1e-4},
}
"""What each preset changes. Source: the reserved slice is the network of Coll-Perales, radio 1.5 ms on average both ways and
99.99 % within its budgets. Assumption: 5G-Advanced with slots of 60 kHz, 1 ms of wait for grants, and twice the bandwidth."""
