"""The uplink of every MEC is out for a minute of the peak: what was delayed, lost, recovered, to the message.

``python benchmarks/link_outage.py [--scenario FILE] [--json] [--picture docs/images/outage.png]``. The traffic and all draws
are the same in each row. The picture shows how old the regional clouds' newest news is of vehicles that the edge has news of.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run, open_run
from twin.metrics.outages import outage_account
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run
from twin.units import US_PER_S, to_us

HOP, OUTAGE_S = "mec_to_cloud", 60.0
THIN_MBPS = 0.5
WAYS: dict[str, dict[str, str]] = {
    "store, newest dropped": {},
    "store, oldest dropped": {"links.mec_to_cloud.discard": "oldest"},
    "store, room for 20,000": {"links.mec_to_cloud.queue_messages": "20000"},
    f"the same, {THIN_MBPS} Mbit/s": {
        "links.mec_to_cloud.queue_messages": "20000",
        "links.mec_to_cloud.rate_mbps": str(THIN_MBPS),
    },
    "drop": {"links.mec_to_cloud.during_outage": "drop"},
}
FRESH_AT_THE_EDGE_US = 1_000_000


def whole_run(log: Run) -> dict[str, Any]:
    """Return what became of all messages of a run: delivered in the cloud, lost by hop and cause, under way at the end."""
    table = log.table("message").select(["cloud_age_us", "lost_hop", "lost_cause"])
    hops, causes = (table.column(name).to_pylist() for name in ("lost_hop", "lost_cause"))
    lost = Counter(f"{hop} {cause}" for hop, cause in zip(hops, causes, strict=True) if hop is not None)
    delivered = len(table) - table.column("cloud_age_us").null_count
    stat = log.table("link_state")
    of_hop = np.array([hop == HOP for hop in stat.column("hop").to_pylist()], bool)
    columns = ("offered", "delivered", "lost_overflow", "lost_error", "lost_outage")
    lines = {name: int(stat.column(name).to_numpy()[of_hop].sum()) for name in columns}
    return {"sent": len(table), "delivered": delivered, "lost": dict(sorted(lost.items())),
            "under_way": len(table) - delivered - lost.total(), "lines": lines}  # fmt: skip


def drains(log: Run, rate_mbps: float, from_us: int, until_us: int) -> list[tuple[float, float, float]]:
    """Return for each MEC's line its load r in the outage, the time to work off the backlog, and a fluid's, T r / (1 - r)."""
    devices = log.table("device_spec").select(["device", "site"]).to_pydict()
    mec_of_site = dict(zip(*log.table("site").select(["site", "mec"]).to_pydict().values(), strict=True))
    mec = np.zeros(max(devices["device"]) + 1, np.int64)
    mec[devices["device"]] = [mec_of_site[site] for site in devices["site"]]
    table = log.table("message").select(["t_us", "device", "bytes", "mec_age_us"]).drop_null()
    arrival_us = table.column("t_us").to_numpy() + table.column("mec_age_us").to_numpy()
    during = (arrival_us >= from_us) & (arrival_us < until_us)
    work_s = np.bincount(
        mec[table.column("device").to_numpy()[during]], table.column("bytes").to_numpy()[during] * 8e-6 / rate_mbps
    )
    out_s, rows = (until_us - from_us) / US_PER_S, []
    for line in np.flatnonzero(work_s).tolist():
        found = outage_account(log, HOP, from_us, until_us, line).backlog_s
        load = float(work_s[line]) / out_s
        if found is not None and load < 1.0:
            rows.append((load, found, out_s * load / (1.0 - load)))
    return rows


def ages(log: Run) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the sampling instants (s) and the median age (s) in the regional clouds of vehicles that the edge sees."""
    table = log.table("age_of_information").select(["t_us", "edge_age_us", "regional_age_us"]).drop_null()
    t_us, edge_us, age_us = (table.column(name).to_numpy() for name in table.column_names)
    seen = edge_us <= FRESH_AT_THE_EDGE_US
    instants = np.unique(t_us[seen])
    return instants / US_PER_S, np.array([np.median(age_us[seen & (t_us == at)]) for at in instants]) / US_PER_S


def draw(path: Path, curves: dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]], from_s: float) -> None:
    """Write the picture of ages over time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.8, 3.4), dpi=150, layout="constrained")
    axes = figure.subplots()
    axes.axvspan(from_s, from_s + OUTAGE_S, color="#d1495b", alpha=0.12, label="uplinks out")
    for name, (t_s, age_s) in curves.items():
        axes.plot(t_s, age_s, label=name, linewidth=1.2)
    axes.set(xlabel="time (s)", ylabel="age in the regional cloud, median (s)", xlim=(from_s - 30.0, None))
    axes.set_yscale("log")
    axes.legend(fontsize=7)
    figure.savefig(path)


def main() -> None:
    """Run the scenario once for each way and print what became of the messages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="scenarios/tianhe_cbd.yaml")
    parser.add_argument("--from-s", type=float, default=120.0)
    parser.add_argument("--duration-s", type=float, default=300.0)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--picture", type=Path, help="write the picture of ages")
    options = parser.parse_args()
    from_s, until_s = options.from_s, options.from_s + OUTAGE_S
    window = (to_us(from_s), to_us(until_s))
    rows: list[dict[str, Any]] = []
    curves = {}
    for name, keys in WAYS.items():
        outage = f"[{{hop: {HOP}, from_s: {from_s}, until_s: {until_s}}}]"
        overrides = {"duration_s": str(options.duration_s), "warm_up_s": "60", "links.outages": outage, "log.age_period_s": "1"}
        scenario = load_spec(Path(options.scenario), Scenario, overrides | keys)
        with tempfile.TemporaryDirectory() as folder:
            log = open_run(run(scenario, Path(folder)).folder)
            account, whole = outage_account(log, HOP, *window), whole_run(log)
            drained = (
                drains(log, scenario.spec.links.mec_to_cloud.rate_mbps, *window) if "room" in name or "same" in name else []
            )
            curves[name] = ages(log)
        closes = account.offered == account.recovered + account.behind + sum(account.lost.values())
        lines = whole["lines"]
        closes &= lines["offered"] >= lines["delivered"] + sum(lines[f"lost_{why}"] for why in ("overflow", "error", "outage"))
        rows.append({"way": name, **asdict(account), "whole": whole, "drains": drained, "closes": bool(closes)})
    if options.picture:
        draw(options.picture, curves, from_s)
    if options.json:
        print(json.dumps({"closes": all(row["closes"] for row in rows), "rows": rows}))
        return
    print("| during the outage | touched | recovered | behind | lost | backlog gone after | delay p50 | max |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        lost = ", ".join(f"{count:,} {cause}" for cause, count in row["lost"].items()) or "0"
        delays = " | ".join("-" if row[key] is None else f"{row[key] / 1000:.2f} s" for key in ("delay_p50_ms", "delay_max_ms"))
        gone = "-" if row["backlog_s"] is None else f"{row['backlog_s']:.2f} s"
        print(f"| {row['way']} | {row['offered']:,} | {row['recovered']:,} | {row['behind']:,} | {lost} | {gone} | {delays} |")
    print("the sums close exactly" if all(row["closes"] for row in rows) else "A SUM DOES NOT CLOSE")
    for row in rows:
        whole = row["whole"]
        print(f"{row['way']}: sent {whole['sent']:,} = delivered {whole['delivered']:,} + lost {whole['lost']} "
              f"+ under way {whole['under_way']:,}")  # fmt: skip
        for load, found_s, fluid_s in row["drains"]:
            print(f"  load {load:.4f}: backlog gone after {found_s:.2f} s, fluid {fluid_s:.2f} s")


if __name__ == "__main__":
    main()
