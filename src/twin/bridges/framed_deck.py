"""Decks that are part of a plane frame: influence lines by reciprocity, modes, thermal movements.

By Maxwell and Betti the influence line of a quantity is the deck's deflection under the generalised force that belongs to it
(Muller-Breslau), so that one solution gives all stations. Between nodes the deflection is cubic, and a force within the element
that is asked about adds the deflection and moments of that element with fixed ends, so that lines are exact at every station.

Modes are those of lumped masses that move vertically; towers, turning and movements along the axis have no inertia. With masses
m and the flexibility F between them, w^2 = 1 / eigenvalue of m^1/2 F m^1/2. The error is of fourth order in element over wave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from twin.bridges.plane_frame import ALONG, DOWN, TURN, Floats, Frame, Ints, SolvedFrame
from twin.bridges.structure import Quantity, Structure


@dataclass(frozen=True, slots=True)
class DeckOfFrame:
    """Which part of a frame is the deck, and what can be asked about."""

    frame: Frame
    deck: Ints
    """(elements + 1,): its nodes along the axis; element ``i`` of the frame lies between the first ``i`` and ``i + 1``."""
    moving: Ints
    """Nodes whose masses move vertically, in the modes."""
    cables: Ints
    """(cables,): members that are cables."""
    supports: Ints
    """(supports,): nodes whose DOWN is held."""
    support_m: Floats
    """(supports,): where on the axis each carries the deck."""
    depth_m: Floats
    """(elements,): depth of the section, for temperature differences."""
    expansion_per_k: float
    """Of all members alike."""


class FramedDeck:
    """The statics of a deck in a frame, see ``Statics``; and what its modes are made of."""

    def __init__(self, deck: DeckOfFrame, grid_m: Floats, modes: int) -> None:
        """Factorise the frame and find its first vertical modes."""
        self._deck = deck
        self._solved = SolvedFrame(deck.frame)
        self._at_m = deck.frame.x_m[deck.deck]
        self._grid_m = grid_m
        self._station, self._station_weight = self._hermite(grid_m)
        self._station_element = self._element(grid_m)
        self.frequency_hz, self._modal = self._modes(modes)
        self._thermal = self._thermal_displacements()

    def line(self, quantity: Quantity) -> Floats:
        """Return the influence line, see ``Statics``."""
        if quantity.kind == "acceleration":
            return np.zeros_like(self._grid_m)
        moved = self._solved.displacements(self._functional(quantity))
        line: Floats = (self._station_weight * moved[self._station]).sum(axis=1)
        return line + self._direct(quantity)

    def modal_row(self, quantity: Quantity) -> Floats:
        """Return what one unit of each modal coordinate gives, see ``Statics``."""
        row: Floats = self._functional(quantity) @ self._modal
        return row

    def thermal(self, quantity: Quantity) -> tuple[float, float]:
        """Return the quantity for 1 K more everywhere, and for 1 K more at the top than at the bottom, see ``Statics``."""
        if quantity.kind == "acceleration":
            return 0.0, 0.0
        uniform, gradient = self._functional(quantity) @ self._thermal
        if quantity.kind in ("moment", "strain"):
            element, _ = self._place(quantity.at_m)
            held = self._deck.frame.bending_nm2[element] * self._curvature_per_k()[element]
            gradient += held * (quantity.depth_m / self._deck.frame.bending_nm2[element] if quantity.kind == "strain" else 1.0)
        elif quantity.kind == "cable_force":
            uniform -= float(self._deck.frame.axial_n[self._deck.cables[quantity.number]]) * self._deck.expansion_per_k
        return float(uniform), float(gradient)

    def shapes(self) -> tuple[Floats, Floats]:
        """Return (modes, stations) shapes of the modes and their curvatures."""
        shape: Floats = np.einsum("nd,ndk->kn", self._station_weight, self._modal[self._station])
        curvature = np.stack([-self.modal_row(Quantity("strain", float(at_m), depth_m=1.0)) for at_m in self._grid_m], axis=1)
        return shape, curvature

    # places on the deck

    def _element(self, at_m: Floats) -> Ints:
        last = self._at_m.size - 2
        return np.clip(np.searchsorted(self._at_m, at_m, side="left") - 1, 0, last).astype(np.int64)

    def _place(self, at_m: float) -> tuple[int, float]:
        """Return the element of the deck and the share of it before a place; at a node the element that ends there."""
        element = int(self._element(np.array([at_m]))[0])
        begin, end = self._at_m[element], self._at_m[element + 1]
        return element, float((at_m - begin) / (end - begin))

    def _hermite(self, at_m: Floats, *, slope: bool = False) -> tuple[Ints, Floats]:
        """Return (places, 4) displacements of the deck and their weights in the deflection, or its slope, at places."""
        element = self._element(at_m)
        begin, length = self._at_m[element], np.diff(self._at_m)[element]
        u = (at_m - begin) / length
        if slope:
            first = 6.0 * (u**2 - u) / length
            weights = [first, 1.0 - 4.0 * u + 3.0 * u**2, -first, 3.0 * u**2 - 2.0 * u]
        else:
            weights = [
                1.0 - 3.0 * u**2 + 2.0 * u**3,
                length * (u - 2.0 * u**2 + u**3),
                3.0 * u**2 - 2.0 * u**3,
                length * (u**3 - u**2),
            ]
        nodes = self._deck.deck
        start, end = nodes[element], nodes[element + 1]
        return np.stack([3 * start + DOWN, 3 * start + TURN, 3 * end + DOWN, 3 * end + TURN], axis=1), np.stack(weights, axis=1)

    # quantities

    def _functional(self, quantity: Quantity) -> Floats:
        """Return what weighs all displacements of the frame to the quantity."""
        found = np.zeros(3 * self._deck.frame.x_m.size)
        match quantity.kind:
            case "displacement" | "acceleration" | "tilt":
                place, weight = self._hermite(np.array([quantity.at_m]), slope=quantity.kind == "tilt")
                found[place[0]] = weight[0]
            case "longitudinal":
                element, share = self._place(quantity.at_m)
                start, end = self._deck.deck[element : element + 2]
                found[3 * start + ALONG], found[3 * end + ALONG] = 1.0 - share, share
            case "moment" | "strain":
                element, share = self._place(quantity.at_m)
                found += (1.0 - share) * self._solved.end_force_functional(element, 2)
                found -= share * self._solved.end_force_functional(element, 5)
                if quantity.kind == "strain":
                    found *= quantity.depth_m / self._deck.frame.bending_nm2[element]
            case "cable_force":
                found += self._solved.end_force_functional(int(self._deck.cables[quantity.number]), 3)
            case "reaction":
                found -= self._solved.support_functional(int(self._deck.supports[quantity.number]), DOWN)
        return found

    def _direct(self, quantity: Quantity) -> Floats:
        """Return (stations,) what forces within the element asked about, or right above the support, add."""
        direct = np.zeros_like(self._grid_m)
        if quantity.kind == "reaction":
            node = int(self._deck.supports[quantity.number])
            direct += (self._station_weight * (self._station == 3 * node + DOWN)).sum(axis=1)
            return direct
        if quantity.kind not in ("displacement", "tilt", "moment", "strain"):
            return direct
        element, share = self._place(quantity.at_m)
        mine = np.flatnonzero(self._station_element == element)
        length = float(self._at_m[element + 1] - self._at_m[element])
        bending = float(self._deck.frame.bending_nm2[element])
        a = self._grid_m[mine] - self._at_m[element]
        direct[mine] = _clamped(quantity.kind, share * length, a, length, bending)
        if quantity.kind == "strain":
            direct *= quantity.depth_m / bending
        return direct

    # modes and temperature

    def _modes(self, modes: int) -> tuple[Floats, Floats]:
        frame, nodes = self._deck.frame, self._deck.moving
        mass = frame.nodal_mass_kg[nodes]
        place = 3 * nodes + DOWN
        unit = np.zeros((3 * frame.x_m.size, nodes.size))
        unit[place, np.arange(nodes.size)] = np.sqrt(mass)
        moved = self._solved.displacements(unit)
        flexibility = np.sqrt(mass)[:, None] * moved[place]
        count = nodes.size
        chosen = min(modes, count - 1)
        value, vector = eigh(0.5 * (flexibility + flexibility.T), subset_by_index=(count - chosen, count - 1))
        value, vector = value[::-1], vector[:, ::-1]
        strongest = np.argmax(np.abs(vector), axis=0)
        vector = vector * np.where(vector[strongest, np.arange(chosen)] < 0.0, -1.0, 1.0)
        return np.sqrt(1.0 / value) / (2.0 * np.pi), (moved @ vector) / value

    def _curvature_per_k(self) -> npt.NDArray[np.float64]:
        return self._deck.expansion_per_k / self._deck.depth_m

    def _thermal_displacements(self) -> Floats:
        """Return (displacements, 2) for 1 K everywhere and 1 K between top and bottom of the deck."""
        frame = self._deck.frame
        c, s = frame.direction
        load = np.zeros((3 * frame.x_m.size, 2))
        push = frame.axial_n * self._deck.expansion_per_k
        for node, sign in ((frame.start, -1.0), (frame.end, 1.0)):
            np.add.at(load[:, 0], 3 * node + ALONG, sign * push * c)
            np.add.at(load[:, 0], 3 * node + DOWN, sign * push * s)
        elements = self._deck.depth_m.size
        bend = frame.bending_nm2[:elements] * self._curvature_per_k()
        np.add.at(load[:, 1], 3 * self._deck.deck[:-1] + TURN, -bend)
        np.add.at(load[:, 1], 3 * self._deck.deck[1:] + TURN, bend)
        return self._solved.displacements(load)


def _clamped(kind: str, x: float, a: Floats, length: float, bending: float) -> Floats:
    """Return what 1 N at ``a`` does at ``x`` of a beam clamped at both ends: deflection, slope, or moment."""
    mirrored = x > a
    x_, a_ = np.where(mirrored, length - x, x), np.where(mirrored, length - a, a)
    b_ = length - a_
    sign = np.where(mirrored, -1.0, 1.0)
    reaction, moment = b_**2 * (3.0 * a_ + b_) / length**3, -a_ * b_**2 / length**2
    match kind:
        case "displacement":
            return -(x_**2) * (reaction * x_ + 3.0 * moment) / (6.0 * bending)
        case "tilt":
            return -sign * x_ * (reaction * x_ + 2.0 * moment) / (2.0 * bending)
        case _:
            return reaction * x_ + moment


def framed_structure(deck: DeckOfFrame, damping_ratio: float, *, modes: int, stations: int) -> Structure:
    """Return the structure of a deck in a frame, with so many modes and evenly spaced stations."""
    begin_m, end_m = deck.frame.x_m[deck.deck[[0, -1]]]
    grid_m = np.linspace(0.0, float(end_m - begin_m), stations)
    statics = FramedDeck(deck, grid_m, modes)
    shape, curvature = statics.shapes()
    elements = deck.deck.size - 1
    nodes_m = deck.frame.x_m[deck.deck]
    own = np.clip(np.searchsorted(nodes_m, grid_m, side="left") - 1, 0, elements - 1)
    return Structure(
        grid_m=grid_m,
        frequency_hz=statics.frequency_hz,
        damping_ratio=np.full(statics.frequency_hz.size, damping_ratio),
        shape=shape,
        curvature=curvature,
        mass_kg_per_m=deck.frame.mass_kg_per_m[own],
        cables=int(deck.cables.size),
        support_m=deck.support_m,
        statics=statics,
    )
