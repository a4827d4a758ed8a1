"""The small town of the golden run with three sites, and what two runs are compared by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from twin.eventlog.bridge_tables import BRIDGE_TABLES
from twin.eventlog.municipal_tables import MUNICIPAL_EVENT_TABLES
from twin.eventlog.parking_tables import PARKING_TABLES, VISIT_TABLES
from twin.eventlog.reader import Run, open_run
from twin.scenario.load import Loaded, load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import RunResult, run

FILE = Path(__file__).parent.parent / "golden" / "town.yaml"

WEST = "{name: west, lon_deg: 113.318242, lat_deg: 23.119901, kit: pole}"
CENTRE = "{name: centre, lon_deg: 113.319912, lat_deg: 23.119892, kit: gantry}"
EAST = "{name: east, lon_deg: 113.321660, lat_deg: 23.119901, kit: pole, heading_deg: 90}"
FAR_EAST = "{name: far-east, lon_deg: 113.322540, lat_deg: 23.120108, kit: fast}"
"""Its LiDAR has a rate of its own, so that it joins no fleet of the others."""

DURATION_S = 12
SEGMENT_S = 4

OVERRIDES = {
    "duration_s": str(DURATION_S),
    "log": f"{{trajectory_period_s: 0.5, interval_s: 5, segment_s: {SEGMENT_S}, observation_every_n_frames: 5}}",
    "deployment.kits": """{
        pole: [{kind: lidar, range_m: 150}],
        gantry: [{kind: lidar, range_m: 150, rate_hz: 5}, {kind: lidar, range_m: 80, field_of_view_deg: 120}],
        fast: [{kind: lidar, range_m: 120, rate_hz: 20}]}""",
    "fusion": "{}",
    "links.mecs": """[
        {name: mec-west, lon_deg: 113.319, lat_deg: 23.1202},
        {name: mec-east, lon_deg: 113.323, lat_deg: 23.1202}]""",
}
"""Three segments, intervals that end inside of them, three fleets, two edge computers: west and centre report to the first;
sites fuse."""

FAULTLESS = frozenset({"device", "alarm", "loop_interval", "link_event"})
UNCONNECTED = frozenset({"vehicle_report", "guidance", "delivery_stat", "cell_state", "region_state"})
UNHARMED = frozenset({"access", "access_attempt", "report_check", "attack", "alert"})
UNMUNICIPAL = frozenset(table.name for table in (*BRIDGE_TABLES, *MUNICIPAL_EVENT_TABLES, *PARKING_TABLES, *VISIT_TABLES))
SILENT = FAULTLESS | UNCONNECTED | UNHARMED | UNMUNICIPAL
"""Tables without a row: nothing fails here, no line is out, nobody watches over devices, no loops lie in the roads, no vehicle
tells of itself, nobody attacks or guards, and there is no parking, no bridge and no device in the road."""


def town(*sites: str, **overrides: object) -> Loaded[Scenario]:
    """Return the scenario with these sites (the usual three by default) and single keys replaced."""
    chosen = OVERRIDES | {"deployment.sites": f"[{', '.join(sites or (WEST, CENTRE, EAST))}]"}
    return load_spec(FILE, Scenario, chosen | {key: str(value) for key, value in overrides.items()})


def run_town(out: Path, *sites: str, **overrides: object) -> Run:
    """Run the town below ``out``; return the finished run."""
    result: RunResult = run(town(*sites, **overrides), out)
    assert not result.reused
    return open_run(result.folder)


def digests(folder: Path, tables: Iterable[str] | None = None) -> dict[str, str]:
    """Return the SHA-256 of every segment of the run in ``folder`` by its path; of ``tables`` alone where given."""
    found = {str(path.relative_to(folder)): path for path in sorted(folder.glob("*/*.arrow"))}
    chosen = None if tables is None else set(tables)
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in found.items()
        if chosen is None or name.split("/")[0] in chosen
    }


def rows_by_device(finished: Run, table: str, columns: Iterable[str] | None = None) -> dict[str, pa.Table]:
    """Return the rows of each device by its name, without its number, in the order of the log.

    Labels as texts: a segment's dictionary holds what occurs in it, so that the codes depend on all rows.
    """
    rows = finished.table(table)
    kept = [column for column in rows.column_names if column != "device"] if columns is None else list(columns)
    number = rows["device"].to_numpy()
    texts = {column: rows[column].to_pylist() if pa.types.is_dictionary(rows[column].type) else rows[column] for column in kept}
    plain = pa.table(texts)
    specs = finished.table("device_spec").to_pydict()
    return {name: plain.filter(number == device) for device, name in zip(specs["device"], specs["name"], strict=True)}


def devices_of_mec(finished: Run, mec: int) -> set[str]:
    """Return the names of the devices whose site reports to edge computer ``mec``."""
    site = finished.table("site").to_pydict()
    mine = {number for number, its in zip(site["site"], site["mec"], strict=True) if its == mec}
    device = finished.table("device_spec").to_pydict()
    return {name for name, at in zip(device["name"], device["site"], strict=True) if at in mine}
