"""``twin report``: what a run measured, and whether that is what Guangzhou's specification asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from twin.messages import known, language, say
from twin.metrics.report import RANGES_M, Figures
from twin.terminal.bridge_tables import bridge_tables
from twin.terminal.field_tables import field_tables
from twin.terminal.figures import absent, figure, present, warm_up_notes
from twin.terminal.link_tables import link_tables
from twin.terminal.parking_tables import parking_tables
from twin.terminal.tables import ShownTable, two_columns

_FORM: Final = {"position": "_m", "output": "_ms"}
"""Ending by which a requirement's figure is shown; the others are shares."""


def report_text(found: Figures) -> str:
    """Return a report, as ``metrics/report.py`` makes it, for a terminal."""
    figures = two_columns(conditions(found) | present(found["summary"]))
    notes = warm_up_notes(found["summary"], found["warm_up_s"], may_settle=found["may_settle"])
    parts = [f"{found['run']} ({state_text(found['state'])})", "\n  ".join([figures, *absent(found["summary"]), *notes])]
    links = link_tables(found["links"]) if found["links"] else []
    parking = parking_tables(found["parking"]) if found["parking"] else []
    bridges = bridge_tables(found["bridges"]) if found["bridges"] else []
    field = field_tables(found["field_devices"]) if found["field_devices"] else []
    return "\n\n".join([*parts, *(one.text() for one in (*report_tables(found), *links, *parking, *bridges, *field))])


def state_text(state: str) -> str:
    """Return the words for the state of a run or a sweep."""
    return _word("state", state)


def conditions(found: Figures) -> dict[str, str]:
    """Return weather, light and warm-up of a report, each with its words."""
    weather = ", ".join(f"{_word('weather', name)} {value:g}" for name, value in found["weather"].items() if value is not None)
    return {
        say("report.weather"): weather,
        say("report.light"): _word("light", found["light"]) if found["light"] else "-",
        say("report.warm_up"): figure("warm_up_s", found["warm_up_s"]),
    }


def report_tables(found: Figures) -> list[ShownTable]:
    """Return the tables of a report that have rows, those of links and platform not among them."""
    parts = [
        _titled("report.title.recall", _recall(found["perception"])),
        _titled("report.title.range", _range(found["perception"])),
        _titled("report.title.kind", _kind(found)),
        _titled("report.title.specification", _specification(found)),
    ]
    for name, build in (("tracking", _tracking), ("flow", _flow), ("loops", _loops)):
        if found[name] is not None:
            parts.append(_titled(f"report.title.{name}", build(found[name])))
    return [part for part in parts if part.rows]


def _titled(title: str, body: ShownTable) -> ShownTable:
    return replace(body, title=say(title))


def _grid(names: Sequence[str], rows: Sequence[Sequence[str]]) -> ShownTable:
    """Return a table whose first column stands at the left, its title left open."""
    return ShownTable.of("", [say(f"report.{name}") for name in names], rows)


def _word(group: str, name: str) -> str:
    key = f"report.{group}.{name}"
    return say(key) if known(key) else name


def _range_name(row: Mapping[str, Any]) -> str:
    return f"{row['from_m']}-{row['to_m']} m" if row["to_m"] is not None else f"> {row['from_m']} m"


def _recall(found: Figures) -> ShownTable:
    """Return recall with the number present: a row a class, a column a range."""
    cells = {(row["class"], row["from_m"]): row for row in found["by_class_and_range"]}
    classes = sorted({name for name, _ in cells})
    heads = [_range_name(row) for row in found["by_range"]]
    rows = [
        [
            _word("class", name),
            *(figure("recall", cells[name, near_m]["recall"]) if (name, near_m) in cells else "-" for near_m in RANGES_M),
            f"{sum(row['present'] for (own, _), row in cells.items() if own == name):,}",
        ]
        for name in classes
    ]
    names = [say("report.class"), *heads, say("report.present")]
    return ShownTable.of("", names, rows)


_COUNTED: Final = ("present", "recall", "precision", "mean_error_m", "rms_error_m")


def _counted(name: str, row: Figures) -> list[str]:
    return [name, *(figure(key, row[key]) for key in _COUNTED)]


def _range(found: Figures) -> ShownTable:
    rows = [_counted(_range_name(row), row) for row in found["by_range"] if row["present"] or row["false"]]
    return _grid(("distance", *_COUNTED), rows)


def _kind(found: Figures) -> ShownTable:
    by_kind = found["perception"]["by_kind"]
    return _grid(("kind", *_COUNTED), [_counted(_source(found, kind), row) for kind, row in by_kind.items()])


def _source(found: Figures, source: str) -> str:
    """Return what a kind of device, or the fused list, is called."""
    names = found["kinds"].get(source)
    return names[language()] if names else _word("source", source)


def _specification(found: Figures) -> ShownTable:
    rows = []
    for row in found["specification"]:
        form = _FORM.get(row["requirement"], "_share")
        met = "-" if row["met"] is None else say("report.met" if row["met"] else "report.missed")
        asked = f"{'>=' if row['at_least'] else '<='} {figure(form, row['threshold'])}"
        cells = [_source(found, row["source"]), _word("requirement", row["requirement"])]
        rows.append([*cells, asked, figure(form, row["figure"]), met, f"{row['n']:,}"])
    names = [say(f"report.{name}") for name in ("source", "requirement", "asked", "found", "verdict", "n")]
    return ShownTable.of("", names, rows, left=(0, 1, 4))


def _tracking(found: Figures) -> ShownTable:
    names = ("mota", "idf1", "continuity", "motp_m", "id_switches", "present", "false")

    def cells(name: str, row: Figures) -> list[str]:
        return [name, *(figure(key, row[key]) for key in names)]

    worst = sorted(found["by_site"].items(), key=lambda item: (item[1]["mota"] is None, item[1]["mota"]))[:WORST_SITES]
    rows = [cells(say("report.all_sites"), found["total"]), *(cells(name, row) for name, row in worst)]
    return _grid(("site", *names), rows)


WORST_SITES: Final = 5
"""Sites with the least accuracy of tracks that are listed; ``--json`` has all."""


def _flow(found: Figures) -> ShownTable:
    total = found["total"]
    shown = {
        "edges_driven": figure("n", found["edges_driven"]),
        "edges_never_measured": figure("n", found["edges_never_measured"]),
        "true_vph": _vph(total["true_vph"]),
        "bias_vph": _vph(total["bias_vph"]),
        "mape": figure("_share", total["mape"]),
        "geh_share": figure("_share", total["geh_share"]),
        "speed_bias_mps": figure("_mps", total["speed_bias_mps"]),
        "speed_rmse_mps": figure("_mps", total["speed_rmse_mps"]),
    }
    rows = [[say(f"report.{name}"), value] for name, value in shown.items()]
    return ShownTable.of("", [say("report.figure"), say("report.value")], rows)


def _loops(found: Figures) -> ShownTable:
    def cells(row: Figures) -> list[str]:
        geh = "-" if row["worst_geh"] is None else f"{row['worst_geh']:.1f}"
        return [
            figure("n", row["lanes"]),
            figure("_share", row["reported_share"]),
            _vph(row["flow_vph"]),
            _vph(row["true_flow_vph"]),
            figure("_share", row["flow_mape"]),
            geh,
            figure("_mps", row["speed_bias_mps"]),
            figure("_share", row["speed_mape"]),
        ]

    figures = ("reported_share", "flow_vph", "true_flow_vph", "flow_mape", "worst_geh", "speed_bias_mps", "speed_mape")
    return _grid(("loops", "lanes", *figures), [[name, *cells(row)] for name, row in found["by_preset"].items()])


def _vph(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f} /h"
