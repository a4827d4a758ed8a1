"""The specification's verdicts on reports whose errors are known, against plain Python."""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np
import pytest
from tests.metrics.logs import SECOND, Rows, edge_row, write_log

from twin.eventlog.reader import Run
from twin.metrics.specification import Verdict, specification_verdicts
from twin.metrics.truth import truth_of

CLASSES = ("car", "bus", "electric_bicycle", "pedestrian")


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> tuple[Run, Rows, Rows]:
    """Four classes in turn, known at whole seconds; reports at half seconds, with errors drawn; one false object in ten."""
    random = np.random.default_rng(5)
    vehicles = [{"vehicle": number, "class": CLASSES[number % 4]} for number in range(20)]
    truth = [
        {"t_us": t * SECOND, "vehicle": v, "x_cm": 1000 * t, "y_cm": 400 * v, "speed_cmps": 500 * v}
        for t in range(10)
        for v in range(20)
        if (t + v) % 7
    ]
    seen = []
    for half in range(20):
        for v in range(20):
            false = random.random() < 0.1
            seen.append(
                {
                    "t_us": half * SECOND // 2, "device": v % 2, "vehicle": None if false else v,
                    "x_cm": 500 * half + int(random.normal(0, 100)), "y_cm": 400 * v + int(random.normal(0, 100)),
                    "speed_cmps": max(500 * v + int(random.normal(-80, 60)), 0),
                    "class": CLASSES[v % 4] if random.random() < 0.88 else str(random.choice(CLASSES)),
                }
            )  # fmt: skip
    frames = [{"t_us": 0, "device": 0, "processing_us": 1000 * number} for number in range(1, 121)]
    run = write_log(
        tmp_path / "run",
        edge=[edge_row(0, [(0.0, 0.0), (100.0, 0.0)])],
        vehicle=vehicles,
        site=[{"site": 0, "name": "s", "x_cm": 0}],
        device_spec=[
            {"device": n, "name": k, "kind": k, "site": 0, "range_m": 100.0} for n, k in enumerate(("lidar", "radar"))
        ],
        trajectory=truth,
        observation=seen,
        frame=frames,
        fused_object=[row | {"site": 0, "track": number} for number, row in enumerate(_without(seen, "device"))],
    )
    return run, truth, seen


def _without(rows: Rows, name: str) -> Rows:
    return [{key: value for key, value in row.items() if key != name} for row in rows]


def _verdict(found: tuple[Verdict, ...], source: str, requirement: str) -> Verdict:
    (one,) = [verdict for verdict in found if (verdict.source, verdict.requirement) == (source, requirement)]
    return one


@pytest.mark.parametrize("source", ["lidar", "radar", "fused"])
def test_figures_are_those_formed_row_by_row(world: tuple[Run, Rows, Rows], source: str) -> None:
    """Shares, means and counts equal those of plain loops, of true objects at instants of the trajectory."""
    run, truth, seen = world
    found = specification_verdicts(run)
    own = [row for row in seen if row["vehicle"] is not None and source in ("fused", ("lidar", "radar")[row["device"]])]
    place = {(row["t_us"], row["vehicle"]): row for row in truth}
    right: dict[bool, list[bool]] = {True: [], False: []}
    metres, kmh = [], []
    for row in own:
        klass = CLASSES[row["vehicle"] % 4]
        right[klass in ("car", "bus")].append(klass == row["class"])
        true = place.get((row["t_us"], row["vehicle"]))
        if true is None:
            continue
        metres.append(((row["x_cm"] - true["x_cm"]) ** 2 + (row["y_cm"] - true["y_cm"]) ** 2) ** 0.5 / 100.0)
        if true["speed_cmps"] * 0.036 < 100.0:
            kmh.append((row["speed_cmps"] - true["speed_cmps"]) * 0.036)
    middle = statistics.median(kmh)
    expected = {
        "class_motor": (statistics.mean(right[True]), len(right[True])),
        "class_other": (statistics.mean(right[False]), len(right[False])),
        "speed_inside": (statistics.mean(-6.0 <= error <= 0.0 for error in kmh), len(kmh)),
        "speed_shifted": (statistics.mean(abs(error - middle) <= 3.0 for error in kmh), len(kmh)),
        "position": (statistics.mean(metres), len(metres)),
    }
    assert 0 < len(kmh) < len(metres) < len(own)
    for requirement, (figure, n) in expected.items():
        verdict = _verdict(found, source, requirement)
        assert (verdict.figure, verdict.n) == (pytest.approx(figure, abs=1e-9), n), requirement


def test_thresholds_are_the_specifications(world: tuple[Run, Rows, Rows]) -> None:
    """90 and 85 %, 1.5 m, 100 ms; at the threshold itself a requirement is met, beyond it missed; without a figure neither."""
    cases = {("class_motor", 0.90): 0.8999, ("class_other", 0.85): 0.8499, ("position", 1.5): 1.501, ("output", 100.0): 100.1}
    for (name, at), beyond in cases.items():
        assert Verdict("lidar", name, at, 1).met is True
        assert Verdict("lidar", name, beyond, 1).met is False
        assert Verdict("lidar", name, None, 0).met is None
    run, _, _ = world
    output = _verdict(specification_verdicts(run), "lidar", "output")
    assert (output.figure, output.n, output.met) == (114.0, 120, False)  # the nearest-rank 95th of 1 ... 120 ms
    assert _verdict(specification_verdicts(run), "radar", "output").figure is None
    assert _verdict(specification_verdicts(run), "fused", "output").figure == 50.0


def test_truth_is_found_by_instant_and_vehicle_alone(world: tuple[Run, Rows, Rows]) -> None:
    """Every row of the trajectory is found, and nothing between its instants, before the warm-up, or of unknown vehicles."""
    run, rows, _ = world
    truth = truth_of(run)
    t_us, vehicle = (np.array([row[name] for row in rows], np.int64) for name in ("t_us", "vehicle"))
    found = truth.rows(t_us, vehicle)
    assert (found >= 0).all()
    assert truth.x_m[found] == pytest.approx([row["x_cm"] / 100.0 for row in rows])
    assert (truth.rows(t_us + SECOND // 2, vehicle) == -1).all()
    assert truth.rows(t_us[:3], np.array([-1, 999, 20])).tolist() == [-1, -1, -1]
    late = truth_of(run, 5.0)
    assert ((late.rows(t_us, vehicle) >= 0) == (t_us >= 5 * SECOND)).all()
    empty = truth_of(run, 100.0)
    assert (empty.rows(t_us, vehicle) == -1).all()
