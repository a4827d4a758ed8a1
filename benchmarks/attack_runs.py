"""Detection of forged messages on whole runs of the CBD: real radio, sensors as witnesses, alerts that shut senders out.

What ``attack_detection.py --integrated`` measures: scenarios/tianhe_cbd.yaml with a LiDAR and a roadside unit at each
signalised junction, once for each kind of attack by 20 % of the connected vehicles. Nothing is set by kind.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from twin.eventlog.reader import Run, open_run
from twin.metrics.security import honest_findings, rank_correlation, security_figures, sender_figures, use_figures
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.preparation import Prepared, prepare
from twin.simulation.run import run_together
from twin.units import to_us
from twin.v2x.security.detectors import names_of

SCENARIO = Path(__file__).parent.parent / "scenarios" / "tianhe_cbd.yaml"
FIRST_S = 20.0
"""Attacks begin then, and what is before does not count."""

ATTACKERS = 0.2
KIT = "{junction_lidar: {mounts: [{devices: [{kind: lidar}]}], rsu: 1}}"


def prepared(attack: Mapping[str, Any], connected: float, seconds: float, like: Prepared | None) -> Prepared:
    """Return the run of one attack."""
    one = {"share": ATTACKERS, "from_s": FIRST_S, **attack}
    overrides = {
        "duration_s": str(FIRST_S + seconds),
        "warm_up_s": str(FIRST_S),
        "connected": f"{{share: {connected}}}",
        "attacks": json.dumps([one]),
        "deployment.kits": KIT,
        "log.vehicle_report_every_n": "1",
    }
    return prepare(load_spec(SCENARIO, Scenario, overrides), like=like)


def figures_of(run: Run, sets: Mapping[str, int]) -> dict[str, Any]:
    """Return what one run says of its only attack."""
    since_us = to_us(FIRST_S)
    found: dict[str, Any] = {"sets": {}}
    for chosen, bits in sets.items():
        (one,) = security_figures(run, bits, since_us).values()
        found["sets"][chosen] = {
            "precision": one.precision, "recall": one.recall, "f1": one.f1, "false_positive_rate": one.false_positive_rate,
        }  # fmt: skip
        found["lies"], found["messages"] = one.found + one.missed, one.found + one.missed + one.false + one.passed
    senders, use = sender_figures(run, since_us=since_us), use_figures(run, since_us)
    found["sender_precision"], found["sender_recall"] = senders.precision, senders.recall
    found["senders_honest"], found["senders_accused_wrongly"] = senders.false + senders.passed, senders.false
    found["lies_used"], found["honest_unused"] = use.lies_used, use.honest_unused
    found["honest_vehicles_unused"] = use.honest_vehicles_unused
    found["honest_found_by"] = {names_of(1 << bit)[0]: share for bit, share in honest_findings(run, since_us).items()}
    return found


def measure_runs(
    attacks: Mapping[str, Mapping[str, Any]], shares: Sequence[float], seconds: float, sets: Mapping[str, int],
    published: Mapping[str, tuple[float, float]],
) -> dict[str, Any]:  # fmt: skip
    """Return the figures of every attack at every share of connected vehicles, and the rank correlations of F1."""
    out: dict[str, Any] = {"seconds": seconds, "shares": {}}
    like: Prepared | None = None
    for share in shares:
        rows: dict[str, Any] = {}
        for name, attack in attacks.items():
            like = prepared(attack, share, seconds, like)
            with tempfile.TemporaryDirectory() as folder:
                (result,) = run_together([like], Path(folder))
                rows[name] = figures_of(open_run(result.folder), sets)
            print(json.dumps({"share": share, "attack": name, **rows[name]}), file=sys.stderr, flush=True)
        ranked = [name for name in published if name in rows]
        out["shares"][f"{share:g}"] = {
            "rows": rows,
            "rank_correlation_7am": {
                chosen: rank_correlation(
                    [rows[name]["sets"][chosen]["f1"] for name in ranked], [published[name][1] for name in ranked]
                )
                for chosen in sets
            },
            "rank_correlation_2am": {
                chosen: rank_correlation(
                    [rows[name]["sets"][chosen]["f1"] for name in ranked], [published[name][0] for name in ranked]
                )
                for chosen in sets
            },
        }
    return out


def table_of_runs(result: Mapping[str, Any], published: Mapping[str, tuple[float, float]]) -> str:
    """Return the tables of docs/security.md."""
    lines: list[str] = []
    for share, part in result["shares"].items():
        sets = list(part["rank_correlation_7am"])
        lines += [f"### {float(share):.0%} of the vehicles connected, {result['seconds']:g} s", ""]
        head = ["attack", "F1 published, 7 am", *sets, "senders accused", "lies used", "honest not used"]
        lines += ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
        for name, row in part["rows"].items():
            cells = ["{precision:.3f} / {recall:.3f} / **{f1:.3f}**".format(**row["sets"][chosen]) for chosen in sets]
            known = f"{published[name][1]:.3f}" if name in published else "-"
            senders = f"{row['sender_precision']:.3f} / {row['sender_recall']:.3f}"
            shares = (f"{row['lies_used']:.3f}", f"{row['honest_vehicles_unused']:.3f}")
            lines.append("| " + " | ".join([name.replace("_", " "), known, *cells, senders, *shares]) + " |")
        for hour in ("2 am", "7 am"):
            told = ", ".join(f"{chosen} {value:.2f}" for chosen, value in part[f"rank_correlation_{hour[0]}am"].items())
            lines += ["", f"Spearman's rank correlation of F1 with the published one of {hour}: {told}."]
        rows = [row for row in part["rows"].values() if not math.isnan(row["lies_used"])]
        rates = {chosen: sum(row["sets"][chosen]["false_positive_rate"] for row in rows) / len(rows) for chosen in sets}
        told = ", ".join(f"{rate:.4f} ({chosen})" for chosen, rate in rates.items())
        by: dict[str, float] = {}
        for row in rows:
            for detector, value in row["honest_found_by"].items():
                by[detector] = by.get(detector, 0.0) + value / len(rows)
        most = ", ".join(f"`{name}` {value:.5f}" for name, value in sorted(by.items(), key=lambda one: -one[1]) if value > 1e-5)
        lines += ["", f"Share of honest messages suspected, mean over the runs: {told}. By detector: {most}.", ""]
    return "\n".join(lines)
