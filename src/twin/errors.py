"""Errors the user can act on: what is wrong, where, what was found, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class TwinError(Exception):
    """Something failed while a command did its work (exit code 1)."""


class RunError(TwinError):
    """A run folder cannot be written, locked or read."""


class RunInUseError(RunError):
    """Another process writes this very run."""


class FetchError(TwinError):
    """A map cannot be downloaded: a server cannot be reached, is busy, or answers what cannot be used."""


class InputError(TwinError):
    """What the user gave cannot be used (exit code 2)."""


class MapError(InputError):
    """A map file is missing, is not OpenStreetMap data, or has no roads."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in an input file."""

    where: str
    """File, line and column, as ``scenario.yaml:12:3``; the file alone where no line applies."""

    key: str
    """Dotted key of the value, as ``deployment.sites[2].lon_deg``; empty for the whole file."""

    found: str
    """What was found, in the user's own words."""

    remedy: str
    """What to do about it; empty where ``found`` says it."""

    def __str__(self) -> str:
        """Return the problem on one line."""
        key = f" {self.key}:" if self.key else ""
        return f"{self.where}:{key} {self.found}{f'; {self.remedy}' if self.remedy else ''}"


def closest(name: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """Return the known word that ``name`` is probably meant to be: ``alike`` is the least likeness, 0 to 1 (see difflib)."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=alike)), None)


class ScenarioError(InputError):
    """Every problem of one scenario file at once."""

    def __init__(self, problems: list[Problem]) -> None:
        """Hold the problems, in the order of the file."""
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
