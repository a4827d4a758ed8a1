"""``twin draw``: pictures from the log of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.messages import say
from twin.terminal.errors import Debug, reporting

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", show_default=False)]
SweepFolder = Annotated[Path, typer.Argument(metavar="SWEEP", show_default=False)]
ImageFile = Annotated[Path, typer.Option(metavar="FILE", show_default=False)]
Bridge = Annotated[str, typer.Option(metavar="NAME", show_default=False)]
Name = Annotated[str, typer.Option(metavar="NAME", show_default=False)]

draw_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@draw_app.command("fundamental-diagram")
def draw_fundamental(
    folder: RunFolder,
    road: Name,
    out: ImageFile,
    *,
    debug: Debug = False,
) -> None:
    """Draw flow over density of a road."""
    with reporting(debug=debug):
        from twin.eventlog.reader import open_run
        from twin.metrics.pictures import draw_fundamental_diagram

        run = open_run(folder)
        draw_fundamental_diagram(run, road, out, run.warm_up_s)
        typer.echo(say("draw.done", file=out))


@draw_app.command("time-space")
def draw_ways(
    folder: RunFolder,
    road: Name,
    out: ImageFile,
    direction: Annotated[str, typer.Option(metavar="WHERE", show_default=False)] = "",
    from_s: Annotated[float | None, typer.Option("--from-s", min=0.0, metavar="S", show_default=False)] = None,
    until_s: Annotated[float | None, typer.Option("--until-s", min=0.0, metavar="S", show_default=False)] = None,
    *,
    debug: Debug = False,
) -> None:
    """Draw vehicles along a road over time."""
    with reporting(debug=debug):
        from twin.eventlog.reader import open_run
        from twin.metrics.pictures import draw_time_space

        run = open_run(folder)
        begin_s = run.warm_up_s if from_s is None else from_s
        draw_time_space(run, road, out, direction, begin_s, begin_s + 600.0 if until_s is None else until_s)
        typer.echo(say("draw.done", file=out))


@draw_app.command("coverage")
def draw_coverage_map(
    folder: RunFolder,
    out: ImageFile,
    *,
    debug: Debug = False,
) -> None:
    """Draw a map of the roads by how many devices have them in sight."""
    with reporting(debug=debug):
        from twin.eventlog.reader import open_run
        from twin.metrics.pictures import draw_coverage

        draw_coverage(open_run(folder), out)
        typer.echo(say("draw.done", file=out))


@draw_app.command("flow-monitoring")
def draw_flow(
    folder: RunFolder,
    out: ImageFile,
    *,
    debug: Debug = False,
) -> None:
    """Draw measured over true flows."""
    with reporting(debug=debug):
        from twin.eventlog.reader import open_run
        from twin.metrics.pictures import draw_flow_monitoring

        run = open_run(folder)
        draw_flow_monitoring(run, out, run.warm_up_s)
        typer.echo(say("draw.done", file=out))


@draw_app.command("bridge-passage")
def draw_bridge_passage(
    folder: RunFolder,
    out: ImageFile,
    bridge: Bridge = "",
    at_s: Annotated[float | None, typer.Option("--at-s", min=0.0, metavar="S", show_default=False)] = None,
    *,
    debug: Debug = False,
) -> None:
    """Draw what a bridge feels of a weighed vehicle."""
    with reporting(debug=debug):
        from twin.eventlog.reader import open_run
        from twin.metrics.bridge_pictures import draw_passage

        draw_passage(open_run(folder), out, bridge, at_s)
        typer.echo(say("draw.done", file=out))


@draw_app.command("bridge-day")
def draw_bridge_day(
    folder: RunFolder,
    out: ImageFile,
    bridge: Bridge = "",
    *,
    debug: Debug = False,
) -> None:
    """Draw temperature and frequency of a bridge."""
    with reporting(debug=debug):
        from twin.eventlog.reader import open_run
        from twin.metrics.bridge_pictures import draw_day

        draw_day(open_run(folder), out, bridge)
        typer.echo(say("draw.done", file=out))


@draw_app.command("bridge-alarm")
def draw_bridge_alarm(
    folder: RunFolder,
    out: ImageFile,
    bridge: Bridge = "",
    cause: Annotated[str, typer.Option(metavar="NAME", show_default=False)] = "",
    *,
    debug: Debug = False,
) -> None:
    """Draw an alarm of a bridge."""
    with reporting(debug=debug):
        from twin.eventlog.reader import open_run
        from twin.metrics.bridge_pictures import draw_alarm

        draw_alarm(open_run(folder), out, bridge, cause)
        typer.echo(say("draw.done", file=out))


@draw_app.command("bands")
def draw_two_bands(
    folder: SweepFolder,
    metric: Name,
    out: ImageFile,
    *,
    debug: Debug = False,
) -> None:
    """Draw a figure with and without the assumptions."""
    with reporting(debug=debug):
        from twin.metrics.uncertainty_pictures import draw_bands

        draw_bands(folder, metric, out)
        typer.echo(say("draw.done", file=out))


@draw_app.command("tornado")
def draw_swings(
    folder: SweepFolder,
    metric: Name,
    out: ImageFile,
    variant: Annotated[str, typer.Option(metavar="LABEL", show_default=False)] = "",
    *,
    debug: Debug = False,
) -> None:
    """Draw which assumptions a figure depends on."""
    with reporting(debug=debug):
        from twin.metrics.uncertainty_pictures import draw_tornado

        draw_tornado(folder, metric, out, variant)
        typer.echo(say("draw.done", file=out))
