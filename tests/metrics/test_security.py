"""Scores of detectors: against counts by hand, published tables and SciPy."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from twin.metrics.security import (
    DetectionScore,
    UseFigures,
    honest_findings,
    rank_correlation,
    rows_of,
    score,
    score_by_attack,
    score_senders,
    security_figures,
    sender_figures,
    use_figures,
)


@pytest.mark.parametrize(
    ("found", "passed", "false", "missed", "precision", "recall", "f1"),
    [
        (64648, 318680, 7736, 15737, 0.893, 0.804, 0.846),
        (796, 354318, 9917, 41770, 0.074, 0.018, 0.029),
        (57845, 315392, 8759, 203227, 0.868, 0.221, 0.353),
        (2357, 334278, 8388, 61778, 0.219, 0.036, 0.062),
        (76171, 321065, 8527, 1038, 0.899, 0.986, 0.940),
    ],
)
def test_published_rates(found, passed, false, missed, precision, recall, f1):
    """Counts and rates of the baseline of VeReMi NextGen (urban, low density), to the 0.001 of its table."""
    one = DetectionScore(found, false, missed, passed)
    assert (one.precision, one.recall) == pytest.approx((precision, recall), abs=1e-3)
    assert one.f1 == pytest.approx(f1, abs=1.1e-3)


@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_counts(pairs):
    """The four counts are those of going through the rows one by one."""
    lies, suspected = (np.array([pair[side] for pair in pairs], bool) for side in (0, 1))
    one = score(lies, suspected)
    wanted = tuple(sum(pair == want for pair in pairs) for want in ((True, True), (False, True), (True, False), (False, False)))
    assert (one.found, one.false, one.missed, one.passed) == wanted


def test_each_kind_against_all_honest_messages():
    """Two kinds share their false positives and not their lies."""
    attack = np.array([0, 0, 0, 3, 3, 7])
    suspected = np.array([True, False, False, True, False, True])
    scores = score_by_attack(attack, suspected)
    assert scores == {3: DetectionScore(1, 1, 1, 2), 7: DetectionScore(1, 1, 0, 2)}
    assert [row["f1"] for row in rows_of({"a": scores[3]})] == [0.5]


def test_senders():
    """A sender lies by one lie; it is suspected from so many suspected messages on."""
    sender = np.array([5, 5, 5, 9, 9, 4])
    lies = np.array([False, True, False, False, False, True])
    suspected = np.array([True, True, False, True, False, False])
    assert score_senders(sender, lies, suspected) == DetectionScore(1, 1, 1, 0)
    assert score_senders(sender, lies, suspected, messages=2) == DetectionScore(1, 0, 1, 1)


def test_nothing_to_score():
    """Without rows every rate is undefined."""
    one = score(np.zeros(0, bool), np.zeros(0, bool))
    assert all(math.isnan(rate) for rate in (one.precision, one.recall, one.f1, one.false_positive_rate))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=20))
def test_rank_correlation(pairs):
    """Spearman's coefficient with ties is SciPy's."""
    a, b = ([float(pair[side]) for pair in pairs] for side in (0, 1))
    ours = rank_correlation(a, b)
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert math.isnan(ours)
    else:
        assert ours == pytest.approx(scipy.stats.spearmanr(a, b).statistic, abs=1e-12)


def test_unequal_lengths():
    """Lists of different lengths are refused."""
    with pytest.raises(ValueError, match="3 values"):
        rank_correlation([1.0, 2.0, 3.0], [1.0])


def test_figures_of_a_run():
    """Read from tables: kinds by name, a verdict's chosen bits, senders by their alerts."""
    tables = {
        "vehicle_report": pa.table(
            {
                "way": pa.array(["pc5", "pc5", "pc5", "pc5", "pc5", "uu", "uu"]).dictionary_encode(),
                "received_us": pa.array([50, 50, 51, 51, 52, 52, None], pa.int64()),
                "sender": pa.array([1, 1, 2, 3, 3, 3, 3], pa.int64()),
                "vehicle": pa.array([1, 1, 2, 3, 3, 3, 3], pa.int32()),
                "attack": pa.array([None, "dos", None, "sybil", "dos", "dos", "dos"]).dictionary_encode(),
                "verdict": pa.array([0, 1, 2, 2, 0, 0, 0], pa.uint16()),
                "used": pa.array([False, False, True, True, False, True, True]),
            }
        ),
        "alert": pa.table(
            {
                "t_us": [50, 51, 51, 51],
                "layer": ["messages", "messages", "messages", "application"],
                "sender": pa.array([1, 2, 3, 2], pa.int64()),
                "level": ["critical", "notice", "notice", "critical"],
            }
        ),
    }
    run = SimpleNamespace(table=tables.__getitem__)
    assert security_figures(run) == {"dos": DetectionScore(1, 1, 1, 1), "sybil": DetectionScore(1, 1, 0, 1)}
    assert security_figures(run, bits=1)["sybil"] == DetectionScore(0, 0, 1, 2)
    assert sender_figures(run) == DetectionScore(1, 0, 1, 1)
    assert sender_figures(run, since_us=51) == DetectionScore(0, 0, 1, 1)
    assert sender_figures(run, ("notice", "critical")) == DetectionScore(2, 1, 0, 0)
    assert use_figures(run) == UseFigures(1 / 3, 1 / 2, 0.0)
    assert honest_findings(run) == {1: 1 / 2}
    assert honest_findings(run, since_us=52) == {}


def test_what_went_over_the_network_alone_has_no_score():
    """Nobody judges those messages: no kinds, rates undefined."""
    columns = {"received_us": [1], "sender": [1], "vehicle": [1], "attack": ["dos"], "verdict": [0], "used": [True]}
    run = SimpleNamespace(table=lambda _: pa.table({"way": ["uu"], **columns}))
    assert security_figures(run) == {}
    assert math.isnan(use_figures(run).lies_used)
