"""Bridges against closed forms: deflections, moments and frequencies of the beams in every table."""

from __future__ import annotations

import numpy as np
import pytest

from twin.bridges.simple_span import simple_span
from twin.bridges.structure import Quantity

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
