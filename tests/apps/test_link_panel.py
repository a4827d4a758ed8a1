"""Links and platform below the player, without a browser: tables and charts in the language in use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from apps.link_panel import CURVE_POINTS, charts, link_rows
from apps.shown_tables import tables_html
from tests.metrics.logs import SECOND, write_log
from tests.metrics.test_link_report import TITLES, whole_run

from twin.messages import LANGUAGES, use_language
from twin.terminal.link_tables import link_tables


@pytest.mark.parametrize(("language", "word"), [("en", "Busiest lines"), ("zh", "各跳最繁忙的线路")])
def test_tables_and_charts_of_a_run(tmp_path: Path, language: str, word: str) -> None:
    """Every table of the report is there; each bar of the radio's chart adds up to one; the known share ends the curve."""
    assert language in LANGUAGES
    use_language(language)
    rows = link_rows(whole_run(tmp_path / "run"))
    assert rows is not None
    page = tables_html(link_tables(rows))
    assert page.count("<table>") == TITLES
    assert word in page
    radio, ages = (json.loads(chart.to_json()) for chart in charts(rows))
    bars = radio["datasets"][radio["data"]["name"]]
    for range_m in (0, 50):
        assert sum(bar["share"] for bar in bars if bar["range_m"] == range_m) == pytest.approx(1.0)
    assert [(row["age_ms"], row["share"]) for row in ages["datasets"][ages["data"]["name"]]] == [(50.0, 1.0)]


def test_long_curves_are_thinned_and_keep_their_end(tmp_path: Path) -> None:
    """A curve has no more points than a chart can show, its last one among them."""
    message = {"t_us": SECOND, "frame": 0, "sent_age_us": 0}
    ages = [{"t_us": SECOND, "vehicle": number, "edge_age_us": 1000 * number} for number in range(5000)]
    rows = link_rows(write_log(tmp_path / "run", message=[message], age_of_information=ages))
    assert rows is not None
    curve = rows["age_curves"]
    assert len(curve) <= CURVE_POINTS + 1
    assert (curve[-1]["age_ms"], curve[-1]["share"]) == (4999.0, 1.0)


def test_nothing_sent_has_nothing_to_show(tmp_path: Path) -> None:
    """A run without messages has no section."""
    assert link_rows(write_log(tmp_path / "run")) is None
