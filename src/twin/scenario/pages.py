"""The reference pages that are written from the code: keys of a scenario, tables of the log, modules, words, the JSON Schema.

``python -m twin.scenario.pages docs`` (``make docs``) writes them; a test keeps them current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from twin.eventlog.schema import LABEL, Column
from twin.eventlog.tables import TABLES
from twin.glossary import glossary_page
from twin.metrics.query import VIEW_COLUMNS, VIEWS
from twin.scenario.json_schema import scenario_schema, unit_of
from twin.scenario.module_page import modules_page
from twin.scenario.price_page import prices_page, prices_table
from twin.scenario.reference import Key, assumptions, keys
from twin.scenario.scenario import Scenario
from twin.scenario.schema_walk import is_model, members
from twin.v2x.queues.presets import PRESETS

_BOUNDS: Final = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
_TYPES: Final = {"number": "number", "integer": "whole number", "string": "text", "boolean": "true or false", "null": "nothing"}


def scenario_page() -> str:
    """Return the page of every key of a scenario file as Markdown, a section for each group at the top of the file."""
    lines = [
        "# Keys of a scenario",
        "",
        "A scenario is a YAML 1.2 file. A group given in part keeps the rest of its default. In the keys below `[]` stands for",
        "an entry of a list, `*` for a name of your choice, and `(kind)` for the kind of a thing of which there are several.",
        "[scenario.schema.json](scenario.schema.json) says the same to editors (`twin schema`); defaults without a published",
        "source are gathered in [assumptions.md](assumptions.md). `make docs` writes this page from the models' docstrings.",
        "",
        "## The file",
        "",
    ]
    every = list(keys(Scenario))
    groups = {key.path for key in every if any(other.path.startswith(key.path + ".") for other in every)}
    top = [key for key in every if "." not in key.path]
    lines += _table(top)
    for group in top:
        within = [key for key in every if key.path.startswith((group.path + ".", group.path + "[]"))]
        if within:
            # the entries of a list are of several kinds, which say themselves what they are
            introduction = (
                _introduction(group) if group.path in groups else [" ".join((group.field.description or "").split()), ""]
            )
            lines += ["", f"## {group.path}", "", *introduction]
            lines += _table([key for key in within if key.path not in groups or key.default == "required"])
    return "\n".join([*lines, "", *_presets()]) + "\n"


def _introduction(group: Key) -> list[str]:
    model = next(kind for kind in members(group.field.annotation) if is_model(kind))
    text = " ".join((model.__doc__ or "").split()).replace("``", "`")
    return [text, ""] if text else []


def _table(rows: list[Key]) -> list[str]:
    head = ["| key | type | unit | default | meaning |", "|---|---|---|---|---|"]
    return head + [
        _row(f"`{key.path}`", _type_of(key), unit_of(key.field_name), _short(key.default), _text(key)) for key in rows
    ]


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _text(key: Key) -> str:
    text = " ".join((key.field.description or "").split())
    return text.replace("``", "`")


def _short(default: str) -> str:
    if default == "required":
        return "**required**"
    return f"`{default}`" if len(default) <= 40 else "see below"


def _type_of(key: Key) -> str:
    return _in_words(_properties(key.model)[key.field_name])


@cache
def _properties(model: type[BaseModel]) -> dict[str, Any]:
    properties: dict[str, Any] = model.model_json_schema()["properties"]
    return properties


def _in_words(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_in_words(option) for option in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("format") == "date-time":
        return "instant"
    kind = schema.get("type", "object")
    if kind == "array":
        return "list"
    if kind == "object":
        return "group"
    bounds = [f"{sign} {_plain(schema[word])}" for word, sign in _BOUNDS.items() if word in schema]
    return " ".join([_TYPES[kind], ", ".join(bounds)]).strip()


def _plain(bound: float) -> str:
    return f"{bound:g}" if abs(bound) < 1e15 else str(bound)


def _presets() -> Iterator[str]:
    yield "## Presets of the links"
    yield ""
    yield "| preset | hop | rate_mbps | delay_s | loss_probability | queue_messages |"
    yield "|---|---|---|---|---|---|"
    for name, preset in PRESETS.items():
        for hop in ("site_to_mec", "mec_to_cloud"):
            spec = getattr(preset, hop)
            delay = spec.delay_s.model_dump(mode="json")
            words = f"{delay.pop('kind')}: " + ", ".join(f"{key} {value}" for key, value in delay.items())
            yield _row(
                f"`{name}`", f"`{hop}`", f"{spec.rate_mbps:g}", words, f"{spec.loss_probability:g}", str(spec.queue_messages)
            )
    for name, preset in PRESETS.items():
        yield ""
        yield f"`{name}`: {preset.source}"


def tables_page() -> str:
    """Return the page of every table of the log as Markdown, from its declaration."""
    lines = [
        "# Tables of the log",
        "",
        'A run folder holds a folder of Arrow segments for each table; `twin query RUN "SELECT …"` asks them by these names',
        "([queries.md](queries.md)). **Truth** is what only the simulator can know: it is left out of all that is streamed",
        "or exported unless asked for. The same is in the metadata of every Arrow field. `make docs` writes this page from",
        "`src/twin/eventlog/tables.py`.",
        "",
    ]
    for table in TABLES.values():
        order = f" Sorted by {', '.join(table.sort_by)} within a segment." if table.sort_by else ""
        once = " Written once, at the start." if table.static else ""
        lines += [f"## {table.name}", "", f"One row is {table.row}.{once}{order}", ""]
        lines += ["| column | type | unit | meaning | truth |", "|---|---|---|---|---|"]
        lines += [
            _row(f"`{column.name}`", _column_type(column), column.unit, column.meaning, "truth" if column.truth else "")
            for column in table.columns
        ]
        lines.append("")
    for view, meaning in VIEWS.items():
        lines += [f"## {view}", "", f"Computed when it is asked for (`twin query`): one row is {meaning}.", ""]
        lines += ["| column | unit | meaning |", "|---|---|---|"]
        lines += [_row(f"`{name}`", unit, words) for name, (unit, words) in VIEW_COLUMNS[view].items()]
        lines.append("")
    return "\n".join(lines)


def _column_type(column: Column) -> str:
    kind = (
        "label"
        if column.type == LABEL
        else str(column.type).replace("<item: ", " of ").replace("<element: ", " of ").rstrip(">")
    )
    return kind + (" or null" if column.nullable else "")


def pages() -> dict[str, str]:
    """Return every page by its file name in ``docs/``."""
    return {
        "assumptions.md": assumptions(Scenario),
        "glossary.md": glossary_page(),
        "modules.md": modules_page(),
        "prices.csv": prices_table(),
        "prices.md": prices_page(),
        "scenario.md": scenario_page(),
        "scenario.schema.json": scenario_schema(),
        "tables.md": tables_page(),
    }


def main() -> None:
    """Write the pages into the folder given."""
    for name, text in pages().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
