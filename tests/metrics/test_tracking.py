"""Figures of tracking, on cases small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from twin.metrics.tracking import tracking_figures


def figures(present, shown, **values):
    """Return the figures of (t, vehicle) rows and (t, track, vehicle, error) rows."""
    p = np.array(present, np.int64).reshape(-1, 2)
    whole = np.array([row[:3] for row in shown], np.int64).reshape(-1, 3)
    error = np.array([row[3] for row in shown], float)
    return tracking_figures(p[:, 0], p[:, 1], whole[:, 0], whole[:, 1], whole[:, 2], error, **values)


def test_a_perfect_tracker() -> None:
    """Two vehicles over five instants, each with its track: all ones, and the mean of the errors."""
    present = [(t, v) for t in range(5) for v in (1, 2)]
    found = figures(present, [(t, 10 * v, v, 0.1 * v) for t, v in present])
    assert (found.mota, found.idf1, found.continuity) == (1.0, 1.0, 1.0)
    assert found.motp_m == pytest.approx(0.15)
    assert (found.id_switches, found.fragments, found.false, found.mostly_tracked) == (0, 0, 0, 2)


def test_a_case_counted_by_hand() -> None:
    """One vehicle, ten instants: followed by track 1 at 0-3, lost at 4-5, by track 2 at 6-9 with a double at 7, a false at 0.

    Matched 8, missed 2, false 2, one switch, one fragment: MOTA = 1 - 5 / 10. Identities: 4 of the matches may stay, so
    IDF1 = 2 * 4 / (10 + 10). The longest run is 4 of 10.
    """
    shown = [(t, 1, 7, 0.5) for t in range(4)] + [(t, 2, 7, 0.5) for t in range(6, 10)] + [(7, 3, 7, 0.1), (0, 4, -1, 0.0)]
    found = figures([(t, 7) for t in range(10)], shown)
    assert (found.matched, found.misses, found.false, found.id_switches, found.fragments) == (8, 2, 2, 1, 1)
    assert found.mota == pytest.approx(0.5)
    assert found.motp_m == pytest.approx(0.5)  # the double is nearer, but the track of before goes on
    assert found.idf1 == pytest.approx(0.4)
    assert found.continuity == pytest.approx(0.4)
    assert (found.mostly_tracked, found.mostly_lost) == (1, 0)


def test_a_track_far_from_its_vehicle_or_of_an_absent_one_is_false() -> None:
    """Strayed by more than the limit, and on a vehicle that is not to be followed: two false, one miss, negative accuracy."""
    found = figures([(0, 1)], [(0, 1, 1, 2.5), (0, 2, 9, 0.0)])
    assert (found.matched, found.false, found.misses) == (0, 2, 1)
    assert found.mota == -2.0
    assert figures([(0, 1)], [(0, 1, 1, 2.5)], most_error_m=3.0).matched == 1


def test_nothing_to_follow_and_nothing_reported() -> None:
    """Shares of nothing are none, not numbers; reports without vehicles are false."""
    nothing = figures([], [])
    assert (nothing.mota, nothing.motp_m, nothing.idf1, nothing.continuity) == (None, None, None, None)
    assert figures([], [(0, 1, -1, 0.0)]).false == 1
    assert figures([(0, 3)], []).mota == 0.0


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_identities_are_the_best_of_all_pairings(seed) -> None:
    """Identity matches are those of one assignment over the whole table; the order of the rows changes nothing."""
    rng = np.random.default_rng(seed)
    present = [(t, v) for t in range(8) for v in range(4)]
    shown = [(t, int(rng.integers(0, 6)), v, float(rng.uniform(0.0, 1.0))) for t, v in present if rng.random() < 0.8]
    shown = list({(t, track): (t, track, v, e) for t, track, v, e in shown}.values())
    found = figures(present, shown)
    table = np.zeros((4, 6), int)
    for _, track, v, _ in shown:
        table[v, track] += 1
    assert found.id_true == table[linear_sum_assignment(table, maximize=True)].sum()
    assert found.id_true <= len(shown)
    mixed = [shown[i] for i in rng.permutation(len(shown))]
    assert figures(present, mixed) == found
