"""The command line: ``twin validate``, ``run``, ``sweep``, ``compare``, ``place``, ``report``, ``query`` and others.

Heavy imports stand inside the commands, so that ``twin --help`` answers at once. Exit codes: ``terminal.errors``.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import sys
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from twin.errors import InputError, TwinError
from twin.messages import LANGUAGES, say, use_language
from twin.terminal.compare import compare
from twin.terminal.draw import draw_app
from twin.terminal.errors import Debug, reporting
from twin.terminal.map import map_app
from twin.terminal.place import place
from twin.threads import use_one_thread

if TYPE_CHECKING:
    from twin.scenario.load import Loaded
    from twin.scenario.scenario import Scenario

ALIKE: Final = ("debug", "quiet")
"""Options that mean the same in every command."""

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def main() -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows question marks
    use_language(_language_of(sys.argv[1:]))
    command = typer.main.get_command(app)
    _describe(command, "help.twin")
    command(_language_first(sys.argv[1:]), prog_name="twin")


def _language_of(arguments: list[str]) -> str | None:
    for word, following in zip(arguments, [*arguments, ""][1:], strict=True):
        name, equals, value = word.partition("=")
        if name == "--lang":
            chosen = value if equals else following
            return chosen if chosen in LANGUAGES else None
    return None


def _language_first(arguments: list[str]) -> list[str]:
    """Move ``--lang zh`` to the front, where the command line wants it, from wherever it was written."""
    first: list[str] = []
    others: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--lang":
            first += [word, *itertools.islice(words, 1)]
        else:
            (first if word.startswith("--lang=") else others).append(word)
    return first + others


def _describe(command: Any, key: str) -> None:
    """Give a command, its options and its subcommands their help texts, in the language chosen."""
    command.help = say(key)
    for parameter in command.params:
        parameter.help = say(f"help.{parameter.name}" if parameter.name in ALIKE else f"{key}.{parameter.name}")
    for name, child in getattr(command, "commands", {}).items():
        _describe(child, f"help.{name}" if key == "help.twin" else f"{key}.{name}")


def _show_version(asked: bool) -> None:  # noqa: FBT001  (the callback's interface)
    if asked:
        from importlib.metadata import version

        typer.echo(version("guangzhou-twin"))
        raise typer.Exit


def _check_language(value: str) -> str:
    if value and value not in LANGUAGES:
        raise typer.BadParameter(say("cli.language", value=value, names=", ".join(LANGUAGES)))
    return value


@app.callback()
def twin(
    *,
    lang: Annotated[str, typer.Option(callback=_check_language, metavar="zh|en", show_default=False)] = "",
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True)] = False,
) -> None:
    """Choose the language; the help text is in the catalogue."""


def validate(files: Annotated[list[Path], typer.Argument(metavar="FILE", show_default=False)], *, debug: Debug = False) -> None:
    """Check scenario files."""
    bad = 0
    for file in files:
        with reporting(debug=debug, go_on=True) as outcome:

            def notice(line: str, file: Path = file) -> None:
                typer.echo(say("cli.notice", file=file, text=line), err=True)

            if _has(file, "axes"):
                from twin.sweeps.sweep import load_design

                for line in load_design(file).notices:
                    notice(line)
            elif _has(file, "budgets_cny"):
                from twin.sweeps.placement.plan import load_plan

                load_plan(file, notice=notice)
            else:
                from twin.simulation.preparation import prepare

                prepare(_load(file, {}), notice)
            typer.echo(say("cli.valid", file=file))
        bad = max(bad, outcome.code)
    raise typer.Exit(bad)


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", show_default=False)] = None,
    seed: Annotated[int | None, typer.Option(min=0, metavar="N", show_default=False)] = None,
    out: Annotated[Path, typer.Option(metavar="DIR")] = Path("runs"),
    *,
    overwrite: Annotated[bool, typer.Option("--overwrite")] = False,
    quiet: Annotated[bool, typer.Option("--quiet")] = False,
    debug: Debug = False,
) -> None:
    """Run a scenario."""
    with reporting(debug=debug):
        overrides = _overrides(settings or []) | ({} if seed is None else {"seed": str(seed)})
        use_one_thread()
        loaded = _load(file, overrides)
        from twin.simulation.run import run as run_scenario
        from twin.terminal.figures import summary
        from twin.terminal.interruption import Interruption
        from twin.terminal.progress import Quiet, reporter_for

        with Interruption() as interruption, Quiet() if quiet else reporter_for(loaded.spec.name) as reporter:
            progress = interruption.heard(reporter.advance)
            result = run_scenario(loaded, out, overwrite=overwrite, progress=progress, notice=reporter.notice)
        if not quiet:
            if result.reused:
                typer.echo(say("cli.reused"), err=True)
            typer.echo(summary(result.manifest, result.folder))


class Runner(StrEnum):
    """What runs the runs of a sweep."""

    RAY = "ray"
    LOCAL = "local"


def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    address: Annotated[str, typer.Option(metavar="local|auto|ray://HOST:PORT")] = "local",
    executor: Annotated[Runner, typer.Option()] = Runner.RAY,
    workers: Annotated[int | None, typer.Option(min=1, metavar="N", show_default=False)] = None,
    out: Annotated[str, typer.Option(metavar="DIR|URI")] = "runs",
    memory: Annotated[float | None, typer.Option(min=0.01, metavar="GB", show_default=False)] = None,
    *,
    resume: Annotated[bool, typer.Option("--resume")] = False,
    assumptions: Annotated[bool, typer.Option("--assumptions")] = False,
    quiet: Annotated[bool, typer.Option("--quiet")] = False,
    debug: Debug = False,
) -> None:
    """Run a scenario in several variants and compare them."""
    with reporting(debug=debug):
        use_one_thread()
        from twin.report.command import check_forms, write_document
        from twin.sweeps.executor import Executor
        from twin.sweeps.local_executor import LocalPool
        from twin.sweeps.ray_executor import RayExecutor, check_address
        from twin.sweeps.store import open_store
        from twin.sweeps.sweep import check_resumable, load_design
        from twin.sweeps.sweep import sweep as run_sweep
        from twin.terminal.interruption import going_on
        from twin.terminal.progress import Quiet
        from twin.terminal.sweep import sweep_plan, sweep_summary
        from twin.terminal.sweep_progress import planning, sweep_reporter_for

        count = workers or os.cpu_count() or 1

        def executor_for(memory_gb: float | None) -> Executor:
            each_gb = memory or memory_gb
            return LocalPool(count, each_gb) if executor is Runner.LOCAL else RayExecutor(address, count, each_gb)

        check_address(address)
        open_store(out).check()
        if assumptions:
            from twin.terminal.assumptions import sweep_assumptions

            sweep_assumptions(file, out, executor_for, resume=resume, quiet=quiet)
            return
        with planning(quiet=quiet):
            design = load_design(file)
        left = check_resumable(design, out) if resume else None
        check_forms(design.outputs, out)
        pool = executor_for(design.memory_gb)
        if not quiet:
            typer.echo(sweep_plan(design), err=True)
            if left is not None:
                typer.echo(say("sweep.resume.left", left=left, total=len(design.runs)), err=True)
        with going_on(sys.argv), Quiet() if quiet else sweep_reporter_for(design.name) as reporter:
            result = run_sweep(design, out, pool, reporter.advance)
        if not quiet:
            typer.echo(sweep_summary(result))
        for form in design.outputs:
            document = write_document(result.folder, form, result.folder / f"report.{form}", None, None)
            if not quiet:
                typer.echo(say("draw.done", file=document), err=True)
        if result.failed:
            raise TwinError(say("sweep.failures", failed=result.failed, total=len(result.outcomes)))


class Document(StrEnum):
    """What a run or a sweep is written as."""

    HTML = "html"
    DOCX = "docx"


def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN|SWEEP", show_default=False)],
    to: Annotated[Document | None, typer.Option(show_default=False)] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", show_default=False)] = None,
    calibration: Annotated[Path | None, typer.Option(metavar="FILE", show_default=False)] = None,
    study: Annotated[Path | None, typer.Option(metavar="DIR", show_default=False)] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    debug: Debug = False,
) -> None:
    """Say what a run measured, and whether it is what the specification asks for; or write it, or a sweep, as a document."""
    with reporting(debug=debug):
        from twin.report.command import print_report, write_document

        if to is None:
            given = {"--out": out, "--calibration": calibration, "--study": study}
            typer.echo(print_report(folder, [name for name, value in given.items() if value is not None], as_json=as_json))
        else:
            typer.echo(say("draw.done", file=write_document(folder, to.value, out, calibration, study)))


class Form(StrEnum):
    """How the rows of a query are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def query(
    folder: Annotated[Path, typer.Argument(metavar="RUN", show_default=False)],
    sql: Annotated[str, typer.Argument(metavar="SQL", show_default=False)] = "",
    form: Annotated[Form, typer.Option("--format")] = Form.TABLE,
    limit: Annotated[int, typer.Option(min=0, metavar="N")] = 40,
    *,
    debug: Debug = False,
) -> None:
    """Ask a run's log in SQL."""
    with reporting(debug=debug):
        from twin.eventlog.reader import open_run
        from twin.metrics.query import overview
        from twin.metrics.query import query as ask
        from twin.metrics.query_output import as_text, write_csv, write_json
        from twin.terminal.tables import grid

        run = open_run(folder)
        limit = limit if sql else 0  # of the tables all are listed
        with contextlib.nullcontext(overview(run)) if not sql else ask(run, sys.stdin.read() if sql == "-" else sql) as result:
            if form is Form.CSV:
                write_csv(result, sys.stdout)
            elif form is Form.JSON:
                write_json(result, sys.stdout)
            else:
                rows = [[as_text(value) for value in row] for row in islice(result.rows, limit or None)]
                typer.echo(grid(result.columns, rows, result.numeric))
                if limit and next(result.rows, None) is not None:
                    typer.echo(say("query.more", limit=limit), err=True)
        sys.stdout.flush()


def schema(
    out: Annotated[Path | None, typer.Option(metavar="FILE", show_default=False)] = None, *, debug: Debug = False
) -> None:
    """Write the JSON Schema of a scenario."""
    with reporting(debug=debug):
        from twin.scenario.json_schema import scenario_schema

        if out is None:
            typer.echo(scenario_schema(), nl=False)
        else:
            out.write_text(scenario_schema(), encoding="utf-8")


def _has(file: Path, key: str) -> bool:
    """Return whether a file has a key that tells its kind; whatever else is wrong with it is for the loader to say."""
    try:
        return any(line.startswith(f"{key}:") for line in file.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return False


def _load(file: Path, overrides: dict[str, str]) -> Loaded[Scenario]:
    from twin.scenario.load import load_spec
    from twin.scenario.scenario import Scenario

    return load_spec(file, Scenario, overrides)


def _overrides(settings: list[str]) -> dict[str, str]:
    overrides = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip():
            raise InputError(f"{say('override.syntax.found', text=setting)}; {say('override.syntax.remedy')}")
        overrides[key.strip()] = value
    return overrides


for _command in (validate, run, sweep, compare, place, report, query, schema):
    app.command()(_command)
app.add_typer(map_app, name="map")
app.add_typer(draw_app, name="draw")
