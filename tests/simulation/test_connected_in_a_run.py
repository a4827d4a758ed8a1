"""Connected vehicles in a run of the small town: roadside units alone, both ways, services, attacks; nothing hangs on order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from tests.simulation.town import digests, rows_by_device, run_town, town

from twin.errors import ScenarioError
from twin.eventlog.reader import Run
from twin.metrics.delivery import delivery_figures
from twin.simulation.preparation import prepare

UNIT = "{name: unit, lon_deg: 113.318242, lat_deg: 23.119901, kit: unit}"
"""A roadside unit alone."""
JUNCTION = "{name: junction, lon_deg: 113.319912, lat_deg: 23.119892, kit: both}"
EAST = "{name: east, lon_deg: 113.321660, lat_deg: 23.119901, kit: both}"
SITES = (UNIT, JUNCTION, EAST)
KITS = "{unit: {rsu: 1}, both: {mounts: [{devices: [{kind: lidar, range_m: 150}]}], rsu: 1}}"
TOWN = {
    "duration_s": 8,
    "log": "{trajectory_period_s: 0.5, interval_s: 4, segment_s: 4, vehicle_report_every_n: 1}",
    "deployment.kits": KITS,
    "fusion": "null",
    "connected": "{share: 0.7, ways: [pc5, uu]}",
    "links.uu": "{}",
}
ATTACKS = "[{kind: random_position, share: 0.2}, {kind: sybil, share: 0.1, from_s: 3}]"
SERVICES = "{signal_advice: {}, hazard_warning: {stopped_s: 2}}"
WORLD = ("trajectory", "trip", "edge_state", "signal", "vehicle")
HEARD = ("t_us", "sender", "sequence", "x_cm", "y_cm", "speed_cmps", "heading_cdeg", "received_us", "vehicle")


def connected(out: Path, *sites: str, **more: object) -> Run:
    """Run the town with connected vehicles."""
    return run_town(out, *(sites or SITES), **(TOWN | more))


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the run with attacks, without services, that the others are compared with."""
    return connected(tmp_path_factory.mktemp("usual"), attacks=ATTACKS)


def heard(run: Run, columns: tuple[str, ...] = HEARD) -> dict[str, list[tuple[object, ...]]]:
    """Return what each roadside unit heard, by its name, sorted."""
    table = run.table("vehicle_report")
    specs = run.table("device_spec").to_pydict()
    names = dict(zip(specs["device"], specs["name"], strict=True))
    rows = table.filter(pc.is_valid(table.column("device"))).to_pydict()
    found: dict[str, list[tuple[object, ...]]] = {}
    for device, *row in zip(rows["device"], *(rows[column] for column in columns), strict=True):
        found.setdefault(names[device], []).append(tuple(row))
    return {name: sorted(mine, key=repr) for name, mine in found.items()}


def test_every_table_of_connected_vehicles_has_rows(usual: Run) -> None:
    """What is compared below is there, from the roadside unit alone as from those beside a LiDAR."""
    rows = usual.manifest.rows
    for table in ("vehicle_report", "delivery_stat", "cell_state", "region_state", "alert", "message"):
        assert rows[table] > 0, table
    assert set(heard(usual)) == {"unit/rsu-0", "junction/rsu-0", "east/rsu-0"}


def test_everything_together_is_the_same_bytes_twice(tmp_path: Path) -> None:
    """Direct radio, network, services and attacks: the second run writes what the first wrote."""
    keys = {"attacks": ATTACKS, "services": SERVICES, "duration_s": 6}
    first, second = (connected(tmp_path / name, **keys) for name in ("first", "second"))
    assert first.manifest.rows["guidance"] > 0
    assert digests(first.path) == digests(second.path)
    assert first.manifest.summary == second.manifest.summary


def test_the_order_of_sites_changes_no_reception_and_no_verdict(tmp_path: Path) -> None:
    """Units with other numbers hear the same messages, find the same in them, and use the same of them."""
    ours = connected(tmp_path / "as-ever", attacks=ATTACKS)
    theirs = connected(tmp_path / "turned", *reversed(SITES), attacks=ATTACKS)
    columns = (*HEARD, "verdict", "used", "attack")
    assert heard(theirs, columns) == heard(ours, columns)
    assert {used for rows in heard(ours, ("used",)).values() for (used,) in rows} == {False, True}
    mine, other = rows_by_device(ours, "delivery_stat"), rows_by_device(theirs, "delivery_stat")
    order = [("t_us", "ascending"), ("range_bin_m", "ascending")]
    for name in heard(ours):
        assert other[name].sort_by(order).equals(mine[name].sort_by(order))
    assert digests(theirs.path, WORLD) == digests(ours.path, WORLD)


def test_a_unit_hears_the_same_whoever_else_listens(usual: Run, tmp_path: Path) -> None:
    """Without one of the sites, and without the network beside the radio, the others' receptions stay as they are."""
    fewer = connected(tmp_path / "fewer", UNIT, EAST, attacks=ATTACKS)
    mine = heard(usual)
    assert heard(fewer) == {name: mine[name] for name in ("unit/rsu-0", "east/rsu-0")}
    radio = connected(tmp_path / "radio", attacks=ATTACKS, connected="{share: 0.7}")
    assert heard(radio) == mine


def test_the_accounts_of_the_radio_and_of_the_network_close(usual: Run) -> None:
    """What a unit has logged as received is what ``delivery_stat`` counts; sent is delivered and lost by cause.

    Over the network every message is logged once, and offered to a cell or to none.
    """
    figures = delivery_figures(usual)
    for one in (figures.total, *figures.by_range_m.values(), *figures.by_device.values()):
        assert one.sent == one.delivered + one.half_duplex + one.sensing + one.propagation + one.collision
    specs = usual.table("device_spec").to_pydict()
    names = dict(zip(specs["device"], specs["name"], strict=True))
    assert {names[device]: one.delivered for device, one in figures.by_device.items()} == {
        name: len(rows) for name, rows in heard(usual).items()
    }
    reports, cells = usual.table("vehicle_report"), usual.table("cell_state")
    network = reports.filter(pc.equal(reports.column("way").cast("string"), "uu"))
    assert network.num_rows == pc.sum(cells.column("offered")).as_py()
    arrived = network.num_rows - network.column("received_us").null_count
    assert arrived == pc.sum(cells.column("delivered")).as_py()
    assert not pc.any(pc.is_valid(network.column("device"))).as_py()


def test_messages_take_as_long_as_is_said(usual: Run) -> None:
    """By radio the wait for the resource, 20 ms, and no more; over the network later than they were sent."""
    reports = usual.table("vehicle_report").to_pandas()
    honest = reports[reports.attack.isna()]
    radio, network = honest[honest.way == "pc5"], honest[honest.way == "uu"]
    assert (radio.received_us - radio.t_us == 20_000).all()
    took_us = (network.received_us - network.t_us).dropna()
    assert took_us.min() > 1_000
    assert took_us.median() < 50_000


def test_lies_are_labelled_and_never_known_as_their_sender(usual: Run) -> None:
    """Both kinds occur, sybil not before 3 s; every message names who really sent it; honest places are within 5 m of him."""
    reports = usual.table("vehicle_report").to_pandas()
    assert set(reports.attack.dropna()) == {"random_position", "sybil"}
    assert reports[reports.attack == "sybil"].t_us.min() >= 3_000_000
    track = usual.table("trajectory").to_pandas()
    both = reports.merge(track, on=["t_us", "vehicle"], suffixes=("", "_true"))
    away_m = np.hypot(both.x_cm - both.x_cm_true, both.y_cm - both.y_cm_true) / 100.0
    honest = both.attack.isna()
    assert honest.sum() > 100
    assert away_m[honest].max() < 5.0
    assert np.median(away_m[both.attack == "random_position"]) > 50.0


def test_nobody_is_advised_without_services_and_traffic_is_as_without_radio(usual: Run, tmp_path: Path) -> None:
    """Listening changes nothing on the roads; warnings do: ``guidance`` has rows of equipped vehicles alone."""
    keys = {"connected": "null", "links.uu": "null"}
    silent = run_town(tmp_path / "silent", *SITES, **(TOWN | keys))
    assert digests(silent.path, WORLD) == digests(usual.path, WORLD)
    assert not usual.manifest.rows.get("guidance")
    served = connected(tmp_path / "served", services=SERVICES, attacks=ATTACKS)
    told = set(served.table("guidance").column("vehicle").to_pylist())
    reports = served.table("vehicle_report")
    assert told
    assert told <= set(reports.column("vehicle").to_pylist())


@pytest.mark.parametrize(
    ("keys", "key", "said"),
    [
        ({"services": SERVICES, "connected": "null"}, "services", "no vehicle is connected"),
        ({"links.uu": "null"}, "connected.ways", "links.uu"),
        ({"deployment.kits": "{unit: [{kind: lidar}], both: [{kind: lidar}]}"}, "connected.ways", "rsu: 1"),
    ],
    ids=["services for nobody", "no network", "nobody hears"],
)
def test_what_connected_vehicles_lack_is_said_by_key(keys: dict[str, str], key: str, said: str) -> None:
    """Before anything runs, with the place in the scenario and a remedy."""
    with pytest.raises(ScenarioError) as error:
        prepare(town(*SITES, **(TOWN | keys)))
    problems = [problem for problem in error.value.problems if problem.key == key]
    assert len(problems) == 1
    assert said in f"{problems[0].found} {problems[0].remedy}"


def test_who_is_served_first_waits_less(tmp_path: Path) -> None:
    """On narrow lines the lists of roadside units take less time when they go first, and those of sensors when they do."""
    narrow = {"links.site_to_mec.rate_mbps": "0.06"}
    took_us: dict[str, dict[str, float]] = {}
    for first in ("vehicle_messages", "object_lists"):
        run = connected(tmp_path / first, **narrow, **{"links.served_first": first})
        rows = rows_by_device(run, "message")
        took_us[first] = {
            kind: float(np.mean(np.concatenate([table["mec_age_us"].drop_null().to_numpy() for table in tables])))
            for kind, tables in {
                "rsu": [rows[name] for name in rows if "/rsu-" in name],
                "lidar": [rows[name] for name in rows if "/lidar-" in name],
            }.items()
        }
    assert took_us["vehicle_messages"]["rsu"] < took_us["object_lists"]["rsu"]
    assert took_us["object_lists"]["lidar"] < took_us["vehicle_messages"]["lidar"]
