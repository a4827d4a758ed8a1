"""What Ctrl-C does to a command."""

from __future__ import annotations

import contextlib
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self

from twin.messages import say


class Interruption:
    """Keeps Ctrl-C from getting lost: a context manager around work that compiles.

    LLVM calls back into Python while kernels are compiled and loaded; an exception raised there is printed and dropped, and
    what LLVM does next fails or goes on. So the interruption is remembered and raised again at the next report of progress.
    """

    def __init__(self) -> None:
        """Stand by."""
        self.asked = False
        self._undo: list[Callable[[], object]] = []

    def heard(self, advance: Callable[[float, float], None]) -> Callable[[float, float], None]:
        """Return ``advance`` so that it raises KeyboardInterrupt after a Ctrl-C."""

        def advance_or_stop(simulated_s: float, total_s: float) -> None:
            if self.asked:
                raise KeyboardInterrupt
            advance(simulated_s, total_s)

        return advance_or_stop

    def __enter__(self) -> Self:
        """Listen."""
        handler, hook = signal.getsignal(signal.SIGINT), sys.unraisablehook
        if callable(handler):  # not where interruptions are ignored, as behind nohup
            signal.signal(signal.SIGINT, self._interrupt)
            self._undo.append(lambda: signal.signal(signal.SIGINT, handler))
        sys.unraisablehook = lambda dropped: None if isinstance(dropped.exc_value, KeyboardInterrupt) else hook(dropped)
        self._undo.append(lambda: setattr(sys, "unraisablehook", hook))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop listening; what failed after a Ctrl-C failed because of it."""
        while self._undo:
            self._undo.pop()()
        if self.asked and isinstance(error, Exception):
            raise KeyboardInterrupt from error

    def _interrupt(self, *_: object) -> None:
        self.asked = True
        raise KeyboardInterrupt


@contextlib.contextmanager
def going_on(command: Sequence[str]) -> Iterator[None]:
    """Say after Ctrl-C how the sweep that ``command`` (as ``sys.argv``) began is gone on with."""
    try:
        yield
    except KeyboardInterrupt:
        arguments = [*command[1:], *([] if "--resume" in command else ["--resume"])]
        print(say("sweep.go_on", command=shlex.join(["twin", *arguments])), file=sys.stderr)  # noqa: T201
        raise
