"""Pictures of parking for a document: how full facilities are over time, true and reported; search time by how full it is."""

from __future__ import annotations

from typing import Final

import numpy as np

from twin.eventlog.reader import Run
from twin.messages import say
from twin.metrics.document_pictures import WIDTH_IN, Form, readable
from twin.metrics.parking_series import ParkingSeries
from twin.metrics.pictures import Page

KIND_COLOURS: Final = {"on_street": "#d55e00", "off_street": "#009e73", "underground": "#0072b2"}
"""Of facilities by kind. Source: Okabe and Ito (2008), readable with colour-blind eyes."""

_LONG_S: Final = 7200.0
"""Courses of that length and longer are drawn over hours, others over minutes."""


def draw_occupancy(run: Run, form: Form) -> bytes:
    """Return how full the facilities of each kind are over time: lines for the truth, dots and dashes for what was reported."""
    page = Page(form, (WIDTH_IN, 2.8))
    unit, unit_s = ("hours", 3600.0) if run.manifest.simulated_s >= _LONG_S else ("minutes", 60.0)
    with page as (axes,):
        for course in ParkingSeries(run).by_kind():
            colour, time = KIND_COLOURS.get(course.name), course.t_s / unit_s
            name = say(f"parking_report.kind.{course.name}")
            axes.plot(time, 100.0 * course.true_share, color=colour, linewidth=1.5, label=readable(name, form))
            if not np.isnan(course.held_share).all():
                words = readable(say("parking_report.picture.as_reported", name=name), form)
                axes.plot(time, 100.0 * course.held_share, color=colour, linewidth=1.2, linestyle="-.", label=words)
        axes.set_xlabel(readable(say(f"parking_report.picture.{unit}"), form))
        axes.set_ylabel(readable(say("parking_report.picture.occupancy"), form))
        axes.grid(color="0.92")
        axes.set_axisbelow(True)
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=7.5, frameon=False)
    return page.content


def draw_search(run: Run, form: Form) -> bytes:
    """Return the time that searches took by how full the surroundings were: the mean, and where the middle 90 % lie."""
    page = Page(form, (WIDTH_IN, 2.8))
    with page as (axes,):
        bins = ParkingSeries(run).searches_by_occupancy(run.warm_up_s)
        for place, one in enumerate(bins):
            low, high = np.percentile(one.search_s, (5, 95))
            axes.plot((place, place), (low, high), color="#9aa5b1", linewidth=6, solid_capstyle="butt", zorder=1)
            axes.plot(place, one.search_s.mean(), "o", color="#1d4e89", markersize=6, zorder=2)
            axes.annotate(
                f"n = {one.search_s.size:,}", (place, high), (0, 4), textcoords="offset points", ha="center", fontsize=7
            )
        labels = [f"{100.0 * one.from_share:g}-{100.0 * one.to_share:g} %" for one in bins]
        axes.set_xticks(range(len(bins)), labels)
        axes.set_xlim(-0.6, len(bins) - 0.4)
        axes.margins(y=0.15)
        axes.set_ylim(bottom=0.0)
        axes.set_xlabel(readable(say("parking_report.picture.near_occupancy"), form))
        axes.set_ylabel(readable(say("parking_report.picture.search_s"), form))
        axes.grid(axis="y", color="0.92")
        axes.set_axisbelow(True)
    return page.content
