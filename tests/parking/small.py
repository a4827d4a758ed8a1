"""Facilities of tests: a car park and kerbs, nowhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.parking.facilities import INSIDE, Bays, Facilities, Facility, facilities_of
from twin.parking.facility_spec import GateSpec, TariffSpec


def facility(number: int, first_bay: int, capacity: int, gates: GateSpec | None = None, **changed: Any) -> Facility:
    """Return one facility; at the kerb of edge ``number`` without gates."""
    values: dict[str, Any] = {
        "number": number,
        "name": f"facility {number}",
        "group": "tests",
        "kind": "on_street" if gates is None else "underground",
        "first_bay": first_bay,
        "capacity": capacity,
        "x_m": 100.0 * number,
        "y_m": 0.0,
        "entry_edge": number,
        "entry_s_m": 50.0,
        "exit_edge": number,
        "exit_s_m": 60.0,
        "tariff": TariffSpec(),
        "gates": gates,
        "open_from_h": 0.0,
        "open_until_h": 24.0,
        "occupancy": 0.5,
        "purposes": (),
    }
    return Facility(**(values | changed))


def facilities(*capacities: int, gates: GateSpec | None = None, **changed: Any) -> Facilities:
    """Return facilities of these capacities: car parks where ``gates`` are given, else kerbs with a bay every 6 m."""
    first = np.concatenate(([0], np.cumsum(capacities))).tolist()
    every = tuple(facility(n, first[n], capacity, gates, **changed) for n, capacity in enumerate(capacities))
    owner = np.repeat(np.arange(len(capacities)), capacities).astype(np.int32)
    s_m = np.concatenate([6.0 * (1.0 + np.arange(capacity)) for capacity in capacities])
    edge = owner.copy() if gates is None else np.full(owner.size, INSIDE, np.int32)
    return facilities_of(every, Bays(owner, edge, s_m, s_m.copy(), np.zeros(owner.size)), len(capacities))
