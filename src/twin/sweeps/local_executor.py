"""Tasks on processes of this machine, for where Ray does not run.

Each worker is a fresh interpreter (spawn) with a pipe of its own. ``concurrent.futures`` would not do: when one of its workers
dies, it gives up all tasks and cannot say whose worker it was.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Final, Self

from twin.errors import InputError
from twin.messages import say
from twin.sweeps.executor import LOSSES_FORGIVEN
from twin.sweeps.task import Outcome, Task, compile_for, execute, of_each_shape
from twin.sweeps.warm_up import is_warm

CONTROL_GROUP: Final = Path("/sys/fs/cgroup")

STOP_WITHIN_S: Final = 5.0
"""A worker that has not ended this long after SIGTERM is killed."""


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    task: Task | None = None


class LocalPool:
    """Worker processes on this machine, as many as its memory holds where it is said what one takes."""

    def __init__(self, workers: int, memory_gb: float | None = None) -> None:
        """Use at most ``workers`` processes, and no more than fit at ``memory_gb`` (10^9 bytes) each."""
        self._memory_gb = memory_gb
        self.workers = workers if memory_gb is None else min(workers, int(machine_memory_gb() / memory_gb))
        self.retries = 0
        self._pool: list[_Worker] = []

    def prepare(self, tasks: Sequence[Task]) -> None:
        """Let one worker compile what is not compiled yet; the others start meanwhile."""
        cold = [task for task in of_each_shape(tasks) if not is_warm(task.orders[0].scenario)]
        while len(self._pool) < min(self.workers, len(tasks)):
            self._start()
        if cold:
            with contextlib.suppress(EOFError, OSError):  # should it die over it, the runs find out
                self._pool[0].pipe.send((compile_for, cold))
                self._pool[0].pipe.recv()

    def outcomes(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Run every task; yield the outcomes as they come. A worker that dies is replaced, its task tried again."""
        waiting = deque(tasks)
        losses: Counter[int] = Counter()
        while waiting or any(worker.task for worker in self._pool):
            self._give_out(waiting)
            for pipe in wait([worker.pipe for worker in self._pool if worker.task is not None]):
                worker = next(worker for worker in self._pool if worker.pipe is pipe)
                task = worker.task
                if task is None:
                    continue
                try:
                    outcomes: tuple[Outcome, ...] = worker.pipe.recv()
                except (EOFError, OSError):
                    code = self._bury(worker)
                    losses.update(order.number for order in task.orders)
                    if losses[task.number] <= LOSSES_FORGIVEN:
                        self.retries += 1
                        waiting.extend(task.parts())
                        continue
                    outcomes = task.lost(say("sweep.crashed", count=losses[task.number], code=code))
                worker.task = None
                yield from outcomes

    def _give_out(self, waiting: deque[Task]) -> None:
        idle = [worker for worker in self._pool if worker.task is None]
        while waiting and (idle or len(self._pool) < self.workers):
            worker = idle.pop() if idle else self._start()
            worker.task = waiting.popleft()
            with contextlib.suppress(OSError):  # it has just died: the pipe's end says so in a moment
                worker.pipe.send((execute, worker.task))

    def _start(self) -> _Worker:
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=_work, args=(theirs,), daemon=True)
        with _interrupts_ignored():
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._pool.append(worker)
        return worker

    def _bury(self, worker: _Worker) -> int:
        worker.process.join()
        code = worker.process.exitcode or 0
        worker.pipe.close()
        worker.process.close()
        self._pool.remove(worker)
        return code

    def __enter__(self) -> Self:
        """Start nothing yet: a worker is started when there is something for it. ``InputError`` where none fits."""
        if self._memory_gb is not None and not self.workers:
            raise InputError(say("sweep.memory", wanted=self._memory_gb, most=machine_memory_gb()))
        return self

    def __exit__(self, *_: object) -> None:
        """Stop every worker, in the middle of a run where it has one."""
        for worker in self._pool:
            worker.process.terminate()
        for worker in [*self._pool]:
            worker.process.join(STOP_WITHIN_S)
            if worker.process.is_alive():
                worker.process.kill()
            self._bury(worker)


def machine_memory_gb() -> float:
    """Return the memory of this machine in 10^9 bytes, or that of the control group which this process is confined to."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for file in ("memory.max", "memory/memory.limit_in_bytes"):  # of version 2 and version 1
        with contextlib.suppress(OSError, ValueError):  # another version; "max" where there is no limit
            found.append(int((CONTROL_GROUP / file).read_text()))
    return min(found) / 1e9


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Let a process started meanwhile inherit that Ctrl-C is not for it: the driver stops it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(pipe: Connection) -> None:
    """Do what the driver sends until it closes its end; when it dies, end at once, in the middle of a run too."""
    threading.Thread(target=_end_with_the_driver, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            function, argument = pipe.recv()
            pipe.send(function(argument))


def _end_with_the_driver() -> None:
    """Wait for the driver's end: a sweep that is taken up again must not meet runs that nobody waits for."""
    driver = multiprocessing.parent_process()
    if driver is not None:
        wait([driver.sentinel])
        os._exit(1)
