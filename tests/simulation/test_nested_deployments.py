"""Densities compared in pairs: a denser row of sites changes nothing of what the wider one sees and says."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from benchmarks.density_study import NEVER_FALL, Deployment, deployment, fallen, pairs

import twin
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run

ROOT = Path(__file__).parent.parent.parent

SCENARIO = f"""name: nested
map: {ROOT / "maps" / "tianhe_cbd.osm"}
start: 2026-05-20T07:45:00+08:00
duration_s: 2
demand: {{inflow_vph: 7200}}
log: {{observation_every_n_frames: 1}}
deployment:
  kits: {{pole: [{{kind: lidar}}]}}
  rules: [{{kind: along_roads, kit: pole, names: [花城大道, 华夏路], spacing_m: 800}}]
"""


def test_rows_of_shared_devices_are_the_same(tmp_path: Path) -> None:
    """At 800 m and at 400 m the devices that both have write the same frames and observations, to the bit, and traffic too."""
    file = tmp_path / "nested.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    logs = []
    for spacing_m in ("800", "400"):
        loaded = load_spec(file, Scenario, {"deployment.rules[0].spacing_m": spacing_m})
        logs.append(twin.open_run(run(loaded, tmp_path / "runs").folder))
    wide, dense = ({row["name"]: row["device"] for row in log.table("device_spec").to_pylist()} for log in logs)
    assert wide.keys() < dense.keys()
    seen = 0
    for table in ("frame", "observation"):
        wide_rows, dense_rows = (log.table(table) for log in logs)
        for name, number in wide.items():
            left = wide_rows.filter(pc.field("device") == number).drop_columns("device")
            right = dense_rows.filter(pc.field("device") == dense[name]).drop_columns("device")
            assert left.to_pylist() == right.to_pylist()
            seen += left.num_rows
    assert seen > 500
    assert logs[0].table("trajectory").equals(logs[1].table("trajectory"))


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Deployment, list[twin.Run]]]:
    """Return poles every 800 and 400 m along two roads, ten seconds of two seeds each."""
    folder = tmp_path_factory.mktemp("nested")
    file = folder / "nested.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    found = []
    for spacing_m in ("800", "400"):
        keys = {"deployment.rules[0].spacing_m": spacing_m, "duration_s": "10", "log": "{observation_every_n_frames: 0}"}
        runs = [
            twin.open_run(run(load_spec(file, Scenario, keys | {"seed": seed}), folder / "runs").folder) for seed in ("1", "2")
        ]
        found.append((deployment(f"{spacing_m} m", runs), runs))
    return found


def test_denser_rows_perceive_no_less_on_any_edge_in_any_second(studied: list[tuple[Deployment, list[twin.Run]]]) -> None:
    """400 m has the sites of 800 m: no edge is perceived less in any second, nor by two, in either seed, and some more."""
    (_, wide), (_, dense) = studied
    for less, more in zip(wide, dense, strict=True):
        rows = [log.table("perception").to_pandas() for log in (less, more)]
        assert len(rows[0]) > 1000
        assert rows[0][["t_us", "edge", "vehicle_s"]].equals(rows[1][["t_us", "edge", "vehicle_s"]])
        for name in ("seen_s", "seen_twice_s"):
            assert (rows[1][name] >= rows[0][name]).all()
        assert rows[1]["seen_s"].sum() > 1.2 * rows[0]["seen_s"].sum()


def test_the_study_compares_what_contains_what(studied: list[tuple[Deployment, list[twin.Run]]]) -> None:
    """800 m lies in 400 m, other places in neither; nothing falls, and a figure put below the sparser one's is found."""
    wide, dense = (one for one, _ in studied)
    other = replace(wide, label="elsewhere", devices=frozenset([("elsewhere",)]))
    assert [which for which in itertools.permutations((wide, other, dense), 2) if which[0].contains(which[1])] == [
        (dense, wide)
    ]
    assert pairs((wide, other, dense)) == [(other, wide), (dense, wide), (dense, other)]
    assert not [*fallen((wide, other, dense), (1, 2))]
    for name in NEVER_FALL:
        low = replace(dense, figures=dense.figures | {name: [dense.figures[name][0], np.nextafter(wide.figures[name][1], 0.0)]})
        assert not [*fallen((wide, other, low), (1, 2))]
        low.figures[name][1] -= 1e-6
        (fall,) = fallen((wide, other, low), (1, 2))
        assert name in fall
        assert "seed 2" in fall
