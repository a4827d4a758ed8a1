"""Costs from the log: by hand, and the same as the bill that it was written from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.metrics.test_metrics import MANIFEST
from tests.sensors.test_costs import CORNERS
from tests.sensors.test_deployment import lonlat, network

from twin.eventlog.reader import Run
from twin.eventlog.recorder import Recorder
from twin.eventlog.tables import KNOWN_COLUMNS
from twin.metrics.costs import CostRange, cost_figures
from twin.metrics.summary import summarise
from twin.sensors.costs import bill
from twin.sensors.deployment import place
from twin.sensors.deployment_spec import DeploymentSpec
from twin.sensors.dimensions import write_dimensions
from twin.sensors.sites import Deployment

SPEC = DeploymentSpec.model_validate(
    {
        "kits": {"iv": CORNERS, "unit": [{"kind": "radar_video"}, {"preset": "hesai_at128"}]},
        "sites": [
            {"name": "stands", "kit": "unit", "status": "existing", **lonlat(-100.0, 20.0)},
            {"name": "goes", "kit": "unit", "status": "removed", **lonlat(100.0, 20.0)},
            {"name": "new", "kit": "unit", **lonlat(120.0, 20.0)},
        ],
        "rules": [{"kind": "signalised_junctions", "kit": "iv"}],
        "costs": {"by_preset": {"hesai_at128": {"low": 10e3, "mid": 20e3, "high": 30e3}}, "life_years": 4.0},
    }
)


def log(folder: Path) -> tuple[Run, Deployment]:
    """Write the deployment, 20 s of perception and a covered kilometre."""
    placed, recorder = place(SPEC, network()), Recorder(folder)
    write_dimensions(recorder, placed, [0] * len(placed.sites), SPEC.costs)
    recorder.write_static("coverage", {"edge": [0, 0], "from_cm": [0, 200_000], "to_cm": [200_000, 250_000], "devices": [1, 0]})
    edge = {"edge": 0, "u": 0, "v": 1, "osm_way": 0, "name": "", "highway": "primary", "lanes": 1, "length_m": 2500.0}
    more = {"lane_width_m": 3.5, "speed_limit_mps": 16.7, "bridge": False, "tunnel": False, "level": 0}
    recorder.write_static("edge", edge | more | {"x_cm": [[0, 250_000]], "y_cm": [[0, 0]]})
    for t_s in range(20):
        seen_s = 30.0 if t_s % 2 else 10.0
        row = {"t_us": [t_s * 1_000_000], "edge": [0], "vehicle_s": [50.0], "seen_s": [seen_s], "seen_twice_s": [0.0]}
        row |= {name: [0.0] for name in KNOWN_COLUMNS.values()}
        recorder.append("perception", row)
    recorder.close_segment()
    return Run(folder, replace(MANIFEST, simulated_s=20.0)), placed


def test_totals_are_those_of_the_bill(tmp_path: Path) -> None:
    """Investment, yearly and hourly costs from the log are those that the bill states, at all three prices."""
    run, placed = log(tmp_path)
    found, stated = cost_figures(run), bill(placed, SPEC.costs)
    assert found.life_cycle_cny is None  # the manifest says nothing of lives
    scenario = {"deployment": {"costs": SPEC.costs.model_dump(mode="json")}}
    told = cost_figures(Run(run.path, replace(run.manifest, scenario=scenario))).life_cycle_cny
    assert told is not None
    for ours, theirs in (
        (told, stated.life_cycle_cny()),
        (found.investment_cny, stated.investment_cny),
        (found.yearly_cny, stated.yearly_cny),
        (found.hourly_cny, stated.hourly_cny),
    ):
        assert (ours.low, ours.mid, ours.high) == pytest.approx(tuple(theirs))
    assert found.investment_cny.low < found.investment_cny.mid < found.investment_cny.high


def test_what_the_money_buys(tmp_path: Path) -> None:
    """20 vehicles are perceived at one time on average and 2 km covered; after 19 s, 30 vehicles."""
    run, placed = log(tmp_path)
    found, hourly = cost_figures(run), bill(placed, SPEC.costs).hourly_cny
    assert (found.perceived_vehicles, found.covered_km) == (20.0, 2.0)
    assert found.cost_per_perceived_vehicle_hour_cny is not None
    assert found.cost_per_perceived_vehicle_hour_cny.high == pytest.approx(hourly[2] / 20.0)
    assert found.cost_per_covered_km_cny is not None
    assert found.cost_per_covered_km_cny.mid == pytest.approx(found.investment_cny.mid / 2.0)
    late = cost_figures(run, 19.0)
    assert late.perceived_vehicles == 30.0
    assert summarise(run, 19.0)["cost_per_perceived_vehicle_hour_cny"] == pytest.approx(hourly[1] / 30.0)
    assert summarise(run)["cost_cny"] == pytest.approx(found.investment_cny.mid)


def test_sites_and_devices_say_their_prices(tmp_path: Path) -> None:
    """A standing site costs nothing to build; a radar-video unit is bought once, a preset by its own price."""
    run, placed = log(tmp_path)
    sites = {row["name"]: row for row in run.table("site").to_pylist()}
    assert {name: row["status"] for name, row in sites.items()} == {
        "stands": "existing", "new": "added", "junction-900": "added",
    }  # fmt: skip
    assert sites["stands"]["investment_cny"] == 0.0 < sites["stands"]["yearly_low_cny"] < sites["stands"]["yearly_cny"]
    assert sites["new"]["yearly_cny"] == pytest.approx(sites["stands"]["yearly_cny"])
    unit = SPEC.costs.radar_video.mid
    assert sites["new"]["investment_cny"] == pytest.approx(unit + 20e3 + 50e3 + 10e3 + 605e3)
    devices = {row["name"]: row for row in run.table("device_spec").to_pylist()}
    prices = [devices[f"new/{name}"]["unit_cny"] for name in ("radar_video-0/camera", "radar_video-0/radar", "lidar-0")]
    assert prices == [unit, 0.0, 20e3]
    assert [devices[f"new/{name}"]["preset"] for name in ("radar_video-0/radar", "lidar-0")] == ["", "hesai_at128"]
    at = {(row["x_cm"], row["y_cm"]) for row in devices.values() if row["name"].startswith("junction-900/")}
    assert len(at) == 4, "each device stands on its own pole"
    (removal,) = (row for row in run.table("bill").to_pylist() if row["item"] == "removal")
    assert (removal["count"], removal["unit_cny"], removal["life_years"]) == (1, 10e3, 4.0)
    assert len(placed.removed) == 1


def test_nothing_built_costs_nothing(tmp_path: Path) -> None:
    """A run without a deployment costs 0, and buys nothing whose price could be named."""
    found = cost_figures(Run(tmp_path, MANIFEST))
    assert found.investment_cny == found.yearly_cny == found.hourly_cny == CostRange(0.0, 0.0, 0.0)
    assert found.cost_per_perceived_vehicle_hour_cny is found.cost_per_covered_km_cny is None
