"""Figures of bridges from logs written by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.metrics.logs import SECOND, Rows, write_log

from twin.eventlog.reader import Run
from twin.metrics.bridges import BRIDGE_FIGURES, alarm_score, bridge_figures, bridge_summary, weighing_score
from twin.metrics.report import report
from twin.terminal.bridge_tables import bridge_tables

MINUTE = 60 * SECOND
BRIDGES = [{"bridge": 0, "name": "east"}, {"bridge": 1, "name": "west"}]
CHANNELS = [{"channel": number, "bridge": number // 2, "device": 10 + number, "name": f"c{number}"} for number in range(4)]
STATION = {"device": 20, "name": "w", "kind": "weigh_in_motion", "place": "bridge", "place_number": 1, "network": "fibre"}


def alarm(t_us: int, device: int, cause: str, state: str = "raised", level: str = "level_1") -> dict[str, Any]:
    """Return a row of table ``alarm``."""
    return {"t_us": t_us, "device": device, "cause": cause, "level": level, "state": state}


def event(t_us: int, bridge: int, cause: str, state: str = "begins") -> dict[str, Any]:
    """Return a row of table ``bridge_event``."""
    return {"t_us": t_us, "bridge": bridge, "cause": cause, "state": state}


def feature(t_us: int, channel: int, frequency_hz: float | None = None, damage: float | None = None) -> dict[str, Any]:
    """Return a row of table ``bridge_feature`` over a minute."""
    return {"t_us": t_us, "interval_us": MINUTE, "channel": channel, "frequency_hz": frequency_hz, "damage": damage}


def score(folder: Path, alarms: Rows, events: Rows, bridges: tuple[int, ...] = (0, 1)):
    """Return the score of alarms and events."""
    features = [feature(0, 0)]
    run = write_log(
        folder, bridge=BRIDGES, bridge_channel=CHANNELS, municipal_device=[STATION], bridge_feature=features, alarm=alarms,
        bridge_event=events,
    )  # fmt: skip
    return alarm_score(Run(run.path, replace(run.manifest, simulated_s=600.0)), bridges)


def test_an_alarm_of_the_same_bridge_soon_after_tells_an_event(tmp_path: Path) -> None:
    """A vibration tells of a vortex of its bridge, until one interval after its end; a shock does not, nor another bridge's."""
    vortex = [event(10 * SECOND, 0, "vortex"), event(20 * SECOND, 0, "vortex", "over")]
    found = score(tmp_path / "1", [alarm(60 * SECOND, 11, "vibration")], vortex)
    assert (found.alarms, found.false, found.events, found.missed, found.delays_s) == (1, 0, 1, 0, (50.0,))
    late = score(tmp_path / "2", [alarm(81 * SECOND, 11, "vibration")], vortex)
    assert (late.false, late.missed) == (1, 1)
    shock = score(tmp_path / "3", [alarm(60 * SECOND, 11, "shock")], vortex)
    assert (shock.false, shock.missed) == (1, 1)
    other = score(tmp_path / "4", [alarm(60 * SECOND, 12, "vibration")], vortex)
    assert (other.false_share, other.missed_share) == (1.0, 1.0)


def test_alarms_before_an_event_are_false_unless_they_still_stand(tmp_path: Path) -> None:
    """One that was withdrawn before it began does not tell it; one that stands does, without delay."""
    impact = [event(30 * SECOND, 0, "ship_impact")]
    gone = score(tmp_path / "1", [alarm(5 * SECOND, 10, "shift"), alarm(9 * SECOND, 10, "shift", "cleared")], impact)
    assert (gone.false, gone.missed) == (1, 1)
    stands = score(tmp_path / "2", [alarm(5 * SECOND, 10, "shift")], impact)
    assert (stands.false, stands.missed, stands.median_delay_s) == (0, 0, 0.0)


def test_higher_levels_are_the_same_alarm_and_stations_belong_to_their_bridge(tmp_path: Path) -> None:
    """Three levels count once, an alarm raised anew again; a station without channels is found among field devices."""
    alarms = [
        alarm(10 * SECOND, 20, "overload"),
        alarm(10 * SECOND, 20, "overload", level="level_2"),
        alarm(12 * SECOND, 20, "overload", "cleared"),
        alarm(40 * SECOND, 20, "overload"),
    ]
    overload = [event(10 * SECOND, 1, "overload"), event(11 * SECOND, 1, "overload", "over")]
    found = score(tmp_path / "1", alarms, overload)
    assert (found.alarms, found.false, found.events, found.missed) == (2, 0, 1, 0)
    assert score(tmp_path / "2", alarms, overload, bridges=(0,)).alarms == 0


def test_weights_are_held_against_the_scales(tmp_path: Path) -> None:
    """Precision, recall, root mean square and class of what the stations of a bridge measured."""
    row = {"bridge": 0, "spacing_cm": [400], "limit_kg": 18_000, "axle_kg": [4100, 6000], "true_axle_kg": [4000, 6000]}
    rows = [
        row | {"t_us": 1, "overloaded": True, "truly_overloaded": True},
        row | {"t_us": 2, "overloaded": False, "truly_overloaded": True},
        row | {"t_us": 3, "overloaded": True, "truly_overloaded": False},
        row | {"t_us": 4, "bridge": 1, "overloaded": True, "truly_overloaded": False, "axle_kg": [9000, 9000]},
    ]
    run = write_log(tmp_path / "run", bridge=BRIDGES, weigh=rows)
    found = weighing_score(run, [0])
    assert (found.weighed, found.recall, found.precision, found.accuracy) == (3, 0.5, 0.5, "A(5)")
    assert found.gross_error_rms == pytest.approx(0.01)
    assert weighing_score(run, [1]).accuracy is None
    assert weighing_score(run, [0], from_us=4).weighed == 0


def test_frequencies_are_held_against_the_model_at_that_time(tmp_path: Path) -> None:
    """The error of each interval is taken against the mean truth within it; damage is summed up by channel."""
    features = [feature(0, 0, 1.01, 0.1), feature(MINUTE, 0, 0.99, 0.2), feature(MINUTE, 1, None, 0.25), feature(0, 2, 5.0)]
    loads = [
        {"t_us": 0, "interval_us": MINUTE, "bridge": 0, "frequency_hz": 1.0},
        {"t_us": MINUTE, "interval_us": MINUTE, "bridge": 0, "frequency_hz": 1.1},
    ]
    run = write_log(tmp_path / "run", bridge=BRIDGES, bridge_channel=CHANNELS, bridge_feature=features, bridge_load=loads)
    found = bridge_figures(run)
    assert (found[0].name, found[0].channels, found[0].frequency_hz) == ("east", 2, 1.0)
    assert found[0].frequency_error == pytest.approx(((0.01**2 + 0.1**2) / 2) ** 0.5)
    assert found[0].damage == pytest.approx(0.3)
    assert (found[1].frequency_hz, found[1].frequency_error, found[1].damage) == (5.0, None, None)
    assert bridge_figures(run, warm_up_s=60.0)[0].frequency_hz == 0.99


def test_closing_figures_are_there_with_bridges_and_without(tmp_path: Path) -> None:
    """Without bridges all are None; with them what nothing is there to form is."""
    assert bridge_summary(write_log(tmp_path / "1")) == dict.fromkeys(BRIDGE_FIGURES)
    found = bridge_summary(write_log(tmp_path / "2", bridge=BRIDGES))
    assert tuple(found) == BRIDGE_FIGURES
    assert (found["bridge_alarms"], found["weighed"], found["overloaded_recall"]) == (0, 0, None)


def test_the_report_has_tables_of_bridges(tmp_path: Path) -> None:
    """A row a bridge, the weighed vehicles where there are stations; runs without bridges have no such part."""
    weigh = {"t_us": 1, "bridge": 0, "spacing_cm": [400], "axle_kg": [9000, 9900], "true_axle_kg": [9000, 9900]}
    rows = [weigh | {"gross_kg": 18_900, "overloaded": True, "truly_overloaded": True}]
    alarms = [alarm(60 * SECOND, 11, "vibration")]
    run = write_log(
        tmp_path / "1",
        bridge=BRIDGES,
        bridge_channel=CHANNELS,
        bridge_feature=[feature(0, 0, 1.5, 1e-9)],
        weigh=rows,
        alarm=alarms,
    )
    found = report(Run(run.path, replace(run.manifest, simulated_s=600.0)))["bridges"]
    assert json.loads(json.dumps(found))["by_bridge"]["east"]["frequency_hz"] == 1.5
    watched, weighed, told = bridge_tables(found)
    assert [row[:3] for row in watched.rows] == [("east", "2", "1.500"), ("west", "2", "-")]
    assert [row[0] for row in weighed.rows] == ["east"]
    assert weighed.rows[0][1:] == ("1", "0.0 %", "A(5)", "100.0 %", "100.0 %")
    assert told.rows[0] == ("east", "1", "1", "0", "0", "-")
    assert report(write_log(tmp_path / "2"))["bridges"] is None
