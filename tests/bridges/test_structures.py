"""Properties that every structure has, whatever its spans and cables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from twin.bridges.bridge_spec import BridgeSpec, filled_in
from twin.bridges.plane_frame import Frame, SolvedFrame
from twin.bridges.shipped import SHIPPED
from twin.bridges.structure import Quantity, Structure
from twin.bridges.structures import structure_of

DECK = {"inertia_m4": 2.5, "area_m2": 6.0, "mass_t_per_m": 15.0, "depth_m": 2.0}
NOWHERE = {"roads": ["r"], "begin_lon_deg": 0.0, "begin_lat_deg": 0.0, "end_lon_deg": 0.0, "end_lat_deg": 0.0}


def _structure(kind: dict[str, Any], **changes: Any) -> Structure:
    return structure_of(BridgeSpec.model_validate({"name": "b", "structure": kind, "place": NOWHERE, **changes}))


def _girder(spans_m: list[float], pier_depth_m: float | None = None, **changes: Any) -> Structure:
    deck = {**DECK, "depth_at_piers_m": pier_depth_m}
    return _structure({"kind": "continuous", "spans_m": spans_m, "deck": deck, **changes}, stations=121, modes=6)


spans = st.lists(st.floats(12.0, 90.0), min_size=2, max_size=4)


@settings(max_examples=15, deadline=None)
@given(
    spans, st.floats(2.0, 6.0), st.fixed_dictionaries({"rigid_piers": st.booleans()}), st.integers(1, 119), st.integers(1, 119)
)
def test_a_girder_is_in_balance_and_reciprocal(
    spans_m: list[float], pier_depth_m: float, piers: dict[str, bool], here: int, there: int
) -> None:
    """Reactions carry the whole force; a force here moves there as a force there moves here; lines of moments bend right."""
    girder = _girder(spans_m, pier_depth_m, **piers)
    a_m, b_m = girder.grid_m[here], girder.grid_m[there]
    assert girder.deflection_line(a_m)[there] == pytest.approx(girder.deflection_line(b_m)[here], rel=1e-6, abs=1e-15)
    carried = np.sum([girder.reaction_line(i) for i in range(len(spans_m) + 1)], axis=0)
    assert carried == pytest.approx(np.ones(121), abs=1e-6)
    assert girder.deflection_line(a_m)[here] > 0.0
    step = 1e-3
    slope = (girder.deflection_line(a_m + step) - girder.deflection_line(a_m - step)) / (2.0 * step)
    assert girder.slope_line(a_m) == pytest.approx(slope, rel=1e-3, abs=1e-5 * np.abs(slope).max())


@pytest.mark.parametrize("name", SHIPPED)
def test_modes_and_lines_of_shipped_bridges_belong_together(name: str) -> None:
    """Modes are orthonormal in mass, their sum of shape^2 / w^2 is the flexibility, rows are what their inertia forces do."""
    ours = structure_of(BridgeSpec.model_validate(filled_in({"preset": name, "modes": 60, "stations": 821})))
    omega2 = (2.0 * np.pi * ours.frequency_hz) ** 2
    assert np.all(np.diff(omega2) > 0.0)
    if ours.cables == 0:
        mass = ours.mass_kg_per_m * ours.step_m
        assert (ours.shape[:6] * mass) @ ours.shape[:6].T == pytest.approx(np.eye(6), abs=0.01)
    at_m = 0.4 * ours.length_m
    for kind, share in (("displacement", 0.01), ("tilt", 0.05), ("moment", 0.15), ("strain", 0.15)):
        quantity = Quantity(kind, at_m, depth_m=1.0)
        line = ours.line(quantity)
        summed = (ours.modal_row(quantity) / omega2) @ ours.shape
        assert summed == pytest.approx(line, abs=share * np.abs(line).max()), kind
    for kind, number in [("reaction", 1), *([("cable_force", 4), ("cable_force", 32)] if ours.cables else [])]:
        quantity = Quantity(kind, number=number)
        line = ours.line(quantity)
        summed = (ours.modal_row(quantity) / omega2) @ ours.shape
        assert np.abs(summed - line).mean() < 0.06 * np.abs(line).max(), (kind, number)


def test_the_shipped_bridges_vibrate_as_bridges_of_their_size_do() -> None:
    """First vertical frequencies: a suspension bridge of 219 m below half a hertz, girders of 110 and 190 m between."""
    first = {name: structure_of(BridgeSpec.model_validate(filled_in({"preset": name}))).frequency_hz[0] for name in SHIPPED}
    assert 0.3 < first["liede"] < 0.6
    assert 0.7 < first["guangzhou"] < 1.3
    assert 0.7 < first["guangzhou_new"] < 1.3
    assert 0.4 < first["huanan"] < 0.9


def test_more_haunch_carries_more_to_the_piers() -> None:
    """A girder that is deeper over its piers bends less amid the span; the moment moves to the pier."""
    even, haunched = _girder([40.0, 60.0, 40.0]), _girder([40.0, 60.0, 40.0], 4.0)
    assert haunched.deflection_line(70.0).max() < 0.7 * even.deflection_line(70.0).max()
    assert haunched.moment_line(40.0).min() < 1.1 * even.moment_line(40.0).min()
    assert haunched.moment_line(70.0).max() < even.moment_line(70.0).max()


def test_stiffer_cables_make_a_stiffer_bridge() -> None:
    """Twice the main cable takes more of a force; without tension to speak of the deck is on its own between supports."""

    def liede(area_m2: float) -> Structure:
        return structure_of(
            BridgeSpec.model_validate(filled_in({"preset": "liede", "structure": {"cables": {"cable_area_m2": area_m2}}}))
        )

    usual, double, loose = liede(0.17), liede(0.34), liede(1e-6)
    at_m = 323.5
    assert double.deflection_line(at_m).max() < usual.deflection_line(at_m).max()
    alone = _structure(
        {
            "kind": "continuous",
            "spans_m": [47.0, 167.0, 219.0, 47.0],
            "deck": {**DECK, "elastic_modulus_gpa": 206.0, "inertia_m4": 4.5, "area_m2": 1.9},
        }
    )
    assert loose.deflection_line(at_m) == pytest.approx(alone.deflection_line(at_m), rel=0.01, abs=1e-12)
    lifted_m = -usual.thermal(Quantity("displacement", at_m))[0]
    assert 0.0 < lifted_m < 2.0 * 25.0 * 1.2e-5, "warmed evenly all keeps its form, but for the tower below the deck"


def test_what_does_not_fit_together_is_refused() -> None:
    """Haunches where there are none, spans and towers that are not there."""
    wrong = [
        ({"kind": "simple", "span_m": 30.0, "deck": {**DECK, "depth_at_piers_m": 3.0}}, "constant section"),
        (_cables({"kind": "self_anchored", "hung_spans": [2, 4]}), "hung_spans are 2 to 4 of 3"),
        (_cables({"kind": "stayed", "towers": [3]}), "towers names a support"),
        (_cables({"kind": "stayed", "towers": [1]}, depth_at_piers_m=4.0), "constant section"),
    ]
    for kind, text in wrong:
        with pytest.raises(ValidationError, match=text):
            _structure(kind)


def _cables(cables: dict[str, Any], **deck: Any) -> dict[str, Any]:
    rest: dict[str, Any] = {"stay_spacing_m": 10.0, "stay_area_m2": 0.01}
    if cables["kind"] == "self_anchored":
        rest = {"sag_ratio": 0.1, "cable_area_m2": 0.1, "hanger_spacing_m": 10.0, "hanger_area_m2": 0.01}
    return {
        "kind": "cable_supported",
        "spans_m": [60.0, 120.0, 60.0],
        "deck": {**DECK, **deck},
        "tower": {"above_deck_m": 30.0, "below_deck_m": 20.0, "inertia_m4": 20.0, "area_m2": 15.0},
        "cables": {**cables, **rest},
    }


def test_two_towers_share_the_span_between_them() -> None:
    """A cable-stayed bridge that is symmetric answers symmetrically, and every stay pulls when its anchor is loaded."""
    stayed = _structure(_cables({"kind": "stayed", "towers": [1, 2]}), stations=121)
    line = stayed.deflection_line(120.0)
    assert line == pytest.approx(line[::-1], abs=0.02 * line.max())
    assert stayed.cables == 6 + 5 + 5 + 6
    assert stayed.cable_force_line(7).max() > 0.1


def test_a_mechanism_is_told() -> None:
    """A bar that nobody holds across is no structure."""
    two, one = np.array([0.0, 1.0]), np.array([0])
    held = np.array([[True, False, False], [False, False, False]])
    loose = Frame(two, np.zeros(2), one, one + 1, np.ones(1), np.ones(1), np.zeros(1), held)
    with pytest.raises(ValueError, match="mechanism"):
        SolvedFrame(loose)
