"""Pictures of documents that no report draws."""

from __future__ import annotations

import numpy as np

from twin.metrics.document_pictures import Curve, draw_curves


def test_curves_and_their_points_are_drawn() -> None:
    """Two curves as SVG: a line and the points of each, names and words; the same bytes again."""
    x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 0.5, 0.2])
    curves = [Curve("thin", x, y, x, y), Curve("dense", x, 0.5 * y, x[:2], y[:2])]
    picture = draw_curves(curves, ("distance, m", "share"), "svg")
    assert picture.startswith(b"<?xml")
    assert picture.count(b"PathCollection") == 2
    assert picture == draw_curves(curves, ("distance, m", "share"), "svg")
