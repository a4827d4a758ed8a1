"""Hops against queueing theory over 20 million messages and more: ``python benchmarks/queue_theory.py [--json]``.

One row a case: the mean over 64 independent queues, half of its 99.9 % t-interval, the theory, the difference. Each queue
begins empty; its first tenth of messages is left out.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
lab: Any = importlib.import_module("tests.verification.queue_lab")
theory: Any = importlib.import_module("tests.verification.queue_theory")

QUEUES = 64
UTILISATIONS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)


def cases(messages: int) -> Iterator[tuple[str, float, Any, float]]:
    """Yield name, utilisation, means of the queues and theory; ``messages`` of each queue, four times as many from 0.9 on."""
    for rho in UTILISATIONS:
        each = messages * (4 if rho >= 0.9 else 1)
        for name, exponential, wait in (("M/M/1 wait", True, theory.wait_mm1), ("M/D/1 wait", False, theory.wait_md1)):
            yield name, rho, lab.fifo(11, rho, exponential=exponential, messages=each)[0], wait(rho)
        for room in (3, 10):
            share, expected = theory.md1k(rho, room)
            found, lost = lab.fifo(12, rho, exponential=False, room=room, messages=each)
            yield f"M/D/1/{room} wait", rho, found, expected
            if share * each * QUEUES > 1000:
                yield f"M/D/1/{room} loss", rho, lost, share
        yield "D/M/1 age of information", rho, lab.ages(13, rho, messages=each), theory.age_dm1(rho)
    rhos = [0.2, 0.3, 0.3]
    waits = lab.ordered(14, rhos, messages=messages)
    for number, expected in enumerate(theory.waits_priorities(rhos)):
        yield f"M/M/1, class {number} of 3", 0.8, waits[:, number], expected
    for servers in (2, 4):
        yield (
            f"M/M/{servers} wait",
            0.8,
            lab.ordered(15, [0.8], servers=servers, messages=messages)[:, 0],
            theory.wait_mmc(0.8, servers),
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--messages", type=int, default=20_000, help="messages of each of the 64 queues of a case")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    total = 0
    row: dict[str, Any]
    for name, rho, means, expected in cases(options.messages):
        total += QUEUES * options.messages * (4 if rho >= 0.9 else 1)
        half = lab.half_width(means)
        difference = float(means.mean() / expected - 1.0)
        row = {"case": name, "rho": rho, "found": float(means.mean()), "half_width": float(half), "theory": float(expected)}
        inside = bool(abs(means.mean() - expected) <= half)
        rows.append(row | {"difference": difference, "inside": inside, "holds": inside or abs(difference) <= 0.02})
    for rho in (0.3, 0.6, 0.9):
        found = lab.outage(rho, 5)
        for name, one, expected in zip(("clearing", "delayed", "delay"), found, theory.outage_fluid(rho, 5.0), strict=True):
            row = {"case": f"outage, {name}", "rho": rho, "found": float(one), "half_width": 0.0, "theory": float(expected)}
            difference = float(one / expected - 1.0)
            rows.append(row | {"difference": difference, "inside": False, "holds": abs(difference) <= 0.02})
    if options.json:
        worst = float(np.max([abs(row["difference"]) for row in rows]))
        print(
            json.dumps({"messages": total, "hold": all(row["holds"] for row in rows), "worst_difference": worst, "rows": rows})
        )
        return
    print("| case | utilisation | found | 99.9 % interval | theory | difference | inside |\n|---|---|---|---|---|---|---|")
    for row in rows:
        half = f"± {row['half_width']:.4f}" if row["half_width"] else "-"
        verdict = "yes" if row["inside"] else ("within 2 %" if row["holds"] else "NO")
        print(
            f"| {row['case']} | {row['rho']:g} | {row['found']:.4f} | {half} | {row['theory']:.4f} "
            f"| {100 * row['difference']:+.2f} % | {verdict} |"
        )
    print(f"\n{total:,} messages; all hold: {all(row['holds'] for row in rows)}")


if __name__ == "__main__":
    main()
