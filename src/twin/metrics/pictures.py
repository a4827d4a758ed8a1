"""Charts of a run as image files. The door to Matplotlib, which is optional (`pip install guangzhou-twin[pictures]`)."""

from __future__ import annotations

import io
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from twin.errors import InputError, TwinError
from twin.eventlog.reader import Run
from twin.messages import language, say, speaking
from twin.metrics.coverage import coverage_figures, seen_stretches
from twin.metrics.flow_monitoring import flow_monitoring
from twin.metrics.fundamental_diagram import road_diagram
from twin.metrics.geh import GEH
from twin.metrics.selection import seeing_devices
from twin.metrics.time_space import time_space
from twin.units import CM_PER_M, MPS_PER_KMH

CHINESE: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Heiti SC",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Arial Unicode MS",
)
"""Families that have Chinese characters, best first."""

FORMS: Final = (".png", ".svg", ".pdf")

SPEEDS_KMH: Final = (10, 20, 40)
"""Lines of equal speed in the fundamental diagram."""

COVERAGE_COLOURS: Final = ("#de3c3c", "#f5b228", "#00aa82")
"""Of stretches that no device, one, and two or more have in sight; the player's."""

_SIZE_IN: Final = (9.0, 5.6)
_DOTS_PER_IN: Final = 110
_DOTS_OF_A_PAGE_PER_IN: Final = 200


def draw_fundamental_diagram(run: Run, road: str, out: Path, warm_up_s: float = 0.0) -> None:
    """Draw flow over density, per lane, of the edges of ``road`` and of the whole road, after ``warm_up_s``, into ``out``.

    Raises InputError without such a road, or where ``out`` ends in none of ``FORMS``; TwinError without Matplotlib.
    """
    check_form(out)
    diagram = road_diagram(run, road, warm_up_s)
    with Sheet(out, road, "draw.fundamental") as (figure, axes):
        most_vpkm = max(float(np.quantile(diagram.edges.density_vpkm, 0.995)), float(diagram.road.density_vpkm.max()), 1.0)
        most_vph = 1.1 * max(float(diagram.edges.flow_vph.max(initial=0.0)), float(diagram.road.flow_vph.max()), 1.0)
        for speed_kmh in SPEEDS_KMH:
            end = min(most_vpkm, most_vph / speed_kmh)
            axes.plot([0.0, end], [0.0, end * speed_kmh], color="0.8", linewidth=0.7, zorder=0)
            name = f"{speed_kmh} km/h"
            axes.annotate(
                name, (0.75 * end, 0.75 * end * speed_kmh), fontsize=8, color="0.45", backgroundcolor="white", ha="center"
            )
        axes.scatter(
            diagram.edges.density_vpkm,
            diagram.edges.flow_vph,
            s=5,
            c=diagram.edges.from_s / 60.0,
            alpha=0.35,
            linewidths=0,
            label=say("draw.fundamental.edge"),
        )
        dots = axes.scatter(
            diagram.road.density_vpkm,
            diagram.road.flow_vph,
            s=34,
            c=diagram.road.from_s / 60.0,
            edgecolors="black",
            linewidths=0.6,
            label=say("draw.fundamental.road"),
        )
        axes.set_xlim(0.0, most_vpkm * 1.02)
        axes.set_ylim(0.0, most_vph)
        axes.set_xlabel(say("draw.fundamental.x"))
        axes.set_ylabel(say("draw.fundamental.y"))
        axes.legend(loc="upper right", framealpha=0.9)
        figure.colorbar(dots, ax=axes, label=say("draw.minutes"))


def draw_time_space(run: Run, road: str, out: Path, direction: str = "", from_s: float = 0.0, until_s: float = 600.0) -> None:
    """Draw the vehicles' ways along ``road`` in one direction between two instants, and its red signals, into ``out``.

    ``direction`` is eastbound, northbound, westbound, southbound, or empty for the longest stretch. Raises as above.
    """
    check_form(out)
    if until_s <= from_s:
        raise InputError(say("draw.times", from_s=from_s, until_s=until_s))
    diagram = time_space(run, road, direction, from_s, until_s)
    with Sheet(out, road, "draw.time_space", direction=f"draw.{diagram.direction}") as (_, axes):
        from matplotlib import colormaps
        from matplotlib.collections import LineCollection

        pieces, speeds = [], []
        for times_s, places_m in diagram.lines:
            points = np.column_stack([times_s, places_m])
            pieces += list(np.stack([points[:-1], points[1:]], axis=1))
            speeds.append(np.diff(places_m) / np.diff(times_s))
        kmh = np.concatenate(speeds) / MPS_PER_KMH
        ways = LineCollection(pieces, array=kmh, cmap=colormaps["RdYlGn"], linewidths=0.6)
        ways.set_clim(0.0, 50.0)
        axes.add_collection(ways)
        for red in diagram.reds:
            axes.plot([red.from_s, red.to_s], [red.at_m, red.at_m], color="#c00000", linewidth=2.4, solid_capstyle="butt")
        axes.set_xlim(from_s, until_s)
        axes.set_ylim(0.0, diagram.length_m)
        axes.set_xlabel(say("draw.time_space.x"))
        axes.set_ylabel(say("draw.time_space.y"))
        axes.figure.colorbar(ways, ax=axes, label=say("draw.speed"))


def draw_coverage(run: Run, out: Path) -> None:
    """Draw the map of ``run`` into ``out``, stretches of road coloured by how many devices have them in sight.

    Raises InputError for a run without devices, or where ``out`` ends in none of ``FORMS``; TwinError without Matplotlib.
    """
    check_form(out)
    total = coverage_figures(run).total
    if not total.length_m:
        raise InputError(say("draw.no_devices", run=run.path))
    stretches, devices, buildings = seen_stretches(run), seeing_devices(run), run.table("building")
    lengths_m = (total.length_m - total.covered_m, total.covered_m - total.covered_twice_m, total.covered_twice_m)
    with Sheet(out, run.manifest.name, "draw.coverage") as (_, axes):
        from matplotlib.collections import LineCollection, PolyCollection

        outlines = zip(buildings.column("x_cm").to_pylist(), buildings.column("y_cm").to_pylist(), strict=True)
        axes.add_collection(
            PolyCollection([np.array(outline, dtype=np.float64).T / CM_PER_M for outline in outlines], color="0.9")
        )
        for seen_by, (colour, length_m) in enumerate(zip(COVERAGE_COLOURS, lengths_m, strict=True)):
            lines = [stretch.xy_m for stretch in stretches if min(stretch.devices, 2) == seen_by]
            text = say(f"draw.coverage.{seen_by}", share=length_m / total.length_m)
            axes.add_collection(LineCollection(lines, colors=colour, linewidths=1.2, label=text))
        x_m, y_m = (devices.column(name).to_numpy() / CM_PER_M for name in ("x_cm", "y_cm"))
        axes.scatter(x_m, y_m, s=7, c="black", linewidths=0, zorder=3, label=say("draw.coverage.devices"))
        axes.autoscale_view()
        axes.set_aspect("equal")
        axes.set_xlabel(say("draw.coverage.x"))
        axes.set_ylabel(say("draw.coverage.y"))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)


def draw_flow_monitoring(run: Run, out: Path, warm_up_s: float = 0.0) -> None:
    """Draw the flow that fused tracks measured over the true one, a dot an edge, with the lines of GEH = 5, into ``out``.

    Raises InputError where no edge was measured, and as above.
    """
    check_form(out)
    found = flow_monitoring(run, warm_up_s)
    if found is None or not found.by_edge.edge.size:
        raise InputError(say("draw.flow.nothing", run=run.path))
    points = found.by_edge
    most_vph = 1.05 * max(float(points.true_vph.max()), float(points.measured_vph.max()), 1.0)
    true_vph = np.linspace(0.0, most_vph, 200)
    square = GEH * GEH  # GEH^2 = 2 (m - t)^2 / (m + t), solved for the measured flow m over the true one t
    off_vph = np.sqrt(square * square + 16.0 * square * true_vph) / 4.0
    with Sheet(out, run.manifest.name, "draw.flow") as (_, axes):
        axes.plot([0.0, most_vph], [0.0, most_vph], color="0.6", linewidth=0.8, zorder=0)
        for sign, name in ((1.0, say("draw.flow.geh")), (-1.0, None)):
            line_vph = np.maximum(true_vph + square / 4.0 + sign * off_vph, 0.0)
            axes.plot(true_vph, line_vph, color="0.6", linewidth=0.8, linestyle="--", label=name, zorder=0)
        dots = {"s": 14, "alpha": 0.6, "linewidths": 0, "clip_on": False}  # an edge without any true flow lies on the axis
        axes.scatter(points.true_vph, points.measured_vph, **dots, label=say("draw.flow.edge"))
        axes.set_xlim(0.0, most_vph)
        axes.set_ylim(0.0, most_vph)
        axes.set_aspect("equal")
        axes.set_xlabel(say("draw.flow.x"))
        axes.set_ylabel(say("draw.flow.y"))
        axes.legend(loc="upper left", framealpha=0.9)


def check_form(out: Path) -> None:
    """Raise InputError where ``out`` ends in none of ``FORMS``, TwinError without Matplotlib."""
    if out.suffix not in FORMS:
        raise InputError(say("draw.form", file=out, forms=", ".join(FORMS)))
    try:
        import matplotlib as mpl  # noqa: F401  (only whether it is there)
    except ModuleNotFoundError:
        raise TwinError(say("draw.missing")) from None


class Sheet:
    """Axes in a figure with a title, written when the block ends; labels in English where no font has Chinese characters."""

    def __init__(self, out: Path, road: str, title: str, rows: int = 1, *, shared: bool = True, **values: str) -> None:
        """``values`` of the title are messages' keys, as it is itself; more ``rows`` than one may have a ``shared`` x axis."""
        self._out, self._road, self._title, self._values = out, road, title, values
        self._rows, self._shared = rows, shared

    def __enter__(self) -> tuple[Any, Any]:
        from matplotlib.figure import Figure

        chinese = chinese_font()
        self._context = _written_in(chinese, {"font.size": 9}, english=chinese is None)
        self._figure = Figure(figsize=_SIZE_IN, dpi=_DOTS_PER_IN, layout="constrained")
        rows = [*self._figure.subplots(self._rows, 1, sharex=self._shared, squeeze=False).flat]
        readable = chinese is not None or self._road.isascii()
        rows[0].set_title(
            say(
                self._title,
                road=self._road if readable else say("draw.unnamed"),
                **{name: say(key) for name, key in self._values.items()},
            )
        )
        return self._figure, rows[0] if self._rows == 1 else rows

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                # a map keeps its scale: what is left over beside it is cut off
                is_map = self._figure.axes[0].get_aspect() != "auto"
                metadata = None if self._out.suffix == ".png" else {"Date": None}
                self._figure.savefig(self._out, metadata=metadata, bbox_inches="tight" if is_map else None)
        finally:
            self._context.close()


class Page:
    """A figure of a document, given back as bytes: the same bytes for the same picture.

    SVG keeps its text as text, which whoever reads it draws with a font of his own; PNG has 200 dots an inch and is drawn in
    English where no font here has Chinese characters (``chinese_font``).
    """

    def __init__(self, form: Literal["svg", "png"], size_in: tuple[float, float], rows: int = 1, columns: int = 1) -> None:
        """Make ``rows`` x ``columns`` axes of together ``size_in``, width and height in inches."""
        self._form, self._size_in, self._cells = form, size_in, (rows, columns)
        self.content = b""
        """The picture, after the block."""

    def __enter__(self) -> list[Any]:
        from matplotlib.figure import Figure

        chinese = chinese_font()
        english = chinese is None and self._form == "png"
        self._context = _written_in(chinese, {"font.size": 8, "svg.fonttype": "none"}, english=english)
        self._figure = Figure(figsize=self._size_in, dpi=_DOTS_OF_A_PAGE_PER_IN, layout="constrained")
        return [*self._figure.subplots(*self._cells, squeeze=False).flat]

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        sink = io.BytesIO()
        try:
            if kind is None:
                with warnings.catch_warnings():  # the reader's font has what ours has not
                    warnings.filterwarnings("ignore", message="Glyph .* missing from font")
                    without_date = {"Date": None} if self._form == "svg" else {"Software": None}
                    self._figure.savefig(sink, format=self._form, metadata=without_date)
        finally:
            self._context.close()
        self.content = sink.getvalue()


def _written_in(chinese: str | None, settings: dict[str, Any], *, english: bool) -> ExitStack:
    """Enter Matplotlib's settings for a picture and the language of its texts; whoever draws it closes what comes back."""
    from matplotlib import rc_context

    whole: dict[Any, Any] = {
        "font.family": [*([chinese] if chinese else []), "DejaVu Sans"],
        "svg.hashsalt": "twin",
        **settings,
    }
    with ExitStack() as context:
        context.enter_context(speaking("en" if english else language()))
        context.enter_context(rc_context(whole))
        return context.pop_all()


def chinese_font() -> str | None:
    """Return the best family here that has Chinese characters, None without one. Raises TwinError without Matplotlib."""
    try:
        from matplotlib.font_manager import fontManager
    except ModuleNotFoundError:
        raise TwinError(say("draw.missing")) from None
    there = {font.name for font in fontManager.ttflist}
    return next((name for name in CHINESE if name in there), None)
