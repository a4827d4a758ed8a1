"""Pictures of a document: maps of deployments, figures with their intervals, cost against what it buys. As SVG or PNG bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.messages import say
from twin.metrics.pictures import Page, chinese_font
from twin.units import CM_PER_M

Form = Literal["svg", "png"]

WIDTH_IN: Final = 6.8
"""Of every picture: what A4 leaves between its margins."""

MAIN_ROADS: Final = ("motorway", "trunk", "primary", "secondary")
"""Road classes that are drawn stronger, their ramps included."""

INK: Final = "#1d4e89"
ACCENT: Final = "#d1495b"
PALE: Final = "#9aa5b1"

_MOST_HEIGHT_IN: Final = 8.4
_COLUMNS: Final = 2

Line = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure with its interval; what it is called."""

    name: str
    value: float
    half_width: float | None


@dataclass(frozen=True, slots=True)
class PricedMark(Mark):
    """The same over what it costs."""

    cost: float
    on_front: bool
    knee: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """A line over what it depends on, and what was published or measured of the same."""

    name: str
    x: Line
    y: Line
    points_x: Line
    points_y: Line


def draw_maps(deployments: Sequence[tuple[str, Run]], form: Form) -> bytes:
    """Return a small map for each run, all to one scale, north up: roads, sites by their status, a scale bar."""
    columns = min(_COLUMNS, len(deployments))
    rows = -(-len(deployments) // columns)
    roads = [_roads(run) for _, run in deployments]
    every = np.concatenate([line for pair in roads for line in pair], axis=1)
    (west, south), (east, north) = np.nanmin(every, axis=1).tolist(), np.nanmax(every, axis=1).tolist()
    height_in = WIDTH_IN / columns * (north - south) / max(east - west, 1.0) + 0.3
    page = Page(form, (WIDTH_IN, min(rows * height_in, _MOST_HEIGHT_IN)), rows, columns)
    with page as cells:
        for axes, (name, run), (minor, main) in zip(cells, deployments, roads, strict=False):
            axes.plot(*minor, color="0.82", linewidth=0.5)
            axes.plot(*main, color="0.62", linewidth=0.9)
            sites = run.table("site")
            x_m, y_m = (sites.column(column).to_numpy() / CM_PER_M for column in ("x_cm", "y_cm"))
            status = np.array(sites.column("status").to_pylist(), np.str_)
            for wanted, colour in (("existing", INK), ("added", ACCENT)):
                own = status == wanted
                if own.any():
                    axes.scatter(x_m[own], y_m[own], s=9, c=colour, linewidths=0, zorder=3, label=say(f"document.{wanted}"))
            axes.set_title(f"{readable(name, form)} ({say('document.sites', count=sites.num_rows)})", fontsize=8.5)
            axes.set_xlim(west, east)
            axes.set_ylim(south, north)
            axes.set_aspect("equal")
            _scale_bar(axes, west, east, south, north)
            if status.size:
                axes.legend(loc="lower right", fontsize=7, framealpha=0.9)
        for axes in cells:
            axes.set_axis_off()
    return page.content


def draw_intervals(means: Sequence[Mark], differences: Sequence[Mark], words: tuple[str, str], form: Form) -> bytes:
    """Return two pictures side by side: figures with their intervals, and differences to the baseline with zero marked.

    ``words`` say what is on either axis, with its unit. Without differences the first stands alone.
    """
    height_in = 0.9 + 0.26 * max(len(means), len(differences))
    page = Page(form, (WIDTH_IN, min(height_in, _MOST_HEIGHT_IN)), 1, 2 if differences else 1)
    with page as cells:
        for axes, marks, word in zip(cells, (means, differences), words, strict=False):
            places = range(len(marks))
            errors = [mark.half_width or 0.0 for mark in marks]
            values = [mark.value for mark in marks]
            axes.errorbar(values, places, xerr=errors, fmt="o", color=INK, markersize=4, capsize=3, linewidth=1.2)
            axes.set_yticks(places, [readable(mark.name, form) for mark in marks])
            axes.set_ylim(len(marks) - 0.5, -0.5)
            axes.grid(axis="x", color="0.9")
            axes.set_axisbelow(True)
            axes.set_xlabel(readable(word, form))
        if differences:
            cells[1].axvline(0.0, color=ACCENT, linewidth=0.9, linestyle="--")
    return page.content


def draw_front(points: Sequence[PricedMark], words: tuple[str, str], form: Form) -> bytes:
    """Return figures over their cost, those on the front joined by a line, the knee ringed; ``words`` as above."""
    page = Page(form, (WIDTH_IN, 3.1))
    with page as (axes,):
        front = sorted((point for point in points if point.on_front), key=lambda point: point.cost)
        axes.plot([p.cost for p in front], [p.value for p in front], color=PALE, linewidth=1.2, label=say("document.front"))
        for point in points:
            colour = INK if point.on_front else PALE
            axes.errorbar(
                point.cost, point.value, yerr=point.half_width or 0.0, fmt="o", color=colour, markersize=4.5, capsize=3
            )
            last = point.cost == max(other.cost for other in points)  # a rising curve that flattens leaves room below it
            where = {"xytext": (5, -20), "ha": "right"} if last else {"xytext": (6, -12), "ha": "left"}
            axes.annotate(
                readable(point.name, form), (point.cost, point.value), textcoords="offset points", fontsize=7.5, **where
            )
        knees = [point for point in points if point.knee]
        ring = {"s": 130, "facecolors": "none", "edgecolors": ACCENT, "linewidths": 1.4}
        if knees:
            axes.scatter([p.cost for p in knees], [p.value for p in knees], **ring, label=say("document.knee"))
        axes.margins(x=0.08, y=0.18)
        axes.grid(color="0.93")
        axes.set_axisbelow(True)
        axes.set_xlabel(readable(words[0], form))
        axes.set_ylabel(readable(words[1], form))
        axes.legend(loc="lower right", fontsize=7.5)
    return page.content


def draw_curves(curves: Sequence[Curve], words: tuple[str, str], form: Form) -> bytes:
    """Return lines, each with its points in the same colour; ``words`` say what is on either axis, with its unit."""
    page = Page(form, (WIDTH_IN, 3.6))
    with page as (axes,):
        for number, curve in enumerate(curves):
            colour = f"C{number}"
            axes.plot(curve.x, curve.y, color=colour, linewidth=1.2, label=readable(curve.name, form))
            axes.scatter(curve.points_x, curve.points_y, s=16, color=colour, linewidths=0, zorder=3)
        axes.grid(color="0.93")
        axes.set_axisbelow(True)
        axes.set_xlabel(readable(words[0], form))
        axes.set_ylabel(readable(words[1], form))
        axes.legend(loc="lower left", fontsize=7.5)
    return page.content


def readable(text: str, form: Form) -> str:
    """Return ``text``; where no font here can draw it into a PNG, with question marks in the place of what cannot be drawn."""
    return text if form == "svg" or chinese_font() else text.encode("ascii", "replace").decode()


def _roads(run: Run) -> tuple[Line, Line]:
    """Return minor and main roads, (2, points) each in metres, a NaN between two edges."""
    edges = run.table("edge").select(["highway", "x_cm", "y_cm"]).to_pydict()
    found: tuple[list[Line], list[Line]] = ([], [])
    gap = np.full((2, 1), np.nan)
    for highway, x_cm, y_cm in zip(edges["highway"], edges["x_cm"], edges["y_cm"], strict=True):
        place = int(highway.removesuffix("_link") in MAIN_ROADS)
        found[place].append(np.array([x_cm, y_cm], dtype=np.float64) / CM_PER_M)
        found[place].append(gap)
    minor, main = (np.concatenate(lines, axis=1) if lines else gap for lines in found)
    return minor, main


def _scale_bar(axes: Any, west: float, east: float, south: float, north: float) -> None:
    """Draw a bar of a round length, about a quarter of the map's width, in its lower left corner."""
    quarter_m = max(0.25 * (east - west), 1.0)
    power = 10.0 ** math.floor(math.log10(quarter_m))
    length_m = power * max(step for step in (1.0, 2.0, 5.0) if step * power <= quarter_m)
    x_m, y_m = west + 0.03 * (east - west), south + 0.03 * (north - south)
    axes.plot([x_m, x_m + length_m], [y_m, y_m], color="black", linewidth=2.0, solid_capstyle="butt")
    text = f"{length_m / 1000.0:g} km" if length_m >= 1000.0 else f"{length_m:g} m"
    axes.annotate(text, (x_m + length_m / 2.0, y_m), textcoords="offset points", xytext=(0, 3), ha="center", fontsize=7)
