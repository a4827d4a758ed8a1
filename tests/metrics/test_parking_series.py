"""Parking over time: occupancy of facilities, and searches by how full the surroundings were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.metrics.logs import SECOND, Rows, write_log

from twin.eventlog.reader import Run
from twin.metrics.parking_pictures import draw_occupancy, draw_search
from twin.metrics.parking_series import NEAR_M, POINTS, ParkingSeries

SIMULATED_S = 239.0  # an instant a second
KERB, GARAGE, FAR = 0, 1, 2


def _change(t_s: float, bay: int, *, occupied: bool) -> dict[str, object]:
    return {"t_us": round(t_s * SECOND), "bay": bay, "occupied": occupied}


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    """Return a run with two bays at a kerb, two in a garage next to it, and one bay far away."""
    facilities: Rows = [
        {"facility": number, "name": name, "kind": kind, "capacity": capacity, "x_cm": round(100 * x_m), "y_cm": 0}
        for number, name, kind, capacity, x_m in (
            (KERB, "kerb", "on_street", 2, 0.0),
            (GARAGE, "garage", "underground", 2, NEAR_M - 1.0),
            (FAR, "far", "on_street", 1, 2.0 * NEAR_M),
        )
    ]
    bays: Rows = [{"bay": bay, "facility": of} for bay, of in enumerate((KERB, KERB, GARAGE, GARAGE, FAR))]
    truth = [_change(0.0, bay, occupied=bay in (0, 2, 4)) for bay in range(5)]
    truth += [_change(50.5, 1, occupied=True), _change(100.5, 0, occupied=False)]
    told: Rows = [
        {"t_us": t_s * SECOND, "bay": bay, "state": state, "since_us": 0, "occupied": False}
        for t_s, bay, state in ((10, 0, "occupied"), (60, 1, "occupied"), (200, 0, "unknown"), (200, 1, "unknown"))
    ]
    counts: Rows = [{"t_us": 20 * SECOND, "facility": GARAGE, "inside": 1, "standing": 1}]
    visit = {"outcome": "parked", "search_m": 1.0}
    visits: Rows = [
        visit | {"vehicle": 1, "facility": KERB, "bay": 1, "began_us": 40 * SECOND, "search_s": 10.0},
        visit | {"vehicle": 2, "facility": KERB, "bay": 1, "began_us": 60 * SECOND, "search_s": 30.0},
        visit | {"vehicle": 3, "facility": GARAGE, "bay": 3, "began_us": 70 * SECOND, "search_s": 50.0},
        {"vehicle": 4, "outcome": "gave_up", "began_us": 60 * SECOND, "search_m": 5.0},
        visit | {"vehicle": 5, "facility": FAR, "bay": 4, "began_us": 1 * SECOND, "search_s": 9.0},
    ]
    run = write_log(
        tmp_path / "run",
        facility_spec=facilities,
        bay_spec=bays,
        bay_truth=truth,
        bay=told,
        gate_count=counts,
        parking=visits,
    )
    return Run(run.path, replace(run.manifest, simulated_s=SIMULATED_S))


def test_occupancy_is_told_from_change_to_change(run: Run) -> None:
    """True at each instant; reported of those facilities of which something is known, from when it was known."""
    kerb, garage = (course for course in ParkingSeries(run).by_kind())
    assert (kerb.name, kerb.capacity, garage.name, garage.capacity) == ("on_street", 3, "underground", 2)
    assert kerb.t_s.tolist() == list(range(POINTS))
    np.testing.assert_allclose(kerb.true_share[[0, 50, 51, 100, 101, 239]], np.array([2, 2, 3, 3, 2, 2]) / 3)
    assert np.isnan(kerb.held_share[:10]).all()
    # one of two bays is known to be taken: the other counts as free with 1 / 3, so both are held to be taken after rounding
    np.testing.assert_allclose(kerb.held_share[[10, 59, 60, 199]], 1.0)
    assert np.isnan(kerb.held_share[200:]).all(), "nothing is known of its bays any more"
    assert np.isnan(garage.held_share[19])
    np.testing.assert_allclose(garage.held_share[20:], 0.5)
    both = ParkingSeries(run).course("both", [KERB, GARAGE])
    np.testing.assert_allclose(both.true_share[[0, 51]], [0.5, 0.75])


def test_searches_are_sorted_by_how_full_it_was_around(run: Run) -> None:
    """At the begin of the search, by facilities near where it ended; those without a space, or in the warm-up, are left out."""
    bins = {one.from_share: one.search_s.tolist() for one in ParkingSeries(run).searches_by_occupancy(2.0)}
    # kerb and garage are near each other: 2 of 4 bays are taken at 40 s, 3 of 4 from 50.5 s on
    assert bins == {0.5: [10.0], 0.7: [30.0, 50.0]}
    whole = ParkingSeries(run).searches_by_occupancy(0.0)[-1]
    assert (whole.from_share, whole.to_share, whole.search_s.tolist()) == (0.98, 1.0, [9.0])


def test_pictures_are_drawn(run: Run) -> None:
    """Both, as SVG, the same bytes each time."""
    for draw in (draw_occupancy, draw_search):
        picture = draw(run, "svg")
        assert b"<svg" in picture
        assert draw(run, "svg") == picture
