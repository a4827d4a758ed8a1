"""Every query of docs/queries.md runs on a small run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.simulation.town import run_town

from twin.eventlog.reader import Run
from twin.metrics.query import query

PAGE = (Path(__file__).parent.parent / "docs" / "queries.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a short run of the small town in which a site's uplink is out for a while."""
    outage = "[{hop: site_to_mec, site: centre, from_s: 3, until_s: 6}]"
    return run_town(tmp_path_factory.mktemp("runs"), **{"links.outages": outage, "log.observation_every_n_frames": 1})


@pytest.mark.parametrize("sql", QUERIES, ids=[" ".join(sql.split())[:60] for sql in QUERIES])
def test_a_query_of_the_page_runs(town: Run, sql: str) -> None:
    """The query gives rows, but for the two that need a longer run: green times and finished trips."""
    with query(town, sql) as result:
        rows = list(result.rows)
        columns = result.columns
    assert all(len(row) == len(columns) for row in rows)
    assert rows or "green" in sql or "delay_s" in sql, "no rows"


def test_the_outage_shows(town: Run) -> None:
    """What waited through the outage is older than its remaining length, and its queue is there, second by second."""
    second = next(sql for sql in QUERIES if "AS second" in sql)
    with query(town, second) as result:
        by_second = {row[0]: dict(zip(result.columns, row, strict=True)) for row in result.rows}
    assert by_second[3]["oldest_ms"] > 2900
    assert by_second[5]["site_queue"] >= 20
    assert by_second[1]["site_queue"] <= 2
    assert by_second[7]["oldest_ms"] < 500
