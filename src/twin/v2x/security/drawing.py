"""What attacks share: draws by vehicle and instant, and memory by vehicle number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.kernel.growing import grown
from twin.rng import stream_key, uniform4
from twin.v2x.security.vehicle_messages import Floats, Ints, VehicleMessages

ONCE: Final = 0
"""Frame of draws that hold for good. Draws by instant have the milliseconds, which are later than that."""

_ID_BITS: Final = 31
"""Choice: two draws of so many bits make an invented id, which leaves the sign alone."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What attackers see at one instant."""

    t_us: int
    honest: VehicleMessages
    """What every equipped vehicle would say, in the order of the vehicles."""
    area: tuple[float, float, float, float]
    """Least x and y, greatest x and y (m): where claimed places may lie."""
    period_us: int
    """Time between two messages of a vehicle."""

    @property
    def frame(self) -> int:
        """Frame of draws at this instant."""
        return 1 + self.t_us // 1000


@kernel
def draws(key: np.uint64, frame: int, target: Ints) -> Floats:
    """Return uniforms in (0, 1), (n, 4), one row a target."""
    out = np.empty((target.size, 4))
    for i in range(target.size):
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = uniform4(key, frame, target[i], 0)
    return out


class Draws:
    """The draws of one attack in the list of a scenario."""

    def __init__(self, seed: int, name: str) -> None:
        """Name the attack's streams."""
        self._seed, self._name = seed, name
        self._keys: dict[str, np.uint64] = {}

    def __call__(self, purpose: str, frame: int, target: npt.NDArray[Any]) -> Floats:
        """Return four uniforms in (0, 1) a target, (n, 4), of the stream for one purpose."""
        if purpose not in self._keys:
            self._keys[purpose] = stream_key(self._seed, f"v2x/attack/{purpose}", self._name)
        return draws(self._keys[purpose], frame, target.astype(np.int64))

    def ids(self, target: Ints) -> Ints:
        """Return an invented temporary id for each target, (n,)."""
        chance = self("id", ONCE, target)
        high, low = ((chance[:, column] * 2.0**_ID_BITS).astype(np.int64) for column in (0, 1))
        return (high << _ID_BITS) | low


def between(chance: Floats, span: tuple[float, float]) -> Floats:
    """Return values uniform in ``span``."""
    return span[0] + chance * (span[1] - span[0])


def whole_between(chance: Floats, span: tuple[int, int]) -> Ints:
    """Return whole numbers uniform in ``span``, both ends included."""
    return span[0] + np.minimum((chance * (span[1] - span[0] + 1)).astype(np.int64), span[1] - span[0])


def either_side(chance: Floats, span: tuple[float, float]) -> Floats:
    """Return values whose size is uniform in ``span``, of either sign with equal chance."""
    turned = 2.0 * chance - 1.0
    return np.copysign(between(np.abs(turned), span), turned)


class Memory:
    """Columns of numbers by vehicle number, 0 at first, which grow with the greatest number."""

    def __init__(self, **kinds: type) -> None:
        """Take the columns' names and types."""
        self._columns: dict[str, npt.NDArray[Any]] = {name: np.zeros(0, kind) for name, kind in kinds.items()}

    def room_for(self, vehicle: npt.NDArray[np.int32]) -> dict[str, npt.NDArray[Any]]:
        """Return the columns, long enough for these vehicles: write to them."""
        need = int(vehicle.max(initial=-1)) + 1
        for name, column in self._columns.items():
            self._columns[name] = grown(column, need)
        return self._columns
