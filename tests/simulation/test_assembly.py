"""What the joined parts do at one instant, and that their tables agree with one another."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tests.simulation.town import CENTRE, DURATION_S, FILE, run_town, town

from twin.eventlog.reader import Run
from twin.messages import use_language
from twin.sensors.fleet import SensorFleet
from twin.simulation import assembly
from twin.simulation.preparation import look_into, prepare
from twin.traffic.process import Traffic
from twin.traffic.signal_control import SignalControl
from twin.units import US_PER_S, to_us
from twin.v2x.queues.chain import Chain

EXACT = """{
    exact: [{kind: lidar, range_m: 150, position_noise_m: 0, position_noise_per_m: 0, position_noise_share: 0,
             false_objects_per_frame: 0},
            {kind: lidar, range_m: 150, rate_hz: 5}]}"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the usual run."""
    return run_town(tmp_path_factory.mktemp("usual"))


def test_the_order_of_work_at_one_instant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever several happen at once: signals switch, LiDARs scan, messages go, then rows are written.

    Traffic moves when somebody looks: whoever acts at an instant finds every step up to there made.
    """
    done: list[tuple[int, str]] = []
    env_now = []

    def note(owner: type, method: str, what: str) -> None:
        original = getattr(owner, method)

        def noting(self: object, *arguments: object) -> object:
            done.append((int(env_now[0].now), what))
            result = original(self, *arguments)
            engine = world.traffic.engine
            behind_us = int(env_now[0].now) - engine.t_us
            assert what == "links" or 0 <= behind_us < engine.step_us, f"{what}: traffic is {behind_us} us behind"
            return result

        monkeypatch.setattr(owner, method, noting)

    order = ("control", "sensors", "links", "recorder")
    for owner, method, what in (
        (SignalControl, "step", "control"),
        (SensorFleet, "scan", "sensors"),
        (Chain, "step", "links"),
        (Traffic, "log_trajectory", "recorder"),
        (Traffic, "log_interval", "recorder"),
    ):
        note(owner, method, what)
    loaded = town(duration_s=100, **{"log.trajectory_period_s": 0.1, "demand.inflow_vph": 60})
    prepared = [prepare(loaded)]
    world = assembly.build(prepared, [tmp_path])
    env_now.append(world.env)
    assembly.start(world, prepared)
    world.env.run(until=to_us(100))
    kinds_at_once = set()
    for t_us, group in itertools.groupby(done, key=lambda entry: entry[0]):
        ranks = [order.index(what) for _, what in group]
        assert ranks == sorted(ranks), f"at {t_us} us: {[order[rank] for rank in ranks]}"
        kinds_at_once.add(tuple(sorted(set(ranks))))
    assert (0, 1, 2, 3) in kinds_at_once


def test_sensors_see_the_traffic_of_their_own_instant(tmp_path: Path) -> None:
    """Without position noise an observation lies, to the centimetre, where ``trajectory`` has the vehicle at that instant."""
    exact = run_town(
        tmp_path,
        CENTRE.replace("gantry", "exact"),
        **{"deployment.kits": EXACT, "log.trajectory_period_s": 0.1, "log.observation_every_n_frames": 1},
    )
    trajectory = exact.table("trajectory").to_pydict()
    keys = zip(trajectory["t_us"], trajectory["vehicle"], strict=True)
    place = dict(zip(keys, zip(trajectory["x_cm"], trajectory["y_cm"], strict=True), strict=True))
    seen = exact.table("observation").filter(
        np.array(exact.table("observation")["device"].to_numpy() == 0)  # the one without noise
    )
    assert seen.num_rows > 1000
    for t_us, x_cm, y_cm, vehicle in zip(
        *(seen[name].to_pylist() for name in ("t_us", "x_cm", "y_cm", "vehicle")), strict=True
    ):
        assert (x_cm, y_cm) == place[t_us, vehicle], f"vehicle {vehicle} at {t_us} us"


def test_every_device_has_a_frame_each_period_and_a_message_for_it(finished: Run) -> None:
    """From t = 0 to the end, the end left out; each message carries the detected and the false objects of its frame."""
    rate = dict(zip(*finished.table("device_spec").select(["device", "rate_hz"]).to_pydict().values(), strict=True))
    frame = finished.table("frame").to_pydict()
    objects = {}
    for device, rate_hz in rate.items():
        mine = [row for row, number in enumerate(frame["device"]) if number == device]
        assert [frame["frame"][row] for row in mine] == list(range(round(DURATION_S * rate_hz)))
        assert [frame["t_us"][row] for row in mine] == [n * to_us(1.0 / rate_hz) for n in range(len(mine))]
        for row in mine:
            objects[device, frame["frame"][row]] = frame["detected"][row] + frame["false"][row]
    message = finished.table("message").to_pydict()
    sent = dict(zip(zip(message["device"], message["frame"], strict=True), message["objects"], strict=True))
    assert len(sent) == len(message["device"])
    assert sent == objects


def test_detection_stat_counts_every_frame(finished: Run) -> None:
    """Over the run, ``detection_stat`` and ``frame`` count the same vehicles for every device."""
    for column in ("present", "visible", "detected", "false"):
        totals = [
            np.bincount(finished.table(table)["device"].to_numpy(), weights=finished.table(table)[column].to_numpy())
            for table in ("frame", "detection_stat")
        ]
        assert totals[0].tolist() == totals[1].tolist(), column


def test_edge_state_counts_all_the_time_that_vehicles_spent(tmp_path: Path) -> None:
    """Over the run, ``edge_state`` holds the vehicle-seconds and the metres that ``trip`` and ``trajectory`` show.

    A trip that is under way at the end has spent the time from its entry to the end; logged at every step of 0.1 s, speed
    differs from distance by half a step's change of speed, so metres are held to 1 %.
    """
    for duration_s in (10, 12):
        dense = run_town(tmp_path, duration_s=duration_s, **{"log.trajectory_period_s": 0.1})
        trips = dense.table("trip").to_pydict()
        spent_us = sum(
            (to_us(duration_s) if arrival is None else arrival) - max(insert, 0)
            for insert, arrival in zip(trips["insert_us"], trips["arrival_us"], strict=True)
            if insert is not None
        )
        state = dense.table("edge_state")
        assert sum(state["vehicle_s"].to_pylist()) == pytest.approx(spent_us / US_PER_S, rel=1e-5)
        metres = sum(dense.table("trajectory")["speed_cmps"].to_pylist()) / 100.0 * 0.1
        assert sum(state["distance_m"].to_pylist()) == pytest.approx(metres, rel=0.01)
        ends_us = {t + length for t, length in zip(state["t_us"].to_pylist(), state["interval_us"].to_pylist(), strict=True)}
        assert max(ends_us) == to_us(duration_s)


def test_an_outage_reaches_the_lines_of_the_place_it_names(tmp_path: Path) -> None:
    """Out from 2 to 5 s at the MEC of the centre: the west's lists, on the same MEC, wait; the east's, on the other, do not."""
    finished = run_town(
        tmp_path,
        **{
            "links.outages": "[{hop: mec_to_cloud, site: centre, from_s: 2, until_s: 5}, {hop: mec_to_cloud, mec: mec-east, "
            "from_s: 8, until_s: 9}]",
            "links.mec_to_cloud.during_outage": "drop",
        },
    )
    names = dict(zip(*finished.table("device_spec").select(["device", "name"]).to_pydict().values(), strict=True))
    lost: dict[str, set[int]] = {}
    for row in finished.table("message").to_pylist():
        if row["lost_cause"] == "outage":
            lost.setdefault(names[row["device"]].split("/")[0], set()).add((row["t_us"] + row["mec_age_us"]) // US_PER_S)
    assert lost == {"west": {2, 3, 4}, "centre": {2, 3, 4}, "east": {8}}


@pytest.mark.parametrize(
    ("overrides", "keys"),
    [
        ({"signals.junctions": "[{name: nowhere}]"}, ["signals.junctions[0].name"]),
        ({"incidents": "[{kind: road_closed, way: 999999, from_s: 1, to_s: 2}]"}, ["incidents[0].way"]),
        (
            {
                "signals.green_waves": "[{road: no such road}]",
                "incidents": "[{kind: road_closed, way: 999999, from_s: 1, to_s: 2}]",
            },
            ["signals.green_waves[0].road", "incidents[0].way"],
        ),
    ],
)
def test_what_is_wrong_with_signals_and_incidents_is_said_once(overrides: dict[str, str], keys: list[str]) -> None:
    """Each problem of the map's places is told by its key before anything runs."""
    assert [problem.key for problem in look_into(town(**overrides).spec, FILE.parent).problems] == keys


def test_what_is_wrong_with_a_map_is_said_in_the_language_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """A map that cannot be read, and one on which nobody could drive, are said in Chinese as in English."""
    scenario = town(demand="{inflow_vph: 600}").spec
    nowhere = scenario.model_copy(update={"map": "none.osm"})
    nobody = SimpleNamespace(zones=(), entries=(), exits=())
    for language, unreadable, no_way in (("en", "no such map file", "neither zones"), ("zh", "没有该地图文件", "出入口")):
        use_language(language)
        (problem,) = look_into(nowhere, FILE.parent).problems
        assert unreadable in problem.found
        assert str(problem).endswith(("scenario file).", "场景文件的路径）。")), "one remedy, said with the map's own fault"
        with monkeypatch.context() as patched:
            patched.setattr("twin.simulation.preparation.trip_ends", lambda _: nobody)
            (problem,) = look_into(scenario, FILE.parent).problems
        assert no_way in problem.found
        assert problem.remedy.replace("inflow_vph", "").isascii() == (language == "en")


def test_an_outage_of_a_site_that_is_not_there_is_said_by_key() -> None:
    """The problem names the entry and the nearest site; an outage of every line needs none."""
    loaded = town(
        **{"links.outages": "[{hop: site_to_mec, from_s: 1, until_s: 2}, {hop: site_to_mec, site: wst, from_s: 1, until_s: 2}]"}
    )
    (problem,) = look_into(loaded.spec, FILE.parent).problems
    assert (problem.key, problem.found) == ("links.outages[1].site", "there is no site 'wst'")
    assert problem.remedy == "did you mean 'west'?"
