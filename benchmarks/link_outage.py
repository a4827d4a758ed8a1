"""The uplink of every MEC is out for a minute of the peak: what was delayed, lost, recovered, to the message.

``python benchmarks/link_outage.py [--scenario FILE] [--json]``. The traffic and all draws are the same in each row.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from twin.eventlog.reader import open_run
from twin.metrics.outages import outage_account
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.run import run
from twin.units import to_us

WAYS: dict[str, dict[str, str]] = {
    "store, newest dropped": {},
    "store, oldest dropped": {"links.mec_to_cloud.discard": "oldest"},
    "store, room for 20,000": {"links.mec_to_cloud.queue_messages": "20000"},
    "drop": {"links.mec_to_cloud.during_outage": "drop"},
}


def main() -> None:
    """Run the scenario once for each way and print what became of the messages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="scenarios/tianhe_cbd.yaml")
    parser.add_argument("--from-s", type=float, default=120.0)
    parser.add_argument("--duration-s", type=float, default=300.0)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    from_s, until_s = options.from_s, options.from_s + 60.0
    rows: list[dict[str, Any]] = []
    for name, keys in WAYS.items():
        outage = f"[{{hop: mec_to_cloud, from_s: {from_s}, until_s: {until_s}}}]"
        overrides = {"duration_s": str(options.duration_s), "warm_up_s": "60", "links.outages": outage, **keys}
        scenario = load_spec(Path(options.scenario), Scenario, overrides)
        with tempfile.TemporaryDirectory() as folder:
            log = open_run(run(scenario, Path(folder)).folder)
            account = outage_account(log, "mec_to_cloud", to_us(from_s), to_us(until_s))
        closes = account.offered == account.recovered + account.behind + sum(account.lost.values())
        rows.append({"way": name, **asdict(account), "closes": closes})
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


if __name__ == "__main__":
    main()
