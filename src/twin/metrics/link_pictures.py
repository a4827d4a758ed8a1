"""Pictures of links and platform for a document: delivery by distance with the causes of loss, age of information by tier."""

from __future__ import annotations

from typing import Final

import numpy as np

from twin.eventlog.reader import Run
from twin.messages import say
from twin.metrics.delivery import CAUSES, delivery_figures
from twin.metrics.document_pictures import WIDTH_IN, Form, readable
from twin.metrics.known import age_curves
from twin.metrics.pictures import Page

COLOURS: Final = {
    "delivered": "#009e73",
    "half_duplex": "#56b4e9",
    "sensing": "#b3b9c4",
    "propagation": "#e69f00",
    "collision": "#d55e00",
}
"""Of what becomes of a message. Source: Okabe and Ito (2008), readable with colour-blind eyes, and a grey."""

TIER_COLOURS: Final = {"edge": "#009e73", "regional": "#0072b2", "central": "#d55e00"}
_STYLES: Final = {"edge": "-", "regional": "--", "central": ":"}
_LEAST_MS: Final = 10.0
"""Where the axis of ages begins; younger news are counted there. Choice: one frame of no device is younger."""


def draw_delivery(run: Run, form: Form) -> bytes:
    """Return the share delivered and lost by each cause over the distance, stacked, in each bin with messages."""
    by_range = {begin_m: one for begin_m, one in delivery_figures(run, run.warm_up_s).by_range_m.items() if one.sent}
    page = Page(form, (WIDTH_IN, 3.0))
    with page as (axes,):
        begin_m = np.array(list(by_range), np.float64)
        width_m = float(np.diff(begin_m).min()) if begin_m.size > 1 else 50.0
        below = np.zeros(begin_m.size)
        for name in ("delivered", *CAUSES):
            part = np.array([100.0 * getattr(one, name) / one.sent for one in by_range.values()])
            words = readable(say(f"platform.column.{name}"), form)
            axes.bar(
                begin_m, part, width_m, below, align="edge", color=COLOURS[name], edgecolor="white", linewidth=0.4, label=words
            )
            below += part
        axes.set_ylim(0.0, 100.0)
        axes.set_xlim(0.0, float(begin_m.max(initial=0.0)) + width_m)
        axes.set_xlabel(readable(say("platform.picture.distance"), form))
        axes.set_ylabel(readable(say("platform.picture.share"), form))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=7.5, frameon=False)
    return page.content


def draw_ages(run: Run, form: Form) -> bytes:
    """Return, by tier, the share of sampled vehicles known not older than an age, over the age; logarithmic."""
    page = Page(form, (WIDTH_IN, 3.0))
    with page as (axes,):
        for tier, (age_ms, share) in age_curves(run, run.warm_up_s).items():
            x_ms = np.maximum(np.append(_LEAST_MS, age_ms), _LEAST_MS)
            words = readable(say(f"platform.tier.{tier}"), form)
            style = {"color": TIER_COLOURS[tier], "linestyle": _STYLES[tier], "linewidth": 1.5}
            axes.step(x_ms, np.append(0.0, 100.0 * share), where="post", label=words, **style)
        axes.set_xscale("log")
        axes.set_ylim(0.0, 100.0)
        axes.grid(color="0.92")
        axes.set_axisbelow(True)
        axes.set_xlabel(readable(say("platform.picture.age_ms"), form))
        axes.set_ylabel(readable(say("platform.picture.vehicles"), form))
        if axes.lines:
            axes.legend(loc="lower right", fontsize=7.5)
    return page.content
