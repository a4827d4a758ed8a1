"""What a person sees of an error, and the program's exit code: 0 done, 1 failed, 2 bad input, 130 interrupted."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Annotated, Final

import typer

from twin.errors import InputError, ScenarioError, TwinError
from twin.messages import say

FAILED: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130

MOST_PROBLEMS: Final = 20
"""Problems of one file that are shown at once; the rest follow when these are mended."""

Debug = Annotated[bool, typer.Option("--debug")]


class Outcome:
    """What became of a command."""

    code = 0
    """Exit code."""


def error_text(text: str) -> str:
    """Return an error as it is shown."""
    return say("cli.error", text=text)


@contextlib.contextmanager
def reporting(*, debug: bool, go_on: bool = False) -> Iterator[Outcome]:
    """Turn an exception into one message on stderr and an exit code; leave the program unless ``go_on``."""
    outcome = Outcome()
    try:
        yield outcome
    except (KeyboardInterrupt, Exception) as error:
        if isinstance(error, typer.Exit):
            raise
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains once more
        if debug:
            import traceback

            traceback.print_exc()
        outcome.code, text = _verdict(error)
        if text:
            typer.echo(text, err=True)
        if not go_on or isinstance(error, KeyboardInterrupt):
            raise typer.Exit(outcome.code) from None


def _verdict(error: BaseException) -> tuple[int, str]:
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, say("cli.interrupted")
    if isinstance(error, ScenarioError) and len(error.problems) > 1:
        lines = [error_text(say("cli.problems", count=len(error.problems))), *map(str, error.problems[:MOST_PROBLEMS])]
        hidden = len(error.problems) - MOST_PROBLEMS
        return BAD_INPUT, "\n".join([*lines, say("cli.more_problems", count=hidden)] if hidden > 0 else lines)
    if isinstance(error, InputError):
        return BAD_INPUT, error_text(str(error))
    if isinstance(error, TwinError):
        return FAILED, error_text(str(error))
    if isinstance(error, BrokenPipeError):
        return FAILED, ""
    if isinstance(error, OSError):
        return FAILED, error_text(f"{error.strerror or error} {error.filename or ''}".rstrip())
    if isinstance(error, MemoryError):
        return FAILED, say("cli.memory")
    return FAILED, say("cli.unexpected", kind=type(error).__name__, text=error)
