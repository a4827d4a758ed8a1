"""How well attacks on devices, access, reports and reading are noticed: recall, precision and delay of each on the CBD.

Sensing and access: runs of 90 s at one junction with a LiDAR at each corner. Data: counts of the loops of one run, altered and
judged afterwards in all ways. Application: an hour of clients, without traffic. Run: ``python benchmarks/other_attacks.py``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import simpy

from twin.eventlog.reader import open_run
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run
from twin.units import to_us
from twin.v2x.platform.permissions import Permissions, PermissionSpec
from twin.v2x.security.clients import Clients, ClientSpec, ReadCheckSpec
from twin.v2x.security.layer_attack_spec import ReadBeyond, TamperedReport
from twin.v2x.security.report_channel import ReportChannel
from twin.v2x.security.report_check import ReportCheckSpec
from twin.v2x.security.tampering import Tampering

ROOT: Final = Path(__file__).parent.parent
SCENARIO: Final = ROOT / "scenarios" / "huacheng_junction.yaml"
SEEDS: Final = (1, 2, 3)
"""Choice: three."""

SITES: Final = """[{name: huacheng, lon_deg: 113.31605, lat_deg: 23.12187, kit: corners},
    {name: west, lon_deg: 113.3140, lat_deg: 23.1219, kit: one}]"""
COMMON: Final = {
    "duration_s": "90",
    "warm_up_s": "0",
    "log.observation_every_n_frames": "0",
    "deployment.kits": "{corners: {mounts: [{at: corner, devices: [{kind: lidar}]}]}, one: [{kind: lidar}]}",
    "deployment.sites": SITES,
    "fusion": "{}",
    "protection": "{sensing: {}, access: {}}",
}
HIT: Final = "devices: [huacheng/lidar-0], from_s: 30, until_s: 80"
RUNS: Final = {
    "none": "[]",
    "lidar_ghost, one LiDAR, holds": f"[{{kind: lidar_ghost, {HIT}}}]",
    "lidar_ghost, one LiDAR, approaches": f"[{{kind: lidar_ghost, motion: approach, {HIT}}}]",
    "lidar_ghost, all LiDARs in step": "[{kind: lidar_ghost, together: true, from_s: 30, until_s: 80}]",
    "blinding, 60 degrees, all lost": f"[{{kind: blinding, sector_deg: 60, loss: 1.0, {HIT}}}]",
    "blinding, all around, all lost": f"[{{kind: blinding, sector_deg: 360, loss: 1.0, {HIT}}}]",
    "blinding, all around, 5 % left": f"[{{kind: blinding, sector_deg: 360, {HIT}}}]",
    "rogue_device": "[{kind: rogue_device, site: huacheng, from_s: 30, until_s: 80}]",
    "cloned_device, other site": "[{kind: cloned_device, device: huacheng/lidar-1, site: west, from_s: 30, until_s: 80}]",
    "cloned_device, same site": "[{kind: cloned_device, device: huacheng/lidar-1, site: huacheng, from_s: 30, until_s: 80}]",
    "cloned_device, same site, in step": "[{kind: cloned_device, device: huacheng/lidar-1, site: huacheng, in_step: true, "
    "from_s: 30, until_s: 80}]",
}

Row = dict[str, Any]


def scored(alerts: list[Row], from_us: int, hit: int) -> Row:
    """Return recall over ``hit`` attacked devices and runs, precision of alerts, and the mean delay of the first right ones."""
    right = [row for row in alerts if row["attack"] is not None]
    first: dict[Any, int] = {}
    for row in right:
        who = (row["run"], row["device"], row["sender"])
        first[who] = min(first.get(who, row["t_us"]), row["t_us"])
    delay_s = [1e-6 * (t_us - from_us) for t_us in first.values()]
    return {
        "recall": min(len(first) / hit, 1.0) if hit else None,
        "precision": len(right) / len(alerts) if alerts else None,
        "alerts": len(alerts),
        "delay_s": float(np.mean(delay_s)) if delay_s else None,
    }


def by_runs(folder: Path) -> dict[str, Row]:
    """Return the scores of attacks on devices and access."""
    found: dict[str, Row] = {}
    for name, attacks in RUNS.items():
        alerts: list[Row] = []
        hit, forged, taken, refused = 0, 0, 0, 0
        for seed in SEEDS:
            overrides = COMMON | {"seed": str(seed), "attacks": attacks}
            done = open_run(run(load_spec(SCENARIO, Scenario, overrides), folder).folder)
            under = [row for row in done.table("attack").to_pylist() if row["state"] == "begins"]
            hit += len(under)
            alerts += [row | {"run": seed} for row in done.table("alert").to_pylist()]
            attempts = done.table("access_attempt").to_pylist()
            forged += sum(row["attack"] is not None for row in attempts)
            taken += sum(row["attack"] is not None and row["accepted"] for row in attempts)
            refused += sum(row["attack"] is None for row in attempts)
        found[name] = scored(alerts, to_us(30.0), hit)
        if forged:
            found[name] |= {"forged_lists": forged, "taken": taken, "honest_refused": refused}
    return found


def of_reports(folder: Path) -> dict[str, Row]:
    """Return the scores of altered reports, from the counts of one run's loops of 20 s over 20 minutes."""
    overrides = {
        "duration_s": "1200",
        "demand.inflow_vph": "8000",
        "warm_up_s": "0",
        "deployment.kits": "{loops: {mounts: [{at: approach, "
        "devices: [{preset: inductive_loop, ahead_m: -30, interval_s: 20}]}]}}",
        "deployment.sites": "[{name: huacheng, lon_deg: 113.31605, lat_deg: 23.12187, kit: loops}]",
    }
    done = open_run(run(load_spec(SCENARIO, Scenario, overrides), folder).folder)
    table = done.table("loop_interval").to_pydict()
    begin = np.array(table["t_us"])
    device, lane = np.array(table["device"], np.int64), np.array(table["lane"], np.int64)
    count = np.array([np.nan if value is None else value for value in table["count"]], float)
    names = [f"loop-{number}" for number in range(int(device.max()) + 1)]
    found: dict[str, Row] = {}
    for signed in (False, True):
        for change in ("none", "scale", "offset", "freeze", "replay"):
            values = {"kind": "tampered_report", "share": 0.5, "from_s": 600.0, "replay_s": 300.0}
            attack = TamperedReport.model_validate(values | {"change": "scale" if change == "none" else change})
            attacks = [] if change == "none" else [attack]
            rows: dict[str, list[Row]] = defaultdict(list)
            spec = ReportCheckSpec(signed=signed)
            channel = ReportChannel(Tampering(attacks, names, 2), spec, names, [0] * len(names), 1, Taker(rows))
            for t_us in np.unique(begin):
                at = begin == t_us
                channel.pass_on(int(t_us) + 20_000_000, 20_000_000, device[at], lane[at], count[at])
            checks = rows["report_check"]
            lies = [row for row in checks if row["attack"] is not None]
            right = sum(row["detectors"] != 0 for row in lies)
            wrong = sum(row["detectors"] != 0 for row in checks) - right
            found[f"tampered_report, {change}, {'signed' if signed else 'not signed'}"] = {
                "recall": right / len(lies) if lies else None,
                "precision": right / (right + wrong) if right + wrong else None,
                "honest_accused": wrong / (count.size - len(lies)),
                "alerts": len(rows["alert"]),
            }
    return found


def of_clients() -> dict[str, Row]:
    """Return the scores of clients: ten of them for an hour, one of which reads beyond from the 20th minute on; ten seeds."""
    found: dict[str, Row] = {}
    for name, way in (("read_beyond, closed", "closed"), ("read_beyond, widening", "widening"), ("no client beyond", "")):
        alerts: list[Row] = []
        for seed in range(10):
            clients = [ClientSpec(name=f"client-{k}", department="police", tables=("alarm",)) for k in range(10)]
            beyond = {"kind": "read_beyond", "client": "client-3", "way": way, "from_s": 1200.0, "per_min": 1.0}
            attacks = [ReadBeyond.model_validate(beyond)] if way else []
            rows: dict[str, list[Row]] = defaultdict(list)
            env = simpy.Environment()
            opened = Permissions([PermissionSpec(department="police", tables=("alarm", "trajectory"))])
            group = Clients(clients, attacks, opened, ["central"], seed, Taker(rows), ReadCheckSpec())
            for process in group.processes(env):
                env.process(process)
            env.run(until=to_us(3600.0))
            alerts += [row | {"run": seed} for row in rows["alert"]]
        found[name] = scored(alerts, to_us(1200.0), 10 if way else 0)
    return found


class Taker:
    """Keeps rows as they are logged."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        """Put them into ``rows``, by table."""
        self._rows = rows

    def append(self, table: str, columns: Any) -> None:
        """Take rows."""
        lists = [list(values) for values in columns.values()]
        self._rows[table] += [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = by_runs(Path(folder)) | of_reports(Path(folder)) | of_clients()
    if arguments.json:
        print(json.dumps(found, indent=1))
        return
    for name, row in found.items():
        print(name, {key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()})


if __name__ == "__main__":
    main()
