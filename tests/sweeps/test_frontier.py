"""Pareto fronts and knees: on curves whose answer is known, by brute force, with ties, and over resamples of the seeds."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.sensors.sites import Site
from twin.sweeps.frontier import ALL, Frontier, frontier_table, frontiers, knee, pareto_front
from twin.sweeps.nesting import not_nested
from twin.terminal.sweep_tables import budget_lines, frontier_note

_figures = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12)


@given(_figures)
def test_the_front_is_what_nothing_dominates(figures: list[tuple[int, int, int]]) -> None:
    """By brute force over all pairs; small whole numbers, so that there are many ties."""
    found = pareto_front(np.array(figures, np.float64))
    for ours, on_front in zip(figures, found.tolist(), strict=True):
        dominated = any(all(a <= b for a, b in zip(other, ours, strict=True)) and other != ours for other in figures)
        assert on_front != dominated


@given(_figures, st.randoms(use_true_random=False))
def test_the_order_of_the_variants_does_not_matter(figures: list[tuple[int, int, int]], shuffle) -> None:
    """The same alternatives in another order give the same front."""
    order = [*range(len(figures))]
    shuffle.shuffle(order)
    values = np.array(figures, np.float64)
    assert pareto_front(values)[order].tolist() == pareto_front(values[order]).tolist()


def test_the_knee_of_known_curves() -> None:
    """Of 1 - exp(-a x) on [0, 1] the slope is that of the chord, 1 - exp(-a), at x = ln(a / (1 - exp(-a))) / a.

    For a = 5 that is 0.323; sqrt(x) has its knee at 1/4; -1 / (x + 0.1) + 5 at ten points, the example of figure 2 of
    Satopää et al. (2011), at 0.22. Each within a step of the grid.
    """
    x = np.linspace(0.0, 1.0, 1001)
    place = knee(x, 1.0 - np.exp(-5.0 * x))
    assert place is not None
    assert x[place] == pytest.approx(np.log(5.0 / (1.0 - np.exp(-5.0))) / 5.0, abs=1e-3)
    place = knee(3.0 + 7.0 * x, np.sqrt(x))
    assert place is not None
    assert x[place] == pytest.approx(0.25, abs=1e-3)
    x = np.linspace(0.0, 1.0, 10)
    place = knee(x, -1.0 / (x + 0.1) + 5.0)
    assert place is not None
    assert x[place] == pytest.approx(0.22, abs=0.01)


def test_curves_without_a_knee() -> None:
    """A line, a curve that steepens, one that falls, and two points have none; of two equal ones the first counts."""
    x = np.array([1.0, 2.0, 3.0, 4.0])
    assert knee(x, 2.0 * x + 1.0) is None
    assert knee(x, x**2) is None
    assert knee(x, -x) is None
    assert knee(x, np.array([4.0, 1.0, 0.5, 0.0])) is None  # falls fast, then slowly: nothing is gained at the bend
    assert knee(x[:2], np.array([0.0, 1.0])) is None
    assert knee(x, np.array([0.0, 2.0, 3.0, 3.0])) == 1


@given(st.floats(0.01, 100.0), st.floats(-50.0, 50.0))
def test_units_do_not_move_the_knee(scale: float, shift: float) -> None:
    """Cost in any currency, share in any unit."""
    cost, share = np.array([44.9, 107.3, 158.8, 257.4]), np.array([55.7, 78.1, 83.9, 85.2])
    assert knee(scale * cost + shift, share) == knee(cost, scale * share + shift) == knee(cost, share) == 1


def _table(**columns: list[float]) -> pa.Table:
    names = ["few", "dear", "some", "many"]
    rows = [*itertools.product(names, (1, 2, 3, 4, 5))]
    noise = np.random.default_rng(3).normal(0.0, 0.002, 5)
    data: dict[str, list[object]] = {"density": [name for name, _ in rows], "seed": [seed for _, seed in rows]}
    for column, values in columns.items():
        spread = noise if column == "perceived_share" else np.zeros(5)
        data[column] = [values[names.index(name)] + spread[seed - 1] for name, seed in rows]
    return pa.table(data)


def _found() -> Frontier:
    table = _table(cost_cny=[10.0, 31.0, 30.0, 90.0], perceived_share=[0.5, 0.7, 0.75, 0.8], sites=[5.0, 16.0, 15.0, 45.0])
    (found,) = frontiers(table, ["density"], (0, "few"))
    return found


def test_a_dearer_and_blinder_variant_is_behind_the_front() -> None:
    """``dear`` costs more than ``some`` and perceives less, whatever the seeds: on no front, in no resample."""
    found = {point.labels[0]: point for point in _found().points}
    assert [*found] == ["few", "some", "dear", "many"]
    assert {name for name, point in found.items() if point.fronts[ALL].holds} == {"few", "some", "many"}
    assert {name: point.fronts["perceived_share"].share for name, point in found.items()} == {
        "few": 1.0,
        "some": 1.0,
        "dear": 0.0,
        "many": 1.0,
    }
    assert {name for name, point in found.items() if point.knee.holds} == {"some"}
    assert found["some"].knee.share == 1.0


@pytest.mark.parametrize(
    ("budget_cny", "best"), [(9.0, None), (10.0, "few"), (30.0, "some"), (31.0, "some"), (90.0, "many"), (None, None)]
)
def test_the_best_within_a_budget(budget_cny: float | None, best: str | None) -> None:
    """The one that perceives most of those that are paid for: ``dear`` never, for ``some`` is better and cheaper."""
    table = _table(cost_cny=[10.0, 31.0, 30.0, 90.0], perceived_share=[0.5, 0.7, 0.75, 0.8])
    (found,) = frontiers(table, ["density"], (0, "few"), budget_cny)
    assert (found.best_within_budget and found.best_within_budget.labels[0]) == best
    (line,) = budget_lines(found) or [""]
    assert (best is None) == (f"'{best}'" not in line)
    assert ("pay for none" in line) == (budget_cny == 9.0)


def test_what_an_added_site_buys() -> None:
    """From 5 to 15 sites the share rises by 25 points, 2.5 a site, in every seed alike."""
    some = next(point for point in _found().points if point.labels == ("some",))
    assert some.marginal is not None
    assert (some.marginal.sparser, some.marginal.added_sites, some.marginal.added_cost_cny) == (("few",), 10.0, 20.0)
    assert some.marginal.perceived_share is not None
    assert some.marginal.perceived_share.half_width == pytest.approx(0.0, abs=1e-9)
    assert some.marginal.per_site == pytest.approx(0.025)
    rows = frontier_table([_found()], ["density"]).to_pylist()
    assert [row["sparser"] for row in rows] == [None, "few", "some", "dear"]
    assert [row["gained_share_per_site"] for row in rows[1:]] == pytest.approx([0.025, -0.05, 0.1 / 29.0])


def test_a_close_call_is_told_as_one() -> None:
    """Of two variants of one price whose shares differ by less than the seeds do, each leads in a part of the resamples."""
    seeds = [*range(1, 11)]
    draws = np.random.default_rng(5)
    rows = [("a", 0.70), ("b", 0.701)]
    table = pa.table(
        {
            "density": [name for name, _ in rows for _ in seeds],
            "seed": [seed for _ in rows for seed in seeds],
            "cost_cny": [10.0] * 20,
            "perceived_share": [share + draws.normal(0.0, 0.01) for _, share in rows for _ in seeds],
        }
    )
    (found,) = frontiers(table, ["density"], (0, "a"))
    shares = [point.fronts["perceived_share"].share for point in found.points]
    assert 0.05 < shares[0] < 0.95
    assert sum(shares) == pytest.approx(1.0)
    assert [point.marginal for point in found.points] == [None, None]
    assert frontiers(table, ["density"], (0, "a")) == [found]


def test_ties_are_on_the_front_together() -> None:
    """Two variants with the same figures in every seed hold each other up; without cost or aims there is no front."""
    table = _table(cost_cny=[10.0, 10.0, 20.0, 20.0], perceived_share=[0.5, 0.5, 0.7, 0.7])
    (found,) = frontiers(table, ["density"], (0, "few"))
    assert all(point.fronts[ALL].share == 1.0 for point in found.points)
    assert frontiers(table.drop_columns(["cost_cny"]), ["density"], (0, "few")) == []
    assert frontiers(table.drop_columns(["perceived_share"]), ["density"], (0, "few")) == []
    assert frontiers(table, ["density"], None) == []


def test_an_axis_may_be_called_as_a_figure_that_is_left_out() -> None:
    """``sites`` among the axes and not among the metrics: labels, not numbers."""
    table = _table(cost_cny=[10.0, 31.0, 30.0, 90.0], perceived_share=[0.5, 0.7, 0.75, 0.8]).rename_columns(
        ["sites", "seed", "cost_cny", "perceived_share"]
    )
    (found,) = frontiers(table, ["sites"], (0, "few"))
    assert [point.marginal for point in found.points] == [None] * 4
    assert frontier_table([found], ["sites"])["sites"].to_pylist() == ["few", "some", "dear", "many"]


def _sites(*x_m: float, kit: str = "pole") -> list[Site]:
    return [Site(i, f"site-{i}", x, 0.0, 0, 0.0, None, kit) for i, x in enumerate(x_m)]


def test_what_is_nested() -> None:
    """Kit and place make a site, not its number; each group of the other axes for itself, whatever the order of the file."""
    half, third = _sites(0.0, 200.0, 400.0), _sites(0.0, 133.0, 266.0, 400.0)
    variants = [(("400", "dry"), _sites(0.0, 400.0)), (("133", "dry"), third), (("200", "dry"), half)]
    assert not_nested(variants, 0) == ((("200", "dry"), ("133", "dry")),)
    assert not_nested([*variants, (("133", "wet"), third)], 0) == ((("200", "dry"), ("133", "dry")),)
    assert not_nested(variants, 1) == ()
    other = [(("a",), _sites(0.0)), (("b",), _sites(0.0, 1.0, kit="gantry"))]
    assert not_nested(other, 0) == ((("a",), ("b",)),)


def test_a_gain_between_rows_that_are_not_nested_says_so() -> None:
    """The note names both variants; nothing where all are nested."""
    table = _table(cost_cny=[10.0, 31.0, 30.0, 90.0], perceived_share=[0.5, 0.7, 0.75, 0.8], sites=[5.0, 16.0, 15.0, 45.0])
    found = frontiers(table, ["density"], (0, "few"), not_nested=[(("some",), ("dear",))])
    assert "dear lacks sites that some has" in frontier_note(found)
    assert "lacks" not in frontier_note(frontiers(table, ["density"], (0, "few")))
