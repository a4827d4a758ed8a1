"""Bridges against closed forms, and the shipped ones against PyNiteFEA: deflections, moments, forces, frequencies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from tests.verification.pynite_bridges import pynite_bridge

from twin.bridges.bridge_spec import BridgeSpec, filled_in
from twin.bridges.continuous import continuous_structure
from twin.bridges.shipped import SHIPPED
from twin.bridges.simple_span import simple_span
from twin.bridges.structure import Quantity, Structure
from twin.bridges.structure_spec import ContinuousBridge
from twin.bridges.structures import structure_of

SPAN_M, BENDING_NM2, MASS_KG_PER_M = 40.0, 34.5e9 * 2.5, 15_000.0


def test_the_usual_span_of_forty_metres() -> None:
    """f1 = pi/(2 L^2) sqrt(EI/mu) = 2.354 Hz; 100 kN at midspan sink it by P L^3 / (48 EI) = 1.546 mm and give P L / 4."""
    span = simple_span(SPAN_M, BENDING_NM2, MASS_KG_PER_M, 0.01)
    assert span.frequency_hz[0] == pytest.approx(2.354, abs=5e-4)
    assert span.frequency_hz[2] == pytest.approx(9.0 * span.frequency_hz[0], rel=1e-12)
    middle = span.grid_m.size // 2
    assert 100e3 * span.deflection_line(20.0)[middle] == pytest.approx(1.546e-3, abs=5e-7)
    assert span.moment_line(20.0)[middle] == pytest.approx(SPAN_M / 4.0, rel=1e-12)
    assert span.strain_line(20.0, 1.2)[middle] == pytest.approx(1.2 * SPAN_M / 4.0 / BENDING_NM2, rel=1e-12)


def test_lines_and_modes_of_a_span_belong_together() -> None:
    """Slopes differentiate deflections, reactions carry the force, and the sum of shape^2 / w^2 is the flexibility."""
    span = simple_span(SPAN_M, BENDING_NM2, MASS_KG_PER_M, 0.01, modes=400, steps=400)
    ahead, behind = span.deflection_line(13.0 + 1e-4), span.deflection_line(13.0 - 1e-4)
    assert span.slope_line(13.0) == pytest.approx((ahead - behind) / 2e-4, abs=1e-14)
    assert span.reaction_line(0) + span.reaction_line(1) == pytest.approx(1.0)
    assert np.interp(10.0, span.grid_m, span.reaction_line(0)) == pytest.approx(0.75)
    omega2 = (2.0 * np.pi * span.frequency_hz) ** 2
    for kind in ("displacement", "tilt", "moment", "strain", "reaction"):
        quantity = Quantity(kind, 13.0, depth_m=1.2)
        summed = (span.modal_row(quantity) / omega2) @ span.shape
        line = span.line(quantity)
        inside = slice(20, -20) if kind == "reaction" else slice(None)
        assert summed[inside] == pytest.approx(line[inside], abs=0.02 * np.abs(line).max()), kind
    row = span.modal_row(Quantity("acceleration", 13.0))
    assert row == pytest.approx(span.modal_row(Quantity("displacement", 13.0)))
    assert not span.line(Quantity("acceleration", 13.0)).any()


def _girder(*spans_m: float, stations: int = 1201, modes: int = 6) -> Structure:
    deck = {"inertia_m4": 2.5, "area_m2": 6.0, "mass_t_per_m": 15.0, "depth_m": 2.0}
    spec = ContinuousBridge.model_validate({"spans_m": list(spans_m), "deck": deck})
    return continuous_structure(spec, modes=modes, stations=stations)


def test_influence_line_of_two_spans() -> None:
    """Over the middle support -P L xi (1 - xi^2) / 4, at least -P L / (6 sqrt 3) at 0.57735 L; at midspan 13/64 P L."""
    girder = _girder(SPAN_M, SPAN_M)
    line = girder.moment_line(SPAN_M)
    xi = girder.grid_m[:601] / SPAN_M
    assert line[:601] == pytest.approx(-SPAN_M / 4.0 * xi * (1.0 - xi**2), abs=1e-9 * SPAN_M)
    assert line == pytest.approx(line[::-1], abs=1e-9 * SPAN_M)
    assert line.min() / SPAN_M == pytest.approx(-0.096225, rel=1e-3)
    assert girder.grid_m[int(np.argmin(line[:601]))] / SPAN_M == pytest.approx(0.57735, abs=1e-3)
    assert girder.moment_line(SPAN_M / 2.0).max() / SPAN_M == pytest.approx(0.203125, rel=1e-3)
    assert girder.reaction_line(1).max() == pytest.approx(1.0, abs=1e-9)


def test_moments_of_three_spans() -> None:
    """A force amid the first span: -0.1 and +0.025 P L over the supports; amid the middle one: -0.075 twice, 0.175 below."""
    girder = _girder(SPAN_M, SPAN_M, SPAN_M)
    over_first, over_second = girder.moment_line(SPAN_M) / SPAN_M, girder.moment_line(2.0 * SPAN_M) / SPAN_M
    amid_first, amid_second = 200, 600
    assert over_first[amid_first] == pytest.approx(-0.1, rel=1e-6)
    assert over_second[amid_first] == pytest.approx(0.025, rel=1e-6)
    assert over_first[amid_second] == pytest.approx(-0.075, rel=1e-6)
    assert girder.moment_line(1.5 * SPAN_M)[amid_second] / SPAN_M == pytest.approx(0.175, rel=1e-6)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_frequencies_of_equal_spans(count: int) -> None:
    """The frequency equation of a girder over equal spans: a wave that turns by k pi / N from support to support.

    (sin b cosh b - cos b sinh b) / (sin b - sinh b) = -cos(k pi / N), b the wave number times the span; k = 0 clamps a span
    at both supports in turn, k = N is the simple span (D. J. Mead, Journal of Sound and Vibration 11, 1970).
    """

    def equation(b: float, turn: float) -> float:
        return np.cos(turn) * (np.sin(b) - np.sinh(b)) + np.sin(b) * np.cosh(b) - np.cos(b) * np.sinh(b)

    turns = [np.pi * k / count for k in range(1, count)]
    roots = [np.pi, *(brentq(equation, np.pi + 1e-6, 4.7300, args=(turn,)) for turn in turns)]
    known = {2: [3.9266], 3: [3.5564, 4.2975], 5: []}[count]
    assert sorted(roots)[1 : 1 + len(known)] == pytest.approx(known, abs=1e-4)
    expected = np.sort(roots) ** 2 / (2.0 * np.pi * SPAN_M**2) * np.sqrt(BENDING_NM2 / MASS_KG_PER_M)
    girder = _girder(*[SPAN_M] * count, modes=count)
    assert girder.frequency_hz == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("span_m", "by_vehicle_knm", "by_lane_load_knm"), [(20.0, 1578.0, 2025.0), (30.0, 2932.0, 3581.25), (40.0, 4307.0, 5500.0)]
)
def test_loads_of_the_highway_standard(span_m: float, by_vehicle_knm: float, by_lane_load_knm: float) -> None:
    """The 550 kN vehicle and the lane load of JTG D60 give their greatest moments amid simple spans."""
    span = simple_span(span_m, BENDING_NM2, MASS_KG_PER_M, 0.01, steps=400)
    line = span.moment_line(span_m / 2.0)
    behind_m, load_kn = np.cumsum([0.0, 3.0, 1.4, 7.0, 1.4]), np.array([30.0, 120.0, 120.0, 140.0, 140.0])
    front_m = np.arange(0.0, span_m + 13.0, 0.02)
    moment = (np.interp(front_m[:, None] - behind_m, span.grid_m, line, left=0.0, right=0.0) * load_kn).sum(axis=1)
    backwards = (np.interp(front_m[:, None] - 12.8 + behind_m, span.grid_m, line, left=0.0, right=0.0) * load_kn).sum(axis=1)
    assert max(moment.max(), backwards.max()) == pytest.approx(by_vehicle_knm, rel=0.01)
    concentrated_kn = 2.0 * (span_m + 130.0)
    lane_load = 10.5 * np.trapezoid(line, span.grid_m) + concentrated_kn * line.max()
    assert lane_load == pytest.approx(by_lane_load_knm, rel=1e-3)


def test_temperature_of_simple_and_continuous_girders() -> None:
    """20 K lengthen 40 m by 8 mm; 10 K over 2 m lift midspan by 10 mm; held over more spans it bends, EI a dT / h times 1.5.

    Over three spans it is 1.2 times (three-moment equation).
    """
    span = simple_span(SPAN_M, BENDING_NM2, MASS_KG_PER_M, 0.01, depth_m=2.0)
    assert 20.0 * span.thermal(Quantity("longitudinal", SPAN_M))[0] == pytest.approx(8e-3)
    assert 10.0 * span.thermal(Quantity("displacement", SPAN_M / 2.0))[1] == pytest.approx(-10e-3)
    assert 10.0 * span.thermal(Quantity("tilt", 0.0))[1] == pytest.approx(-1e-4 / 2.0 * SPAN_M / 2.0)
    free = BENDING_NM2 * 1e-5 / 2.0
    for spans, factor in (((SPAN_M, SPAN_M), 1.5), ((SPAN_M, SPAN_M, SPAN_M), 1.2)):
        girder = _girder(*spans)
        assert girder.thermal(Quantity("moment", SPAN_M)) == pytest.approx((0.0, factor * free), rel=1e-6, abs=1e-3)
        strain = girder.thermal(Quantity("strain", SPAN_M, depth_m=1.2))[1]
        assert strain == pytest.approx(factor * free * 1.2 / BENDING_NM2, rel=1e-6)
        lengthened = girder.thermal(Quantity("longitudinal", sum(spans)))[0] - girder.thermal(Quantity("longitudinal", 0.0))[0]
        assert lengthened == pytest.approx(1e-5 * sum(spans))


STAYED: dict[str, Any] = {
    "name": "one tower",
    "structure": {
        "kind": "cable_supported",
        "spans_m": [40.0, 110.0, 160.0],
        "deck": {"inertia_m4": 3.0, "area_m2": 12.0, "mass_t_per_m": 35.0, "depth_m": 2.5},
        "tower": {"above_deck_m": 70.0, "below_deck_m": 20.0, "inertia_m4": 60.0, "area_m2": 25.0},
        "cables": {"kind": "stayed", "towers": [2], "stay_spacing_m": 10.0, "stay_area_m2": 0.012},
    },
    "place": {"roads": ["r"], "begin_lon_deg": 0.0, "begin_lat_deg": 0.0, "end_lon_deg": 0.0, "end_lat_deg": 0.0},
}


@pytest.mark.parametrize("name", [*SHIPPED, "stayed"])
def test_static_response_against_pynite(name: str) -> None:
    """Deflections along the deck under 100 kN at four places, and what hangers and stays take: within 1 % of the greatest."""
    spec = BridgeSpec.model_validate(STAYED if name == "stayed" else filled_in({"preset": name, "stations": 961}))
    ours, theirs = structure_of(spec), pynite_bridge(spec.structure)
    assert ours.cables >= len(theirs.hangers)
    nodes_m = np.array([x for x, _ in theirs.deck])
    places_m = [nodes_m[np.argmin(np.abs(nodes_m - share * ours.length_m))] for share in (0.21, 0.4, 0.58, 0.83)]
    for number, expected in enumerate(theirs.deflections(places_m, 1e5)):
        line = 1e5 * ours.deflection_line(places_m[number])
        assert np.interp(nodes_m, ours.grid_m, line) == pytest.approx(expected, abs=0.01 * np.abs(expected).max())
        if theirs.hangers:
            taken = theirs.taken(number)
            lines = [1e5 * ours.cable_force_line(hanger) for hanger in range(len(theirs.hangers))]
            force = [np.interp(places_m[number], ours.grid_m, line) for line in lines]
            assert force == pytest.approx(taken, abs=0.01 * np.abs(taken).max())


@pytest.mark.parametrize("name", ["liede", "stayed"])
def test_first_modes_against_the_flexibility_of_pynite(name: str) -> None:
    """Unit forces at each node of PyNite's deck give a flexibility; with the masses lumped there, the same frequencies."""
    given: dict[str, Any] = STAYED if name == "stayed" else filled_in({"preset": name})
    spec = BridgeSpec.model_validate(given)
    ours, theirs = structure_of(spec), pynite_bridge(spec.structure)
    at_m = np.array([x for x, _ in theirs.deck])
    reach = 0.5 * (np.diff(at_m, prepend=at_m[0]) + np.diff(at_m, append=at_m[-1]))
    free = [i for i, x in enumerate(at_m) if not np.isclose(x, ours.support_m).any()]
    flexibility = theirs.flexibility()[np.ix_(free, free)]
    mass = 1e3 * spec.structure.deck.mass_t_per_m * reach[free] + theirs.hung_kg()[free]
    root = np.sqrt(mass)
    value = np.linalg.eigvalsh(root[:, None] * flexibility * root)[::-1]
    expected = 1.0 / (2.0 * np.pi * np.sqrt(value[:3]))
    assert ours.frequency_hz[:3] == pytest.approx(expected, rel=0.01)
