"""Guangzhou Twin: a traffic and municipal digital-twin event-stream simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.eventlog.reader import Run, open_run

__all__ = ["Run", "open_run"]


def __getattr__(name: str) -> object:
    """Import what the package exports when it is first asked for: Arrow is heavy, ``twin --help`` is not to wait for it."""
    if name in __all__:
        from twin.eventlog import reader

        return getattr(reader, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
