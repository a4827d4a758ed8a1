"""A placement of a small town: the same figures as separate runs report, files that ``twin run`` takes, clear mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.sweeps.placement.town_placement import REST, TOWN, placement_file

from twin.errors import ScenarioError
from twin.eventlog.reader import open_run
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.sensors.costs import bill
from twin.sensors.deployment import place as placed
from twin.simulation.run import run
from twin.sweeps.placement.baselines import Practices
from twin.sweeps.placement.evaluation import roster, seen
from twin.sweeps.placement.incidence import Incidence, incidence, joined, load, save
from twin.sweeps.placement.output import deployment_name, write
from twin.sweeps.placement.place import KEPT, PlacementResult, place
from twin.sweeps.placement.plan import Plan, load_plan

ONES = np.ones(7)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of everything that is made here."""
    return tmp_path_factory.mktemp("placement")


@pytest.fixture(scope="module")
def plan(out: Path) -> Plan:
    """Return the small placement."""
    return load_plan(placement_file(out))


@pytest.fixture(scope="module")
def result(plan: Plan, out: Path) -> PlacementResult:
    """Return what comes of it."""
    return place(plan, out)


@pytest.fixture(scope="module")
def folder(result: PlacementResult, out: Path) -> Path:
    """Return where it is written down."""
    return write(result, out)


def _summary(out: Path, seed: int, deployment: str, **more: str) -> dict[str, Any]:
    overrides = {"duration_s": "12", "warm_up_s": "2", "seed": str(seed), "deployment": deployment}
    return dict(open_run(run(load_spec(TOWN, Scenario, overrides | more), out).folder).manifest.summary)


@pytest.mark.parametrize("seed", [1, 2])
def test_training_predicts_what_a_run_reports(result: PlacementResult, folder: Path, out: Path, seed: int) -> None:
    """The chosen sites' share in the matrix of all candidates is ``perceived_share`` of a run of the written deployment.

    So is the share that two sites perceive (each has one device), both to rounding of the division.
    """
    sites = result.selections[0].sites
    assert len(sites) >= 3
    matrix, _ = seen(result.plan, result.plan.scenario, seed, result.plan.candidates.sites, out / KEPT, lambda _: None)
    summary = _summary(out, seed, (folder / deployment_name(result.judged[0])).read_text(encoding="utf-8"))
    assert 0.0 < summary["perceived_share"] < 1.0
    assert matrix.perceived_share(sites, ONES) == pytest.approx(summary["perceived_share"], rel=1e-12)
    assert matrix.perceived_share(sites, ONES, 2) == pytest.approx(summary["perceived_twice_share"], rel=1e-12)


def test_the_prediction_does_not_hang_on_fusion_and_faults(out: Path) -> None:
    """Sites that fuse, watch over themselves and fail report the same share as the run that leaves lists and links out."""
    more = ", fusion: {}, self_check: {}, faults: {random: true, accelerate: 100000}"
    plan = load_plan(placement_file(out / "faults", more=more))
    matrix, _ = seen(plan, plan.scenario, 1, plan.candidates.sites, out / KEPT, lambda _: None)
    scenario = plan.traffic(plan.scenario, 1, plan.candidates.sites)[0].spec
    overrides = {"faults": json.dumps(scenario.faults.model_dump(mode="json")), "fusion": "{}", "self_check": "{}"}
    deployment = json.dumps(scenario.deployment.model_dump(mode="json"))
    share = _summary(out / "faults", 1, deployment, **overrides)["perceived_share"]
    assert matrix.perceived_share(range(matrix.sites), ONES) == pytest.approx(share, rel=1e-12)


def test_evaluation_is_what_separate_runs_report(result: PlacementResult, folder: Path, out: Path) -> None:
    """One run with the sites of all deployments tells of each what its own run on that seed and demand reports."""
    for judged in result.judged[:3]:
        text = (folder / deployment_name(judged)).read_text(encoding="utf-8")
        share = _summary(out, 11, text, **{"demand.inflow_vph": "2000"})["perceived_share"]
        assert judged.shares[0] == pytest.approx(share, rel=1e-12), judged.label


def test_budgets_are_kept_and_prices_are_the_bills(result: PlacementResult, plan: Plan, folder: Path) -> None:
    """What stands is in every deployment and costs nothing; the cost told is the bill's of the written file."""
    for judged in result.judged:
        text = (folder / deployment_name(judged)).read_text(encoding="utf-8")
        scenario = load_spec(TOWN, Scenario, {"deployment": text})
        deployment = placed(scenario.spec.deployment, plan.network)
        assert [site.name for site in deployment.sites if site.status == "existing"] == ["centre"]
        cost_cny = bill(deployment, scenario.spec.deployment.costs).investment_cny[1]
        assert judged.cost_cny == pytest.approx(cost_cny)
        assert cost_cny <= judged.budget_cny * (1.0 + 1e-9)
        assert cost_cny > judged.budget_cny - 800_000.0, "a site costs 0.725 million CNY, and there are more places"


def test_tables_and_manifest(result: PlacementResult, folder: Path) -> None:
    """Sites stand in rising rank with gains that fall per cost and add up; the curve has a row a choice and budget."""
    sites = pq.read_table(folder / "sites.parquet").to_pylist()
    for selection in result.selections:
        rows = [row for row in sites if row["budget_cny"] == selection.budget_cny]
        assert [row["rank"] for row in rows] == [*range(1, len(selection.sites) + 1)]
        assert rows[-1]["cumulative_share"] == pytest.approx(selection.value / result.whole)
        gains = [row["gain_share"] for row in rows if row["status"] == "added"]
        assert gains == sorted(gains, reverse=True), "all sites cost the same"
    curve = pq.read_table(folder / "curve.parquet").to_pylist()
    assert [(row["budget_cny"], row["choice"]) for row in curve] == [
        (budget, choice) for budget in (1.5e6, 3.0e6) for choice in ("optimised", "uniform", "junctions first")
    ]
    for row in curve:
        if row["choice"] == "optimised":
            assert row["training_share"] <= row["bound_share"]
            assert row["training_share"] == pytest.approx(row["training_value_share"])
        else:
            assert row["optimised_lead"] is not None
    assert json.loads((folder / "placement.json").read_text(encoding="utf-8"))["state"] == "complete"


def test_other_budgets_need_no_simulation(plan: Plan, result: PlacementResult, out: Path) -> None:
    """The matrices of the training are kept; the same budgets again give the same result from the files alone."""
    files = {file: file.stat().st_mtime_ns for file in (out / KEPT).glob("*.npz")}
    told: list[float] = []
    again = place(plan, out, lambda done_s, _: told.append(done_s))
    assert again.judged == result.judged
    assert {file: file.stat().st_mtime_ns for file in (out / KEPT).glob("*.npz")} == files
    assert len(told) == 4, "once a matrix"


def test_buses_alone_count_where_only_they_have_weight(out: Path) -> None:
    """With weights of 0 for all but one class the value is the share of that class's vehicle-seconds."""
    weights = "class_weights: {car: 0, taxi: 0, light_truck: 0, heavy_truck: 0, autonomous_taxi: 0, electric_bicycle: 0}\n"
    rest = REST[: REST.index("evaluation")] + weights
    plan = load_plan(placement_file(out / "buses", rest=rest))
    result = place(plan, out)
    parts = [seen(plan, plan.scenario, seed, plan.candidates.sites, out / KEPT, lambda _: None)[0] for seed in (1, 2)]
    assert result.whole == sum(int(part.present_s[2]) for part in parts)
    assert all(one.shares == () and one.mean is None for one in result.judged)
    assert len(result.judged) == 2


def test_a_matrix_is_kept_and_joined(tmp_path: Path) -> None:
    """Pairs come back row by row from a file; two matrices side by side are what both hold; a spoilt file is none."""
    klass = np.array([0, 0, 2, 1], np.int8)
    present_s, entries = np.array([2, 1, 1, 0, 0, 0, 0]), np.array([3, 4])
    one = incidence(np.array([1, 0, 1]), np.array([3, 2, 0]), klass, present_s, entries, 3)
    assert one.offset.tolist() == [0, 1, 3, 3]
    assert one.item.tolist() == [1, 0, 2], "the second vehicle-second is perceived by nobody"
    assert one.klass.tolist() == [0, 2, 1]
    save(tmp_path / "a.npz", one)
    kept = load(tmp_path / "a.npz")
    assert isinstance(kept, Incidence)
    both = joined([one, kept])
    assert both.offset.tolist() == [0, 2, 6, 6]
    assert both.item.tolist() == [1, 4, 0, 2, 3, 5]
    assert both.perceived_share([0, 1], ONES) == pytest.approx(6 / 8)
    assert both.perceived_share([0], np.array([1.0, 1.0, 5.0, 1.0, 1.0, 1.0, 1.0])) == pytest.approx(10 / 16)
    (tmp_path / "a.npz").write_bytes(b"PK spoilt")
    assert load(tmp_path / "a.npz") is None


def test_a_name_that_two_sites_have_is_told_apart(plan: Plan) -> None:
    """The same site stands once in a roster; another one of its name gets a new one."""
    first = plan.candidates.sites[1]
    other = first.model_copy(update={"heading_deg": first.heading_deg / 2 + 1.0})
    found = roster([[first], [other, first], [other]])
    assert [site.name for site in found.sites] == [first.name, f"{first.name}~2"]
    assert found.rows == ((0,), (1, 0), (1,))


@pytest.mark.parametrize(("west_deg", "built"), [(0.0, []), (0.0002, ["junction-1"])])
def test_usual_practice_equips_no_junction_that_has_its_site(plan: Plan, west_deg: float, built: list[str]) -> None:
    """The site that stands is 24 m off the place of the junction's: that is its site; 20 m farther west, at 40 m, it is not."""
    (standing,) = (site for site in plan.candidates.sites if site.status == "existing")
    there = standing.model_copy(update={"lon_deg": standing.lon_deg - west_deg})
    entries = np.zeros(plan.network.edge_count, np.int64)
    practices = Practices(plan.scenario.spec.deployment, [there], plan.network, plan.base, entries)
    (junctions,) = (one for one in plan.spec.baselines if one.kind == "junctions_first")
    practice = practices.of(junctions.model_copy(update={"then_classes": ()}), 1e9)
    assert [site.name for site in practice.sites] == ["centre", *built]


def _problems(file: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_plan(file)
    return "\n".join(str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("kit: pole, spacing_m: 60", "kit: mast, spacing_m: 60", "candidates[1].kit"),
        ("{kind: uniform, kit: pole", "{kind: uniform, kit: mast", "baselines[0].kit"),
        ("seeds: [11, 12]", "seeds: [2, 12]", "evaluation.seeds[0]: seed 2 is one of training.seeds"),
        ("seeds: [1, 2]", "seeds: [1, 1]", "training.seeds[1]"),
        ("[1.5e6, 3.0e6]", "[1.5e6, -1]", "budgets_cny[1]"),
        ("{demand.inflow_vph: 2000}", "{deployment.rules: []}", "evaluation.set: deployment.rules cannot differ"),
        ("training:", "class_weights: {tram: 1}\ntraining:", "no vehicle class: tram"),
        ("kind: uniform", "kind: even", "baselines[0]"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, old: str, new: str, found: str) -> None:
    """File, line, key and what was found, before anything is simulated."""
    assert old in REST
    text = _problems(placement_file(tmp_path, rest=REST.replace(old, new)))
    assert found in text
    assert f"{tmp_path / 'placement.yaml'}:" in text


def test_all_standing_leaves_nothing_to_choose(tmp_path: Path) -> None:
    """Where every site stands already, or there is none, that is said."""
    rest = "budgets_cny: [1.0e6]\ntraining: {seeds: [1]}\n"
    assert "no site to choose" in _problems(placement_file(tmp_path, rest=rest))


def test_traffic_that_listens_to_sensors_is_refused(tmp_path: Path) -> None:
    """With informed drivers, other sites would make other traffic: one simulation cannot tell of them."""
    text = _problems(placement_file(tmp_path, more=", demand.informed_share: 0.5"))
    assert "one simulation cannot tell of other sites" in text
    assert f"{tmp_path / 'placement.yaml'}:2" in text
