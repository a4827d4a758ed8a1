"""Catching runs in the act, to disturb them: who writes which run is told by the locks beside the run folders."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from twin.sweeps.sweep import SweepResult

RESULTS = ("sweep.parquet", "sweep.csv", "comparison.parquet", "comparison.csv")


def tables_of(folder: Path) -> dict[str, bytes]:
    """Return the bytes of a sweep's tables."""
    return {name: (folder / name).read_bytes() for name in RESULTS}


def tables(result: SweepResult) -> dict[str, bytes]:
    """Return the bytes of the tables that a sweep wrote."""
    return tables_of(result.folder)


def wait_for(condition: Callable[[], object], seconds: float = 300.0) -> bool:
    """Wait until ``condition`` holds; return whether it did in time."""
    deadline_s = time.monotonic() + seconds
    while time.monotonic() < deadline_s:
        if condition():
            return True
        time.sleep(0.002)
    return False


def writers(out: Path) -> list[int]:
    """Return the processes that write runs below ``out``."""
    found = []
    for lock in out.glob(".town-*.lock") if out.exists() else ():
        with contextlib.suppress(FileNotFoundError):
            number = lock.read_text()
            if number.isdigit():
                found.append(int(number))
    return found


def parent_of(process: int) -> int:
    """Return the parent of a process, as proc(5) has it; 0 when it has ended."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


@contextlib.contextmanager
def catching(out: Path, act: Callable[[int], None], wanted: Callable[[int], bool] = lambda _: True) -> Iterator[list[int]]:
    """Stop the first wanted process that is seen writing a run, ``act`` on it, and see that it is gone; give who was caught."""
    caught: list[int] = []

    def look() -> bool:
        for process in filter(wanted, writers(out)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)  # now it is in the middle of its run, and stays there
                if process not in writers(out):
                    os.kill(process, signal.SIGCONT)
                    continue
                caught.append(process)
                act(process)
                os.kill(process, signal.SIGKILL)
                return True
        return False

    hunter = threading.Thread(target=wait_for, args=(look,))
    hunter.start()
    yield caught
    hunter.join()
