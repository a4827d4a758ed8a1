"""Bridges in ``twin report`` and in the document of a run: their tables, and those pictures that the log has something for."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.metrics.bridge_log import bridge_run
from tests.metrics.logs import write_log

from twin.eventlog.reader import Run
from twin.messages import use_language
from twin.metrics.report import report
from twin.report.bridges import bridge_pictures
from twin.report.content import Picture
from twin.terminal.bridge_tables import bridge_tables
from twin.terminal.run_report import report_text


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    """Return a run with a watched bridge, and one without sensors."""
    return bridge_run(tmp_path / "run")


def test_the_report_tells_of_bridges(run: Run) -> None:
    """Frequencies, alarms against what happened, weights; on the terminal too; a bridge that weighs nobody has no row there."""
    use_language("en")
    found = report(run)
    watched, weighed, alarms = bridge_tables(found["bridges"])
    assert [row[0] for row in watched.rows] == ["猎德大桥", "other"]
    assert watched.rows[0][1:4] == ("4", "2.100", "76.672 %")
    assert alarms.rows[0][1:5] == ("2", "1", "1", "0")
    assert alarms.rows[1][1:] == ("0", "0", "0", "0", "-")
    assert [row[:3] for row in weighed.rows] == [("猎德大桥", "2", "1.4 %")]
    text = report_text(found)
    assert all(table.text() in text for table in (watched, alarms, weighed))


@pytest.mark.parametrize(
    ("language", "caption"), [("en", "temperature, and the first frequency"), ("zh", "温度，以及识别所得")]
)
def test_pictures_are_those_that_can_be_drawn(run: Run, language: str, caption: str) -> None:
    """A passage, a day and an alarm of the watched bridge; none of the other; as SVG and as PNG."""
    use_language(language)
    pictures = [one for one in bridge_pictures(run, ["猎德大桥", "other"]) if isinstance(one, Picture)]
    assert len(pictures) == 3
    assert all(one.caption.startswith("猎德大桥") for one in pictures)
    assert caption in pictures[1].caption
    assert b"<svg" in pictures[0].draw("svg")
    assert pictures[1].draw("png").startswith(b"\x89PNG")


def test_a_run_without_bridges_tells_nothing(tmp_path: Path) -> None:
    """No bridge, no part."""
    assert report(write_log(tmp_path / "run"))["bridges"] is None
