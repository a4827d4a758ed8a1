"""What every sensor may ask: the vehicles of the present instant, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

VEHICLE_CLASSES = ("car", "taxi", "bus", "light_truck", "heavy_truck", "autonomous_taxi", "electric_bicycle", "pedestrian")
"""Classes by their number in ``GroundTruth.klass``."""

DRIVEN_CLASSES = VEHICLE_CLASSES[:-1]
"""Classes that make trips on lanes; pedestrians only cross at junctions."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """The vehicles on the network and the pedestrians on crossings at one instant, one row each; arrays of shape (n,)."""

    t_us: int
    vehicle: npt.NDArray[np.int32]
    """Vehicle number: the trip it makes, never a reused slot; pedestrians are numbered after all trips."""
    klass: npt.NDArray[np.int8]
    """Index into ``VEHICLE_CLASSES``."""
    x_m: Floats
    """Centre of the vehicle's box."""
    y_m: Floats
    level: npt.NDArray[np.int8]
    """Vertical level of the edge: 0 ground, 1 and up bridges and viaducts, negative tunnels."""
    heading_rad: Floats
    """Anticlockwise from east."""
    speed_mps: Floats
    length_m: Floats
    width_m: Floats
    height_m: Floats
    edge: npt.NDArray[np.int32]
    """Edge under the front bumper."""
    lane: npt.NDArray[np.int8]
    s_m: Floats
    """Front bumper's distance along the edge."""
