"""Tasks on Ray: a cluster started on this machine for the sweep, or one that runs already. The only door to Ray."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from twin.errors import InputError, TwinError
from twin.messages import say
from twin.sweeps.executor import CRASHES_FORGIVEN
from twin.sweeps.task import Outcome, Task, execute

LOCAL: Final = "local"
AUTO: Final = "auto"
_CLIENT: Final = "ray://"
_REACHED_WITHIN_S: Final = 5.0

OBJECT_STORE_BYTES: Final = 128 * 2**20
"""Shared memory of a cluster of our own: a run writes its log to disk, only small rows go through Ray."""


def check_address(address: str) -> None:
    """Refuse an address that cannot be one, before anything else is done. Raises ``InputError``."""
    host_and_port = urlsplit(address)
    with contextlib.suppress(ValueError):
        if address in (LOCAL, AUTO) or (address.startswith(_CLIENT) and host_and_port.hostname and host_and_port.port):
            return
    raise InputError(say("sweep.address.form", address=address))


class RayExecutor:
    """Tasks as Ray tasks of one CPU each.

    ``address``: ``local`` starts a cluster of ``workers`` CPUs that listens on the loopback interface only and goes with this
    process; ``auto`` and ``ray://host:port`` join one that runs, whose workers must see the same files under the same paths.
    """

    def __init__(self, address: str, workers: int) -> None:
        """Remember where to go; ``workers`` counts for ``local`` only."""
        check_address(address)
        self.address = address
        self.workers = workers
        self._pending: dict[Any, Task] = {}
        self._owner = False

    def outcomes(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Run every task; yield the outcomes as they come. A task whose worker or node died is tried once more."""
        import ray

        remote = ray.remote(num_cpus=1, max_retries=CRASHES_FORGIVEN)(execute)
        self._pending = {remote.remote(task): task for task in tasks}
        while self._pending:
            ready, _ = ray.wait(list(self._pending), num_returns=1)
            for reference in ready:
                task = self._pending.pop(reference)
                try:
                    outcome: Outcome = ray.get(reference)
                except ray.exceptions.RayError as error:
                    outcome = Outcome(task.number, None, say("sweep.lost", kind=type(error).__name__))
                yield outcome

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
        if self.address != LOCAL:
            self.workers = max(1, int(ray.cluster_resources().get("CPU", 1)))
        return self

    def __exit__(self, *_: object) -> None:
        """Call back what is not finished, and stop the cluster if it is ours."""
        import ray

        if not self._owner:
            return
        for reference in self._pending:
            with contextlib.suppress(Exception):  # it may just have ended
                ray.cancel(reference, force=True)
        self._pending = {}
        ray.shutdown()


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
