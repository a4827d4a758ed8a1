"""The tiers of the cloud-control platform: what has arrived at the edge, in the regional clouds and in the central cloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.eventlog.tables import KNOWN_COLUMNS, KNOWN_TIERS, KNOWN_US
from twin.kernel.records import FrameBatch
from twin.units import US_PER_S
from twin.v2x.platform.contents import Arrivals, Contents, Sightings
from twin.v2x.platform.knowledge import TIERS, Knowledge
from twin.v2x.topology import CLOUD_TO_CENTRAL, MEC_COMPUTE, MEC_TO_CLOUD, SITE_TO_MEC

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

TIER_OF_HOP: Final[Mapping[str, str]] = {
    SITE_TO_MEC: "edge",
    MEC_COMPUTE: "edge",
    MEC_TO_CLOUD: "regional",
    CLOUD_TO_CENTRAL: "central",
}
"""The tier that the end of a hop belongs to. Where the edge computes, it knows what it has computed."""


class Tiers:
    """What each tier has been told, and who listens to it."""

    def __init__(self, devices: int, forgotten_us: int, hops: Sequence[str] = (SITE_TO_MEC, MEC_TO_CLOUD)) -> None:
        """Begin with nothing; lists that arrive more than ``forgotten_us`` after their time are passed over.

        ``hops`` are those of the way; of two that end at one tier the last counts.
        """
        self._hop_of_tier = {TIER_OF_HOP[hop]: hop for hop in hops}
        self._contents = Contents(devices, forgotten_us)
        self._arrivals = {tier: Arrivals(self._contents) for tier in TIERS}
        self.knowledge = {tier: Knowledge(list(KNOWN_US.values()) if tier in KNOWN_TIERS else []) for tier in TIERS}
        self.listeners: dict[str, list[Callable[[int, Sightings], None]]] = {tier: [] for tier in TIERS}
        """Told, tier by tier, the instant and what has arrived since the last one, in the order of arrival."""

    def send(self, batch: FrameBatch) -> None:
        """Take note of the lists of a scan as they are sent."""
        self._contents.put(batch)

    def on_delivery(self, hop: str, device: Longs, t_us: Longs, delivered_us: Longs) -> None:
        """Take note of deliveries (n,) at the end of a hop, of lists by device and phenomenon time."""
        tier = TIER_OF_HOP[hop]
        if self._hop_of_tier[tier] == hop:
            self._arrivals[tier].deliver(device, t_us, delivered_us)

    def in_the_cloud(self, sightings: Sightings) -> None:
        """Note objects that come to the regional clouds by another way than in lists."""
        self._arrivals["regional"].add(sightings)

    def step(self, t_us: int) -> None:
        """Let each tier take what has arrived by ``t_us``, and its listeners hear of it."""
        for tier in TIERS:
            sightings = self._arrivals[tier].take(t_us)
            self.knowledge[tier].learn(sightings)
            for listener in self.listeners[tier]:
                listener(t_us, sightings)

    def fresh_s(self, t_us: int, vehicle: Ints) -> dict[str, Floats]:
        """Return for how many seconds since the last call each of the vehicles (n,) was known in time, by column.

        Columns are ``known_TIER_AGE_s``. Everything that has arrived by ``t_us`` must have been taken.
        """
        found = {}
        for tier in KNOWN_TIERS:
            seconds = self.knowledge[tier].fresh_us(t_us) / US_PER_S
            size = seconds.shape[1]
            told = vehicle < size
            for row, age in zip(seconds, KNOWN_US, strict=True):
                mine = np.zeros(vehicle.size)
                mine[told] = row[vehicle[told]]
                found[KNOWN_COLUMNS[tier, age]] = mine
        return found

    def ages_us(self, t_us: int, vehicle: Ints) -> dict[str, np.ma.MaskedArray[tuple[int], np.dtype[np.int64]]]:
        """Return the age at ``t_us`` of what each tier knows of vehicles (n,), by column ``TIER_age_us``; masked for nothing.

        Nothing that has arrived later may have been taken; what has arrived by then need not have been.
        """
        found = {}
        for tier in TIERS:
            age_us = self.knowledge[tier].age_us(vehicle, t_us, self._arrivals[tier].peek(t_us))
            found[f"{tier}_age_us"] = np.ma.masked_array(age_us, mask=age_us < 0)
        return found
