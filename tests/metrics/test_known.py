"""What the platform knows: sums over edges and seconds, ages by tier and by vehicle, from logs written by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.logs import SECOND, write_log

from twin.metrics.known import KNOWN, age_curves, known_figures, mean_age_by_vehicle_ms
from twin.metrics.selection import percentile

NOTHING = {f"{name}_s": 0.0 for name in KNOWN}


def _second(t_s: int, edge: int, vehicle_s: float, **known_s: float) -> dict[str, object]:
    return {"t_us": t_s * SECOND, "edge": edge, "vehicle_s": vehicle_s, **NOTHING, **known_s}


def _sample(t_s: int, vehicle: int, *ages_us: int | None) -> dict[str, object]:
    tiers = ("edge", "regional", "central")
    return {"t_us": t_s * SECOND, "vehicle": vehicle} | {
        f"{tier}_age_us": age_us for tier, age_us in zip(tiers, ages_us, strict=True)
    }


def test_shares_are_sums_over_sums(tmp_path: Path) -> None:
    """A share is known over all vehicle-seconds, of the network and of each edge, and the warm-up is left out of both."""
    run = write_log(
        tmp_path / "run",
        perception=[
            _second(0, 4, 100.0, known_edge_100ms_s=100.0),  # before the warm-up's end
            _second(10, 4, 6.0, known_edge_100ms_s=3.0, known_edge_200ms_s=6.0, known_regional_200ms_s=1.5),
            _second(11, 4, 2.0),
            _second(10, 9, 2.0, known_edge_100ms_s=2.0, known_edge_200ms_s=2.0),
        ],
    )
    found = known_figures(run, 10.0)
    assert found.vehicle_s == 10.0
    assert found.shares == {
        "known_edge_100ms": 0.5,
        "known_edge_200ms": 0.8,
        "known_regional_100ms": 0.0,
        "known_regional_200ms": 0.15,
    }
    assert list(found.by_edge) == [4, 9]
    assert found.by_edge[4]["known_edge_100ms"] == 0.375
    assert found.by_edge[9]["known_edge_100ms"] == 1.0


def test_a_run_without_vehicles_has_no_shares(tmp_path: Path) -> None:
    """What nothing is there to form is None, not 0; nobody has an age."""
    found = known_figures(write_log(tmp_path / "run"))
    assert found.vehicle_s == 0.0
    assert set(found.shares.values()) == {None}
    assert found.by_edge == {}
    assert {(age.samples, age.known, age.known_share, age.p50_ms) for age in found.age.values()} == {(0, 0, None, None)}
    assert mean_age_by_vehicle_ms(write_log(tmp_path / "other"), "edge") == {}


def test_ages_by_tier_and_by_vehicle(tmp_path: Path) -> None:
    """Percentiles are over all samples that the tier has heard of; a vehicle's mean over its own; unknown ones count apart."""
    run = write_log(
        tmp_path / "run",
        age_of_information=[
            _sample(0, 1, 9_000_000, 9_000_000, 9_000_000),  # before the warm-up's end
            _sample(10, 1, 50_000, 80_000, None),
            _sample(10, 2, 70_000, None, None),
            _sample(20, 1, 150_000, 180_000, None),
            _sample(20, 3, None, None, None),
        ],
    )
    found = known_figures(run, 10.0).age
    assert (found["edge"].samples, found["edge"].known, found["edge"].known_share) == (4, 3, 0.75)
    assert (found["edge"].p50_ms, found["edge"].p95_ms, found["edge"].max_ms) == (70.0, 150.0, 150.0)
    assert (found["regional"].known, found["regional"].p50_ms) == (2, 80.0)
    assert (found["central"].known, found["central"].p50_ms) == (0, None)
    curves = {tier: (ages.tolist(), shares.tolist()) for tier, (ages, shares) in age_curves(run, 10.0).items()}
    assert curves == {"edge": ([50.0, 70.0, 150.0], [0.25, 0.5, 0.75]), "regional": ([80.0, 180.0], [0.25, 0.5])}
    assert mean_age_by_vehicle_ms(run, "edge", 10.0) == {1: 100.0, 2: 70.0}
    assert mean_age_by_vehicle_ms(run, "regional", 10.0) == {1: 130.0}
    assert mean_age_by_vehicle_ms(run, "central", 10.0) == {}


@settings(max_examples=25, deadline=None)
@given(ages=st.lists(st.integers(0, 10**7) | st.none(), min_size=1, max_size=30))
def test_percentiles_are_those_of_the_known(tmp_path_factory: pytest.TempPathFactory, ages: list[int | None]) -> None:
    """Whatever the ages, nobody who is unknown enters a percentile, and each is one of the ages."""
    rows = [_sample(1, number, age_us, None, None) for number, age_us in enumerate(ages)]
    edge = known_figures(write_log(tmp_path_factory.mktemp("log") / "run", age_of_information=rows)).age["edge"]
    known_us = np.array([age_us for age_us in ages if age_us is not None], np.int64)
    assert (edge.samples, edge.known) == (len(ages), known_us.size)
    expected = [percentile(known_us, percent) for percent in (50, 95, 99, 100)]
    found = [edge.p50_ms, edge.p95_ms, edge.p99_ms, edge.max_ms]
    assert found == [None if value is None else value / 1000.0 for value in expected]
