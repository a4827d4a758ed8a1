"""How well forged messages are noticed on the CBD, by kind of attack and set of detectors.

    python benchmarks/attack_detection.py [--seconds 180] [--rate 10] [--equipped 1.0] [--json] [--page docs/security.md]
    python benchmarks/attack_detection.py --integrated --seconds 120 --equipped 1.0 0.3 [--json] [--page docs/security.md]

Traffic is that of scenarios/tianhe_cbd.yaml, vehicles and their errors are simulated; radio and sensors are simple: every
signalised junction receives all within 300 m after 20 ms; sensors there report 90 % of the vehicles within 80 m at each
instant, with errors of 0.5 m along each axis and no false objects. One pass for each kind of attack by 20 % of the equipped
vehicles; nothing is set by kind. ``judge_all`` takes any stream of ticks. ``--integrated`` measures whole runs instead, with
the radio, the sensors, the links and the alerts of the simulation: see ``attack_runs.py``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy
from pydantic import TypeAdapter

from attack_runs import measure_runs, table_of_runs
from twin.eventlog.recorder import Recorder
from twin.metrics.security import rank_correlation, score, score_senders
from twin.rng import stream_key
from twin.roadnet.cache import load_network
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.traffic.ground_truth import VEHICLE_CLASSES
from twin.traffic.process import Traffic
from twin.units import to_us
from twin.v2x.security.alerts import Alerts, AlertsSpec
from twin.v2x.security.attack_spec import AttackSpec
from twin.v2x.security.attacks import Attackers
from twin.v2x.security.cross_sensor import Evidence
from twin.v2x.security.detector_spec import DETECTORS, Detector, DetectorsSpec
from twin.v2x.security.detectors import Detectors, bits_of
from twin.v2x.security.drawing import draws
from twin.v2x.security.raster import Raster, raster_of_discs, road_raster
from twin.v2x.security.vehicle_messages import Received, VehicleMessages, honest_messages

SCENARIO = Path(__file__).parent.parent / "scenarios" / "tianhe_cbd.yaml"
TICK_US = 100_000
FIRST_S = 60.0
REACH_M, LATENCY_US = 300.0, 20_000
SEEN_M, COVERED_M, RECALL, SEEN_ERROR_M = 80.0, 75.0, 0.9, 0.5
GNSS_M, GNSS_S, SPEED_MPS, HEADING_RAD, ACCELERATION_MPS2 = 1.0, 60.0, 0.1, 0.017, 0.1
"""Errors of honest vehicles: of places along each axis, slowly changing (first-order Gauss-Markov), so that 68 % are within
1.5 m (SAE J2945/1); of the others new each time, assumed."""

PUBLISHED = {
    "random_position_offset": (0.940, 0.962), "zero_speed": (0.907, 0.851), "position_offset": (0.846, 0.560),
    "random_speed_offset": (0.808, 0.767), "speed_offset": (0.637, 0.458), "reversed_heading": (0.593, 0.578),
    "dos": (0.353, 0.206), "replay": (0.273, 0.342), "sybil": (0.259, 0.135), "delay": (0.062, 0.024),
    "sudden_stop": (0.029, 0.018),
}  # fmt: skip
"""F1 of the baseline of VeReMi NextGen (CaTCH) by kind: town with low density (2 am), with high density (7 am)."""

OTHERS: dict[str, dict[str, Any]] = {
    "delay, old stamps": {"kind": "delay", "restamp": False},
    "replay, old stamps": {"kind": "replay", "restamp": False},
    "replay as the victim": {"kind": "replay", "identity": "victim"},
    "random_position": {}, "constant_position": {}, "random_speed": {}, "constant_speed": {}, "feigned_braking": {},
    "ghost_vehicle": {},
}  # fmt: skip
"""Further attacks, which the published ordering has not."""

PLAUSIBILITY: tuple[Detector, ...] = (
    "range",
    "speed",
    "acceleration",
    "speed_change",
    "heading_change",
    "heading_motion",
    "position_speed",
)
SETS = {
    "plausibility": bits_of(PLAUSIBILITY),
    "+ road": bits_of((*PLAUSIBILITY, "off_road")),
    "+ arrival": bits_of((*PLAUSIBILITY, "off_road", "acceleration_speed", "freshness", "sequence", "rate", "appearance")),
    "+ sensors": bits_of(DETECTORS),
}
"""Sets of detectors, each with those before: one vehicle's own claims; the map; when messages come; what sensors see."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tick:
    """One instant of the stream."""

    t_us: int
    honest: VehicleMessages
    x_m: Floats
    """Where each antenna really is, in the order of ``honest``, which is that of the vehicles."""
    y_m: Floats
    evidence: Evidence


def recorded(scenario: Scenario, network: RoadNetwork, seconds: float, equipped: float) -> tuple[list[Tick], Traffic]:
    """Return the messages that the CBD's equipped vehicles honestly send, ten a second, with what sensors see."""
    end_us = to_us(FIRST_S + seconds)
    traffic = Traffic(
        network, scenario.demand, scenario.signals, scenario.seed, end_us, Recorder(Path()), base=SCENARIO.parent
    )  # fmt: skip
    env = simpy.Environment()
    traffic.start(env)
    sites = np.array([(junction.x_m, junction.y_m) for junction in network.junctions if junction.signalised])
    covered = raster_of_discs(sites[:, 0], sites[:, 1], np.full(len(sites), COVERED_M))
    keys = {name: stream_key(scenario.seed, f"benchmark/{name}") for name in ("unit", "place", "noise", "seen", "error")}
    memory = np.zeros((traffic.trips.count + 1, 3))
    driven = np.array([name not in ("pedestrian", "electric_bicycle") for name in VEHICLE_CLASSES])
    ticks: list[tuple[Tick, npt.NDArray[np.int64], Floats]] = []
    for t_us in range(to_us(FIRST_S), end_us, TICK_US):
        env.run(until=t_us)
        truth = traffic.now(t_us)
        rows = np.flatnonzero(driven[truth.klass] & (truth.vehicle < traffic.trips.count))
        rows = rows[np.argsort(truth.vehicle[rows])]
        vehicle, frame = truth.vehicle[rows].astype(np.int64), t_us // TICK_US
        x_m, y_m, v_mps = truth.x_m[rows], truth.y_m[rows], truth.speed_mps[rows]
        near = np.min(np.hypot(x_m[:, None] - sites[:, 0], y_m[:, None] - sites[:, 1]), axis=1)
        chance = draws(keys["seen"], frame, vehicle)[:, 0]
        seen = (near < SEEN_M) & (chance < RECALL)
        error = SEEN_ERROR_M * _normals(draws(keys["error"], frame, vehicle))[seen]
        evidence = Evidence(t_us, x_m[seen] + error[:, 0], y_m[seen] + error[:, 1], covered)
        units = draws(keys["unit"], 0, vehicle)[:, 0] < equipped
        rows, vehicle, x_m, y_m, v_mps = rows[units], vehicle[units], x_m[units], y_m[units], v_mps[units]
        keep = np.exp(-TICK_US / 1e6 / GNSS_S)
        new = memory[vehicle, 2] < 0.5
        fresh = _normals(draws(keys["place"], frame, vehicle))
        memory[vehicle, :2] = np.where(
            new[:, None], GNSS_M * fresh, keep * memory[vehicle, :2] + GNSS_M * np.sqrt(1 - keep**2) * fresh
        )
        noise = _normals(draws(keys["noise"], frame, vehicle))
        before = ticks[-1] if ticks else None
        acceleration = np.zeros(vehicle.size) if before is None else _change(before[1], before[2], vehicle, v_mps)
        memory[vehicle, 2] = 1.0
        content = (
            x_m + memory[vehicle, 0],
            y_m + memory[vehicle, 1],
            np.maximum(v_mps + SPEED_MPS * noise[:, 0], 0.0),
            truth.heading_rad[rows] + HEADING_RAD * noise[:, 1],
            acceleration + ACCELERATION_MPS2 * fresh[:, 0],
        )
        count = np.full(vehicle.size, frame)
        said = honest_messages(t_us, 1_000_000 + vehicle, count, content, vehicle.astype(np.int32))
        ticks.append((Tick(t_us, said, x_m, y_m, evidence), vehicle, v_mps))
    return [tick for tick, _, _ in ticks], traffic


def _normals(chance: Floats) -> Floats:
    """Return two independent standard normals for each row of four uniforms (Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log(chance[:, 0]))
    turn = 2.0 * np.pi * chance[:, 1]
    return np.column_stack((radius * np.cos(turn), radius * np.sin(turn)))


def _change(before: npt.NDArray[np.int64], speed_before: Floats, vehicle: npt.NDArray[np.int64], speed_mps: Floats) -> Floats:
    """Return the acceleration (m/s2) since the last tick; 0 for those who were not there."""
    at = np.minimum(np.searchsorted(before, vehicle), before.size - 1)
    change: Floats = np.where(before[at] == vehicle, (speed_mps - speed_before[at]) / (TICK_US / 1e6), 0.0)
    return change


def thinned(ticks: Sequence[Tick], rate_hz: float) -> list[Tick]:
    """Return every n-th tick, with counters that go on by one."""
    step = round(1e6 / TICK_US / rate_hz)
    return [
        Tick(
            tick.t_us,
            tick.honest.changed(slice(None), sequence=tick.honest.sequence // step),
            tick.x_m,
            tick.y_m,
            tick.evidence,
        )
        for tick in ticks[::step]
    ]


def received(tick: Tick, sent: VehicleMessages, sites: Floats) -> Received:
    """Return what the junctions have of the messages ``sent``: all within reach of the antenna, after a fixed time."""
    at = np.minimum(np.searchsorted(tick.honest.vehicle, sent.vehicle), tick.x_m.size - 1)
    away_m = np.hypot(tick.x_m[at][:, None] - sites[:, 0], tick.y_m[at][:, None] - sites[:, 1])
    there = (tick.honest.vehicle[at] == sent.vehicle)[:, None]  # who has left the map is out of reach
    message, receiver = np.nonzero((away_m <= REACH_M) & there)
    heard = sent.take(message)
    return Received(heard, receiver.astype(np.int32), heard.transmit_us + LATENCY_US)


@dataclass(frozen=True)
class Judged:
    """All received messages of one pass."""

    attack: npt.NDArray[np.int8]
    verdict: npt.NDArray[np.uint16]
    sender: npt.NDArray[np.int64]
    used: npt.NDArray[np.bool_]
    judge_s: float


def judge_all(
    ticks: Iterable[Tick],
    attackers: Attackers,
    detectors: Detectors,
    alerts: Alerts,
    receive: Callable[[Tick, VehicleMessages], Received],
    area: tuple[float, float, float, float],
) -> Judged:
    """Return the verdicts on a stream of ticks, whatever makes it and whichever radio ``receive`` is."""
    parts, judge_s = [], 0.0
    for tick in ticks:
        heard = receive(tick, attackers.alter(tick.honest, tick.t_us, area))
        began_s = time.perf_counter()
        verdict = detectors.judge(heard, tick.evidence)
        judge_s += time.perf_counter() - began_s
        alerts.update(heard, verdict)
        used = alerts.used(heard.messages.sender, tick.t_us + TICK_US)
        parts.append((heard.messages.attack, verdict, heard.messages.sender, used))
    attack, verdict, sender, used = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Judged(attack, verdict, sender, used, judge_s)


def entries_of(network: RoadNetwork, traffic: Traffic) -> Raster:
    """Return where vehicles may appear: where the outside world drives in, and where trips within the map begin."""
    first = np.unique(traffic.trips.route_edge[traffic.trips.route_offset[:-1]])
    x_m, y_m = (
        np.concatenate([network.polyline(int(edge))[axis] for edge in np.union1d(first, network.entry_edges)])
        for axis in (0, 1)
    )
    return raster_of_discs(x_m, y_m, np.full(x_m.size, 30.0))


def rows_of(name: str, judged: Judged) -> Iterator[dict[str, Any]]:
    """Return the score of one attack with each set of detectors."""
    lies = judged.attack > 0
    for number, (chosen, bits) in enumerate(SETS.items()):
        one = score(lies, (judged.verdict & bits) > 0)
        row = {
            "attack": name, "detectors": chosen, "lies": int(np.count_nonzero(lies)), "messages": int(lies.size),
            "precision": one.precision, "recall": one.recall, "f1": one.f1, "false_positive_rate": one.false_positive_rate,
        }  # fmt: skip
        if number == len(SETS) - 1:
            senders = score_senders(judged.sender, lies, ~judged.used)
            row |= {"sender_precision": senders.precision, "sender_recall": senders.recall}
            row["found_by"] = {
                detector: round(float(np.mean(judged.verdict[lies] >> place & 1)), 3)
                for place, detector in enumerate(DETECTORS)
            }
            row["honest_found_by"] = {
                detector: round(float(np.mean(judged.verdict[~lies] >> place & 1)), 5)
                for place, detector in enumerate(DETECTORS)
            }
        yield row


def measure(seconds: float, rates: Sequence[float], equipped: float, names: Sequence[str]) -> dict[str, Any]:
    """Return every score, and the rank correlations with the published ordering."""
    scenario = load_spec(SCENARIO, Scenario).spec
    network = load_network(SCENARIO.parent / scenario.map)
    ticks, traffic = recorded(scenario, network, seconds, equipped)
    sites = np.array([(junction.x_m, junction.y_m) for junction in network.junctions if junction.signalised])
    spec = DetectorsSpec()
    road = road_raster(network, traffic.graph, spec.behind_m + spec.position_error_m)
    entries = entries_of(network, traffic)
    area = tuple(float(end(axis)) for end in (np.min, np.max) for axis in (network.node_x_m, network.node_y_m))
    out: dict[str, Any] = {"seconds": seconds, "equipped": equipped, "junctions": len(sites), "rates": {}}
    for rate_hz in rates:
        stream = thinned(ticks, rate_hz)
        rows: list[dict[str, Any]] = []
        judged_messages, judge_s = 0, 0.0
        for name in names:
            one = TypeAdapter(AttackSpec).validate_python({"kind": name} | OTHERS.get(name, {}))
            judged = judge_all(
                stream,
                Attackers([one], scenario.seed, round(1e6 / rate_hz)),
                Detectors(spec, sites[:, 0], sites[:, 1], road, entries),
                Alerts(AlertsSpec()),
                lambda tick, sent: received(tick, sent, sites),
                (area[0], area[1], area[2], area[3]),
            )
            judged_messages, judge_s = judged_messages + judged.attack.size, judge_s + judged.judge_s
            rows += rows_of(name, judged)
        ranked = [name for name in PUBLISHED if name in names]
        by = {
            chosen: [next(row["f1"] for row in rows if (row["attack"], row["detectors"]) == (name, chosen)) for name in ranked]
            for chosen in SETS
        }
        out["rates"][f"{rate_hz:g}"] = {
            "rank_correlation_2am": {
                chosen: rank_correlation(f1, [PUBLISHED[name][0] for name in ranked]) for chosen, f1 in by.items()
            },
            "rank_correlation_7am": {
                chosen: rank_correlation(f1, [PUBLISHED[name][1] for name in ranked]) for chosen, f1 in by.items()
            },
            "judged_per_s": judged_messages / judge_s,
            "rows": rows,
        }
    return out


def table_of(result: dict[str, Any]) -> str:
    """Return the tables of docs/security.md."""
    told = f"{result['seconds']:g} s of the CBD, {result['junctions']} receivers, {result['equipped']:.0%} of vehicles equipped"
    lines = [told + ", 20 % of those attack. Each cell: precision / recall / **F1** of messages."]
    for rate, part in result["rates"].items():
        lines += ["", f"### {rate} messages a second", ""]
        head = ["attack", "F1 published, 2 am / 7 am", *SETS, "senders, quarantined"]
        lines += ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
        names = list(dict.fromkeys(row["attack"] for row in part["rows"]))
        for name in names:
            rows = [row for row in part["rows"] if row["attack"] == name]
            cells = [f"{row['precision']:.3f} / {row['recall']:.3f} / **{row['f1']:.3f}**" for row in rows]
            last = rows[-1]
            senders = f"{last['sender_precision']:.3f} / {last['sender_recall']:.3f}"
            known = " / ".join(f"{one:.3f}" for one in PUBLISHED[name]) if name in PUBLISHED else "-"
            lines.append("| " + " | ".join([name.replace("_", " "), known, *cells, senders]) + " |")
        for hour, key in (("2 am", "rank_correlation_2am"), ("7 am", "rank_correlation_7am")):
            told = ", ".join(f"{chosen} {value:.2f}" for chosen, value in part[key].items())
            lines += ["", f"Spearman's rank correlation of F1 with the published one of {hour}: {told}."]
        rates = ", ".join(
            f"{row['false_positive_rate']:.4f} ({row['detectors']})" for row in part["rows"] if row["attack"] == names[0]
        )
        lines += ["", f"Share of honest messages suspected, first attack: {rates}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write the page where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--rate", type=float, nargs="+", default=[10.0, 2.0], help="messages a second; 10 over a whole number")
    parser.add_argument("--equipped", type=float, nargs="+", default=[1.0], help="share of vehicles with a unit")
    parser.add_argument("--integrated", action="store_true", help="measure whole runs, at each of the shares")
    parser.add_argument("--attacks", nargs="+", default=[*PUBLISHED, *OTHERS], help="kinds")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.add_argument("--page", type=Path, help="page whose tables are to be replaced")
    options = parser.parse_args()
    if options.integrated:
        attacks = {name: {"kind": name} | OTHERS.get(name, {}) for name in options.attacks}
        result = measure_runs(attacks, options.equipped, options.seconds, SETS, PUBLISHED)
        table, of = table_of_runs(result, PUBLISHED), "attack_detection.py --integrated"
    else:
        result = measure(options.seconds, options.rate, options.equipped[0], options.attacks)
        table, of = table_of(result), "attack_detection.py"
    print(json.dumps(result) if options.json else table)
    if options.page:
        begin, end = f"<!-- begin: made by benchmarks/{of} -->\n", "<!-- end -->"
        before, _, rest = options.page.read_text(encoding="utf-8").partition(begin)
        options.page.write_text(before + begin + "\n" + table + "\n" + end + rest.partition(end)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
