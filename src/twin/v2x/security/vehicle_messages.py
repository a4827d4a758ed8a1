"""Safety messages of vehicles (BSM) as arrays: what they claim, and beside it the truth of who lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class _Rows:
    """Arrays of equal length, one row a thing."""

    __slots__ = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        first: Any = getattr(self, fields(self)[0].name)  # type: ignore[arg-type]
        return len(first)

    def take(self, rows: npt.NDArray[Any]) -> Self:
        """Return the ``rows``, a mask (n,) or row numbers, as new arrays."""
        parts = {}
        for field in fields(self):  # type: ignore[arg-type]
            column = getattr(self, field.name)
            parts[field.name] = column.take(rows) if isinstance(column, _Rows) else column[rows]
        return type(self)(**parts)

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Return the rows of all ``parts``, at least one, one part after the other."""
        joined = {}
        for field in fields(cls):  # type: ignore[arg-type]
            columns = [getattr(part, field.name) for part in parts]
            first = columns[0]
            joined[field.name] = type(first).concatenate(columns) if isinstance(first, _Rows) else np.concatenate(columns)
        return cls(**joined)


@dataclass(frozen=True, slots=True, eq=False)
class VehicleMessages(_Rows):
    """Safety messages as they leave the antennas, one row each, (n,). All but the last three columns is what they claim."""

    sender: Ints
    """Temporary id."""
    sequence: Ints
    """Message counter; receivers look at it modulo 128 (``msgCnt`` of T/CSAE 53-2020 is 0 to 127)."""
    sent_us: Ints
    """Time stamp."""
    x_m: Floats
    y_m: Floats
    speed_mps: Floats
    heading_rad: Floats
    """Anticlockwise from east."""
    acceleration_mps2: Floats
    """Along the heading; braking is negative."""
    vehicle: npt.NDArray[np.int32]
    """Truth: the vehicle whose unit really transmits."""
    attack: npt.NDArray[np.int8]
    """Truth: 0 honest, else 1 + index in ``attack_spec.ATTACKS``; a lie that says the same as the truth would is honest."""
    transmit_us: Ints
    """Truth: when it leaves the antenna."""

    @classmethod
    def empty(cls) -> Self:
        """Return no messages."""
        whole, real = np.empty(0, np.int64), np.empty(0)
        return cls(whole, whole, whole, real, real, real, real, real, whole.astype(np.int32), whole.astype(np.int8), whole)

    def changed(self, rows: npt.NDArray[Any] | slice, **columns: npt.ArrayLike) -> Self:
        """Return a copy in which ``columns`` have these values in ``rows`` (a mask, row numbers or a slice)."""
        new = {}
        for name, values in columns.items():
            new[name] = getattr(self, name).copy()
            new[name][rows] = values
        return replace(self, **new)


def honest_messages(
    t_us: int,
    sender: Ints,
    sequence: Ints,
    measured: tuple[Floats, Floats, Floats, Floats, Floats],
    vehicle: npt.NDArray[np.int32],
) -> VehicleMessages:
    """Return the messages of one instant that say what their vehicles have measured; all arrays (n,).

    ``measured``: x, y (m), speed (m/s), heading (rad), acceleration (m/s2), each with the errors that the vehicles' own
    sensors have.
    """
    x_m, y_m, speed_mps, heading_rad, acceleration_mps2 = measured
    now = np.full(sender.size, t_us, np.int64)
    honest = np.zeros(sender.size, np.int8)
    return VehicleMessages(
        sender, sequence, now, x_m, y_m, speed_mps, heading_rad, acceleration_mps2, vehicle, honest, now.copy()
    )


@dataclass(frozen=True, slots=True, eq=False)
class Received(_Rows):
    """Messages that came through, one row a message and receiver, (n,)."""

    messages: VehicleMessages
    receiver: npt.NDArray[np.int32]
    """Number of the roadside unit."""
    received_us: Ints
    """When it had the message."""
