"""Messages per second over three hops, and how much faster than SimPy: ``python benchmarks/links_scale.py [--json]``.

Three hops: site to MEC, MEC to regional cloud, regional to central cloud, with the delays and losses of fibre; four devices a
site, eight sites a MEC, a list of up to 40 objects each 100 ms. Nothing is recorded, but all rows are formed. The other side is
the SimPy model of the tests, one process a message, over the same messages; that both give the same rows is checked first.
Times are processor times of the one process, which are wall times on a machine with nothing else to do; the best of five.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.kernel.records import FrameBatch
from twin.v2x.queues.chain import Chain
from twin.v2x.queues.compute_spec import ComputeSpec
from twin.v2x.topology import HOPS, LinksSpec

sys.path.insert(0, str(Path(__file__).parent.parent))
Model: Any = importlib.import_module("tests.v2x.queues.link_model").Model
"""The oracle of the tests."""

SCAN_US = 100_000
DEVICES = 5000
SEED = 1


class Sink:
    """A recorder that keeps nothing, or the ages of the messages."""

    def __init__(self, *, keep: bool = False) -> None:
        """Keep what happened to messages if told to."""
        self._keep = keep
        self.found: dict[tuple[int, int], tuple[Any, ...]] = {}

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Drop the rows."""
        if self._keep and table == "message":
            names = ("mec_age_us", "cloud_age_us", "central_age_us")
            rows = zip(*(columns[name].tolist() for name in ("device", "frame", *names)), strict=True)
            self.found |= {(device, frame): tuple(ages) for device, frame, *ages in rows}


class Plan:
    """Devices, sites and MECs, and the messages that they send."""

    def __init__(self, devices: int, scans: int) -> None:
        """Draw the objects of the lists and the instants at which they are ready."""
        rng = np.random.default_rng(1)
        self.names = [f"lidar-{i}" for i in range(devices)]
        self.site = np.arange(devices) // 4
        self.mec = np.arange(int(self.site[-1]) + 1) // 8
        number = np.arange(devices, dtype=np.int32)
        self.scans = [
            FrameBatch(
                t_us=scan * SCAN_US,
                device=number,
                frame=np.full(devices, scan, np.int64),
                objects=rng.integers(0, 40, devices).astype(np.int32),
                result_time_us=scan * SCAN_US + rng.integers(30_000, 60_000, devices),
            )
            for scan in range(scans)
        ]


def links(*, compute: bool) -> LinksSpec:
    """Return default links with a third hop like the second, and the MECs' computing queue if told so."""
    spec = LinksSpec()
    changes = {"cloud_to_central": spec.mec_to_cloud.model_copy(update={"rate_mbps": 10_000.0})}
    return spec.model_copy(update=changes | ({"compute": ComputeSpec(base_s=0.0001, per_object_s=1e-5)} if compute else {}))


def chain_s(plan: Plan, spec: LinksSpec, sink: Sink, interval_us: int | None, classes: int = 1) -> float:
    """Return the processor time that the chain takes for the messages of a plan."""
    chain = Chain.of_links(spec, plan.names, plan.site, plan.mec, SEED, sink, classes=classes, interval_us=interval_us)
    began_s = time.process_time()
    for batch in plan.scans:
        chain.send(batch)
        chain.step(batch.t_us)
    chain.finish()
    return time.process_time() - began_s


def simpy_s(plan: Plan, spec: LinksSpec) -> tuple[float, dict[tuple[int, int], tuple[Any, ...]]]:
    """Return the processor time that SimPy takes for them, and the ages of each message."""
    mec = plan.mec[plan.site]
    kinds = (spec.site_to_mec, spec.compute, spec.mec_to_cloud, spec.cloud_to_central)
    queues = (plan.site, mec, mec, np.zeros_like(mec))
    stages = [(hop, kind, queue, ()) for hop, kind, queue in zip(HOPS, kinds, queues, strict=True) if kind]
    began_s = time.process_time()
    model = Model(stages, spec.message, plan.names, SEED)
    for batch in plan.scans:
        about = zip(
            batch.device.tolist(), batch.frame.tolist(), batch.objects.tolist(), batch.result_time_us.tolist(), strict=True
        )
        for device, frame, objects, sent_us in about:
            model.send(device, frame, batch.t_us, objects, sent_us)
    rows = model.run()
    lines = [hop for hop in HOPS if hop != "mec_compute"]
    found = {(row["device"], row["frame"]): tuple(row.get(f"{hop}_age_us") for hop in lines) for row in rows}
    return time.process_time() - began_s, found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--messages", type=int, default=2_000_000, help="messages of each measurement of the chain")
    parser.add_argument("--simpy", type=int, default=20_000, help="messages of the measurement of SimPy")
    parser.add_argument("--repeat", type=int, default=5, help="repetitions; the best one counts")
    options = parser.parse_args()
    small = Plan(1000, max(options.simpy // 1000, 2))
    sink = Sink(keep=True)
    chain_s(small, links(compute=False), sink, None)
    taken_s, ages = min((simpy_s(small, links(compute=False)) for _ in range(options.repeat)), key=lambda one: one[0])
    if ages != sink.found:
        raise SystemExit("the SimPy model gives other ages")
    simpy_per_s = len(ages) / taken_s
    result: dict[str, float] = {"devices": DEVICES, "simpy_messages_per_s": simpy_per_s}
    plan = Plan(DEVICES, max(options.messages // DEVICES, 10))
    for name, compute, interval_us, classes in (
        ("messages_per_s", False, None, 1),
        ("with_line_states_per_s", False, 60_000_000, 1),
        ("with_computing_queue_per_s", True, 60_000_000, 1),
        ("with_priorities_per_s", False, None, 3),
    ):
        spec = links(compute=compute)
        best_s = min(chain_s(plan, spec, Sink(), interval_us, classes) for _ in range(options.repeat))
        result[name] = len(plan.scans) * DEVICES / best_s
    result["ratio_vs_simpy"] = result["messages_per_s"] / simpy_per_s
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:<28} {value:.4g}")


if __name__ == "__main__":
    main()
