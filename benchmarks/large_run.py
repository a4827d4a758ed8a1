"""How large a single run can be: processor time and memory of one process over vehicles and devices of the CBD.

    python benchmarks/large_run.py [--duration S] [--json]

``first_density``'s junctions and its row of LiDARs every 200 m, at 2,000 and 5,000 vehicles an hour. Each run is a process of
its own, kernels compiled before. The real-time factor is simulated time over processor time; building the run is in it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from twin import open_run
from twin.eventlog.run_folder import find_runs

SCENARIO: Final = Path(__file__).parent.parent / "scenarios" / "tianhe_cbd.yaml"
INFLOW_VPH: Final = (2_000, 5_000)
ALONG: Final = "{kind: along_roads, kit: junction_lidar, spacing_m: 200, classes: [primary, secondary]}"
JUNCTIONS: Final = "{kind: signalised_junctions, kit: junction_lidar}"
RULES: Final = {"junctions": f"[{JUNCTIONS}]", "junctions + 200 m": f"[{JUNCTIONS}, {ALONG}]"}
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024


def spent(inflow_vph: int, rules: str, duration_s: float) -> dict[str, Any]:
    """Run the CBD once and return what it took."""
    with tempfile.TemporaryDirectory() as out:
        settings = {"demand.inflow_vph": inflow_vph, "demand.profile": [], "deployment.rules": rules, "duration_s": duration_s}
        settings |= {"warm_up_s": 0}
        command = [sys.executable, "-c", "from twin.cli import main; main()", "run", str(SCENARIO), "--quiet", "--out", out]
        for key, value in settings.items():
            command += ["--set", f"{key}={value}"]
        process = subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"})  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
        (folder,) = find_runs(Path(out))
        run = open_run(folder)
        bytes_written = sum(path.stat().st_size for path in folder.rglob("*.arrow"))
        times, counts = run.table("trajectory")["t_us"].value_counts().flatten()
        last = max(range(len(times)), key=lambda i: int(times[i].as_py()))
        cpu_s = usage.ru_utime + usage.ru_stime
        return {
            "vehicles_at_the_end": int(counts[last].as_py()),
            "devices": run.table("device_spec").num_rows,
            "cpu_s": cpu_s,
            "real_time_factor": duration_s / cpu_s,
            "peak_rss_mb": usage.ru_maxrss * _RSS_UNIT / 1e6,
            "log_mb": bytes_written / 1e6,
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--duration", type=float, default=300.0)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    given = parser.parse_args()
    spent(INFLOW_VPH[0], RULES["junctions + 200 m"], 1.0)  # kernels, map
    table = [
        {"inflow_vph": inflow_vph, "deployment": name} | spent(inflow_vph, rules, given.duration)
        for inflow_vph in INFLOW_VPH
        for name, rules in RULES.items()
    ]
    print(json.dumps(table) if given.json else json.dumps(table, indent=2))


if __name__ == "__main__":
    main()
