"""Attacks on what devices see, at work: ghosts in object lists, and sectors in which a device is blinded."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.rng import normal_pair, stream_key, uniform4
from twin.roadnet.datum import convert
from twin.sensors.kinds import KINDS
from twin.sensors.scan_records import NOT_DARK
from twin.sensors.sensing_attack_spec import Blinding, LidarGhost, SensingAttack
from twin.sensors.sites import Device

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Locate = Callable[[float, float], tuple[float, float]]
"""Returns x and y (m) on the map of a longitude and latitude (degrees, WGS-84)."""

GHOST: Final = -2
"""In ``Objects.vehicle`` the first attack's ghosts have this number, the next attack's one less, and so on: -1 are errors of
honest devices. Choice: next after -1."""


class Ghosts(NamedTuple):
    """Ghosts that lists of one scan contain, (n,)."""

    device: Ints
    """Number of the device."""
    x_m: Floats
    y_m: Floats
    speed_mps: Floats
    heading_rad: Floats
    points: Floats
    vehicle: npt.NDArray[np.int32]
    """See ``GHOST``."""


class Target(NamedTuple):
    """One device under one attack."""

    device: int
    """Row of the device."""
    attack: int
    """Position of the attack in the list."""
    east: float
    """Unit vector from the device towards the attacker."""
    north: float


class SensingAttacks:
    """Ghosts and blinding of all scanning devices of a run. Draws hang on the attack's place in the list and device names."""

    def __init__(
        self, specs: Sequence[SensingAttack], devices: Sequence[Device], seed: int, locate: Locate | None = None
    ) -> None:
        """Find out who is attacked. ``locate`` finds places on the map; raises ValueError where an attack needs it in vain."""
        self.specs = tuple(specs)
        self._devices = devices
        self.targets = tuple(
            target for number, one in enumerate(specs) for target in _targets(number, one, devices, seed, locate)
        )
        """Who is attacked by what."""
        ghosts = [target for target in self.targets if isinstance(specs[target.attack], LidarGhost)]
        self._ghost_device = np.array([target.device for target in ghosts], np.int64)
        self._ghost_attack = np.array([target.attack for target in ghosts], np.int64)
        self._key = np.array([_key(seed, "ghost", target.attack, devices[target.device]) for target in ghosts], np.uint64)
        self._toward = np.array([(target.east, target.north) for target in ghosts], np.float64).reshape(-1, 2)
        self._from = np.array([(devices[target.device].x_m, devices[target.device].y_m) for target in ghosts]).reshape(-1, 2)
        for number, one in enumerate(specs):
            rows = np.flatnonzero(self._ghost_attack == number)
            if isinstance(one, LidarGhost) and one.together and rows.size:
                self._toward[rows], self._from[rows] = self._toward[rows[0]], self._from[rows[0]]
        self._dark = [(target, one) for target in self.targets if isinstance(one := specs[target.attack], Blinding)]

    def ghosts(self, t_us: int, frame: int) -> Ghosts:
        """Return the ghosts that devices report at an instant, their frames being of number ``frame``; ordered by attack."""
        drawn = ghost_draws(self._key, frame)
        on = np.zeros(self._key.size, np.bool_)
        values = np.zeros((self._key.size, 4))  # distance, speed, points, jitter
        for number, one in enumerate(self.specs):
            if not isinstance(one, LidarGhost) or not one.on(t_us):
                continue
            mine = self._ghost_attack == number
            on |= mine & (drawn[:, 0] < one.success)
            distance_m, speed_mps = _ghost_at(one, t_us)
            values[mine] = distance_m, speed_mps, one.points, one.jitter_m
        away = values[on, 0][:, None] + values[on, 3][:, None] * drawn[on, 1:2]
        east, north = self._toward[on].T
        aside = values[on, 3] * drawn[on, 2]
        return Ghosts(
            self._ghost_device[on],
            self._from[on, 0] + away[:, 0] * east - aside * north,
            self._from[on, 1] + away[:, 0] * north + aside * east,
            values[on, 1],
            np.arctan2(-north, -east),
            values[on, 2],
            (GHOST - self._ghost_attack[on]).astype(np.int32),
        )

    def dark(self, t_us: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Return by device (n,) the direction of its blinded sector, the cosine of half its width, what is left of evidence.

        The direction is a unit vector to the sector's middle. Of several sectors of one device the last in the list counts.
        """
        count = len(self._devices)
        east, north, cos, left = np.ones(count), np.zeros(count), np.full(count, NOT_DARK), np.ones(count)
        for target, one in self._dark:
            if one.on(t_us):
                row = target.device
                half = math.cos(math.radians(one.sector_deg / 2.0))
                east[row], north[row], cos[row] = target.east, target.north, -2.0 if one.sector_deg >= 360.0 else half
                left[row] = 1.0 - one.loss
        return east, north, cos, left

    def label_of(self, t_us: int, device: int) -> str | None:
        """Return the kind of attack that a device, by its number, is under at ``t_us``; None for none."""
        kinds = [
            self.specs[one.attack].kind for one in self.targets if one.device == device and self.specs[one.attack].on(t_us)
        ]
        return kinds[0] if kinds else None


@kernel
def ghost_draws(key: npt.NDArray[np.uint64], frame: int) -> Floats:
    """Return a uniform and two standard normals for each target, (n, 3)."""
    out = np.empty((key.size, 3))
    for i in range(key.size):
        chance, u1, u2, _ = uniform4(key[i], frame, 0, 0)
        along, across = normal_pair(u1, u2)
        out[i, 0], out[i, 1], out[i, 2] = chance, along, across
    return out


def _ghost_at(one: LidarGhost, t_us: int) -> tuple[float, float]:
    """Return distance (m) and speed (m/s) of a ghost at ``t_us``."""
    if one.motion == "hold":
        return one.distance_m, 0.0
    gone_m = one.speed_mps * 1e-6 * (t_us - one.span_us[0])
    return one.distance_m - gone_m % (one.distance_m - one.nearest_m), one.speed_mps


def _targets(number: int, one: SensingAttack, devices: Sequence[Device], seed: int, locate: Locate | None) -> list[Target]:
    place = None
    if one.lon_deg is not None and one.lat_deg is not None:
        if locate is None:
            raise ValueError("an attack names a place, but nothing finds places on the map")
        lon, lat = convert(one.lon_deg, one.lat_deg, one.crs, "wgs84")
        place = locate(float(lon), float(lat))
    found = []
    for row, device in enumerate(devices):
        if isinstance(one, LidarGhost) and not KINDS[device.spec.kind].by_laser:
            continue
        if one.devices:
            chosen = device.name in one.devices
        else:
            chance, _, _, _ = uniform4(_key(seed, "who", number, device), 0, 0, 0)
            chosen = chance < one.share
        toward = _toward(device, place, one.reach_m)
        if chosen and toward is not None:
            found.append(Target(row, number, *toward))
    return found


def _toward(device: Device, place: tuple[float, float] | None, reach_m: float) -> tuple[float, float] | None:
    """Return the unit vector from a device to the attacker; None where he is out of reach or of the field of view."""
    ahead = math.radians(90.0 - device.heading_deg)
    if place is None:
        return math.cos(ahead), math.sin(ahead)
    dx, dy = place[0] - device.x_m, place[1] - device.y_m
    away = math.hypot(dx, dy)
    off = math.remainder(math.atan2(dy, dx) - ahead, 2.0 * math.pi)
    if not 0.0 < away <= reach_m or abs(off) > math.radians(device.spec.field_of_view_deg / 2.0):
        return None
    return dx / away, dy / away


def _key(seed: int, purpose: str, attack: int, device: Device) -> np.uint64:
    return stream_key(seed, f"sensors/attack/{purpose}/{attack}", device.name)


def unknown_targets(specs: Sequence[tuple[int, SensingAttack]], names: Sequence[str]) -> list[tuple[int, str]]:
    """Return (number in the scenario's list, name) of attacked devices that do not exist."""
    known = set(names)
    return [(number, name) for number, one in specs for name in one.devices if name not in known]
