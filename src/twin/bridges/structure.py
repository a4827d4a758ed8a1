"""A bridge as a line under vertical forces: influence lines for what is slow, vertical modes for what vibrates.

The deck is its driving axis, ``x`` from its beginning. Everything is linear: a quantity is the sum over the forces on the deck
of force times influence line, and the modes add what differs from that in time (mode acceleration method: R. W. Clough,
J. Penzien, Dynamics of Structures, 2nd ed. 1993, section 12-5; form quoted without the book at hand).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

QuantityKind = Literal["displacement", "acceleration", "tilt", "longitudinal", "moment", "strain", "cable_force", "reaction"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is asked of a structure at one place."""

    kind: QuantityKind
    """``displacement`` (m, downwards positive), ``acceleration`` (m/s2, downwards positive), ``tilt`` (slope of the deck, rad,
    positive where it falls along the axis), ``longitudinal`` (m, displacement along the axis, as of expansion joints),
    ``moment`` (N m, sagging positive), ``strain`` (of bending, tension positive; a warmer deck that is free to move has none),
    ``cable_force`` (N, change of the tension), ``reaction`` (N, upwards positive)."""

    at_m: float = 0.0
    """Where along the axis; of no consequence for cable forces and reactions."""

    depth_m: float = 0.0
    """Of a strain: how far below the neutral axis the fibre lies; negative above it."""

    number: int = 0
    """Of a cable force or reaction: which cable or support, from 0."""


class Statics(Protocol):
    """What a kind of structure answers, exact for its own model."""

    def line(self, quantity: Quantity) -> Floats:
        """Return (stations,): the quantity for a downward force of 1 N at each station; for accelerations 0."""
        ...

    def modal_row(self, quantity: Quantity) -> Floats:
        """Return (modes,): the quantity when one modal coordinate is 1 (accelerations: when its second derivative is 1)."""
        ...

    def thermal(self, quantity: Quantity) -> tuple[float, float]:
        """Return the quantity for 1 K more everywhere, and for 1 K between the deck's top and bottom, the top warmer."""
        ...


@dataclass(frozen=True, slots=True)
class Structure:
    """One deck as a line.

    Modes are normalised to a modal mass of 1 (integral of mass x shape^2, cables included, with shapes in 1/sqrt(kg)), so that
    each modal coordinate follows q'' + 2 z w q' + w^2 q = sum of the forces times shape at their places, and the deck moves by
    w(x, t) = sum of q x shape.
    """

    grid_m: Floats
    """(n,): evenly spaced stations, the first at 0, the last at the end of the deck."""

    frequency_hz: Floats
    """(k,): of the vertical modes, ascending."""

    damping_ratio: Floats
    """(k,): share of the critical damping."""

    shape: Floats
    """(k, n): mode shapes, downwards positive, in 1/sqrt(kg)."""

    curvature: Floats
    """(k, n): second derivatives of the shapes along the axis, 1/(m2 sqrt(kg)); of sections with a jump, those on the left."""

    mass_kg_per_m: Floats
    """(n,): mass of the deck."""

    cables: int
    """How many cables (stays, hangers, main cable) can be asked for their force."""

    support_m: Floats
    """(supports,): where the deck is held from below."""

    statics: Statics
    """The model behind it."""

    @property
    def length_m(self) -> float:
        """Length of the deck."""
        return float(self.grid_m[-1])

    @property
    def step_m(self) -> float:
        """Distance of two stations."""
        return float(self.grid_m[1] - self.grid_m[0])

    def along(self, values: Floats) -> Floats:
        """Return (...,): integrals along the deck of ``values`` (..., n) at the stations."""
        return np.asarray(np.trapezoid(values, self.grid_m, axis=-1), np.float64)

    def line(self, quantity: Quantity) -> Floats:
        """Return (n,): influence line, the quantity for a downward force of 1 N at each station; for accelerations 0."""
        return self.statics.line(quantity)

    def modal_row(self, quantity: Quantity) -> Floats:
        """Return (k,): what one unit of each modal coordinate gives; of an acceleration, one unit of its second derivative."""
        return self.statics.modal_row(quantity)

    def thermal(self, quantity: Quantity) -> tuple[float, float]:
        """Return the quantity for 1 K more everywhere, and for 1 K between the deck's top and bottom, the top warmer."""
        return self.statics.thermal(quantity)

    def deflection_line(self, at_m: float) -> Floats:
        """Return (n,): deflection at a place, m per N, downwards positive."""
        return self.line(Quantity("displacement", at_m))

    def slope_line(self, at_m: float) -> Floats:
        """Return (n,): slope of the deck at a place, rad per N."""
        return self.line(Quantity("tilt", at_m))

    def moment_line(self, at_m: float) -> Floats:
        """Return (n,): bending moment at a place, N m per N, sagging positive."""
        return self.line(Quantity("moment", at_m))

    def strain_line(self, at_m: float, depth_m: float) -> Floats:
        """Return (n,): strain per N of the fibre ``depth_m`` below the neutral axis, tension positive."""
        return self.line(Quantity("strain", at_m, depth_m))

    def cable_force_line(self, cable: int) -> Floats:
        """Return (n,): change of a cable's tension, N per N."""
        return self.line(Quantity("cable_force", number=cable))

    def reaction_line(self, support: int) -> Floats:
        """Return (n,): reaction of a support, N per N, upwards positive."""
        return self.line(Quantity("reaction", number=support))
