"""What ``twin report`` tells of links and platform, as one piece of data that JSON can hold."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from twin.eventlog.reader import Run
from twin.metrics.alerts import AlertFigures, alert_figures
from twin.metrics.delivery import Delivery, delivery_figures
from twin.metrics.known import TIERS, KnownFigures, known_figures
from twin.metrics.lines import line_figures
from twin.metrics.link_requirements import link_verdicts
from twin.metrics.links import HopFigures, link_figures

Figures = dict[str, Any]

BUSIEST: Final = 8
"""Lines that are listed, of each hop. Choice: as many as a reader looks at."""

_AGES: Final = ("100ms", "200ms")


def link_report(run: Run, warm_up_s: float = 0.0) -> Figures | None:
    """Return the figures of the links of ``run`` after ``warm_up_s``; None where nothing was handed to them.

    Keys: ``verdicts``; ``hops``, those with messages, by name; ``known`` by tier; ``delivery`` by distance, None where no
    vehicle is connected; ``lines``, the busiest of each hop; ``alerts`` and ``senders``, None where nobody looks for attacks.
    """
    links = link_figures(run, warm_up_s)
    delivery = delivery_figures(run, warm_up_s)
    if not links.messages and not delivery.total.sent:
        return None
    alerts = alert_figures(run, warm_up_s)
    return {
        "verdicts": [dataclasses.asdict(verdict) | {"met": verdict.met} for verdict in link_verdicts(run, warm_up_s)],
        "hops": {name: _hop(hop) for name, hop in links.hops.items() if hop.offered},
        "known": _known(known_figures(run, warm_up_s)),
        "delivery": [_delivery(begin_m, one) for begin_m, one in delivery.by_range_m.items()] if delivery.total.sent else None,
        "lines": _lines(run, warm_up_s),
        "alerts": None if alerts is None else _alerts(alerts),
        "senders": None if alerts is None else _senders(alerts),
    }


def _hop(hop: HopFigures) -> Figures:
    return dataclasses.asdict(hop) | {"lost_share": hop.lost_share}


def _known(found: KnownFigures) -> Figures:
    return {
        tier: dataclasses.asdict(found.age[tier])
        | {"known_share": found.age[tier].known_share}
        | {f"within_{age}": found.shares.get(f"known_{tier}_{age}") for age in _AGES}
        for tier in TIERS
    }


def _delivery(begin_m: int, one: Delivery) -> Figures:
    return {"from_m": begin_m} | dataclasses.asdict(one) | {"delivery_ratio": one.delivery_ratio}


def _lines(run: Run, warm_up_s: float) -> list[Figures]:
    """Return the busiest lines of each hop, in the order of the way."""
    found = line_figures(run, warm_up_s)
    by_hop = {hop: [one for one in found if one.hop == hop] for hop in dict.fromkeys(one.hop for one in found)}
    return [
        dataclasses.asdict(one)
        for lines in by_hop.values()
        for one in sorted(lines, key=lambda one: (-one.utilisation_max, one.line))[:BUSIEST]
    ]


def _alerts(found: AlertFigures) -> list[Figures]:
    return [{"layer": layer, "level": level} | dataclasses.asdict(one) for (layer, level), one in found.counts.items()]


def _senders(found: AlertFigures) -> Figures:
    """Return the scores by level; rates that say nothing are None."""
    rates = ("precision", "recall", "false_positive_rate")
    return {
        level: dataclasses.asdict(one) | {name: None if (rate := getattr(one, name)) != rate else rate for name in rates}
        for level, one in found.senders.items()
    }
