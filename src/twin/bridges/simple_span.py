"""The simply supported span of constant section, in closed form.

Source: statics of the Bernoulli-Euler beam, as in every table of structural mechanics; modes
f_n = n^2 pi / (2 L^2) sqrt(EI / mu), L. Fryba, Vibration of Solids and Structures under Moving Loads, 3rd ed. 1999.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.bridges.structure import Floats, Quantity, Structure


@dataclass(frozen=True, slots=True)
class _SimpleStatics:
    """Influence lines and modal rows of one simple span."""

    grid_m: Floats
    length_m: float
    bending_nm2: float
    amplitude: float
    """Of the sines, 1/sqrt(kg)."""
    number: Floats
    """(modes,): half waves."""
    expansion_per_k: float
    bow_per_mk: float
    """Curvature for 1 K between top and bottom: expansion over depth."""

    def line(self, quantity: Quantity) -> Floats:
        """Return the influence line, see ``Statics``."""
        length_m, x, a = self.length_m, quantity.at_m, self.grid_m
        b = length_m - a
        match quantity.kind:
            case "acceleration" | "longitudinal":
                return np.zeros_like(a)
            case "reaction":
                return b / length_m if quantity.number == 0 else a / length_m
            case "moment":
                return _moment(x, a, length_m)
            case "strain":
                return _moment(x, a, length_m) * (quantity.depth_m / self.bending_nm2)
            case "displacement":
                left, right = np.minimum(x, a), length_m - np.maximum(x, a)
                return left * right * (length_m**2 - left**2 - right**2) / (6.0 * length_m * self.bending_nm2)
            case "tilt":
                before = b * (length_m**2 - b**2 - 3.0 * x**2)
                behind = -a * (length_m**2 - a**2 - 3.0 * (length_m - x) ** 2)
                return np.where(x <= a, before, behind) / (6.0 * length_m * self.bending_nm2)
        raise ValueError(quantity.kind)

    def modal_row(self, quantity: Quantity) -> Floats:
        """Return what one unit of each modal coordinate gives, see ``Statics``."""
        wave = self.number * math.pi / self.length_m
        shape = self.amplitude * np.sin(wave * quantity.at_m)
        match quantity.kind:
            case "displacement" | "acceleration":
                return shape
            case "longitudinal":
                return np.zeros_like(wave)
            case "tilt":
                return self.amplitude * wave * np.cos(wave * quantity.at_m)
            case "moment":
                return self.bending_nm2 * wave**2 * shape
            case "strain":
                return quantity.depth_m * wave**2 * shape
            case "reaction":
                sign = 1.0 if quantity.number == 0 else np.where(self.number % 2 == 1, 1.0, -1.0)
                return self.bending_nm2 * self.amplitude * wave**3 * sign
        raise ValueError(quantity.kind)

    def thermal(self, quantity: Quantity) -> tuple[float, float]:
        """Return the quantity for 1 K everywhere and 1 K between top and bottom, see ``Statics``: a span bends freely."""
        x, length_m = quantity.at_m, self.length_m
        match quantity.kind:
            case "longitudinal":
                return self.expansion_per_k * x, 0.0
            case "displacement":
                return 0.0, -self.bow_per_mk * x * (length_m - x) / 2.0
            case "tilt":
                return 0.0, -self.bow_per_mk * (length_m - 2.0 * x) / 2.0
            case _:
                return 0.0, 0.0


def _moment(x: float, a: Floats, length_m: float) -> Floats:
    return np.minimum(x, a) * (length_m - np.maximum(x, a)) / length_m


def simple_span(
    length_m: float,
    bending_nm2: float,
    mass_kg_per_m: float,
    damping_ratio: float,
    *,
    modes: int = 5,
    steps: int = 200,
    depth_m: float = math.inf,
    expansion_per_k: float = 1e-5,
) -> Structure:
    """Return a simply supported span: bending stiffness EI in N m2, ``steps`` + 1 stations, the first ``modes`` modes.

    It has no cables; supports are 0 at its beginning, which is fixed along the axis, and 1 at its end. ``depth_m`` and
    ``expansion_per_k`` (concrete: JTG D60-2015) are for temperature alone; ``modes`` and ``steps`` a choice of the calculation.
    """
    grid_m = np.linspace(0.0, length_m, steps + 1)
    number = np.arange(1.0, modes + 1.0)
    wave = number * math.pi / length_m
    amplitude = math.sqrt(2.0 / (mass_kg_per_m * length_m))
    shape = amplitude * np.sin(wave[:, None] * grid_m)
    return Structure(
        grid_m=grid_m,
        frequency_hz=wave**2 * math.sqrt(bending_nm2 / mass_kg_per_m) / (2.0 * math.pi),
        damping_ratio=np.full(modes, damping_ratio),
        shape=shape,
        curvature=-(wave[:, None] ** 2) * shape,
        mass_kg_per_m=np.full(grid_m.size, mass_kg_per_m),
        cables=0,
        support_m=np.array([0.0, length_m]),
        statics=_SimpleStatics(grid_m, length_m, bending_nm2, amplitude, number, expansion_per_k, expansion_per_k / depth_m),
    )
