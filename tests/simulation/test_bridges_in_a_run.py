"""Bridges in a run: a span of 40 m in the small town's main road, from the vehicles on it to what the platform has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.bridges.sensors import samples_of
from twin.errors import ScenarioError
from twin.eventlog.reader import Run, open_run
from twin.scenario.load import Loaded, load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.preparation import look_into, prepare
from twin.simulation.run import run

FILE = Path(__file__).parent.parent / "golden" / "town.yaml"
SPAN_M, BENDING_NM2 = 40.0, 34.5e9 * 2.5
DURATION_S = 40

SPAN: dict[str, Any] = {
    "name": "span",
    "structure": {
        "kind": "simple",
        "span_m": SPAN_M,
        "deck": {"inertia_m4": 2.5, "area_m2": 6.0, "mass_t_per_m": 15.0, "depth_m": 2.0},
    },
    "place": {
        "roads": ["安和路"],
        "begin_lon_deg": 113.32195535,
        "begin_lat_deg": 23.11999548,
        "end_lon_deg": 113.32234569,
        "end_lat_deg": 23.11998973,
    },
    "temperature": {"mean_c": 20.0, "daily_range_k": 0.0, "weather_k": 0.0, "sun_k": 0.0, "night_k": 0.0},
    "wind": {"mean_mps": 0.0},
    "monitoring": {
        "interval_s": 20.0,
        "sensors": [
            {
                "kind": "displacement",
                "id": "middle",
                "at_m": 20.0,
                "noise_density_mm": 0.001,
                "bias_mm": 0.0,
                "dropout_share": 0.0,
            },
            {"kind": "accelerometer", "id": "shakes", "at_m": 20.0},
            {"kind": "strain_gauge", "id": "strain", "at_m": 10.0, "rate_hz": 25.0},
            {"kind": "temperature", "id": "warm", "rate_hz": 0.02},
        ],
        "weigh_in_motion": [{"id": "scale", "at_m": 5.0, "least_kg": 0.0, "missed_share": 0.0, "accuracy": "A(5)"}],
    },
}


def town(*, duration_s: int = DURATION_S, inflow_vph: float = 1600.0, **changes: object) -> Loaded[Scenario]:
    """Return the town with the span; ``changes`` of the bridges' keys."""
    bridges = {"decks": [SPAN], "waveforms": {"keep": "all"}, **changes}
    return load_spec(
        FILE,
        Scenario,
        {
            "duration_s": str(duration_s),
            "deployment.sites": "[]",
            "demand.inflow_vph": str(inflow_vph),
            "demand.vehicle_types": "{heavy_truck: {share: 0.3}}",
            "log": "{interval_s: 20, segment_s: 20, trajectory_period_s: 0.5}",
            "bridges": json.dumps(bridges, ensure_ascii=False),
        },
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of the span with every block kept."""
    return open_run(run(town(), tmp_path_factory.mktemp("bridges")).folder)


def column(run_: Run, table: str, name: str) -> Any:
    """Return one column as a list."""
    return run_.table(table).column(name).to_pylist()


def waveform(run_: Run, channel: int) -> tuple[np.ndarray, np.ndarray]:
    """Return times (s) and samples of a channel."""
    rows = [row for row in run_.table("bridge_block").to_pylist() if row["channel"] == channel]
    times = [row["t_us"] + row["period_us"] * np.arange(len(row["samples"])) for row in rows]
    values = [samples_of(np.array(row["samples"], np.int16), row["scale"]) for row in rows]
    return np.concatenate(times) / 1e6, np.concatenate(values)


def test_blocks_come_whole_and_are_read_back(finished: Run) -> None:
    """Every sensor's samples of the whole run, at its own rate, in the order of time; slow ones where they take a sample."""
    names = column(finished, "bridge_channel", "name")
    assert names == ["span/middle", "span/shakes", "span/strain", "span/warm"]
    for channel, rate_hz in enumerate((50.0, 50.0, 25.0)):
        t_s, values = waveform(finished, channel)
        assert t_s == pytest.approx(np.arange(DURATION_S * rate_hz) / rate_hz)
        assert np.isfinite(values).mean() > 0.9
    assert waveform(finished, 3)[0].tolist() == [0.0]
    blocks = finished.table("bridge_block")
    assert (np.array(blocks.column("arrived_us")) > np.array(blocks.column("t_us"))).all()


def test_the_deck_sags_as_the_vehicles_on_it_say(finished: Run) -> None:
    """Deflection summed over time is, by statics, weight over speed of all who passed times the area of the influence line."""
    t_s, sag_m = waveform(finished, 0)
    weighed = finished.table("weigh").to_pylist()
    area_m2 = 5.0 * SPAN_M**4 / (384.0 * BENDING_NM2)
    expected = sum(9.80665 * row["true_gross_kg"] / (row["speed_cmps"] / 100.0) for row in weighed) * area_m2
    assert np.nanmean(sag_m) * DURATION_S == pytest.approx(expected, rel=0.15)
    heavy = max(weighed, key=lambda row: row["true_gross_kg"])
    most_m = 9.80665 * heavy["true_gross_kg"] * SPAN_M**3 / (48.0 * BENDING_NM2)
    near = np.abs(t_s - heavy["t_us"] / 1e6 - 1.0) < 4.0
    assert 0.6 * most_m < sag_m[near].max() < 2.5 * most_m


def test_weighings_are_near_the_truth(finished: Run) -> None:
    """Class A(5); a station sees each vehicle once, and axles and spacings go together."""
    rows = finished.table("weigh").to_pylist()
    assert len(rows) >= 5
    assert len({row["vehicle"] for row in rows}) == len(rows)
    for row in rows:
        assert row["gross_kg"] == pytest.approx(row["true_gross_kg"], rel=0.12)
        assert len(row["spacing_cm"]) == len(row["axle_kg"]) - 1


def test_intervals_truth_and_accounts_are_logged(finished: Run) -> None:
    """Features of two intervals of 20 s, the truth of the minute cut short, and an account of every report."""
    features = finished.table("bridge_feature").to_pylist()
    assert {row["t_us"] for row in features} == {0, 20_000_000}
    t_s, sag_m = waveform(finished, 0)
    of_first = next(row for row in features if row["channel"] == 0 and row["t_us"] == 0)
    assert of_first["most"] == pytest.approx(sag_m[t_s < 20.0].max())
    (load,) = finished.table("bridge_load").to_pylist()
    assert load["interval_us"] == DURATION_S * 1_000_000
    assert load["vehicles"] >= len(column(finished, "weigh", "vehicle"))
    assert load["most_kg"] >= max(column(finished, "weigh", "true_gross_kg"))
    stat = finished.table("report_stat")
    expected, delivered = (sum(stat.column(name).to_pylist()) for name in ("expected", "delivered"))
    assert 0 < delivered <= expected


def test_two_runs_give_the_same_bytes(finished: Run, tmp_path: Path) -> None:
    """Tables of bridges, segment by segment."""
    again = open_run(run(town(), tmp_path).folder)
    for table in ("bridge_block", "bridge_feature", "weigh", "bridge_load", "report_stat", "bridge_channel"):
        first, second = ([part.read_bytes() for part in one.segments(table)] for one in (finished, again))
        assert first == second, table
        assert first, table


def test_only_what_is_kept_is_logged(tmp_path: Path) -> None:
    """Without waveforms the edge computer works all the same."""
    none = open_run(run(town(duration_s=25, waveforms={"keep": "none"}), tmp_path).folder)
    assert none.rows.get("bridge_block", 0) == 0
    assert none.rows["bridge_feature"] == 4


def test_everything_wrong_is_told_at_once() -> None:
    """A sensor beyond the deck, a road that is not there, a cable and a device that are not there: each at its key."""
    beyond = {**SPAN, "monitoring": {"sensors": [{"kind": "tilt", "id": "far", "at_m": 41.0}]}}
    with pytest.raises(ScenarioError, match="far sits at 41 m"):
        town(decks=[beyond])
    with pytest.raises(ScenarioError, match="two bridges are called span"):
        town(decks=[SPAN, SPAN])
    hung = {**SPAN, "monitoring": {"sensors": [{"kind": "cable_force", "id": "hanger"}]}}
    lost = {**SPAN, "name": "lost", "place": {**SPAN["place"], "roads": ["不存在路"]}}
    found = look_into(town(decks=[hung, lost]).spec, FILE.parent)
    keys = [problem.key for problem in found.problems]
    assert keys == ["bridges.decks[0].monitoring.sensors[0].cable", "bridges.decks[1].place.roads[0]"]
    life = {"scheduled": [{"device": "span/nobody", "from_s": 5.0}]}
    (problem,) = look_into(town(life=life).spec, FILE.parent).problems
    assert "span/nobody" in problem.found
    assert prepare(town()).listens
