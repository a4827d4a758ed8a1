"""Messages per second through the chain site - MEC - cloud, without recording: ``python benchmarks/link_chain.py [--json]``."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.kernel.records import FrameBatch
from twin.v2x.chain import Chain
from twin.v2x.topology import LinksSpec, assign_mecs

SCAN_US = 100_000


class Sink:
    """A recorder that keeps nothing."""

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Drop the rows."""


def measure(devices: int, messages: int) -> dict[str, float]:
    """Return the rate and the cost of a tick of ``devices`` messages, four devices a site, default links."""
    rng = np.random.default_rng(1)
    site = np.arange(devices) // 4
    sites = int(site[-1]) + 1
    mec, _ = assign_mecs(rng.uniform(0.0, 5000.0, sites), rng.uniform(0.0, 5000.0, sites), sites_per_mec=8)
    chain = Chain.of_links(LinksSpec(), [f"lidar-{i}" for i in range(devices)], site, mec, 1, Sink())
    number = np.arange(devices, dtype=np.int32)
    scans = [
        FrameBatch(
            t_us=scan * SCAN_US,
            device=number,
            frame=np.full(devices, scan, np.int64),
            objects=rng.integers(0, 40, devices).astype(np.int32),
            result_time_us=scan * SCAN_US + rng.integers(30_000, 60_000, devices),
        )
        for scan in range(max(messages // devices, 10) + 5)
    ]
    began_s = 0.0
    for scan, batch in enumerate(scans):
        if scan == 5:  # the first ticks compile or load the kernels
            began_s = time.perf_counter()
        chain.send(batch)
        chain.step(batch.t_us)
    chain.finish()
    elapsed_s = time.perf_counter() - began_s
    ticks = len(scans) - 5
    return {"devices": devices, "messages_per_s": ticks * devices / elapsed_s, "ms_per_tick": 1e3 * elapsed_s / ticks}


def main() -> None:
    """Print one line, or one JSON object, for each number of devices."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--messages", type=int, default=1_000_000, help="messages for each measurement")
    options = parser.parse_args()
    for devices in (100, 1000, 10_000):
        result = measure(devices, options.messages)
        if options.json:
            print(json.dumps(result))
        else:
            print(f"{devices} devices: {result['messages_per_s']:.3g} messages/s, {result['ms_per_tick']:.3f} ms a tick")


if __name__ == "__main__":
    main()
