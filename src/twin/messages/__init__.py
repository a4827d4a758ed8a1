"""Every message to the user outside the player, in English and Chinese, by its key.

The first part of a key is the module of this package that holds it: ``sweep.plan`` stands in ``messages/sweep.py``. A module
is imported when the first of its messages is asked for, so that a command loads the words it says and no others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from typing import Final

LANGUAGES: Final = ("en", "zh")

_chosen: ContextVar[str | None] = ContextVar("language", default=None)


def use_language(language: str | None) -> None:
    """Choose the language of ``say``; None leaves it to the environment variable ``TWIN_LANG``, else English."""
    _chosen.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use a language within a block; afterwards the one of before, however the block ends."""
    before = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(before)


def language() -> str:
    """Return the language in use."""
    chosen = _chosen.get() or os.environ.get("TWIN_LANG", "en")
    return chosen if chosen in LANGUAGES else "en"


def say(key: str, **values: object) -> str:
    """Return the message ``key`` in the language in use, with ``values`` filled in."""
    return catalogue(key.partition(".")[0])[key][LANGUAGES.index(language())].format(**values)


def known(key: str) -> bool:
    """Return whether the catalogue has the message."""
    return key in catalogue(key.partition(".")[0])


@cache
def catalogue(part: str) -> dict[str, tuple[str, str]]:
    """Return the messages whose keys begin with ``part``: (English, Chinese) by key; terms follow the project's glossary."""
    messages: dict[str, tuple[str, str]] = import_module(f"{__name__}.{part}").CATALOGUE
    return messages
