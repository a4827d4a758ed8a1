"""What the Intelligent Driver Model says of identical drivers in equilibrium: gaps, the fundamental diagram, waves.

Source: M. Treiber, A. Hennecke, D. Helbing, "Congested traffic states in empirical observations and microscopic simulations",
Physical Review E 62 (2000) 1805-1824, section III.A; M. Treiber, A. Kesting, Traffic Flow Dynamics (2013), section 11.3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tests.verification.kinematic_wave import Diagram

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Driver:
    """One driver and his car; defaults are the car class of the simulator at 50 km/h."""

    desired_mps: float = 50.0 / 3.6
    acceleration_mps2: float = 1.4
    braking_mps2: float = 2.0
    time_gap_s: float = 1.0
    standstill_gap_m: float = 2.0
    length_m: float = 4.7


def equilibrium_gap_m(driver: Driver, speed_mps: float) -> float:
    """Return the gap (m, bumper to bumper) at which nobody accelerates behind a leader of the same speed.

    s = (s0 + v T) / sqrt(1 - (v / v0)^4), equation 12 there; ``speed_mps`` must be below the desired speed.
    """
    if not 0.0 <= speed_mps < driver.desired_mps:
        raise ValueError(f"speed {speed_mps:g} m/s must lie in [0, {driver.desired_mps:g})")
    free = 1.0 - (speed_mps / driver.desired_mps) ** 4
    return (driver.standstill_gap_m + speed_mps * driver.time_gap_s) / math.sqrt(free)


def equilibrium_flow_vps(driver: Driver, speed_mps: float) -> float:
    """Return the flow (veh/s, one lane) at an equilibrium speed: v / (s + length)."""
    return speed_mps / (equilibrium_gap_m(driver, speed_mps) + driver.length_m)


def jam_density_vpm(driver: Driver) -> float:
    """Return the density (veh/m, one lane) of standing cars."""
    return 1.0 / (driver.standstill_gap_m + driver.length_m)


def equilibrium_diagram(driver: Driver, points: int = 2000) -> Diagram:
    """Return the fundamental diagram of one lane as a table of ``points`` states, from empty to jammed."""
    shape = np.linspace(0.0, 1.0, points)[1:]
    speed = driver.desired_mps * (1.0 - shape**3)  # dense near the desired speed, where density changes fast
    gap = (driver.standstill_gap_m + speed * driver.time_gap_s) / np.sqrt(1.0 - (speed / driver.desired_mps) ** 4)
    density = 1.0 / (gap + driver.length_m)
    return Diagram(np.concatenate([[0.0], density]), np.concatenate([[0.0], speed * density]))


def jam_wave_speed_mps(driver: Driver) -> float:
    """Return how fast small changes travel in dense traffic (negative: against it): -(s0 + length) / T.

    The slope of the equilibrium flow at jam density, where s = s0 + v T to first order in v.
    """
    return -(driver.standstill_gap_m + driver.length_m) / driver.time_gap_s
