"""What a person sees of a sweep with assumptions: the plan, then one plain sentence a result, in both languages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from twin.errors import TwinError
from twin.messages import LANGUAGES, say, speaking
from twin.terminal.figures import label, unit
from twin.terminal.sweep_tables import decimals_for

if TYPE_CHECKING:
    from pathlib import Path

    from twin.sweeps.assumption_sweep import Study, StudyResult
    from twin.sweeps.executor import Executor
    from twin.sweeps.uncertainty_tables import Finding

SENTENCES: Final = "sentences"
"""Table of the sentences."""


def sweep_assumptions(
    file: Path, out: str, executor_for: Callable[[float | None], Executor], *, resume: bool, quiet: bool
) -> None:
    """Do what ``twin sweep FILE --assumptions`` does; ``executor_for`` is given the sweep file's ``memory_gb``.

    Raises ``TwinError`` when runs failed, after everything is written.
    """
    from twin.sweeps.assumption_sweep import load_study, run_study
    from twin.sweeps.sweep import check_resumable
    from twin.sweeps.uncertainty_tables import findings, write_tables
    from twin.terminal.interruption import going_on
    from twin.terminal.progress import Quiet
    from twin.terminal.sweep_progress import planning, sweep_reporter_for

    with planning(quiet=quiet):
        study = load_study(file)
    left = check_resumable(study.drawn.design, out) if resume else None
    executor = executor_for(study.design.memory_gb)
    if not quiet:
        print(study_plan(study), file=sys.stderr)  # noqa: T201
        if left is not None:
            print(say("sweep.resume.left", left=left, total=len(study.drawn.design.runs)), file=sys.stderr)  # noqa: T201
    with going_on(sys.argv), Quiet() if quiet else sweep_reporter_for(study.design.name) as reporter:
        result = run_study(study, out, executor, reporter.advance)
    found = findings(result)
    write_tables(result, found)
    write_sentences(result, found)
    if not quiet:
        print(study_summary(result, found))  # noqa: T201
    if result.failed:
        raise TwinError(say("sweep.failures", failed=result.failed, total=result.runs))


def study_plan(study: Study) -> str:
    """Return what is about to be done, in two lines, and a line a key of the sweep file that has no part in it."""
    from twin.sweeps.assumption_sweep import idle_keys

    runs, seeds = len(study.drawn.design.runs), len(study.seeds)
    sizes = {"variants": len(study.variants), "seeds": seeds, "draws": study.spec.draws, "runs": runs}
    most = 2 * min(study.spec.tornado, len(study.names)) * len(study.variants) * seeds
    plan = [say("assumptions.plan", names=len(study.names), **sizes), say("assumptions.then", most=most)]
    return "\n".join([*plan, *(say("assumptions.idle", name=key) for key in idle_keys(study.design))])


def study_summary(result: StudyResult, found: Sequence[Finding]) -> str:
    """Return the sentences in the language in use, and where the tables are."""
    lines = ["- " + line for one in found for line in _sentences(one)]
    return "\n".join([*lines, "", say("assumptions.note"), say("sweep.folder", folder=result.store)])


def write_sentences(result: StudyResult, found: Sequence[Finding]) -> None:
    """Write every sentence in English and in Chinese beside the tables."""
    import pyarrow as pa

    from twin.sweeps.table import write_table

    columns = {}
    for name in LANGUAGES:
        with speaking(name):
            columns[name] = [line for one in found for line in _sentences(one)]
    metrics = [one.metric for one in found for _ in _sentences(one)]
    write_table(result.store, SENTENCES, pa.table({"metric": metrics, **columns}))


def _sentences(one: Finding) -> list[str]:
    from twin.sweeps.uncertainty_tables import joined

    factor, name = unit(one.metric)
    width = factor * (one.band.high - one.band.low)
    decimals = decimals_for([width if width > 0.0 else abs(factor * one.band.mid.mean)], [])

    def number(value: float, sign: str = "") -> str:
        return f"{factor * value:{sign},.{decimals}f}"

    title = label(one.metric) + (f" ({name})" if name else "")
    what = {"metric": title, "variant": joined(one.labels) or "-", "other": joined(one.minus)}
    kind = "difference" if one.minus is not None else "figure"
    half = one.band.mid.half_width
    ends = {"low": number(one.band.low), "high": number(one.band.high), "mid": number(one.band.mid.mean)}
    if half is None:
        lines = [say(f"assumptions.{kind}.one_seed", **what, **ends)]
    else:
        chance = {"from_low": number(one.band.mid.mean - half), "to_high": number(one.band.mid.mean + half)}
        lines = [say(f"assumptions.{kind}", **what, **ends, **chance)]
    if one.survival is not None:
        kept = one.survival
        shares = {"share": 100.0 * kept.share, "low": 100.0 * kept.low, "high": 100.0 * kept.high, "draws": kept.draws}
        lines.append(say("assumptions.above" if kept.above else "assumptions.below", **what, **shares))
    first = one.effects[0] if one.effects else None
    if first is not None and first.swing is not None and factor * first.swing.size >= 0.5 * 10.0**-decimals:
        swings = {"at_low": number(first.swing.at_low.mean, "+"), "at_high": number(first.swing.at_high.mean, "+")}
        looked_at = sum(effect.swing is not None for effect in one.effects)
        ends = {"count": str(looked_at), "assumption": first.assumption, "low": first.low, "high": first.high}
        lines.append(say(f"assumptions.{kind}.most", **what, **swings, **ends))
    return lines
