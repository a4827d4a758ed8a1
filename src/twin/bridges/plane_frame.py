"""Plane frames by finite elements: beams and bars between nodes, what holds them, how they yield under forces.

Bernoulli-Euler beams with axial force (cubic Hermite shape functions, so that nodal forces on prismatic members give exact
results), bars without bending, both with small displacements. Source: any book on matrix structural analysis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, diags_array
from scipy.sparse.linalg import splu

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ALONG: Final = 0
DOWN: Final = 1
TURN: Final = 2
"""Displacements of a node: along the axis, downwards, and turning (radians, positive from along to down)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Nodes and the members between them; lengths in m, forces in N."""

    x_m: Floats
    """(nodes,): along the axis."""
    z_m: Floats
    """(nodes,): downwards."""
    start: Ints
    """(members,): node at the first end."""
    end: Ints
    """(members,): node at the other end."""
    axial_n: Floats
    """(members,): EA."""
    bending_nm2: Floats
    """(members,): EI in the plane; 0 for a bar."""
    mass_kg_per_m: Floats
    """(members,)"""
    held: npt.NDArray[np.bool_]
    """(nodes, 3): which displacements are held."""

    @property
    def length_m(self) -> Floats:
        """Length of each member."""
        return np.hypot(self.x_m[self.end] - self.x_m[self.start], self.z_m[self.end] - self.z_m[self.start])

    @property
    def direction(self) -> tuple[Floats, Floats]:
        """Cosine and sine of each member's direction from its start, along the axis and downwards."""
        dx, dz = self.x_m[self.end] - self.x_m[self.start], self.z_m[self.end] - self.z_m[self.start]
        return dx / self.length_m, dz / self.length_m

    @property
    def nodal_mass_kg(self) -> Floats:
        """Mass of each node: half of each member that ends there."""
        half = 0.5 * self.mass_kg_per_m * self.length_m
        mass = np.zeros(self.x_m.size)
        np.add.at(mass, self.start, half)
        np.add.at(mass, self.end, half)
        return mass


def member_stiffness(frame: Frame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return (members, 6, 6) stiffness in the frame's directions, and (members, 6, 6) from those to each member's own.

    A member's own directions are along it from start to end, and across it; the third one is turning.
    """
    length = frame.length_m
    c, s = frame.direction
    ea, ei = frame.axial_n / length, frame.bending_nm2
    own = np.zeros((length.size, 6, 6))
    own[:, 0, 0] = own[:, 3, 3] = ea
    own[:, 0, 3] = own[:, 3, 0] = -ea
    across = np.array([[12.0, 6.0, -12.0, 6.0], [6.0, 4.0, -6.0, 2.0], [-12.0, -6.0, 12.0, -6.0], [6.0, 2.0, -6.0, 4.0]])
    power = np.array([[3, 2, 3, 2], [2, 1, 2, 1], [3, 2, 3, 2], [2, 1, 2, 1]])
    rows = np.array([1, 2, 4, 5])
    own[:, rows[:, None], rows] = ei[:, None, None] * across / length[:, None, None] ** power
    turn = np.zeros((length.size, 6, 6))
    for at in (0, 3):
        turn[:, at, at] = turn[:, at + 1, at + 1] = c
        turn[:, at, at + 1], turn[:, at + 1, at] = s, -s
        turn[:, at + 2, at + 2] = 1.0
    return turn.transpose(0, 2, 1) @ own @ turn, turn


class SolvedFrame:
    """A frame with its stiffness factorised. Raises ValueError where it is a mechanism."""

    def __init__(self, frame: Frame) -> None:
        """Assemble and factorise."""
        self.frame = frame
        nodes = frame.x_m.size
        self._stiffness, self._turn = member_stiffness(frame)
        places = 3 * np.stack([frame.start, frame.end], axis=1)[:, :, None] + np.arange(3)
        self._place = places.reshape(-1, 6)
        rows = np.repeat(self._place, 6, axis=1).ravel()
        columns = np.tile(self._place, (1, 6)).ravel()
        whole = csc_array((self._stiffness.ravel(), (rows, columns)), shape=(3 * nodes, 3 * nodes))
        free = ~frame.held.ravel() & (whole.diagonal() > 0.0)
        self._free = np.flatnonzero(free)
        if self._free.size == 0:
            raise ValueError("the frame cannot move at all")
        self._scale = 1.0 / np.sqrt(whole.diagonal()[self._free])
        scale = diags_array(self._scale)
        try:
            self._solver = splu(csc_array(scale @ csc_array(whole[self._free][:, self._free]) @ scale))
        except RuntimeError as error:
            raise ValueError("the frame is a mechanism") from error
        self._size = 3 * nodes

    def displacements(self, forces: npt.ArrayLike) -> Floats:
        """Return (3 nodes, cases) for forces of that shape (also (3 nodes,)), ordered by node, then ALONG, DOWN, TURN.

        Forces on what is held go into the supports and move nothing.
        """
        load = np.asarray(forces, np.float64)
        scale = self._scale.reshape(-1, *([1] * (load.ndim - 1)))
        found = np.zeros_like(load)
        found[self._free] = scale * self._solver.solve(scale * load[self._free])
        return found

    def end_force_functional(self, member: int, component: int) -> Floats:
        """Return (3 nodes,): what weighs displacements to the force of a member on itself, in its own directions.

        ``component``: 0 axial, 1 across, 2 moment at the first end, 3 to 5 at the other end.
        """
        own = self._turn[member] @ self._stiffness[member]
        functional = np.zeros(self._size)
        functional[self._place[member]] = own[component]
        return functional

    def support_functional(self, node: int, component: int) -> Floats:
        """Return (3 nodes,): what weighs displacements to the force that a held displacement takes, opposite to its sign."""
        functional = np.zeros(self._size)
        for at, nodes in ((0, self.frame.start), (3, self.frame.end)):
            for member in np.flatnonzero(nodes == node):
                functional[self._place[member]] += self._stiffness[member][at + component]
        return functional
