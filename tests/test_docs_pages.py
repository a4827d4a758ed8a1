"""The reference pages are what models and tables say now (``make docs`` writes them)."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.eventlog.tables import TABLES
from twin.metrics.query import VIEWS
from twin.scenario.pages import pages
from twin.scenario.reference import keys
from twin.scenario.scenario import Scenario
from twin.v2x.queues.presets import PRESETS

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", pages())
def test_a_page_is_current(name: str) -> None:
    """The committed page is the one that the models give."""
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], f"docs/{name} is not current: make docs"


def test_the_page_of_keys_has_every_key_and_every_preset() -> None:
    """Each key that a scenario may have is a row with type, default and docstring; presets are there with their sources."""
    page = (DOCS / "scenario.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    for key in keys(Scenario):
        if key.path in rows:
            begin = " ".join((key.field.description or "").replace("``", "`").split())[:60].replace("|", "\\|")
            assert begin in rows[key.path], key.path
        else:
            assert any(path.startswith(key.path) for path in rows), key.path
    for name, preset in PRESETS.items():
        assert f"`{name}`: {preset.source}" in page
        assert "Assumption:" in preset.source


def test_the_page_of_tables_has_every_column() -> None:
    """Each table has its section, each column its row with type, unit, meaning and whether it is truth."""
    page = (DOCS / "tables.md").read_text(encoding="utf-8")
    sections = {part.splitlines()[0]: part for part in page.split("\n## ")[1:]}
    assert list(sections) == [*TABLES, *VIEWS]
    for table in TABLES.values():
        assert table.row in sections[table.name]
        for column in table.columns:
            row = next(line for line in sections[table.name].splitlines() if line.startswith(f"| `{column.name}` |"))
            assert column.meaning in row
            assert f"| {column.unit} |" in row
            assert row.endswith("| truth |") is column.truth
