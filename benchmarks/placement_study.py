"""What optimised sites are worth in the CBD: ``twin place`` as shipped, where uniform spacing perceives about half.

    python benchmarks/placement_study.py [--budget-cny 45e6] [--out DIR] [--json]

Chosen on two seeds, judged on five others with a fifth more demand, beside uniform spacing and busiest junctions first at the
same cost (``scenarios/placement/tianhe_cbd.yaml``). With ``--out`` what was simulated is kept there for other budgets.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

PLACEMENT: Final = Path(__file__).parent.parent / "scenarios" / "placement" / "tianhe_cbd.yaml"
UNIFORM: Final = "uniform"
OPTIMISED: Final = "optimised"


def study(out: Path, budget_cny: float) -> dict[str, Any]:
    """Return shares perceived by choice, the lead over uniform spacing and the bound on what is left."""
    command = [sys.executable, "-c", "from twin.cli import main; main()", "place", str(PLACEMENT), "--quiet"]
    command += ["--budget", f"{budget_cny:g}", "--out", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    (file,) = out.glob("*/curve.parquet")
    rows = {row["choice"]: row for row in pq.read_table(file).to_pylist()}
    best = rows[OPTIMISED]
    return {
        "budget_cny": budget_cny,
        "sites": best["sites"],
        "shares": {name: round(row["share"], 4) for name, row in rows.items()},
        "uniform_share": round(rows[UNIFORM]["share"], 4),
        "lead_percent": round(100.0 * rows[UNIFORM]["optimised_gain"], 2),
        "lead_half_width_percent": round(100.0 * rows[UNIFORM]["optimised_gain_half_width"], 2),
        "gap_percent": round(100.0 * (1.0 - best["training_value_share"] / best["bound_share"]), 2),
    }


def main() -> None:
    """Place, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget-cny", type=float, default=45e6)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = study(given.out or Path(folder), given.budget_cny)
    print(json.dumps(found) if given.json else json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
