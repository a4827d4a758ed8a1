"""The seam between a sweep and what runs its tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Final, Protocol, Self

from twin.sweeps.task import Outcome, Task

CRASHES_FORGIVEN: Final = 1
"""A task whose worker died is given to another worker this often; then it is a failed run."""


class Executor(Protocol):
    """Runs tasks side by side; a context manager that leaves no process behind."""

    workers: int
    """Tasks that run at the same time."""

    def outcomes(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Run every task; yield the outcomes as they come."""

    def __enter__(self) -> Self:
        """Start the workers, or connect to them."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop the workers, and what they have in hand."""
