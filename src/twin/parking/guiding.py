"""Guidance joined to what it rests on: the truth or the sensors, the rates, the drivers who are told nothing."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, every
from twin.kernel.reporting import Recorder
from twin.parking.availability import Availability, Truth
from twin.parking.guidance import Guided
from twin.parking.guidance_spec import GuidanceSpec
from twin.parking.information import Information
from twin.parking.occupancy import Occupancy
from twin.parking.rates import Rates
from twin.parking.sensing import ParkingSensing
from twin.units import to_us


def build_guidance(
    spec: GuidanceSpec | None,
    occupancy: Occupancy,
    sensing: ParkingSensing | None,
    otherwise: Information,
    recorder: Recorder,
    seed: int,
) -> Guided | None:
    """Return the guidance of a run, whose bays are as they are at the start; None where nobody is told anything.

    Drivers whom it does not tell of a facility go by ``otherwise``. Raises ValueError for reports without sensors.
    """
    if spec is None or spec.information == "none":
        return None
    facilities = occupancy.facilities
    rates = Rates(facilities.capacity.astype(np.int64), spec.rates_over_s, spec.usual_stay_s)
    if spec.information == "perfect":
        of_bay = facilities.bays.facility

        def change(_: int, bay: npt.NDArray[np.int32], occupied: npt.NDArray[np.bool_], __: npt.NDArray[np.int32]) -> None:
            for facility, came in zip(of_bay[bay].tolist(), occupied.tolist(), strict=True):
                (rates.came if came else rates.went)(facility)

        occupancy.listeners.append(change)
        known: Availability = Truth(occupancy)
    elif sensing is None:
        raise ValueError("guidance by what is reported needs sensors")
    else:
        sensing.came.append(rates.came)
        sensing.went.append(rates.went)
        known = sensing.available
    guided = Guided(spec, facilities, known, rates, otherwise, recorder, seed)
    guided.step(0)
    return guided


def guidance_processes(env: simpy.Environment, guided: Guided, spec: GuidanceSpec) -> Iterator[Generator[Event, None, None]]:
    """Yield the bodies of the SimPy processes of guidance: learning, and signs that are renewed."""
    yield every(env, guided.step_us, Phase.PLATFORM, guided.step, first_us=guided.step_us)
    if spec.signs is not None:
        update_us = to_us(spec.signs.update_s)
        yield every(env, update_us, Phase.PLATFORM, guided.renew_signs, first_us=update_us)
