"""The command line: ``twin validate``, ``twin run``, ``twin sweep``, ``twin query``, ``twin schema``, ``twin map info``.

Heavy imports stand inside the commands, so that ``twin --help`` answers at once. Exit codes: 0 done, 1 failed, 2 bad input,
130 interrupted.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import itertools
import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from twin.errors import InputError, ScenarioError, TwinError
from twin.messages import LANGUAGES, say, use_language
from twin.threads import use_one_thread

if TYPE_CHECKING:
    from twin.scenario.load import Loaded
    from twin.scenario.scenario import Scenario

FAILED: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130

MOST_PROBLEMS: Final = 20
"""Problems of one file that are shown at once; the rest follow when these are mended."""

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
map_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
app.add_typer(map_app, name="map")
draw_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
app.add_typer(draw_app, name="draw")

Debug = Annotated[bool, typer.Option("--debug")]


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
        own = f"{key}.{parameter.name}"
        parameter.help = say("help.debug") if parameter.name == "debug" else say(own)
    for name, child in getattr(command, "commands", {}).items():
        _describe(child, f"help.{name}" if key == "help.twin" else f"{key}.{name}")


def _show_version(asked: bool) -> None:  # noqa: FBT001  (the callback's interface)
    if asked:
        typer.echo(importlib.metadata.version("guangzhou-twin"))
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


@app.command()
def validate(files: Annotated[list[Path], typer.Argument(metavar="FILE", show_default=False)], *, debug: Debug = False) -> None:
    """Check scenario files."""
    bad = 0
    for file in files:
        with _reporting(debug=debug, go_on=True) as outcome:
            if _is_sweep(file):
                from twin.sweeps.sweep import load_design

                load_design(file)
                typer.echo(say("cli.valid", file=file))
                continue
            loaded = _load(file, {})
            from twin.simulation.assembly import check, notices

            for line in notices(loaded.spec, file.parent):
                typer.echo(say("cli.notice", file=file, text=line), err=True)
            problems = check(loaded.spec, file.parent)
            if problems:
                raise ScenarioError(loaded.placed(problems))
            typer.echo(say("cli.valid", file=file))
        bad = max(bad, outcome.code)
    raise typer.Exit(bad)


@app.command()
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
    overrides = _overrides(settings or [])
    if seed is not None:
        overrides["seed"] = str(seed)
    with _reporting(debug=debug):
        use_one_thread()
        loaded = _load(file, overrides)
        from twin.simulation.run import run as run_scenario
        from twin.terminal import Interruption, Quiet, reporter_for, summary

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


@app.command()
def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    address: Annotated[str, typer.Option(metavar="local|auto|ray://HOST:PORT")] = "local",
    executor: Annotated[Runner, typer.Option()] = Runner.RAY,
    workers: Annotated[int | None, typer.Option(min=1, metavar="N", show_default=False)] = None,
    out: Annotated[Path, typer.Option(metavar="DIR")] = Path("runs"),
    *,
    quiet: Annotated[bool, typer.Option("--quiet")] = False,
    debug: Debug = False,
) -> None:
    """Run a scenario in several variants and compare them."""
    with _reporting(debug=debug):
        use_one_thread()
        from twin.sweeps.local_executor import LocalPool
        from twin.sweeps.ray_executor import RayExecutor
        from twin.sweeps.sweep import load_design
        from twin.sweeps.sweep import sweep as run_sweep
        from twin.terminal_sweep import QuietSweep, sweep_plan, sweep_reporter_for, sweep_summary

        count = workers or os.cpu_count() or 1
        pool = LocalPool(count) if executor is Runner.LOCAL else RayExecutor(address, count)
        design = load_design(file)
        if not quiet:
            typer.echo(sweep_plan(design), err=True)
        with QuietSweep() if quiet else sweep_reporter_for(design.name) as reporter:
            result = run_sweep(design, out, pool, reporter.advance)
        if not quiet:
            typer.echo(sweep_summary(design, result))
        if result.failed:
            raise TwinError(say("sweep.failures", failed=result.failed, total=len(design.runs)))


class Form(StrEnum):
    """How the rows of a query are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.command()
def query(
    folder: Annotated[Path, typer.Argument(metavar="RUN", show_default=False)],
    sql: Annotated[str, typer.Argument(metavar="SQL", show_default=False)] = "",
    form: Annotated[Form, typer.Option("--format")] = Form.TABLE,
    limit: Annotated[int, typer.Option(min=0, metavar="N")] = 40,
    *,
    debug: Debug = False,
) -> None:
    """Ask a run's log in SQL."""
    with _reporting(debug=debug):
        from twin.eventlog.reader import open_run
        from twin.metrics.query import overview
        from twin.metrics.query import query as ask
        from twin.metrics.query_output import as_text, write_csv, write_json
        from twin.terminal import grid

        run = open_run(folder)
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


@draw_app.command("fundamental-diagram")
def draw_fundamental(
    folder: Annotated[Path, typer.Argument(metavar="RUN", show_default=False)],
    road: Annotated[str, typer.Option(metavar="NAME", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="FILE", show_default=False)],
    *,
    debug: Debug = False,
) -> None:
    """Draw flow over density of a road."""
    with _reporting(debug=debug):
        from twin.eventlog.reader import open_run
        from twin.metrics.pictures import draw_fundamental_diagram

        run = open_run(folder)
        draw_fundamental_diagram(run, road, out, float(run.manifest.scenario.get("warm_up_s", 0.0)))
        typer.echo(say("draw.done", file=out))


@draw_app.command("time-space")
def draw_ways(
    folder: Annotated[Path, typer.Argument(metavar="RUN", show_default=False)],
    road: Annotated[str, typer.Option(metavar="NAME", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="FILE", show_default=False)],
    direction: Annotated[str, typer.Option(metavar="WHERE", show_default=False)] = "",
    from_s: Annotated[float | None, typer.Option("--from-s", min=0.0, metavar="S", show_default=False)] = None,
    until_s: Annotated[float | None, typer.Option("--until-s", min=0.0, metavar="S", show_default=False)] = None,
    *,
    debug: Debug = False,
) -> None:
    """Draw vehicles along a road over time."""
    with _reporting(debug=debug):
        from twin.eventlog.reader import open_run
        from twin.metrics.pictures import draw_time_space

        run = open_run(folder)
        begin_s = float(run.manifest.scenario.get("warm_up_s", 0.0)) if from_s is None else from_s
        draw_time_space(run, road, out, direction, begin_s, begin_s + 600.0 if until_s is None else until_s)
        typer.echo(say("draw.done", file=out))


@map_app.command("fetch")
def map_fetch(
    place: Annotated[str, typer.Argument(metavar="PLACE", show_default=False)],
    out: Annotated[Path | None, typer.Option(metavar="FILE", show_default=False)] = None,
    radius_m: Annotated[float | None, typer.Option("--radius-m", min=50.0, metavar="M", show_default=False)] = None,
    nominatim: Annotated[str, typer.Option(envvar="TWIN_NOMINATIM_URL", metavar="URL", show_default=False)] = "",
    overpass: Annotated[str, typer.Option(envvar="TWIN_OVERPASS_URL", metavar="URL", show_default=False)] = "",
    timeout_s: Annotated[float, typer.Option("--timeout-s", min=1.0, metavar="S")] = 180.0,
    *,
    no_buildings: Annotated[bool, typer.Option("--no-buildings")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite")] = False,
    debug: Debug = False,
) -> None:
    """Download a map."""
    with _reporting(debug=debug):
        from twin.roadnet.fetch import NOMINATIM_URL, OVERPASS_URL, Servers, fetch_map, file_name

        servers = Servers(nominatim or NOMINATIM_URL, overpass or OVERPASS_URL, timeout_s)
        file = out or Path(file_name(place))
        fetched = fetch_map(place, file, servers, radius_m=radius_m, buildings=not no_buildings, overwrite=overwrite)
        counts = {"nodes": fetched.nodes, "ways": fetched.ways, "relations": fetched.relations}
        typer.echo(say("fetch.done", file=fetched.path, **counts))


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option(metavar="FILE", show_default=False)] = None, *, debug: Debug = False
) -> None:
    """Write the JSON Schema of a scenario."""
    with _reporting(debug=debug):
        from twin.scenario.json_schema import scenario_schema

        if out is None:
            typer.echo(scenario_schema(), nl=False)
        else:
            out.write_text(scenario_schema(), encoding="utf-8")


@map_app.command("info")
def map_info(file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)], *, debug: Debug = False) -> None:
    """Say what a map file holds."""
    with _reporting(debug=debug):
        from twin.roadnet.cache import load_network
        from twin.roadnet.info import describe

        typer.echo(describe(load_network(file)))


class MapForm(StrEnum):
    """What a map is written as."""

    SUMO = "sumo"


@map_app.command("export")
def map_export(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    to: Annotated[MapForm, typer.Option()] = MapForm.SUMO,
    out: Annotated[Path, typer.Option(metavar="DIR")] = Path("sumo"),
    *,
    debug: Debug = False,
) -> None:
    """Write a map for another program."""
    with _reporting(debug=debug):
        from twin.roadnet.cache import load_network
        from twin.roadnet.lane_graph_builder import build_lane_graph
        from twin.roadnet.sumo_export import write_plain_xml

        network = load_network(file)
        config = write_plain_xml(network, build_lane_graph(network), out)
        typer.echo(say(f"map.exported.{to.value}", folder=config.parent, config=config.name))


def _is_sweep(file: Path) -> bool:
    """Return whether a file has axes; whatever else is wrong with it is for the loader to say."""
    try:
        return any(line.startswith("axes:") for line in file.read_text(encoding="utf-8").splitlines())
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
            typer.echo(_error(say("override.syntax.found", text=setting) + "; " + say("override.syntax.remedy")), err=True)
            raise typer.Exit(BAD_INPUT)
        overrides[key.strip()] = value
    return overrides


class _Outcome:
    code = 0


def _error(text: str) -> str:
    return say("cli.error", text=text)


@contextlib.contextmanager
def _reporting(*, debug: bool, go_on: bool = False) -> Iterator[_Outcome]:
    """Turn an exception into one message on stderr and an exit code; leave the program unless ``go_on``."""
    outcome = _Outcome()
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
        lines = [_error(say("cli.problems", count=len(error.problems))), *map(str, error.problems[:MOST_PROBLEMS])]
        hidden = len(error.problems) - MOST_PROBLEMS
        return BAD_INPUT, "\n".join([*lines, say("cli.more_problems", count=hidden)] if hidden > 0 else lines)
    if isinstance(error, InputError):
        return BAD_INPUT, _error(str(error))
    if isinstance(error, TwinError):
        return FAILED, _error(str(error))
    if isinstance(error, BrokenPipeError):
        return FAILED, ""
    if isinstance(error, OSError):
        return FAILED, say("cli.system", reason=error.strerror or error, file=error.filename or "")
    if isinstance(error, MemoryError):
        return FAILED, say("cli.memory")
    return FAILED, say("cli.unexpected", kind=type(error).__name__, text=error)
