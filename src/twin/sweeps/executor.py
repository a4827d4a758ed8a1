"""The seam between a sweep and what runs its tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Final, Protocol, Self

from twin.sweeps.task import Outcome, Task

LOSSES_FORGIVEN: Final = 2
"""A task whose worker or machine was lost is given to another worker this often; then its runs have failed.

What a run itself stumbles over is never tried again: the same scenario fails the same way.
"""


class Executor(Protocol):
    """Runs tasks side by side; a context manager that leaves no process behind."""

    workers: int
    """Tasks that run at the same time."""

    retries: int
    """Tasks that were tried again because their worker or machine was lost."""

    def prepare(self, tasks: Sequence[Task]) -> None:
        """Bring to the workers' machines what ``tasks`` need there: files, compiled kernels. ``outcomes`` works without."""

    def outcomes(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Run every task; yield the outcomes as they come. It may be called again with further tasks."""

    def __enter__(self) -> Self:
        """Start the workers, or connect to them."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop the workers, and what they have in hand."""
