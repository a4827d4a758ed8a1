"""Tasks on Ray: a cluster started on this machine for the sweep, or one that runs already. The only door to Ray."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from twin.errors import InputError, TwinError
from twin.messages import say
from twin.sweeps.executor import LOSSES_FORGIVEN
from twin.sweeps.parcel import Parcel, pack, unpack
from twin.sweeps.task import Outcome, Task, compile_for, execute, of_each_shape
from twin.sweeps.warm_up import is_warm, shape_of

LOCAL: Final = "local"
AUTO: Final = "auto"
_CLIENT: Final = "ray://"
_REACHED_WITHIN_S: Final = 5.0

OBJECT_STORE_BYTES: Final = 128 * 2**20
"""Shared memory of a cluster of our own: a run writes its log to disk, only small rows go through Ray."""

IN_HAND: Final = 2
"""Tasks that Ray is given for each that it can run at a time: the next one is there when a worker is free."""

COUNTED_EVERY_S: Final = 5.0
"""How often the nodes of a cluster are counted."""

GIVEN_UP_AFTER_S: Final = 60.0
"""How long a cluster may have no node that takes tasks."""


def check_address(address: str) -> None:
    """Refuse an address that cannot be one, before anything else is done. Raises ``InputError``."""
    host_and_port = urlsplit(address)
    with contextlib.suppress(ValueError):
        if address in (LOCAL, AUTO) or (address.startswith(_CLIENT) and host_and_port.hostname and host_and_port.port):
            return
    raise InputError(say("sweep.address.form", address=address))


@dataclass(slots=True)
class _Given:
    task: Task
    losses: int = 0


class RayExecutor:
    """Tasks as Ray tasks of one CPU each, and of so much memory where it is said.

    ``address``: ``local`` starts a cluster of ``workers`` CPUs that listens on the loopback interface only and goes with this
    process; ``auto`` and ``ray://host:port`` join one that runs. The files of the scenarios are sent there, each content once;
    the store is reached by each node itself.
    """

    def __init__(self, address: str, workers: int, memory_gb: float | None = None) -> None:
        """Remember where to go; ``workers`` counts for ``local`` only, ``memory_gb`` (10^9 bytes) is what one task is given."""
        check_address(address)
        self.address = address
        self.workers = workers
        self.retries = 0
        self._memory_bytes = int((memory_gb or 0.0) * 1e9)
        self._pending: dict[Any, _Given] = {}
        self._contents: dict[str, Any] = {}
        self._parcels: dict[tuple[Path, tuple[str, ...]], Parcel] = {}
        self._warm: set[str] = set()
        self._owner = False
        self._counted_s = 0.0

    def prepare(self, tasks: Sequence[Task]) -> None:
        """Compile on every machine, one task each, what is new there; a machine that joins later does it in its first run."""
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        for task in tasks:
            self._parcel(task)
        new = [task for task in of_each_shape(tasks) if shape_of(task.orders[0].scenario) not in self._warm]
        self._warm |= {shape_of(task.orders[0].scenario) for task in new}
        if self.address == LOCAL:  # the cache of this machine tells at once
            new = [task for task in new if not is_warm(task.orders[0].scenario)]
        if not new:
            return
        parcels = [self._parcel(task) for task in new]
        remote = ray.remote(num_cpus=1, max_retries=0)(_prepare_there)
        nodes = [node["NodeID"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
        there = [NodeAffinitySchedulingStrategy(node, soft=False) for node in nodes]
        waited = [remote.options(scheduling_strategy=at).remote(new, parcels, self._contents) for at in there]
        ray.wait(waited, num_returns=len(waited))

    def outcomes(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Run every task; yield the outcomes as they come. A task whose worker or node was lost is tried again.

        Only as many tasks are handed to Ray as keep its workers busy, so that a long sweep stays small in memory. ``TwinError``
        when no node is left.
        """
        import ray

        remote = ray.remote(num_cpus=1, max_retries=0, memory=self._memory_bytes or None)(_execute_there)
        waiting = deque(_Given(task) for task in tasks)
        while waiting or self._pending:
            self._count_workers()
            while waiting and len(self._pending) < IN_HAND * self.workers:
                given = waiting.popleft()
                self._pending[remote.remote(given.task, self._parcel(given.task), self._contents)] = given
            ready, _ = ray.wait(list(self._pending), num_returns=1, timeout=COUNTED_EVERY_S)
            for reference in ready:
                given = self._pending.pop(reference)
                try:
                    outcomes: tuple[Outcome, ...] = ray.get(reference)
                except ray.exceptions.RayTaskError as error:
                    outcomes = given.task.lost(f"{type(error.cause).__name__}: {error.cause}")
                except ray.exceptions.RayError as error:
                    given.losses += 1
                    if given.losses <= LOSSES_FORGIVEN:
                        self.retries += 1
                        waiting.extend(_Given(part, given.losses) for part in given.task.parts())
                        continue
                    outcomes = given.task.lost(say("sweep.lost", count=given.losses, kind=type(error).__name__))
                yield from outcomes

    def _parcel(self, task: Task) -> Parcel | None:
        """Return what a task needs beside its scenario, its contents put into Ray once; None where workers see the files."""
        if self.address == LOCAL:
            return None
        import ray

        def put(digest: str, content: bytes) -> None:
            if digest not in self._contents:
                self._contents[digest] = ray.put(content)

        scenarios = [order.scenario for order in task.orders]
        files = tuple(dict.fromkeys(name for scenario in scenarios for name in (scenario.map, *scenario.files)))
        key = task.base, files
        if key not in self._parcels:
            self._parcels[key] = pack(files, task.base, put)
        return self._parcels[key]

    def _count_workers(self) -> None:
        """Look now and then how many tasks a cluster runs at a time: nodes come and go."""
        import ray

        now_s = time.monotonic()
        if self.address == LOCAL or now_s - self._counted_s < COUNTED_EVERY_S:
            return
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        workers = sum(self._places(node) for node in nodes)
        if workers:
            self.workers, self._counted_s = workers, now_s
        elif now_s - self._counted_s > GIVEN_UP_AFTER_S:
            raise TwinError(say("sweep.no_node", seconds=GIVEN_UP_AFTER_S))

    def _places(self, resources: Mapping[str, float]) -> int:
        """Return how many tasks a node takes at a time."""
        places = int(resources.get("CPU", 0))
        return min(places, int(resources.get("memory", 0)) // self._memory_bytes) if self._memory_bytes else places

    def __enter__(self) -> Self:
        """Start Ray or connect to it; ``InputError`` when the address leads nowhere, ``TwinError`` when Ray does not start."""
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        if self.address == LOCAL:
            os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # Ray's own switch for: everything on the loopback interface
        address = self.address if self.address != AUTO else _cluster_here()
        if address != LOCAL:
            _reach(address, self.address)
        try:
            import ray
        except ImportError as error:
            raise InputError(say("sweep.no_ray")) from error
        if ray.is_initialized():
            raise TwinError(say("sweep.ray_in_use"))
        options: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
        if self.address == LOCAL:
            options |= {"num_cpus": self.workers, "include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}
        try:
            ray.init(address=address, **options)
        except (ImportError, RuntimeError, ValueError, OSError) as error:
            reason = str(error).strip().split("\n")[0]
            if self.address == LOCAL:
                raise TwinError(say("sweep.ray_failed", reason=reason)) from error
            raise InputError(say("sweep.address.refused", address=self.address, reason=reason)) from error
        self._owner = True
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        workers = sum(self._places(node) for node in nodes)
        if not workers and self._memory_bytes:
            most_gb = max((node.get("memory", 0) for node in nodes), default=0) / 1e9
            self.__exit__()
            raise InputError(say("sweep.memory", wanted=self._memory_bytes / 1e9, most=most_gb))
        self.workers, self._counted_s = max(1, workers), time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        """Call back what is not finished, and stop the cluster if it is ours."""
        import ray

        if not self._owner:
            return
        for reference in self._pending:
            with contextlib.suppress(Exception):  # it may just have ended
                ray.cancel(reference, force=True)
        self._pending, self._contents, self._parcels, self._warm, self._owner = {}, {}, {}, set(), False
        ray.shutdown()


def _prepare_there(tasks: Sequence[Task], parcels: Sequence[Parcel | None], contents: Mapping[str, Any]) -> None:
    compile_for([_beside_files(task, parcel, contents) for task, parcel in zip(tasks, parcels, strict=True)])


def _execute_there(task: Task, parcel: Parcel | None, contents: Mapping[str, Any]) -> tuple[Outcome, ...]:
    return execute(_beside_files(task, parcel, contents))


def _beside_files(task: Task, parcel: Parcel | None, contents: Mapping[str, Any]) -> Task:
    """Return a task whose files lie on this machine; what is new here comes out of Ray's store."""
    if parcel is None:
        return task
    import ray

    return replace(task, base=unpack(parcel, lambda digest: ray.get(contents[digest])))


def _cluster_here() -> str:
    """Return the address of the cluster of this machine: ``RAY_ADDRESS``, or what ``ray start`` wrote down.

    Ray's own ``auto`` would also join the private cluster of another sweep that happens to run, and then wait for minutes.
    """
    given = os.environ.get("RAY_ADDRESS")
    if given and given != AUTO:
        return given
    with contextlib.suppress(OSError):
        return (Path(os.environ.get("RAY_TMPDIR") or "/tmp") / "ray" / "ray_current_cluster").read_text().strip()  # noqa: S108
    raise InputError(say("sweep.address.nobody", address=AUTO))


def _reach(address: str, given: str) -> None:
    """Find out at once that nobody listens; Ray itself would try for half a minute and more."""
    place = urlsplit(address if "//" in address else f"//{address}")
    try:
        socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=_REACHED_WITHIN_S).close()
    except (OSError, ValueError) as error:
        raise InputError(say("sweep.address.nobody", address=given)) from error
