"""Densities compared in pairs: a denser row of sites changes nothing of what the wider one sees and says."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc

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
