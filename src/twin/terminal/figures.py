"""Figures as a person reads them, with their words and units; the closing table of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin.messages import known, say
from twin.terminal.tables import two_columns

if TYPE_CHECKING:
    from twin.eventlog.manifest import Manifest

_UNITS: Final = (
    ("_mps", 3.6, "km/h", ".1f"),
    ("_kmh", 1.0, "km/h", ".1f"),
    ("delivered_share", 100.0, "%", ".3f"),  # to be held against 99.9 %
    ("lost_share", 100.0, "%", ".3f"),
    ("_share", 100.0, "%", ".1f"),
    ("recall", 100.0, "%", ".1f"),
    ("miss_rate", 100.0, "%", ".1f"),
    ("precision", 100.0, "%", ".1f"),
    ("_km", 1.0, "km", ",.0f"),
    ("_ms", 1.0, "ms", ".1f"),
    ("_us", 1e-3, "ms", ".1f"),
    ("_m", 1.0, "m", ",.1f"),
    ("_s", 1.0, "s", ",.1f"),
    ("hour_cny", 1.0, "CNY", ",.2f"),
    ("_cny", 1.0, "CNY", ",.0f"),
    ("bytes", 1e-6, "MB", ",.1f"),
)
"""Ending of a name, factor to the unit shown, that unit, its format."""


def figure(name: str, value: Any) -> str:
    """Return a figure of the summary with the unit that the ending of its name tells."""
    if value is None:
        return "-"
    if isinstance(value, bool | str):
        return str(value)
    for ending, factor, unit, form in _UNITS:
        if name.endswith(ending):
            return f"{value * factor:{form}} {unit}"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def unit(name: str) -> tuple[float, str]:
    """Return (factor, unit shown) of a figure, by the ending of its name."""
    return next(((factor, shown) for ending, factor, shown, _ in _UNITS if name.endswith(ending)), (1.0, ""))


def label(name: str) -> str:
    """Return the words for a figure: the catalogue's, else its name without underscores."""
    return say(f"summary.{name}") if known(f"summary.{name}") else name.replace("_", " ")


def clock(seconds: float) -> str:
    """Return a duration as ``1:02:03`` or ``2:03``."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def summary(manifest: Manifest, folder: Path) -> str:
    """Return the closing table of a run from its manifest, without the figures that the run has nothing for."""
    figures = present(manifest.summary)
    figures[label("simulated")] = clock(manifest.simulated_s)
    figures[label("wall")] = figure("wall_s", manifest.wall_s)
    figures[label("compile")] = figure("compile_s", manifest.compile_s)
    if manifest.wall_s > manifest.compile_s:
        figures[label("factor")] = f"{manifest.simulated_s / (manifest.wall_s - manifest.compile_s):.1f} x"
    figures[label("folder")] = str(folder)
    from twin.metrics.warm_up import may_settle

    stated_s = manifest.scenario.get("warm_up_s")
    short = warm_up_notes(manifest.summary, stated_s, may_settle=may_settle(manifest.scenario))
    notes = [*absent(manifest.summary), *short, say("traffic.not_calibrated")]
    return "\n  ".join([two_columns(figures), *notes])


def present(figures: Mapping[str, Any]) -> dict[str, str]:
    """Return the closing figures with their words, without those that the run has nothing for."""
    return {label(name): figure(name, value) for name, value in figures.items() if value is not None}


def absent(figures: Mapping[str, Any]) -> list[str]:
    """Return a line that says how many figures are left out; none where all are there."""
    count = sum(value is None for value in figures.values())
    return [say("summary.absent", count=count)] if count else []


def warm_up_notes(figures: Mapping[str, Any], stated_s: float | None, *, may_settle: bool) -> list[str]:
    """Return a line where the warm-up of a run is shorter than what its log asks for; none where nothing can settle."""
    needed_s = figures.get("warm_up_needed_s")
    short = may_settle and needed_s is not None and stated_s is not None and needed_s > stated_s
    return [say("run.warm_up", stated=stated_s, needed=needed_s)] if short else []
