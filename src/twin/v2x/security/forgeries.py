"""Attacks that send other messages, more of them or later: delay, flooding, invented vehicles, replay."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.roadnet.datum import Datum, convert
from twin.units import US_PER_S, to_us
from twin.v2x.security import attack_spec as spec
from twin.v2x.security.drawing import ONCE, Draws, Memory, Scene, between, whole_between
from twin.v2x.security.vehicle_messages import Floats, Ints, VehicleMessages

Locate = Callable[[float, float], tuple[float, float]]
"""Returns x and y (m) on the map of a longitude and latitude (degrees, WGS-84)."""

_MOST_PHANTOMS: Final = 128
"""Choice: more than the greatest number that ``Sybil.phantoms`` takes; sets the vehicles' targets of draws apart."""

_STAGGER_US: Final = 100
"""Latest phantom's message after the first. Source: VeReMi NextGen, 1 to 100 us apart; here 100 us over all of them."""


class Late:
    """Every message is held back; what is held is bounded by the delay."""

    def __init__(self, lie: spec.Delay, draw: Draws, label: int) -> None:
        """Take what the attack is, its draws and its label."""
        self._lie, self._draw, self._label = lie, draw, label
        self._held = VehicleMessages.empty()

    def __call__(self, mine: VehicleMessages, scene: Scene) -> VehicleMessages:
        """Return what attackers send in the place of their honest messages ``mine``: those of some seconds ago."""
        delay_s = between(self._draw("delay", ONCE, mine.vehicle)[:, 0], self._lie.delay_s)
        then_us = mine.transmit_us + np.round(delay_s * US_PER_S).astype(np.int64)
        late = mine.changed(slice(None), transmit_us=then_us, attack=self._label)
        if self._lie.restamp:
            late = late.changed(slice(None), sent_us=then_us)
        held = VehicleMessages.concatenate((self._held, late))
        due = held.transmit_us <= scene.t_us
        self._held = held.take(~due)
        return held.take(due)


class Flood:
    """Copies of every message."""

    def __init__(self, lie: spec.Dos, draw: Draws, label: int) -> None:
        """Take what the attack is, its draws and its label."""
        self._lie, self._draw, self._label = lie, draw, label

    def __call__(self, mine: VehicleMessages, scene: Scene) -> VehicleMessages:
        """Return the honest messages ``mine`` and their copies."""
        sent = 1 + whole_between(self._draw("copies", ONCE, mine.vehicle)[:, 0], self._lie.copies)
        which = np.repeat(np.arange(len(mine)), sent)
        after_us = numbered(sent) * scene.period_us // sent[which]
        copies = mine.take(which)
        return copies.changed(
            slice(None),
            sent_us=copies.sent_us + after_us,
            transmit_us=copies.transmit_us + after_us,
            attack=self._label,
        )


class Phantoms:
    """Vehicles invented around the attacker."""

    def __init__(self, lie: spec.Sybil, draw: Draws, label: int) -> None:
        """Take what the attack is, its draws and its label."""
        self._lie, self._draw, self._label = lie, draw, label

    def __call__(self, mine: VehicleMessages, scene: Scene) -> VehicleMessages:
        """Return the honest messages ``mine`` and those of the phantoms."""
        lie = self._lie
        count = whole_between(self._draw("phantoms", ONCE, mine.vehicle)[:, 0], lie.phantoms)
        which, number = np.repeat(np.arange(len(mine)), count), numbered(count)
        target = mine.vehicle[which].astype(np.int64) * _MOST_PHANTOMS + number
        place, noise = self._draw("phantom", ONCE, target), 2.0 * self._draw("noise", scene.frame, target) - 1.0
        along = between(place[:, 0], lie.along_m) * (1 + number // 4) * np.where(number % 4 < 2, -1.0, 1.0)
        across = between(place[:, 1], lie.across_m) * np.where(number % 2 == 0, -1.0, 1.0)
        cos, sin = np.cos(mine.heading_rad[which]), np.sin(mine.heading_rad[which])
        phantom = mine.take(which)
        after_us = _STAGGER_US * (1 + number) // _MOST_PHANTOMS
        phantom = phantom.changed(
            slice(None),
            sender=self._draw.ids(target),
            x_m=phantom.x_m + along * cos - across * sin + noise[:, 0] * lie.noise_m,
            y_m=phantom.y_m + along * sin + across * cos + noise[:, 1] * lie.noise_m,
            speed_mps=phantom.speed_mps * (1.0 + noise[:, 2] * lie.speed_noise),
            transmit_us=phantom.transmit_us + after_us,
            attack=self._label,
        )
        return VehicleMessages.concatenate((mine, phantom))


class Repeated:
    """Messages of others, kept for as long as they are used and sent as one's own."""

    def __init__(self, lie: spec.Replay, draw: Draws, label: int) -> None:
        """Take what the attack is, its draws and its label."""
        self._lie, self._draw, self._label = lie, draw, label
        self._heard: deque[VehicleMessages] = deque()
        self._memory = Memory(victim=np.int64, age=np.int64, left=np.int64)

    def __call__(self, mine: VehicleMessages, scene: Scene) -> VehicleMessages:
        """Return what attackers send in the place of their honest messages ``mine``, where there is anybody to copy."""
        kept, who, heard = self._memory.room_for(mine.vehicle), mine.vehicle, self._heard
        ends = kept["left"][who] <= 0
        if heard and ends.any():
            new = who[ends]
            chance = self._draw("victim", scene.frame, new)
            kept["victim"][new] = _neighbours(
                mine.x_m[ends], mine.y_m[ends], new, scene.honest.x_m, scene.honest.y_m, scene.honest.vehicle,
                self._lie.radius_m, chance[:, 0],
            )  # fmt: skip
            kept["age"][new] = whole_between(chance[:, 1], (1, len(heard)))
            kept["left"][new] = whole_between(chance[:, 2], self._lie.messages)
        replaces = (kept["left"][who] > 0) & (kept["victim"][who] >= 0)
        kept["left"][who] -= 1
        out = mine
        for age in np.unique(kept["age"][who[replaces]]).tolist():
            rows = np.flatnonzero(replaces & (kept["age"][who] == age))
            out = self._copy(out, rows, heard[-age], kept["victim"][who[rows]])
        heard.append(scene.honest)
        while len(heard) > max(to_us(self._lie.window_s) // scene.period_us, 1):
            heard.popleft()
        return out

    def _copy(self, out: VehicleMessages, rows: Ints, old: VehicleMessages, victim: Ints) -> VehicleMessages:
        at = np.minimum(np.searchsorted(old.vehicle, victim), max(len(old) - 1, 0))
        there = old.vehicle[at] == victim if len(old) else np.zeros(rows.size, bool)
        rows, said = rows[there], old.take(at[there])
        columns = ["x_m", "y_m", "speed_mps", "heading_rad", "acceleration_mps2"]
        columns += ["sender"] if self._lie.identity == "victim" else []
        columns += [] if self._lie.restamp else ["sequence", "sent_us"]
        return out.changed(rows, attack=self._label, **{name: getattr(said, name) for name in columns})


class Ghosts:
    """One invented vehicle an attacker, on a straight course at a fixed speed, one after the other."""

    def __init__(self, lie: spec.GhostVehicle, draw: Draws, label: int, locate: Locate | None = None) -> None:
        """Take what the attack is, its draws, its label and how places are found on the map.

        Raises ValueError where the attack names a place and ``locate`` is missing.
        """
        self._lie, self._draw, self._label = lie, draw, label
        self._place = None if lie.lon_deg is None or lie.lat_deg is None else located(lie.lon_deg, lie.lat_deg, lie.crs, locate)
        self._memory = Memory(life=np.int64, born_us=np.int64, x_m=float, y_m=float, heading_rad=float, speed_mps=float)

    def __call__(self, mine: VehicleMessages, scene: Scene) -> VehicleMessages:
        """Return the honest messages ``mine`` and those of the ghosts."""
        lie, kept, who = self._lie, self._memory.room_for(mine.vehicle), mine.vehicle
        life = 1 + (scene.t_us - to_us(lie.from_s)) // to_us(lie.life_s)
        new = kept["life"][who] != life
        born = who[new]
        chance = self._draw("ghost", scene.frame, born)
        ahead_m, heading = between(chance[:, 0], lie.ahead_m), mine.heading_rad[new]
        if self._place is None:
            kept["x_m"][born] = mine.x_m[new] + ahead_m * np.cos(heading)
            kept["y_m"][born] = mine.y_m[new] + ahead_m * np.sin(heading)
        else:
            kept["x_m"][born], kept["y_m"][born] = self._place
        kept["life"][born], kept["born_us"][born], kept["heading_rad"][born] = life, scene.t_us, heading
        kept["speed_mps"][born] = between(chance[:, 1], lie.speed_mps)
        age_us = scene.t_us - kept["born_us"][who]
        speed, heading = kept["speed_mps"][who], kept["heading_rad"][who]
        way_m = speed * age_us / US_PER_S
        ghost = mine.changed(
            slice(None),
            sender=self._draw.ids(who.astype(np.int64) + (np.int64(life) << 32)),
            sequence=age_us // scene.period_us,
            x_m=kept["x_m"][who] + way_m * np.cos(heading),
            y_m=kept["y_m"][who] + way_m * np.sin(heading),
            speed_mps=speed,
            heading_rad=heading,
            acceleration_mps2=0.0,
            attack=self._label,
        )
        return VehicleMessages.concatenate((mine, ghost))


def located(lon_deg: float, lat_deg: float, crs: Datum, locate: Locate | None) -> tuple[float, float]:
    """Return where on the map (m) a place of an attack lies. Raises ValueError without ``locate``."""
    if locate is None:
        raise ValueError("an attack names a place, but nothing finds places on the map")
    lon, lat = convert(lon_deg, lat_deg, crs, "wgs84")
    return locate(float(lon), float(lat))


def numbered(count: Ints) -> Ints:
    """Return 0, 1 … for each group of ``count`` rows, one group after the other."""
    ends = np.cumsum(count)
    return np.arange(int(count.sum())) - np.repeat(ends - count, count)


@kernel
def _neighbours(
    x_m: Floats, y_m: Floats, own: npt.NDArray[np.int32],
    all_x_m: Floats, all_y_m: Floats, everybody: npt.NDArray[np.int32],
    radius_m: float, chance: Floats,
) -> Ints:  # fmt: skip
    """Return for each of ``own`` (n,) one of ``everybody`` within a radius, each as likely as another; -1 where nobody is."""
    found = np.empty(own.size, np.int64)
    near = np.empty(everybody.size, np.int64)
    for i in range(own.size):
        count = 0
        for j in range(everybody.size):
            dx, dy = all_x_m[j] - x_m[i], all_y_m[j] - y_m[i]
            if dx * dx + dy * dy <= radius_m * radius_m and everybody[j] != own[i]:
                near[count] = everybody[j]
                count += 1
        found[i] = near[min(int(chance[i] * count), count - 1)] if count > 0 else -1
    return found
