"""``twin map``: download a map, say what is in it, write it for another program."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from twin.messages import say
from twin.terminal.errors import Debug, reporting

map_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


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
    with reporting(debug=debug):
        from twin.roadnet.fetch import NOMINATIM_URL, OVERPASS_URL, Servers, fetch_map, file_name

        servers = Servers(nominatim or NOMINATIM_URL, overpass or OVERPASS_URL, timeout_s)
        file = out or Path(file_name(place))
        fetched = fetch_map(place, file, servers, radius_m=radius_m, buildings=not no_buildings, overwrite=overwrite)
        counts = {"nodes": fetched.nodes, "ways": fetched.ways, "relations": fetched.relations}
        typer.echo(say("fetch.done", file=fetched.path, **counts))


@map_app.command("info")
def map_info(file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)], *, debug: Debug = False) -> None:
    """Say what a map file holds."""
    with reporting(debug=debug):
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
    with reporting(debug=debug):
        from twin.roadnet.cache import load_network
        from twin.roadnet.lane_graph_builder import build_lane_graph
        from twin.roadnet.sumo_export import write_plain_xml

        network = load_network(file)
        config = write_plain_xml(network, build_lane_graph(network), out)
        typer.echo(say(f"map.exported.{to.value}", folder=config.parent, config=config.name))
