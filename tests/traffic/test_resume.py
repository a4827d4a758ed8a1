"""Exact resume: traffic saved to a file and taken on in a fresh model writes the bytes it would have written anyway."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy
from pydantic import TypeAdapter
from tests.traffic.helpers import Unwritten
from tests.traffic.networks import grid

from twin.errors import InputError
from twin.kernel.clock import Phase, every
from twin.kernel.records import EdgeSpeedReport, VehicleReports
from twin.rng import stream_key, uniforms
from twin.traffic.demand import DemandSpec
from twin.traffic.incidents import IncidentSpec
from twin.traffic.process import Traffic
from twin.traffic.saved import load_state, save_state
from twin.traffic.signal_spec import SignalsSpec

INCIDENTS = TypeAdapter(tuple[IncidentSpec, ...]).validate_python(
    [
        {"kind": "road_closed", "way": 20, "from_s": 40, "to_s": 160},
        {"kind": "lane_closed", "way": 30, "lanes": [0], "from_s": 30, "to_s": 110},
        {"kind": "stalled_vehicle", "way": 10, "lane": 1, "from_s": 50, "to_s": 170},
    ]
)
SECOND_US = 1_000_000
END_US = 200 * SECOND_US


def _traffic() -> Traffic:
    """Return traffic with everything that has a state: pedestrians, actuated signals, informed drivers, incidents."""
    demand = DemandSpec.model_validate(
        {
            "inflow_vph": 4000.0,
            "internal_share": 0.3,
            "prefill_s": 120.0,
            "shortest_trip_m": 0.0,
            "informed_share": 0.5,
            "rerouting": {"period_s": 20.0, "saving_s": 5.0},
            "pedestrians": {"per_crossing_per_hour": 120.0},
        }
    )
    signals = SignalsSpec.model_validate({"actuated": {"enabled": True, "stale_after_s": 30.0}})
    return Traffic(grid(3), demand, signals, 7, END_US, Unwritten(), incidents=INCIDENTS)


def _run(traffic: Traffic, begin_us: int, end_us: int) -> None:
    """Run with a log and with reports that depend on instant and seed alone."""
    env = simpy.Environment(initial_time=begin_us)
    traffic.start(env, resumed=begin_us > 0)
    edges = traffic.network.edge_count

    def tell(t_us: int) -> None:
        draws = uniforms(stream_key(3, "tests/reports"), t_us // SECOND_US * edges + np.arange(edges))[:, 0]
        seen = np.flatnonzero(draws < 0.3).astype(np.int32)
        traffic.signals.report(VehicleReports(t_us, seen, 100.0 * draws[seen]))

    def advise(t_us: int) -> None:
        draws = uniforms(stream_key(3, "tests/speeds"), t_us // SECOND_US * edges + np.arange(edges))[:, 0]
        traffic.inform(EdgeSpeedReport(t_us, np.where(draws < 0.5, 20.0 * draws, np.nan)))

    def first(period_us: int) -> int:
        return -(-begin_us // period_us) * period_us

    for period_us, phase, step in (
        (SECOND_US, Phase.PLATFORM, tell),
        (20 * SECOND_US, Phase.PLATFORM, advise),
        (SECOND_US // 2, Phase.RECORDER, traffic.log_trajectory),
        (60 * SECOND_US, Phase.RECORDER, traffic.log_interval),
    ):
        env.process(every(env, period_us, phase, step, first_us=first(period_us)))
    env.run(until=end_us)


def _bytes(parts: list[tuple[str, Mapping[str, Any]]]) -> dict[str, dict[str, bytes]]:
    """Return every column of every table, all its rows."""
    out: dict[str, dict[str, bytes]] = {}
    for table, columns in parts:
        mine = out.setdefault(table, {})
        for name, values in columns.items():
            plain = values.filled(-1) if isinstance(values, np.ma.MaskedArray) else values
            mine[name] = mine.get(name, b"") + np.asarray(getattr(plain, "codes", plain)).tobytes()
    return out


def _written(traffic: Traffic) -> list[tuple[str, Mapping[str, Any]]]:
    recorder = traffic._recorder
    assert isinstance(recorder, Unwritten)
    return recorder.parts


@pytest.fixture(scope="module")
def whole() -> Traffic:
    """Return traffic that ran through."""
    traffic = _traffic()
    _run(traffic, 0, END_US)
    traffic.step_to(END_US)
    traffic.log_trips()
    return traffic


@pytest.mark.parametrize("saved_s", [0.0, 45.0, 100.05, 137.3])
def test_going_on_from_a_file_is_never_having_stopped(saved_s: float, whole: Traffic, tmp_path: Path) -> None:
    """Trajectories, signals, edges and trips are the same bytes; the instants lie before, in and between incidents."""
    assert whole.figures()["trips_rerouted"] > 0
    assert whole.figures()["trips_advised"] > 0
    saved_us = round(saved_s * SECOND_US)
    before = _traffic()
    if saved_us:
        _run(before, 0, saved_us)
    save_state(tmp_path / "state.npz", before.state())
    after = _traffic()
    after.restore(load_state(tmp_path / "state.npz"))
    _run(after, saved_us, END_US)
    after.step_to(END_US)
    after.log_trips()
    assert after.figures() == whole.figures()
    assert _bytes(_written(before) + _written(after)) == _bytes(_written(whole))


def test_the_state_is_everything_there_is(tmp_path: Path) -> None:
    """Two models that took on one state are in the same state, field by field, a minute later."""
    first = _traffic()
    _run(first, 0, 60 * SECOND_US)
    save_state(tmp_path / "state.npz", first.state())
    second = _traffic()
    second.restore(load_state(tmp_path / "state.npz"))
    for traffic in (first, second):
        _run(traffic, 60 * SECOND_US, 120 * SECOND_US)
    one, other = first.state(), second.state()
    assert one.keys() == other.keys()
    for name, array in one.items():
        for field in array.dtype.names or (None,):
            mine, theirs = (array, other[name]) if field is None else (array[field], other[name][field])
            assert np.array_equal(mine, theirs), f"{name}.{field}"


def test_other_files_are_refused(tmp_path: Path) -> None:
    """A missing file and one of something else."""
    with pytest.raises(InputError, match="no saved state"):
        load_state(tmp_path / "missing.npz")
    (tmp_path / "text.npz").write_text("text", encoding="utf-8")
    with pytest.raises(InputError, match="no saved state"):
        load_state(tmp_path / "text.npz")
